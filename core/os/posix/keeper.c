#include "core/os/posix/keeper.h"
#include "core/os/posix/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One write each, smaller than PIPE_BUF: never torn. */
struct note {
    enum { NOTE_STARTED, NOTE_EXEC_FAILED, NOTE_EXITED, NOTE_EXITED_LAST } kind;
    int value;
};

static void tell(int fd, int kind, int value)
{
    struct note n = {.kind = kind, .value = value};
    ssize_t k;

    do
        k = write(fd, &n, sizeof n);
    while (k < 0 && errno == EINTR);
}

/* From here on only what is allowed between fork() and execve(). */

/* Where the ends stand in the keeper, behind the child's 0, 1 and 2. */
enum { FD_NOTES = 3, FD_LIFE, FD_OUTPUT, FD_END };

static void __attribute__((noreturn)) be_child(const struct program *p, const char *dir)
{
    for (int fd = FD_NOTES; fd < FD_END; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    umask(022); /* ours is tighter; package scripts count on the usual one */
    setsid();
    tell(FD_NOTES, NOTE_EXEC_FAILED, program_exec(p, dir));
    _exit(127);
}

/* Nobody waits any more: the rest goes to init, its output to a reader. A reader is no reaper (prctl(2)). */
static void __attribute__((noreturn)) let_go(void)
{
    struct pollfd output = {.fd = FD_OUTPUT, .events = POLLIN};
    char waste[4096];
    ssize_t n;

    /* Only POLLHUP: all who could write have closed. */
    if ((poll(&output, 1, 0) > 0 && output.revents == POLLHUP) || fork() != 0)
        _exit(0);
    close(FD_NOTES);
    close(FD_LIFE);
    fcntl(FD_OUTPUT, F_SETFL, 0);
    do
        n = read(FD_OUTPUT, waste, sizeof waste);
    while (n > 0 || (n < 0 && errno == EINTR));
    _exit(0);
}

/* Takes all that have ended. False: nobody is left. */
static bool collect(pid_t child, bool *ended, int *child_status)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == child) {
            *ended = true;
            *child_status = status;
        }
    }
    return pid == 0;
}

static void nothing(int sig)
{
    (void)sig;
}

static void __attribute__((noreturn)) reap(pid_t child)
{
    struct sigaction wake = {.sa_handler = nothing};
    struct pollfd life = {.fd = FD_LIFE, .events = POLLIN};
    bool ended = false, told = false;
    int status = 0;
    sigset_t mask;

    sigaction(SIGCHLD, &wake, NULL);
    sigfillset(&mask);
    sigdelset(&mask, SIGCHLD); /* arrives in ppoll() only */
    for (;;) {
        bool left = collect(child, &ended, &status);

        if (ended && !told)
            tell(FD_NOTES, left ? NOTE_EXITED : NOTE_EXITED_LAST, status);
        told = ended;
        if (!left)
            _exit(0);
        if (ppoll(&life, 1, NULL, &mask) > 0)
            let_go();
    }
}

/* Puts the ends where they belong; they may stand in one another's place, so first all move up. */
static bool place_fds(const int *from, const int *to, size_t n)
{
    enum { SPARE = 64 };
    int high[8];

    for (size_t i = 0; i < n; i++)
        if ((high[i] = fcntl(from[i], F_DUPFD, SPARE)) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        if (dup2(high[i], to[i]) < 0)
            return false;
    fd_close_from(FD_END);
    return true;
}

static void __attribute__((noreturn))
be_keeper(const struct program *p, const char *dir, int in, const int out[2], int notes, int life)
{
    const int from[] = {in, out[1], out[1], notes, life, out[0]},
              to[] = {0, 1, 2, FD_NOTES, FD_LIFE, FD_OUTPUT};
    pid_t child;

    if (!place_fds(from, to, sizeof from / sizeof *from)) {
        tell(notes, NOTE_EXEC_FAILED, errno);
        _exit(127);
    }
    /* Out of the owner's group: a Ctrl-C at its terminal is for the owner to handle. */
    setsid();
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    child = fork();
    if (child == 0)
        be_child(p, dir);
    if (child < 0) {
        tell(FD_NOTES, NOTE_EXEC_FAILED, errno);
        _exit(127);
    }
    close(0);
    close(1);
    close(2);
    tell(FD_NOTES, NOTE_STARTED, child);
    reap(child);
}

bool keeper_start(struct keeper *k, const struct program *p, const char *dir, int in, const int out[2],
                  struct err *e)
{
    int notes[2], life[2];
    sigset_t all, old;

    *k = (struct keeper){.status = -1, .life = -1};
    if (pipe2(notes, O_CLOEXEC) != 0)
        return err_sys(e, ERR_OS, errno, "making a pipe");
    if (pipe2(life, O_CLOEXEC) != 0) {
        close(notes[0]);
        close(notes[1]);
        return err_sys(e, ERR_OS, errno, "making a pipe");
    }
    /* Our handlers must not run in the keeper, and nothing but KILL ends it early. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    k->pid = fork();
    if (k->pid == 0)
        be_keeper(p, dir, in, out, notes[1], life[0]);
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(notes[1]);
    close(life[0]);
    if (k->pid < 0) {
        close(notes[0]);
        close(life[1]);
        return err_sys(e, ERR_OS, errno, "starting '%s'", p->path);
    }
    fcntl(notes[0], F_SETFL, O_NONBLOCK);
    k->status = notes[0];
    k->life = life[1];
    return true;
}

void keeper_read(struct keeper *k)
{
    struct note n;
    ssize_t got;

    while ((got = read(k->status, &n, sizeof n)) == (ssize_t)sizeof n) {
        if (n.kind == NOTE_STARTED)
            k->child = n.value;
        else if (n.kind == NOTE_EXEC_FAILED)
            k->exec_error = n.value;
        else {
            k->exited = true;
            k->empty = n.kind == NOTE_EXITED_LAST;
            k->wait_status = n.value;
        }
    }
    if (got == 0)
        k->empty = true;
}

void keeper_end(struct keeper *k)
{
    if (k->pid <= 0)
        return;
    close(k->life);
    while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(k->status);
    k->pid = 0;
}
