/*
 * source.h - what status, watch and notice read: the rollout in the store, with the owner's deadlines, or a saved status.
 */
#ifndef AVSWAP_CMD_AVSWAP_FLEET_SOURCE_H
#define AVSWAP_CMD_AVSWAP_FLEET_SOURCE_H

#include "cmd/avswap-fleet/fleet.h"
#include "core/fleet/standing.h"

#define OPTION_ROLLOUT_ID {"id", 0, "N", "an earlier rollout, instead of the one that goes on or was the last", false}
#define OPTION_SAVED {"from", 0, "FILE", "a saved status ('-': standard input) instead of the jump host's state", false}
#define OPTION_DEADLINE {"deadline", 0, "INSTANT", "a deadline of the house, besides those of the law", false}

/* What every command has that reads it. */
#define OPTIONS_SOURCE                                                                                                                 \
    OPTION_ROLLOUT_ID, OPTION_SAVED, OPTION_DEADLINE, OPTION_JURISDICTION, OPTION_AS,                                                 \
        {"policy", 0, "FILE", "the owner's policy: whose law applies", false}, OPTION_NOW, OPTION_STATE, OPTION_CATALOG, OPTION_OVERLAY

struct source {
    const char *saved; /* NULL: the store */
    struct store *store;
    struct policy policy;
    struct owner owner;
    struct standing how;
    struct standing_stored stored;
    const char *lock; /* whoever moves the rollout on holds it */
};

/* Reads the options and opens the store, if there is one. Close with source_close(), also after a failure. */
bool source_open(struct cli *c, bool products, struct source *ret, struct err *e) MUST_CHECK;
/* One look, at this instant. It may be used until the look after the next one, and until d or the source are gone. */
bool source_look(struct source *s, instant now, struct doc *d, struct fleet_status *ret, struct err *e) MUST_CHECK;
void source_close(struct source *s);

#endif
