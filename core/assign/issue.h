/*
 * issue.h - the plans of a choice: one for every PC that gets something, each a whole plan.json of its own.
 *
 * They go to a folder (a file a PC) or into one file of lines, and their seats into the store, where there is one. Nothing
 * is in its place before all is written and reserved.
 */
#ifndef AVSWAP_CORE_ASSIGN_ISSUE_H
#define AVSWAP_CORE_ASSIGN_ISSUE_H

#include "core/assign/choose.h"
#include "core/store/store.h"

struct issue_request {
    const struct census *census;
    const struct choice *choice;
    const char *folder; /* for files; NULL: none */
    const char *bundle; /* for lines; NULL: none */
    struct store *store; /* in a change; NULL: none */
    /* Instead of both: takes each plan. NULL: nobody does. */
    bool (*put)(void *arg, const struct machine *m, const char *text, size_t n, struct err *e);
    void *arg;
};

struct issued {
    long long plans;
    long long failed; /* PCs whose plan could not be made although their class was thought able */
    struct strs reasons;
};

bool issue(const struct issue_request *r, struct arena *a, struct issued *ret, struct err *e) MUST_CHECK;

/* Seats of each of the policy's licences that PCs outside of the census hold; what its own have reserved so far is given back first.
 * Within a change of the store. NULL: no store, none are. *ret: as choose() wants them. */
bool issue_taken(const struct census *c, struct store *s, struct arena *a, long long **ret, struct err *e) MUST_CHECK;

#endif
