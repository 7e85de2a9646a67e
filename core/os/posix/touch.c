#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* On-access protection answers with EPERM (fanotify(7), FAN_DENY), or it takes the file or its content away.
 */
static bool refused(const char *path, int error, enum os_touch *ret, struct err *e)
{
    if (error == EPERM)
        *ret = OS_TOUCH_DENIED;
    else if (error == ENOENT)
        *ret = OS_TOUCH_GONE;
    else
        return err_sys(e, ERR_IO, error, "testing with '%s'", path);
    return true;
}

static int put(const char *path, const void *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), error = 0;

    if (fd < 0)
        return errno;
    if (!fd_write(fd, p, n))
        error = errno;
    if (close(fd) != 0 && !error)
        error = errno;
    return error;
}

bool os_touch(const char *path, const void *p, size_t n, enum os_touch *ret, struct err *e)
{
    int error = put(path, p, n), fd;
    struct buf back;

    /* The folder is the caller's: that it is missing is no work of a protection. */
    if (error == ENOENT)
        return err_sys(e, ERR_IO, error, "testing with '%s'", path);
    if (error)
        return refused(path, error, ret, e);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return refused(path, errno, ret, e);
    buf_init(&back, n + 1);
    if (!fd_read(fd, &back))
        error = errno;
    close(fd);
    if (!error)
        *ret = back.len == n && memcmp(buf_str(&back), p, n) == 0 ? OS_TOUCH_ALLOWED : OS_TOUCH_GONE;
    buf_free(&back);
    return !error || refused(path, error, ret, e);
}
