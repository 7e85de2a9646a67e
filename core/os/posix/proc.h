/*
 * proc.h - walking /proc. Processes that end meanwhile are left out silently.
 */
#ifndef AVSWAP_CORE_OS_POSIX_PROC_H
#define AVSWAP_CORE_OS_POSIX_PROC_H

#include "core/base/mem.h"

#include <sys/types.h>

/* From /proc/PID/stat (proc(5)). */
struct proc_stat {
    pid_t pid, ppid, session;
    char state;
    unsigned long long start; /* clock ticks after boot */
    char comm[64];
};

bool proc_stat(pid_t pid, struct proc_stat *ret) MUST_CHECK;
/* Calls f for each process id until it returns false. False with errno when /proc cannot be read. */
bool proc_each(bool (*f)(void *arg, pid_t pid), void *arg) MUST_CHECK;
/* Target of /proc/PID/NAME without " (deleted)"; -1 with errno. */
long proc_link(pid_t pid, const char *name, char *buf, size_t size);
bool proc_alive(pid_t pid); /* there and no zombie */
/* From the text of /proc/PID/status: does it live in a pid namespace below ours, as a container's processes
 * do? What runs there neither protects this PC nor has to go from it. */
bool proc_contained(const char *status);

/*
 * Live processes that descend from `root`, those of one session apart from the others: a daemon that made a
 * session of its own is no longer part of the work of the child that started it.
 */
struct proc_kin {
    pid_t *work; /* in the session asked about */
    size_t n_work;
    pid_t *daemons; /* descendants in other sessions */
    size_t n_daemons;
};
bool proc_kin(pid_t root, pid_t session, struct arena *a, struct proc_kin *ret) MUST_CHECK;

#endif
