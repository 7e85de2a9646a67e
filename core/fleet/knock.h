/*
 * knock.h - one probe of a PC of a rollout that was away. Between drive.c, which decides who is probed, and probe.h.
 */
#ifndef AVSWAP_CORE_FLEET_KNOCK_H
#define AVSWAP_CORE_FLEET_KNOCK_H

#include "core/fleet/errand.h"

/* It frees itself, after drive_visit_over(). ERR_INPUT, ERR_NOT_FOUND: as errand_open(). Where only a session can tell, the PC is marked so
 * and is due still. */
bool knock_open(struct drive *d, uint32_t i, struct err *e) MUST_CHECK;

#endif
