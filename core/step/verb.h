/*
 * verb.h - the verbs: one const struct each, all in one table (step/table.c).
 *
 * probe answers whether the step's effect holds, without changing anything. apply makes it hold and may be called
 * again after a crash. undo makes it not hold. All three get the step's arguments as the struct of their schema,
 * with ${run}, ${payload} and ${backup} already replaced. An effect says what happened; an err is kept for what
 * prevented even the attempt.
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
    bool eicar;      /* asked for on the command line */
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
    bool (*apply)(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e);
    bool (*undo)(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e);
};

extern const struct verb *const verbs[]; /* NULL-terminated, by name */
const struct verb *verb_find(const char *name);
/* The same table for the planner and the manual. */
const struct verb_def *const *verb_defs(void);

#endif
