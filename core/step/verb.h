/*
 * verb.h - the verbs: one const struct each, all in one table (step/table.c).
 *
 * All functions get the step's arguments as the struct of their schema, with ${run}, ${payload} and ${backup} already
 * replaced. They may be called again after a crash at any moment.
 *
 *   probe     does the effect hold? Changes nothing. NULL: the step's `after` is judged.
 *   remember  what undo will need to know of the state before; its JSON is in the journal before apply is called.
 *   apply     makes the effect hold. The engine then waits for it (probe, until the step's limit): an exit status
 *             is never believed alone.
 *   undo      makes it not hold; must be idempotent.
 *   undone    does the state before hold again? NULL: judged by undo's outcome.
 *
 * An effect says what happened; an err is kept for what prevented even the attempt.
 */
#ifndef AVSWAP_CORE_STEP_VERB_H
#define AVSWAP_CORE_STEP_VERB_H

#include "core/base/secret.h"
#include "core/model/event.h"
#include "core/model/verb.h"
#include "core/os/process.h"

struct step_ctx {
    const struct plan *plan;
    const struct step *step;
    struct doc *doc; /* lifetime of this step */
    const char *run, *payload, *backup; /* folders */
    bool eicar;      /* asked for, by plan or command line */
    long long reboots; /* of this run so far */
    bool rebooted;     /* this step asked for a reboot, and there was one since */
    bool reboot_wanted; /* an earlier step's installer asked for one */
    const json_t *remembered; /* undo: what remember() gave; NULL: apply was never reached */
    /* Called about four times a second while something is waited for; false: give up. */
    bool (*tick)(void *arg);
    void *tick_arg;
};

struct effect {
    int outcome; /* enum outcome_kind */
    const char *text;
    json_t *data; /* evidence; belongs to ctx->doc */
};

struct verb {
    struct verb_def def;
    bool (*probe)(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e);
    bool (*remember)(const struct step_ctx *c, const void *args, json_t **ret, struct err *e);
    bool (*apply)(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e);
    bool (*undo)(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e);
    bool (*undone)(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e);
};

extern const struct verb *const verbs[]; /* NULL-terminated, by name */
const struct verb *verb_find(const char *name);
/* The step's arguments, folders put in, as the struct of the verb's schema. */
bool step_args(const struct verb *v, const struct step_ctx *c, void **ret, struct err *e) MUST_CHECK;
/* Does the effect of the step hold now? (the verb's probe, or its `after`) */
bool step_holds(const struct verb *v, const struct step_ctx *c, const void *args, struct verdict *ret,
                struct err *e) MUST_CHECK;
/* For verbs: sets an effect; fmt is text for people. Always true unless memory ran out. */
bool effect_set(const struct step_ctx *c, struct effect *ret, int outcome, struct err *e, const char *fmt, ...)
    __attribute__((format(__printf__, 5, 6)));
/* The meaning of a child's end by the product's exit codes; OUTCOME_NONE: the probe must decide. Frees x->out. */
bool effect_exit(const struct step_ctx *c, struct effect *ret, const char *what, struct os_exit *x, struct err *e);

/* For argument checks: is a path or pattern deep enough to be one product's own? Absolute and plain, three parts, two
 * below /opt and /run, none of which begins with a wildcard. */
bool step_own_path(const char *path);

/* The same table for the planner and the manual. */
const struct verb_def *const *verb_defs(void);

#endif
