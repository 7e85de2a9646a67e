/*
 * labguard: is this process inside a test host of the lab?
 *
 * Asked before anything that restarts, powers off or enters. The supervisor writes the name of the host's pid
 * namespace into LABGUARD_MARK of the host's own /run when it boots the host. A process is inside when its
 * pid namespace is not the machine's own and equals that mark; so a chroot into a host's root, a copy of the
 * programs on the real machine, and any other container are all outside.
 *
 * The number of the initial pid namespace is fixed by the kernel: PROC_PID_INIT_INO in
 * include/linux/proc_ns.h.
 */
#ifndef TESTS_LAB_LABGUARD_H
#define TESTS_LAB_LABGUARD_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LABGUARD_MARK "run/lab/pidns"
#define LABGUARD_INITIAL "pid:[4026531836]"
#define LABGUARD_MAX 64

/* Reads up to LABGUARD_MAX - 1 bytes of a file below dir, which is an open directory. */
static inline bool labguard_read(int dir, const char *path, char out[LABGUARD_MAX])
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, LABGUARD_MAX - 1);

    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static inline bool labguard_link(const char *path, char out[LABGUARD_MAX])
{
    ssize_t n = readlink(path, out, LABGUARD_MAX - 1);

    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Is the process behind procdir ("/proc/self", "/proc/1234") in a lab host whose root directory is open as
 * root? */
static inline bool labguard_inside(const char *procdir, int root)
{
    char path[LABGUARD_MAX], ns[LABGUARD_MAX], mark[LABGUARD_MAX];

    snprintf(path, sizeof path, "%s/ns/pid", procdir);
    return labguard_link(path, ns) && strcmp(ns, LABGUARD_INITIAL) != 0 &&
           labguard_read(root, LABGUARD_MARK, mark) && strcmp(ns, mark) == 0;
}

#endif
