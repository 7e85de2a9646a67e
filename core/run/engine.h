/*
 * engine.h - the one executor: plan + journal -> the next thing to do, until the run ends.
 *
 * Invariants: a `begin` is on disk before a step acts; whatever is known after a crash is in the journal; a step whose
 * effect holds is never applied again; the direction only ever changes once, from forward to rollback.
 */
#ifndef AVSWAP_CORE_RUN_ENGINE_H
#define AVSWAP_CORE_RUN_ENGINE_H

#include "core/run/journal.h"
#include "core/run/run.h"
#include "core/run/state.h"
#include "core/step/verb.h"

struct engine {
    const struct plan *plan;
    const char *id;
    const char *folder, *payload, *backup;
    const struct run_options *options;
    struct journal *journal;
    struct run_state state;
    struct doc *doc;      /* lifetime of the whole run */
    bool dry;
    /* the step at work */
    const struct step *step;
    const struct verb *verb;
    int64_t looked_ms;    /* when the ledger looked last */
    instant last_on;      /* when protection was last seen on */
    bool ceiling;         /* the gap has grown too long */
    struct err tick_error;
};

/* Adds a record to journal and state and tells the listener. */
bool engine_note(struct engine *g, const struct event *ev, struct err *e) MUST_CHECK;
/* Runs until the end of the run, a reboot, or a stop; *ret_exit is the exit status. */
bool engine_run(struct engine *g, int *ret_exit, struct err *e) MUST_CHECK;

/* ledger.c: the first look of a worker. As long as nothing was changed, a PC that was just booted is given time: what
 * starts with it is not yet there. */
bool ledger_begin(struct engine *g, struct err *e) MUST_CHECK;
/* Who protects now; journals a change. */
bool ledger_look(struct engine *g, struct err *e) MUST_CHECK;
/* The tick handed to verbs and children: looks now and then, false when the gap has grown too long. */
bool ledger_tick(void *arg);

/* rollback.c: undo in reverse, then the highest rung of the ladder that holds; ends the run. */
bool engine_rollback(struct engine *g, int *ret_exit, struct err *e) MUST_CHECK;
bool engine_finish(struct engine *g, enum run_result result, int exit, enum rung rung, const char *why, int *ret_exit,
                   struct err *e) MUST_CHECK;
void engine_ctx(struct engine *g, const struct step *s, struct doc *d, struct step_ctx *ret);
bool verb_mutates(const char *verb);

#endif
