#include "core/run/engine.h"
#include "core/detect/collect.h"
#include "core/os/machine.h"
#include "core/verify/verify.h"

#include <stdio.h>
#include <string.h>

/* GRACE: how long the effect of a program that reported a failure nobody knows is still looked for, or one that may
 * come only with a reboot. */
enum { GRACE_MS = 10000, RETRY_MAX = 5, RETRY_MS = 10000, POLL_MS = 250, POLL_MAX_MS = 2000 };

bool verb_mutates(const char *name)
{
    const struct verb *v = verb_find(name);

    return v && (v->def.flags & VERB_MUTATES);
}

bool engine_note(struct engine *g, const struct event *ev, struct err *e)
{
    const struct event *kept;

    if (!journal_append(g->journal, ev, &kept, e) || !state_add(&g->state, kept, e))
        return false;
    if (g->options->progress)
        g->options->progress(g->options->arg, g->plan, kept);
    return true;
}

/* For verbs: on record before a secret leaves our hands. */
static bool mark(void *arg, const char *form, struct err *e)
{
    struct engine *g = arg;
    struct event ev = {.kind = EVENT_TRY, .step = g->step->id, .text = form, .exit = -1};

    return engine_note(g, &ev, e);
}

void engine_ctx(struct engine *g, const struct step *s, struct doc *d, struct step_ctx *ret)
{
    const struct step_state *x = state_of(&g->state, s);

    memset(ret, 0, sizeof *ret);
    ret->plan = g->plan;
    ret->step = s;
    ret->doc = d;
    ret->run = g->folder;
    ret->payload = g->payload;
    ret->backup = g->backup;
    ret->eicar = g->plan->eicar || g->options->eicar;
    ret->reboots = g->state.boots;
    ret->rebooted = x->reboot_in && !text_eq(x->reboot_in, g->state.boot);
    ret->reboot_wanted = g->state.wanted_in && text_eq(g->state.wanted_in, g->state.boot);
    ret->remembered = x->remembered;
    ret->tried = x->tried;
    ret->tries = x->tries;
    ret->handing = x->handing;
    ret->mark = mark;
    ret->tick = ledger_tick;
    ret->tick_arg = g;
}

/* --- one step forward ------------------------------------------------------------------------------------------- */

static bool note_end(struct engine *g, const struct step *s, const struct effect *x, struct err *e)
{
    struct event ev = {.kind = EVENT_END, .step = s->id, .outcome = x->outcome, .text = x->text, .data = x->data,
                       .exit = -1};

    return engine_note(g, &ev, e);
}

/* Can this verb's effect be looked at? */
static bool visible(const struct verb *v, const struct step *s)
{
    return v->probe || s->after;
}

/* After apply: waits until the effect is there. An uninstaller that returns at once and goes on in the background is
 * caught here; an exit status that nobody knows is decided here. */
static bool prove(struct engine *g, const struct step_ctx *c, const void *args, struct effect *x, int64_t until,
                  struct err *e)
{
    long long pause = POLL_MS;
    struct verdict v;

    for (;;) {
        struct doc d = DOC_INIT;
        struct step_ctx now = *c;
        const char *evidence;
        bool ok;

        now.doc = &d;
        ok = step_holds(g->verb, &now, args, &v, e);
        evidence = ok ? arena_strdup(&c->doc->arena, v.evidence) : NULL;
        doc_free(&d);
        if (!ok)
            return false;
        if (!evidence)
            return err_nomem(e);
        if (v.answer == TRI_YES) {
            if (!outcome_is_good(x->outcome))
                return effect_set(c, x, OUTCOME_OK, e, "%s; its effect holds: %s", x->text, evidence);
            return true;
        }
        if (os_up_ms() >= until || !ledger_tick(g)) {
            if (x->outcome == OUTCOME_OK_REBOOT) /* recheck() looks once the PC was rebooted */
                return effect_set(c, x, OUTCOME_OK_REBOOT, e, "%s; until the reboot: %s", x->text, evidence);
            return effect_set(c, x, x->outcome == OUTCOME_NONE ? OUTCOME_FATAL : OUTCOME_TIMEOUT, e,
                              "%s, but its effect does not hold%s: %s", x->text,
                              g->ceiling ? " and the PC was unprotected for longer than the plan allows" : "", evidence);
        }
        os_sleep_ms(pause);
        pause = pause * 2 > POLL_MAX_MS ? POLL_MAX_MS : pause * 2;
    }
}

/* What a verb that could not even try says. */
static bool as_effect(const struct step_ctx *c, struct effect *x, struct err *e)
{
    struct err was = *e;
    int outcome = was.code == ERR_PAYLOAD || was.code == ERR_TAMPERED ? OUTCOME_CORRUPT
                  : was.code == ERR_SECRET                            ? OUTCOME_AUTH_FAILED
                  : was.code == ERR_TIMEOUT                           ? OUTCOME_TIMEOUT
                                                                      : OUTCOME_FATAL;

    if (was.code == ERR_NOMEM)
        return false;
    err_clear(e);
    return effect_set(c, x, outcome, e, "%s", was.text);
}

static bool try_once(struct engine *g, const struct step_ctx *c, const void *args, struct effect *x, struct err *e)
{
    int64_t until = os_up_ms() + g->step->timeout_s * 1000;

    memset(x, 0, sizeof *x);
    if (!g->verb->apply(c, args, x, e))
        return as_effect(c, x, e);
    if ((x->outcome == OUTCOME_NONE || x->outcome == OUTCOME_OK_REBOOT) && os_up_ms() + GRACE_MS < until)
        until = os_up_ms() + GRACE_MS;
    if (g->ceiling && !outcome_is_good(x->outcome))
        return effect_set(c, x, OUTCOME_TIMEOUT, e, "%s; the PC was unprotected for longer than the plan allows", x->text);
    if (!visible(g->verb, g->step) || (x->outcome != OUTCOME_NONE && !outcome_is_good(x->outcome)))
        return true;
    return prove(g, c, args, x, until, e) || as_effect(c, x, e);
}

static bool begin(struct engine *g, const struct step_ctx *c, const void *args, struct err *e)
{
    struct event ev = {.kind = EVENT_BEGIN, .step = g->step->id, .attempt = state_of(&g->state, g->step)->attempt + 1,
                       .exit = -1};
    json_t *data = NULL;

    if (g->verb->remember && !state_of(&g->state, g->step)->remembered) {
        if (!g->verb->remember(c, args, &data, e))
            return false;
        ev.data = data;
    }
    return engine_note(g, &ev, e);
}

static bool transient(int outcome)
{
    return outcome == OUTCOME_TRANSIENT || outcome == OUTCOME_IN_USE_RETRY;
}

/* Begin, act, prove, end; with a few tries where the installer says that another try may help. */
static bool act(struct engine *g, const struct step_ctx *c, const void *args, struct effect *x, struct err *e)
{
    int64_t until = os_up_ms() + g->step->timeout_s * 1000;

    for (int i = 0;; i++) {
        if (!begin(g, c, args, e))
            return false;
        if (!try_once(g, c, args, x, e))
            return false;
        if (!transient(x->outcome) || i + 1 >= RETRY_MAX || os_up_ms() + RETRY_MS > until)
            break;
        os_sleep_ms(RETRY_MS);
    }
    if (g->tick_error.code) {
        *e = g->tick_error;
        return false;
    }
    return true;
}

/* In a dry run only verbs that merely look are called. */
static bool looks_only(const struct verb *v)
{
    return !(v->def.flags & (VERB_MUTATES | VERB_NETWORK | VERB_REBOOTS | VERB_PROTECTION | VERB_NOTICED)) && !v->probe;
}

static bool pretend(struct engine *g, const struct step_ctx *c, const void *args, struct effect *x, struct err *e)
{
    if (looks_only(g->verb))
        return g->verb->apply(c, args, x, e) || as_effect(c, x, e);
    return effect_set(c, x, OUTCOME_OK, e, "would be done");
}

/*
 * The state of a step before acting: done already (nothing to do, nothing to undo), done by an interrupted try, not
 * done, or in doubt.
 */
enum before { BEFORE_ACT, BEFORE_DONE, BEFORE_DOUBT };

/* Nobody heard what an interrupted installer asked for. */
static bool after_interruption(struct engine *g, const struct step_ctx *c, struct effect *x, struct err *e)
{
    struct facts f;

    if (!(g->verb->def.flags & VERB_MAY_REBOOT) || !outcome_is_good(x->outcome))
        return true;
    if (!facts_collect(FACTS_REBOOT, NULL, c->doc, &f, e))
        return false;
    if (f.reboot_pending)
        x->outcome = OUTCOME_OK_REBOOT;
    return true;
}

static bool found_done(struct engine *g, const struct step_ctx *c, bool interrupted, const char *evidence,
                       struct effect *x, struct err *e)
{
    return effect_set(c, x, interrupted ? OUTCOME_OK : OUTCOME_ALREADY_OK, e, "%s%s",
                      interrupted ? "found done after an interruption: " : "already so: ", evidence) &&
           (!interrupted || after_interruption(g, c, x, e));
}

static bool look_before(struct engine *g, const struct step_ctx *c, const void *args, enum before *ret,
                        struct effect *x, struct err *e)
{
    bool interrupted = state_of(&g->state, g->step)->phase == PHASE_BEGUN;
    struct verdict v;

    *ret = BEFORE_ACT;
    if (interrupted && g->step->repeat)
        return true;
    if (!visible(g->verb, g->step)) {
        if (interrupted && (g->verb->def.flags & VERB_MUTATES) && !(g->verb->def.flags & VERB_AFTER_CRASH))
            *ret = BEFORE_DOUBT;
        return true;
    }
    if (!step_holds(g->verb, c, args, &v, e))
        return false;
    if (v.answer == TRI_YES) {
        *ret = BEFORE_DONE;
        return found_done(g, c, interrupted, v.evidence, x, e);
    }
    if (interrupted && v.answer == TRI_UNKNOWN && !(g->verb->def.flags & VERB_AFTER_CRASH)) {
        *ret = BEFORE_DOUBT;
        return effect_set(c, x, OUTCOME_DOUBT, e, "%s", v.evidence);
    }
    return true;
}

static bool reboot(struct engine *g, const char *why, int *ret_exit, bool *ret_stop, struct err *e)
{
    struct event ev = {.step = g->step->id, .text = why, .exit = -1};
    const char *asked = state_of(&g->state, g->step)->reboot_in;

    *ret_stop = true;
    if (g->plan->no_reboot) {
        ev.kind = EVENT_STOP;
        ev.exit = *ret_exit = EXIT_REBOOT;
        return engine_note(g, &ev, e);
    }
    /* Started again in the time the system leaves before it goes down: it is on record, only the system may not know. */
    if (asked && text_eq(asked, g->state.boot)) {
        *ret_exit = EXIT_REBOOT;
        return os_reboot(e);
    }
    if (g->state.reboots >= g->plan->max_reboots) {
        ev.kind = EVENT_STOP;
        ev.exit = *ret_exit = EXIT_IN_DOUBT;
        ev.text = arena_printf(&g->doc->arena, "%s, but the run has rebooted %lld times already", why, g->state.reboots);
        return ev.text ? engine_note(g, &ev, e) : err_nomem(e);
    }
    ev.kind = EVENT_REBOOT;
    *ret_exit = EXIT_REBOOT;
    return engine_note(g, &ev, e) && os_reboot(e);
}

static bool stop_in_doubt(struct engine *g, const char *why, int *ret_exit, struct err *e)
{
    struct event ev = {.kind = EVENT_STOP, .step = g->step->id, .exit = EXIT_IN_DOUBT,
                       .text = arena_printf(&g->doc->arena, "whether '%s' had its effect before the interruption cannot be "
                                                            "established: %s", g->step->title, why)};

    *ret_exit = EXIT_IN_DOUBT;
    return ev.text ? engine_note(g, &ev, e) : err_nomem(e);
}

/* --- after a failure --------------------------------------------------------------------------------------------- */

static int refused_status(int outcome)
{
    switch (outcome) {
    case OUTCOME_REFUSED:
    case OUTCOME_AUTH_FAILED:
    case OUTCOME_TAMPER_LOCKED:
    case OUTCOME_CONFLICT_AV:
    case OUTCOME_UNSUPPORTED_OS:
    case OUTCOME_REQUIREMENTS:
    case OUTCOME_DISK_FULL:
    case OUTCOME_CORRUPT:
    case OUTCOME_BAD_TOKEN:
        return EXIT_REFUSED;
    default:
        return EXIT_ERROR;
    }
}

/* Does the new product protect although a later step failed? Then nothing is turned round for a trace that stays. */
static bool new_protects(struct engine *g, bool *ret, struct err *e)
{
    static const char *realtime[] = {"realtime"};
    struct strs wanted = {realtime, 1};
    struct doc d = DOC_INIT;
    struct checks k = {.good = false};
    bool judged = text_starts(g->step->verb, "health.") || text_starts(g->step->verb, "eicar."), ok;

    *ret = false;
    if (!g->plan->target || judged || g->step->stage < STAGE_CLEAN)
        return true;
    ok = verify_health(g->plan->target, &wanted, &d, &k, e);
    *ret = k.good && k.list.n > 0;
    doc_free(&d);
    return ok;
}

static bool failed(struct engine *g, const char *text, int outcome, int *ret_exit, bool *ret_stop, struct err *e)
{
    struct event ev = {.kind = EVENT_ROLLBACK, .step = g->step->id, .exit = -1};
    const char *why = arena_printf(&g->doc->arena, "%s: %s", g->step->title, text);
    bool hold;

    if (!why)
        return err_nomem(e);
    if (!state_touched(&g->state, verb_mutates)) {
        *ret_stop = true;
        return engine_finish(g, RESULT_REFUSED, refused_status(outcome), RUNG_OLD_RESTORED, why, ret_exit, e);
    }
    if (!new_protects(g, &hold, e))
        return false;
    if (hold) {
        *ret_stop = true;
        return engine_finish(g, RESULT_IN_DOUBT, EXIT_IN_DOUBT, RUNG_NEW_HEALTHY, why, ret_exit, e);
    }
    ev.text = why;
    return engine_note(g, &ev, e);
}

/* --- the loop ------------------------------------------------------------------------------------------------------ */

static bool perform(struct engine *g, const struct step_ctx *c, struct effect *x, int *ret_exit, bool *ret_stop,
                    struct err *e)
{
    enum before before;
    void *args;

    if (!step_args(g->verb, c, &args, e) || !look_before(g, c, args, &before, x, e))
        return false;
    if (before == BEFORE_DOUBT && g->step->auxiliary) /* nothing depends on it */
        return effect_set(c, x, OUTCOME_DOUBT, e, "%s", x->text ? x->text : "it was interrupted and leaves no trace to look for") &&
               note_end(g, g->step, x, e);
    if (before == BEFORE_DOUBT) {
        *ret_stop = true;
        return stop_in_doubt(g, x->text ? x->text : "it leaves no trace to look for", ret_exit, e);
    }
    if (before == BEFORE_ACT && !(g->dry ? pretend(g, c, args, x, e) : act(g, c, args, x, e)))
        return false;
    if (x->outcome == OUTCOME_NONE)
        x->outcome = OUTCOME_FATAL;
    if (x->outcome == OUTCOME_REBOOT_THEN_RETRY)
        return reboot(g, x->text, ret_exit, ret_stop, e);
    return note_end(g, g->step, x, e);
}

static bool forward(struct engine *g, int *ret_exit, bool *ret_stop, struct err *e)
{
    struct doc d = DOC_INIT;
    struct step_ctx c;
    struct effect x = {0, NULL, NULL};
    bool ok;

    g->verb = verb_find(g->step->verb);
    if (!g->verb)
        return err_set(e, ERR_INPUT, "the plan's step %s uses the verb '%.60s', which this avswap does not have",
                       g->step->id, g->step->verb);
    engine_ctx(g, g->step, &d, &c);
    ok = perform(g, &c, &x, ret_exit, ret_stop, e) || err_wrap(e, "step %s (%s)", g->step->id, g->step->title);
    if (ok && !*ret_stop && (g->verb->def.flags & VERB_PROTECTION) && !g->dry)
        ok = ledger_look(g, e);
    if (ok && !*ret_stop && !outcome_is_good(x.outcome) && !g->step->auxiliary)
        ok = failed(g, x.text, x.outcome, ret_exit, ret_stop, e);
    doc_free(&d);
    return ok;
}

static bool complete(struct engine *g, int *ret_exit, struct err *e)
{
    struct event ev = {.kind = EVENT_COMMIT, .exit = -1};

    if (!g->state.committed && !engine_note(g, &ev, e))
        return false;
    return engine_finish(g, RESULT_MIGRATED, EXIT_DONE, RUNG_NEW_HEALTHY, NULL, ret_exit, e);
}

static bool still_failed(struct engine *g, int *ret_exit, bool *stop, struct err *e)
{
    /* Killed between the failing end and the decision: decide now as it would have been decided then. */
    const struct step_state *x = state_of(&g->state, g->step);

    return failed(g, x->text ? x->text : outcome_names[x->outcome], x->outcome, ret_exit, stop, e);
}

/* Is the effect of a step that the journal calls done still there? */
static bool still_holds(struct engine *g, const struct step *s, enum tri *ret, struct err *e)
{
    const struct verb *v = verb_find(s->verb);
    struct doc d = DOC_INIT;
    struct step_ctx c;
    struct verdict x = {TRI_YES, ""};
    void *args;
    bool ok = true;

    if (v && (v->def.flags & VERB_MUTATES) && visible(v, s)) {
        engine_ctx(g, s, &d, &c);
        ok = step_args(v, &c, &args, e) && step_holds(v, &c, args, &x, e);
    }
    *ret = x.answer;
    doc_free(&d);
    return ok;
}

/*
 * After a boot what was done may be undone: a service that was started but not yet enabled, a file that a power cut
 * took. Such steps are done again. Steps that failed and were passed over stay as they are.
 */
static bool recheck(struct engine *g, struct err *e)
{
    for (size_t i = 0; i < g->plan->steps.n; i++) {
        const struct step *s = &g->plan->steps.v[i];
        struct event ev = {.kind = EVENT_NOTE, .step = s->id, .text = "the boot undid it: it is done again", .exit = -1};
        enum tri holds;

        if (g->state.steps[i].phase != PHASE_DONE || !outcome_is_good(g->state.steps[i].outcome))
            continue;
        if (!still_holds(g, s, &holds, e))
            return false;
        if (holds == TRI_NO && !engine_note(g, &ev, e))
            return false;
    }
    return true;
}

bool engine_run(struct engine *g, int *ret_exit, struct err *e)
{
    bool stop = false, booted = g->state.fresh_boot;

    /* What happened while no worker looked is not known: a gap found now began when the last one stopped looking. */
    g->last_on = g->state.protected_now == TRI_YES ? g->state.worked : INSTANT_NONE;
    if (!g->dry && !ledger_begin(g, e))
        return false;
    if (booted && !g->state.rolling_back && !recheck(g, e))
        return false;
    while (!stop) {
        if (g->state.rolling_back)
            return engine_rollback(g, ret_exit, e);
        g->step = state_next(&g->state);
        if (!g->step)
            return complete(g, ret_exit, e);
        if (!(state_of(&g->state, g->step)->phase == PHASE_FAILED ? still_failed(g, ret_exit, &stop, e)
                                                                  : forward(g, ret_exit, &stop, e)))
            return false;
    }
    return true;
}
