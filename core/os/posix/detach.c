/*
 * A worker that outlives its session. Under systemd the session's processes may be killed at logout and share
 * its limits, so the worker gets a transient unit; KillMode=process lets daemons that an installer started by
 * hand live on when the worker ends.
 */
#include "core/os/posix/fd.h"
#include "core/os/posix/program.h"
#include "core/os/posix/service.h"
#include "core/os/posix/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The manager takes '$' for a variable, "$$" for itself (systemd.service(5), "Command lines"). */
static const char *escape(const char *s, struct arena *a)
{
    char *out = arena_alloc(a, 2 * strlen(s) + 1), *p = out;

    for (; out && *s; s++) {
        if (*s == '$')
            *p++ = '$';
        *p++ = *s;
    }
    return out;
}

static bool by_systemd(const struct strs *argv, const char *name, struct arena *a, struct err *e)
{
    const char *unit = arena_printf(a, "--unit=%s", name);
    struct strs all = {NULL, 0};

    if (!unit)
        return err_nomem(e);
    if (!tool_add(a, &all,
                  &ARGV("systemd-run", "--quiet", "--collect", "--no-ask-password",
                        "--property=KillMode=process", unit, "--"),
                  e))
        return false;
    for (size_t i = 0; i < argv->n; i++) {
        const char *word = i ? escape(argv->v[i], a) : argv->v[i];

        if (!word)
            return err_nomem(e);
        if (!tool_add(a, &all, &ARGV(word), e))
            return false;
    }
    return tool_do(&all, e);
}

/* Between the forks and execve(): the worker's own session, no handle of ours but the pipe that tells of a
 * failure. */
static void __attribute__((noreturn)) be_worker(const struct program *p, int notice)
{
    int null, failed;

    setsid();
    if (fork() != 0)
        _exit(0);
    null = open("/dev/null", O_RDWR);
    dup2(notice, 3);
    fcntl(3, F_SETFD, FD_CLOEXEC);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    fd_close_from(4);
    umask(022);
    failed = program_exec(p, "/");
    if (write(3, &failed, sizeof failed) < 0)
        _exit(126);
    _exit(127);
}

static bool by_session(const struct strs *argv, struct arena *a, struct err *e)
{
    int notice[2], high, failed = 0;
    struct program p;
    ssize_t n;
    pid_t pid;

    if (!program_make(argv, NULL, a, &p, e))
        return false;
    if (pipe2(notice, O_CLOEXEC) != 0)
        return err_sys(e, ERR_OS, errno, "making a pipe");
    /* Above the standard handles and 3, where the worker puts its own. */
    high = fcntl(notice[1], F_DUPFD_CLOEXEC, 10);
    close(notice[1]);
    pid = high < 0 ? -1 : fork();
    if (pid == 0)
        be_worker(&p, high);
    if (pid < 0)
        failed = errno;
    close(high);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    /* The end of the pipe: execve() has closed it, the worker runs. */
    do
        n = read(notice[0], &failed, sizeof failed);
    while (n < 0 && errno == EINTR);
    close(notice[0]);
    return !failed || err_sys(e, ERR_OS, failed, "starting '%s'", p.path);
}

bool os_detach(const struct strs *argv, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = service_systemd() ? by_systemd(argv, name, &a, e) : by_session(argv, &a, e);

    arena_free(&a);
    return ok;
}

/* A hangup ends nobody who holds the terminal (os_console_hold). */
bool os_session_bound(void)
{
    return false;
}

bool os_detached(bool *ret, struct err *e)
{
    (void)e;
    *ret = false;
    return true;
}

bool os_path_personal(const char *path)
{
    (void)path;
    return false;
}
