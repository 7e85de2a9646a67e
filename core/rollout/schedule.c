#include "core/rollout/schedule.h"

#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX

/* ---- the heap of due visits ---- */

static bool sooner(const struct schedule *s, uint32_t a, uint32_t b)
{
    instant x = s->hosts[a].due, y = s->hosts[b].due;

    return x != y ? x < y : a < b;
}

static void put(struct schedule *s, size_t i, uint32_t host)
{
    s->heap[i] = host;
    s->place[host] = (uint32_t)i;
}

static void rise(struct schedule *s, size_t i)
{
    uint32_t host = s->heap[i];

    for (; i && sooner(s, host, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        put(s, i, s->heap[(i - 1) / 2]);
    put(s, i, host);
}

static void sink(struct schedule *s, size_t i)
{
    uint32_t host = s->heap[i];

    for (size_t below; (below = 2 * i + 1) < s->heap_n; i = below) {
        if (below + 1 < s->heap_n && sooner(s, s->heap[below + 1], s->heap[below]))
            below++;
        if (!sooner(s, s->heap[below], host))
            break;
        put(s, i, s->heap[below]);
    }
    put(s, i, host);
}

static void drop(struct schedule *s, uint32_t host)
{
    size_t i = s->place[host];

    if (i == NOWHERE)
        return;
    s->place[host] = NOWHERE;
    if (i == --s->heap_n)
        return;
    put(s, i, s->heap[s->heap_n]);
    rise(s, i);
    sink(s, s->place[s->heap[i]]);
}

/* In the heap by its due time, or not at all. A PC that is being visited, or waits for that, is not in it. */
static void settle(struct schedule *s, uint32_t host)
{
    drop(s, host);
    if (s->hosts[host].due == INSTANT_NONE || s->members[host].live || s->members[host].parked)
        return;
    put(s, s->heap_n++, host);
    rise(s, s->heap_n - 1);
}

/* ---- making one ---- */

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

static void open_wave(struct schedule *s, size_t wave)
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
    settle(s, host);
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

bool schedule_init(struct schedule *s, const struct rollout *r, struct host *hosts, struct member *members, size_t n,
                   const unsigned *site_most, size_t sites, instant now, struct err *e)
{
    *s = (struct schedule){.hosts = hosts, .members = members, .n = n, .rollout = r, .wave_count = r->waves.n + 1,
                           .site_count = sites, .filled = now, .opens = INSTANT_NONE,
                           .tokens = (double)r->per_second};
    s->waves = mem_alloc(s->wave_count * sizeof *s->waves);
    s->sites = mem_alloc((sites + 1) * sizeof *s->sites);
    s->order = mem_alloc((n + 1) * sizeof *s->order);
    s->heap = mem_alloc((n + 1) * sizeof *s->heap);
    s->place = mem_alloc((n + 1) * sizeof *s->place);
    if (!s->waves || !s->sites || !s->order || !s->heap || !s->place) {
        schedule_free(s);
        return err_nomem(e);
    }
    memset(s->waves, 0, s->wave_count * sizeof *s->waves);
    for (size_t i = 0; i < sites; i++)
        s->sites[i] = (struct site_state){0, site_most[i], NOWHERE, NOWHERE};
    s->sites[sites] = (struct site_state){0, SCHEDULE_PROBES, NOWHERE, NOWHERE};
    for (uint32_t i = 0; i < n; i++) {
        s->waves[members[i].wave].size++;
        s->place[i] = NOWHERE;
        members[i].live = members[i].parked = false;
    }
    for (size_t i = 0; i < s->wave_count; i++)
        s->waves[i].budget = (size_t)rollout_budget(r, i, (long long)s->waves[i].size);
    line_up(s);
    if (!s->lines) {
        schedule_free(s);
        return err_nomem(e);
    }
    for (uint32_t i = 0; i < n; i++)
        take_in(s, i, now);
    open_wave(s, wave_found(s));
    return true;
}

void schedule_free(struct schedule *s)
{
    mem_free(s->waves);
    mem_free(s->sites);
    mem_free(s->order);
    mem_free(s->lines);
    mem_free(s->heap);
    mem_free(s->place);
    *s = (struct schedule){.n = 0};
}

/* ---- what holds before each start ---- */

static void fill(struct schedule *s, instant now)
{
    double most = (double)s->rollout->per_second;

    s->tokens += (double)(now - s->filled) * most / 1000;
    s->tokens = s->tokens > most ? most : s->tokens;
    s->filled = now;
}

static struct site_state *site_of(const struct schedule *s, uint32_t host, bool probe)
{
    return &s->sites[probe ? s->site_count : s->members[host].site];
}

static bool room(const struct site_state *site)
{
    return !site->most || site->live < site->most;
}

static bool may_begin(const struct schedule *s)
{
    const struct wave_state *w = s->wave < s->wave_count ? &s->waves[s->wave] : NULL;

    return w && w->phase == WAVE_OPEN && !s->stopped && w->failures + w->at_work < w->budget &&
           s->at_work < (size_t)s->rollout->at_work;
}

/* Its window is open for as long as its plan takes, or may be cut short by its end: a window shorter than the plan
 * would never be long enough. */
static bool window_open(struct schedule *s, uint32_t host, instant now)
{
    const struct member *m = &s->members[host];
    const struct window *w = m->window == SCHEDULE_ALWAYS ? NULL : &s->rollout->windows.v[m->window];
    instant opens = INSTANT_NONE, until = w ? window_until(w, now, m->offset, &opens) : INSTANT_NONE;
    int64_t expected = s->hosts[host].expected_ms;

    if (!w)
        return true;
    if (until == INSTANT_NONE || (now + expected > until && expected <= window_length(w) * 60000ll)) {
        if (until != INSTANT_NONE)
            (void)window_until(w, until, m->offset, &opens);
        if (s->opens == INSTANT_NONE || opens < s->opens)
            s->opens = opens;
        return false;
    }
    return true;
}

/* Waits, in turn, until a session to its site is over. */
static void park(struct schedule *s, uint32_t host, struct site_state *site)
{
    drop(s, host);
    s->members[host].parked = true;
    s->members[host].behind = NOWHERE;
    if (site->first == NOWHERE)
        site->first = host;
    else
        s->members[site->last].behind = host;
    site->last = host;
}

static void unpark(struct schedule *s, struct site_state *site)
{
    uint32_t host = site->first;

    if (host == NOWHERE)
        return;
    site->first = s->members[host].behind;
    s->members[host].parked = false;
    settle(s, host);
}

static void visit(struct schedule *s, uint32_t host, enum host_visit kind)
{
    drop(s, host);
    s->members[host].live = true;
    s->members[host].probe = kind == VISIT_PROBE;
    site_of(s, host, kind == VISIT_PROBE)->live++;
    if (kind == VISIT_PROBE)
        return;
    s->live++;
    s->tokens -= 1;
}

/* The most urgent PC of a line that may begin, by its place in `order`; NOWHERE: none. Sites that are full are passed over, but not a
 * whole fleet of them. */
static size_t first_of(struct schedule *s, const struct line *l, instant now)
{
    size_t k = l->at;

    while (k < l->end && s->hosts[s->order[k]].state != HOST_QUEUED) /* begun before a crash of the jump host */
        k++;
    if (k == l->end || !window_open(s, s->order[k], now))
        return NOWHERE;
    for (size_t end = l->end - k > 64 ? k + 64 : l->end; k < end; k++)
        if (s->hosts[s->order[k]].state == HOST_QUEUED && room(site_of(s, s->order[k], false)))
            return k;
    return NOWHERE;
}

static bool begin_one(struct schedule *s, instant now, struct visit *ret)
{
    size_t best = NOWHERE;
    struct line *of = NULL;
    uint32_t host;

    s->opens = INSTANT_NONE;
    for (size_t i = 0; i < s->line_count; i++) {
        size_t k = first_of(s, &s->lines[i], now);

        if (k != NOWHERE && (best == NOWHERE || s->members[s->order[k]].urgency > s->members[s->order[best]].urgency)) {
            best = k;
            of = &s->lines[i];
        }
    }
    if (best == NOWHERE)
        return false;
    host = s->order[best];
    memmove(&s->order[of->at + 1], &s->order[of->at], (best - of->at) * sizeof *s->order); /* the order of the rest stays */
    s->order[of->at++] = host;
    schedule_event(s, host, EVENT_TURN, 0, now);
    visit(s, host, VISIT_START);
    *ret = (struct visit){host, VISIT_START};
    return true;
}

/* Everybody of the wave who is done is visited once more. */
static void prove(struct schedule *s, struct wave_state *w, instant now)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->members[i].wave == s->wave && s->hosts[i].state == HOST_DONE) {
            s->hosts[i].due = now;
            w->proving++;
            settle(s, i);
        }
}

/* The phase that follows, or the same one. */
static enum wave_phase next_phase(struct schedule *s, struct wave_state *w, instant now)
{
    long long soak = s->wave < s->rollout->waves.n ? s->rollout->waves.v[s->wave].soak_s : 0;
    bool used_up = w->size && w->failures >= w->budget;

    switch (w->phase) {
    case WAVE_OPEN:
        if (used_up)
            return WAVE_STOPPED;
        if (w->queued || w->unfinished)
            return WAVE_OPEN;
        w->soaked = now + soak * 1000;
        return soak && w->begun ? WAVE_SOAKS : WAVE_OVER;
    case WAVE_SOAKS:
        if (now < w->soaked)
            return WAVE_SOAKS;
        prove(s, w, now);
        return WAVE_PROVES;
    case WAVE_PROVES:
        return w->proving ? WAVE_PROVES : used_up ? WAVE_STOPPED : WAVE_OVER;
    default:
        return w->phase;
    }
}

/* The wave is at its end when all of it is; then it soaks, is looked at again, and the next one opens. */
static void advance(struct schedule *s, instant now)
{
    while (s->wave < s->wave_count) {
        struct wave_state *w = &s->waves[s->wave];
        enum wave_phase next = next_phase(s, w, now);

        s->stopped = s->stopped || next == WAVE_STOPPED;
        if (next == w->phase)
            return;
        w->phase = next;
        if (next == WAVE_OVER)
            open_wave(s, s->wave + 1);
    }
}

bool schedule_next(struct schedule *s, instant now, struct visit *ret)
{
    fill(s, now);
    advance(s, now);
    if (s->paused || s->live >= (unsigned)s->rollout->at_once || s->tokens < 1)
        return false;
    while (s->heap_n && s->hosts[s->heap[0]].due <= now) {
        uint32_t host = s->heap[0];
        struct host *h = &s->hosts[host];
        enum host_visit kind = h->state == HOST_DONE ? VISIT_VERIFY : host_next(h);
        struct site_state *site = site_of(s, host, kind == VISIT_PROBE);

        if (!room(site)) { /* the others come meanwhile */
            park(s, host, site);
            continue;
        }
        *ret = (struct visit){host, kind};
        visit(s, host, kind);
        return true;
    }
    return may_begin(s) && begin_one(s, now, ret);
}

/* Counts of a wave, from one PC before an event to the same one after it. */
static void count(struct schedule *s, const struct host *was, const struct host *is, size_t wave)
{
    struct wave_state *w = &s->waves[wave];
    size_t worked = host_is_at_work(was), works = host_is_at_work(is);

    w->queued -= was->state == HOST_QUEUED && is->state != HOST_QUEUED;
    w->begun += was->state == HOST_QUEUED && is->state != HOST_QUEUED;
    w->unfinished += (size_t)host_is_unfinished(is) - (size_t)host_is_unfinished(was);
    w->at_work += works - worked;
    s->at_work += works - worked;
    s->away += (size_t)(is->state == HOST_UNREACHABLE) - (size_t)(was->state == HOST_UNREACHABLE);
    w->failures += (size_t)host_has_failed(is) - (size_t)host_has_failed(was);
}

void schedule_event(struct schedule *s, uint32_t host, enum host_event v, int status, instant now)
{
    struct host *h = &s->hosts[host], was = *h;
    struct wave_state *w = &s->waves[s->members[host].wave];
    unsigned effects = host_event(h, v, status, now);

    if (was.state == HOST_DONE && w->phase == WAVE_PROVES && w->proving && s->members[host].live) {
        h->due = INSTANT_NONE; /* whatever it answered: one look is taken */
        w->proving--;
    }
    if (h->state == HOST_RUNNING && s->rollout->ask_s && h->due > now + s->rollout->ask_s * 1000)
        h->due = now + s->rollout->ask_s * 1000;
    count(s, &was, h, s->members[host].wave);
    if (effects & EFFECT_PAUSE)
        s->paused = true;
    s->bugs += (effects & EFFECT_BUG) != 0;
    settle(s, host);
}

void schedule_over(struct schedule *s, uint32_t host)
{
    struct member *m = &s->members[host];
    struct site_state *site = site_of(s, host, m->probe);

    m->live = false;
    site->live--;
    s->live -= !m->probe;
    unpark(s, site);
    settle(s, host);
}

/* When the wave goes on by itself: it has soaked, or a window opens. */
static instant next_turn(const struct schedule *s, instant now)
{
    const struct wave_state *w = s->wave < s->wave_count ? &s->waves[s->wave] : NULL;

    if (w && w->phase == WAVE_SOAKS)
        return w->soaked;
    if (!may_begin(s) || !w->queued)
        return INSTANT_NONE;
    return s->opens == INSTANT_NONE ? now + 1000 : s->opens;
}

instant schedule_wake(const struct schedule *s, instant now)
{
    instant at = INSTANT_NONE, turn;

    if (s->paused || s->live >= (unsigned)s->rollout->at_once)
        return INSTANT_NONE; /* an event comes first */
    if (s->heap_n)
        at = s->hosts[s->heap[0]].due;
    turn = next_turn(s, now);
    if (turn != INSTANT_NONE && (at == INSTANT_NONE || turn < at))
        at = turn;
    if (at != INSTANT_NONE && at <= now) /* only the rate keeps it waiting */
        at = now + 1 + (instant)((1 - s->tokens) * 1000 / (double)s->rollout->per_second);
    return at;
}

void schedule_stop(struct schedule *s)
{
    s->stopped = true;
}

void schedule_pause(struct schedule *s, bool paused)
{
    s->paused = paused;
}

const char *schedule_limit(const struct schedule *s)
{
    const struct wave_state *w = s->wave < s->wave_count ? &s->waves[s->wave] : NULL;

    if (!w)
        return NULL;
    if (s->paused)
        return "a refused login";
    if (s->stopped)
        return "the failure budget, which is used up, or a stop";
    if (w->phase == WAVE_SOAKS || w->phase == WAVE_PROVES)
        return "soaking";
    if (!w->queued)
        return w->unfinished ? "the end of the wave" : NULL;
    if (w->failures + w->at_work >= w->budget)
        return "the failure budget: as many are at work as may fail";
    if (s->at_work >= (size_t)s->rollout->at_work)
        return "the number of PCs at work";
    if (s->live >= (unsigned)s->rollout->at_once)
        return "the number of sessions";
    if (s->tokens < 1)
        return "the sessions in a second";
    if (s->opens != INSTANT_NONE)
        return "windows";
    return "the limits of sites";
}

bool schedule_done(const struct schedule *s)
{
    if (s->live || s->away)
        return false;
    for (size_t i = 0; i < s->wave_count; i++)
        if (s->waves[i].unfinished || (!s->stopped && s->waves[i].phase != WAVE_OVER))
            return false;
    return true;
}
