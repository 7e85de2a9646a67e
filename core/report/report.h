/*
 * report.h - documents -> text for people. JSON forms are the documents themselves (schema_write).
 *
 * Every string that came from a PC or a document goes through text_show(). Colours only when style->colour.
 */
#ifndef AVSWAP_CORE_REPORT_REPORT_H
#define AVSWAP_CORE_REPORT_REPORT_H

#include "core/model/assignment.h"
#include "core/model/catalog.h"
#include "core/model/fleet.h"
#include "core/model/outcome.h"
#include "core/model/triage.h"

struct style {
    bool colour;
    bool utf8;      /* marks beyond ASCII may be used */
    bool verbose;   /* with evidence, arguments and digests */
    int width;      /* columns; 0: do not wrap */
    int utc_offset; /* minutes east of UTC for times on the screen; 0 in files */
};

void report_findings(const struct findings *f, const struct style *s, struct buf *out);
void report_timeline(const struct timeline *t, const struct owner *o, const struct findings *f, instant now,
                     const struct style *s, struct buf *out);
void report_plan(const struct plan *p, const struct style *s, struct buf *out);
/* Its two halves, for a small screen: what and why, and the steps. */
void report_plan_summary(const struct plan *p, const struct style *s, struct buf *out);
void report_plan_steps(const struct plan *p, const struct style *s, struct buf *out);
/* Only the choice: what was thought of each candidate. For requests that gave no plan. */
void report_candidates(const struct plan *p, const struct style *s, struct buf *out);
void report_outcome(const struct outcome *o, const struct style *s, struct buf *out);
/* Without the steps and the checks that hold: for somebody who has just watched them. */
void report_outcome_summary(const struct outcome *o, const struct style *s, struct buf *out);
/* A fleet: who gets what, what it costs, which seats run out; verbose: what would have to change for another. */
void report_assignment(const struct assignment *a, const struct style *s, struct buf *out);
/* Checks alone, as verify makes them, and what is left for a person to change. */
void report_checks(const struct check_result *v, size_t n, const struct strs *advice, const struct style *s, struct buf *out);
/* One line for an event as it happens; empty when it is of no interest to people. */
void report_event(const struct plan *p, const struct event *ev, const struct style *s, struct buf *out);
/* The same of a dry run: what each step found and would do. */
void report_event_dry(const struct plan *p, const struct event *ev, const struct style *s, struct buf *out);
/* A row of an inventory; nothing when it is of no interest and the style is not verbose. */
void report_triage_row(const struct triage_row *row, const struct style *s, struct buf *out);
/* What was found on each PC, and the sum. */
void report_triage_hosts(const struct triage_host *v, size_t n, long long rows, const struct style *s, struct buf *out);
/* A rollout under way: totals, then who needs hands; verbose: every PC. */
void report_fleet(const struct fleet_status *f, const struct style *s, struct buf *out);
/* One line a PC with a heading. Every text is quoted; one that a spreadsheet would take for a formula begins with an
 * apostrophe; control characters are shown, so that a cell has one line. */
void report_fleet_csv(const struct fleet_status *f, struct buf *out);
/* A quoted cell. What a spreadsheet would compute begins with an apostrophe. */
void report_csv_text(struct buf *out, const char *s);
/* A full screen of style->width columns: at most `height` lines, each with a newline and none wider. 40 x 10 at least. */
void report_fleet_screen(const struct fleet_status *f, const struct style *s, int height, struct buf *out);
/* What changed between two looks at the same rollout, a line each; nothing when nothing did. before NULL: the totals. */
void report_fleet_changes(const struct fleet_status *before, const struct fleet_status *f, const struct style *s, struct buf *out);
/* A PC of a rollout under way came into another state; `over` of `total` have come to their end. What is only book-keeping between
 * the jump host and the PC says nothing unless the style is verbose. */
struct fleet_move {
    const char *name;
    enum host_state is;
    const char *text; /* why; NULL: nothing to say */
    size_t over, total;
};
void report_fleet_move(const struct fleet_move *m, const struct style *s, struct buf *out);
/* ArcSight Common Event Format 0, one line a PC. Source: "Micro Focus Security ArcSight Common Event Format", version 25. */
void report_notice_cef(const struct notice *n, struct buf *out);

#endif
