/*
 * roster.h - the PCs that a jump host knows, in its store: what the inventory says of each, and what visits have learned.
 *
 * Names are unique. A PC tells its machine id at a visit; two names with the same id are one PC under two names, or two
 * cloned from one image: a person decides, and only the first of them is moved (roster_twins()).
 *
 * Changes want an open one (store_begin() or store_batch(), store.h). Lists belong to the document given.
 */
#ifndef AVSWAP_CORE_STORE_ROSTER_H
#define AVSWAP_CORE_STORE_ROSTER_H

#include "core/inventory/inventory.h"
#include "core/store/store.h"

struct roster_host {
    struct fleet_host host;
    const char *machine;  /* id; NULL: not learned yet */
    const char *hostname; /* its own; NULL: not learned yet */
    instant added;
    instant seen;         /* last answered; INSTANT_NONE: never */
};

struct roster {
    LIST(struct roster_host) hosts; /* sorted by name */
};

enum roster_change { ROSTER_SAME, ROSTER_ADDED, ROSTER_CHANGED };

bool roster_put(struct store *s, const struct fleet_host *h, instant now, enum roster_change *ret, struct err *e) MUST_CHECK;
/* *ret: there was one. Its folder stays, and so does what is recorded of rollouts. */
bool roster_remove(struct store *s, const char *name, bool *ret, struct err *e) MUST_CHECK;
bool roster_load(struct store *s, struct doc *d, struct roster *ret, struct err *e) MUST_CHECK;
/* NULL: none of that name. */
struct roster_host *roster_find(const struct roster *r, const char *name);

/* Does a person's pattern name it: "@group", or a name with * and ? in it? */
bool roster_is(const struct roster_host *h, const char *pattern);

/*
 * What a visit has learned. *ret_other: another name that has the same machine id, in d; NULL: none. A machine that has
 * another id than before (installed anew) takes the new one.
 */
bool roster_learn(struct store *s, const char *name, const char *machine, const char *hostname, instant now, struct doc *d,
                  const char **ret_other, struct err *e) MUST_CHECK;

/* For each host of a roster: the index of the first one with its machine id (by name), itself where it is the only one. Those
 * that are another's twin are not to be moved. */
bool roster_twins(const struct roster *r, struct arena *a, size_t **ret, struct err *e) MUST_CHECK;
/* "pc7 and pc8 are the same machine (ID): ..." */
char *roster_twin_text(struct arena *a, const char *first, const char *second, const char *machine) MUST_CHECK;

#endif
