#include "core/run/state.h"

#include <string.h>

bool state_init(struct run_state *s, const struct plan *p, struct arena *a, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->plan = p;
    s->off_since = s->dark_from = s->dark_to = INSTANT_NONE;
    s->steps = ARENA_ARRAY(a, p->steps.n, struct step_state);
    return s->steps || err_nomem(e);
}

struct step_state *state_of(struct run_state *s, const struct step *step)
{
    return &s->steps[step - s->plan->steps.v];
}

static void add_end(struct run_state *s, const struct step *step, const struct event *ev)
{
    struct step_state *x = state_of(s, step);
    bool good = outcome_is_good(ev->outcome);

    x->outcome = ev->outcome;
    x->text = ev->text;
    x->handing = false;
    /* A failed auxiliary step is over; a failed other one stays failed until a new begin or the rollback. */
    x->phase = good || step->auxiliary ? PHASE_DONE : PHASE_FAILED;
    if (ev->outcome == OUTCOME_OK_REBOOT)
        s->wanted_in = ev->boot;
}

static void add_protection(struct run_state *s, const struct event *ev)
{
    const char *last = json_string_value(json_object_get(ev->data, "last_on"));

    if (s->protected_first == TRI_UNKNOWN)
        s->protected_first = ev->answer;
    s->protected_now = ev->answer;
    s->by = ev->by;
    s->off_since = INSTANT_NONE;
    s->without_power = 0;
    if (ev->answer != TRI_YES && !(last && instant_parse(last, &s->off_since)))
        s->off_since = ev->at;
    if (s->off_since != INSTANT_NONE && s->dark_from != INSTANT_NONE && s->off_since <= s->dark_from)
        s->without_power = s->dark_to - s->dark_from;
}

/* Another boot: from the last record before it on, the PC is taken to have been off. */
static void add_boot(struct run_state *s, const struct event *ev)
{
    instant booted = ev->at - ev->up_ms;

    s->boots++;
    s->fresh_boot = true;
    if (booted <= s->at)
        return;
    s->dark_from = s->at;
    s->dark_to = booted;
    if (s->off_since != INSTANT_NONE)
        s->without_power += booted - s->at;
}

/* Asked for twice in one boot, as by a worker that was killed between its record and the reboot, is asked once. */
static void add_reboot(struct run_state *s, const struct step *step, const struct event *ev)
{
    struct step_state *x = step ? state_of(s, step) : NULL;

    s->reboots += !x || !text_eq(x->reboot_in, ev->boot);
    if (x)
        x->reboot_in = ev->boot;
}

static void add_step_event(struct run_state *s, const struct step *step, const struct event *ev)
{
    struct step_state *x = state_of(s, step);

    switch (ev->kind) {
    case EVENT_BEGIN:
        x->phase = PHASE_BEGUN;
        x->applied = true;
        x->attempt = ev->attempt;
        if (!x->remembered) /* a later try sees what the first one left */
            x->remembered = ev->data;
        break;
    case EVENT_END:
        add_end(s, step, ev);
        break;
    case EVENT_NOTE: /* a boot undid it */
        x->phase = PHASE_WAITING;
        break;
    case EVENT_TRY:
        x->tries = text_eq(x->tried, ev->text) ? x->tries + 1 : 1;
        x->tried = ev->text;
        x->handing = true;
        break;
    case EVENT_UNDO_BEGIN:
        x->undo_begun = true;
        break;
    case EVENT_UNDO_END:
        x->undone = true;
        x->undone_in = ev->boot;
        x->undone_well = outcome_is_good(ev->outcome);
        break;
    default:
        break;
    }
}

static bool add_run(struct run_state *s, const struct event *ev, struct err *e)
{
    if (!text_eq(ev->plan, s->plan->digest))
        return err_set(e, ERR_TAMPERED, "the journal belongs to another plan");
    s->started = true;
    return true;
}

bool state_add(struct run_state *s, const struct event *ev, struct err *e)
{
    const struct step *step = ev->step ? plan_step(s->plan, ev->step) : NULL;

    if (ev->step && !step)
        return err_set(e, ERR_TAMPERED, "journal record %lld names step '%.40s', which the plan does not have", ev->n,
                       ev->step);
    if (s->boot && !text_eq(s->boot, ev->boot)) {
        add_boot(s, ev);
    } else if (ev->kind == EVENT_BEGIN || ev->kind == EVENT_END) {
        s->fresh_boot = false;
    }
    s->boot = ev->boot;
    s->at = ev->at;
    /* The end of a step is on record before the ledger looks what the step did to the protection. */
    if (ev->kind != EVENT_START && ev->kind != EVENT_END && ev->kind != EVENT_UNDO_END)
        s->worked = ev->at;
    switch (ev->kind) {
    case EVENT_RUN:
        return add_run(s, ev, e);
    case EVENT_START:
        s->stopped = NULL;
        break;
    case EVENT_REBOOT:
        add_reboot(s, step, ev);
        break;
    case EVENT_ROLLBACK:
        s->rolling_back = true;
        s->why = ev->text;
        break;
    case EVENT_PROTECTION:
        add_protection(s, ev);
        break;
    case EVENT_COMMIT:
        s->committed = true;
        break;
    case EVENT_STOP:
        s->stopped = ev->text ? ev->text : "";
        break;
    case EVENT_FINISH:
        s->finished = true;
        s->exit = ev->exit;
        s->result = ev->result;
        break;
    default:
        if (step)
            add_step_event(s, step, ev);
    }
    return true;
}

const struct step *state_next(const struct run_state *s)
{
    for (size_t i = 0; i < s->plan->steps.n; i++)
        if (s->steps[i].phase != PHASE_DONE)
            return &s->plan->steps.v[i];
    return NULL;
}

bool state_touched(const struct run_state *s, bool (*mutates)(const char *verb))
{
    for (size_t i = 0; i < s->plan->steps.n; i++)
        if (s->steps[i].applied && !s->steps[i].undone && mutates(s->plan->steps.v[i].verb))
            return true;
    return false;
}
