/*
 * process.h - running programs and looking at processes. No shell anywhere: argument vectors only.
 */
#ifndef AVSWAP_CORE_OS_PROCESS_H
#define AVSWAP_CORE_OS_PROCESS_H

#include "core/model/facts.h"
#include "core/base/secret.h"

struct os_child {
    struct strs argv;           /* argv[0] is looked up in the system's own folders, never in $PATH */
    struct strs env;            /* NAME=value added to a clean environment (PATH, LANG=C.UTF-8) */
    const char *dir;            /* NULL: "/" */
    const struct secret *input; /* bytes for standard input; NULL: empty */
    long long timeout_ms;       /* then the whole tree is killed; 0: LIMIT none is not allowed */
    bool wait_tree;             /* wait also for what the child left running in the background */
    /* Called about four times a second while waiting; false ends the wait by killing the tree. */
    bool (*tick)(void *arg);
    void *arg;
};

struct os_exit {
    int code;   /* exit status; -1 when a signal ended it */
    int signal; /* 0: none */
    bool timed_out;
    bool tree_empty; /* no work it started is left; daemons do not count */
    bool daemons;    /* something it started lives on in a session of its own */
    struct buf out;  /* stdout and stderr as they came, bounded: the tail is kept */
};

/* False when it could not be started. The caller frees ret->out. */
bool os_run(const struct os_child *c, struct os_exit *ret, struct err *e) MUST_CHECK;
/* Is there such a program in the system's folders? Its path, or NULL. */
const char *os_program(const char *name, struct arena *a);

/* Those that run a program: no kernel threads, no zombies. */
bool os_process_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
/* Which processes hold fanotify marks. ERR_PRIVILEGE when others' cannot be seen. */
bool os_fanotify_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
/* Ends a process by id if it still is the executable named: TERM, then KILL after grace_ms. */
bool os_process_end(long long pid, const char *exe, long long grace_ms, struct err *e) MUST_CHECK;

long long os_self_pid(void);
/* Path of the running executable. */
bool os_self_path(struct buf *out, struct err *e) MUST_CHECK;
bool os_is_admin(void);
/* No core dumps of this process: they would hold secrets. Files that it makes are its own. */
void os_harden(void);
/* Another program takes this one's place; returns only when it cannot. */
bool os_become(const struct strs *argv, struct err *e) MUST_CHECK;
/*
 * Starts argv as a worker that outlives this session: a transient unit where systemd is pid 1, else an own
 * session without inherited handles. Returns as soon as it runs.
 */
bool os_detach(const struct strs *argv, const char *name, struct err *e) MUST_CHECK;
/* Does the session that we run in end us with it, as Windows does when somebody logs off? Not where we are that worker. */
bool os_session_bound(void);
/* Is the worker at work that os_detach() started? Where no session is bound nobody needs to know. */
bool os_detached(bool *ret, struct err *e) MUST_CHECK;
/* Is this path seen by the user of this session only: a drive that was mapped, a share that asks who comes? */
bool os_path_personal(const char *path);

#endif
