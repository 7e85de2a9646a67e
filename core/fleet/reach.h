/*
 * reach.h - how a PC of the roster is visited: by which transport, as what target, with which worker.
 */
#ifndef AVSWAP_CORE_FLEET_REACH_H
#define AVSWAP_CORE_FLEET_REACH_H

#include "core/fleet/drive.h"
#include "core/visit/contact.h"

/* Fills the request but for its calls. The roster's PC, target and request r stay the caller's until the visit is over. ERR_NOT_FOUND:
 * there is no worker for its system. */
bool reach(const struct drive_request *r, const struct roster_host *h, struct target *target, struct contact_request *ret,
           struct err *e) MUST_CHECK;

#endif
