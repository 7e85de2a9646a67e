/*
 * archive.h - state folders as archives (pax tar, gzip), by libarchive.
 *
 * Saving keeps owners, modes, times, links, holes, extended attributes and ACLs. It stays on the file system
 * of each path and follows no link. The archive is written beside, fsynced and renamed, so it is whole or
 * absent.
 *
 * Restoring writes only below the paths that were asked for and never through a link at or below one of them
 * (libarchive's SECURE flags); links above one (/var/run, /lib) are the system's and are followed. It is
 * idempotent, goes on after a file that cannot be restored and then fails with the first such reason, and
 * what it wrote is on disk when it returns. Files that the archive does not have stay, and so does a folder's
 * time of change when the folder was there. libarchive's EXTRACT_UNLINK is not used: it would remove links on
 * the way; files in the way are replaced without it.
 */
#ifndef AVSWAP_CORE_PAYLOAD_ARCHIVE_H
#define AVSWAP_CORE_PAYLOAD_ARCHIVE_H

#include "core/base/text.h"

struct archive_info {
    char digest[65]; /* SHA-256 of the archive file */
    long long bytes;
    long long entries;
};

/* paths: absolute files or folders; absent ones are skipped. Sockets, pipes and devices are not saved. */
bool archive_save(const struct strs *paths, const char *to, struct archive_info *ret,
                  struct err *e) MUST_CHECK;
/*
 * Restores what lies at or below one of `paths`, which are normally those that were saved. An empty list
 * means everything; then no link at all may lie on the way.
 */
bool archive_restore(const char *from, const struct strs *paths, struct err *e) MUST_CHECK;
/* Reads the archive to its end: ERR_PAYLOAD when it is damaged or differs from digest (NULL: any will do). */
bool archive_check(const char *path, const char *digest, struct err *e) MUST_CHECK;

#endif
