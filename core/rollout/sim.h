/*
 * sim.h - a rehearsal under way: shared by rehearse.c, which plays it, and forecast.c, which tells what came of it.
 *
 * Lives within one call of rehearse(), which makes it and frees it.
 */
#ifndef AVSWAP_CORE_ROLLOUT_SIM_H
#define AVSWAP_CORE_ROLLOUT_SIM_H

#include "core/model/rehearsal.h"
#include "core/rollout/schedule.h"

struct pc { /* a made-up PC; its kind stands in sim.of */
    instant ends;     /* of its run; INSTANT_NONE: not begun */
    instant through;  /* when it was done: who is rolled back still has what must go */
    float gap_s;      /* -1: none yet */
    uint16_t visits;
};

struct done;

struct sim {
    const struct scenario *s;
    const struct rollout *r;
    struct schedule schedule;
    struct host *hosts;
    struct member *members;
    struct pc *pcs;
    uint16_t *of;           /* kind of each */
    struct done *done;      /* a heap by instant */
    size_t done_n;
    double *mbit_ms;        /* of each site: Mbit that its line carries in a millisecond */
    unsigned *site_most;
    size_t sites;
    instant now;
    long long visits;
    LIST(struct forecast_limit) limits;
    struct arena *arena;
};

static inline const struct scenario_kind *sim_kind(const struct sim *m, uint32_t host)
{
    return &m->s->kinds.v[m->of[host]];
}

/* Fills what the run left: states, waves, when which part was through, gaps, limits, seats. */
bool forecast_tell(struct sim *m, const instant *opened, const instant *ended, struct forecast *f, struct err *e) MUST_CHECK;

#endif
