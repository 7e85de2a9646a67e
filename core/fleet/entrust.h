/*
 * entrust.h - which secrets go to a PC: those that its plan calls sent, and no others, as a PC may be anybody's by now.
 */
#ifndef AVSWAP_CORE_FLEET_ENTRUST_H
#define AVSWAP_CORE_FLEET_ENTRUST_H

#include "core/base/secret.h"
#include "core/model/plan.h"

/* all: JSON object name -> value (n bytes; 0: none). ret: the same with what the plan names; empty: nothing has to be sent. The caller
 * clears it by secret_clear(), behind the visit that sends it. */
/* Is there one of that name? */
bool entrust_has(const char *all, size_t n, const char *name);
bool entrust(const char *all, size_t n, const struct plan *p, struct secret *ret, struct err *e) MUST_CHECK;

#endif
