#include "core/report/page.h"

#include <stdio.h>

static const struct {
    enum ink ink;
    const char *text;
} headlines[] = {
    [RESULT_RUNNING] = {INK_NAME, "The run is not over."},
    [RESULT_MIGRATED] = {INK_GOOD, "Migrated and protected."},
    [RESULT_NOTHING_TO_DO] = {INK_GOOD, "Nothing to do."},
    [RESULT_ROLLED_BACK] = {INK_WARN, "Rolled back: protected as before, not migrated."},
    [RESULT_OTHER_PROTECTION] = {INK_WARN, "Not migrated; something else protects this PC."},
    [RESULT_UNPROTECTED] = {INK_BAD, "UNPROTECTED: this PC needs hands now."},
    [RESULT_REFUSED] = {INK_WARN, "Refused; everything is as it was."},
    [RESULT_IN_DOUBT] = {INK_BAD, "In doubt: a person must look."},
    [RESULT_REBOOT_NEEDED] = {INK_WARN, "A reboot is needed to go on."},
};

static void head(struct page *p, const struct outcome *o)
{
    char from[64], to[64], span[INSTANT_TEXT];

    page_line(p, 0, 2, headlines[o->result].ink, "%s", headlines[o->result].text);
    if (o->why)
        page_line(p, 0, 2, INK_PLAIN, "%s", o->why);
    page_blank(p);
    page_pair(p, 2, 14, "PC", INK_BOLD, o->hostname ? o->hostname : o->machine_id);
    page_pair(p, 2, 14, "from", INK_PLAIN, o->source_names);
    page_pair(p, 2, 14, "to", INK_PLAIN, o->target_name);
    page_pair(p, 2, 14, "strategy", INK_PLAIN, o->strategy);
    page_keep(p, INK_DIM, "%-12s", "time");
    page_say(p, INK_PLAIN, "%s to %s", page_time(p, o->started, from, sizeof from),
             o->ended == INSTANT_NONE ? "now" : page_time(p, o->ended, to, sizeof to));
    if (o->started != INSTANT_NONE && o->ended != INSTANT_NONE)
        page_say(p, INK_DIM, " (%s)", instant_span(o->ended - o->started, span));
    page_end_para(p, 2, 14);
    if (o->reboots) {
        snprintf(from, sizeof from, "%lld", o->reboots);
        page_pair(p, 2, 14, "reboots", INK_PLAIN, from);
    }
}

static void unprotected(struct page *p, const struct outcome *o)
{
    char span[INSTANT_TEXT], from[64];

    page_keep(p, INK_DIM, "%-12s", "unprotected");
    page_say(p, o->unprotected_ms ? INK_WARN : INK_GOOD, "%lld.%lld s", (long long)(o->unprotected_ms / 1000),
             (long long)(o->unprotected_ms % 1000) / 100);
    page_end_para(p, 2, 14);
    for (size_t i = 0; i < o->gaps.n; i++) {
        const struct gap_interval *g = &o->gaps.v[i];

        page_mark(p, INK_DIM, MARK_ITEM);
        page_say(p, INK_PLAIN, " %s for %s%s", page_time(p, g->from, from, sizeof from), instant_span(g->ms, span),
                 g->to == INSTANT_NONE ? ", and still" : "");
        page_end_para(p, 14, 16);
    }
    if (o->eicar)
        page_pair(p, 2, 14, "EICAR", INK_BOLD, o->eicar);
}

static void step(struct page *p, const struct step_result *s)
{
    bool good = outcome_is_good(s->outcome);
    char span[INSTANT_TEXT];

    page_mark(p, good ? INK_GOOD : INK_BAD, good ? MARK_YES : MARK_NO);
    page_say(p, INK_PLAIN, " %s", s->title ? s->title : s->id);
    if (s->outcome != OUTCOME_OK)
        page_say(p, good ? INK_DIM : INK_BAD, " (%s)", outcome_names[s->outcome]);
    if (s->undone)
        page_say(p, INK_WARN, " undone");
    page_end_line(p, 4, 6, INK_DIM, instant_span(s->ms, span));
    if (s->text && (!good || p->style->verbose))
        page_line(p, 6, 6, good ? INK_DIM : INK_PLAIN, "%s", s->text);
}

static void steps(struct page *p, const struct outcome *o)
{
    int stage = -1;

    if (o->steps.n)
        page_heading(p, "STEPS");
    for (size_t i = 0; i < o->steps.n; i++) {
        const struct step_result *s = &o->steps.v[i];

        if (s->stage != stage) {
            stage = s->stage;
            page_line(p, 2, 2, INK_NAME, "%s", stage_names[stage]);
        }
        if (s->outcome == OUTCOME_NONE) {
            page_mark(p, INK_DIM, MARK_ITEM);
            page_say(p, INK_DIM, " %s (not reached)", s->title ? s->title : s->id);
            page_end_para(p, 4, 6);
        } else {
            step(p, s);
        }
    }
}

static void check_lines(struct page *p, const struct check_result *v, size_t n, int indent)
{
    static const enum ink inks[] = {[TRI_UNKNOWN] = INK_WARN, [TRI_NO] = INK_BAD, [TRI_YES] = INK_GOOD};
    static const enum mark marks[] = {[TRI_UNKNOWN] = MARK_UNKNOWN, [TRI_NO] = MARK_NO, [TRI_YES] = MARK_YES};

    for (size_t i = 0; i < n; i++) {
        page_mark(p, inks[v[i].answer], marks[v[i].answer]);
        page_say(p, INK_PLAIN, " %s", v[i].what);
        page_end_para(p, indent, indent + 2);
        if (!v[i].evidence || !*v[i].evidence)
            continue;
        if (v[i].answer == TRI_YES && !p->style->verbose) /* what does not hold is told in full */
            page_cut(p, indent + 4, INK_DIM, v[i].evidence);
        else
            page_line(p, indent + 4, indent + 4, INK_DIM, "%s", v[i].evidence);
    }
}

static void advice_lines(struct page *p, const struct strs *advice)
{
    if (advice->n)
        page_heading(p, "FOR A PERSON TO CHANGE");
    page_list(p, 2, advice);
}

static void foot(struct page *p, const struct outcome *o)
{
    advice_lines(p, &o->notes);
    if (o->next) {
        page_heading(p, "DO NEXT");
        page_line(p, 2, 2, INK_BOLD, "%s", o->next);
    }
}

void report_outcome(const struct outcome *o, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    head(&p, o);
    unprotected(&p, o);
    if (o->checks.n)
        page_heading(&p, "CHECKED AFTERWARDS");
    check_lines(&p, o->checks.v, o->checks.n, 2);
    steps(&p, o);
    foot(&p, o);
    if (s->verbose) {
        page_blank(&p);
        page_pair(&p, 0, 14, "plan", INK_DIM, o->plan);
        page_pair(&p, 0, 14, "journal head", INK_DIM, o->journal_head);
    }
    page_close(&p);
}

void report_outcome_summary(const struct outcome *o, const struct style *s, struct buf *out)
{
    struct page p;
    size_t held = 0;

    page_open(&p, s, out);
    head(&p, o);
    unprotected(&p, o);
    for (size_t i = 0; i < o->checks.n; i++)
        held += o->checks.v[i].answer == TRI_YES;
    if (held < o->checks.n)
        page_heading(&p, "DOES NOT HOLD OR IS NOT KNOWN");
    for (size_t i = 0; i < o->checks.n; i++)
        if (o->checks.v[i].answer != TRI_YES)
            check_lines(&p, &o->checks.v[i], 1, 2);
    foot(&p, o);
    page_blank(&p);
    if (o->checks.n)
        page_line(&p, 0, 2, INK_DIM, "%zu of %zu checks hold; avswap report shows each with its evidence, and every step.",
                  held, o->checks.n);
    else
        page_line(&p, 0, 2, INK_DIM, "avswap report shows every step.");
    page_close(&p);
}

void report_checks(const struct check_result *v, size_t n, const struct strs *advice, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    check_lines(&p, v, n, 0);
    advice_lines(&p, advice);
    page_close(&p);
}
