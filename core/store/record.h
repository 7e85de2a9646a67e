/*
 * record.h - rollouts in the store: who is in one, how far each PC is, and what happened. What the scheduler needs to go on
 * after the jump host's own crash is here, written before the visit that it is about.
 *
 * A record is of one PC in one rollout; its place (host.id) is its index in the arrays of the scheduler, from 0 without gaps.
 * All of a rollout are written in one change when it begins, so that every queued PC has one from the first moment.
 *
 * Changes want an open one. Those of a running rollout are grouped:
 *     store_batch(s, now_ms) before each change; store_batch_due(s, now_ms) in the loop says when to store_commit().
 * Before a visit begins that is not repeatable by itself (a start), and before a PC is told that all it has is here
 * (acknowledge), the change must be committed: store_commit() at once, where store_changing().
 *
 * Lists belong to the document given.
 */
#ifndef AVSWAP_CORE_STORE_RECORD_H
#define AVSWAP_CORE_STORE_RECORD_H

#include "core/rollout/host.h"
#include "core/store/store.h"

struct record {
    const char *name;
    struct host host;        /* as it was when it was saved; host.id is the place */
    uint32_t urgency;
    uint16_t wave;
    const char *plan;        /* id, also the run's; NULL: none */
    long long journal_size;  /* bytes of the run's journal that are here */
    char journal_digest[65]; /* of these bytes; "" at 0 */
    int64_t gap_ms;          /* of the times without protection that have ended, as the journal tells them so far */
    instant off_since;       /* of one that has not: since when; INSTANT_NONE: protected, or not known. By the PC's clock */
    const char *text;        /* the last reason, for people, as it came (hostile); NULL: none */
};

struct record_rollout {
    long long id;          /* 0 in record_begin() */
    const char *document;  /* JSON text of the rollout */
    const char *operator;  /* who began it */
    instant begun;
    instant ended;         /* INSTANT_NONE: it goes on */
    bool stopped;          /* nobody else is started */
    const char *paused;    /* why nobody is visited until a person has looked; NULL: it is not paused */
    size_t wave;           /* that is open */
    instant soaked;        /* when that one has; INSTANT_NONE: it does not soak */
};

struct records {
    LIST(struct record) v; /* by place */
};

struct record_event {
    const char *host;  /* NULL: of the rollout as a whole */
    instant at;
    const char *event; /* of host_event_names, or of the rollout: "begun", "stopped", "paused", "resumed", "ended" */
    const char *text;  /* NULL: none */
};

/* The rollout and all its members, numbered anew by their order. *ret: its id. One change of its own. */
bool record_begin(struct store *s, const struct record_rollout *r, struct record *members, size_t n, long long *ret,
                  struct err *e) MUST_CHECK;
/* *ret: false: there is none. id 0: the one that has not ended, else the last one. */
bool record_rollout(struct store *s, long long id, struct doc *d, struct record_rollout *ret, bool *ret_found,
                    struct err *e) MUST_CHECK;
/* Sets `ended` and all below it. */
bool record_rollout_save(struct store *s, const struct record_rollout *r, struct err *e) MUST_CHECK;
bool record_load(struct store *s, long long rollout, struct doc *d, struct records *ret, struct err *e) MUST_CHECK;
/* All but name, urgency and wave. */
bool record_save(struct store *s, long long rollout, const struct record *m, struct err *e) MUST_CHECK;

bool record_event(struct store *s, long long rollout, const struct record_event *ev, struct err *e) MUST_CHECK;
/* In the order in which they came; host NULL: all. */
bool record_events_each(struct store *s, long long rollout, const char *host,
                        bool (*each)(void *arg, const struct record_event *ev, struct err *e), void *arg,
                        struct err *e) MUST_CHECK;

#endif
