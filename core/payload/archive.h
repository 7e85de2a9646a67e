/*
 * archive.h - state folders as archives (tar, zstd-free: gzip), by libarchive.
 *
 * Saving keeps owners, modes, times, links, extended attributes and ACLs. Restoring writes only below the paths that
 * were asked for, never through a link that the archive itself brought ("SECURE_*" flags of libarchive), and is
 * idempotent. The archive is written beside, fsynced and renamed, so it is whole or absent.
 */
#ifndef AVSWAP_CORE_PAYLOAD_ARCHIVE_H
#define AVSWAP_CORE_PAYLOAD_ARCHIVE_H

#include "core/base/text.h"

struct archive_info {
    char digest[65]; /* SHA-256 of the archive file */
    long long bytes;
    long long entries;
};

/* paths: absolute files or folders; absent ones are skipped. Sockets and devices are not saved. */
bool archive_save(const struct strs *paths, const char *to, struct archive_info *ret, struct err *e) MUST_CHECK;
/* Restores what lies at or below one of `paths` (empty list: everything). */
bool archive_restore(const char *from, const struct strs *paths, struct err *e) MUST_CHECK;
/* Reads the archive to its end: ERR_PAYLOAD when it is damaged or differs from digest (NULL: not compared). */
bool archive_check(const char *path, const char *digest, struct err *e) MUST_CHECK;

#endif
