/*
 * solo.h - the plan of one PC of a fleet, when it is visited: for a PC that was away when the others were planned for, or that
 * has changed since. The same choice as for all at once (choose.h), with the seats that the others hold taken.
 */
#ifndef AVSWAP_CORE_FLEET_SOLO_H
#define AVSWAP_CORE_FLEET_SOLO_H

#include "core/fleet/drive.h"
#include "core/model/policy.h"

struct solo {
    const struct catalog *catalog;
    const struct policy *policy;
    struct store *store;
    const char *tool;
};

/* Within a change of the store (store_batch()). ret->text stays empty where no plan is possible or needed. */
bool solo_plan(const struct solo *s, const struct roster_host *h, const char *facts, size_t n, instant now,
               const struct drive_plan *ret, struct err *e) MUST_CHECK;

#endif
