#include "core/rollout/rehearse.h"
#include "core/rollout/sim.h"
#include "core/rollout/waves.h"

#include "core/base/hash.h"
#include "core/base/list.h"

#include <stdlib.h>
#include <string.h>

enum { SECOND = 1000, MINUTE = 60000 };
enum { REBOOT_MS = 3 * MINUTE, SILENCE_MS = 10 * SECOND, SESSION_MS = 500 };

enum chance { CHANCE_END = 1, CHANCE_RUN, CHANCE_GAP, CHANCE_DAY, CHANCE_DROP };

struct done { /* a visit that will be over */
    instant at;
    uint32_t host;
    uint8_t event;
};

/* A number that depends on nothing but seed, PC, what it is for and which one. */
static uint64_t chance(const struct sim *m, uint32_t host, enum chance what, uint64_t which)
{
    uint64_t x = (uint64_t)m->s->seed * 0x9e3779b97f4a7c15ull + ((uint64_t)host << 32) + ((uint64_t)what << 56) + which;

    return hash_mix(x);
}

static long long between(uint64_t x, long long least, long long most)
{
    return least + (long long)(x % (uint64_t)(most - least + 1));
}

/* ---- when PCs are there ---- */

/* Is it switched on at all on that day since 1970? */
static bool is_day(const struct sim *m, uint32_t host, int64_t day)
{
    const struct scenario_kind *k = sim_kind(m, host);

    return !(k->weekdays && instant_weekday(day) >= 5) &&
           (k->on_percent == 100 || chance(m, host, CHANCE_DAY, (uint64_t)day) % 100 < (uint64_t)k->on_percent);
}

/* Is it switched on at that instant? *ret_until: until when that stays so. */
static bool is_on(const struct sim *m, uint32_t host, instant t, instant *ret_until)
{
    const struct scenario_kind *k = sim_kind(m, host);
    instant local = t + k->utc_offset_min * MINUTE;
    int64_t day = instant_days(t, (int)k->utc_offset_min, NULL);
    instant from = day * INSTANT_DAY + (k->from ? k->on_from * (instant)MINUTE : 0);
    instant to = day * INSTANT_DAY + (k->from ? k->on_to * (instant)MINUTE : INSTANT_DAY);
    bool there = is_day(m, host, day);

    if (!k->from && !k->weekdays && k->on_percent == 100) {
        *ret_until = t + 3650 * INSTANT_DAY;
        return true;
    }
    *ret_until = (there && local < from ? from : there && local < to ? to : (day + 1) * INSTANT_DAY) - k->utc_offset_min * MINUTE;
    return there && local >= from && local < to;
}

/* When a run that is begun at t is over, if it goes on only while the PC is switched on. */
static instant run_ends(const struct sim *m, uint32_t host, instant t, int64_t work)
{
    for (int i = 0; i < 10000; i++) {
        instant until;
        bool on = is_on(m, host, t, &until);

        if (on && until - t >= work)
            return t + work;
        work -= on ? until - t : 0;
        t = until;
    }
    return t + work;
}

/* ---- visits ---- */

static bool earlier(const struct done *a, const struct done *b)
{
    return a->at != b->at ? a->at < b->at : a->host < b->host;
}

static void push(struct sim *m, struct done d)
{
    size_t i = m->done_n++;

    for (; i && earlier(&d, &m->done[(i - 1) / 2]); i = (i - 1) / 2)
        m->done[i] = m->done[(i - 1) / 2];
    m->done[i] = d;
}

static struct done pop(struct sim *m)
{
    struct done first = m->done[0], last = m->done[--m->done_n];
    size_t i = 0;

    for (size_t below; (below = 2 * i + 1) < m->done_n; i = below) {
        if (below + 1 < m->done_n && earlier(&m->done[below + 1], &m->done[below]))
            below++;
        if (!earlier(&m->done[below], &last))
            break;
        m->done[i] = m->done[below];
    }
    m->done[i] = last;
    return first;
}

static int64_t push_ms(const struct sim *m, uint32_t host)
{
    uint16_t site = m->members[host].site;
    double mbit = (double)sim_kind(m, host)->push_mb * 8 * m->schedule.sites[site].live;

    return (int64_t)(mbit / m->mbit_ms[site]);
}

/* The exit status that its run ends with. */
static int status_of(const struct sim *m, uint32_t host)
{
    const struct scenario_kind *k = sim_kind(m, host);
    long long x = (long long)(chance(m, host, CHANCE_END, 0) % 1000);

    if ((x -= k->refused_permille) < 0)
        return EXIT_REFUSED;
    if ((x -= k->failed_permille) < 0)
        return EXIT_ROLLED_BACK;
    if ((x -= k->unprotected_permille) < 0)
        return EXIT_UNPROTECTED;
    return x - k->doubt_permille < 0 ? EXIT_IN_DOUBT : EXIT_DONE;
}

/* The plan arrived: its run begins, unless an earlier try had begun it. */
static enum host_event arrive(struct sim *m, uint32_t host, instant at)
{
    const struct scenario_kind *k = sim_kind(m, host);
    struct pc *pc = &m->pcs[host];

    if (pc->ends != INSTANT_NONE)
        return pc->ends <= at ? EVENT_OVER : EVENT_STARTED;
    if (status_of(m, host) == EXIT_REFUSED)
        return EVENT_NO_START;
    pc->ends = run_ends(m, host, at, between(chance(m, host, CHANCE_RUN, 0), k->run_min_s, k->run_max_s) * SECOND + k->reboots * REBOOT_MS);
    pc->gap_s = (float)(chance(m, host, CHANCE_GAP, 0) % 1000) * (float)k->gap_max_s / 1000;
    return EVENT_STARTED;
}

/* What the visit brings, and when it is over. */
static struct done make(struct sim *m, const struct visit *v)
{
    struct pc *pc = &m->pcs[v->host];
    instant until;
    struct done d = {m->now + SESSION_MS, v->host, EVENT_SILENT};
    bool dropped = chance(m, v->host, CHANCE_DROP, pc->visits++) % 1000 < (uint64_t)sim_kind(m, v->host)->drop_permille;

    m->visits++;
    if (!is_on(m, v->host, m->now, &until)) {
        d.at = m->now + SILENCE_MS;
        return d;
    }
    if (v->kind == VISIT_PROBE) {
        d.event = EVENT_ANSWERS;
        d.at = m->now + 1;
        return d;
    }
    if (v->kind == VISIT_START)
        d.at += push_ms(m, v->host);
    if (d.at > until || (dropped && v->kind != VISIT_START))
        return d;
    switch (v->kind) {
    case VISIT_START:
        d.event = (uint8_t)arrive(m, v->host, d.at);
        if (dropped) /* after the plan had arrived, which the jump host does not know */
            d.event = EVENT_SILENT;
        return d;
    case VISIT_POLL:
        d.event = pc->ends <= d.at ? EVENT_OVER : EVENT_PROGRESS;
        return d;
    case VISIT_COLLECT:
        d.event = EVENT_WHOLE;
        return d;
    case VISIT_VERIFY:
        d.event = EVENT_PROVED;
        return d;
    default:
        d.event = EVENT_ACKED;
        return d;
    }
}

static void finish(struct sim *m, const struct done *d)
{
    schedule_event(&m->schedule, d->host, (enum host_event)d->event, status_of(m, d->host), d->at);
    schedule_over(&m->schedule, d->host);
    if (m->hosts[d->host].state == HOST_DONE && m->pcs[d->host].through == INSTANT_NONE)
        m->pcs[d->host].through = d->at;
}

/* ---- what kept the next one waiting ---- */

static bool waited(struct sim *m, const char *what, int64_t ms, struct err *e)
{
    struct forecast_limit *l = NULL;

    if (!what)
        return true;
    for (size_t i = 0; i < m->limits.n && !l; i++)
        if (m->limits.v[i].what == what || text_eq(m->limits.v[i].what, what))
            l = &m->limits.v[i];
    if (!l) {
        l = LIST_ADD(m->arena, &m->limits);
        if (!l)
            return err_nomem(e);
        *l = (struct forecast_limit){what, 0};
    }
    l->hours += ms; /* milliseconds until the end */
    return true;
}

/* ---- the fleet ---- */

static uint16_t site_of(const struct sim *m, const struct scenario_kind *k)
{
    for (size_t i = 0; k->site && i < m->s->sites.n; i++)
        if (text_eq(m->s->sites.v[i].site, k->site))
            return (uint16_t)i;
    return (uint16_t)m->s->sites.n;
}

static struct wave_name name_of(const void *arg, size_t i)
{
    const struct scenario_kind *k = sim_kind(arg, (uint32_t)i);

    return (struct wave_name){k->name, &k->groups};
}

static bool make_fleet(struct sim *m, size_t n, struct err *e)
{
    m->hosts = mem_alloc(n * sizeof *m->hosts);
    m->members = mem_alloc(n * sizeof *m->members);
    m->pcs = mem_alloc(n * sizeof *m->pcs);
    m->of = mem_alloc(n * sizeof *m->of);
    m->sites = m->s->sites.n + 1;
    m->mbit_ms = mem_alloc(m->sites * sizeof *m->mbit_ms);
    m->site_most = mem_alloc(m->sites * sizeof *m->site_most);
    m->done = mem_alloc(((size_t)m->r->at_once + SCHEDULE_PROBES + 1) * sizeof *m->done);
    if (!m->hosts || !m->members || !m->pcs || !m->of || !m->mbit_ms || !m->site_most || !m->done)
        return err_nomem(e);
    for (size_t i = 0; i < m->sites; i++) {
        const struct scenario_site *x = i < m->s->sites.n ? &m->s->sites.v[i] : NULL;

        m->mbit_ms[i] = x ? (double)x->mbit / 1000 : 1000;
        m->site_most[i] = x ? (unsigned)x->at_once : 0;
    }
    for (size_t k = 0, i = 0; k < m->s->kinds.n; k++) {
        const struct scenario_kind *x = &m->s->kinds.v[k];
        uint16_t window = waves_window(m->r, &x->groups), site = site_of(m, x);

        for (long long j = 0; j < x->count; j++, i++) {
            m->hosts[i] = (struct host){.due = INSTANT_NONE, .since = m->s->begins, .seen = INSTANT_NONE, .id = (uint32_t)i,
                                        .expected_ms = (x->run_min_s + x->run_max_s) / 2 * SECOND + x->reboots * REBOOT_MS};
            m->members[i] = (struct member){.urgency = (uint32_t)x->days_without_updates, .site = site, .window = window,
                                            .offset = (int16_t)x->utc_offset_min};
            m->pcs[i] = (struct pc){INSTANT_NONE, INSTANT_NONE, -1, 0};
            m->of[i] = (uint16_t)k;
        }
    }
    waves_assign(m->r, m->members, n, name_of, m);
    return true;
}

static void drop_fleet(struct sim *m)
{
    schedule_free(&m->schedule);
    mem_free(m->hosts);
    mem_free(m->members);
    mem_free(m->pcs);
    mem_free(m->of);
    mem_free(m->mbit_ms);
    mem_free(m->site_most);
    mem_free(m->done);
}

/* ---- the run ---- */

static void mark_waves(const struct sim *m, instant *opened, instant *ended)
{
    for (size_t i = 0; i < m->schedule.wave_count; i++) {
        enum wave_phase p = m->schedule.waves[i].phase;

        if (p != WAVE_CLOSED && opened[i] == INSTANT_NONE)
            opened[i] = m->now;
        if ((p == WAVE_OVER || p == WAVE_STOPPED) && ended[i] == INSTANT_NONE)
            ended[i] = m->now;
    }
}

/* Until nothing is left or the days are over. *ret_ended: INSTANT_NONE when they are. */
static bool run(struct sim *m, instant *opened, instant *ended, instant *ret_ended, struct err *e)
{
    instant last = m->s->begins + m->s->days * INSTANT_DAY;
    size_t wave = SIZE_MAX;

    while (m->now < last) {
        struct visit v;
        instant next;

        while (schedule_next(&m->schedule, m->now, &v))
            push(m, make(m, &v));
        if (m->schedule.wave != wave || m->schedule.stopped)
            mark_waves(m, opened, ended);
        wave = m->schedule.wave;
        if (schedule_done(&m->schedule)) {
            *ret_ended = m->now;
            break;
        }
        next = schedule_wake(&m->schedule, m->now);
        if (m->done_n && (next == INSTANT_NONE || m->done[0].at < next))
            next = m->done[0].at;
        if (next == INSTANT_NONE)
            break;
        if (!waited(m, schedule_limit(&m->schedule), next - m->now, e))
            return false;
        m->now = next;
        while (m->done_n && m->done[0].at <= m->now) {
            struct done d = pop(m);

            finish(m, &d);
        }
    }
    mark_waves(m, opened, ended);
    return !m->schedule.bugs || err_set(e, ERR_BUG, "%zu events that cannot be", m->schedule.bugs);
}

bool rehearse(const struct scenario *s, const struct rollout *r, struct doc *d, struct forecast *ret, struct err *e)
{
    struct sim m = {.s = s, .r = r, .now = s->begins, .arena = &d->arena};
    size_t n = 0;
    instant *opened, *ended;
    bool ok;

    for (size_t i = 0; i < s->kinds.n; i++)
        n += (size_t)s->kinds.v[i].count;
    *ret = (struct forecast){.hosts = (long long)n, .seed = s->seed, .begins = s->begins, .ended = INSTANT_NONE, .deadline = s->deadline};
    opened = ARENA_ARRAY(&d->arena, r->waves.n + 1, instant);
    ended = ARENA_ARRAY(&d->arena, r->waves.n + 1, instant);
    if (!opened || !ended)
        return err_nomem(e);
    for (size_t i = 0; i <= r->waves.n; i++)
        opened[i] = ended[i] = INSTANT_NONE;
    ok = make_fleet(&m, n, e) && schedule_init(&m.schedule, r, m.hosts, m.members, n, m.site_most, m.sites, m.now, e) &&
         run(&m, opened, ended, &ret->ended, e) && forecast_tell(&m, opened, ended, ret, e);
    drop_fleet(&m);
    return ok;
}
