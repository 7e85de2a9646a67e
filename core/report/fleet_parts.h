/*
 * fleet_parts.h - what the text of a rollout and its full screen have in common: sentences about a fleet-status.
 *
 * Each function says into the page's paragraph and leaves it open: who calls ends it, wrapped or cut. whole: names in full, also where
 * that breaks the columns.
 */
#ifndef AVSWAP_CORE_REPORT_FLEET_PARTS_H
#define AVSWAP_CORE_REPORT_FLEET_PARTS_H

#include "core/report/page.h"

enum ink fleet_parts_ink(enum host_state s);
/* "running since ...", "over", "paused", "stopped: why" */
void fleet_parts_standing(struct page *p, const struct fleet_status *f);
/* "done 4  running 2 ...", those that need hands first. */
void fleet_parts_states(struct page *p, const struct fleet_status *f);
/* A wave: its bar of `bar` columns, counts, budget, phase. */
void fleet_parts_wave(struct page *p, const struct fleet_wave *w, int bar);
void fleet_parts_pace(struct page *p, const struct fleet_status *f);
/* "overdue by 785 days: ..."; nothing is said where no law sets anything. */
void fleet_parts_law(struct page *p, const struct fleet_status *f);
void fleet_parts_gaps(struct page *p, const struct fleet_status *f);
/* How many came to which end in the last 24 hours. */
void fleet_parts_day(struct page *p, const struct fleet_status *f);
/* A PC that has no protection now: since when, how long so far, and what is known of it. */
void fleet_parts_alarm(struct page *p, const struct fleet_status *f, const struct fleet_member *h, bool whole);
/* Said of those that are just being moved. */
#define FLEET_PARTS_MOVING "being moved just now: nothing to do unless it lasts"
bool fleet_parts_is_unprotected(const struct fleet_member *h);
/* One line of a PC: name, state, how long, why. */
void fleet_parts_host(struct page *p, const struct fleet_status *f, const struct fleet_member *h, bool whole);

#endif
