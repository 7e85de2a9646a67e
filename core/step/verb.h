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
#include "core/step/exits.h"

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
    const char *tried; /* the form in which an earlier try of this step handed a secret over; NULL: none did */
    long long tries;   /* how often it did in that form */
    bool handing;      /* and was interrupted before it ended */
    /* To be called before a secret is handed to a program that may refuse it, with the form. */
    bool (*mark)(void *arg, const char *form, struct err *e);
    /* Called about four times a second while something is waited for; false: give up. */
    bool (*tick)(void *arg);
    void *tick_arg; /* also of mark */
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
/* The meaning of a child's end by the product's exit codes, then by a table of its kind of installer; OUTCOME_NONE: the
 * probe must decide. Frees x->out. */
bool effect_exit(const struct step_ctx *c, struct effect *ret, const char *what, enum exits table, struct os_exit *x,
                 struct err *e);
/* Is the file signed, whole, by that signer (pattern; NULL: nobody asks)? Else *ret_good is false and ret says so. */
bool effect_signer(const struct step_ctx *c, struct effect *ret, const char *path, const char *signer, bool *ret_good,
                   struct err *e);
/* Does a path fit a pattern? Where it begins with a drive, without regard to case. */
bool step_path_fits(const char *pattern, const char *path);

/* The same table for the planner and the manual. */
const struct verb_def *const *verb_defs(void);

#endif
