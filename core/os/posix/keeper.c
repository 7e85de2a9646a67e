#include "core/os/posix/keeper.h"
#include "core/os/posix/fd.h"

#include <errno.h>
#include <fcntl.h>
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

enum { FD_NOTES = 3 };

static void __attribute__((noreturn)) be_child(const struct program *p, const char *dir)
{
    fcntl(FD_NOTES, F_SETFD, FD_CLOEXEC);
    umask(022); /* ours is tighter; package scripts count on the usual one */
    setsid();
    tell(FD_NOTES, NOTE_EXEC_FAILED, program_exec(p, dir));
    _exit(127);
}

/* Waits for everybody; tells of the child's end once nobody else waits to be reaped. */
static void __attribute__((noreturn)) reap(pid_t child)
{
    int status, child_status = 0;
    bool ended = false, told = false;

    for (;;) {
        pid_t pid = waitpid(-1, &status, ended && !told ? WNOHANG : 0);

        if (pid == child) {
            ended = true;
            child_status = status;
        } else if (pid == 0 || (pid < 0 && errno == ECHILD)) {
            if (ended && !told)
                tell(FD_NOTES, pid < 0 ? NOTE_EXITED_LAST : NOTE_EXITED, child_status);
            told = true;
            if (pid < 0)
                _exit(0);
        }
    }
}

/* Puts the three ends where they belong; they may stand in one another's place, so first all move up. */
static bool place_fds(int in, int out, int notes)
{
    enum { SPARE = 64 };
    int a = fcntl(in, F_DUPFD, SPARE), b = fcntl(out, F_DUPFD, SPARE), c = fcntl(notes, F_DUPFD, SPARE);

    if (a < 0 || b < 0 || c < 0 || dup2(a, 0) < 0 || dup2(b, 1) < 0 || dup2(b, 2) < 0 ||
        dup2(c, FD_NOTES) < 0)
        return false;
    fd_close_from(FD_NOTES + 1);
    return true;
}

static void __attribute__((noreturn))
be_keeper(const struct program *p, const char *dir, int in, int out, int notes, pid_t owner)
{
    pid_t child;

    if (!place_fds(in, out, notes)) {
        tell(notes, NOTE_EXEC_FAILED, errno);
        _exit(127);
    }
    /* Out of the owner's group: a Ctrl-C at its terminal is for the owner to handle. */
    setsid();
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != owner)
        _exit(127);
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

bool keeper_start(struct keeper *k, const struct program *p, const char *dir, int in, int out, struct err *e)
{
    sigset_t all, old;
    int notes[2];
    pid_t owner = getpid();

    *k = (struct keeper){.status = -1};
    if (pipe2(notes, O_CLOEXEC) != 0)
        return err_sys(e, ERR_OS, errno, "making a pipe");
    /* Our handlers must not run in the keeper. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    k->pid = fork();
    if (k->pid == 0)
        be_keeper(p, dir, in, out, notes[1], owner);
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(notes[1]);
    if (k->pid < 0) {
        close(notes[0]);
        return err_sys(e, ERR_OS, errno, "starting '%s'", p->path);
    }
    fcntl(notes[0], F_SETFL, O_NONBLOCK);
    k->status = notes[0];
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
    kill(k->pid, SIGKILL);
    while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(k->status);
    k->pid = 0;
}
