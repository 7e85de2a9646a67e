#include "core/report/fleet_parts.h"

enum { HANDS_MOST = 12, AWAY_MOST = 5 };

static void label(struct page *p, const char *text)
{
    page_column(p, INK_DIM, 9, text);
}

/* Those whom `wanted` takes, as many as `most`; what to do stands before those it is about. */
static void list(struct page *p, const struct fleet_status *f, const char *heading, bool (*wanted)(enum host_state), size_t most)
{
    const char *action = NULL;
    size_t n = 0;

    for (size_t i = 0; i < f->hosts.n; i++) {
        const struct fleet_member *h = &f->hosts.v[i];

        if (!wanted((enum host_state)h->state) || ++n > most)
            continue;
        if (n == 1)
            page_heading(p, heading);
        if (h->action && !text_eq(h->action, action))
            page_line(p, 2, 4, INK_BOLD, "%s", h->action);
        action = h->action;
        fleet_parts_host(p, f, h);
        page_end_para(p, 4, 25);
    }
    if (n > most)
        page_line(p, 2, 4, INK_DIM, "and %zu more: --verbose shows all", n - most);
}

static bool is_away(enum host_state s)
{
    return s == HOST_UNREACHABLE;
}

static bool is_other(enum host_state s)
{
    return !fleet_needs_hands(s) && !is_away(s);
}

static void totals(struct page *p, const struct fleet_status *f)
{
    page_say(p, INK_BOLD, "Rollout %s: %lld PCs, ", f->rollout, f->total);
    fleet_parts_standing(p, f);
    page_end_para(p, 0, 2);
    page_blank(p);
    label(p, "PCs");
    fleet_parts_states(p, f);
    page_end_para(p, 2, 11);
    label(p, "pace");
    fleet_parts_pace(p, f);
    page_end_para(p, 2, 11);
    if (f->deadlines.n || (f->pace && f->pace->deadline != INSTANT_NONE)) {
        label(p, "law");
        fleet_parts_law(p, f);
        page_end_para(p, 2, 11);
    }
    label(p, "gaps");
    fleet_parts_gaps(p, f);
    page_end_para(p, 2, 11);
    if (f->limit && f->ended == INSTANT_NONE) {
        label(p, "waits");
        page_say(p, INK_PLAIN, "%s", f->limit);
        page_end_para(p, 2, 11);
    }
}

void report_fleet(const struct fleet_status *f, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    if (!f->rollout) {
        page_line(&p, 0, 0, INK_PLAIN, "There is no rollout: avswap fleet run begins one.");
        page_close(&p);
        return;
    }
    totals(&p, f);
    if (f->waves.n)
        page_heading(&p, "WAVES");
    for (size_t i = 0; i < f->waves.n; i++) {
        fleet_parts_wave(&p, &f->waves.v[i], 16);
        page_end_para(&p, 2, 15);
    }
    list(&p, f, "NEEDS HANDS", fleet_needs_hands, s->verbose ? SIZE_MAX : HANDS_MOST);
    list(&p, f, "DOES NOT ANSWER", is_away, s->verbose ? SIZE_MAX : AWAY_MOST);
    if (s->verbose)
        list(&p, f, "THE OTHERS", is_other, SIZE_MAX);
    page_close(&p);
}
