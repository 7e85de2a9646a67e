/*
 * file.h - files of this machine. Paths are UTF-8 with '/'.
 *
 * Reading is bounded. Writing is whole or not at all: beside, fsync, rename, fsync of the folder. Trees are
 * removed without following links and without leaving the file system they began on.
 */
#ifndef AVSWAP_CORE_OS_FILE_H
#define AVSWAP_CORE_OS_FILE_H

#include "core/base/instant.h"
#include "core/base/text.h"

enum os_kind { OS_ABSENT, OS_FILE, OS_DIR, OS_LINK, OS_OTHER };

struct os_stat {
    enum os_kind kind;
    long long size;
    unsigned mode; /* permission bits */
    long long uid, gid;
    instant mtime;
};

/* The file's bytes into out (its maximum counts). ERR_NOT_FOUND when there is none. */
bool os_file_read(const char *path, struct buf *out, struct err *e) MUST_CHECK;
bool os_file_write(const char *path, const void *p, size_t n, unsigned mode, struct err *e) MUST_CHECK;
/* Never follows a link in the last part. kind OS_ABSENT is no error. */
bool os_file_stat(const char *path, struct os_stat *ret, struct err *e) MUST_CHECK;
bool os_file_exists(const char *path);
/* Is a file with permission bits `is` as os_file_write() leaves it with `mode`? Windows knows private or not; what is not
 * private has the permissions of its folder. */
bool os_mode_same(unsigned is, unsigned mode);
/* Where a link points; ERR_INPUT when it is none. */
bool os_file_readlink(const char *path, struct buf *out, struct err *e) MUST_CHECK;
/* Makes the folder and its parents; new ones get mode. */
bool os_dir_make(const char *path, unsigned mode, struct err *e) MUST_CHECK;
/* Names in a folder, sorted by bytes. */
bool os_dir_list(const char *path, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* Paths that match a pattern (text_glob rules for each part, '*' never matches '/'), sorted; none is no
 * error. */
bool os_file_glob(const char *pattern, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* Removes a file or a whole tree; absent is no error. Refuses "/", relative paths and "..". */
bool os_tree_remove(const char *path, struct err *e) MUST_CHECK;
/* The same where something of it may be in use (Windows): all else goes now, that at the next boot: *ret_at_boot. */
bool os_tree_remove_used(const char *path, bool *ret_at_boot, struct err *e) MUST_CHECK;
/* Takes back what is left to the next boot of the paths that match a pattern: who puts them there again needs them. */
bool os_tree_keep(const char *pattern, struct err *e) MUST_CHECK;
bool os_file_rename(const char *from, const char *to, struct err *e) MUST_CHECK;
/* Copies a regular file's bytes and mode, with fsync. */
bool os_file_copy(const char *from, const char *to, struct err *e) MUST_CHECK;
/* A regular file's bytes to take(), block by block. */
bool os_file_pour(const char *path, bool (*take)(void *arg, const void *p, size_t n, struct err *e), void *arg,
                  struct err *e) MUST_CHECK;
/* Appends the bytes of a regular file from one on, at most n; none behind its end. */
bool os_file_part(const char *path, long long from, size_t n, struct buf *out, struct err *e) MUST_CHECK;
bool os_file_digest(const char *path, char hex[65], struct err *e) MUST_CHECK;
/* What programs that we ran have written so far reaches the disk; our own writing is durable without it. */
void os_sync(void);
bool os_disk_free(const char *path, long long *ret_free_mib, long long *ret_total_mib,
                  struct err *e) MUST_CHECK;

/*
 * A log: bytes are only added, and os_log_sync() returns once they are on disk. os_log_open() creates it
 * (0600) and its folder entry durably. os_log_cut() shortens it to a torn line's start.
 */
struct os_log;
struct os_log *os_log_open(const char *path, struct err *e) MUST_CHECK;
bool os_log_append(struct os_log *l, const void *p, size_t n, struct err *e) MUST_CHECK;
bool os_log_sync(struct os_log *l, struct err *e) MUST_CHECK;
bool os_log_cut(struct os_log *l, size_t size, struct err *e) MUST_CHECK;
void os_log_close(struct os_log *l);

/*
 * The run lock: one worker per PC. Held until released or until the process ends, however it ends.
 * ERR_BUSY tells who holds it (the holder writes its pid and plan into the file).
 */
struct os_lock;
struct os_lock *os_lock_take(const char *path, const char *note, struct err *e) MUST_CHECK;
void os_lock_release(struct os_lock *l);
/* Who holds it, "pid note", in a; NULL: nobody. POSIX only: what runs on a jump host asks. */
bool os_lock_holder(const char *path, struct arena *a, const char **ret, struct err *e) MUST_CHECK;

#endif
