/*
 * schedule.h - which PC is visited next, and for what. Pure: no I/O, no clock; the same instants give the same visits.
 *
 * The driver (real: core/fleet/drive, rehearsed: rehearse.c) asks schedule_next() for visits until there is none, carries
 * them out, and reports each by schedule_event() and then schedule_over(); schedule_wake() says when to ask again. Each
 * PC has one visit at a time.
 *
 * Before every single start it is checked that the wave is open, its budget holds even if every PC at work fails, the
 * PC's window is open long enough for its plan, and nothing has stopped or paused the rollout. Visits to PCs at work come
 * before starts, since who is at work may be unprotected.
 *
 * A refused login may be that PC's own matter, or the jump host's: a wrong key, a locked account. A directory counts refused
 * logins of one user over all PCs and locks him out, and one PC must not stop all others. So a PC that refuses is held and
 * never tried again by itself, and the refusals in a row of each login (user) are counted. Whoever is let in next ends the row:
 * it was the PCs' own matter, and they stay held. With rollout.refusals of them in a row, all pause. Until one was let in, and while
 * there is a row, no more sessions of that login are open than refusals are left.
 *
 * Memory belongs to the schedule; schedule_free() gives it back. One record a PC and two indexes.
 */
#ifndef AVSWAP_CORE_ROLLOUT_SCHEDULE_H
#define AVSWAP_CORE_ROLLOUT_SCHEDULE_H

#include "core/model/rollout.h"
#include "core/rollout/host.h"

struct member { /* what the schedule has to know of a PC besides its state */
    uint32_t urgency;   /* higher first within a wave: days without updates */
    uint16_t wave;
    uint16_t site;
    uint16_t window;    /* index; SCHEDULE_ALWAYS: none holds for it */
    int16_t offset;     /* minutes east of UTC */
    uint16_t login;     /* number of the user who logs in there */
    bool live;          /* a visit is under way */
    bool probe;         /* and it is only a probe */
    bool indirect;      /* only a session can tell whether it is there: to probe it is one */
    bool parked;        /* waits at a gate */
    uint32_t behind;    /* who waits behind it at that gate; UINT32_MAX: nobody */
};
#define SCHEDULE_ALWAYS UINT16_MAX
enum { SCHEDULE_PROBES = 256 }; /* at the same time */

struct wave_state {
    size_t size, queued, at_work, unfinished; /* unfinished: answered and neither queued nor final */
    size_t failures, begun, proving;
    size_t budget;
    instant soaked;  /* when it has */
    enum wave_phase phase;
};

struct gate { /* of a site or a login: so many sessions at the same time */
    unsigned live, most;  /* most 0: no limit */
    uint32_t first, last; /* PCs with a due visit that wait for one */
};

struct login_state {
    struct gate gate;
    unsigned refused; /* in a row */
    bool proven;      /* one was let in */
};

struct visit {
    uint32_t host;
    enum host_visit kind;
};

struct schedule {
    struct host *hosts;      /* the driver's; n of them */
    struct member *members;  /* the driver's */
    size_t n;
    const struct rollout *rollout;
    struct wave_state *waves;
    size_t wave_count, wave; /* the open one; wave_count: all are over */
    struct gate *sites;      /* and one behind them, to which all probes go */
    size_t site_count;
    struct login_state *logins;
    size_t login_count;
    uint32_t *order;         /* all PCs, by wave, window, zone of time and urgency */
    struct line {            /* those of the open wave that wait for the same hour */
        size_t at, end;
    } *lines;
    size_t line_count;
    uint32_t *heap;          /* PCs with a due visit, soonest first */
    uint32_t *place;         /* of each PC in the heap; UINT32_MAX: not in it */
    size_t heap_n;
    unsigned live;           /* sessions under way; probes are none */
    size_t at_work, away;    /* away: unreachable */
    double tokens;           /* of the connects per second */
    instant filled;
    instant opens;           /* the next window that opens, where only that keeps PCs from starting */
    bool stopped, paused;
    size_t bugs;             /* events that cannot be */
};

/* Waves of the rollout plus "rest"; sites in the order of the members' numbers, most 0: no limit. */
bool schedule_init(struct schedule *s, const struct rollout *r, struct host *hosts, struct member *members, size_t n,
                   const unsigned *site_most, size_t sites, instant now, struct err *e) MUST_CHECK;
void schedule_free(struct schedule *s);
/* After schedule_init(), before a crash of the jump host: which wave was open, and when it has soaked (INSTANT_NONE: not soaking). */
void schedule_left_at(struct schedule *s, size_t wave, instant soaked);

/* False: none now. A start is already in the host's state (EVENT_TURN). */
bool schedule_next(struct schedule *s, instant now, struct visit *ret);
void schedule_event(struct schedule *s, uint32_t host, enum host_event v, int status, instant now);
/* Is it no session but only a connection? */
bool schedule_is_probe(const struct schedule *s, const struct visit *v);
/* Its login was accepted, which may be known before any event: the refusals before it were the matter of those PCs. */
void schedule_let_in(struct schedule *s, uint32_t host);
/* The visit's session, or its probe, has ended. */
void schedule_over(struct schedule *s, uint32_t host);
/* When schedule_next() may have something without any event before; INSTANT_NONE: never. */
instant schedule_wake(const struct schedule *s, instant now);

/* Nobody else is started; what is at work is seen to its end. */
void schedule_stop(struct schedule *s);
/* Nobody is visited until a person has looked after the login; it is paused by itself, and again from the store after a crash. */
void schedule_pause(struct schedule *s);
/* A person has: logins are tried again as if none had been refused, and none let in. */
void schedule_go_on(struct schedule *s);
/* What keeps the next queued PC from being started now, for people; NULL: nothing, or none is queued. */
const char *schedule_limit(const struct schedule *s);
/* Nothing is left to do: all waves are over or stopped, everybody has ended or is held for a person to look. */
bool schedule_done(const struct schedule *s);

#endif
