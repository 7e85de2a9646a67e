#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"

#include <fcntl.h>
#include <errno.h>
#include <string.h>
#include <time.h>

const char *os_family(void)
{
    return "linux";
}

instant os_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (instant)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t os_up_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void os_sleep_ms(long long ms)
{
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
        ;
}

int os_utc_offset(instant t)
{
    time_t seconds = (time_t)(t / 1000);
    struct tm tm;

    return localtime_r(&seconds, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

bool os_boot_id(char *ret, size_t size, struct err *e)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    long n = fd_read_small(AT_FDCWD, path, ret, size);

    if (n < 0)
        return err_sys(e, ERR_OS, errno, "reading '%s'", path);
    ret[strcspn(ret, "\n")] = '\0';
    if (!*ret)
        return err_set(e, ERR_OS, "'%s' is empty", path);
    return true;
}

const char *os_state_dir(void)
{
    return "/var/lib/avswap";
}
