/*
 * patch.h - the difference of two accepted commits as git shows it, line by line. For people: to be made harmless by who prints it.
 */
#ifndef AVSWAP_CORE_CATALOG_PATCH_H
#define AVSWAP_CORE_CATALOG_PATCH_H

#include "core/catalog/vault.h"

bool patch_make(const struct vault *s, const char *from, const char *to, struct buf *out, struct err *e) MUST_CHECK;

#endif
