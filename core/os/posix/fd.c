#include "core/os/posix/fd.h"
#include "core/base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

bool fd_write(int fd, const void *p, size_t n)
{
    const char *at = p;

    while (n) {
        ssize_t k = write(fd, at, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

bool fd_read(int fd, struct buf *out)
{
    char chunk[64u << 10];

    for (;;) {
        ssize_t k = read(fd, chunk, sizeof chunk);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k == 0;
        if ((size_t)k > out->max - out->len) {
            errno = EFBIG;
            return false;
        }
        buf_add(out, chunk, (size_t)k);
        if (out->failed) {
            errno = ENOMEM;
            return false;
        }
    }
}

long fd_read_small(int dir, const char *path, char *buf, size_t size)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t len = 0;
    int saved;

    if (fd < 0)
        return -1;
    while (len < size - 1) {
        ssize_t k = read(fd, buf + len, size - 1 - len);

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0) {
            saved = errno;
            close(fd);
            errno = saved;
            return -1;
        }
        len += (size_t)k;
        /* Such files come in one piece: a short answer is all there is. */
        if (len < size - 1)
            break;
    }
    close(fd);
    buf[len] = '\0';
    return (long)len;
}

bool fd_folder(const char *path, char *buf, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;

    if (n >= size) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(buf, path, n);
    buf[n] = '\0';
    if (!n) {
        buf[0] = slash ? '/' : '.';
        buf[1] = '\0';
    }
    return true;
}

bool fd_sync_folder(const char *path)
{
    char folder[LIMIT_PATH];
    int fd, saved;
    bool ok;

    if (!fd_folder(path, folder, sizeof folder))
        return false;
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    saved = errno;
    close(fd);
    errno = saved;
    return ok;
}

void fd_close_from(int first)
{
    enum { MOST = 1 << 16 };
    struct rlimit limit;
    int end = MOST;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
#endif
    /* Kernels before 5.9. */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < MOST)
        end = (int)limit.rlim_max;
    for (int fd = first; fd < end; fd++)
        close(fd);
}
