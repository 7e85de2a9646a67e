/*
 * sink.h - a large file in the making: it appears under its name only when it is whole and on disk.
 *
 * Bytes go to "<name>.part" and through SHA-256. sink_done() syncs and renames, sink_drop() removes what
 * there is, sink_keep() leaves the part for a later sink_resume(). One of the three ends every sink that was
 * opened; the first two do no harm to a sink that was never opened or has ended (zeroed memory).
 *
 * libarchive writes into a sink after sink_attach(). Its callbacks cannot carry our errors, so the first
 * failure stays in the sink and sink_blame() prefers it over libarchive's own text.
 */
#ifndef AVSWAP_CORE_PAYLOAD_SINK_H
#define AVSWAP_CORE_PAYLOAD_SINK_H

#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/file.h"

struct archive;

struct sink {
    struct os_log *log;
    struct digest digest;
    long long bytes;
    long long max;
    char to[LIMIT_PATH];
    char part[LIMIT_PATH];
    struct err first;
};

/* Begins empty; max: the size that may not be exceeded. */
bool sink_open(struct sink *s, const char *to, long long max, struct err *e) MUST_CHECK;
/* Begins with what an earlier sink_keep() left (s->bytes), digest included; empty when there is none. */
bool sink_resume(struct sink *s, const char *to, long long max, struct err *e) MUST_CHECK;
bool sink_restart(struct sink *s, struct err *e) MUST_CHECK;
bool sink_add(struct sink *s, const void *p, size_t n, struct err *e) MUST_CHECK;
/* digest may be NULL. Ends the sink even when it fails. */
bool sink_done(struct sink *s, char digest[DIGEST_TEXT], struct err *e) MUST_CHECK;
void sink_drop(struct sink *s);
bool sink_keep(struct sink *s, struct err *e) MUST_CHECK;

/*
 * Sets up gzip for a writer. What is packed here is kept for the length of a migration, so time counts more
 * than size; and no time of writing stands in it, so that the same files give the same bytes.
 */
#define SINK_GZIP_LEVEL "1"
bool sink_gzip(struct archive *a, const char *to, struct err *e) MUST_CHECK;
bool sink_attach(struct sink *s, struct archive *a, struct err *e) MUST_CHECK;
/* Why libarchive gave no object. Always false. */
bool sink_none(struct err *e);
/* What went wrong when a libarchive call on `a` failed; s may be NULL. Always false. */
bool sink_blame(const struct sink *s, struct archive *a, const char *what, struct err *e);

#endif
