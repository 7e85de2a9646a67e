/*
 * labboot: starts one test host as a child of the caller.
 *
 * The child gets its own pid, mount, uts and ipc namespaces, the named network namespace made for it by `lab
 * up`, a cgroup of its own, and an overlay root: the shared base, the lab's layer, and the host's own files
 * on top. It then becomes the host's pid 1. What is machine-wide in the kernel and not namespaced (clock,
 * modules, sysctls, sysrq) is out of its reach. It dies with the caller.
 *
 * labboot_clean removes the host's cgroup; call it when the pid 1 has been waited for. Strings belong to the
 * caller.
 */
#ifndef TESTS_LAB_LABBOOT_H
#define TESTS_LAB_LABBOOT_H

#include <sys/types.h>

struct labboot {
    const char *id;   /* the lab's name */
    const char *name; /* the host's name */
    const char *init; /* program to run as pid 1, as the host sees it */
    const char *base; /* lower layer shared by all labs */
    const char *dir;  /* the lab's directory: layer/ and hosts/NAME/{up,work,root} are below it */
};

/* The pid of the host's pid 1, or -1 with errno set. */
pid_t labboot_start(const struct labboot *b);
void labboot_clean(const struct labboot *b);

/* Takes away for good what would reach through the namespaces: clock, modules, raw I/O, kernel log. */
int labboot_drop_caps(void);

#endif
