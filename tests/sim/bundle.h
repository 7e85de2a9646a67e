/*
 * bundle.h - files of the simulated PC as one text: the form of its archives and of packages made again.
 *
 *   "avswap-sim NAME VERSION\n", then for each file "KIND MODE LENGTH PATH\n" and its bytes and "\n", then "end\n"
 */
#ifndef AVSWAP_TESTS_SIM_BUNDLE_H
#define AVSWAP_TESTS_SIM_BUNDLE_H

#include "core/base/text.h"

void bundle_head(struct buf *b, const char *name, const char *version);
/* Adds what lies at or below path now; returns the number of entries. */
long long bundle_add(struct buf *b, const char *path);
void bundle_end(struct buf *b);

/* Is the file whole? name (may be NULL) gets the package's name. */
bool bundle_whole(const char *path, char *name, size_t size);
/* Puts the entries at or below one of `only` (NULL: all) on the PC; false when the file is not whole. */
bool bundle_unpack(const char *path, const struct strs *only, bool durable);

#endif
