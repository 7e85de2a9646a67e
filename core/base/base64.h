/*
 * base64.h - bytes as text of RFC 4648, with padding (libsodium).
 */
#ifndef AVSWAP_CORE_BASE_BASE64_H
#define AVSWAP_CORE_BASE_BASE64_H

#include "core/base/mem.h"

/* NULL: no memory. */
char *base64_encode(struct arena *a, const void *p, size_t n) MUST_CHECK;

#endif
