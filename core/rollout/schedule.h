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
    bool live;          /* a visit is under way */
    bool probe;         /* and it is only a probe */
    bool parked;        /* waits for a session to its site */
    uint32_t behind;    /* who waits behind it for a session to its site; UINT32_MAX: nobody */
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

struct site_state {
    unsigned live, most;
    uint32_t first, last; /* PCs with a due visit that wait for a session to it */
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
    struct site_state *sites; /* and one behind them, to which all probes go */
    size_t site_count;
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

/* False: none now. A start is already in the host's state (EVENT_TURN). */
bool schedule_next(struct schedule *s, instant now, struct visit *ret);
void schedule_event(struct schedule *s, uint32_t host, enum host_event v, int status, instant now);
/* The visit's session, or its probe, has ended. */
void schedule_over(struct schedule *s, uint32_t host);
/* When schedule_next() may have something without any event before; INSTANT_NONE: never. */
instant schedule_wake(const struct schedule *s, instant now);

/* Nobody else is started; what is at work is seen to its end. */
void schedule_stop(struct schedule *s);
/* Nobody is visited, until the login has been mended. */
void schedule_pause(struct schedule *s, bool paused);
/* What keeps the next queued PC from being started now, for people; NULL: nothing, or none is queued. */
const char *schedule_limit(const struct schedule *s);
/* Nothing is left to do: all waves are over or stopped, everybody has ended or is held for a person to look. */
bool schedule_done(const struct schedule *s);

#endif
