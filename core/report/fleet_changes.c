#include "core/report/fleet_parts.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    const struct fleet_member *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static const struct fleet_member **sorted(const struct fleet_status *f)
{
    const struct fleet_member **v = mem_alloc((f->hosts.n + 1) * sizeof *v);

    for (size_t i = 0; v && i < f->hosts.n; i++)
        v[i] = &f->hosts.v[i];
    if (v)
        qsort(v, f->hosts.n, sizeof *v, by_name);
    return v;
}

static void totals(struct page *p, const struct fleet_status *f)
{
    char when[64];

    page_say(p, INK_DIM, "%s ", page_time(p, f->at, when, sizeof when));
    page_say(p, INK_BOLD, "%s: ", f->rollout ? f->rollout : "no rollout");
    fleet_parts_standing(p, f);
    page_say(p, INK_PLAIN, "; ");
    fleet_parts_states(p, f);
    if (f->gaps && f->gaps->now.n)
        page_say(p, INK_BAD, "; %zu UNPROTECTED NOW", f->gaps->now.n);
    page_end_para(p, 0, 4);
}

/* was: NULL: not looked at before. */
static void protection(struct page *p, const struct fleet_status *f, const struct fleet_member *h, const struct fleet_member *was)
{
    bool off = h->unprotected_since != INSTANT_NONE, before = was && was->unprotected_since != INSTANT_NONE;
    char when[64], span[INSTANT_TEXT];

    if (off)
        page_say(p, fleet_care(h).alarm ? INK_BAD : INK_WARN, ", UNPROTECTED since %s (%s so far)",
                 page_time(p, h->unprotected_since, when, sizeof when), instant_span(f->at - h->unprotected_since, span));
    else if (before && h->gap_s >= 0)
        page_say(p, INK_GOOD, ", protected again, %s without in all", instant_span(h->gap_s * 1000, span));
}

static void host(struct page *p, const struct fleet_status *f, const struct fleet_member *h, const struct fleet_member *was)
{
    char when[64];

    page_say(p, INK_DIM, "%s ", page_time(p, f->at, when, sizeof when));
    page_say(p, INK_NAME, "%s ", h->name);
    page_say(p, fleet_parts_ink((enum host_state)h->state), "%s", host_state_names[h->state]);
    protection(p, f, h, was);
    if (h->text)
        page_say(p, INK_PLAIN, ": %s", h->text);
    if (h->action)
        page_say(p, INK_BOLD, "; now: %s", h->action);
    if (h->command)
        page_say(p, INK_BOLD, ": %s", h->command);
    page_end_para(p, 0, 4);
}

static bool same_host(const struct fleet_member *a, const struct fleet_member *b)
{
    return a->state == b->state && (a->unprotected_since == INSTANT_NONE) == (b->unprotected_since == INSTANT_NONE);
}

static bool same_standing(const struct fleet_status *a, const struct fleet_status *b)
{
    return text_eq(a->rollout, b->rollout) && text_eq(a->stopped, b->stopped) && text_eq(a->paused, b->paused) && a->ended == b->ended;
}

void report_fleet_changes(const struct fleet_status *before, const struct fleet_status *f, const struct style *s, struct buf *out)
{
    const struct fleet_member **old = before ? sorted(before) : NULL;
    struct page p;

    page_open(&p, s, out);
    out->failed = out->failed || (before && !old);
    for (size_t i = 0; old && i < f->hosts.n; i++) {
        const struct fleet_member *h = &f->hosts.v[i];
        const struct fleet_member *const *was = bsearch(&h, old, before->hosts.n, sizeof *old, by_name);

        if (!was || !same_host(*was, h))
            host(&p, f, h, was ? *was : NULL);
    }
    for (size_t i = 0; !before && i < f->hosts.n; i++) /* what is so already is told, too */
        if (fleet_care(&f->hosts.v[i]).alarm)
            host(&p, f, &f->hosts.v[i], NULL);
    if (!before || !same_standing(before, f))
        totals(&p, f);
    mem_free(old);
    page_close(&p);
}

void report_fleet_move(const struct fleet_move *m, const struct style *s, struct buf *out)
{
    bool between = m->is == HOST_STARTING || m->is == HOST_ENDED || m->is == HOST_COLLECTED;
    struct page p;

    if (between && !s->verbose)
        return;
    page_open(&p, s, out);
    page_say(&p, INK_NAME, "%-20s ", m->name);
    page_say(&p, fleet_parts_ink(m->is), "%s", host_state_names[m->is]);
    if (m->is >= HOST_DONE)
        page_say(&p, INK_DIM, " (%zu of %zu over)", m->over, m->total);
    if (m->text && *m->text && !between)
        page_say(&p, INK_PLAIN, ": %s", m->text);
    page_end_para(&p, 0, 21);
    page_close(&p);
}
