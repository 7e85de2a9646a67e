#include "core/report/fleet_parts.h"

#include <stdlib.h>
#include <string.h>

enum { ALARMS_MOST = 12, HANDS_MOST = 6, AWAY_MOST = 5 };

/* A part of the list of PCs. */
struct part {
    const char *heading;
    bool (*wanted)(const struct fleet_member *);
    void (*line)(struct page *p, const struct fleet_status *f, const struct fleet_member *h, bool whole);
    size_t most; /* PCs that are shown of those with the same thing to do */
};

static void label(struct page *p, const char *text)
{
    page_column(p, INK_DIM, 9, text);
}

/* Length of a command without the PC's name at its end; 0: it does not end so. */
static size_t without_name(const struct fleet_member *h)
{
    size_t n = h->command ? strlen(h->command) : 0, name = strlen(h->name);

    return n > name + 1 && h->command[n - name - 1] == ' ' && strcmp(h->command + n - name, h->name) == 0 ? n - name - 1 : 0;
}

/* Ends a line that is going to be copied: it is never broken. */
static void end_command(struct page *p)
{
    struct style wide = *p->style;
    const struct style *before = p->style;

    wide.width = 0;
    p->style = &wide;
    page_end_para(p, 4, 4);
    p->style = before;
}

/* What is typed about the PCs v[0..n), as few commands as the width allows, each whole on its line. */
static void commands(struct page *p, const struct fleet_member *const *v, size_t n)
{
    size_t used = 0, room = p->style->width ? (size_t)p->style->width : SIZE_MAX;
    const struct fleet_member *last = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct fleet_member *h = v[i];
        size_t verb = without_name(h), width = text_width(h->name) + 1;
        bool goes_on = last && verb && verb == without_name(last) && strncmp(h->command, last->command, verb) == 0 && used + width <= room;

        if (!h->command)
            continue;
        if (!goes_on && last)
            end_command(p);
        if (goes_on)
            page_say(p, INK_GOOD, " %s", h->name);
        else
            page_say(p, INK_GOOD, "%s", h->command);
        used = goes_on ? used + width : 4 + text_width(h->command);
        last = h;
    }
    if (last)
        end_command(p);
}

static int by_text(const void *a, const void *b)
{
    const struct fleet_member *const *x = a, *const *y = b;

    return strcmp((*x)->text ? (*x)->text : "", (*y)->text ? (*y)->text : "");
}

/* Of many PCs only some are shown: how many more there are, and which reason most of all of them give. Sorts v anew. */
static void rest(struct page *p, const struct fleet_member **v, size_t n, size_t shown)
{
    size_t most = 0, first = 0, end;

    qsort(v, n, sizeof *v, by_text);
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && by_text(&v[end], &v[i]) == 0; end++)
            ;
        if (end - i > most && v[i]->text) {
            most = end - i;
            first = i;
        }
    }
    page_say(p, INK_DIM, "and %zu more: --verbose shows all", n - shown);
    if (most > 1)
        page_say(p, INK_DIM, "; %zu of %zu say: %s", most, n, v[first]->text);
    page_end_para(p, 4, 6);
}

/* Those of a part with the same thing to do: it stands before them, what is then typed behind. */
static void group(struct page *p, const struct fleet_status *f, const struct part *part, const struct fleet_member **v, size_t n)
{
    size_t shown = n > part->most ? part->most : n;

    if (v[0]->action)
        page_line(p, 2, 4, INK_BOLD, "%s", v[0]->action);
    else if (part->line == fleet_parts_alarm)
        page_line(p, 2, 4, INK_DIM, FLEET_PARTS_MOVING);
    for (size_t i = 0; i < shown; i++) {
        part->line(p, f, v[i], true);
        page_end_para(p, 4, 25);
    }
    commands(p, v, shown);
    if (n > shown)
        rest(p, v, n, shown);
}

static void list(struct page *p, const struct fleet_status *f, const struct part *part)
{
    const struct fleet_member **v = mem_alloc((f->hosts.n + 1) * sizeof *v);
    size_t n = 0, end;

    if (!v) {
        p->out->failed = true;
        return;
    }
    for (size_t i = 0; i < f->hosts.n; i++)
        if (part->wanted(&f->hosts.v[i]))
            v[n++] = &f->hosts.v[i];
    if (n) {
        page_blank(p);
        page_line(p, 0, 0, part->line == fleet_parts_alarm ? INK_BAD : INK_BOLD, "%s (%zu)", part->heading, n);
    }
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && text_eq(v[end]->action, v[i]->action); end++)
            ;
        group(p, f, part, v + i, end - i);
    }
    mem_free(v);
}

static bool is_hands(const struct fleet_member *h)
{
    return !fleet_parts_is_unprotected(h) && fleet_care(h).hands;
}

static bool is_away(const struct fleet_member *h)
{
    return !fleet_parts_is_unprotected(h) && h->state == HOST_UNREACHABLE;
}

static bool is_other(const struct fleet_member *h)
{
    return !fleet_parts_is_unprotected(h) && !is_hands(h) && !is_away(h);
}

static void totals(struct page *p, const struct fleet_status *f)
{
    label(p, "PCs");
    fleet_parts_states(p, f);
    page_end_para(p, 2, 11);
    label(p, "24 hours");
    fleet_parts_day(p, f);
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
    const struct part alarms = {"UNPROTECTED NOW", fleet_parts_is_unprotected, fleet_parts_alarm, s->verbose ? SIZE_MAX : ALARMS_MOST},
                      hands = {"NEEDS HANDS", is_hands, fleet_parts_host, s->verbose ? SIZE_MAX : HANDS_MOST},
                      away = {"DOES NOT ANSWER", is_away, fleet_parts_host, s->verbose ? SIZE_MAX : AWAY_MOST},
                      others = {"THE OTHERS", is_other, fleet_parts_host, SIZE_MAX};
    struct page p;

    page_open(&p, s, out);
    if (!f->rollout) {
        page_line(&p, 0, 0, INK_PLAIN, "There is no rollout: avswap fleet run begins one.");
        page_close(&p);
        return;
    }
    page_say(&p, INK_BOLD, "Rollout %s: %lld PCs, ", f->rollout, f->total);
    fleet_parts_standing(&p, f);
    page_end_para(&p, 0, 2);
    list(&p, f, &alarms);
    page_blank(&p);
    totals(&p, f);
    list(&p, f, &hands);
    if (f->waves.n)
        page_heading(&p, "WAVES");
    for (size_t i = 0; i < f->waves.n; i++) {
        fleet_parts_wave(&p, &f->waves.v[i], 16);
        page_end_para(&p, 2, 15);
    }
    list(&p, f, &away);
    if (s->verbose)
        list(&p, f, &others);
    page_close(&p);
}
