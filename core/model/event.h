/*
 * event.h - journal.jsonl: what the worker did, one record a line, each with the SHA-256 of the line before.
 *
 * A `begin` is on disk before a step changes anything, its `end` after. Everything the run knows after a crash is
 * the fold of these records (core/run/state.h).
 */
#ifndef AVSWAP_CORE_MODEL_EVENT_H
#define AVSWAP_CORE_MODEL_EVENT_H

#include "core/model/finding.h"

enum event_kind {
    EVENT_NONE,
    EVENT_RUN,         /* a run of this plan starts: plan digest */
    EVENT_START,       /* a worker process starts or resumes */
    EVENT_BEGIN,       /* step: about to act */
    EVENT_END,         /* step: its effect holds, or it failed: outcome */
    EVENT_REBOOT,      /* step: about to reboot */
    EVENT_ROLLBACK,    /* direction changes: why, and the rung aimed at */
    EVENT_UNDO_BEGIN,  /* step */
    EVENT_UNDO_END,    /* step */
    EVENT_PROTECTION,  /* who protects changed: a ledger entry */
    EVENT_NOTE,        /* step: what was done is no longer so (after a boot) and is done again */
    EVENT_TRY,         /* step: a secret is handed over now; it counts as tried whatever happens next */
    EVENT_COMMIT,      /* rollback material is given up */
    EVENT_STOP,        /* the worker stopped before the end: in doubt, or reboot needed */
    EVENT_FINISH,      /* the run is over: result and exit status */
    EVENT_COUNT
};
extern const char *const event_kind_names[];

/* What an installer's exit code means: the closed set of design section 3. */
enum outcome_kind {
    OUTCOME_NONE,
    OUTCOME_OK,
    OUTCOME_OK_REBOOT,
    OUTCOME_REBOOT_THEN_RETRY,
    OUTCOME_ALREADY_OK,
    OUTCOME_IN_USE_RETRY,
    OUTCOME_AUTH_FAILED,
    OUTCOME_TAMPER_LOCKED,
    OUTCOME_REFUSED, /* by the product's own policy */
    OUTCOME_CONFLICT_AV,
    OUTCOME_UNSUPPORTED_OS,
    OUTCOME_REQUIREMENTS,
    OUTCOME_DISK_FULL,
    OUTCOME_NO_NETWORK,
    OUTCOME_BAD_TOKEN,
    OUTCOME_CANCELLED,
    OUTCOME_CORRUPT,
    OUTCOME_CONFIG_ERROR,
    OUTCOME_TRANSIENT,
    OUTCOME_TIMEOUT,
    OUTCOME_DOUBT,
    OUTCOME_FATAL,
    OUTCOME_COUNT
};
extern const char *const outcome_names[];
bool outcome_is_good(int outcome); /* ok, ok-reboot, already-ok */

struct event {
    long long n; /* from 1, without gaps */
    instant at;  /* wall clock */
    const char *boot;  /* boot id */
    long long up_ms;   /* monotonic clock of that boot */
    int kind;
    const char *step;
    long long attempt;
    int outcome;
    const char *text;
    const char *plan;     /* RUN: plan digest */
    long long pid;        /* START */
    int answer;           /* PROTECTION: is the PC protected? enum tri */
    struct strs by;       /* PROTECTION: product ids with real-time protection on */
    const char *rung;     /* ROLLBACK, FINISH */
    const char *result;   /* FINISH: outcome.h */
    long long exit;       /* FINISH, STOP: exit status */
    const json_t *data;   /* evidence: digests of fetched files, exit code of a child ... */
    const char *prev;     /* SHA-256 of the line before, without its newline; 64 zeros for the first */
};
extern const struct schema event_schema;

#endif
