/* Stand-in products: starting, stopping and finding a daemon. */
#include "tests/products/src/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_SECONDS 10
#define INITIAL_PID_NAMESPACE "pid:[4026531836]" /* PROC_PID_INIT_INO of the kernel */

pid_t daemon_running(const char *pid_file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(pid_file, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return 0;
    if (fcntl(fd, F_GETLK, &lock) < 0)
        lock.l_type = F_UNLCK;
    close(fd);
    return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

int daemon_signal(int signals)
{
    struct signalfd_siginfo info;

    return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

static void silence(const char *log_file)
{
    int null = open("/dev/null", O_RDWR);
    int log = log_file ? open(log_file, O_WRONLY | O_APPEND | O_CREAT, 0640) : -1;

    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(log < 0 ? null : log, STDERR_FILENO);
    if (null > STDERR_FILENO)
        close(null);
    if (log > STDERR_FILENO)
        close(log);
}

int daemon_run(const char *const argv[])
{
    /* exec's prototype predates const; it changes nothing. */
    union {
        const char *const *given;
        char *const *taken;
    } arguments = {.given = argv};
    pid_t child = fork();
    sigset_t none;
    int status;

    if (child < 0)
        return -1;
    if (!child) {
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        silence(NULL);
        execvp(argv[0], arguments.taken);
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t daemon_detach(const char *log_file)
{
    pid_t child = fork();

    if (child)
        return child;
    setsid();
    if (chdir("/"))
        _exit(1);
    umask(022);
    silence(log_file);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    return 0;
}

/* Takes the lock for the life of the process; the descriptor stays open on purpose. */
static int lock_pid_file(const char *pid_file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(pid_file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0 || ftruncate(fd, 0) < 0)
        return -1;
    return dprintf(fd, "%d\n", getpid()) < 0 ? -1 : 0;
}

static int signal_descriptor(void)
{
    sigset_t set;

    signal(SIGHUP, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_SETMASK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static _Noreturn void live(const struct daemon_spec *spec, int ready)
{
    int signals;

    close_range(STDERR_FILENO + 1, (unsigned)ready - 1, 0);
    close_range((unsigned)ready + 1, ~0U, 0);
    signals = signal_descriptor();
    if (signals < 0 || lock_pid_file(spec->pid_file) || spec->open())
        _exit(1);
    if (write(ready, "r", 1) != 1)
        _exit(1);
    close(ready);
    spec->serve(signals);
    unlink(spec->pid_file);
    _exit(0);
}

static bool on_test_host(void)
{
    struct statx root;
    char name[64];
    ssize_t length = readlink("/proc/self/ns/pid", name, sizeof name - 1);

    if (length <= 0)
        return false;
    name[length] = '\0';
    if (!strcmp(name, INITIAL_PID_NAMESPACE))
        return false;
    return !statx(AT_FDCWD, "/", 0, STATX_TYPE, &root) && root.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

static int start(const struct daemon_spec *spec)
{
    int ready[2];
    char answer;
    ssize_t got;
    pid_t child;

    if (!on_test_host()) {
        fprintf(stderr, "%s: refused: a stand-in runs only on a test host\n", spec->title);
        return 1;
    }
    if (daemon_running(spec->pid_file))
        return 0;
    if (pipe2(ready, O_CLOEXEC) < 0)
        return 1;
    child = daemon_detach(spec->log_file);
    if (!child)
        live(spec, ready[1]);
    close(ready[1]);
    got = child < 0 ? -1 : read(ready[0], &answer, 1);
    close(ready[0]);
    if (got != 1)
        fprintf(stderr, "%s: did not start, see %s\n", spec->title, spec->log_file);
    return got == 1 ? 0 : 1;
}

static int stop(const struct daemon_spec *spec)
{
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    pid_t pid = daemon_running(spec->pid_file);

    if (!pid)
        return 0;
    if (kill(pid, SIGTERM) < 0 && errno != ESRCH)
        return 1;
    for (int i = 0; i < STOP_SECONDS * 50; i++) {
        if (daemon_running(spec->pid_file) != pid)
            return 0;
        nanosleep(&pause, NULL);
    }
    return 1;
}

int daemon_main(int argc, char **argv, const struct daemon_spec *spec)
{
    const char *verb = argc > 1 ? argv[1] : "--start";
    pid_t pid;

    if (argc <= 2 && !strcmp(verb, "--start"))
        return start(spec);
    if (argc == 2 && !strcmp(verb, "--stop"))
        return stop(spec);
    if (argc == 2 && !strcmp(verb, "--status")) {
        pid = daemon_running(spec->pid_file);
        printf(pid ? "running, pid %d\n" : "not running\n", pid);
        return pid ? 0 : 3;
    }
    if (argc == 2 && !strcmp(verb, "--version"))
        return puts(spec->title) < 0;
    fprintf(stderr, "usage: %s [--start | --stop | --status | --version]\n", argv[0]);
    return 2;
}
