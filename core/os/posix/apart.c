#include "core/os/posix/fd.h"
#include "core/os/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct report { /* what comes back: an err holds no pointers */
    bool ok;
    struct err err;
};

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void __attribute__((noreturn)) be_apart(bool (*work)(void *, struct err *), void *arg, int out, pid_t parent)
{
    struct report r;

    /* A group of its own, so that programs it started can be ended with it. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    memset(&r, 0, sizeof r);
    r.ok = work(arg, &r.err);
    _exit(fd_write(out, &r, sizeof r) ? 0 : 1);
}

/* All of a report, or how many bytes came before the end or the deadline; *late tells which. */
static size_t wait_report(int fd, struct report *r, long long timeout_ms, bool *late)
{
    long long until = now_ms() + timeout_ms;
    size_t have = 0;

    *late = false;
    while (have < sizeof *r) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        long long left = until - now_ms();
        ssize_t n;

        if (left <= 0) {
            *late = true;
            break;
        }
        if (poll(&p, 1, left > 60000 ? 60000 : (int)left) <= 0)
            continue;
        n = read(fd, (char *)r + have, sizeof *r - have);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        have += n > 0 ? (size_t)n : 0;
    }
    return have;
}

bool os_apart(bool (*work)(void *arg, struct err *e), void *arg, long long timeout_ms, struct err *e)
{
    pid_t parent = getpid(), pid;
    int p[2], status = 0;
    struct report r;
    siginfo_t ended;
    bool whole, late;

    if (pipe2(p, O_CLOEXEC) != 0)
        return err_sys(e, ERR_OS, errno, "making a pipe");
    pid = fork();
    if (pid == 0)
        be_apart(work, arg, p[1], parent);
    close(p[1]);
    if (pid < 0) {
        err_sys(e, ERR_OS, errno, "making a process");
        close(p[0]);
        return false;
    }
    setpgid(pid, pid); /* whoever comes first */
    whole = wait_report(p[0], &r, timeout_ms, &late) == sizeof r;
    close(p[0]);
    if (late)
        kill(pid, SIGKILL);
    /* Until it is collected nobody else can have its id, nor the group's. */
    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    kill(-pid, SIGKILL); /* programs of it that are left */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (late)
        return err_set(e, ERR_TIMEOUT, "it was given up after %lld s", timeout_ms / 1000);
    if (!whole)
        return err_set(e, ERR_CHILD, "it ended by itself (%s %d)", WIFSIGNALED(status) ? "signal" : "exit status",
                       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (!r.ok)
        *e = r.err;
    return r.ok;
}
