#include "core/rollout/schedule_impl.h"

#include <string.h>

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
void schedule_settle(struct schedule *s, uint32_t host)
{
    drop(s, host);
    if (s->hosts[host].due == INSTANT_NONE || s->members[host].live || s->members[host].parked)
        return;
    put(s, s->heap_n++, host);
    rise(s, s->heap_n - 1);
}

/* ---- what holds before each start ---- */

static void fill(struct schedule *s, instant now)
{
    double most = (double)s->rollout->per_second;

    s->tokens += (double)(now - s->filled) * most / 1000;
    s->tokens = s->tokens > most ? most : s->tokens;
    s->filled = now;
}

static struct gate *site_of(const struct schedule *s, uint32_t host, bool probe)
{
    return &s->sites[probe ? s->site_count : s->members[host].site];
}

static struct login_state *login_of(const struct schedule *s, uint32_t host)
{
    return &s->logins[s->members[host].login];
}

static bool room(const struct gate *g)
{
    return !g->most || g->live < g->most;
}

/* The gate that keeps the PC from being visited now; NULL: none. */
static struct gate *shut(const struct schedule *s, uint32_t host, bool probe)
{
    struct gate *site = site_of(s, host, probe), *login = &login_of(s, host)->gate;

    return !room(site) ? site : !probe && !room(login) ? login : NULL;
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

/* Waits, in turn, until a session through that gate is over. */
static void park(struct schedule *s, uint32_t host, struct gate *g)
{
    drop(s, host);
    s->members[host].parked = true;
    s->members[host].behind = NOWHERE;
    if (g->first == NOWHERE)
        g->first = host;
    else
        s->members[g->last].behind = host;
    g->last = host;
}

static void unpark(struct schedule *s, struct gate *g)
{
    uint32_t host = g->first;

    if (host == NOWHERE)
        return;
    g->first = s->members[host].behind;
    s->members[host].parked = false;
    schedule_settle(s, host);
}

/* How many may try a login follows from what became of the last ones. */
static void judge(struct schedule *s, struct login_state *l, unsigned refused, bool proven)
{
    unsigned most = (unsigned)s->rollout->refusals;

    l->refused = refused;
    l->proven = proven;
    l->gate.most = proven && !refused ? 0 : refused < most ? most - refused : 1;
    while (!refused && l->gate.first != NOWHERE)
        unpark(s, &l->gate);
}

static void visit(struct schedule *s, uint32_t host, enum host_visit kind)
{
    drop(s, host);
    s->members[host].live = true;
    s->members[host].probe = schedule_is_probe(s, &(struct visit){host, kind});
    site_of(s, host, s->members[host].probe)->live++;
    if (s->members[host].probe)
        return;
    login_of(s, host)->gate.live++;
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
        if (s->hosts[s->order[k]].state == HOST_QUEUED && !shut(s, s->order[k], false))
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
            schedule_settle(s, i);
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
        if (w->soaked == INSTANT_NONE) /* else it had begun to before a crash of the jump host */
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
            schedule_open_wave(s, s->wave + 1);
    }
}

bool schedule_is_probe(const struct schedule *s, const struct visit *v)
{
    return v->kind == VISIT_PROBE && !s->members[v->host].indirect;
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
        struct gate *gate;

        *ret = (struct visit){host, kind};
        gate = shut(s, host, schedule_is_probe(s, ret));
        if (gate) { /* the others come meanwhile */
            park(s, host, gate);
            continue;
        }
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

static bool row_is_full(const struct schedule *s, const struct login_state *l)
{
    return l->refused >= (unsigned)s->rollout->refusals;
}

static void refuse(struct schedule *s, uint32_t host)
{
    struct login_state *l = login_of(s, host);

    judge(s, l, l->refused + 1, l->proven);
    s->paused = s->paused || row_is_full(s, l);
}

void schedule_let_in(struct schedule *s, uint32_t host)
{
    struct login_state *l = login_of(s, host);
    bool was_full;

    if (l->proven && !l->refused)
        return;
    was_full = row_is_full(s, l);
    judge(s, l, 0, true);
    if (!was_full)
        return;
    s->paused = false; /* unless another login's row is */
    for (size_t i = 0; i < s->login_count; i++)
        s->paused = s->paused || row_is_full(s, &s->logins[i]);
}

/* Something that no PC says before it has let somebody in. */
static bool is_answer(enum host_event v)
{
    return v != EVENT_TURN && v != EVENT_SILENT && v != EVENT_ANSWERS && v != EVENT_LOGIN && v != EVENT_KEY && v != EVENT_NONSENSE &&
           v != EVENT_RELEASED;
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
    if (effects & EFFECT_REFUSED)
        refuse(s, host);
    else if (is_answer(v))
        schedule_let_in(s, host);
    s->bugs += (effects & EFFECT_BUG) != 0;
    schedule_settle(s, host);
}

void schedule_over(struct schedule *s, uint32_t host)
{
    struct member *m = &s->members[host];
    struct gate *site = site_of(s, host, m->probe), *login = &login_of(s, host)->gate;

    m->live = false;
    site->live--;
    unpark(s, site);
    if (!m->probe) {
        s->live--;
        login->live--;
        unpark(s, login);
    }
    schedule_settle(s, host);
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

void schedule_pause(struct schedule *s)
{
    s->paused = true;
}

void schedule_go_on(struct schedule *s)
{
    s->paused = false;
    for (size_t i = 0; i < s->login_count; i++)
        judge(s, &s->logins[i], 0, false);
}

/* What keeps some of them from it, where nothing keeps all. */
static const char *limit_of_some(const struct schedule *s)
{
    for (size_t i = 0; i < s->login_count; i++)
        if (!room(&s->logins[i].gate))
            return "logins: few are tried at a time until one is let in";
    return s->opens != INSTANT_NONE ? "windows" : "the limits of sites";
}

const char *schedule_limit(const struct schedule *s)
{
    const struct wave_state *w = s->wave < s->wave_count ? &s->waves[s->wave] : NULL;

    if (!w)
        return NULL;
    if (s->paused)
        return "refused logins";
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
    return limit_of_some(s);
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
