/* Where a rollout stands, made from a store as a coordinator leaves it. */
#include "core/base/limits.h"
#include "core/fleet/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW 1795402800000 /* 2026-11-23T03:00:00Z, a Monday */
#define HOUR 3600000ll

#define ROLLOUT                                                                                              \
    "{\"schema\":\"avswap.rollout/1\",\"waves\":[{\"name\":\"canary\",\"count\":2,\"soak_s\":7200},"            \
    "{\"name\":\"second\",\"count\":3,\"budget\":2}],\"windows\":[{\"from\":\"22:00\",\"to\":\"04:00\"}]}"

struct made {
    const char *name;
    enum host_state state, back;
    uint16_t wave;
    int64_t gap_ms;
    instant off_ago; /* without protection since so long; 0: it has one */
};

struct fixture {
    char dir[64], path[96];
    struct store *store;
    struct doc doc;
    struct standing_stored stored;
    struct fleet_status status;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct err e = ERR_INIT;

    assert_non_null(x);
    memcpy(x->dir, "/tmp/avswap-standing-XXXXXX", sizeof "/tmp/avswap-standing-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    snprintf(x->path, sizeof x->path, "%s/fleet.db", x->dir);
    x->store = store_open(x->path, &e);
    assert_non_null(x->store);
    x->stored = (struct standing_stored)STANDING_STORED_INIT;
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    struct fixture *x = *state;
    char path[128];

    standing_stored_free(&x->stored);
    store_close(x->store);
    doc_free(&x->doc);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", x->path, endings[i]);
        unlink(path);
    }
    rmdir(x->dir);
    free(x);
    return 0;
}

static long long begin(struct fixture *x, const struct made *m, size_t n, const char *zone)
{
    struct record_rollout r = {.document = ROLLOUT, .operator = "root", .begun = NOW - 12 * HOUR, .ended = INSTANT_NONE};
    struct record records[16] = {{.name = NULL}};
    struct err e = ERR_INIT;
    enum roster_change change;
    long long id;

    assert_true(store_begin(x->store, &e));
    for (size_t i = 0; i < n; i++) {
        struct fleet_host h = {.name = m[i].name, .zone = zone, .site = "berlin"};

        assert_true(roster_put(x->store, &h, NOW, &change, &e));
        records[i] = (struct record){.name = m[i].name, .wave = m[i].wave, .gap_ms = m[i].gap_ms, .journal_size = m[i].gap_ms ? 10 : 0,
                                     .text = m[i].state == HOST_UNPROTECTED ? "no service" : NULL,
                                     .off_since = m[i].off_ago ? NOW - m[i].off_ago : INSTANT_NONE,
                                     .host = {.state = (uint8_t)m[i].state, .back = (uint8_t)m[i].back, .since = NOW - HOUR,
                                              .seen = NOW - HOUR, .due = INSTANT_NONE}};
    }
    assert_true(store_commit(x->store, &e));
    if (!record_begin(x->store, &r, records, n, &id, &e))
        fail_msg("%s", e.text);
    assert_true(store_begin(x->store, &e));
    for (size_t i = 0; i < n; i++)
        assert_true(record_save(x->store, id, &records[i], &e));
    assert_true(store_commit(x->store, &e));
    return id;
}

static struct fleet_status *look(struct fixture *x, instant now, instant deadline)
{
    struct standing how = {.now = now, .deadline = deadline};
    struct err e = ERR_INIT;

    doc_free(&x->doc);
    x->doc = (struct doc)DOC_INIT;
    x->stored.version = -1; /* what this store changed itself does not count there */
    x->stored.hosts_at = INSTANT_NONE;
    if (!standing_read(x->store, &how, &x->stored, &e) || !standing_of(&x->stored, &how, &x->doc, &x->status, &e))
        fail_msg("%s", e.text);
    return &x->status;
}

static void test_nothing(void **state)
{
    assert_null(look(*state, NOW, INSTANT_NONE)->rollout);
}

static void test_open(void **state)
{
    static const struct made m[] = {
        {"a", HOST_DONE, 0, 0, 1500, 0},      {"b", HOST_ROLLED_BACK, 0, 0, 0, 0},          {"c", HOST_UNPROTECTED, 0, 1, 41000, 0},
        {"d", HOST_RUNNING, 0, 1, 0, 0},      {"e", HOST_QUEUED, 0, 1, 0, 0},               {"f", HOST_UNREACHABLE, HOST_QUEUED, 2, 0, 0},
    };
    struct fixture *x = *state;
    struct fleet_status *f;

    begin(x, m, 6, "UTC");
    f = look(x, NOW, NOW + 5 * INSTANT_DAY);
    assert_string_equal(f->rollout, "1");
    assert_int_equal(f->total, 6);
    assert_int_equal(f->waves.n, 3);
    assert_int_equal(f->waves.v[0].phase, WAVE_OVER);
    assert_int_equal(f->waves.v[0].failures, 1);
    assert_int_equal(f->waves.v[1].phase, WAVE_OPEN);
    assert_int_equal(f->waves.v[1].at_work, 1);
    assert_int_equal(f->waves.v[1].budget, 2);
    assert_int_equal(f->waves.v[2].phase, WAVE_CLOSED);
    assert_int_equal(f->waves.v[2].begun, 0);
    /* one failed and one at work: the budget of two is spoken for */
    assert_non_null(strstr(f->limit, "budget"));
    assert_string_equal(f->hosts.v[0].name, "c");
    assert_string_equal(f->hosts.v[0].site, "berlin");
    assert_int_equal(f->hosts.v[0].gap_s, 41 + 3600);
    assert_int_equal(f->hosts.v[0].unprotected_since, NOW - HOUR);
    assert_non_null(f->hosts.v[0].action);
    assert_string_equal(f->gaps->worst, "c");
    assert_int_equal(f->gaps->sum_s, 43 + 3600);
    assert_int_equal(f->gaps->now.n, 1);
    assert_int_equal(f->pace->left, 5);
    assert_int_equal(f->pace->done_per_day, 2);
    assert_int_equal(f->pace->needed_per_day, 1);
    assert_int_equal(f->pace->expected, NOW + 5 * INSTANT_DAY / 2);
    assert_int_equal(f->pace->late, 0);
    assert_string_equal(f->hosts.v[3].was, "queued");
}

/*
 * What is unprotected now is what the journals show, whatever became of the PC since; who went silent so comes first. Ended well,
 * no journal shows more than the end. A clock of a PC that is years off makes no gap of years, nor one that has not begun.
 */
static void test_unprotected(void **state)
{
    static const struct made m[] = {
        {"a", HOST_DONE, 0, 0, 1500, HOUR},         {"b", HOST_RUNNING, 0, 0, 5000, 61000}, {"c", HOST_UNREACHABLE, HOST_RUNNING, 1, 0, 2 * HOUR},
        {"d", HOST_HELD, HOST_RUNNING, 1, 0, HOUR}, {"e", HOST_DOUBT, 0, 1, 0, 2000},       {"f", HOST_UNPROTECTED, 0, 1, 0, 400 * INSTANT_DAY},
        {"g", HOST_RUNNING, 0, 1, 0, -HOUR},        {"h", HOST_RUNNING, 0, 1, 2000, 0},     {"i", HOST_UNREACHABLE, HOST_RUNNING, 1, 0, 0},
    };
    static const struct {
        const char *name;
        instant ago;
        long long gap_s;
        bool hands, alarm;
    } want[] = {
        {"c", 2 * HOUR, 7200, true, true}, {"f", 12 * HOUR, 12 * 3600, true, true}, {"d", HOUR, 3600, true, true}, {"e", 2000, 2, true, true},
        {"i", -1, -1, false, false},       {"b", 61000, 66, false, false},          {"g", 0, 0, false, false},     {"h", -1, 2, false, false},
        {"a", -1, 2, false, false},
    };
    struct fixture *x = *state;
    struct fleet_status *f;

    begin(x, m, 9, "UTC");
    f = look(x, NOW, INSTANT_NONE);
    assert_int_equal(f->gaps->now.n, 6);
    assert_string_equal(f->gaps->now.v[0], "c");
    for (size_t i = 0; i < 9; i++) {
        const struct fleet_member *h = &f->hosts.v[i];

        assert_string_equal(h->name, want[i].name);
        assert_int_equal(h->unprotected_since, want[i].ago < 0 ? INSTANT_NONE : NOW - want[i].ago);
        assert_int_equal(h->gap_s, want[i].gap_s);
        assert_true(fleet_care(h).hands == want[i].hands && fleet_care(h).alarm == want[i].alarm);
    }
    assert_string_equal(f->hosts.v[2].command, "avswap fleet ack d");
    assert_non_null(f->hosts.v[0].action);
    assert_null(f->hosts.v[5].action);
    /* and it grows while nothing new is heard */
    f = look(x, NOW + HOUR, INSTANT_NONE);
    assert_int_equal(f->hosts.v[0].gap_s, 3 * 3600);
}

/* What nobody has changed is not read again; what another has, is, and what was looked at before may still be. */
static void test_read_again(void **state)
{
    static const struct made m[] = {{"a", HOST_RUNNING, 0, 0, 1500, 0}, {"b", HOST_QUEUED, 0, 0, 0, 0}};
    struct standing how = {.now = NOW, .deadline = INSTANT_NONE};
    struct fixture *x = *state;
    struct err e = ERR_INIT;
    struct fleet_status before;
    const struct record *had;
    struct doc d = DOC_INIT;
    struct store *other;
    enum roster_change change;

    begin(x, m, 2, "UTC");
    assert_true(standing_read(x->store, &how, &x->stored, &e) && standing_of(&x->stored, &how, &d, &before, &e));
    had = x->stored.records.v.v;
    how.now += HOUR;
    assert_true(standing_read(x->store, &how, &x->stored, &e));
    assert_ptr_equal(x->stored.records.v.v, had);

    other = store_open(x->path, &e);
    assert_non_null(other);
    for (int i = 0; i < 2; i++) {
        struct record r = had[i ? 1 : 0];

        r.host.state = HOST_DONE;
        assert_true(store_begin(other, &e) && record_save(other, 1, &r, &e));
        assert_true(roster_put(other, &(struct fleet_host){.name = "a", .zone = "UTC", .site = "ulm"}, NOW, &change, &e) && store_commit(other, &e));
        how.now += i ? STANDING_HOSTS_MS : 1000;
        assert_true(standing_read(x->store, &how, &x->stored, &e) && standing_of(&x->stored, &how, &x->doc, &x->status, &e));
        assert_int_equal(fleet_state_count(&x->status, HOST_DONE), i + 1);
        assert_string_equal(before.hosts.v[0].name, i ? "b" : "a");
        assert_string_equal(before.hosts.v[0].site, "berlin");
        before = x->status;
        had = x->stored.records.v.v;
    }
    assert_string_equal(x->status.hosts.v[0].site, "ulm");
    store_close(other);
    doc_free(&d);
}

/* Too slow for the house's deadline; then past it. */
static void test_late(void **state)
{
    static const struct made m[] = {{"a", HOST_DONE, 0, 0, 1, 0}, {"b", HOST_DONE, 0, 0, 1, 0}, {"c", HOST_QUEUED, 0, 1, 0, 0}, {"d", HOST_QUEUED, 0, 1, 0, 0},
                                    {"e", HOST_QUEUED, 0, 1, 0, 0}, {"f", HOST_QUEUED, 0, 2, 0, 0}};
    struct fixture *x = *state;
    struct fleet_status *f;

    begin(x, m, 6, "UTC");
    f = look(x, NOW, NOW + 6 * HOUR);
    assert_int_equal(f->pace->needed_per_day, 16);
    assert_int_equal(f->pace->late, 3);
    f = look(x, NOW, NOW - INSTANT_DAY);
    assert_int_equal(f->pace->overdue_since, NOW - INSTANT_DAY);
    assert_int_equal(f->pace->needed_per_day, -1);
}

/* The canary has ended an hour ago and soaks for two. */
static void test_soak(void **state)
{
    static const struct made m[] = {{"a", HOST_DONE, 0, 0, 1, 0}, {"b", HOST_DONE, 0, 0, 1, 0}, {"c", HOST_QUEUED, 0, 1, 0, 0}};
    struct fixture *x = *state;
    struct fleet_status *f;

    begin(x, m, 3, "UTC");
    f = look(x, NOW, INSTANT_NONE);
    assert_int_equal(f->waves.v[0].phase, WAVE_SOAKS);
    assert_int_equal(f->waves.v[0].soaked, NOW + HOUR);
    assert_int_equal(look(x, NOW + HOUR, INSTANT_NONE)->waves.v[0].phase, WAVE_PROVES);
}

/* 22:00 to 04:00 in the PC's own time: open at 03:00, in another zone not. */
static void test_window(void **state)
{
    static const struct made m[] = {{"a", HOST_DONE, 0, 0, 1, 0}, {"b", HOST_QUEUED, 0, 0, 0, 0}};
    struct fixture *x = *state;

    begin(x, m, 2, "UTC");
    assert_null(look(x, NOW, INSTANT_NONE)->limit);
    begin(x, m, 2, "+05:00");
    assert_non_null(look(x, NOW, INSTANT_NONE)->limit);
    assert_string_equal(look(x, NOW, INSTANT_NONE)->limit, "windows: the next one opens at 2026-11-23T17:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, setup, teardown), cmocka_unit_test_setup_teardown(test_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late, setup, teardown),    cmocka_unit_test_setup_teardown(test_soak, setup, teardown),
        cmocka_unit_test_setup_teardown(test_window, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unprotected, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_again, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
