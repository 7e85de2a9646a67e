/*
 * labinit: pid 1 of a test host without systemd, and the host's reboot, poweroff, halt and shutdown commands.
 *
 * As pid 1 it keeps sshd alive, runs /etc/rc2.d/S* with "start" and then the executables of /etc/boot.d, one
 * after the other, writes /run/lab/booted, and reaps. SIGTERM asks it to restart, SIGUSR2 to power off: it
 * runs /etc/rc6.d/K* (rc0.d) with "stop", ends what is left and calls reboot(2), which inside a pid namespace
 * ends that namespace; the supervisor boots again. A script that does not end in time is left behind, so that
 * one hanging service cannot hang the host.
 *
 * Called "runlevel" it answers what the package scripts ask. As a command it refuses outside a lab host
 * (labguard.h). Called "labguard" it only answers whether it would: status 0 inside, 3 outside; it is the
 * same question in the same binary, so that the refusal can be tested without a real call.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lab/labguard.h"

#define START_LIMIT_MS 60000
#define STOP_LIMIT_MS 10000
#define GRACE_MS 2000
#define SSHD_PAUSE_MS 200
#define REFUSED 3

struct queue {
    glob_t scripts;
    size_t next;
    const char *verb; /* argument of the scripts */
    int limit_ms;     /* for each */
    pid_t running;
    long long until;
};

struct state {
    struct queue queue;
    pid_t sshd;
    long long sshd_at; /* start sshd then; 0: it runs */
    int ending;        /* argument for reboot(2), 0: not ending */
    bool booted;
};

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static pid_t spawn(const char *log, const char *const argv[])
{
    pid_t pid = fork();
    sigset_t none;
    char *args[8] = {NULL};
    int out, in;

    if (pid != 0)
        return pid;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    in = open("/dev/null", O_RDONLY);
    out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0640);
    if (in >= 0)
        dup2(in, 0);
    if (out >= 0) {
        dup2(out, 1);
        dup2(out, 2);
    }
    for (int i = 0; i < 7 && argv[i]; i++)
        args[i] = strdup(argv[i]);
    execv(args[0], args);
    dprintf(2, "labinit: %s: %s\n", args[0], strerror(errno));
    _exit(127);
}

static void start_sshd(struct state *s)
{
    /* sshd re-executes itself and needs an absolute path in argv[0]. */
    static const char *const argv[] = {"/usr/sbin/sshd", "-D", "-e", NULL};

    mkdir("/run/sshd", 0755);
    s->sshd = spawn("/var/log/sshd.log", argv);
    s->sshd_at = 0;
}

static void queue_load(struct queue *q, const char *verb, int limit_ms, const char *first, const char *second)
{
    globfree(&q->scripts);
    memset(q, 0, sizeof *q);
    q->verb = verb;
    q->limit_ms = limit_ms;
    if (glob(first, 0, NULL, &q->scripts) != 0)
        q->scripts.gl_pathc = 0;
    if (second)
        glob(second, q->scripts.gl_pathc ? GLOB_APPEND : 0, NULL, &q->scripts);
}

/* Starts the next script; false when there is none left and none runs. */
static bool queue_step(struct queue *q)
{
    if (q->running > 0 && now_ms() >= q->until) {
        fprintf(stderr, "labinit: %s %s: still running, going on\n", q->scripts.gl_pathv[q->next - 1],
                q->verb);
        q->running = 0;
    }
    while (q->running <= 0 && q->next < q->scripts.gl_pathc) {
        const char *argv[] = {q->scripts.gl_pathv[q->next++], q->verb, NULL};

        if (access(argv[0], X_OK) == 0)
            q->running = spawn("/var/log/boot.log", argv);
        q->until = now_ms() + q->limit_ms;
    }
    return q->running > 0;
}

static void reap(struct state *s)
{
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        if (pid == s->sshd)
            s->sshd_at = now_ms() + SSHD_PAUSE_MS;
        if (pid == s->queue.running)
            s->queue.running = 0;
    }
}

static void begin_end(struct state *s, int how)
{
    if (s->ending)
        return;
    s->ending = how;
    queue_load(&s->queue, "stop", STOP_LIMIT_MS, how == RB_AUTOBOOT ? "/etc/rc6.d/K*" : "/etc/rc0.d/K*",
               NULL);
}

static void end(int how)
{
    long long until = now_ms() + GRACE_MS;

    kill(-1, SIGTERM);
    while (now_ms() < until && (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD))
        usleep(10000);
    kill(-1, SIGKILL);
    sync();
    reboot(how);
    _exit(1); /* reboot(2) was refused: the supervisor reports a failed host */
}

static int wait_ms(const struct state *s, bool busy)
{
    long long at = s->sshd_at, now = now_ms();

    if (busy && (at == 0 || s->queue.until < at))
        at = s->queue.until;
    if (at == 0)
        return -1;
    return at > now ? (int)(at - now) : 0;
}

static void run_init(void)
{
    struct state s = {.queue = {.verb = "start"}};
    struct signalfd_siginfo info;
    struct pollfd poller;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    poller = (struct pollfd){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .events = POLLIN};
    setenv("RUNLEVEL", "2", 1);
    setenv("PREVLEVEL", "N", 1);
    start_sshd(&s);
    queue_load(&s.queue, "start", START_LIMIT_MS, "/etc/rc2.d/S*", "/etc/boot.d/*");
    for (;;) {
        bool busy = queue_step(&s.queue);

        if (!busy && s.ending)
            end(s.ending);
        if (!busy && !s.booted) {
            s.booted = true;
            close(open("/run/lab/booted", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        }
        if (s.sshd_at && now_ms() >= s.sshd_at && !s.ending)
            start_sshd(&s);
        poll(&poller, 1, wait_ms(&s, busy));
        while (read(poller.fd, &info, sizeof info) == (ssize_t)sizeof info) {
            if (info.ssi_signo == SIGTERM)
                begin_end(&s, RB_AUTOBOOT);
            else if (info.ssi_signo == SIGUSR2)
                begin_end(&s, RB_POWER_OFF);
        }
        reap(&s);
    }
}

/* What `shutdown` was asked for: only "now" is understood, because nothing here keeps a timer. */
static int shutdown_meaning(int argc, char **argv)
{
    int how = RB_POWER_OFF;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-r") == 0)
            how = RB_AUTOBOOT;
        else if (strcmp(argv[i], "-h") != 0 && strcmp(argv[i], "-P") != 0 && strcmp(argv[i], "now") != 0)
            return 0;
    }
    return how;
}

static int ask(int how, bool force)
{
    bool restart = how == RB_AUTOBOOT;

    if (force) {
        sync();
        return reboot(how) == 0 ? 0 : 1;
    }
    if (access("/run/systemd/system", F_OK) == 0) {
        execl("/bin/systemctl", "systemctl", restart ? "reboot" : "poweroff", (char *)NULL);
        return 1;
    }
    return kill(1, restart ? SIGTERM : SIGUSR2) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *called = slash ? slash + 1 : argv[0];
    bool inside = labguard_inside("/proc/self", open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    int how = RB_AUTOBOOT;

    if (inside && getpid() == 1)
        run_init();
    if (!inside) {
        dprintf(2, "%s: refused: this is not a lab host\n", called);
        return REFUSED;
    }
    if (strcmp(called, "labguard") == 0)
        return 0;
    if (strcmp(called, "runlevel") == 0)
        return puts("N 2") < 0;
    if (strcmp(called, "shutdown") == 0)
        how = shutdown_meaning(argc, argv);
    else if (strcmp(called, "poweroff") == 0 || strcmp(called, "halt") == 0)
        how = RB_POWER_OFF;
    else if (strcmp(called, "reboot") != 0)
        how = 0;
    if (how == 0) {
        dprintf(2, "usage: reboot|poweroff|halt [-f], shutdown [-r|-h|-P] now\n");
        return 2;
    }
    return ask(how, argc > 1 && strcmp(argv[1], "-f") == 0);
}
