#include "core/os/talk.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"
#include "core/os/posix/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 4096

struct os_talk {
    pid_t pid;
    int in, out, err; /* our ends; -1: closed */
    size_t said_n;
    char said[SAID_MAX];
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pairs(int (*p)[2], int n)
{
    for (int i = 0; i < n; i++) {
        close_end(&p[i][0]);
        close_end(&p[i][1]);
    }
}

/* From here on only what is allowed between fork() and execve(). */
static void __attribute__((noreturn)) be_program(const struct program *p, int in, int out, int err)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0) {
        fd_close_from(3);
        (void)program_exec(p, "/");
    }
    _exit(127);
}

static bool start(struct os_talk *t, const struct program *p, struct err *e)
{
    int pairs[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};

    for (int i = 0; i < 3; i++)
        if (pipe2(pairs[i], O_CLOEXEC) != 0) {
            err_sys(e, ERR_OS, errno, "making a pipe");
            close_pairs(pairs, 3);
            return false;
        }
    t->pid = fork();
    if (t->pid == 0)
        be_program(p, pairs[0][0], pairs[1][1], pairs[2][1]);
    if (t->pid < 0) {
        err_sys(e, ERR_OS, errno, "starting '%s'", p->path);
        close_pairs(pairs, 3);
        return false;
    }
    t->in = pairs[0][1];
    t->out = pairs[1][0];
    t->err = pairs[2][0];
    close(pairs[0][0]);
    close(pairs[1][1]);
    close(pairs[2][1]);
    fcntl(t->err, F_SETFL, O_NONBLOCK);
    signal(SIGPIPE, SIG_IGN); /* a program that has ended is an error of the write */
    return true;
}

struct os_talk *os_talk_start(const struct strs *argv, const struct strs *env, struct err *e)
{
    struct os_talk *t = mem_alloc(sizeof *t);
    struct arena a = ARENA_INIT;
    struct program p;
    bool ok;

    if (!t) {
        err_nomem(e);
        return NULL;
    }
    memset(t, 0, sizeof *t);
    ok = program_make(argv, env, &a, &p, e) && start(t, &p, e);
    arena_free(&a);
    if (ok)
        return t;
    mem_free(t);
    return NULL;
}

bool os_talk_write(struct os_talk *t, const void *p, size_t n, struct err *e)
{
    return fd_write(t->in, p, n) || err_sys(e, ERR_CHILD, errno, "writing to a program");
}

/* Keeps the beginning; the rest is taken and dropped, so that nobody waits for us. */
static void hear(struct os_talk *t)
{
    char waste[1024];

    for (;;) {
        size_t room = sizeof t->said - t->said_n;
        ssize_t n = room ? read(t->err, t->said + t->said_n, room) : read(t->err, waste, sizeof waste);

        if (n > 0 && room)
            t->said_n += (size_t)n;
        if (n == 0)
            close_end(&t->err);
        if (n <= 0 && (n == 0 || errno != EINTR))
            return;
    }
}

bool os_talk_read(struct os_talk *t, void *p, size_t size, size_t *ret_n, struct err *e)
{
    for (;;) {
        struct pollfd f[2] = {{.fd = t->out, .events = POLLIN}, {.fd = t->err, .events = POLLIN}};
        ssize_t n;

        if (poll(f, 2, -1) < 0 && errno != EINTR)
            return err_sys(e, ERR_CHILD, errno, "waiting for a program");
        if (f[1].revents)
            hear(t);
        if (!f[0].revents)
            continue;
        n = read(t->out, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        *ret_n = n > 0 ? (size_t)n : 0;
        return n >= 0 || err_sys(e, ERR_CHILD, errno, "reading from a program");
    }
}

void os_talk_close_input(struct os_talk *t)
{
    close_end(&t->in);
}

int os_talk_end(struct os_talk *t, long long grace_ms, struct buf *said)
{
    int status = 0, code = -1;
    pid_t pid;

    if (!t)
        return -1;
    close_end(&t->in);
    close_end(&t->out);
    while ((pid = waitpid(t->pid, &status, WNOHANG)) == 0 && grace_ms > 0) {
        os_sleep_ms(10);
        grace_ms -= 10;
    }
    if (pid == t->pid) {
        code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    } else if (pid == 0) {
        kill(t->pid, SIGKILL);
        while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (t->err >= 0)
        hear(t);
    close_end(&t->err);
    if (said)
        buf_add(said, t->said, t->said_n);
    mem_free(t);
    return code;
}
