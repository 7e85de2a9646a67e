/*
 * fleet.h - the documents about a rollout under way: avswap.fleet-status/1, what people and dashboards look at, and
 * avswap.notice/1, the expected change that a security operations centre is told of before the first uninstall.
 *
 * Both are made from what the jump host has (core/fleet/standing, core/fleet/notice) and read by core/report only. Every
 * text in them may come from a PC: who prints it escapes it. Counts are PCs, times are instants, gaps are whole seconds.
 * What is read belongs to its struct doc; errors name file and place (schema.h).
 */
#ifndef AVSWAP_CORE_MODEL_FLEET_H
#define AVSWAP_CORE_MODEL_FLEET_H

#include "core/base/schema.h"

/* What a jump host knows of a PC; core/rollout/host.h says what leads from one to the other. */
enum host_state {
    HOST_QUEUED,      /* waits for its wave, its window, a slot */
    HOST_STARTING,    /* written down that it is being started; whether it took the plan is not known */
    HOST_RUNNING,     /* its worker is at work, or its reboot is */
    HOST_ENDED,       /* the run is over; its journal is not here yet */
    HOST_COLLECTED,   /* journal and outcome are here and whole; it was not told so yet */
    HOST_UNREACHABLE, /* no answer; `back` is what it was */
    HOST_HELD,        /* a person must look; `back` is what it was */
    HOST_DONE,        /* and the rest is how it ended */
    HOST_ROLLED_BACK,
    HOST_REFUSED,
    HOST_UNPROTECTED,
    HOST_DOUBT,
    HOST_STATES
};
extern const char *const host_state_names[]; /* NULL-terminated; "queued" ... */

enum wave_phase { WAVE_CLOSED, WAVE_OPEN, WAVE_SOAKS, WAVE_PROVES, WAVE_OVER, WAVE_STOPPED };
extern const char *const wave_phase_names[]; /* NULL-terminated */

struct fleet_count {
    int state; /* enum host_state */
    long long hosts;
};

struct fleet_wave {
    const char *name;
    int phase; /* enum wave_phase */
    long long hosts, begun, at_work, done;
    long long failures, budget;
    instant soaked; /* when it has, or INSTANT_NONE */
};

struct fleet_member {
    const char *name;
    const char *machine; /* id; NULL: not known yet */
    const char *site;    /* NULL: none */
    const char *wave;
    int state;           /* enum host_state */
    const char *was;     /* unreachable or held: the state before; else NULL */
    instant since, seen, next; /* in this state, last answered, next visit; INSTANT_NONE: never */
    const char *from, *to;     /* products by name; NULL: not known */
    long long gap_s;     /* unprotected so far; -1: not measured */
    instant unprotected_since; /* it has no protection now, as far as is known; INSTANT_NONE: it has, or nothing is known */
    const char *text;    /* the last reason, for people; NULL: none */
    const char *action;  /* what a person does now; NULL: nothing */
    const char *command; /* and then types here; NULL: nothing */
};

struct fleet_deadline { /* a measure that speaks to the owner */
    const char *vendor, *id, *jurisdiction, *what;
    instant at;
};

struct fleet_pace {
    long long left;           /* PCs that still have what must go */
    long long done_per_day;   /* so far; -1: too early to say */
    instant deadline;         /* the next one ahead; INSTANT_NONE: none */
    long long needed_per_day; /* for it; -1: there is none */
    instant overdue_since;    /* the first that has passed; INSTANT_NONE: none */
    instant expected;         /* when all would be done at this pace; INSTANT_NONE: cannot be said */
    long long late;           /* PCs that would not be done at the deadline at this pace; -1: cannot be said */
};

struct fleet_gaps {
    long long measured; /* PCs */
    long long sum_s, worst_s;
    const char *worst;  /* whose; NULL: nobody's */
    struct strs now;    /* unprotected at this moment, as far as is known */
};

struct fleet_status {
    const char *rollout;  /* id; NULL: there is none */
    instant at;           /* when it was looked */
    instant begun, ended; /* INSTANT_NONE: not yet */
    const char *operator;
    const char *stopped;  /* why nobody else is started; NULL: not stopped */
    const char *paused;   /* why nobody is visited until a person has looked; NULL: not paused */
    const char *limit;    /* what keeps the next PC from being started; NULL: nothing */
    const char *driver;   /* the process that moves it on; NULL: none, or not known */
    long long total;
    LIST(struct fleet_count) states; /* those that occur, in the order of the states */
    LIST(struct fleet_wave) waves;
    LIST(struct fleet_deadline) deadlines;
    struct fleet_pace *pace;
    struct fleet_gaps *gaps;
    LIST(struct fleet_member) hosts;   /* who needs hands first */
};
extern const struct schema fleet_status_schema;

/* What a PC means for a person, by its state, the one before, and whether it is without protection now. Constants. */
struct fleet_care {
    const char *action;  /* NULL: nothing is to be done */
    const char *command; /* what is typed here afterwards, its name behind it; NULL: nothing */
    int need;            /* for a list that is read from above: 0 is who needs hands soonest */
    bool hands;          /* needs a person before it goes on, or ended otherwise than wanted */
    bool alarm;          /* without protection, and not because it is just being moved */
};
struct fleet_care fleet_care(const struct fleet_member *h);
/* The same order for states alone, below FLEET_NEEDS. */
enum { FLEET_NEEDS = 15 };
int fleet_order(enum host_state s);
/* PCs in this state. */
long long fleet_state_count(const struct fleet_status *f, enum host_state s);

struct notice_window {
    const char *from, *to; /* in the time of the PC */
    struct strs days;
};

struct notice_host {
    const char *name, *machine, *address, *os, *site, *wave;
    long long utc_offset_min;
    struct notice_window *window; /* NULL: at any hour */
    const char *plan, *plan_digest;
    struct strs stops;  /* products, services and units that go */
    struct strs starts; /* that come */
    long long max_reboots;
    const char *contact;
};

struct notice_worker {
    const char *os;
    const char *sha256;
};

struct notice {
    const char *rollout;
    long long number;  /* of the rollout's notices, from 1; 0: none of them */
    instant at;      /* of the notice */
    instant begins;  /* the first uninstall is not before */
    const char *operator, *contact;
    const char *tool;
    LIST(struct notice_worker) workers; /* digests of what is going to run */
    LIST(struct notice_host) hosts;
};
extern const struct schema notice_schema;

#endif
