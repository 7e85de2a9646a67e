/*
 * local_file.h - files that settings name which any user may have written. Only for core/os/win32.
 *
 * We are an administrator or the system itself, and opening "//host/share/x" tells that host who we are. So only a plain file on
 * a disk of this PC is opened, by a path without links: every folder on the way is held while the next is looked at, so that none
 * can be made into a link meanwhile.
 */
#ifndef AVSWAP_CORE_OS_WIN32_LOCAL_FILE_H
#define AVSWAP_CORE_OS_WIN32_LOCAL_FILE_H

#include "core/base/mem.h"

/* The file's bytes behind what `out` holds. ERR_NOT_FOUND: there is none. ERR_INPUT: it was not opened, or not read to its end
 * because it is longer than out's maximum; the text says which. */
bool local_file_read(const char *path, struct buf *out, struct err *e) MUST_CHECK;

#endif
