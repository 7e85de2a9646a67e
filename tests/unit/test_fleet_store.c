/* The store: two who plan at once never reserve more than there is; what is no store of ours is refused and kept. */
#include "core/os/file.h"
#include "core/store/store.h"
#include "tests/unit/fixture.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

static const char *path_of(struct arena *a, const char *name)
{
    return arena_printf(a, "%s/%s", dir, name);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/avswap-store.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    return os_tree_remove(dir, &e) ? 0 : -1;
}

/* As a planner does it: look how many are left, and reserve one. -1: an error. */
static int reserve_one(struct store *s, const char *machine, long long seats, struct err *e)
{
    const struct seat seat = {.machine = machine, .licence = "l", .product = "p", .plan = machine, .at = 1};
    long long taken;

    if (!store_begin(s, e) || !store_seat_drop(s, machine, e) || !store_seats_taken(s, "l", &taken, e))
        return -1;
    if (taken >= seats) {
        store_abort(s);
        return 0;
    }
    usleep(500);
    return store_seat_reserve(s, &seat, e) && store_commit(s, e) ? 1 : -1;
}

/* A planner of its own: 0 to 40 seats of the 60 there are; its exit status is how many it got. */
static int planner(const char *path, int number)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct store *s = store_open(path, &e);
    int got = 0;

    for (int i = 0; s && i < 40; i++) {
        int n = reserve_one(s, arena_printf(&a, "m%d-%d", number, i), 60, &e);

        if (n < 0) {
            fprintf(stderr, "%s\n", e.text);
            return 255;
        }
        got += n;
    }
    if (!s)
        fprintf(stderr, "%s\n", e.text);
    store_close(s);
    arena_free(&a);
    return s ? got : 255;
}

static void test_many_planners(void **state)
{
    struct arena a = ARENA_INIT;
    const char *path = path_of(&a, "race.db");
    struct err e = ERR_INIT;
    struct store *s;
    long long taken;
    int all = 0;

    (void)state;
    for (int i = 0; i < 4; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            _exit(planner(path, i));
    }
    for (int i = 0; i < 4; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 255);
        all += WEXITSTATUS(status);
    }
    assert_int_equal(all, 60);
    s = store_open(path, &e);
    assert_non_null(s);
    assert_true(store_seats_taken(s, "l", &taken, &e));
    assert_int_equal(taken, 60);
    store_close(s);
    arena_free(&a);
}

/* A planner that is killed in the middle of a change has changed nothing. */
static void test_killed(void **state)
{
    struct arena a = ARENA_INIT;
    const char *path = path_of(&a, "killed.db");
    const struct seat seat = {.machine = "m", .licence = "l", .product = "p", .plan = "x", .at = 1};
    struct err e = ERR_INIT;
    struct store *s = store_open(path, &e);
    long long taken;
    int status;
    pid_t pid;

    (void)state;
    assert_non_null(s);
    store_close(s);
    pid = fork();
    if (pid == 0) {
        s = store_open(path, &e);
        if (s && store_begin(s, &e) && store_seat_reserve(s, &seat, &e))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    s = store_open(path, &e);
    assert_non_null(s);
    assert_true(store_seats_taken(s, "l", &taken, &e));
    assert_int_equal(taken, 0);
    store_close(s);
    arena_free(&a);
}

static void test_fates(void **state)
{
    static const struct {
        int result;
        enum seat_fate fate;
        long long left;
    } rows[] = {{RESULT_RUNNING, SEAT_KEPT, 1},       {RESULT_IN_DOUBT, SEAT_KEPT, 1},
                {RESULT_REBOOT_NEEDED, SEAT_KEPT, 1}, {RESULT_UNPROTECTED, SEAT_KEPT, 1},
                {RESULT_MIGRATED, SEAT_NOW_CONSUMED, 1}, {RESULT_ROLLED_BACK, SEAT_NOW_RELEASED, 0},
                {RESULT_REFUSED, SEAT_NOW_RELEASED, 0},  {RESULT_OTHER_PROTECTION, SEAT_NOW_RELEASED, 0},
                {RESULT_NOTHING_TO_DO, SEAT_NOW_RELEASED, 0}};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct store *s = store_open(path_of(&a, "fates.db"), &e);

    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *id = arena_printf(&a, "m%zu", i);
        const struct seat seat = {.machine = id, .licence = id, .product = "p", .plan = "x", .at = 1};
        enum seat_fate fate;
        long long taken;

        assert_true(store_seat_reserve(s, &seat, &e));
        assert_true(store_seat_end(s, "another plan", id, rows[i].result, &fate, &e));
        assert_int_equal(fate, rows[i].fate == SEAT_KEPT ? SEAT_KEPT : SEAT_UNKNOWN);
        assert_true(store_seat_end(s, "x", id, rows[i].result, &fate, &e));
        assert_int_equal(fate, rows[i].fate);
        assert_true(store_seats_taken(s, id, &taken, &e));
        assert_int_equal(taken, rows[i].left);
    }
    store_close(s);
    arena_free(&a);
}

static void make_file(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void expect_refused(const char *path, const char *says)
{
    char before[65], after[65];
    struct err e = ERR_INIT, ignored = ERR_INIT;

    assert_true(os_file_digest(path, before, &ignored));
    assert_null(store_open(path, &e));
    expect_contains(e.text, says);
    assert_true(os_file_digest(path, after, &ignored));
    assert_string_equal(before, after);
}

static void test_refused(void **state)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    const char *path = path_of(&a, "text.db");
    struct store *s;

    (void)state;
    assert_true(os_file_write(path, "some text that is no database, long enough for one\n", 51, 0600, &e));
    expect_refused(path, "not a database");
    path = path_of(&a, "foreign.db");
    make_file(path, "CREATE TABLE theirs(a)");
    expect_refused(path, "another program");
    path = path_of(&a, "newer.db");
    make_file(path, "PRAGMA application_id = 1635152759; PRAGMA user_version = 99");
    expect_refused(path, "newer");
    path = path_of(&a, "private.db");
    s = store_open(path, &e);
    assert_non_null(s);
    store_close(s);
    {
        struct os_stat st;

        assert_true(os_file_stat(path, &st, &e));
        assert_int_equal(st.mode & 077, 0);
    }
    arena_free(&a);
}

int main(void)
{
    int failed;

    if (set_up(NULL))
        return 1;
    ADD(test_many_planners);
    ADD(test_killed);
    ADD(test_fates);
    ADD(test_refused);
    failed = fixture_run("fleet/store");
    return tear_down(NULL) || failed;
}
