#include "core/verify/outcome.h"
#include "core/base/list.h"
#include "core/base/version_tool.h"

#include <string.h>

struct making {
    const struct plan *plan;
    struct doc *doc;
    struct outcome *out;
    instant *begun; /* per step: its last begin or undo begin */
    const char *boot;
};

static struct step_result *result_of(struct making *m, const char *step)
{
    const struct step *s = step ? plan_step(m->plan, step) : NULL;

    return s ? &m->out->steps.v[s - m->plan->steps.v] : NULL;
}

static bool make_steps(struct making *m)
{
    size_t n = m->plan->steps.n;

    m->out->steps.v = ARENA_ARRAY(&m->doc->arena, n, struct step_result);
    m->begun = ARENA_ARRAY(&m->doc->arena, n, instant);
    if (!m->out->steps.v || !m->begun)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct step_result *r = &m->out->steps.v[i];

        r->id = m->plan->steps.v[i].id;
        r->verb = m->plan->steps.v[i].verb;
        r->title = m->plan->steps.v[i].title;
        r->stage = m->plan->steps.v[i].stage;
    }
    m->out->steps.n = n;
    return true;
}

static const char *names(const struct making *m)
{
    const char *s = "";

    for (size_t i = 0; s && i < m->plan->sources.n; i++) {
        const struct plan_product *p = &m->plan->sources.v[i];

        s = arena_printf(&m->doc->arena, "%s%s%s%s%s", s, i ? ", " : "", p->name, p->version ? " " : "",
                         p->version ? p->version : "");
    }
    return s;
}

static void read_check(const json_t *x, struct check_result *ret)
{
    const char *answer = json_string_value(json_object_get(x, "answer"));

    ret->what = json_string_value(json_object_get(x, "what"));
    ret->evidence = json_string_value(json_object_get(x, "evidence"));
    ret->answer = text_eq(answer, "yes") ? TRI_YES : text_eq(answer, "no") ? TRI_NO : TRI_UNKNOWN;
    if (!ret->what)
        ret->what = "?";
}

/* The last look at each thing counts. */
static bool add_checks(struct making *m, const json_t *list)
{
    size_t n = m->out->checks.n, k;
    struct check_result *v = ARENA_ARRAY(&m->doc->arena, n + json_array_size(list), struct check_result);

    if (!v)
        return false;
    if (n)
        memcpy(v, m->out->checks.v, n * sizeof *v);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct check_result x;

        read_check(json_array_get(list, i), &x);
        for (k = 0; k < n && !text_eq(v[k].what, x.what); k++)
            ;
        v[k] = x;
        n += k == n;
    }
    m->out->checks.v = v;
    m->out->checks.n = n;
    return true;
}

/* What the last steps told a person to change; each once. */
static bool add_notes(struct making *m, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *note = json_string_value(json_array_get(list, i)), **slot;

        if (!note || text_in(&m->out->notes, note))
            continue;
        slot = LIST_ADD(&m->doc->arena, &m->out->notes);
        if (!slot)
            return false;
        *slot = note;
    }
    return true;
}

static bool add_end(struct making *m, const struct event *ev)
{
    struct step_result *r = result_of(m, ev->step);
    const json_t *checks = json_object_get(ev->data, "checks");
    const char *eicar = json_string_value(json_object_get(ev->data, "eicar"));
    const char *by = json_string_value(json_object_get(ev->data, "by"));

    if (!r)
        return true;
    r->outcome = ev->outcome;
    r->text = ev->text;
    if (m->begun[r - m->out->steps.v])
        r->ms += ev->at - m->begun[r - m->out->steps.v];
    m->begun[r - m->out->steps.v] = 0;
    if (eicar)
        m->out->eicar = arena_printf(&m->doc->arena, "%s by %s", text_eq(eicar, "blocked") ? "blocked" : "NOT blocked",
                                     by ? by : "?");
    if (eicar && !m->out->eicar)
        return false;
    return (!checks || add_checks(m, checks)) && add_notes(m, json_object_get(ev->data, "notes"));
}

static bool open_gap(struct making *m, const struct event *ev)
{
    const char *last = json_string_value(json_object_get(ev->data, "last_on"));
    struct gap_interval *v;
    size_t n = m->out->gaps.n;

    if (n && m->out->gaps.v[n - 1].to == INSTANT_NONE)
        return true;
    v = ARENA_ARRAY(&m->doc->arena, n + 1, struct gap_interval);
    if (!v)
        return false;
    if (n)
        memcpy(v, m->out->gaps.v, n * sizeof *v);
    /* Not the moment at which it was seen off, but the last one at which it was seen on: the gap is never smaller
     * than this. */
    if (!last || !instant_parse(last, &v[n].from))
        v[n].from = ev->at;
    v[n].to = INSTANT_NONE;
    v[n].ms = 0;
    m->out->gaps.v = v;
    m->out->gaps.n = n + 1;
    return true;
}

static bool add_protection(struct making *m, const struct event *ev)
{
    size_t n = m->out->gaps.n;

    if (ev->answer != TRI_YES)
        return open_gap(m, ev);
    if (n && m->out->gaps.v[n - 1].to == INSTANT_NONE) {
        m->out->gaps.v[n - 1].to = ev->at;
        m->out->gaps.v[n - 1].ms = ev->at - m->out->gaps.v[n - 1].from;
    }
    return true;
}

static int result_named(const char *name)
{
    for (int i = 0; name && run_result_names[i]; i++)
        if (strcmp(run_result_names[i], name) == 0)
            return i;
    return RESULT_RUNNING;
}

static bool add_event(struct making *m, const struct event *ev)
{
    struct outcome *o = m->out;
    struct step_result *r = result_of(m, ev->step);

    if (m->boot && !text_eq(m->boot, ev->boot))
        o->reboots++;
    m->boot = ev->boot;
    switch (ev->kind) {
    case EVENT_START: /* goes on after a stop */
        if (o->result == RESULT_REBOOT_NEEDED || o->result == RESULT_IN_DOUBT) {
            o->result = RESULT_RUNNING;
            o->exit = EXIT_DONE;
            o->why = NULL;
        }
        break;
    case EVENT_BEGIN:
    case EVENT_UNDO_BEGIN:
        if (r)
            m->begun[r - o->steps.v] = ev->at;
        break;
    case EVENT_END:
        return add_end(m, ev);
    case EVENT_UNDO_END:
        if (r)
            r->undone = outcome_is_good(ev->outcome);
        break;
    case EVENT_PROTECTION:
        return add_protection(m, ev);
    case EVENT_STOP:
        o->result = ev->exit == EXIT_REBOOT ? RESULT_REBOOT_NEEDED : RESULT_IN_DOUBT;
        o->exit = ev->exit;
        o->why = ev->text;
        break;
    case EVENT_FINISH:
        o->result = result_named(ev->result);
        o->exit = ev->exit;
        o->rung = ev->rung;
        o->why = ev->text;
        break;
    default:
        break;
    }
    return true;
}

static const char *next_action(const struct outcome *o)
{
    switch (o->result) {
    case RESULT_RUNNING:
        return "It goes on by itself; watch it with: avswap status --follow";
    case RESULT_ROLLED_BACK:
        return "The old product protects again. Put right what failed, make a new plan and run it.";
    case RESULT_OTHER_PROTECTION:
        return "Another product protects. Put right what failed, make a new plan and run it.";
    case RESULT_UNPROTECTED:
        return "ACT NOW: this PC has no protection. Take it off the network or install protection by hand.";
    case RESULT_REFUSED:
        return "Nothing was changed. Put right what is named above, then run the plan again.";
    case RESULT_IN_DOUBT:
        return "A person must look at this PC; then: avswap resume, or avswap rollback";
    case RESULT_REBOOT_NEEDED:
        return "Reboot this PC; the run goes on by itself after the boot.";
    default:
        return NULL;
    }
}

static void sum_gaps(struct outcome *o)
{
    for (size_t i = 0; i < o->gaps.n; i++) {
        if (o->gaps.v[i].to == INSTANT_NONE) /* still open: until the last record */
            o->gaps.v[i].ms = o->ended - o->gaps.v[i].from;
        o->unprotected_ms += o->gaps.v[i].ms;
    }
}

bool outcome_make(const struct plan *p, const struct event *events, size_t n, const char *journal_head, struct doc *d,
                  struct outcome *ret, struct err *e)
{
    struct making m = {p, d, ret, NULL, NULL};

    schema_init(&outcome_schema, ret);
    ret->plan = p->id;
    ret->machine_id = p->machine->id;
    ret->hostname = p->machine->hostname;
    ret->tool = AVSWAP_VERSION;
    ret->strategy = p->strategy;
    ret->target_name = p->target ? p->target->name : NULL;
    ret->source_names = names(&m);
    ret->journal_head = arena_strdup(&d->arena, journal_head);
    if (!make_steps(&m) || !ret->source_names || !ret->journal_head)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        if (!add_event(&m, &events[i]))
            return err_nomem(e);
    ret->started = n ? events[0].at : INSTANT_NONE;
    ret->ended = n ? events[n - 1].at : INSTANT_NONE;
    ret->next = next_action(ret);
    sum_gaps(ret);
    return true;
}
