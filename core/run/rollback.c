/* After a failure: undo in reverse, then the highest rung of the ladder that really holds. */
#include "core/detect/observe.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/run/engine.h"

#include <string.h>

enum { HEALTH_WAIT_MS = 60000, STAYS_MS = 15000 };

static const struct ladder_rung *rung_of(const struct plan *p, enum rung r)
{
    for (size_t i = 0; i < p->ladder.n; i++)
        if (p->ladder.v[i].rung == (int)r)
            return &p->ladder.v[i];
    return NULL;
}

static bool is_source(const struct plan *p, const char *product)
{
    for (size_t i = 0; product && i < p->sources.n; i++)
        if (text_eq(p->sources.v[i].product, product))
            return true;
    return false;
}

/* Has the old product been touched? */
static bool source_touched(const struct engine *g)
{
    for (size_t i = 0; i < g->plan->steps.n; i++) {
        const struct step *s = &g->plan->steps.v[i];

        if (g->state.steps[i].applied && is_source(g->plan, s->product) && verb_mutates(s->verb))
            return true;
    }
    return false;
}

static bool note_undo(struct engine *g, enum event_kind kind, const struct effect *x, struct err *e)
{
    struct event ev = {.kind = kind, .step = g->step->id, .exit = -1};

    if (x) {
        ev.outcome = x->outcome;
        ev.text = x->text;
        ev.data = x->data;
    }
    return engine_note(g, &ev, e);
}

static bool judge_undone(struct engine *g, const struct step_ctx *c, const void *args, bool *ret, struct err *e)
{
    struct verdict v;

    *ret = false;
    if (!g->verb->undone)
        return true;
    if (!g->verb->undone(c, args, &v, e))
        return false;
    *ret = v.answer == TRI_YES;
    return true;
}

static bool undo_now(struct engine *g, const struct step_ctx *c, const void *args, struct effect *x, struct err *e)
{
    bool done;

    if (!g->verb->undo(c, args, x, e)) {
        if (e->code == ERR_NOMEM)
            return false;
        /* What could not be undone is on record; the health of the old product decides in the end. */
        if (!effect_set(c, x, OUTCOME_FATAL, e, "%s", e->text))
            return false;
        err_clear(e);
    }
    if (g->verb->undone && !outcome_is_good(x->outcome)) {
        if (!judge_undone(g, c, args, &done, e))
            return false;
        if (done)
            x->outcome = OUTCOME_OK;
    }
    if (x->outcome == OUTCOME_NONE)
        x->outcome = OUTCOME_FATAL;
    return true;
}

static bool undo_step(struct engine *g, struct err *e)
{
    struct step_state *s = state_of(&g->state, g->step);
    struct doc d = DOC_INIT;
    struct effect x = {0, NULL, NULL};
    struct step_ctx c;
    void *args;
    bool done = false, ok;

    engine_ctx(g, g->step, &d, &c);
    ok = step_args(g->verb, &c, &args, e) && judge_undone(g, &c, args, &done, e);
    if (ok && done && s->undo_begun)
        ok = effect_set(&c, &x, OUTCOME_OK, e, "found undone after an interruption");
    else if (ok && done)
        ok = effect_set(&c, &x, OUTCOME_ALREADY_OK, e, "there is nothing to undo");
    else if (ok)
        ok = note_undo(g, EVENT_UNDO_BEGIN, NULL, e) && undo_now(g, &c, args, &x, e);
    ok = ok && note_undo(g, EVENT_UNDO_END, &x, e);
    doc_free(&d);
    if (ok && (g->verb->def.flags & VERB_PROTECTION))
        ok = ledger_look(g, e);
    return ok || err_wrap(e, "undoing step %s (%s)", g->step->id, g->step->title);
}

static bool rung_holds(const struct ladder_rung *r, bool *ret, struct err *e)
{
    struct doc d = DOC_INIT;
    struct verdict v;
    bool ok;

    *ret = false;
    if (!r || !r->cond)
        return true;
    ok = observe(r->cond, &d, &v, e);
    *ret = ok && v.answer == TRI_YES;
    doc_free(&d);
    return ok;
}

/* Waits so long for it to hold. How long the gap is by now is no reason not to wait for its end. */
static bool rung_wait(struct engine *g, const struct ladder_rung *r, long long ms, bool *ret, struct err *e)
{
    int64_t until = os_up_ms() + (r && r->cond ? ms : 0);

    for (;;) {
        if (!rung_holds(r, ret, e))
            return false;
        if (*ret || os_up_ms() >= until)
            return true;
        ledger_tick(g);
        os_sleep_ms(500);
    }
}

/* The step that failed; NULL: it was a limit or a person. */
static const struct step *failed_step(const struct engine *g)
{
    const struct step *failed = NULL;

    for (size_t i = 0; i < g->plan->steps.n; i++)
        if (g->state.steps[i].phase == PHASE_FAILED)
            failed = &g->plan->steps.v[i];
    return failed;
}

/*
 * What is undone: everything, when the old product was not touched, may be restored, or still protects although it
 * could not be restored. Else undoing would only take the new one away; that is done only where it does not protect and
 * there is other protection, which may wake up once it is gone.
 */
enum extent { UNDO_NOTHING, UNDO_TARGET, UNDO_ALL };

static bool extent(struct engine *g, enum extent *ret, struct err *e)
{
    const struct ladder_rung *old = rung_of(g->plan, RUNG_OLD_RESTORED);
    const struct ladder_rung *other = rung_of(g->plan, RUNG_OTHER_PROTECTION);
    const struct step *failed = failed_step(g);
    bool holds = !source_touched(g) || (old && old->allowed);
    bool stopped = failed && is_source(g->plan, failed->product); /* a removal that failed starts it again */

    if (!holds && !rung_wait(g, old, stopped ? HEALTH_WAIT_MS : 0, &holds, e))
        return false;
    *ret = UNDO_ALL;
    if (holds)
        return true;
    *ret = UNDO_NOTHING;
    if (other && other->allowed && g->plan->target && !text_in(&g->state.by, g->plan->target->product))
        *ret = UNDO_TARGET;
    return true;
}

/* A power cut may take an undoing back that the journal has. */
static bool still_undone(struct engine *g, bool *ret, struct err *e)
{
    const struct step_state *s = state_of(&g->state, g->step);
    struct doc d = DOC_INIT;
    struct step_ctx c;
    void *args;
    bool ok;

    *ret = s->undone;
    if (!s->undone || !s->undone_well || !g->verb->undone || text_eq(s->undone_in, g->state.boot))
        return true;
    engine_ctx(g, g->step, &d, &c);
    ok = step_args(g->verb, &c, &args, e) && judge_undone(g, &c, args, ret, e);
    doc_free(&d);
    return ok;
}

static bool undo_steps(struct engine *g, enum extent which, struct err *e)
{
    const char *target = g->plan->target ? g->plan->target->product : NULL;

    for (size_t i = which == UNDO_NOTHING ? 0 : g->plan->steps.n; i-- > 0;) {
        bool done;

        g->step = &g->plan->steps.v[i];
        g->verb = verb_find(g->step->verb);
        if (!g->verb || !g->verb->undo || !g->state.steps[i].applied)
            continue;
        if (which == UNDO_TARGET && !(target && text_eq(g->step->product, target)))
            continue;
        if (!still_undone(g, &done, e) || (!done && !undo_step(g, e)))
            return false;
    }
    return true;
}

/* Was it seen to protect before the rollback? Not only at the first look: a run that goes on at a boot may look before it has started. */
static bool protected_before(const struct engine *g, const char *product)
{
    for (size_t i = 0; i < g->journal->events.n; i++) {
        const struct event *v = &g->journal->events.v[i];

        if (v->kind == EVENT_ROLLBACK)
            return false;
        if (v->kind == EVENT_PROTECTION && text_in(&v->by, product))
            return true;
    }
    return false;
}

/* Every source that protected before does so again; where it was put back, within a minute. */
static bool old_healthy(struct engine *g, bool wait, bool *ret, struct err *e)
{
    int64_t until = os_up_ms() + (wait ? HEALTH_WAIT_MS : 0);

    for (;;) {
        size_t wanted = 0, good = 0;

        for (size_t i = 0; i < g->plan->sources.n; i++) {
            const struct plan_product *p = &g->plan->sources.v[i];
            struct doc d = DOC_INIT;
            struct verdict v;
            bool ok;

            if (p->role != ROLE_PROTECTION || !p->health || !p->health->realtime || !protected_before(g, p->product))
                continue;
            ok = observe(p->health->realtime, &d, &v, e);
            wanted++;
            good += ok && v.answer == TRI_YES;
            doc_free(&d);
            if (!ok)
                return false;
        }
        *ret = wanted > 0 && good == wanted;
        if (*ret || !wanted || os_up_ms() >= until)
            return true;
        if (!ledger_tick(g))
            return true;
        os_sleep_ms(500);
    }
}

/* Protection of the system's own needs a while to notice that nobody else is there any more. */
static bool other_healthy(struct engine *g, bool *ret, struct err *e)
{
    const struct ladder_rung *r = rung_of(g->plan, RUNG_OTHER_PROTECTION);

    *ret = false;
    return !r || !r->allowed || rung_wait(g, r, HEALTH_WAIT_MS, ret, e);
}

/* The old product refused its removal, for its password or its self-defence, and everything is as it was. */
static bool refused(const struct engine *g)
{
    const struct step *failed = NULL;

    for (size_t i = 0; i < g->plan->steps.n; i++) {
        const struct step_state *x = &g->state.steps[i];
        const struct step *s = &g->plan->steps.v[i];

        if (x->phase == PHASE_FAILED && (x->outcome == OUTCOME_AUTH_FAILED || x->outcome == OUTCOME_TAMPER_LOCKED))
            failed = s;
        else if (x->applied && verb_mutates(s->verb) && !x->undone_well)
            return false;
    }
    return failed && is_source(g->plan, failed->product);
}

/* What has only just started may not stay: a while later it is looked at once more. */
static bool stays(struct engine *g, struct err *e)
{
    int64_t until = os_up_ms() + STAYS_MS;

    while (g->state.protected_now == TRI_YES && os_up_ms() < until) {
        ledger_tick(g);
        os_sleep_ms(500);
        if (!ledger_look(g, e))
            return false;
    }
    return true;
}

bool engine_rollback(struct engine *g, int *ret_exit, struct err *e)
{
    const char *why = g->state.why ? g->state.why : "";
    enum extent which;
    bool good;

    if (!extent(g, &which, e) || !undo_steps(g, which, e))
        return false;
    g->step = NULL;
    g->verb = NULL;
    if (!old_healthy(g, which == UNDO_ALL, &good, e) || !ledger_look(g, e))
        return false;
    if (refused(g) && (good || g->state.protected_now == g->state.protected_first))
        return engine_finish(g, RESULT_REFUSED, EXIT_REFUSED, RUNG_OLD_RESTORED, why, ret_exit, e);
    if (good)
        return engine_finish(g, RESULT_ROLLED_BACK, EXIT_ROLLED_BACK, RUNG_OLD_RESTORED, why, ret_exit, e);
    if (!other_healthy(g, &good, e) || !ledger_look(g, e))
        return false;
    if (good)
        return engine_finish(g, RESULT_OTHER_PROTECTION, EXIT_ROLLED_BACK, RUNG_OTHER_PROTECTION, why, ret_exit, e);
    if (!stays(g, e))
        return false;
    if (g->state.protected_now == TRI_YES) /* restoring was not allowed, and the new product protects after all */
        return engine_finish(g, RESULT_IN_DOUBT, EXIT_IN_DOUBT, RUNG_NEW_HEALTHY, why, ret_exit, e);
    return engine_finish(g, RESULT_UNPROTECTED, EXIT_UNPROTECTED, RUNG_UNPROTECTED, why, ret_exit, e);
}

bool engine_finish(struct engine *g, enum run_result result, int exit, enum rung rung, const char *why, int *ret_exit,
                   struct err *e)
{
    if (!g->dry)
        os_sync(); /* nobody looks again after this record: what was done must outlast a power cut */
    struct event ev = {.kind = EVENT_FINISH, .result = run_result_names[result], .exit = exit, .rung = rung_names[rung],
                       .text = why};

    *ret_exit = exit;
    return engine_note(g, &ev, e);
}
