/* Running programs: real children, their trees, limits, secrets and handles. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGV(...)                                                                                            \
    ((struct strs){(const char *[]){__VA_ARGS__},                                                            \
                   sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)})

static struct err e;
static struct os_exit x;
static char folder[64];

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    memset(&x, 0, sizeof x);
    snprintf(folder, sizeof folder, "/tmp/avswap-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&x.out);
    return os_tree_remove(folder, &e) ? 0 : -1;
}

/* Test scripts are sh's; what is tested starts it like any program. */
static bool sh(const char *script, long long timeout_ms, bool wait_tree)
{
    struct os_child c = {
        .argv = ARGV("sh", "-c", script), .dir = folder, .timeout_ms = timeout_ms, .wait_tree = wait_tree};

    return os_run(&c, &x, &e);
}

static long long number_in(const char *name)
{
    char path[128];
    struct buf b;
    long long n = 0;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_init(&b, 64);
    if (os_file_read(path, &b, &e))
        n = strtoll(buf_str(&b), NULL, 10);
    buf_free(&b);
    return n;
}

static bool alive(long long pid)
{
    char path[64];
    struct buf b;
    bool live;

    assert_true(pid > 1);
    snprintf(path, sizeof path, "/proc/%lld/status", pid);
    buf_init(&b, 8192);
    live = os_file_read(path, &b, &e) && !strstr(buf_str(&b), "State:\tZ");
    buf_free(&b);
    return live;
}

static bool gone_within(long long pid, long long ms)
{
    for (; ms > 0 && alive(pid); ms -= 10)
        os_sleep_ms(10);
    return !alive(pid);
}

/* Milliseconds that a run took. */
static long long timed_sh(const char *script, long long timeout_ms, bool wait_tree)
{
    long long begin = os_up_ms();

    assert_true(sh(script, timeout_ms, wait_tree));
    return os_up_ms() - begin;
}

static void tells_how_it_ended(void **state)
{
    (void)state;
    assert_true(sh("echo out; echo err >&2; exit 7", 10000, false));
    assert_int_equal(x.code, 7);
    assert_int_equal(x.signal, 0);
    assert_false(x.timed_out);
    assert_true(x.tree_empty);
    assert_false(x.daemons);
    assert_string_equal(buf_str(&x.out), "out\nerr\n");
    buf_free(&x.out);
    assert_true(sh("kill -SEGV $$", 10000, false));
    assert_int_equal(x.code, -1);
    assert_int_equal(x.signal, SIGSEGV);
}

static void starts_only_what_is_there(void **state)
{
    struct os_child c = {.timeout_ms = 1000};
    struct arena a = ARENA_INIT;
    char path[128];

    (void)state;
    c.argv = ARGV("no-such-program-here");
    assert_false(os_run(&c, &x, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    c.argv = ARGV("../bin/sh");
    assert_false(os_run(&c, &x, &e));
    c.argv = ARGV("");
    assert_false(os_run(&c, &x, &e));
    c.argv = ARGV("/etc/passwd");
    assert_false(os_run(&c, &x, &e));
    c.argv = (struct strs){NULL, 0};
    assert_false(os_run(&c, &x, &e));
    c.argv = ARGV("sh");
    c.timeout_ms = 0;
    assert_false(os_run(&c, &x, &e));
    assert_int_equal(e.code, ERR_BUG);
    /* Executable by its mode, but no program. */
    snprintf(path, sizeof path, "%s/junk", folder);
    assert_true(os_file_write(path, "\177ELF", 4, 0755, &e));
    c.argv = ARGV(path);
    c.timeout_ms = 1000;
    assert_false(os_run(&c, &x, &e));
    assert_int_equal(e.code, ERR_OS);
    assert_int_equal(e.os, ENOEXEC);
    c.argv = ARGV("sh", "-c", "true");
    c.dir = "/no/such/folder";
    assert_false(os_run(&c, &x, &e));
    assert_int_equal(e.os, ENOENT);
    assert_null(os_program("no-such-program-here", &a));
    assert_string_equal(os_program("/bin/sh", &a), "/bin/sh");
    assert_non_null(strstr(os_program("sh", &a), "/sh"));
    arena_free(&a);
}

static void gives_a_clean_environment(void **state)
{
    struct os_child c = {
        .argv = ARGV("env"), .env = ARGV("KLAUTOANSWERS=/x y", "LANG=de_DE"), .timeout_ms = 10000};

    (void)state;
    setenv("LD_PRELOAD_PROBE", "leak", 1);
    assert_true(os_run(&c, &x, &e));
    assert_string_equal(buf_str(&x.out), "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/root\n"
                                         "DEBIAN_FRONTEND=noninteractive\nAVSWAP_CHILD=1\nKLAUTOANSWERS=/x y\n"
                                         "LANG=de_DE\n");
}

static void passes_arguments_as_they_are(void **state)
{
    struct os_child c = {.argv = ARGV("printf", "[%s]", "a b", "$(id)", "", "'\"\\", "*"),
                         .timeout_ms = 10000};

    (void)state;
    assert_true(os_run(&c, &x, &e));
    assert_string_equal(buf_str(&x.out), "[a b][$(id)][]['\"\\][*]");
}

static void hands_over_a_secret(void **state)
{
    struct os_child c = {.argv = ARGV("sha256sum"), .timeout_ms = 10000};
    struct secret s = {NULL, 0};
    char *big = malloc(LIMIT_SECRET);

    (void)state;
    memset(big, 'k', LIMIT_SECRET);
    assert_true(secret_set(&s, big, LIMIT_SECRET, &e));
    free(big);
    c.input = &s;
    assert_true(os_run(&c, &x, &e));
    assert_int_equal(x.code, 0);
    /* The digest of 16 KiB of 'k'. */
    assert_non_null(
        strstr(buf_str(&x.out), "dbcd7c732862d65ddd76db04455c572ec24abea84a9cfafeb5877d7361c91056"));
    secret_clear(&s);
    buf_free(&x.out);
    /* A child that does not read it. */
    assert_true(secret_set(&s, "abc", 3, &e));
    c.argv = ARGV("true");
    assert_true(os_run(&c, &x, &e));
    assert_int_equal(x.code, 0);
    buf_free(&x.out);
    c.argv = ARGV("cat");
    assert_true(os_run(&c, &x, &e));
    assert_string_equal(buf_str(&x.out), "abc");
    buf_free(&x.out);
    secret_clear(&s);
    /* Without one there is nothing to read, not the terminal. */
    c.input = NULL;
    assert_true(os_run(&c, &x, &e));
    assert_int_equal(x.out.len, 0);
}

static void passes_no_handles(void **state)
{
    int leak = open("/etc/passwd", O_RDONLY), high = fcntl(leak, F_DUPFD, 100);

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_true(leak >= 0 && high >= 100);
    assert_true(sh("ls /proc/$$/fd; grep SigIgn /proc/$$/status", 10000, false));
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(strncmp(buf_str(&x.out), "0\n1\n2\nSigIgn:\t", 14), 0);
    /* 32 and 33 are the C library's own: posix_spawn(), by which make starts us, leaves them ignored. */
    assert_int_equal(strtoull(buf_str(&x.out) + 14, NULL, 16) & ~0x180000000ull, 0);
    close(leak);
    close(high);
}

static void keeps_the_tail_of_the_output(void **state)
{
    (void)state;
    assert_true(sh("head -c 9000000 /dev/zero | tr '\\0' x; echo END", 30000, false));
    assert_int_equal(x.code, 0);
    assert_int_equal(x.out.len, LIMIT_CHILD_OUTPUT);
    assert_string_equal(buf_str(&x.out) + x.out.len - 5, "xEND\n");
}

static void ends_one_that_writes_for_ever(void **state)
{
    (void)state;
    assert_in_range(timed_sh("exec yes", 300, false), 300, 3000);
    assert_true(x.timed_out);
    assert_int_equal(x.signal, SIGTERM);
}

static void times_out_a_whole_tree(void **state)
{
    (void)state;
    /* A child, a grandchild that ignores TERM, a daemon in a session of its own. */
    assert_in_range(timed_sh("sleep 60 & echo $! > a; (trap '' TERM; echo $$ > /dev/null; sh -c 'echo $$ > "
                             "b; sleep 60; sleep 60') & "
                             "setsid sh -c 'echo $$ > c; exec sleep 60' & while ! [ -s c ] || ! [ -s b ]; do "
                             "sleep 0.01; done; wait",
                             800, false),
                    2700, 6000);
    assert_true(x.timed_out);
    assert_true(x.tree_empty);
    assert_true(gone_within(number_in("a"), 500));
    assert_true(gone_within(number_in("b"), 500));
    assert_true(gone_within(number_in("c"), 500));
}

static void waits_for_background_work(void **state)
{
    (void)state;
    /* A program that returns at once while its work goes on. */
    assert_in_range(timed_sh("(sleep 0.7; echo done > done) > /dev/null 2>&1 &", 10000, true), 650, 2500);
    assert_int_equal(x.code, 0);
    assert_true(x.tree_empty);
    assert_false(x.timed_out);
    buf_free(&x.out);
    /* Twice orphaned is still its work. */
    assert_in_range(timed_sh("(sh -c 'sleep 0.5; echo $$ > late' &) &", 10000, true), 450, 2500);
    assert_true(number_in("late") > 1);
    buf_free(&x.out);
    /* Not waited for when nobody asked. */
    assert_in_range(timed_sh("sleep 0.6 & echo $! > a", 10000, false), 0, 400);
    assert_false(x.tree_empty);
    assert_true(alive(number_in("a")));
    assert_true(gone_within(number_in("a"), 3000));
}

static void gives_up_on_background_work(void **state)
{
    (void)state;
    assert_in_range(timed_sh("sleep 60 & echo $! > a; setsid sh -c 'echo $$ > c; exec sleep 60' & while ! [ "
                             "-s c ]; do sleep 0.01; done; exit 0",
                             700, true),
                    700, 3000);
    assert_true(x.timed_out);
    assert_int_equal(x.code, 0);
    assert_true(x.tree_empty);
    assert_true(gone_within(number_in("a"), 500));
    /* The program had ended, so its daemon is none of the hung work. */
    assert_true(x.daemons);
    assert_true(alive(number_in("c")));
    kill((pid_t)number_in("c"), SIGKILL);
}

static void does_not_wait_for_daemons(void **state)
{
    long long daemon;

    (void)state;
    /* It even keeps the output open. */
    assert_in_range(
        timed_sh(
            "setsid sh -c 'echo $$ > c; while :; do sleep 0.1; done' & while ! [ -s c ]; do sleep 0.01; done",
            20000, true),
        0, 2000);
    assert_int_equal(x.code, 0);
    assert_true(x.tree_empty);
    assert_true(x.daemons);
    daemon = number_in("c");
    assert_true(alive(daemon));
    kill((pid_t)daemon, SIGKILL);
    /* It was init's (or the next reaper's) child, not ours: nothing to wait for. */
    assert_true(gone_within(daemon, 2000));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

struct ticks {
    int n, stop_at;
};

static bool tick(void *arg)
{
    struct ticks *t = arg;

    return ++t->n != t->stop_at;
}

static void ticks_and_stops(void **state)
{
    struct ticks t = {0, 0};
    struct os_child c = {.argv = ARGV("sleep", "1.1"), .timeout_ms = 10000, .tick = tick, .arg = &t};
    struct rusage before, after;
    long long begin;

    (void)state;
    getrusage(RUSAGE_SELF, &before);
    assert_true(os_run(&c, &x, &e));
    getrusage(RUSAGE_SELF, &after);
    assert_in_range(t.n, 3, 5);
    /* Waiting does not burn the processor. */
    assert_true((after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 + after.ru_utime.tv_usec -
                    before.ru_utime.tv_usec <
                300000);
    buf_free(&x.out);
    t = (struct ticks){0, 2};
    c.argv = ARGV("sleep", "60");
    begin = os_up_ms();
    assert_true(os_run(&c, &x, &e));
    assert_in_range(os_up_ms() - begin, 450, 3000);
    assert_false(x.timed_out);
    assert_int_equal(x.signal, SIGTERM);
    assert_true(x.tree_empty);
}

/* Id of the process that runs the program; 0: none. */
static long long process_of(const char *exe)
{
    struct arena a = ARENA_INIT;
    struct facts f = {0};
    long long pid = 0;

    assert_true(os_process_list(&f, &a, &e));
    for (size_t i = 0; i < f.processes.n; i++)
        if (text_eq(f.processes.v[i].exe, exe))
            pid = f.processes.v[i].pid;
    arena_free(&a);
    return pid;
}

/* How many processes run this test's program. */
static int process_count(void)
{
    struct arena a = ARENA_INIT;
    struct facts f = {0};
    char self[LIMIT_PATH];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    int n = 0;

    assert_true(len > 0);
    self[len] = '\0';
    assert_true(os_process_list(&f, &a, &e));
    for (size_t i = 0; i < f.processes.n; i++)
        n += text_eq(f.processes.v[i].exe, self);
    arena_free(&a);
    return n;
}

/* When we are killed, what we ran goes on to its end: a package manager must not be cut off by its own
 * output. */
static void outlives_its_parent(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        sh("echo $$ > a; i=0; while [ $i -lt 60 ]; do echo line $i; sleep 0.01; i=$((i+1)); done; echo 99 > "
           "done",
           60000, false);
        _exit(0);
    }
    for (int i = 0; i < 500 && number_in("a") <= 1; i++)
        os_sleep_ms(10);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_true(gone_within(number_in("a"), 10000));
    assert_int_equal(number_in("done"), 99);
}

/* A daemon that does not know how to be one keeps our pipe and prints into it. */
static void spares_what_goes_on_printing(void **state)
{
    long long daemon;

    (void)state;
    assert_true(sh("(while :; do echo still here; sleep 0.01; done) & echo $! > a", 10000, false));
    daemon = number_in("a");
    assert_false(x.tree_empty);
    os_sleep_ms(300);
    assert_true(alive(daemon));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    kill((pid_t)daemon, SIGKILL);
    /* The reader that was left behind ends with it. */
    for (int i = 0; i < 300 && process_count() > 1; i++)
        os_sleep_ms(10);
    assert_int_equal(process_count(), 1);
}

static void ends_a_process_by_what_it_is(void **state)
{
    const char *sleep_path;
    char self[LIMIT_PATH] = "";
    pid_t pid = fork();
    int status;

    (void)state;
    if (pid == 0) {
        signal(SIGTERM, SIG_IGN);
        execl("/bin/sleep", "sleep", "60", (char *)NULL);
        _exit(1);
    }
    sleep_path = realpath("/bin/sleep", self);
    assert_non_null(sleep_path);
    os_sleep_ms(100);
    /* Another program has the id: left alone. */
    assert_true(os_process_end(pid, "/usr/sbin/other", 10, &e));
    assert_true(alive(pid));
    assert_true(os_process_end(pid, sleep_path, 200, &e));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_true(os_process_end(pid, sleep_path, 200, &e));
    assert_false(os_process_end(1, "/sbin/init", 10, &e));
    assert_false(os_process_end(os_self_pid(), self, 10, &e));
    assert_false(os_process_end(-1, self, 10, &e));
}

static void detaches(void **state)
{
    char worker[128], path[64];
    struct arena a = ARENA_INIT;
    struct strs handles;
    struct buf b;
    long long pid;

    (void)state;
    assert_false(os_detach(&ARGV("no-such-program-here"), "avswap-test", &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    snprintf(worker, sizeof worker, "%s/worker", folder);
    assert_true(os_file_write(worker, "junk", 4, 0755, &e));
    assert_false(os_detach(&ARGV(worker), "avswap-test", &e));
    assert_int_equal(e.os, ENOEXEC);
    assert_true(os_file_copy("/usr/bin/sleep", worker, &e));
    assert_true(os_detach(&ARGV(worker, "30"), "avswap-test", &e));
    /* It runs once we are told so: nothing to wait for. */
    pid = process_of(worker);
    assert_true(alive(pid));
    assert_true(getsid((pid_t)pid) != getsid(0));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    snprintf(path, sizeof path, "/proc/%lld/fd", pid);
    assert_true(os_dir_list(path, &a, &handles, &e));
    assert_int_equal(handles.n, 3);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/proc/%lld/fd/%d", pid, i);
        buf_init(&b, 100);
        assert_true(os_file_readlink(path, &b, &e));
        assert_string_equal(buf_str(&b), "/dev/null");
        buf_free(&b);
    }
    arena_free(&a);
    kill((pid_t)pid, SIGKILL);
    assert_true(gone_within(pid, 2000));
}

static void hardens(void **state)
{
    struct rlimit limit;
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_PATH);
    assert_true(os_self_path(&b, &e));
    assert_true(os_file_exists(buf_str(&b)));
    buf_free(&b);
    assert_int_equal(os_is_admin(), geteuid() == 0);
    os_harden();
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
}

/* A worker without systemd, whatever runs this machine: an empty /run that only we see. */
static int hide_systemd(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/run", "tmpfs", 0, NULL) != 0) {
        fprintf(stderr, "this test makes a mount of its own: run it as root\n");
        return -1;
    }
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_how_it_ended),
        TEST(starts_only_what_is_there),
        TEST(gives_a_clean_environment),
        TEST(passes_arguments_as_they_are),
        TEST(hands_over_a_secret),
        TEST(passes_no_handles),
        TEST(keeps_the_tail_of_the_output),
        TEST(ends_one_that_writes_for_ever),
        TEST(times_out_a_whole_tree),
        TEST(waits_for_background_work),
        TEST(gives_up_on_background_work),
        TEST(does_not_wait_for_daemons),
        TEST(ticks_and_stops),
        TEST(outlives_its_parent),
        TEST(spares_what_goes_on_printing),
        TEST(ends_a_process_by_what_it_is),
        TEST(detaches),
        TEST(hardens),
    };

    return cmocka_run_group_tests_name("os_run", tests, hide_systemd, NULL);
}
