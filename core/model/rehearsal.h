/*
 * rehearsal.h - avswap.scenario/1 and avswap.rehearsal/1: a fleet that is made up, and what a rollout over it comes to.
 *
 * What is read belongs to its struct doc (schema.h). Errors of reading: as for every document, with file and place.
 */
#ifndef AVSWAP_CORE_MODEL_REHEARSAL_H
#define AVSWAP_CORE_MODEL_REHEARSAL_H

#include "core/base/schema.h"

struct scenario_kind {
    const char *name;
    long long count;
    const char *site;        /* NULL: none that has limits */
    struct strs groups;      /* for waves and windows */
    long long utc_offset_min;
    const char *from, *to;   /* when they are switched on, in their own time; NULL: always */
    long long on_percent;    /* of the days on which they are there at all */
    bool weekdays;           /* not on Saturday and Sunday */
    long long run_min_s, run_max_s; /* how long a run takes, reboots left out */
    long long reboots;
    long long push_mb;       /* worker, plan and installers */
    long long refused_permille, failed_permille, unprotected_permille, doubt_permille;
    long long drop_permille; /* visits that break off */
    long long gap_max_s;     /* unprotected while the engines change */
    long long days_without_updates; /* who has gone longest comes first */
    const char *licence;     /* whose seats it takes; NULL: nobody counts */
    int on_from, on_to;      /* derived: minutes */
};

struct scenario_site {
    const char *site;
    long long mbit;          /* of its line */
    long long at_once;       /* sessions; 0: no limit */
};

struct scenario_licence {
    const char *licence;
    long long seats;
};

struct scenario {
    LIST(struct scenario_kind) kinds;
    LIST(struct scenario_site) sites;
    LIST(struct scenario_licence) licences;
    instant begins;
    instant deadline;        /* INSTANT_NONE: none */
    long long days;          /* for how many it is looked at */
    long long seed;
};
extern const struct schema scenario_schema;

struct forecast_count { /* of one state */
    const char *state;
    long long hosts;
};

struct forecast_wave {
    const char *name;
    long long hosts, begun, failures, budget;
    const char *phase;
    instant opened, ended;
};

struct forecast_part { /* a part of the fleet and when it was through */
    long long percent;
    instant at;
};

struct forecast_limit {
    const char *what;
    long long hours;
};

struct forecast_licence {
    const char *licence;
    long long seats, needed;
    instant run_out;
};

struct forecast {
    long long hosts, seed;
    instant begins, ended, deadline;
    long long late;          /* not through at the deadline */
    long long per_day_needed, per_day_reached;
    LIST(struct forecast_count) states;
    LIST(struct forecast_wave) waves;
    LIST(struct forecast_part) through; /* 50, 90, 99 and 100 of a hundred; a missing one was not reached */
    LIST(struct forecast_limit) limits; /* what kept the next PC from being started, and for how long */
    LIST(struct forecast_licence) licences;
    long long gap_p50_s, gap_p99_s, gap_max_s;
    long long visits;
};
extern const struct schema forecast_schema;

#endif
