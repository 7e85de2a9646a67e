/*
 * Stand-in products: what their daemons share as processes.
 *
 * One instance: the daemon holds a write lock on its pid file, so "running" is a fact of the kernel and never a stale
 * number. Starting returns when the daemon serves, stopping returns when it is gone; both leave no descriptor open in
 * the daemon, so a package manager that waits for end of file never hangs.
 *
 * No daemon starts in the initial process namespace or in a bare chroot: there "/" is a mount of the machine itself, and
 * a stand-in must touch nothing but a test host.
 *
 * Command line of every daemon: (nothing) start, --stop, --status, --version. Exit status: 0 done or running,
 * 1 failed, 3 not running (as LSB init scripts answer), 2 usage.
 *
 * Calling order: main() calls daemon_main(), which calls spec->open() once in the new process, reports ready, then
 * spec->serve() until it returns.
 */
#ifndef STANDIN_DAEMON_H
#define STANDIN_DAEMON_H

#include <sys/types.h>

struct daemon_spec {
    const char *title;    /* for --version: says that this is a stand-in */
    const char *pid_file; /* locked while the daemon lives */
    const char *log_file; /* appended; the daemon goes on without it */
    int (*open)(void);    /* everything that may fail; 0 or -1 */
    void (*serve)(int signals); /* until done; `signals` is a signalfd of SIGTERM, SIGUSR1 and SIGUSR2 */
};

int daemon_main(int argc, char **argv, const struct daemon_spec *spec);

/* The pid that holds the lock of `pid_file`, 0 when nobody does. Never for one's own: it would drop the lock. */
pid_t daemon_running(const char *pid_file);

/* The next signal of a signalfd, 0 when none waits. */
int daemon_signal(int signals);

/* Runs argv with silent output and waits: its exit status, or -1 when it could not run or was killed. */
int daemon_run(const char *const argv[]);

/* A new session with nothing inherited but the log on standard error: 0 in the new process, its pid in the caller. */
pid_t daemon_detach(const char *log_file);

#endif
