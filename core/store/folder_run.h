/*
 * folder_run.h - what a PC's folder (folder.h) says of its runs: read by folder_rebuild.c alone. Instants are those that stand in the
 * documents; when a file was written, copied or restored says nothing.
 */
#ifndef AVSWAP_CORE_STORE_FOLDER_RUN_H
#define AVSWAP_CORE_STORE_FOLDER_RUN_H

#include "core/base/digest.h"
#include "core/store/folder.h"

struct folder_run {
    const char *id;          /* of its plan too */
    bool begun;              /* false: only the plan that was made for the PC last */
    instant made_at;         /* of the plan; INSTANT_NONE: it cannot be read */
    int64_t expected_ms;
    const char *product;     /* that comes; NULL: none, or not known */
    const char *machine, *hostname; /* of the plan; NULL: not known */
    instant began, last;     /* of the first and the last record here; INSTANT_NONE: there is none */
    bool has_journal;
    long long journal_size;
    char journal_digest[DIGEST_TEXT];
    bool has_outcome;        /* one of this run, and readable */
    int result, exit;
    instant ended;
    int64_t gap_ms;
    const char *why;         /* NULL: no reason */
};

struct folder_runs {
    LIST(struct folder_run) v;
    struct strs notes; /* what could not be read, and why */
};

/* All runs of a PC, and behind them its last plan, where there is one. Belongs to d. */
bool folder_runs_read(const char *state, const char *name, struct doc *d, struct folder_runs *ret, struct err *e) MUST_CHECK;
/* A document that is bad or missing is worth a note; any other error is this machine's. */
bool folder_may_lack(const struct err *why);
/* When something was last heard of it. */
instant folder_run_at(const struct folder_run *r);

#endif
