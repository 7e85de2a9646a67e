#include "core/report/fleet_parts.h"

#include <stdio.h>
#include <string.h>

enum ink fleet_parts_ink(enum host_state s)
{
    switch (s) {
    case HOST_DONE:
        return INK_GOOD;
    case HOST_UNPROTECTED:
    case HOST_DOUBT:
        return INK_BAD;
    case HOST_HELD:
    case HOST_ROLLED_BACK:
    case HOST_REFUSED:
    case HOST_UNREACHABLE:
        return INK_WARN;
    default:
        return INK_PLAIN;
    }
}

void fleet_parts_standing(struct page *p, const struct fleet_status *f)
{
    char when[64];

    if (f->begun != INSTANT_NONE && f->ended == INSTANT_NONE && !f->driver)
        page_say(p, INK_WARN, "nobody moves it on now (avswap fleet run); ");
    if (f->ended != INSTANT_NONE)
        page_say(p, INK_GOOD, "over since %s", page_time(p, f->ended, when, sizeof when));
    else if (f->paused)
        page_say(p, INK_BAD, "PAUSED for refused logins");
    else if (f->stopped)
        page_say(p, INK_WARN, "nobody else is started: %s", f->stopped);
    else if (f->begun != INSTANT_NONE)
        page_say(p, INK_PLAIN, "under way since %s", page_time(p, f->begun, when, sizeof when));
    else
        page_say(p, INK_PLAIN, "not begun");
    if (f->operator)
        page_say(p, INK_DIM, ", begun by %s", f->operator);
    if (f->driver && f->ended == INSTANT_NONE)
        page_say(p, INK_DIM, ", moved on by process %s", f->driver);
}

void fleet_parts_states(struct page *p, const struct fleet_status *f)
{
    bool said = false;

    for (int order = 0; order < FLEET_NEEDS; order++)
        for (size_t i = 0; i < f->states.n; i++) {
            enum host_state s = (enum host_state)f->states.v[i].state;

            if (fleet_order(s) != order || !f->states.v[i].hosts)
                continue;
            if (said)
                page_say(p, INK_PLAIN, "   ");
            page_keep(p, fleet_parts_ink(s), "%lld %s", f->states.v[i].hosts, host_state_names[s]);
            said = true;
        }
    if (!said)
        page_say(p, INK_DIM, "no PCs");
}

void fleet_parts_wave(struct page *p, const struct fleet_wave *w, int bar)
{
    bool bad = w->failures >= w->budget && w->failures;

    page_column(p, INK_NAME, 12, w->name);
    page_say(p, INK_PLAIN, " ");
    page_bar(p, w->phase == WAVE_STOPPED ? INK_BAD : INK_GOOD, bar, w->done, w->hosts);
    page_say(p, INK_PLAIN, " %lld of %lld done", w->done, w->hosts);
    if (w->at_work)
        page_say(p, INK_PLAIN, ", %lld at work", w->at_work);
    if (w->phase != WAVE_CLOSED)
        page_say(p, bad ? INK_BAD : w->failures ? INK_WARN : INK_PLAIN, ", %lld of %lld failures", w->failures, w->budget);
    page_say(p, w->phase == WAVE_STOPPED ? INK_BAD : INK_DIM, "; %s", wave_phase_names[w->phase]);
    if (w->phase == WAVE_SOAKS && w->soaked != INSTANT_NONE) {
        char when[64];

        page_say(p, INK_DIM, " until %s", page_time(p, w->soaked, when, sizeof when));
    }
}

void fleet_parts_pace(struct page *p, const struct fleet_status *f)
{
    const struct fleet_pace *x = f->pace;
    char when[64];

    if (!x || !x->left) {
        page_say(p, x ? INK_GOOD : INK_DIM, x ? "nobody is left" : "nothing to reckon with");
        return;
    }
    page_say(p, INK_PLAIN, "%lld left; ", x->left);
    if (x->done_per_day < 0)
        page_say(p, INK_DIM, "too early to say how many a day");
    else
        page_say(p, INK_PLAIN, "%lld a day so far", x->done_per_day);
    if (x->needed_per_day >= 0)
        page_say(p, x->done_per_day >= 0 && x->done_per_day < x->needed_per_day ? INK_BAD : INK_PLAIN, ", %lld a day are needed",
                 x->needed_per_day);
    if (x->expected != INSTANT_NONE)
        page_say(p, INK_PLAIN, "; all by %.10s at this pace", page_time(p, x->expected, when, sizeof when));
    if (x->late > 0)
        page_say(p, INK_BAD, ", %lld too late", x->late);
}

static void days(struct page *p, enum ink ink, const char *before, int64_t ms, const char *after)
{
    long long n = ms / INSTANT_DAY;

    page_say(p, ink, "%s%lld day%s%s", before, n, n == 1 ? "" : "s", after);
}

/* Which measure it is; the house's own deadline is none. */
static void measure(struct page *p, const struct fleet_status *f, instant at)
{
    for (size_t i = 0; i < f->deadlines.n; i++)
        if (f->deadlines.v[i].at == at) {
            page_say(p, INK_DIM, " (%s: %s)", f->deadlines.v[i].jurisdiction, f->deadlines.v[i].what);
            return;
        }
}

void fleet_parts_law(struct page *p, const struct fleet_status *f)
{
    instant past = f->pace ? f->pace->overdue_since : INSTANT_NONE, ahead = f->pace ? f->pace->deadline : INSTANT_NONE;
    char when[64];

    if (ahead != INSTANT_NONE) {
        days(p, INK_WARN, "", ahead - f->at, " left");
        page_say(p, INK_PLAIN, ", until %s", page_time(p, ahead, when, sizeof when));
        measure(p, f, ahead);
        page_say(p, INK_PLAIN, "%s", past != INSTANT_NONE ? "; " : "");
    }
    if (past == INSTANT_NONE)
        return;
    if (f->pace->left)
        days(p, INK_BAD, "overdue by ", f->at - past, "");
    else
        page_say(p, INK_GOOD, "met");
    measure(p, f, past);
}

void fleet_parts_gaps(struct page *p, const struct fleet_status *f)
{
    const struct fleet_gaps *g = f->gaps;
    char sum[INSTANT_TEXT], worst[INSTANT_TEXT];

    if (!g)
        return;
    if (!g->measured) {
        page_say(p, INK_DIM, "no PC's journal tells yet");
        return;
    }
    page_say(p, INK_PLAIN, "%s on %lld PCs together", instant_span(g->sum_s * 1000, sum), g->measured);
    if (g->worst)
        page_say(p, INK_PLAIN, ", at worst %s (%s)", instant_span(g->worst_s * 1000, worst), g->worst);
}

void fleet_parts_day(struct page *p, const struct fleet_status *f)
{
    static const enum host_state ends[] = {HOST_DONE, HOST_ROLLED_BACK, HOST_REFUSED, HOST_HELD, HOST_DOUBT, HOST_UNPROTECTED};
    bool said = false;

    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
        long long n = 0;

        for (size_t i = 0; i < f->hosts.n; i++)
            n += f->hosts.v[i].state == (int)ends[k] && f->hosts.v[i].since != INSTANT_NONE && f->at - f->hosts.v[i].since < INSTANT_DAY;
        if (n)
            page_say(p, fleet_parts_ink(ends[k]), "%s%lld %s", said ? ", " : "", n, host_state_names[ends[k]]);
        said = said || n;
    }
    if (!said)
        page_say(p, INK_DIM, "no PC came to an end");
}

bool fleet_parts_is_unprotected(const struct fleet_member *h)
{
    return h->unprotected_since != INSTANT_NONE || h->state == HOST_UNPROTECTED;
}

/* "3 d", "4 h", "12 min" */
static const char *ago(int64_t ms, char buf[16])
{
    long long min = ms > 0 ? ms / 60000 : 0;

    snprintf(buf, 16, min >= 2880 ? "%lld d" : min >= 120 ? "%lld h" : "%lld min", min >= 2880 ? min / 1440 : min >= 120 ? min / 60 : min);
    return buf;
}

enum { NAME_COLUMNS = 20 };

static void name(struct page *p, enum ink ink, const char *text, bool whole)
{
    int width = p->style->width;

    if (whole && text_width(text) > NAME_COLUMNS)
        page_say(p, ink, "%s", text);
    else
        page_column(p, ink, whole ? NAME_COLUMNS : width >= 110 ? 2 * NAME_COLUMNS : width < 60 ? NAME_COLUMNS / 2 + 2 : NAME_COLUMNS, text);
    page_say(p, INK_PLAIN, " ");
}

/* What it was, and how long ago it was heard. */
static const char *silence(struct page *p, const struct fleet_status *f, const struct fleet_member *h, const char *after)
{
    char span[16];

    if (h->state == HOST_UNREACHABLE) {
        if (h->seen == INSTANT_NONE)
            page_say(p, INK_DIM, "%snever seen", after);
        else
            page_say(p, INK_DIM, "%sseen %s ago", after, ago(f->at - h->seen, span));
        after = "; ";
    }
    if (h->was) {
        page_say(p, INK_DIM, "%swas %s", after, h->was);
        after = "; ";
    }
    return after;
}

/* The time alone where it is of the day on which it is looked at; its zone stands above. */
static const char *moment(struct page *p, const struct fleet_status *f, instant t, char *buf, size_t size)
{
    char now[64];

    page_time(p, f->at, now, sizeof now);
    page_time(p, t, buf, size);
    buf[19] = '\0';
    return strncmp(now, buf, 11) == 0 ? buf + 11 : buf;
}

void fleet_parts_alarm(struct page *p, const struct fleet_status *f, const struct fleet_member *h, bool whole)
{
    instant since = h->unprotected_since != INSTANT_NONE ? h->unprotected_since : h->since;
    bool alarm = fleet_care(h).alarm;
    char span[INSTANT_TEXT], when[64];

    name(p, alarm ? INK_BAD : INK_NAME, h->name, whole);
    if (since != INSTANT_NONE)
        page_say(p, alarm ? INK_BAD : INK_WARN, "since %s, %s; ", moment(p, f, since, when, sizeof when), instant_span(f->at - since, span));
    page_say(p, fleet_parts_ink((enum host_state)h->state), "%s", host_state_names[h->state]);
    silence(p, f, h, "; ");
    if (h->text)
        page_say(p, INK_PLAIN, "; %s", h->text);
}

void fleet_parts_host(struct page *p, const struct fleet_status *f, const struct fleet_member *h, bool whole)
{
    enum host_state s = (enum host_state)h->state;
    const char *after = ""; /* between two facts */
    char span[16];

    name(p, INK_NAME, h->name, whole);
    page_column(p, fleet_parts_ink(s), 12, host_state_names[s]);
    page_column(p, INK_DIM, 8, h->since == INSTANT_NONE ? "" : ago(f->at - h->since, span));
    after = silence(p, f, h, after);
    if (h->gap_s > 0) {
        page_say(p, INK_WARN, "%s%lld s unprotected", after, h->gap_s);
        after = "; ";
    }
    if (h->text)
        page_say(p, INK_PLAIN, "%s%s", after, h->text);
}
