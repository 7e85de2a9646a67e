/*
 * labhost: supervises the test hosts of one lab.
 *
 *   labhost ID DIR BASE [OWNER DOWN...]
 *
 * It reads orders, one line each, from the FIFO DIR/orders:
 *   on NAME INIT   boot the host (INIT: the program to be its pid 1)      cut NAME   end it now; it boots
 * again off NAME       end it now and leave it off                             gone NAME  end it and forget
 * it quit           end all and leave and tells each host's state in DIR/hosts/NAME/state, replaced
 * atomically: "on PID", "off" or "failed". A host whose pid 1 ended by reboot(2) or was killed boots again;
 * one that powered itself off stays off; one whose pid 1 exits by itself has failed. DIR/supervisor is locked
 * (flock) for as long as it lives. All hosts die with the supervisor. When the process OWNER ends, it ends
 * all hosts and becomes DOWN.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lab/labboot.h"

#define HOSTS_MAX 1024 /* one Linux bridge has no more ports */
#define BOOT_PAUSE_MS 200

struct host {
    char name[32], init[128];
    pid_t pid;          /* 0: not running */
    bool wanted, leave; /* leave: forget it when it has ended */
    long long boot_at;  /* boot then; 0: nothing to do */
};

struct lab {
    const char *id, *dir, *base;
    struct host hosts[HOSTS_MAX];
    size_t count;
    char line[256]; /* an order read in part */
    size_t len;
    bool quit;
};

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void say(const struct host *h, const char *what)
{
    printf("%lld %s %s\n", now_ms(), h->name, what);
    fflush(stdout);
}

static void tell(const struct lab *l, const struct host *h, const char *state)
{
    char path[512], draft[sizeof path + 4];
    FILE *f;

    snprintf(path, sizeof path, "%s/hosts/%s/state", l->dir, h->name);
    snprintf(draft, sizeof draft, "%s.new", path);
    f = fopen(draft, "we");
    if (f && fprintf(f, h->pid ? "%s %d\n" : "%s\n", state, (int)h->pid) > 0 && fclose(f) == 0)
        rename(draft, path);
    say(h, state);
}

static struct labboot boot_of(const struct lab *l, const struct host *h)
{
    return (struct labboot){.id = l->id, .name = h->name, .init = h->init, .base = l->base, .dir = l->dir};
}

static void boot(struct lab *l, struct host *h)
{
    struct labboot b = boot_of(l, h);

    h->boot_at = 0;
    h->pid = labboot_start(&b);
    if (h->pid < 0) {
        perror("labhost: clone");
        h->pid = 0;
        h->wanted = false;
    }
    tell(l, h, h->pid ? "on" : "failed");
}

static struct host *find(struct lab *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->hosts[i].name, name) == 0)
            return &l->hosts[i];
    return NULL;
}

static void forget(struct lab *l, struct host *h)
{
    struct labboot b = boot_of(l, h);
    char path[512];

    labboot_clean(&b);
    snprintf(path, sizeof path, "%s/hosts/%s/state", l->dir, h->name);
    unlink(path);
    say(h, "gone");
    *h = l->hosts[--l->count];
}

static void end(struct lab *l, struct host *h, bool again, bool leave)
{
    h->wanted = again;
    h->leave = leave;
    h->boot_at = 0;
    if (h->pid)
        kill(h->pid, SIGKILL);
    else if (leave)
        forget(l, h);
    else if (!again)
        tell(l, h, "off");
}

static void order(struct lab *l, const char *line)
{
    char verb[8] = "", name[32] = "", init[128] = "";
    struct host *h;

    sscanf(line, "%7s %31s %127s", verb, name, init);
    h = find(l, name);
    if (strcmp(verb, "quit") == 0) {
        l->quit = true;
    } else if (strcmp(verb, "on") == 0 && init[0]) {
        if (!h && l->count < HOSTS_MAX) {
            h = &l->hosts[l->count++];
            *h = (struct host){.wanted = false};
            memcpy(h->name, name, sizeof name);
        }
        if (h) {
            memcpy(h->init, init, sizeof init);
            h->wanted = true;
            h->boot_at = h->pid ? 0 : now_ms();
        }
    } else if (h && strcmp(verb, "cut") == 0) {
        end(l, h, h->pid != 0, false);
    } else if (h && (strcmp(verb, "off") == 0 || strcmp(verb, "gone") == 0)) {
        end(l, h, false, verb[0] == 'g');
    } else {
        fprintf(stderr, "labhost: not an order: %s\n", line);
    }
}

static void read_orders(struct lab *l, int fifo)
{
    char c;

    while (read(fifo, &c, 1) == 1) {
        if (c != '\n' && l->len + 1 < sizeof l->line) {
            l->line[l->len++] = c;
            continue;
        }
        l->line[l->len] = '\0';
        l->len = 0;
        order(l, l->line);
    }
}

static void ended(struct lab *l, struct host *h, int status)
{
    int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    struct labboot b = boot_of(l, h);

    h->pid = 0;
    if (h->leave) {
        forget(l, h);
        return;
    }
    labboot_clean(&b);
    /* reboot(2) ends a namespace's init by SIGHUP to restart and by SIGINT to power off. */
    if (sig != SIGHUP && sig != SIGKILL)
        h->wanted = false;
    tell(l, h, sig ? "off" : "failed");
    if (h->wanted)
        h->boot_at = now_ms() + BOOT_PAUSE_MS;
}

static void reap(struct lab *l)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < l->count; i++)
            if (l->hosts[i].pid == pid) {
                ended(l, &l->hosts[i], status);
                break;
            }
}

/* Boots what is due; the time in ms until the next is due, -1 for none. */
static int boot_due(struct lab *l)
{
    long long next = -1, now = now_ms();

    for (size_t i = 0; i < l->count; i++) {
        struct host *h = &l->hosts[i];

        if (h->boot_at && h->boot_at <= now)
            boot(l, h);
        else if (h->boot_at && (next < 0 || h->boot_at - now < next))
            next = h->boot_at - now;
    }
    return (int)next;
}

static void end_all(struct lab *l)
{
    for (size_t i = l->count; i-- > 0;)
        end(l, &l->hosts[i], false, true);
    while (l->count > 0) {
        int status;
        pid_t pid = waitpid(-1, &status, 0);

        if (pid < 0 && errno != EINTR)
            break;
        for (size_t i = 0; i < l->count; i++)
            if (l->hosts[i].pid == pid) {
                ended(l, &l->hosts[i], status);
                break;
            }
    }
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void supervise(struct lab *l, struct pollfd poller[3])
{
    struct signalfd_siginfo info;

    while (!l->quit) {
        poll(poller, 3, boot_due(l));
        while (read(poller[0].fd, &info, sizeof info) == (ssize_t)sizeof info)
            if (info.ssi_signo != SIGCHLD)
                l->quit = true;
        reap(l);
        read_orders(l, poller[1].fd);
        if (poller[2].revents & POLLIN)
            l->quit = true;
    }
}

/* `lab` looks whether it is locked by locking it for a moment: that must not keep the supervisor from starting. */
static bool take_lock(int fd)
{
    for (int i = 0; i < 100; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        usleep(10000);
    }
    return false;
}

int main(int argc, char **argv)
{
    static struct lab lab;
    struct pollfd poller[3] = {{.events = POLLIN}, {.events = POLLIN}, {.fd = -1, .events = POLLIN}};
    char fifo[512], lock[512];
    int held;

    if (argc != 4 && argc < 6) {
        fprintf(stderr, "usage: labhost ID DIR BASE [OWNER DOWN...]\n");
        return 2;
    }
    lab = (struct lab){.id = argv[1], .dir = argv[2], .base = argv[3]};
    snprintf(fifo, sizeof fifo, "%s/orders", lab.dir);
    snprintf(lock, sizeof lock, "%s/supervisor", lab.dir);
    held = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    poller[0].fd = open_signals();
    /* Opened for writing too: otherwise it reads as ended whenever no `lab` command holds it. */
    poller[1].fd = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (argc > 5)
        poller[2].fd = (int)syscall(SYS_pidfd_open, (pid_t)strtol(argv[4], NULL, 10), 0);
    if (poller[0].fd < 0 || poller[1].fd < 0 || held < 0 || !take_lock(held) ||
        (argc > 5 && poller[2].fd < 0)) {
        perror("labhost");
        return 1;
    }
    supervise(&lab, poller);
    end_all(&lab);
    if (poller[2].revents & POLLIN) {
        close(held);
        execv(argv[5], argv + 5);
        perror(argv[5]);
    }
    return 0;
}
