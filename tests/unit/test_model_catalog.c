/* Putting the catalogue together: what is refused, and that the order of files is of no account. */
#include "core/os/path.h"
#include "tests/unit/fixture.h"
#include "core/base/limits.h"
#include "core/detect/load.h"

static const struct bad_row {
    const char *name;
    struct edit edit;
    enum err_code code;
    const char *error;
} bad_rows[] = {
    {"no JSON", {"vendors/alpha/av.json", NULL, "{"}, ERR_INPUT, "vendors/alpha/av.json:1:"},
    {"no schema", {"vendors/alpha/av.json", NULL, "{}"}, ERR_INPUT, "vendors/alpha/av.json: its 'schema' is none of"},
    {"a document of another kind",
     {"vendors/alpha/av.json", NULL, "{'schema':'avswap.plan/1'}"},
     ERR_INPUT,
     "its 'schema' is none of"},
    {"a list", {"vendors/alpha/av.json", NULL, "[]"}, ERR_INPUT, "its 'schema' is none of"},
    {"unknown key",
     {"vendors/alpha/av.json", "'notes'", "'nots'"},
     ERR_INPUT,
     "vendors/alpha/av.json: unknown key 'nots' (did you mean 'notes'?)"},
    {"bad value deep inside",
     {"vendors/alpha/av.json", "'probe': 'fanotify'", "'probe': 'fanotfy'"},
     ERR_INPUT,
     "vendors/alpha/av.json: health.realtime.probe: 'fanotfy'"},
    {"product of no vendor",
     {"vendors/alpha/av.json", "'vendor': 'alpha'", "'vendor': 'alfa'"},
     ERR_INPUT,
     "product alpha.av: there is no vendor 'alfa'"},
    {"vendor left out",
     {"vendors/alpha/vendor.json", NULL, NULL},
     ERR_INPUT,
     "product alpha.av: there is no vendor 'alpha'"},
    {"timeline of no vendor",
     {"vendors/old/timeline.json", "'vendor': 'old'", "'vendor': 'olde'"},
     ERR_INPUT,
     "timeline: there is no vendor 'olde'"},
    {"product twice",
     {"vendors/beta/av.json", "'beta.av'", "'alpha.av'"},
     ERR_INPUT,
     "product alpha.av is defined twice"},
    {"vendor twice",
     {"vendors/beta/vendor.json", "'id': 'beta'", "'id': 'alpha'"},
     ERR_INPUT,
     "vendor alpha is defined twice"},
    {"playbook twice",
     {"playbooks/replace.json", "'id': 'replace'", "'id': 'overlap'"},
     ERR_INPUT,
     "playbook overlap is defined twice"},
    {"timeline twice",
     {"playbooks/replace.json", NULL, "{'schema':'avswap.timeline/1','vendor':'old','personas':[],'measures':[]}"},
     ERR_INPUT,
     "vendor old has two timelines"},
    {"measure without an instant",
     {"vendors/old/timeline.json", "'2018-10-01'", "'soon'"},
     ERR_INPUT,
     "vendors/old/timeline.json: measures[1]: effective_text 'soon' is not an instant"},
    {"id that is a path",
     {"vendors/alpha/av.json", "'alpha.av'", "'../alpha'"},
     ERR_INPUT,
     "vendors/alpha/av.json: id: an id has only"},
};

static void test_bad(void **state)
{
    const struct bad_row *r = *state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct catalog_file *files;
    struct catalog c;
    size_t n = fixture_catalog_files(&a, EDITS(r->edit), &files);

    assert_false(catalog_make(files, n, &c, &e));
    expect_err(&e, r->code, r->error);
    catalog_free(&c);
    arena_free(&a);
}

static void test_too_large(void **state)
{
    struct err e = ERR_INIT;
    struct catalog c;
    struct catalog_file f = {.path = "vendors/x/y.json", .len = LIMIT_MANIFEST + 1};

    (void)state;
    f.text = calloc(1, f.len);
    assert_non_null(f.text);
    assert_false(catalog_make(&f, 1, &c, &e));
    expect_err(&e, ERR_LIMIT, "vendors/x/y.json: 1048577 bytes");
    catalog_free(&c);
    free((void *)(uintptr_t)f.text);
}

static void test_lookup(void **state)
{
    struct arena a = ARENA_INIT;
    struct catalog c;

    (void)state;
    fixture_catalog(&a, NULL, &c);
    assert_int_equal(c.products.n, 8);
    for (size_t i = 1; i < c.products.n; i++)
        assert_true(strcmp(c.products.v[i - 1].id, c.products.v[i].id) < 0);
    assert_string_equal(catalog_product(&c, "old.av")->name, "Old Antivirus");
    assert_string_equal(catalog_vendor(&c, "old")->country, "RU");
    assert_string_equal(catalog_timeline(&c, "old")->vendor, "old");
    assert_string_equal(catalog_playbook(&c, "cleanup")->title, "Clean up");
    assert_null(catalog_product(&c, "x"));
    assert_null(catalog_product(&c, NULL));
    assert_null(catalog_vendor(&c, "x"));
    assert_null(catalog_timeline(&c, "alpha"));
    assert_null(catalog_playbook(&c, "x"));
    catalog_free(&c);
    catalog_free(&c);
    arena_free(&a);
}

static void test_empty(void **state)
{
    struct err e = ERR_INIT;
    struct catalog c;

    (void)state;
    assert_true(catalog_make(NULL, 0, &c, &e));
    assert_int_equal(c.products.n, 0);
    catalog_free(&c);
}

/* The digest: the same for any order of files; another for any byte, name or missing file. */
static void test_digest(void **state)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct catalog_file *files, first;
    struct catalog c, other;
    size_t n = fixture_catalog_files(&a, NULL, &files);

    (void)state;
    assert_true(catalog_make(files, n, &c, &e));
    for (size_t i = 0; i < n; i++) {
        first = files[0];
        memmove(files, files + 1, (n - 1) * sizeof *files);
        files[n - 1] = first;
        assert_true(catalog_make(files, n, &other, &e));
        assert_string_equal(other.digest, c.digest);
        assert_string_equal(other.products.v[0].id, c.products.v[0].id);
        catalog_free(&other);
    }
    fixture_catalog(&a, EDITS({"vendors/alpha/av.json", "'Alpha Antivirus'", "'Alpha  Antivirus'"}), &other);
    assert_string_not_equal(other.digest, c.digest);
    catalog_free(&other);
    fixture_catalog(&a, EDITS({"playbooks/cleanup.json", NULL, NULL}), &other);
    assert_string_not_equal(other.digest, c.digest);
    catalog_free(&other);
    files[0].path = "vendors/renamed.json";
    assert_true(catalog_make(files, n, &other, &e));
    assert_string_not_equal(other.digest, c.digest);
    catalog_free(&other);
    catalog_free(&c);
    arena_free(&a);
}

/* A layer above: takes the place of what has its id, adds the rest, says so, and counts in the digest. */
static void test_overlay(void **state)
{
    static const char vendor[] = "{\"schema\":\"avswap.vendor/1\",\"id\":\"ours\",\"name\":\"Ours\",\"source\":\"s\"}";
    static const char old[] = "{\"schema\":\"avswap.vendor/1\",\"id\":\"old\",\"name\":\"Changed\",\"source\":\"s\"}";
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct catalog_file *files, layered[64];
    struct catalog c, plain;
    size_t n = fixture_catalog_files(&a, NULL, &files);

    (void)state;
    fixture_catalog(&a, NULL, &plain);
    assert_true(n + 3 <= 64);
    memcpy(layered, files, n * sizeof *files);
    layered[n] = (struct catalog_file){.path = "vendors/ours/vendor.json", .text = vendor, .len = sizeof vendor - 1, .layer = 1};
    layered[n + 1] = (struct catalog_file){.path = "vendors/old/vendor.json", .text = old, .len = sizeof old - 1, .layer = 1};
    if (!catalog_make(layered, n + 2, &c, &e))
        fail_msg("%s", e.text);
    assert_int_equal(c.vendors.n, plain.vendors.n + 1);
    assert_string_equal(catalog_vendor(&c, "old")->name, "Changed");
    assert_string_equal(catalog_vendor(&c, "ours")->name, "Ours");
    assert_int_equal(c.overlay.n, 2);
    assert_string_equal(c.overlay_texts.v[0], "vendor old: in place of the catalogue's, from vendors/old/vendor.json of overlay 1");
    assert_string_equal(c.overlay_texts.v[1], "vendor ours: added, from vendors/ours/vendor.json of overlay 1");
    assert_string_not_equal(c.digest, plain.digest);
    catalog_free(&c);

    layered[n + 2] = layered[n];
    layered[n + 2].path = "vendors/ours/again.json";
    assert_false(catalog_make(layered, n + 3, &c, &e));
    expect_err(&e, ERR_INPUT, "overlay 1: vendor ours is defined twice");
    catalog_free(&c);
    layered[n + 2].layer = 2;
    err_clear(&e);
    assert_true(catalog_make(layered, n + 3, &c, &e));
    assert_int_equal(c.vendors.n, plain.vendors.n + 1);
    assert_true(c.overlay.v[2].overrides);
    catalog_free(&c);
    layered[n + 1].text = "{";
    layered[n + 1].len = 1;
    assert_false(catalog_make(layered, n + 2, &c, &e));
    expect_err(&e, ERR_INPUT, "overlay 1: vendors/old/vendor.json");
    catalog_free(&c);
    catalog_free(&plain);
    arena_free(&a);
}

static bool asks_path(const struct questions *q, const char *path)
{
    for (size_t i = 0; i < q->paths.n; i++)
        if (strcmp(q->paths.v[i], path) == 0)
            return true;
    return false;
}

static bool asks_command(const struct questions *q, const char *last)
{
    for (size_t i = 0; i < q->commands.n; i++)
        if (strcmp(q->commands.v[i].argv.v[q->commands.v[i].argv.n - 1], last) == 0)
            return true;
    return false;
}

/* Whatever a condition of the catalogue looks at is among the questions, wherever it stands. */
static void test_questions(void **state)
{
    static const char *const paths[] = {"/opt/old/av/engine",  "/var/opt/old/av",   "/etc/cron.d/oldav",
                                        "/etc/old/agent.conf", "/var/lib/alpha/db", "/etc/playbook/when",
                                        "/etc/need/it"};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct catalog c;
    struct questions q;

    (void)state;
    fixture_catalog(
        &a,
        EDITS({"vendors/alpha/av.json", "{'probe': 'fact', 'name': 'memory_mib', 'op': 'ge', 'value': '1000'}",
               "{'probe':'file','path':'/etc/need/it'}"},
              {"playbooks/builtin.json", "{'use': 'source.backup'}",
               "{'verb':'verify.gone','title':'t','args':{},'when':{'probe':'file','path':'/etc/playbook/when'}}"}),
        &c);
    memset(&q, 0, sizeof q);
    assert_true(catalog_questions(&c, "linux", &a, &q, &e));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (!asks_path(&q, paths[i]))
            fail_msg("%s is not asked for", paths[i]);
    assert_true(asks_command(&q, "removable"));
    assert_true(asks_command(&q, "info"));
    assert_true(asks_command(&q, "state"));
    memset(&q, 0, sizeof q);
    assert_true(catalog_questions(&c, "windows", &a, &q, &e));
    assert_false(asks_path(&q, "/opt/old/av/engine"));
    catalog_free(&c);
    arena_free(&a);
}

static void test_questions_memory(void **state)
{
    struct arena a = ARENA_INIT;
    struct catalog c;

    (void)state;
    fixture_catalog(&a, NULL, &c);
    for (size_t max = 16; max < 4096; max += 16) {
        struct arena small = {NULL, 0, max};
        struct err e = ERR_INIT;
        struct questions q;

        memset(&q, 0, sizeof q);
        if (!catalog_questions(&c, "linux", &small, &q, &e))
            assert_int_equal(e.code, ERR_NOMEM);
        arena_free(&small);
    }
    catalog_free(&c);
    arena_free(&a);
}

static void test_memory(void **state)
{
    struct arena a = ARENA_INIT;
    struct catalog_file *files;
    size_t n = fixture_catalog_files(&a, NULL, &files);

    (void)state;
    /* Every allocation up to the thousandth, then samples. */
    for (unsigned long k = 1, last = 0; !last; k += k < 1000 ? 1 : 97) {
        unsigned long before = mem_failures();
        struct err e = ERR_INIT;
        struct catalog c;
        bool ok;

        mem_fail_at(k, false);
        ok = catalog_make(files, n, &c, &e);
        last = mem_failures() == before;
        mem_fail_at(0, false);
        if (!ok && e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", k, e.text);
        catalog_free(&c);
    }
    arena_free(&a);
}

/* The real catalogue loads from its folders, and is the one inside the program. */
static void test_real(void **state)
{
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    const char *here = os_path_given(".", &a, &e), *nowhere = os_path_given("/nonexistent", &a, &e);
    struct catalog inside, outside;

    (void)state;
    if (!here || !nowhere || !catalog_load(NULL, NULL, &inside, &e) || !catalog_load(here, NULL, &outside, &e))
        fail_msg("%s", e.text);
    assert_string_equal(inside.digest, outside.digest);
    assert_non_null(catalog_timeline(&inside, "kaspersky"));
    assert_true(inside.playbooks.n >= 4 && inside.products.n >= 10);
    catalog_free(&inside);
    catalog_free(&outside);
    assert_false(catalog_load(nowhere, NULL, &outside, &e));
    expect_err(&e, ERR_NOT_FOUND, "catalogue |/nonexistent: loading the catalogue");
    catalog_free(&outside);
    arena_free(&a);
}

int main(void)
{
    ADD_ROWS(bad_rows, test_bad);
    ADD(test_too_large);
    ADD(test_lookup);
    ADD(test_empty);
    ADD(test_digest);
    ADD(test_overlay);
    ADD(test_questions);
    ADD(test_questions_memory);
    ADD(test_memory);
    ADD(test_real);
    return fixture_run("model/catalog");
}
