#include "core/os/file.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/posix/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool fail(struct err *e, const char *doing, const char *path)
{
    enum err_code code = ERR_IO;

    if (errno == ENOENT || errno == ENOTDIR)
        code = ERR_NOT_FOUND;
    else if (errno == EFBIG)
        code = ERR_LIMIT;
    else if (errno == ENOMEM)
        code = ERR_NOMEM;
    return err_sys(e, code, errno, "%s '%s'", doing, path);
}

bool os_file_read(const char *path, struct buf *out, struct err *e)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    bool ok;

    if (fd < 0)
        return fail(e, "opening", path);
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_IO, "reading '%s': it is not a regular file", path);
    }
    ok = fd_read(fd, out) || fail(e, "reading", path);
    close(fd);
    return ok;
}

/* A new, empty file beside path, its name in temp. */
static int open_beside(const char *path, char *temp, size_t size)
{
    char folder[LIMIT_PATH];
    const char *slash = strrchr(path, '/');
    int n;

    if (!fd_folder(path, folder, sizeof folder))
        return -1;
    n = snprintf(temp, size, "%s/.%s.XXXXXX", folder, slash ? slash + 1 : path);
    if (n < 0 || (size_t)n >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return mkostemp(temp, O_CLOEXEC);
}

/* Gives the written file its mode and its name, durably; closes fd. On failure nothing of it is left. */
static bool commit_beside(int fd, const char *temp, const char *path, unsigned mode)
{
    bool ok = fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0;
    int saved = errno;

    if (close(fd) != 0 && ok) {
        ok = false;
        saved = errno;
    }
    if (ok && rename(temp, path) != 0) {
        ok = false;
        saved = errno;
    }
    if (!ok)
        unlink(temp);
    else if (!fd_sync_folder(path)) {
        ok = false;
        saved = errno;
    }
    errno = saved;
    return ok;
}

static void discard_beside(int fd, const char *temp)
{
    int saved = errno;

    close(fd);
    unlink(temp);
    errno = saved;
}

/* A device, say /dev/null as a place for what nobody wants, would be replaced by a file, for everybody. */
static bool is_special(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode) && !S_ISDIR(st.st_mode);
}

bool os_file_write(const char *path, const void *p, size_t n, unsigned mode, struct err *e)
{
    char temp[LIMIT_PATH];
    int fd;

    if (is_special(path))
        return err_set(e, ERR_INPUT, "'%s' is no file but a device, pipe or socket", path);
    fd = open_beside(path, temp, sizeof temp);
    if (fd < 0)
        return fail(e, "creating", path);
    if (!fd_write(fd, p, n)) {
        discard_beside(fd, temp);
        return fail(e, "writing", path);
    }
    if (!commit_beside(fd, temp, path, mode))
        return fail(e, "writing", path);
    return true;
}

bool os_file_stat(const char *path, struct os_stat *ret, struct err *e)
{
    struct stat st;

    memset(ret, 0, sizeof *ret);
    if (lstat(path, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return true;
        return fail(e, "looking at", path);
    }
    ret->kind = S_ISREG(st.st_mode)   ? OS_FILE
                : S_ISDIR(st.st_mode) ? OS_DIR
                : S_ISLNK(st.st_mode) ? OS_LINK
                                      : OS_OTHER;
    ret->size = (long long)st.st_size;
    ret->mode = st.st_mode & 07777;
    ret->uid = (long long)st.st_uid;
    ret->gid = (long long)st.st_gid;
    ret->mtime = (instant)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    return true;
}

bool os_file_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

bool os_mode_same(unsigned is, unsigned mode)
{
    return is == mode;
}

bool os_file_readlink(const char *path, struct buf *out, struct err *e)
{
    char target[LIMIT_PATH];
    ssize_t n = readlink(path, target, sizeof target);

    if (n < 0 && errno == EINVAL)
        return err_set(e, ERR_INPUT, "'%s' is not a link", path);
    if (n < 0)
        return fail(e, "reading the link", path);
    if ((size_t)n == sizeof target)
        return err_set(e, ERR_LIMIT, "the link '%s' is longer than %u bytes", path, LIMIT_PATH);
    buf_add(out, target, (size_t)n);
    return buf_ok(out, path, e);
}

bool os_file_rename(const char *from, const char *to, struct err *e)
{
    if (rename(from, to) != 0)
        return err_sys(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "renaming '%s' to '%s'", from, to);
    if (!fd_sync_folder(to) || !fd_sync_folder(from))
        return fail(e, "renaming to", to);
    return true;
}

static int open_regular(const char *path, struct stat *st, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);

    if (fd < 0) {
        fail(e, "opening", path);
        return -1;
    }
    if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
        err_set(e, ERR_IO, "'%s' is not a regular file", path);
        close(fd);
        return -1;
    }
    return fd;
}

static bool copy_bytes(int in, int out)
{
    char chunk[64u << 10];

    for (;;) {
        ssize_t k = read(in, chunk, sizeof chunk);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k == 0;
        if (!fd_write(out, chunk, (size_t)k))
            return false;
    }
}

bool os_file_copy(const char *from, const char *to, struct err *e)
{
    char temp[LIMIT_PATH];
    struct stat st;
    int in = open_regular(from, &st, e), out;
    bool ok;

    if (in < 0)
        return false;
    out = open_beside(to, temp, sizeof temp);
    if (out < 0) {
        fail(e, "creating", to);
        close(in);
        return false;
    }
    ok = copy_bytes(in, out);
    if (!ok)
        discard_beside(out, temp);
    close(in);
    if (!ok)
        return err_sys(e, ERR_IO, errno, "copying '%s' to '%s'", from, to);
    return commit_beside(out, temp, to, st.st_mode & 07777) || fail(e, "writing", to);
}

bool os_file_pour(const char *path, bool (*take)(void *arg, const void *p, size_t n, struct err *e), void *arg,
                  struct err *e)
{
    char chunk[64u << 10];
    struct stat st;
    int fd = open_regular(path, &st, e);
    bool ok = fd >= 0;
    ssize_t k = 1;

    while (ok && k) {
        k = read(fd, chunk, sizeof chunk);
        if (k > 0)
            ok = take(arg, chunk, (size_t)k, e);
        else if (k < 0 && errno != EINTR)
            ok = fail(e, "reading", path);
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

bool os_file_part(const char *path, long long from, size_t n, struct buf *out, struct err *e)
{
    char chunk[64u << 10];
    struct stat st;
    int fd = open_regular(path, &st, e);
    bool ok = fd >= 0;
    ssize_t k = 1;

    while (ok && k && n) {
        k = pread(fd, chunk, n < sizeof chunk ? n : sizeof chunk, (off_t)from);
        if (k < 0 && errno != EINTR)
            ok = fail(e, "reading", path);
        if (k <= 0)
            continue;
        buf_add(out, chunk, (size_t)k);
        from += k;
        n -= (size_t)k;
    }
    if (fd >= 0)
        close(fd);
    return ok && buf_ok(out, path, e);
}

static bool add_to_digest(void *arg, const void *p, size_t n, struct err *e)
{
    (void)e;
    digest_add(arg, p, n);
    return true;
}

bool os_file_digest(const char *path, char hex[65], struct err *e)
{
    struct digest d;

    digest_init(&d);
    if (!os_file_pour(path, add_to_digest, &d, e))
        return false;
    digest_end(&d, hex);
    return true;
}

void os_sync(void)
{
    sync();
}

/* A folder that does not exist yet would be on the file system of the nearest one above it. */
bool os_disk_free(const char *path, long long *ret_free_mib, long long *ret_total_mib, struct err *e)
{
    char at[LIMIT_PATH], up[LIMIT_PATH];
    struct statvfs fs;

    if (strlen(path) >= sizeof at)
        return err_set(e, ERR_LIMIT, "a path is longer than %u bytes", LIMIT_PATH);
    memcpy(at, path, strlen(path) + 1);
    while (statvfs(at, &fs) != 0) {
        if ((errno != ENOENT && errno != ENOTDIR) || !fd_folder(at, up, sizeof up) || strcmp(at, up) == 0)
            return fail(e, "asking for the free space of", path);
        memcpy(at, up, sizeof at);
    }
    *ret_free_mib = (long long)((unsigned long long)fs.f_bfree * fs.f_frsize >> 20);
    *ret_total_mib = (long long)((unsigned long long)fs.f_blocks * fs.f_frsize >> 20);
    return true;
}
