/*
 * Running a program: its output, its limits, and the end of all that it started.
 *
 * Background work that a program leaves in its own session is part of the run (wait_tree waits for it, a
 * timeout ends it). What made a session of its own is a daemon as far as anybody can tell from outside: it is
 * not waited for, and it ends only when the program itself is given up. An uninstaller that hides its work
 * that way is caught by probes, not here.
 */
#include "core/base/limits.h"
#include "core/os/posix/keeper.h"
#include "core/os/posix/proc.h"
#include "core/os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 250
#define TERM_MS 2000 /* from TERM to KILL */
#define KILL_MS 5000 /* from KILL to giving up on a process that cannot die */

struct run {
    const struct os_child *child;
    struct os_exit *ret;
    struct keeper keeper;
    int out;
    long long deadline, next_tick;
    long long stopped;          /* when the run was given up; 0: it was not */
    bool child_too;             /* it was given up while the program itself still ran */
    long long next_look, pause; /* for background work, ever more seldom */
};

/* Time asleep does not count: a laptop that wakes up has not used up a limit. */
static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The tail is kept: twice the limit is there from the start, so that a long run cannot fail for want of
 * memory. */
static bool out_init(struct buf *b, struct err *e)
{
    buf_init(b, 2 * LIMIT_CHILD_OUTPUT);
    b->data = mem_alloc(b->max + 1);
    if (!b->data)
        return err_nomem(e);
    b->cap = b->max + 1;
    b->data[0] = '\0';
    return true;
}

static void out_trim(struct buf *b)
{
    size_t excess = b->len > LIMIT_CHILD_OUTPUT ? b->len - LIMIT_CHILD_OUTPUT : 0;

    memmove(b->data, b->data + excess, b->len - excess);
    b->len -= excess;
    b->data[b->len] = '\0';
}

/* Takes what is there, but never so long that a program which never stops writing keeps us from its limits.
 */
static void out_read(struct run *r)
{
    struct buf *b = &r->ret->out;

    for (int i = 0; r->out >= 0 && i < 64; i++) {
        ssize_t n;

        if (b->max - b->len < (64u << 10))
            out_trim(b);
        n = read(r->out, b->data + b->len, 64u << 10);
        if (n > 0) {
            b->len += (size_t)n;
            b->data[b->len] = '\0';
        } else if (n == 0 || errno != EINTR) {
            if (n == 0 || errno != EAGAIN) {
                close(r->out);
                r->out = -1;
            }
            return;
        }
    }
}

/* Signals what is seen of the run; true when nothing was. What cannot be seen may be there. */
static bool signal_seen(struct run *r, int sig)
{
    struct arena a = ARENA_INIT;
    struct proc_kin k;
    bool none = false;

    if (proc_kin(r->keeper.pid, r->keeper.child, &a, &k)) {
        none = k.n_work == 0 && (!r->child_too || k.n_daemons == 0);
        for (size_t i = 0; i < k.n_work; i++)
            kill(k.work[i], sig);
        for (size_t i = 0; r->child_too && i < k.n_daemons; i++)
            kill(k.daemons[i], sig);
    }
    arena_free(&a);
    return none;
}

/*
 * One look may miss a process that was forked after the look began by one that ended before its turn came:
 * nothing is there only when two looks in a row say so.
 */
static bool signal_all(struct run *r, int sig)
{
    return signal_seen(r, sig) && signal_seen(r, sig);
}

/* Is any of its work left? */
static bool has_work(const struct run *r, bool *daemons)
{
    bool any = false;

    for (int look = 0; look < 2 && !any; look++) {
        struct arena a = ARENA_INIT;
        struct proc_kin k;
        bool known = proc_kin(r->keeper.pid, r->keeper.child, &a, &k);

        any = !known || k.n_work;
        *daemons = known && k.n_daemons;
        arena_free(&a);
    }
    return any;
}

static void give_up(struct run *r, long long now)
{
    r->stopped = now;
    r->child_too = !r->keeper.exited;
    signal_all(r, SIGTERM);
}

/* After TERM: waits, kills, gives up on the unkillable. */
static bool stop_done(struct run *r, long long now)
{
    int sig = now - r->stopped >= TERM_MS ? SIGKILL : 0;

    return (signal_all(r, sig) && r->keeper.exited) || now - r->stopped >= TERM_MS + KILL_MS;
}

/* One look at where the run stands; true: it is over. */
static bool step(struct run *r, long long now)
{
    const struct os_child *c = r->child;

    if (r->keeper.empty || r->keeper.exec_error)
        return true;
    if (r->stopped)
        return stop_done(r, now);
    if (r->keeper.exited) {
        if (!c->wait_tree)
            return true;
        if (now >= r->next_look) {
            if (!has_work(r, &r->ret->daemons))
                return true;
            r->pause = r->pause < TICK_MS / 2 ? r->pause * 2 : TICK_MS;
            r->next_look = now + r->pause;
        }
    }
    if (now >= r->deadline) {
        r->ret->timed_out = true;
        give_up(r, now);
    } else if (c->tick && now >= r->next_tick) {
        r->next_tick = now + TICK_MS;
        if (!c->tick(c->arg))
            give_up(r, now);
    }
    return false;
}

static int slice(const struct run *r, long long now)
{
    long long until = r->deadline;

    if (r->stopped)
        return 50;
    if (r->child->tick && r->next_tick < until)
        until = r->next_tick;
    if (r->keeper.exited && r->next_look < until)
        until = r->next_look;
    if (until <= now)
        return 0;
    return until - now > 60000 ? 60000 : (int)(until - now);
}

static void watch(struct run *r)
{
    long long now = now_ms();

    r->deadline = now + r->child->timeout_ms;
    r->next_tick = now + TICK_MS;
    r->pause = 5;
    while (!step(r, now)) {
        struct pollfd p[2] = {{.fd = r->keeper.status, .events = POLLIN}, {.fd = r->out, .events = POLLIN}};

        if (poll(p, 2, slice(r, now)) > 0) {
            if (p[1].revents)
                out_read(r);
            if (p[0].revents)
                keeper_read(&r->keeper);
        }
        now = now_ms();
    }
    out_read(r);
}

static void conclude(struct run *r)
{
    struct os_exit *ret = r->ret;
    int ws = r->keeper.wait_status;

    if (r->keeper.exited && WIFEXITED(ws))
        ret->code = WEXITSTATUS(ws);
    else if (r->keeper.exited)
        ret->signal = WTERMSIG(ws);
    else
        ret->signal = SIGKILL;
    /* Without its word somebody killed the keeper: nothing is known. */
    ret->tree_empty = r->keeper.exited;
    ret->daemons = false;
    if (r->keeper.exited && !r->keeper.empty)
        ret->tree_empty = !has_work(r, &ret->daemons);
    out_trim(&ret->out);
}

/* The secret waits in the pipe before the child starts, so nobody has to feed it. */
static int open_input(const struct secret *s, struct err *e)
{
    int p[2];
    ssize_t n;

    if (!s) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            err_sys(e, ERR_OS, errno, "opening '/dev/null'");
        return fd;
    }
    if (pipe2(p, O_CLOEXEC) != 0) {
        err_sys(e, ERR_OS, errno, "making a pipe");
        return -1;
    }
    fcntl(p[1], F_SETFL, O_NONBLOCK);
    n = write(p[1], s->bytes, s->len);
    close(p[1]);
    if (n >= 0 && (size_t)n == s->len)
        return p[0];
    err_set(e, ERR_OS, "handing over a secret: the pipe is too small");
    close(p[0]);
    return -1;
}

static bool start(struct run *r, const struct program *p, struct err *e)
{
    int in = open_input(r->child->input, e), out[2];
    bool ok;

    if (in < 0)
        return false;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in);
        return err_sys(e, ERR_OS, errno, "making a pipe");
    }
    ok = keeper_start(&r->keeper, p, r->child->dir ? r->child->dir : "/", in, out, e);
    close(in);
    close(out[1]);
    if (!ok) {
        close(out[0]);
        return false;
    }
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    r->out = out[0];
    return true;
}

bool os_run(const struct os_child *c, struct os_exit *ret, struct err *e)
{
    struct run r = {.child = c, .ret = ret, .out = -1};
    struct arena a = ARENA_INIT;
    struct program p;
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->code = -1;
    if (c->timeout_ms <= 0)
        return err_set(e, ERR_BUG, "a program without a time limit");
    ok = program_make(&c->argv, &c->env, &a, &p, e) && out_init(&ret->out, e) && start(&r, &p, e);
    if (ok) {
        watch(&r);
        if (r.keeper.exec_error)
            ok = err_sys(e, ERR_OS, r.keeper.exec_error, "starting '%s'", p.path);
        else
            conclude(&r);
        keeper_end(&r.keeper);
        if (r.out >= 0)
            close(r.out);
    }
    if (!ok)
        buf_free(&ret->out);
    arena_free(&a);
    return ok;
}
