/*
 * commit.h - the bytes of a commit object, taken apart for the check of its signature.
 *
 * Strict: tree, parents, author, committer, then at most one signature and headers that change nothing here (encoding,
 * mergetag). What is signed is the object without its "gpgsig" lines, by the form of git 2.34 and later
 * (Documentation/gitformat-signature.txt). Our own reading and not libgit2's: git_commit_extract_signature (1.5) also finds a
 * "gpgsig" in the message, and loses the beginning of a header "gpgsig-sha256".
 *
 * Pure. Everything belongs to the arena.
 */
#ifndef AVSWAP_CORE_CATALOG_COMMIT_H
#define AVSWAP_CORE_CATALOG_COMMIT_H

#include "core/base/instant.h"
#include "core/base/text.h"

#define COMMIT_MAX (64u << 10)

struct commit {
    const char *tree;       /* 40 hex digits */
    struct strs parents;    /* the same each */
    instant committed_at;
    const char *subject;    /* first line of the message, valid UTF-8 */
    const char *signature;  /* armored; NULL: there is none */
    const char *payload;    /* what it is over */
    size_t payload_len;
};

bool commit_read(const char *p, size_t n, struct arena *a, struct commit *ret, struct err *e) MUST_CHECK;

#endif
