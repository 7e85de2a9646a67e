/* The roster and the records of rollouts: what is written is there again, whoever is killed; and they come back from the folders. */
#include "core/base/digest.h"
#include "core/model/outcome.h"
#include "core/os/file.h"
#include "core/store/folder.h"
#include "tests/unit/fixture.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

static int set_up(void)
{
    snprintf(dir, sizeof dir, "/tmp/avswap-record.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static struct store *open_at(const char *name)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct store *s = store_open(arena_printf(&a, "%s/%s", dir, name), &e);

    if (!s)
        fail_msg("%s", e.text);
    arena_free(&a);
    return s;
}

#define MUST(x)                                                                                                                  \
    do {                                                                                                                         \
        if (!(x))                                                                                                                \
            fail_msg("%s: %s", #x, e.text);                                                                                      \
    } while (0)

/* --- the roster ------------------------------------------------------------------------------------------------------------ */

static void test_roster(void **state)
{
    const char *groups[] = {"a", "b"};
    struct fleet_host h = {.name = "pc2", .user = "u", .port = 22, .os = FLEET_WINDOWS, .become = true, .zone = "+02:00", .groups = {groups, 2}};
    const struct fleet_host other = {.name = "pc1"};
    struct store *s = open_at("roster.db");
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    enum roster_change change;
    struct roster r;
    const char *twin;
    size_t *first;
    bool removed;

    (void)state;
    MUST(store_begin(s, &e));
    MUST(roster_put(s, &h, 5, &change, &e) && change == ROSTER_ADDED);
    MUST(roster_put(s, &h, 6, &change, &e) && change == ROSTER_SAME);
    h.port = 2222;
    MUST(roster_put(s, &h, 7, &change, &e) && change == ROSTER_CHANGED);
    MUST(roster_put(s, &other, 8, &change, &e) && change == ROSTER_ADDED);
    MUST(roster_learn(s, "pc1", "id-1", "PC-1", 9, &d, &twin, &e) && !twin);
    MUST(roster_learn(s, "pc1", NULL, NULL, 10, &d, &twin, &e) && !twin); /* answered, told nothing */
    MUST(roster_learn(s, "pc2", "id-1", "PC-1", 11, &d, &twin, &e));
    assert_string_equal(twin, "pc1");
    MUST(store_commit(s, &e));
    store_close(s);

    s = open_at("roster.db");
    MUST(roster_load(s, &d, &r, &e));
    assert_int_equal(r.hosts.n, 2);
    assert_string_equal(r.hosts.v[0].host.name, "pc1");
    assert_string_equal(r.hosts.v[0].machine, "id-1");
    assert_string_equal(r.hosts.v[0].hostname, "PC-1");
    assert_true(r.hosts.v[0].seen == 10 && r.hosts.v[0].added == 8);
    assert_true(fleet_host_same(&r.hosts.v[1].host, &h));
    assert_true(r.hosts.v[1].added == 5);
    assert_ptr_equal(roster_find(&r, "pc2"), &r.hosts.v[1]);
    assert_null(roster_find(&r, "pc3"));
    assert_true(roster_is(&r.hosts.v[1], "@b") && roster_is(&r.hosts.v[1], "pc*") && !roster_is(&r.hosts.v[1], "@pc2") && !roster_is(&r.hosts.v[0], "@b"));
    MUST(roster_twins(&r, &d.arena, &first, &e));
    assert_true(first[0] == 0 && first[1] == 0);
    expect_contains(roster_twin_text(&d.arena, "pc1", "pc2", "id-1"), "pc1 and pc2 are the same machine");
    MUST(store_begin(s, &e) && roster_remove(s, "pc1", &removed, &e) && removed);
    MUST(roster_remove(s, "pc1", &removed, &e) && !removed && store_commit(s, &e));
    store_close(s);
    doc_free(&d);
}

/* --- records ---------------------------------------------------------------------------------------------------------------- */

static struct record *members_of(struct arena *a, size_t n)
{
    struct record *m = ARENA_ARRAY(a, n, struct record);

    for (size_t i = 0; i < n; i++)
        m[i] = (struct record){.name = arena_printf(a, "pc%06zu", n - i), .wave = (uint16_t)(i % 3), .urgency = (uint32_t)i,
                               .plan = i % 2 ? arena_printf(a, "p%zu", i) : NULL, .off_since = INSTANT_NONE,
                               .host = {.due = INSTANT_NONE, .since = 1000, .seen = INSTANT_NONE, .expected_ms = 60000}};
    return m;
}

static const struct record_rollout begun = {.document = "{\"at_once\":8}", .operator = "ops", .begun = 1000, .ended = INSTANT_NONE};

static void expect_same(const struct record *x, const struct record *y)
{
    assert_string_equal(x->name, y->name);
    assert_true(text_eq(x->plan, y->plan) && text_eq(x->text, y->text));
    assert_string_equal(x->journal_digest, y->journal_digest);
    assert_true(x->wave == y->wave && x->urgency == y->urgency && x->journal_size == y->journal_size && x->gap_ms == y->gap_ms && x->off_since == y->off_since);
    assert_true(x->host.id == y->host.id && x->host.state == y->host.state && x->host.back == y->host.back && x->host.end == y->host.end);
    assert_true(x->host.tries == y->host.tries && x->host.due == y->host.due && x->host.since == y->host.since);
    assert_true(x->host.cause == y->host.cause && x->host.seen == y->host.seen && x->host.expected_ms == y->host.expected_ms);
}

static void test_records(void **state)
{
    struct store *s = open_at("records.db");
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct record *m = members_of(&d.arena, 5);
    struct record_rollout r;
    struct records back;
    long long id, second;
    bool found;

    (void)state;
    MUST(record_rollout(s, 0, &d, &r, &found, &e) && !found);
    MUST(record_begin(s, &begun, m, 5, &id, &e));
    m[3].host = (struct host){.id = 3, .due = 7, .since = 8, .seen = 9, .expected_ms = 10, .tries = 65535, .state = HOST_UNREACHABLE, .back = HOST_RUNNING, .end = HOST_DONE, .cause = EVENT_LOGIN};
    m[3].journal_size = 1ll << 40;
    digest_of("x", 1, m[3].journal_digest);
    m[3].gap_ms = 12345;
    m[3].off_since = 77;
    m[3].text = "hostile \x1b[31m\xff text'; DROP TABLE members; --";
    MUST(store_batch(s, 0, &e) && record_save(s, id, &m[3], &e) && store_commit(s, &e));
    store_close(s);

    s = open_at("records.db");
    MUST(record_load(s, id, &d, &back, &e));
    assert_int_equal(back.v.n, 5);
    for (size_t i = 0; i < 5; i++)
        expect_same(&back.v.v[i], &m[i]);
    MUST(record_rollout(s, 0, &d, &r, &found, &e) && found);
    assert_true(r.id == id && r.begun == 1000 && r.ended == INSTANT_NONE && !r.stopped);
    assert_string_equal(r.document, begun.document);
    r.ended = 2000;
    r.stopped = true;
    r.paused = "it's paused";
    r.wave = 2;
    r.soaked = 1500;
    MUST(record_rollout_save(s, &r, &e));
    MUST(record_begin(s, &begun, m, 2, &second, &e));
    MUST(record_rollout(s, 0, &d, &r, &found, &e) && r.id == second); /* the one that goes on */
    assert_true(!r.paused && r.wave == 0 && r.soaked == INSTANT_NONE);
    MUST(record_rollout(s, id, &d, &r, &found, &e) && r.stopped && r.ended == 2000 && r.wave == 2 && r.soaked == 1500);
    assert_string_equal(r.paused, "it's paused");
    MUST(record_rollout(s, 99, &d, &r, &found, &e) && !found);
    m[3].host.id = 77;
    assert_false(record_save(s, id, &m[3], &e));
    store_close(s);
    doc_free(&d);
}

/* The same PC twice in a rollout would be moved twice: refused, and nothing of it stays. */
static void test_twice(void **state)
{
    struct store *s = open_at("twice.db");
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT, ignored = ERR_INIT;
    struct record *m = members_of(&d.arena, 3);
    struct record_rollout r;
    long long id;
    bool found;

    (void)state;
    m[2].name = m[0].name;
    assert_false(record_begin(s, &begun, m, 3, &id, &e));
    assert_false(store_changing(s));
    assert_true(record_rollout(s, 0, &d, &r, &found, &ignored) && !found);
    store_close(s);
    doc_free(&d);
}

static bool count_event(void *arg, const struct record_event *ev, struct err *e)
{
    struct buf *told = arg;

    (void)e;
    buf_printf(told, "%s %lld %s %s;", ev->host ? ev->host : "-", (long long)ev->at, ev->event, ev->text ? ev->text : "-");
    return true;
}

static void test_events(void **state)
{
    static const struct record_event events[] = {{NULL, 1, "begun", "by ops"}, {"pc1", 2, "turn", NULL}, {"pc2", 3, "turn", NULL}, {"pc1", 4, "silent", "no answer"}};
    struct store *s = open_at("events.db");
    struct err e = ERR_INIT;
    struct buf told;
    long long id;

    (void)state;
    buf_init(&told, 10000);
    MUST(record_begin(s, &begun, NULL, 0, &id, &e));
    for (size_t i = 0; i < 4; i++)
        MUST(store_batch(s, 0, &e) && record_event(s, id, &events[i], &e));
    MUST(store_commit(s, &e));
    MUST(record_events_each(s, id, "pc1", count_event, &told, &e));
    assert_string_equal(buf_str(&told), "pc1 2 turn -;pc1 4 silent no answer;");
    buf_clear(&told);
    MUST(record_events_each(s, id, NULL, count_event, &told, &e));
    assert_string_equal(buf_str(&told), "- 1 begun by ops;pc1 2 turn -;pc2 3 turn -;pc1 4 silent no answer;");
    buf_free(&told);
    store_close(s);
}

/* 256 changes, or 50 ms. */
static void test_batch(void **state)
{
    struct store *s = open_at("batch.db");
    struct err e = ERR_INIT;

    (void)state;
    assert_false(store_batch_due(s, 1000));
    MUST(store_batch(s, 1000, &e));
    assert_true(store_changing(s) && !store_batch_due(s, 1049) && store_batch_due(s, 1050));
    for (int i = 1; i < 256; i++) {
        assert_false(store_batch_due(s, 1000));
        MUST(store_batch(s, 1001, &e));
    }
    assert_true(store_batch_due(s, 1000));
    MUST(store_commit(s, &e));
    assert_false(store_changing(s));
    MUST(store_batch(s, 2000, &e));
    assert_false(store_batch_due(s, 2001));
    store_abort(s);
    assert_false(store_changing(s));
    store_close(s);
}

/* Killed after a commit and before the next: the first is there, of the second nothing. */
static void test_killed(void **state)
{
    struct arena a = ARENA_INIT;
    struct record *m = members_of(&a, 100);
    struct store *s = open_at("killed.db");
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct records back;
    long long id;
    int status;
    pid_t pid;

    (void)state;
    MUST(record_begin(s, &begun, m, 100, &id, &e));
    store_close(s);
    pid = fork();
    if (pid == 0) {
        bool ok = (s = open_at("killed.db")) != NULL;

        for (int round = 1; ok && round <= 2; round++) {
            for (size_t i = 0; ok && i < 100; i++) {
                m[i].host.tries = (uint16_t)round;
                ok = store_batch(s, 0, &e) && record_save(s, id, &m[i], &e);
            }
            if (round == 1)
                ok = ok && store_commit(s, &e);
        }
        if (ok)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    s = open_at("killed.db");
    MUST(record_load(s, id, &d, &back, &e));
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(back.v.v[i].host.tries, 1);
    store_close(s);
    doc_free(&d);
    arena_free(&a);
}

static void test_many(void **state)
{
    enum { MANY = 100000 };
    struct doc d = DOC_INIT;
    struct record *m = members_of(&d.arena, MANY);
    struct store *s = open_at("many.db");
    struct err e = ERR_INIT;
    struct records back;
    long long id;

    (void)state;
    MUST(record_begin(s, &begun, m, MANY, &id, &e));
    MUST(record_load(s, id, &d, &back, &e));
    assert_int_equal(back.v.n, MANY);
    expect_same(&back.v.v[MANY - 1], &m[MANY - 1]);
    store_close(s);
    doc_free(&d);
}

/* A store of the first release, with a seat in it, is brought forward. */
static void test_migrated(void **state)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct store *s;
    long long taken, id;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(arena_printf(&a, "%s/first.db", dir), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE seats(machine TEXT NOT NULL, hostname TEXT, licence TEXT NOT NULL, product TEXT NOT NULL,"
                                  " plan TEXT NOT NULL, state INTEGER NOT NULL CHECK(state IN (0, 1)), at INTEGER NOT NULL,"
                                  " PRIMARY KEY(machine, licence)) STRICT, WITHOUT ROWID;"
                                  "INSERT INTO seats VALUES('m', NULL, 'l', 'p', 'x', 0, 1);"
                                  "PRAGMA application_id = 1635152759; PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    s = open_at("first.db");
    MUST(store_seats_taken(s, "l", &taken, &e) && taken == 1);
    MUST(record_begin(s, &begun, NULL, 0, &id, &e));
    store_close(s);
    arena_free(&a);
}

/* --- folders ---------------------------------------------------------------------------------------------------------------- */

static void test_folder_names(void **state)
{
    static const struct {
        const char *name, *begins;
    } names[] = {{"pc1.example.org", "/s/fleet/hosts/pc1.example.org."}, {"..", "/s/fleet/hosts/_.."}, {".hidden", "/s/fleet/hosts/_hidden."},
                 {"fe80::1", "/s/fleet/hosts/fe80__1."}, {"п", "/s/fleet/hosts/__."}, {"a/../b", "/s/fleet/hosts/a_.._b."},
                 {"0123456789012345678901234567890123456789012345", "/s/fleet/hosts/0123456789012345678901234567890123456789."}};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *got = fleet_folder(&a, "/s", names[i].name);

        if (!text_starts(got, names[i].begins) || strlen(got) != strlen(names[i].begins) + 12)
            fail_msg("%s", got);
    }
    assert_string_not_equal(fleet_folder(&a, "/s", "a:b"), fleet_folder(&a, "/s", "a/b"));
    assert_null(fleet_folder_run(&a, "/s", "pc1", "../../x", &e));
    assert_null(fleet_folder_run(&a, "/s", "pc1", "", &e));
    e = (struct err)ERR_INIT;
    expect_contains(fleet_folder_run(&a, "/s", "pc1", "0a1b", &e), "/runs/0a1b");
    arena_free(&a);
}

static void put_facts(struct arena *a, const char *name)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    char *folder = fleet_folder(a, dir, name), *text;

    fixture_facts(&d, "", &f);
    text = fixture_text(&d.arena, &facts_schema, &f);
    MUST(os_dir_make(folder, 0700, &e) && os_file_write(arena_printf(a, "%s/facts.json", folder), text, strlen(text), 0600, &e));
    doc_free(&d);
}

static void put_file(struct arena *a, const char *name, const char *run, const char *file, const char *text)
{
    struct err e = ERR_INIT;
    char *folder = fleet_folder_run(a, dir, name, run, &e);

    MUST(folder && os_dir_make(folder, 0700, &e));
    MUST(os_file_write(arena_printf(a, "%s/plan.json", folder), "{}", 2, 0600, &e));
    if (file)
        MUST(os_file_write(arena_printf(a, "%s/%s", folder, file), text, strlen(text), 0600, &e));
}

static void put_outcome(struct arena *a, const char *name, const char *run, int status, const char *why)
{
    struct outcome o;
    struct doc d = DOC_INIT;

    schema_init(&outcome_schema, &o);
    o.plan = run;
    o.exit = status;
    o.result = status ? RESULT_ROLLED_BACK : RESULT_MIGRATED;
    o.why = why;
    o.started = 4000;
    o.ended = 5000;
    o.unprotected_ms = 1234;
    put_file(a, name, run, "outcome.json", fixture_text(&d.arena, &outcome_schema, &o));
    doc_free(&d);
}

static void fill_folders(struct arena *a, struct record *m, size_t n)
{
    struct fleet_host hosts[6] = {{.name = "done"}, {.name = "gone-wrong"}, {.name = "queued"}, {.name = "running"}, {.name = "started"}, {.name = "torn"}};
    struct roster_host listed[6];
    struct roster r = {.hosts = {listed, 6}};
    struct record_rollout stopped = begun;
    struct err e = ERR_INIT;

    for (size_t i = 0; i < 6; i++)
        listed[i] = (struct roster_host){.host = hosts[i], .seen = INSTANT_NONE};
    stopped.stopped = true;
    MUST(fleet_folder_roster(dir, &r, &e));
    put_facts(a, "done");
    MUST(fleet_folder_rollout(dir, &stopped, m, n, &e));
    put_outcome(a, "done", "p0", EXIT_DONE, NULL);
    put_outcome(a, "gone-wrong", "p1", EXIT_ROLLED_BACK, "it would not install");
    put_file(a, "running", "p3", "journal.jsonl", "{\"n\":1}\n");
    put_file(a, "started", "p4", NULL, NULL);
    put_file(a, "torn", "p5", "journal.jsonl", "x");
    put_file(a, "torn", "p5", "outcome.json", "{\"schema\": \"avswap.outc");
}

static void test_rebuild(void **state)
{
    static const char *const names[] = {"done", "gone-wrong", "queued", "running", "started", "torn"};
    static const int states[] = {HOST_DONE, HOST_ROLLED_BACK, HOST_QUEUED, HOST_RUNNING, HOST_STARTING, HOST_RUNNING};
    struct doc d = DOC_INIT;
    struct record *m = members_of(&d.arena, 6);
    struct store *s = open_at("rebuilt.db");
    struct fleet_rebuilt made;
    struct record_rollout r;
    struct err e = ERR_INIT;
    struct records back;
    struct roster roster;
    bool found;

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        m[i].name = names[i];
        m[i].plan = arena_printf(&d.arena, "p%zu", i);
    }
    fill_folders(&d.arena, m, 6);
    MUST(fleet_rebuild(dir, s, 9000, &d, &made, &e));
    assert_true(made.hosts == 6 && made.rollouts == 1 && made.members == 6 && made.runs == 5);
    assert_int_equal(made.notes.n, 6); /* the torn outcome, and plans that are none */
    MUST(record_rollout(s, 0, &d, &r, &found, &e) && found);
    assert_true(r.begun == 1000 && r.stopped && r.ended == INSTANT_NONE && text_eq(r.operator, "ops"));
    assert_string_equal(r.document, "{\"at_once\":8}");
    MUST(record_load(s, r.id, &d, &back, &e));
    for (size_t i = 0; i < 6; i++) {
        if (back.v.v[i].host.state != states[i])
            fail_msg("%s is %s", names[i], host_state_names[back.v.v[i].host.state]);
        assert_string_equal(back.v.v[i].name, names[i]);
        assert_true(back.v.v[i].wave == m[i].wave && back.v.v[i].urgency == m[i].urgency && back.v.v[i].host.expected_ms == 60000);
        assert_true((back.v.v[i].host.due == INSTANT_NONE) == (states[i] != HOST_RUNNING && states[i] != HOST_STARTING));
    }
    assert_true(back.v.v[0].gap_ms == 1234 && back.v.v[0].host.since == 5000);
    assert_string_equal(back.v.v[1].text, "it would not install");
    assert_int_equal(back.v.v[3].journal_size, 8);
    MUST(roster_load(s, &d, &roster, &e));
    assert_non_null(roster_find(&roster, "done")->machine);
    assert_null(roster_find(&roster, "queued")->machine);
    assert_true(roster_find(&roster, "done")->seen == fixture_instant(FIXTURE_NOW) && roster_find(&roster, "queued")->seen == INSTANT_NONE);
    store_close(s);
    doc_free(&d);
}

int main(void)
{
    struct err e = ERR_INIT;
    int failed;

    if (set_up())
        return 1;
    ADD(test_roster);
    ADD(test_records);
    ADD(test_twice);
    ADD(test_events);
    ADD(test_batch);
    ADD(test_killed);
    ADD(test_many);
    ADD(test_migrated);
    ADD(test_folder_names);
    ADD(test_rebuild);
    failed = fixture_run("fleet/record");
    return !os_tree_remove(dir, &e) || failed;
}
