#include "core/report/fleet_parts.h"

enum { WAVES_MOST = 5 };

struct screen {
    struct page page;
    const struct fleet_status *f;
    int left; /* lines */
};

/* Ends the line; what the screen has no room for is dropped. */
static void end(struct screen *s, int indent)
{
    if (s->left > 0)
        page_end_cut(&s->page, indent);
    else
        buf_clear(&s->page.para);
    s->left--;
}

static void label(struct screen *s, const char *text)
{
    page_column(&s->page, INK_DIM, 8, text);
}

static void blank(struct screen *s)
{
    if (s->left > 1)
        end(s, 0);
}

static void head(struct screen *s)
{
    const struct fleet_status *f = s->f;
    long long done = fleet_state_count(f, HOST_DONE);
    int bar = s->page.style->width - 34;
    char when[64];

    page_say(&s->page, INK_BOLD, "avswap fleet %s", f->rollout ? f->rollout : "");
    page_say(&s->page, INK_DIM, "  %s  q leaves, the rollout goes on", page_time(&s->page, f->at, when, sizeof when));
    end(s, 0);
    fleet_parts_standing(&s->page, f);
    end(s, 0);
    blank(s);
    page_bar(&s->page, INK_GOOD, bar > 100 ? 100 : bar, done, f->total);
    page_say(&s->page, INK_BOLD, " %lld of %lld PCs done", done, f->total);
    end(s, 0);
    fleet_parts_states(&s->page, f);
    end(s, 0);
}

/* The waves around the one that is open; a last line tells of the rest. */
static void waves(struct screen *s)
{
    const struct fleet_status *f = s->f;
    size_t open = 0, first, room = s->left > 14 ? (size_t)s->left - 11 : WAVES_MOST - 2;

    while (open < f->waves.n && f->waves.v[open].phase == WAVE_OVER)
        open++;
    if (room > WAVES_MOST && s->left < 30)
        room = WAVES_MOST;
    first = open > 1 && f->waves.n > room ? open - 1 : 0;
    if (first + room > f->waves.n)
        first = f->waves.n > room ? f->waves.n - room : 0;
    for (size_t i = first; i < f->waves.n && i < first + room; i++) {
        fleet_parts_wave(&s->page, &f->waves.v[i], s->page.style->width >= 110 ? 32 : 14);
        end(s, 0);
    }
    if (f->waves.n > room) {
        page_say(&s->page, INK_DIM, "%zu of %zu waves are shown", room, f->waves.n);
        end(s, 0);
    }
}

static void figures(struct screen *s)
{
    label(s, "pace");
    fleet_parts_pace(&s->page, s->f);
    end(s, 0);
    if (s->f->deadlines.n || (s->f->pace && s->f->pace->deadline != INSTANT_NONE)) {
        label(s, "law");
        fleet_parts_law(&s->page, s->f);
        end(s, 0);
    }
    label(s, "gaps");
    fleet_parts_gaps(&s->page, s->f);
    end(s, 0);
    label(s, "waits");
    page_say(&s->page, s->f->limit ? INK_PLAIN : INK_DIM, "%s",
             s->f->limit ? s->f->limit : s->f->ended != INSTANT_NONE ? "nothing is left to do" : "nothing keeps the next one from being started");
    end(s, 0);
}

static void heading(struct screen *s, const char *text, size_t n)
{
    page_say(&s->page, INK_BOLD, "%s (%zu)", text, n);
    end(s, 0);
}

static bool is_hands(const struct fleet_member *h)
{
    return fleet_needs_hands((enum host_state)h->state);
}

static bool is_under_way(const struct fleet_member *h)
{
    return !is_hands(h) && h->state != HOST_QUEUED && h->state != HOST_DONE;
}

/* PCs as far as there is room, what to do before those it is about; the last line tells how many more there are. */
static void hosts(struct screen *s, const char *text, bool (*wanted)(const struct fleet_member *))
{
    const struct fleet_status *f = s->f;
    const char *action = NULL;
    size_t n = 0, shown = 0;

    for (size_t i = 0; i < f->hosts.n; i++)
        n += wanted(&f->hosts.v[i]);
    if (!n || s->left < 5)
        return;
    blank(s);
    heading(s, text, n);
    for (size_t i = 0; i < f->hosts.n && shown < n; i++) {
        const struct fleet_member *h = &f->hosts.v[i];
        bool other = h->action && !text_eq(h->action, action);

        if (!wanted(h))
            continue;
        if (s->left < 1 + other + (shown + 1 < n))
            break;
        if (other) {
            page_say(&s->page, INK_BOLD, "%s", h->action);
            end(s, 1);
        }
        action = h->action;
        fleet_parts_host(&s->page, f, h);
        end(s, 3);
        shown++;
    }
    if (shown < n && s->left > 0) {
        page_say(&s->page, INK_DIM, "and %zu more: avswap fleet status --verbose", n - shown);
        end(s, 3);
    }
}

void report_fleet_screen(const struct fleet_status *f, const struct style *s, int height, struct buf *out)
{
    struct screen screen = {.f = f, .left = height};

    page_open(&screen.page, s, out);
    head(&screen);
    if (!f->rollout) {
        page_say(&screen.page, INK_PLAIN, "There is no rollout: avswap fleet run begins one.");
        end(&screen, 0);
    } else {
        blank(&screen);
        waves(&screen);
        figures(&screen);
        hosts(&screen, "NEEDS HANDS", is_hands);
        hosts(&screen, "UNDER WAY", is_under_way);
    }
    page_close(&screen.page);
}
