#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/posix/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct os_log {
    int fd;
    off_t size; /* of the whole records */
    char path[LIMIT_PATH];
};

struct os_log *os_log_open(const char *path, struct err *e)
{
    struct os_log *l = mem_alloc(sizeof *l);
    struct stat st;

    if (!l) {
        err_nomem(e);
        return NULL;
    }
    if (strlen(path) >= sizeof l->path) {
        err_set(e, ERR_LIMIT, "a path is longer than %u bytes", LIMIT_PATH);
        mem_free(l);
        return NULL;
    }
    memcpy(l->path, path, strlen(path) + 1);
    l->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (l->fd < 0 || fstat(l->fd, &st) != 0 || !fd_sync_folder(path)) {
        err_sys(e, ERR_IO, errno, "opening '%s'", path);
        os_log_close(l);
        return NULL;
    }
    l->size = st.st_size;
    return l;
}

/* One write a record, so that a crash leaves at most one torn line, at the end. */
bool os_log_append(struct os_log *l, const void *p, size_t n, struct err *e)
{
    ssize_t k;

    do
        k = write(l->fd, p, n);
    while (k < 0 && errno == EINTR);
    if (k >= 0 && (size_t)k == n) {
        l->size += k;
        return true;
    }
    if (k < 0)
        err_sys(e, ERR_IO, errno, "writing '%s'", l->path);
    else
        err_set(e, ERR_IO, "writing '%s': the disk is full", l->path);
    /* Half a record must not stand between whole ones; a torn one at the end is known to the reader. */
    if (k > 0 && ftruncate(l->fd, l->size) != 0)
        err_wrap(e, "half a record stays at the end");
    return false;
}

bool os_log_sync(struct os_log *l, struct err *e)
{
    if (fdatasync(l->fd) != 0)
        return err_sys(e, ERR_IO, errno, "writing '%s' to the disk", l->path);
    return true;
}

bool os_log_cut(struct os_log *l, size_t size, struct err *e)
{
    if ((off_t)size > l->size)
        return err_set(e, ERR_BUG, "cutting '%s' to more than it has", l->path);
    if (ftruncate(l->fd, (off_t)size) != 0 || fsync(l->fd) != 0)
        return err_sys(e, ERR_IO, errno, "cutting '%s'", l->path);
    l->size = (off_t)size;
    return true;
}

void os_log_close(struct os_log *l)
{
    if (!l)
        return;
    if (l->fd >= 0)
        close(l->fd);
    mem_free(l);
}
