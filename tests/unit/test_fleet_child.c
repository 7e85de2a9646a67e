/*
 * Children of an event loop: what they say and how they end, each told once; those that cannot be started; what they inherit.
 */
#include "core/visit/child.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct kid {
    struct child c; /* first */
    uv_loop_t *loop;
    char said[2][256]; /* standard output, errors */
    size_t n[2];
    int open; /* of the two */
    int overs, status, signal;
    char room[256];
    uv_write_t write;
};

static void finish(struct kid *k)
{
    uv_handle_t *const all[] = {(uv_handle_t *)&k->c.in, (uv_handle_t *)&k->c.out, (uv_handle_t *)&k->c.errors, (uv_handle_t *)&k->c.ends};

    for (int i = 0; i < 4; i++)
        if (!uv_is_closing(all[i]))
            uv_close(all[i], NULL);
}

static void check_end(struct kid *k)
{
    if (k->overs && !k->open)
        finish(k);
}

static void is_over(struct child *c, int status, int sig)
{
    struct kid *k = (struct kid *)c;

    k->overs++;
    k->status = status;
    k->signal = sig;
    check_end(k);
}

static void room(uv_handle_t *h, size_t size, uv_buf_t *ret)
{
    struct kid *k = h->data;

    (void)size;
    *ret = uv_buf_init(k->room, sizeof k->room);
}

static void came(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct kid *k = s->data;
    int i = s == (uv_stream_t *)&k->c.errors;

    if (n < 0) {
        uv_read_stop(s);
        k->open--;
        check_end(k);
        return;
    }
    assert_true(k->n[i] + (size_t)n < sizeof k->said[i]);
    memcpy(k->said[i] + k->n[i], b->base, (size_t)n);
    k->n[i] += (size_t)n;
}

static bool begin(struct kid *k, uv_loop_t *loop, const char *script, struct err *e)
{
    const char *v[] = {"sh", "-c", script, NULL};
    const struct strs argv = {v, 3};

    memset(k, 0, sizeof *k);
    k->loop = loop;
    k->open = 2;
    k->c.over = is_over;
    if (!child_start(&k->c, loop, &argv, k, e))
        return false;
    uv_read_start((uv_stream_t *)&k->c.out, room, came);
    uv_read_start((uv_stream_t *)&k->c.errors, room, came);
    return true;
}

static void run(struct kid *k, const char *script, const char *input)
{
    struct err e = ERR_INIT;
    uv_loop_t loop;
    uv_buf_t b = uv_buf_init((char *)(uintptr_t)input, input ? (unsigned)strlen(input) : 0);

    assert_int_equal(uv_loop_init(&loop), 0);
    if (!begin(k, &loop, script, &e))
        fail_msg("%s", e.text);
    if (input)
        assert_int_equal(uv_write(&k->write, (uv_stream_t *)&k->c.in, &b, 1, NULL), 0);
    else
        uv_close((uv_handle_t *)&k->c.in, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(k->overs, 1);
    assert_int_equal(k->c.pid, 0);
}

static void says_and_ends(void **none)
{
    struct kid k;

    (void)none;
    run(&k, "read -r x; echo \"<$x>\"; echo bad >&2; exit 7", "hello\n");
    assert_string_equal(k.said[0], "<hello>\n");
    assert_string_equal(k.said[1], "bad\n");
    assert_int_equal(k.status, 7);
    assert_int_equal(k.signal, 0);
    run(&k, "cat", NULL);
    assert_int_equal(k.status, 0);
}

/* This process ignores it, its children do not. */
static void signals_as_any_program_has_them(void **none)
{
    struct kid k;

    (void)none;
    signal(SIGPIPE, SIG_IGN);
    run(&k, "kill -PIPE $$; exit 3", NULL);
    assert_int_equal(k.signal, SIGPIPE);
    run(&k, "kill -TERM $$; exit 3", NULL);
    assert_int_equal(k.signal, SIGTERM);
}

/* A session of its own, and no descriptor but the three; here none is left. */
static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void inherits_nothing_else(void **none)
{
    int before = descriptors();
    struct kid k;
    char want[64];

    (void)none;
    for (int fd = 3; fd < 1024; fd++) /* what this test was given itself */
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    run(&k, "cut -d' ' -f6 /proc/$$/stat; echo $$; ls /proc/$$/fd", NULL);
    snprintf(want, sizeof want, "%d\n%d\n0\n1\n2\n", atoi(k.said[0]), atoi(k.said[0]));
    assert_string_equal(k.said[0], want);
    assert_int_equal(descriptors(), before);
}

static void one_that_is_not_there(void **none)
{
    const char *v[] = {"/nonexistent/ssh", NULL};
    const struct strs argv = {v, 1};
    struct err e = ERR_INIT;
    int before = descriptors();
    uv_loop_t loop;
    struct kid k = {.c.over = is_over};

    (void)none;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_false(child_start(&k.c, &loop, &argv, &k, &e));
    assert_int_equal(e.code, ERR_OS);
    assert_non_null(strstr(e.text, "/nonexistent/ssh cannot be started: No such file"));
    child_kill(&k.c, SIGKILL); /* nobody */
    finish(&k);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(k.overs, 0);
    assert_int_equal(descriptors(), before);
}

/* What it started goes with it: else the pipe would stay open. */
static void kill_it(uv_timer_t *t)
{
    struct kid *k = t->data;

    child_kill(&k->c, SIGKILL);
    uv_close((uv_handle_t *)t, NULL);
}

static void killed_with_all_that_it_started(void **none)
{
    struct err e = ERR_INIT;
    uv_timer_t timer;
    uv_loop_t loop;
    struct kid k;
    uint64_t from;

    (void)none;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_true(begin(&k, &loop, "sleep 30 & sleep 30; wait", &e));
    uv_timer_init(&loop, &timer);
    timer.data = &k;
    uv_timer_start(&timer, kill_it, 100, 0);
    from = uv_hrtime();
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(uv_hrtime() - from < 20000000000u);
    assert_int_equal(k.signal, SIGKILL);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* One signal may stand for many ends. */
static void many_at_the_same_time(void **none)
{
    enum { MANY = 60 };
    static struct kid kids[MANY];
    struct err e = ERR_INIT;
    uv_loop_t loop;

    (void)none;
    assert_int_equal(uv_loop_init(&loop), 0);
    for (int i = 0; i < MANY; i++) {
        char script[64];

        snprintf(script, sizeof script, "echo %d; exit %d", i, i);
        if (!begin(&kids[i], &loop, script, &e))
            fail_msg("%s", e.text);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(kids[i].overs, 1);
        assert_int_equal(kids[i].status, i);
        assert_int_equal(atoi(kids[i].said[0]), i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_and_ends),         cmocka_unit_test(signals_as_any_program_has_them),
        cmocka_unit_test(inherits_nothing_else), cmocka_unit_test(one_that_is_not_there),
        cmocka_unit_test(killed_with_all_that_it_started), cmocka_unit_test(many_at_the_same_time),
    };

    return cmocka_run_group_tests_name("fleet_child", tests, NULL, NULL);
}
