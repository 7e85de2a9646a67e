#include "core/rollout/sim.h"

#include "core/base/list.h"

#include <stdlib.h>

#define HOUR_MS (3600ll * 1000)

static int by_instant(const void *a, const void *b)
{
    instant x = *(const instant *)a, y = *(const instant *)b;

    return x < y ? -1 : x > y;
}

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

static bool tell_through(const struct sim *m, struct forecast *f, struct err *e)
{
    static const int parts[] = {50, 90, 99, 100};
    instant *at = mem_alloc(m->schedule.n * sizeof *at);
    size_t n = 0;

    if (!at)
        return err_nomem(e);
    for (size_t i = 0; i < m->schedule.n; i++) {
        if (m->pcs[i].through != INSTANT_NONE)
            at[n++] = m->pcs[i].through;
        f->late += f->deadline != INSTANT_NONE && (m->pcs[i].through == INSTANT_NONE || m->pcs[i].through > f->deadline);
    }
    qsort(at, n, sizeof *at, by_instant);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t need = (m->schedule.n * (size_t)parts[i] + 99) / 100;
        struct forecast_part *p = need <= n ? LIST_ADD(m->arena, &f->through) : NULL;

        if (!p)
            continue;
        *p = (struct forecast_part){parts[i], at[need - 1]};
        if (parts[i] <= 99)
            f->per_day_reached = (long long)((double)need * (double)INSTANT_DAY / (double)(at[need - 1] - f->begins + 1) + 0.5);
    }
    mem_free(at);
    return true;
}

static bool tell_gaps(const struct sim *m, struct forecast *f, struct err *e)
{
    float *gap = mem_alloc(m->schedule.n * sizeof *gap);
    size_t n = 0;

    if (!gap)
        return err_nomem(e);
    for (size_t i = 0; i < m->schedule.n; i++)
        if (m->pcs[i].gap_s >= 0 && m->hosts[i].state == HOST_DONE)
            gap[n++] = m->pcs[i].gap_s;
    qsort(gap, n, sizeof *gap, by_float);
    if (n) {
        f->gap_p50_s = (long long)(gap[n / 2] + 0.5f);
        f->gap_p99_s = (long long)(gap[n - 1 - n / 100] + 0.5f);
        f->gap_max_s = (long long)(gap[n - 1] + 0.5f);
    }
    mem_free(gap);
    return true;
}

static bool tell_states(const struct sim *m, struct forecast *f, struct err *e)
{
    long long counts[HOST_STATES] = {0};

    for (size_t i = 0; i < m->schedule.n; i++)
        counts[m->hosts[i].state]++;
    for (int s = 0; s < HOST_STATES; s++) {
        struct forecast_count *c = counts[s] ? LIST_ADD(m->arena, &f->states) : NULL;

        if (counts[s] && !c)
            return err_nomem(e);
        if (c)
            *c = (struct forecast_count){host_state_names[s], counts[s]};
    }
    return true;
}

static bool tell_waves(const struct sim *m, const instant *opened, const instant *ended, struct forecast *f, struct err *e)
{
    for (size_t i = 0; i < m->schedule.wave_count; i++) {
        const struct wave_state *w = &m->schedule.waves[i];
        struct forecast_wave *x;

        if (!w->size)
            continue;
        x = LIST_ADD(m->arena, &f->waves);
        if (!x)
            return err_nomem(e);
        *x = (struct forecast_wave){i < m->r->waves.n ? m->r->waves.v[i].name : "rest", (long long)w->size, (long long)w->begun,
                                    (long long)w->failures, (long long)w->budget, wave_phase_names[w->phase], opened[i], ended[i]};
    }
    return true;
}

/* Seats are taken in the order in which the PCs are through. */
static bool tell_licences(const struct sim *m, struct forecast *f, struct err *e)
{
    for (size_t l = 0; l < m->s->licences.n; l++) {
        const struct scenario_licence *x = &m->s->licences.v[l];
        struct forecast_licence *y = LIST_ADD(m->arena, &f->licences);
        instant *at = mem_alloc(m->schedule.n * sizeof *at);
        size_t n = 0;

        if (!y || !at) {
            mem_free(at);
            return err_nomem(e);
        }
        for (uint32_t i = 0; i < m->schedule.n; i++)
            if (text_eq(sim_kind(m, i)->licence, x->licence) && m->pcs[i].through != INSTANT_NONE)
                at[n++] = m->pcs[i].through;
        qsort(at, n, sizeof *at, by_instant);
        *y = (struct forecast_licence){x->licence, x->seats, 0, n > (size_t)x->seats ? at[x->seats] : INSTANT_NONE};
        for (uint32_t i = 0; i < m->schedule.n; i++)
            y->needed += text_eq(sim_kind(m, i)->licence, x->licence);
        mem_free(at);
    }
    return true;
}

static int by_hours(const void *a, const void *b)
{
    const struct forecast_limit *x = a, *y = b;

    return x->hours > y->hours ? -1 : x->hours < y->hours;
}

bool forecast_tell(struct sim *m, const instant *opened, const instant *ended, struct forecast *f, struct err *e)
{
    if (f->deadline != INSTANT_NONE && f->deadline > f->begins)
        f->per_day_needed = (long long)((double)m->schedule.n * (double)INSTANT_DAY / (double)(f->deadline - f->begins) + 0.999);
    f->visits = m->visits;
    if (m->limits.n)
        qsort(m->limits.v, m->limits.n, sizeof *m->limits.v, by_hours);
    for (size_t i = 0; i < m->limits.n; i++) {
        struct forecast_limit *l = m->limits.v[i].hours >= HOUR_MS ? LIST_ADD(m->arena, &f->limits) : NULL;

        if (l)
            *l = (struct forecast_limit){m->limits.v[i].what, m->limits.v[i].hours / (HOUR_MS)};
    }
    return tell_states(m, f, e) && tell_waves(m, opened, ended, f, e) && tell_through(m, f, e) && tell_gaps(m, f, e) &&
           tell_licences(m, f, e);
}
