/*
 * repo.h - libgit2, set up for strangers' data, and the bare repository of the jump host.
 *
 * No configuration of git's is read: neither an address that is replaced (insteadOf) nor a command in it reaches us. What a
 * pack may hold is bounded before it is taken. The repository is only a store: nothing in it is trusted for being there.
 */
#ifndef AVSWAP_CORE_CATALOG_REPO_H
#define AVSWAP_CORE_CATALOG_REPO_H

#include "core/base/text.h"

#include <git2.h>

#define REPO_CANDIDATE "refs/candidate/" /* and the source's name of the branch: what was fetched last */
#define REPO_ACCEPTED "refs/accepted/"   /* and a number: keeps what was accepted */

/* Once in a process that uses libgit2. */
bool repo_setup(struct err *e) MUST_CHECK;
/* Fails with what libgit2 said last. */
bool repo_err(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
/* The repository at path; NULL with ERR_NOT_FOUND when there is none. Free with git_repository_free(). */
git_repository *repo_open(const char *path, struct err *e) MUST_CHECK;
bool repo_make(const char *path, struct err *e) MUST_CHECK;
/* The object's bytes, when it is of this type and not larger than max, which is known before it is unpacked. */
bool repo_read(git_repository *r, const git_oid *id, git_object_t type, size_t max, struct buf *out, struct err *e) MUST_CHECK;
/* The branch that was fetched last, and its tip. */
bool repo_candidate(git_repository *r, struct arena *a, const char **ret_branch, git_oid *ret_id, struct err *e) MUST_CHECK;

#endif
