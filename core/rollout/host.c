#include "core/rollout/host.h"

#include "core/base/err.h"
#include "core/base/hash.h"

const char *const host_event_names[] = {
    [EVENT_TURN] = "turn",     [EVENT_STARTED] = "started",   [EVENT_OTHER] = "other-run", [EVENT_NO_START] = "no-start",
    [EVENT_PROGRESS] = "progress", [EVENT_NONE_YET] = "none-yet", [EVENT_OVER] = "over",   [EVENT_WHOLE] = "whole",
    [EVENT_ACKED] = "acked",   [EVENT_SILENT] = "silent", [EVENT_ANSWERS] = "answers", [EVENT_LOGIN] = "login",     [EVENT_KEY] = "key",
    [EVENT_NONSENSE] = "nonsense", [EVENT_PROVED] = "proved", [EVENT_BROKEN] = "broken", [EVENT_RELEASED] = "released",
    [HOST_EVENTS] = NULL,
};

#define STATE(s) (1u << (s))
#define FINALS                                                                                               \
    (STATE(HOST_DONE) | STATE(HOST_ROLLED_BACK) | STATE(HOST_REFUSED) | STATE(HOST_UNPROTECTED) | STATE(HOST_DOUBT))
/* Between its turn and its end. */
#define VISITED (STATE(HOST_STARTING) | STATE(HOST_RUNNING) | STATE(HOST_ENDED) | STATE(HOST_COLLECTED))
/* Not at an end: answers may come. An unreachable one is visited as what it was. */
#define EVENT(v) (1u << (v))

enum to { TO_SAME, TO_BACK, TO_END, TO_BUG, TO_STATE };
#define TO(s) (TO_STATE + (s))

struct row {
    unsigned states;
    unsigned events;
    int to;
    unsigned effects;
};

/* Read from the top: the first row that has state and event holds; the last has all. */
static const struct row rows[] = {
    {STATE(HOST_QUEUED), EVENT(EVENT_TURN), TO(HOST_STARTING), EFFECT_BEGUN},
    {STATE(HOST_HELD), EVENT(EVENT_RELEASED), TO_BACK, 0},
    /* A person may look at any time, and answers of a visit that was under way may still come in. */
    {~0u, EVENT(EVENT_RELEASED), TO_SAME, 0},
    {STATE(HOST_DONE), EVENT(EVENT_BROKEN), TO(HOST_UNPROTECTED), EFFECT_FAILED},
    {FINALS & ~STATE(HOST_DONE), EVENT(EVENT_PROVED) | EVENT(EVENT_BROKEN), TO_BUG, EFFECT_BUG},
    {FINALS, EVENT(EVENT_LOGIN), TO_SAME, EFFECT_REFUSED},
    {FINALS | STATE(HOST_HELD), ~0u & ~EVENT(EVENT_TURN), TO_SAME, 0},
    {VISITED, EVENT(EVENT_SILENT), TO(HOST_UNREACHABLE), 0},
    {VISITED, EVENT(EVENT_ANSWERS), TO_SAME, 0},
    {VISITED, EVENT(EVENT_LOGIN), TO(HOST_HELD), EFFECT_REFUSED},
    {VISITED, EVENT(EVENT_KEY) | EVENT(EVENT_NONSENSE), TO(HOST_HELD), 0},
    /* Started here or by an earlier try whose answer was lost: the run's id makes it the same one. */
    {STATE(HOST_STARTING) | STATE(HOST_RUNNING), EVENT(EVENT_STARTED) | EVENT(EVENT_PROGRESS), TO(HOST_RUNNING), 0},
    {STATE(HOST_STARTING), EVENT(EVENT_NONE_YET), TO_SAME, 0},
    {STATE(HOST_STARTING), EVENT(EVENT_NO_START), TO_END, EFFECT_ENDED},
    {STATE(HOST_STARTING), EVENT(EVENT_OTHER), TO(HOST_HELD), 0},
    {STATE(HOST_STARTING) | STATE(HOST_RUNNING), EVENT(EVENT_OVER), TO(HOST_ENDED), EFFECT_ENDED},
    /* It was at work and knows nothing of it: reinstalled, restored from an image, or not that PC. */
    {STATE(HOST_RUNNING) | STATE(HOST_ENDED), EVENT(EVENT_NONE_YET) | EVENT(EVENT_OTHER), TO(HOST_HELD), 0},
    {STATE(HOST_ENDED) | STATE(HOST_COLLECTED), EVENT(EVENT_OVER) | EVENT(EVENT_STARTED) | EVENT(EVENT_PROGRESS), TO_SAME, 0},
    {STATE(HOST_ENDED), EVENT(EVENT_WHOLE), TO(HOST_COLLECTED), 0},
    {STATE(HOST_COLLECTED), EVENT(EVENT_WHOLE), TO_SAME, 0},
    /* Acknowledged, or by an earlier acknowledgement cleaned up there. */
    {STATE(HOST_COLLECTED), EVENT(EVENT_ACKED) | EVENT(EVENT_NONE_YET) | EVENT(EVENT_OTHER), TO_END, 0},
    {~0u, ~0u, TO_BUG, EFFECT_BUG},
};

static const struct row *find(enum host_state s, enum host_event v)
{
    const struct row *r = rows;

    while (!(r->states & STATE(s) && r->events & EVENT(v)))
        r++;
    return r;
}

enum host_state host_end(int status)
{
    switch (status) {
    case EXIT_DONE:
        return HOST_DONE;
    case EXIT_ROLLED_BACK:
        return HOST_ROLLED_BACK;
    case EXIT_UNPROTECTED:
        return HOST_UNPROTECTED;
    case EXIT_ERROR:
    case EXIT_USAGE:
    case EXIT_REFUSED:
        return HOST_REFUSED;
    default:
        return HOST_DOUBT;
    }
}

/* Spread over a quarter of the time, the same for the same PC and try: thousands must not come at once. */
static int64_t jitter(const struct host *h, int64_t ms)
{
    uint64_t x = hash_mix(((uint64_t)h->id << 16 | h->tries) + 0x9e3779b97f4a7c15ull);

    return ms + (int64_t)(x % (uint64_t)(ms / 4 + 1));
}

static int64_t doubled(int64_t first, int64_t most, unsigned times)
{
    while (times-- && first < most)
        first *= 2;
    return first < most ? first : most;
}

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/*
 * Polling costs the jump host more than pushing (an ssh session each), so a run is first asked after when its plan says
 * that it should be over, then at a tenth of that time, ever more rarely. Who does not answer is asked every minute at
 * first, since most are rebooting, and once an hour in the end: a laptop that comes back is met within that hour.
 */
static int64_t delay(const struct host *h)
{
    switch (h->state) {
    case HOST_RUNNING:
        if (h->tries == 0)
            return h->expected_ms > 30 * SECOND ? h->expected_ms : 30 * SECOND;
        return doubled(h->expected_ms / 10 > 30 * SECOND ? h->expected_ms / 10 : 30 * SECOND, 30 * MINUTE, h->tries - 1u);
    case HOST_UNREACHABLE:
        return doubled(MINUTE, HOUR, h->tries);
    default:
        return h->tries ? doubled(10 * SECOND, 10 * MINUTE, h->tries - 1u) : 0;
    }
}

static void next_due(struct host *h, instant now)
{
    if (host_next(h) == VISIT_NONE || h->state == HOST_QUEUED) {
        h->due = INSTANT_NONE;
        return;
    }
    h->due = now + jitter(h, delay(h));
}

static void enter(struct host *h, enum host_state to, instant now)
{
    if (h->state == to) {
        h->tries += h->tries < UINT16_MAX;
        return;
    }
    h->tries = h->state == HOST_UNREACHABLE; /* back again: what it did meanwhile is worth a look soon */
    h->since = now;
    h->state = (uint8_t)to;
}

/* A PC whose port answers is not yet back: until something is heard of it, how often it was silent in a row stays known. */
static void enter_after(struct host *h, enum host_state to, enum host_event v, instant now)
{
    uint16_t silent = h->tries;
    bool opens = v == EVENT_ANSWERS && h->state == HOST_UNREACHABLE, fell_silent = v == EVENT_SILENT && h->knocked;

    if (h->knocked && !fell_silent)
        h->tries = 1;
    enter(h, to, now);
    if (opens || fell_silent)
        h->tries = (uint16_t)(silent + (fell_silent && silent < UINT16_MAX));
    if (v != EVENT_RELEASED)
        h->knocked = opens;
}

/* The state that answers are judged by: an unreachable PC answers as what it was. */
static enum host_state stands_at(const struct host *h)
{
    return h->state == HOST_UNREACHABLE ? h->back : h->state;
}

static enum host_state target(const struct host *h, const struct row *r, enum host_event v)
{
    switch (r->to) {
    case TO_SAME:
        return v == EVENT_RELEASED ? h->state : stands_at(h); /* a person's look is no answer of the PC */
    case TO_BACK:
        return h->back;
    case TO_END:
        return h->end;
    default:
        return (enum host_state)(r->to - TO_STATE);
    }
}

/* What it was and why it is no longer. */
static void leave(struct host *h, enum host_state from, const struct row *r, enum host_event v)
{
    if (r->to == TO(HOST_UNREACHABLE) || r->to == TO(HOST_HELD))
        h->back = (uint8_t)from;
    if (r->to == TO(HOST_HELD))
        h->cause = (uint8_t)v;
}

unsigned host_event(struct host *h, enum host_event v, int status, instant now)
{
    enum host_state from = stands_at(h), to;
    const struct row *r = find(from, v);
    bool at_once = v == EVENT_RELEASED || (h->state == HOST_UNREACHABLE && v == EVENT_ANSWERS);

    if (r->to == TO_BUG)
        return r->effects;
    if (v != EVENT_TURN && v != EVENT_SILENT && v != EVENT_RELEASED)
        h->seen = now;
    if (r->effects & EFFECT_ENDED)
        h->end = (uint8_t)host_end(status);
    to = target(h, r, v);
    leave(h, from, r, v);
    enter_after(h, to, v, now);
    if (v == EVENT_PROGRESS && h->tries > 3) /* it does go on: ask no more rarely than this */
        h->tries = 3;
    if (v == EVENT_RELEASED)
        h->tries = 0;
    next_due(h, now);
    if (at_once && h->due != INSTANT_NONE)
        h->due = now;
    return r->effects;
}

enum host_visit host_next(const struct host *h)
{
    static const uint8_t visits[HOST_STATES] = {
        [HOST_QUEUED] = VISIT_START,    [HOST_STARTING] = VISIT_START, [HOST_RUNNING] = VISIT_POLL,
        [HOST_ENDED] = VISIT_COLLECT,   [HOST_COLLECTED] = VISIT_ACK, [HOST_UNREACHABLE] = VISIT_PROBE,
    };

    return (enum host_visit)visits[h->state];
}

bool host_is_final(const struct host *h)
{
    return STATE(h->state) & FINALS;
}

bool host_is_at_work(const struct host *h)
{
    return h->state == HOST_STARTING || h->state == HOST_RUNNING;
}

enum host_state host_behind(const struct host *h)
{
    return (enum host_state)(h->state == HOST_UNREACHABLE || h->state == HOST_HELD ? h->back : h->state);
}

bool host_is_unfinished(const struct host *h)
{
    return h->state != HOST_QUEUED && h->state != HOST_UNREACHABLE && h->state != HOST_HELD && !host_is_final(h);
}

bool host_has_failed(const struct host *h)
{
    enum host_state s = host_behind(h);

    if (s == HOST_ENDED || s == HOST_COLLECTED)
        s = h->end;
    return s == HOST_ROLLED_BACK || s == HOST_UNPROTECTED || s == HOST_DOUBT;
}
