/*
 * fd.h - open files of this folder's own use: whole reads and writes that survive signals, durable folders.
 */
#ifndef AVSWAP_CORE_OS_POSIX_FD_H
#define AVSWAP_CORE_OS_POSIX_FD_H

#include "core/base/mem.h"

/* Both return false with errno set. */
bool fd_write(int fd, const void *p, size_t n) MUST_CHECK;
bool fd_read(int fd, struct buf *out) MUST_CHECK; /* EFBIG: more than out may hold; ENOMEM */
/* Up to size - 1 bytes of a small file under dir, NUL-terminated; -1 with errno. For /proc and /sys. */
long fd_read_small(int dir, const char *path, char *buf, size_t size);
/* The folder of a path, in buf. ENAMETOOLONG. */
bool fd_folder(const char *path, char *buf, size_t size) MUST_CHECK;
/* Makes the entries of the folder that holds path durable. */
bool fd_sync_folder(const char *path) MUST_CHECK;
/* Closes all from `first` up; only calls what is allowed after fork(). */
void fd_close_from(int first);

#endif
