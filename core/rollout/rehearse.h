/*
 * rehearse.h - a rollout before it is begun: the same state machine and schedule over PCs that are made up.
 *
 * A scenario says of what kinds the fleet is: how long a run takes, how often it fails, when the PCs are switched on, what
 * their line carries. Instants are computed, nothing is waited for; the same scenario, rollout and seed give the same
 * bytes. What comes out is a forecast of the schedule, not of the products: its percentages are the scenario's.
 */
#ifndef AVSWAP_CORE_ROLLOUT_REHEARSE_H
#define AVSWAP_CORE_ROLLOUT_REHEARSE_H

#include "core/model/rehearsal.h"
#include "core/model/rollout.h"

/* ret's texts belong to d or to the inputs. */
bool rehearse(const struct scenario *s, const struct rollout *r, struct doc *d, struct forecast *ret, struct err *e) MUST_CHECK;

#endif
