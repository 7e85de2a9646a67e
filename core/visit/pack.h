/*
 * pack.h - a worker packed for its journey: one member of gzip (RFC 1952), the same bytes for the same file.
 *
 * zlib, which libgit2 brings into this process anyway; libarchive would bring libraries whose pages are mapped again for every ssh.
 * It is packed once for all visits of a command, when the first PC wants it, hence quickly rather than as small as can be.
 */
#ifndef AVSWAP_CORE_VISIT_PACK_H
#define AVSWAP_CORE_VISIT_PACK_H

#include "core/base/mem.h"

/* Appends it. ERR_NOMEM, ERR_LIMIT: `out` does not take it. */
bool pack_gzip(const void *p, size_t n, struct buf *out, struct err *e) MUST_CHECK;

#endif
