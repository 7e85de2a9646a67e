/*
 * verb.h - what a verb is, without how it is done: all the planner, the linter and the manual need.
 *
 * core/step/verb.h adds probe, apply and undo.
 */
#ifndef AVSWAP_CORE_MODEL_VERB_H
#define AVSWAP_CORE_MODEL_VERB_H

#include "core/model/plan.h"

enum verb_flags {
    VERB_MUTATES = 1,    /* changes the PC: never called in a dry run */
    VERB_PROTECTION = 2, /* may change who protects: the ledger looks while it runs */
    VERB_REBOOTS = 4,
    VERB_NETWORK = 8,    /* needs the network: only before protection is touched */
    VERB_NO_RETURN = 16, /* cannot be undone once applied */
    VERB_AFTER_CRASH = 32, /* without a probe: after a crash it may simply be applied again */
    VERB_NOTICED = 64,     /* changes nothing for good, but others notice it: not in a dry run */
    VERB_MAY_REBOOT = 128, /* its success may ask for a reboot: found done after an interruption, a pending one counts */
    VERB_STAYS = 256,      /* a rollback leaves its effect: the plan warns with no_undo */
};

struct verb_def {
    const char *name; /* "package.remove" */
    const char *doc;  /* a sentence or two for manuals */
    const char *os;   /* family of the only system that has it; NULL: every one */
    const struct schema *args;
    unsigned flags;
    long long timeout_s;
    /* Pure: the state that holds once the verb had its effect, from its arguments; NULL: the verb probes itself. */
    bool (*after)(const void *args, struct doc *d, struct cond **ret, struct err *e);
    /* Pure: what undoing does, for people; "": nothing with these arguments; NULL function: no undo. */
    const char *(*undo_text)(const void *args, struct arena *a);
    const char *no_undo; /* why not */
};

/* The verb's arguments as a struct, read strictly by its schema. */
bool verb_args(const struct verb_def *v, const json_t *args, struct doc *d, const struct place *at, void **ret,
               struct err *e) MUST_CHECK;

#endif
