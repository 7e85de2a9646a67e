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

static void title(struct screen *s)
{
    const struct fleet_status *f = s->f;
    char when[64];

    page_say(&s->page, INK_BOLD, "avswap fleet %s", f->rollout ? f->rollout : "");
    page_say(&s->page, INK_DIM, "  %s  q leaves, the rollout goes on", page_time(&s->page, f->at, when, sizeof when));
    end(s, 0);
}

static void head(struct screen *s)
{
    const struct fleet_status *f = s->f;
    long long done = fleet_state_count(f, HOST_DONE);
    int bar = s->page.style->width - 34;

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

static bool is_hands(const struct fleet_member *h)
{
    return !fleet_parts_is_unprotected(h) && fleet_care(h).hands;
}

static bool is_under_way(const struct fleet_member *h)
{
    return !fleet_parts_is_unprotected(h) && !is_hands(h) && h->state != HOST_QUEUED && h->state != HOST_DONE;
}

/* A list of PCs, and how many lines it may take. */
struct part {
    const char *heading;
    bool (*wanted)(const struct fleet_member *);
    void (*line)(struct page *p, const struct fleet_status *f, const struct fleet_member *h, bool whole);
    enum ink ink;
    int room;
    const char *moving; /* what is said of those about which nothing is to be done */
    bool apart; /* behind an empty line */
};

/* The PC and, where it is another than before, what to do about it before it. */
static void host(struct screen *s, const struct part *part, const struct fleet_member *h, bool tell)
{
    if (tell) {
        page_say(&s->page, h->action ? INK_BOLD : INK_DIM, "%s", h->action ? h->action : part->moving);
        end(s, 1);
    }
    part->line(&s->page, s->f, h, false);
    end(s, 3);
}

/* PCs as far as there is room; the last line tells how many more there are. */
static void hosts(struct screen *s, const struct part *part)
{
    const struct fleet_status *f = s->f;
    const char *action = part->apart ? NULL : "";
    int bottom = s->left > part->room ? s->left - part->room : 0; /* what is left behind the list */
    size_t n = 0, shown = 0;

    for (size_t i = 0; i < f->hosts.n; i++)
        n += part->wanted(&f->hosts.v[i]);
    if (!n || s->left - bottom < 3 + part->apart)
        return;
    if (part->apart)
        blank(s);
    page_say(&s->page, part->ink, "%s (%zu)", part->heading, n);
    end(s, 0);
    for (size_t i = 0; i < f->hosts.n && shown < n; i++) {
        const struct fleet_member *h = &f->hosts.v[i];
        bool tell = !text_eq(h->action, action);

        if (!part->wanted(h))
            continue;
        if (s->left - bottom < 1 + tell + (shown && shown + 1 < n))
            break;
        host(s, part, h, tell);
        action = h->action;
        shown++;
    }
    if (shown < n && s->left > bottom) {
        page_say(&s->page, INK_DIM, "and %zu more: avswap fleet status --verbose", n - shown);
        end(s, 3);
    }
}

/* Who is without protection is seen before anything else, on a screen of any size. */
static void alarms(struct screen *s)
{
    struct part part = {"UNPROTECTED NOW", fleet_parts_is_unprotected, fleet_parts_alarm, INK_BAD, s->left / 3 > 3 ? s->left / 3 : 3, FLEET_PARTS_MOVING, false};

    hosts(s, &part);
}

static void rest(struct screen *s)
{
    struct part part = {"NEEDS HANDS", is_hands, fleet_parts_host, INK_BOLD, s->left, "", true};

    hosts(s, &part);
    part = (struct part){"UNDER WAY", is_under_way, fleet_parts_host, INK_BOLD, s->left, "at work", true};
    hosts(s, &part);
}

void report_fleet_screen(const struct fleet_status *f, const struct style *s, int height, struct buf *out)
{
    struct screen screen = {.f = f, .left = height};

    page_open(&screen.page, s, out);
    title(&screen);
    alarms(&screen);
    head(&screen);
    if (!f->rollout) {
        page_say(&screen.page, INK_PLAIN, "There is no rollout: avswap fleet run begins one.");
        end(&screen, 0);
    } else {
        blank(&screen);
        waves(&screen);
        figures(&screen);
        rest(&screen);
    }
    page_close(&screen.page);
}
