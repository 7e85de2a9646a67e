/*
 * sync.h - a source's commit becomes this jump host's catalogue, or is refused with the reason; and all of that checked again.
 *
 * In this order, and nothing is written outside the repository and the work folder before the last: fetch; the commit's form
 * and date; its signature (signer.h); it descends from the one accepted last; its tree (tree.h); lint; catalog_make; accept.
 *
 * Only the commit that is taken is checked, not those between it and the last one: nothing but its own tree is ever used, and
 * its signer vouches for that tree, and by the ids of its parents for the history below. So a merge of a stranger's work is the
 * word of who signed the merge, and a squash of it would be the same. What a branch is, no signature says: a server can hold
 * new commits back, or show those of another branch that descend from the last one; `pin` names the one commit that is wanted.
 *
 * What a refused commit brought along is taken out of the repository again, so that a bad source cannot fill the disk.
 */
#ifndef AVSWAP_CORE_CATALOG_SYNC_H
#define AVSWAP_CORE_CATALOG_SYNC_H

#include "core/catalog/fetch.h"
#include "core/catalog/signer.h"
#include "core/catalog/vault.h"
#include "core/model/verb.h"

struct sync {
    struct fetch fetch;          /* repo is filled here */
    struct signers signers;      /* work is filled here */
    const char *pin;             /* this commit of the branch, 40 hex digits; NULL: its tip */
    const char *accept_rewrite;  /* this commit although it does not descend from the last one; NULL: none */
    bool dry_run;                /* everything but accepting */
    instant now;
    const struct verb_def *const *verbs; /* for lint */
};

enum sync_end { SYNC_ACCEPTED, SYNC_SAME, SYNC_WOULD_ACCEPT };

struct sync_result {
    enum sync_end end;
    struct accepted record; /* of what was looked at; without n where it was not accepted */
    const char *folder;     /* NULL: not accepted */
};

/* Needs a vault that is locked; what the result points at belongs to it. */
bool sync_run(struct vault *s, struct sync *y, struct sync_result *ret, struct err *e) MUST_CHECK;

/* What was fetched last, by its commit, once more through all checks but history and signature: for a look at it. */
bool sync_candidate(struct vault *s, struct arena *a, const char **ret_commit, struct catalog *ret, struct err *e) MUST_CHECK;

/* Every accepted folder, its record, its commit in the repository, the signature then, and what it descends from. Problems are
 * sentences; no error. */
bool sync_verify(struct vault *s, struct signers *signers, struct arena *a, struct strs *problems, struct err *e) MUST_CHECK;

#endif
