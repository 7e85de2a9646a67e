/*
 * triage.h - `avswap detect --inventory`: rows go out as they are read, so memory does not grow with the file.
 */
#ifndef AVSWAP_CMD_AVSWAP_TRIAGE_H
#define AVSWAP_CMD_AVSWAP_TRIAGE_H

#include "cmd/cli/cli.h"

/* Reads, classifies and prints the inventory that --inventory names; sets the exit status. */
bool triage_inventory(struct cli *c, struct err *e) MUST_CHECK;

#endif
