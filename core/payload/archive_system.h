/*
 * archive_system.h - where libarchive differs between systems; one file for each (archive_posix.c, archive_win32.c).
 *
 * POSIX: names are bytes as they are, and an archive holds them without the leading '/'. Windows: names are UTF-8 (its build of
 * libarchive sees to that, cmd/windows/config), and an archive holds "C:/x" as it is; owners and access rights are not kept, and
 * junctions, which libarchive takes for folders, are neither saved nor followed.
 */
#ifndef AVSWAP_CORE_PAYLOAD_ARCHIVE_SYSTEM_H
#define AVSWAP_CORE_PAYLOAD_ARCHIVE_SYSTEM_H

#include "core/base/text.h"

struct archive;

/* How a disk is read and written. False: libarchive has the reason. */
bool archive_system_reader(struct archive *disk) MUST_CHECK;
bool archive_system_writer(struct archive *disk) MUST_CHECK;
/* The root's '/' in an absolute path; NULL: it is none. */
const char *archive_system_root(const char *path);
/* The name in an archive of a path on disk (it points into it), and back (NULL: memory ran out). */
const char *archive_system_inside(const char *path);
char *archive_system_outside(const char *name, struct arena *a) MUST_CHECK;

/* Is the folder a link that libarchive does not see? */
bool archive_system_is_hidden_link(const char *path);
/* No such link lies at or below top (NULL: the root) on the way to path. */
bool archive_system_way(const char *path, const char *top, struct err *e) MUST_CHECK;

#endif
