/* A schedule made of PCs as they are found: all new, or as a crash of the jump host left them. */
#include "core/rollout/schedule_impl.h"

#include <stdlib.h>
#include <string.h>

static int by_turn(const void *a, const void *b, void *members)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct member *x = (const struct member *)members + i, *y = (const struct member *)members + k;

    if (x->wave != y->wave)
        return x->wave < y->wave ? -1 : 1;
    if (x->window != y->window)
        return x->window < y->window ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->urgency != y->urgency)
        return x->urgency > y->urgency ? -1 : 1;
    return i < k ? -1 : i > k;
}

static bool same_wave(const struct schedule *s, size_t i, size_t k)
{
    return s->members[s->order[i]].wave == s->members[s->order[k]].wave;
}

static bool same_hour(const struct schedule *s, size_t i, size_t k)
{
    const struct member *x = &s->members[s->order[i]], *y = &s->members[s->order[k]];

    return x->window == y->window && x->offset == y->offset;
}

/* Sorts them, and makes room for the lines of the wave that has most. */
static void line_up(struct schedule *s)
{
    size_t most = 0, lines = 0;

    for (uint32_t i = 0; i < s->n; i++)
        s->order[i] = i;
    qsort_r(s->order, s->n, sizeof *s->order, by_turn, s->members);
    for (size_t i = 0; i < s->n; i++) {
        bool other_wave = !i || !same_wave(s, i - 1, i);

        lines = other_wave ? 1 : lines + !same_hour(s, i - 1, i);
        most = lines > most ? lines : most;
    }
    s->lines = mem_alloc((most + 1) * sizeof *s->lines);
}

void schedule_open_wave(struct schedule *s, size_t wave)
{
    s->wave = wave;
    s->line_count = 0;
    if (wave == s->wave_count)
        return;
    s->waves[wave].phase = WAVE_OPEN;
    for (size_t i = 0; i < s->n; i++) {
        struct line *last = s->line_count ? &s->lines[s->line_count - 1] : NULL;

        if (s->members[s->order[i]].wave != wave || s->hosts[s->order[i]].state != HOST_QUEUED)
            continue;
        if (last && same_hour(s, last->end - 1, i))
            last->end = i + 1;
        else
            s->lines[s->line_count++] = (struct line){i, i + 1};
    }
}

/* As it is found: new, or from before a crash of the jump host. */
static void take_in(struct schedule *s, uint32_t host, instant now)
{
    struct host *h = &s->hosts[host];
    struct wave_state *w = &s->waves[s->members[host].wave];

    w->queued += h->state == HOST_QUEUED;
    w->begun += h->state != HOST_QUEUED;
    w->failures += host_has_failed(h);
    w->at_work += host_is_at_work(h);
    w->unfinished += host_is_unfinished(h);
    s->at_work += host_is_at_work(h);
    s->away += h->state == HOST_UNREACHABLE;
    if (h->state != HOST_QUEUED && host_next(h) != VISIT_NONE && h->due == INSTANT_NONE)
        h->due = now;
    schedule_settle(s, host);
}

/* A wave behind which another has begun was over, soaked and looked at, before a crash of the jump host. */
static size_t wave_found(struct schedule *s)
{
    size_t last = 0;

    for (size_t i = 0; i < s->wave_count; i++)
        last = s->waves[i].begun ? i : last;
    for (size_t i = 0; i < last; i++)
        s->waves[i].phase = WAVE_OVER;
    return last;
}

static size_t count_logins(const struct member *members, size_t n)
{
    size_t most = 0;

    for (size_t i = 0; i < n; i++)
        most = members[i].login > most ? members[i].login : most;
    return most + 1;
}

bool schedule_init(struct schedule *s, const struct rollout *r, struct host *hosts, struct member *members, size_t n,
                   const unsigned *site_most, size_t sites, instant now, struct err *e)
{
    *s = (struct schedule){.hosts = hosts, .members = members, .n = n, .rollout = r, .wave_count = r->waves.n + 1,
                           .site_count = sites, .filled = now, .opens = INSTANT_NONE,
                           .tokens = (double)r->per_second};
    s->waves = mem_alloc(s->wave_count * sizeof *s->waves);
    s->sites = mem_alloc((sites + 1) * sizeof *s->sites);
    s->login_count = count_logins(members, n);
    s->logins = mem_alloc(s->login_count * sizeof *s->logins);
    s->order = mem_alloc((n + 1) * sizeof *s->order);
    s->heap = mem_alloc((n + 1) * sizeof *s->heap);
    s->place = mem_alloc((n + 1) * sizeof *s->place);
    if (!s->waves || !s->sites || !s->logins || !s->order || !s->heap || !s->place) {
        schedule_free(s);
        return err_nomem(e);
    }
    memset(s->waves, 0, s->wave_count * sizeof *s->waves);
    for (size_t i = 0; i < sites; i++)
        s->sites[i] = (struct gate){0, site_most[i], NOWHERE, NOWHERE};
    s->sites[sites] = (struct gate){0, SCHEDULE_PROBES, NOWHERE, NOWHERE};
    for (size_t i = 0; i < s->login_count; i++)
        s->logins[i] = (struct login_state){.gate = {0, (unsigned)r->refusals, NOWHERE, NOWHERE}};
    for (uint32_t i = 0; i < n; i++) {
        s->waves[members[i].wave].size++;
        s->place[i] = NOWHERE;
        members[i].live = members[i].parked = false;
    }
    for (size_t i = 0; i < s->wave_count; i++)
        s->waves[i].soaked = INSTANT_NONE;
    for (size_t i = 0; i < s->wave_count; i++)
        s->waves[i].budget = (size_t)rollout_budget(r, i, (long long)s->waves[i].size);
    line_up(s);
    if (!s->lines) {
        schedule_free(s);
        return err_nomem(e);
    }
    for (uint32_t i = 0; i < n; i++)
        take_in(s, i, now);
    schedule_open_wave(s, wave_found(s));
    return true;
}

void schedule_left_at(struct schedule *s, size_t wave, instant soaked)
{
    if (wave > s->wave_count || wave < s->wave)
        return;
    for (size_t i = s->wave; i < wave; i++)
        s->waves[i].phase = WAVE_OVER;
    if (wave > s->wave)
        schedule_open_wave(s, wave);
    if (wave < s->wave_count)
        s->waves[wave].soaked = soaked;
}

void schedule_free(struct schedule *s)
{
    mem_free(s->waves);
    mem_free(s->logins);
    mem_free(s->sites);
    mem_free(s->order);
    mem_free(s->lines);
    mem_free(s->heap);
    mem_free(s->place);
    *s = (struct schedule){.n = 0};
}
