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
    page_end_para(p, 0, 4);
}

static void host(struct page *p, const struct fleet_status *f, const struct fleet_member *h)
{
    char when[64];

    page_say(p, INK_DIM, "%s ", page_time(p, f->at, when, sizeof when));
    page_say(p, INK_NAME, "%s ", h->name);
    page_say(p, fleet_parts_ink((enum host_state)h->state), "%s", host_state_names[h->state]);
    if (h->text)
        page_say(p, INK_PLAIN, ": %s", h->text);
    if (h->action)
        page_say(p, INK_BOLD, "; now: %s", h->action);
    page_end_para(p, 0, 4);
}

static bool same_standing(const struct fleet_status *a, const struct fleet_status *b)
{
    return text_eq(a->rollout, b->rollout) && text_eq(a->stopped, b->stopped) && a->ended == b->ended;
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

        if (!was || (*was)->state != h->state)
            host(&p, f, h);
    }
    if (!before || !same_standing(before, f))
        totals(&p, f);
    mem_free(old);
    page_close(&p);
}
