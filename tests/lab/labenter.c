/*
 * labenter: runs a command inside a test host.
 *
 *   labenter HOSTDIR COMMAND [ARG...]     enters all namespaces of the host; the status is the command's (128
 * + signal when killed)
 *
 * HOSTDIR/state names the host's pid 1. The process is held by a pidfd and proved to be that of a lab host
 * before anything is entered, so that a recycled pid can never turn a command for a host into a command for
 * the real machine. The command gets a host's environment, not the caller's (only TERM is kept). 125: the
 * host could not be entered.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lab/labboot.h"
#include "tests/lab/labguard.h"

#define NOT_ENTERED 125

static pid_t child;

static void fail(const char *what)
{
    fprintf(stderr, "labenter: %s: %s\n", what, strerror(errno));
    exit(NOT_ENTERED);
}

static pid_t host_pid(const char *hostdir)
{
    char path[512], text[LABGUARD_MAX];
    int pid = 0;

    snprintf(path, sizeof path, "%s/state", hostdir);
    if (!labguard_read(AT_FDCWD, path, text) || sscanf(text, "on %d", &pid) != 1 || pid <= 1) {
        fprintf(stderr, "labenter: %s: the host is not on\n", hostdir);
        exit(NOT_ENTERED);
    }
    return pid;
}

/* systemd's last program waits for all processes to end: commands that keep coming would keep the host from
 * going down. */
static bool going_down(const char *procdir)
{
    char path[LABGUARD_MAX], comm[LABGUARD_MAX];

    snprintf(path, sizeof path, "%s/comm", procdir);
    return labguard_read(AT_FDCWD, path, comm) && strcmp(comm, "systemd-shutdow\n") == 0;
}

static int hold_host(pid_t pid)
{
    char procdir[LABGUARD_MAX / 2], rootdir[LABGUARD_MAX];
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd alive = {.fd = fd, .events = POLLIN};
    int root;

    snprintf(procdir, sizeof procdir, "/proc/%d", (int)pid);
    snprintf(rootdir, sizeof rootdir, "%s/root", procdir);
    root = open(rootdir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || root < 0)
        fail(procdir);
    if (!labguard_inside(procdir, root) || poll(&alive, 1, 0) != 0) {
        fprintf(stderr, "labenter: %s: refused: not a lab host that has booted\n", procdir);
        exit(NOT_ENTERED);
    }
    close(root);
    if (going_down(procdir)) {
        fprintf(stderr, "labenter: the host is going down\n");
        exit(NOT_ENTERED);
    }
    return fd;
}

static void pass_on(int sig)
{
    kill(child, sig);
}

static void run(char **argv)
{
    const char *term = getenv("TERM");
    char *keep = term ? strdup(term) : NULL;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    clearenv();
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("LANG", "C.UTF-8", 1);
    if (keep)
        setenv("TERM", keep, 1);
    if (labboot_drop_caps() < 0)
        fail("capabilities");
    execvp(argv[0], argv);
    fprintf(stderr, "labenter: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

int main(int argc, char **argv)
{
    struct sigaction forward = {.sa_handler = pass_on};
    int host, status;

    if (argc < 3) {
        fprintf(stderr, "usage: labenter HOSTDIR COMMAND [ARG...]\n");
        return 2;
    }
    host = hold_host(host_pid(argv[1]));
    if (setns(host,
              CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP) < 0)
        fail("setns");
    if (chdir("/") < 0)
        fail("/");
    child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        run(argv + 2);
    sigaction(SIGTERM, &forward, NULL);
    sigaction(SIGHUP, &forward, NULL);
    /* A terminal sends these to the command as well, which decides. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            fail("wait");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
