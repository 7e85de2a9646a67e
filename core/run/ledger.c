/* The protection ledger: who has real-time protection on, from when to when. */
#include "core/detect/observe.h"
#include "core/os/machine.h"
#include "core/run/engine.h"

#include <string.h>

enum { LOOK_EVERY_MS = 1000 };

/* Products of the plan that can protect, and their real-time conditions. */
static size_t protectors(const struct plan *p, struct arena *a, const struct cond ***conds, const char ***names)
{
    size_t n = 0, max = p->sources.n + 2;

    *conds = ARENA_ARRAY(a, max, const struct cond *);
    *names = ARENA_ARRAY(a, max, const char *);
    if (!*conds || !*names)
        return 0;
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct plan_product *x = &p->sources.v[i];

        if (x->role == ROLE_PROTECTION && x->health && x->health->realtime) {
            (*names)[n] = x->product;
            (*conds)[n++] = x->health->realtime;
        }
    }
    if (p->target && p->target->health && p->target->health->realtime) {
        (*names)[n] = p->target->product;
        (*conds)[n++] = p->target->health->realtime;
    }
    for (size_t i = 0; i < p->ladder.n; i++) {
        if (p->ladder.v[i].rung == RUNG_OTHER_PROTECTION && p->ladder.v[i].cond) {
            (*names)[n] = "other";
            (*conds)[n++] = p->ladder.v[i].cond;
        }
    }
    return n;
}

static bool same(const struct strs *x, const struct strs *y)
{
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (!text_in(y, x->v[i]))
            return false;
    return true;
}

/* Names of those whose condition holds; *unknown counts those that could not be judged. */
static bool who(struct engine *g, struct doc *d, struct strs *by, size_t *unknown, struct err *e)
{
    const struct cond **conds;
    const char **names;
    size_t n = protectors(g->plan, &d->arena, &conds, &names);
    struct facts f;

    by->n = 0;
    *unknown = 0;
    by->v = ARENA_ARRAY(&d->arena, n + 1, const char *);
    if (!by->v)
        return err_nomem(e);
    if (!observe_facts(conds, n, d, &f, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct verdict v;

        if (!cond_judge(conds[i], &f, &d->arena, &v, e))
            return false;
        if (v.answer == TRI_YES)
            by->v[by->n++] = names[i];
        *unknown += v.answer == TRI_UNKNOWN;
    }
    return true;
}

static bool record(struct engine *g, const struct strs *by, enum tri answer, struct err *e)
{
    struct event ev = {.kind = EVENT_PROTECTION, .answer = (int)answer, .exit = -1};
    char text[INSTANT_TEXT];
    json_t *data = NULL;

    if (!strs_copy(&g->doc->arena, by, &ev.by))
        return err_nomem(e);
    if (answer != TRI_YES && g->last_on != INSTANT_NONE) {
        data = json_pack("{s:s}", "last_on", instant_format(g->last_on, text));
        if (!doc_keep(g->doc, data, e))
            return false;
        ev.data = data;
    }
    return engine_note(g, &ev, e);
}

bool ledger_look(struct engine *g, struct err *e)
{
    struct doc d = DOC_INIT;
    struct strs by;
    size_t unknown;
    enum tri answer;
    instant now = os_now();
    bool ok = who(g, &d, &by, &unknown, e);

    g->looked_ms = os_up_ms();
    if (ok) {
        /* Nobody seen and somebody not judged: that is not known, and counts as a gap until it is. */
        answer = by.n ? TRI_YES : unknown ? TRI_UNKNOWN : TRI_NO;
        if (answer != (enum tri)g->state.protected_now || !same(&by, &g->state.by) ||
            g->state.protected_first == TRI_UNKNOWN)
            ok = record(g, &by, answer, e);
        if (answer == TRI_YES)
            g->last_on = now;
    }
    doc_free(&d);
    return ok;
}

bool ledger_begin(struct engine *g, struct err *e)
{
    bool here = g->state.protected_first != TRI_UNKNOWN;

    while (!here && os_up_ms() < OS_BOOT_MS) {
        struct doc d = DOC_INIT;
        struct strs by;
        size_t unknown;
        bool ok = who(g, &d, &by, &unknown, e);

        here = ok && by.n;
        doc_free(&d);
        if (!ok)
            return false;
        if (!here)
            os_sleep_ms(LOOK_EVERY_MS);
    }
    return ledger_look(g, e);
}

static bool too_long(const struct engine *g)
{
    const struct run_state *s = &g->state;

    return s->protected_first == TRI_YES && s->protected_now != TRI_YES && s->off_since != INSTANT_NONE &&
           os_now() - s->off_since - s->without_power > g->plan->unprotected_limit_s * 1000;
}

bool ledger_tick(void *arg)
{
    struct engine *g = arg;
    bool watching = (g->verb && (g->verb->def.flags & VERB_PROTECTION)) || g->state.protected_now != TRI_YES;

    if (g->options->progress)
        g->options->progress(g->options->arg, g->plan, NULL);
    if (!watching || g->dry || g->tick_error.code || os_up_ms() - g->looked_ms < LOOK_EVERY_MS)
        return true;
    if (!ledger_look(g, &g->tick_error))
        return true; /* the engine reports it when the step is over */
    if (!g->state.rolling_back && too_long(g))
        g->ceiling = true;
    return g->state.rolling_back || !g->ceiling; /* what restores protection is never cut short */
}
