/*
 * host.h - what a jump host knows of one PC that it moves, as a state machine. Pure: no I/O, no clock.
 *
 *     QUEUED -> STARTING -> RUNNING -> ENDED -> COLLECTED -> DONE | ROLLED_BACK | REFUSED | UNPROTECTED | DOUBT
 *
 * A PC that is done is looked at again when its wave has soaked (VISIT_VERIFY), which the scheduler decides.
 *
 * Every other visit to a PC is one of four, each of which may be repeated without harm, because the PC itself keeps one run at
 * a time and answers for it by its id: start (a run that is there already is told as such), poll from a byte of the
 * journal, collect, acknowledge. Which one is next follows from the state alone, so nothing but the state, written down
 * before the visit begins, is needed after the jump host's own crash.
 *
 * UNREACHABLE is a state of its own with the state it came from in `back`: it counts for nothing and holds nothing. Such a
 * PC is only probed, by a connection that asks for nothing and costs no session, until its port answers again; a port that
 * answers where no visit succeeds does not shorten the times between probes. HELD
 * waits for a person: what the PC answered cannot be right, its key is another one, or it refused the login, which is never
 * tried again by itself. Whether a refused login is that PC's own matter or the jump host's, the scheduler judges.
 *
 * The table has a row for every state and every event (tests/unit/test_fleet_host.c): what cannot happen is listed as
 * such, and is a defect when it does.
 */
#ifndef AVSWAP_CORE_ROLLOUT_HOST_H
#define AVSWAP_CORE_ROLLOUT_HOST_H

#include "core/model/fleet.h"

enum host_event {
    EVENT_TURN,      /* the scheduler lets it begin */
    EVENT_STARTED,   /* it answers: this run is at work here, new or already */
    EVENT_OTHER,     /* it answers: another run is at work here, one that this jump host does not know */
    EVENT_NO_START,  /* it answers: not begun, nothing changed */
    EVENT_PROGRESS,  /* records came */
    EVENT_NONE_YET,  /* it answers, and knows nothing of this run */
    EVENT_OVER,      /* the run is over */
    EVENT_WHOLE,     /* journal and outcome are here, and their chain holds */
    EVENT_ACKED,     /* it knows that they are here */
    EVENT_SILENT,    /* no connection, or it broke off */
    EVENT_ANSWERS,   /* its port takes connections again */
    EVENT_LOGIN,     /* the connection stands, the login was refused */
    EVENT_KEY,       /* its host key is another one */
    EVENT_NONSENSE,  /* wrong frames, endless output, a journal that shrank, forked or is another PC's */
    EVENT_PROVED,    /* looked at again after its end: protected, the old product still gone */
    EVENT_BROKEN,    /* looked at again: not so */
    EVENT_RELEASED,  /* a person has looked: go on */
    HOST_EVENTS
};

enum host_visit { VISIT_NONE, VISIT_START, VISIT_POLL, VISIT_COLLECT, VISIT_ACK, VISIT_VERIFY, VISIT_PROBE };

/* What the scheduler has to do besides. */
enum host_effect {
    EFFECT_BEGUN = 1,   /* one more PC is touched */
    EFFECT_ENDED = 2,   /* one less is at work; its end counts */
    EFFECT_REFUSED = 4, /* it refused the login */
    EFFECT_FAILED = 8,  /* it had ended well, and is not well any more */
    EFFECT_BUG = 16,    /* this cannot happen */
};

struct host {
    instant due;    /* when it is to be visited next; INSTANT_NONE: not by itself */
    instant since;  /* in this state */
    instant seen;   /* last answered; INSTANT_NONE: never */
    int64_t expected_ms; /* how long its run will take, from the plan */
    uint32_t id;    /* place in the fleet; what its jitter is made from */
    uint16_t tries; /* visits in a row that brought nothing new */
    uint8_t state;
    uint8_t back;
    uint8_t end;    /* of an ended run: the final state that its exit status stands for */
    uint8_t cause;  /* of being held: the event */
    bool knocked;   /* its port took a connection after it was away, and no visit has shown yet whether it is back; not kept */
};

extern const char *const host_event_names[];

/*
 * One event at one instant. `status`: of EVENT_OVER and EVENT_NO_START, the worker's exit status (README); else 0.
 * Returns effects; h->due is when it wants to be visited again.
 */
unsigned host_event(struct host *h, enum host_event v, int status, instant now);
/* What the next visit is for; VISIT_NONE: none. */
enum host_visit host_next(const struct host *h);

/* The final state that the worker's exit status stands for. */
enum host_state host_end(int status);
bool host_is_final(const struct host *h);
/* What it is, or was before it went silent or was held. */
enum host_state host_behind(const struct host *h);
/* Answered last time, and neither queued nor at its end. */
bool host_is_unfinished(const struct host *h);
/* Begun, answering and not known to be over: it may still fail. */
bool host_is_at_work(const struct host *h);
/* Touched, and not what was wanted. */
bool host_has_failed(const struct host *h);

#endif
