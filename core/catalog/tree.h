/*
 * tree.h - the files of a commit's tree, taken out of the repository into memory after everything about them was looked at.
 *
 * Sizes and numbers are bounded by what the repository says of an object before it is unpacked. Nothing is written.
 */
#ifndef AVSWAP_CORE_CATALOG_TREE_H
#define AVSWAP_CORE_CATALOG_TREE_H

#include "core/catalog/repo.h"
#include "core/model/catalog.h"

#define TREE_FILES_MAX 4000u
#define TREE_BYTES_MAX (32u << 20)

struct tree {
    struct catalog_file *files; /* of the catalogue; texts and paths live in the arena */
    size_t n;
    long long bytes;
};

bool tree_read(git_repository *r, const char *id, struct arena *a, struct tree *ret, struct err *e) MUST_CHECK;

#endif
