#include "core/visit/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ENDS = 6 }; /* of the pipes: of each the child's and ours */

/* Each child is asked for by its own id, as a signal may stand for several and others of this process may have children, too. */
static void look(uv_signal_t *s, int number)
{
    struct child *c = (struct child *)((char *)s - offsetof(struct child, ends));
    int status = 0;

    (void)number;
    if (!c->pid || waitpid(c->pid, &status, WNOHANG) != c->pid)
        return;
    c->pid = 0;
    uv_signal_stop(s);
    c->over(c, WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void close_all(const int ends[ENDS])
{
    for (int i = 0; i < ENDS; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* ends[2 * i] becomes the child's descriptor i, ends[2 * i + 1] stays here. */
static int make_pipes(int ends[ENDS])
{
    for (int i = 0; i < 3; i++) {
        int two[2];

        if (pipe2(two, O_CLOEXEC) != 0)
            return errno;
        ends[2 * i] = two[i > 0];
        ends[2 * i + 1] = two[i == 0];
    }
    return 0;
}

/* A session of its own. SIGPIPE, which this process ignores, ends it as it ends any other program. */
static int spawn(struct child *c, const int ends[ENDS], const struct strs *argv)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, broken_pipe;
    int rc = posix_spawn_file_actions_init(&files);

    if (rc != 0)
        return rc;
    rc = posix_spawnattr_init(&how);
    if (rc == 0) {
        sigemptyset(&none);
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        for (int i = 0; rc == 0 && i < 3; i++)
            rc = posix_spawn_file_actions_adddup2(&files, ends[2 * i], i);
        rc = rc ? rc : posix_spawnattr_setsigmask(&how, &none);
        rc = rc ? rc : posix_spawnattr_setsigdefault(&how, &broken_pipe);
        rc = rc ? rc : posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        rc = rc ? rc : posix_spawnp(&c->pid, argv->v[0], &files, &how, (char **)(uintptr_t)argv->v, environ);
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static int open_ours(struct child *c, int ends[ENDS])
{
    uv_pipe_t *const pipes[] = {&c->in, &c->out, &c->errors};
    int rc = 0;

    for (int i = 0; rc == 0 && i < 3; i++) {
        rc = uv_pipe_open(pipes[i], ends[2 * i + 1]);
        if (rc == 0)
            ends[2 * i + 1] = -1; /* the handle's from now on */
    }
    return -rc;
}

bool child_start(struct child *c, uv_loop_t *loop, const struct strs *argv, void *data, struct err *e)
{
    int ends[ENDS] = {-1, -1, -1, -1, -1, -1}, rc;

    c->pid = 0;
    uv_pipe_init(loop, &c->in, 0);
    uv_pipe_init(loop, &c->out, 0);
    uv_pipe_init(loop, &c->errors, 0);
    uv_signal_init(loop, &c->ends);
    c->in.data = c->out.data = c->errors.data = c->ends.data = data;
    rc = make_pipes(ends);
    rc = rc ? rc : open_ours(c, ends);
    rc = rc ? rc : -uv_signal_start(&c->ends, look, SIGCHLD);
    rc = rc ? rc : spawn(c, ends, argv);
    close_all(ends);
    if (rc)
        c->pid = 0;
    return rc == 0 || err_set(e, ERR_OS, "%s cannot be started: %s", argv->v[0], strerror(rc));
}

void child_kill(const struct child *c, int sig)
{
    if (c->pid && kill(-c->pid, sig) != 0 && errno == ESRCH)
        kill(c->pid, sig);
}
