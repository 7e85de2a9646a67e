/*
 * pace.h - how fast a rollout goes, and how fast it has to go. Pure. What it adds belongs to the doc.
 */
#ifndef AVSWAP_CORE_ROLLOUT_PACE_H
#define AVSWAP_CORE_ROLLOUT_PACE_H

#include "core/model/catalog.h"
#include "core/model/fleet.h"

/* The measures that end use, updates or the cloud for this owner, soonest first; law NULL: none. */
bool pace_deadlines(const struct catalog *law, const struct owner *o, struct doc *d, struct fleet_status *f, struct err *e) MUST_CHECK;
/* f->pace from counts, instants and deadlines. own: a deadline of the house that comes before the law's; INSTANT_NONE: none. */
bool pace_tell(instant own, struct doc *d, struct fleet_status *f, struct err *e) MUST_CHECK;

#endif
