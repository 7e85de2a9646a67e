/*
 * migrate.h - from a plan in memory to a finished run; shared with the guided way.
 */
#ifndef AVSWAP_CMD_AVSWAP_MIGRATE_H
#define AVSWAP_CMD_AVSWAP_MIGRATE_H

#include "cmd/avswap/make.h"

bool migrate_plan(struct cli *c, const struct made *m, struct err *e) MUST_CHECK;

#endif
