/*
 * check.h - one commit of the repository: read, and each thing that must hold of it before it is accepted.
 */
#ifndef AVSWAP_CORE_CATALOG_CHECK_H
#define AVSWAP_CORE_CATALOG_CHECK_H

#include "core/catalog/commit.h"
#include "core/catalog/repo.h"
#include "core/catalog/tree.h"
#include "core/lint/lint.h"

bool check_read(git_repository *r, const char *id, struct arena *a, struct commit *ret, struct err *e) MUST_CHECK;
/* A date in the future would make a key's validity mean nothing. */
bool check_date(const struct commit *c, instant now, struct err *e) MUST_CHECK;
/* ERR_HISTORY unless id comes after `last`; *commits: how many came since. */
bool check_descends(git_repository *r, const char *id, const char *last, long long *commits, struct err *e) MUST_CHECK;
/* The tree's files as a catalogue, linted. verbs NULL: without lint, for what was linted when it was accepted. */
bool check_tree(git_repository *r, const struct commit *c, const struct verb_def *const *verbs, struct arena *a,
                struct tree *tree, struct catalog *ret, struct err *e) MUST_CHECK;

#endif
