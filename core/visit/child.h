/*
 * child.h - a child with its standard input, output and errors as pipes of an event loop.
 *
 *     child_start      it runs in a session and process group of its own
 *     over             once, from uv_run(): how it ended
 *     uv_close         the four handles are the caller's to close, when it has ended
 *
 * Not uv_spawn(): that copies this process's page tables for every child, which costs a jump host with a catalogue in memory more
 * than all else that it does itself for a visit. posix_spawn() lets the child borrow them until it is another program.
 *
 * Errors: ERR_OS: it could not be started (nothing runs then, and `over` is not called). Memory: none.
 */
#ifndef AVSWAP_CORE_VISIT_CHILD_H
#define AVSWAP_CORE_VISIT_CHILD_H

#include "core/base/text.h"

#include <uv.h>

struct child {
    uv_pipe_t in, out, errors; /* ours: in is written to */
    uv_signal_t ends;
    pid_t pid; /* 0: it has ended, or was not started */
    void (*over)(struct child *c, int status, int signal);
};

/* Makes handles of all four, also when it fails: data is set in each, closing them is the caller's. argv ends with NULL. */
bool child_start(struct child *c, uv_loop_t *loop, const struct strs *argv, void *data, struct err *e) MUST_CHECK;
/* To all that it started and that stayed in its group. */
void child_kill(const struct child *c, int sig);

#endif
