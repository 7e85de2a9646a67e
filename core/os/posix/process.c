#include "core/os/process.h"
#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"
#include "core/os/posix/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct listing {
    struct facts *f;
    struct arena *a;
    struct err *e;
    bool ok;
};

/* The number after "key" at the start of a line of /proc/PID/status. */
static bool status_number(const char *text, const char *key, long long *ret)
{
    const char *at = strstr(text, key);
    char *end;

    if (!at)
        return false;
    at += strlen(key);
    *ret = strtoll(at, &end, 10);
    return end != at;
}

static bool add_process(void *arg, pid_t pid)
{
    struct listing *l = arg;
    char path[64], text[4096], exe[LIMIT_PATH], *name;
    struct process *p;
    long long ppid, uid;
    long n = proc_link(pid, "exe", exe, sizeof exe);

    /* A kernel thread, which is no part of any product, or a zombie. Reading its status would cost ten times as much. */
    if (n < 0 && errno == ENOENT)
        return true;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (fd_read_small(AT_FDCWD, path, text, sizeof text) <= 0)
        return true;
    /* A zombie is no process any more: it only waits for its parent. Without rights they are seen only here. The
     * name's newlines are escaped by the kernel. */
    if (strstr(text, "\nState:\tZ") || strncmp(text, "Name:\t", 6) != 0)
        return true;
    if (proc_contained(text))
        return true;
    if (!status_number(text, "\nPPid:\t", &ppid) || !status_number(text, "\nUid:\t", &uid))
        return true;
    name = text + 6;
    p = LIST_ADD(l->a, &l->f->processes);
    if (p) {
        p->pid = pid;
        p->ppid = ppid;
        p->uid = uid;
        p->name = text_from_bytes(l->a, name, strcspn(name, "\n"));
        p->exe = n > 0 ? text_from_bytes(l->a, exe, (size_t)n) : NULL;
    }
    l->ok = p && p->name && (n <= 0 || p->exe);
    if (!l->ok)
        err_nomem(l->e);
    return l->ok;
}

bool os_process_list(struct facts *f, struct arena *a, struct err *e)
{
    struct listing l = {f, a, e, true};

    if (!proc_each(add_process, &l))
        return err_sys(e, ERR_OS, errno, "reading '/proc'");
    return l.ok;
}

/* A descriptor of the process as it is now, immune to its id being given to another; -1 on kernels
 * before 5.3. */
static int open_process(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0u);
#else
    errno = ENOSYS;
    (void)pid;
    return -1;
#endif
}

static bool send_signal(int fd, pid_t pid, int sig)
{
#ifdef SYS_pidfd_send_signal
    if (fd >= 0)
        return syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0u) == 0 || errno == ESRCH;
#endif
    (void)fd;
    return kill(pid, sig) == 0 || errno == ESRCH;
}

static bool same_exe(pid_t pid, const char *exe)
{
    char now[LIMIT_PATH];

    return proc_link(pid, "exe", now, sizeof now) > 0 && strcmp(now, exe) == 0;
}

static bool wait_gone(int fd, pid_t pid, const char *exe, long long ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (fd >= 0)
        return poll(&p, 1, ms > 3600000 ? 3600000 : (int)ms) > 0;
    for (; ms > 0; ms -= 20) {
        if (!proc_alive(pid) || !same_exe(pid, exe))
            return true;
        os_sleep_ms(20);
    }
    return !proc_alive(pid) || !same_exe(pid, exe);
}

bool os_process_end(long long pid, const char *exe, long long grace_ms, struct err *e)
{
    enum { KILL_MS = 5000 };
    bool gone;
    int fd;

    if (pid <= 1 || pid > INT32_MAX || pid == getpid())
        return err_set(e, ERR_INPUT, "refusing to end process %lld", pid);
    fd = open_process((pid_t)pid);
    if (!same_exe((pid_t)pid, exe)) {
        if (fd >= 0)
            close(fd);
        return true;
    }
    gone = send_signal(fd, (pid_t)pid, SIGTERM) && wait_gone(fd, (pid_t)pid, exe, grace_ms);
    if (!gone)
        gone = send_signal(fd, (pid_t)pid, SIGKILL) && wait_gone(fd, (pid_t)pid, exe, KILL_MS);
    if (fd >= 0)
        close(fd);
    if (!gone)
        return err_set(e, ERR_OS, "process %lld (%s) does not end", pid, exe);
    return true;
}

long long os_self_pid(void)
{
    return getpid();
}

bool os_self_path(struct buf *out, struct err *e)
{
    char path[LIMIT_PATH];
    long n = proc_link(getpid(), "exe", path, sizeof path);

    if (n < 0)
        return err_sys(e, ERR_OS, errno, "reading '/proc/self/exe'");
    buf_add(out, path, (size_t)n);
    return buf_ok(out, "the program's path", e);
}

bool os_is_admin(void)
{
    return geteuid() == 0;
}

void os_harden(void)
{
    struct rlimit none = {0, 0};

    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    umask(077);
}
