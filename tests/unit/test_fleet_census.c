/*
 * The census against plain planning: whatever facts a PC has, the plan made from its class is the one that plan_make() makes
 * from all of them, byte for byte. The facts are those of the cases, each changed at random many times.
 */
#include "core/assign/census.h"
#include "core/base/limits.h"
#include "core/detect/load.h"
#include "core/detect/match.h"
#include "core/os/file.h"
#include "core/plan/form.h"
#include "core/step/verb.h"
#include "tests/unit/fixture.h"

static uint64_t seed = 11;

static size_t below(size_t n)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return n ? (size_t)((seed >> 33) % n) : 0;
}

struct fleet {
    struct doc doc;
    struct catalog catalog;
    struct policy policy;
    struct census_request request;
    struct census census;
};

static const char policy_text[] =
    "'allow_unverified':true,'vars':{'sophos_installer':'/srv/s.sh','mdatp_onboarding':'/srv/o.json'},'groups':[{'name':'lab',"
    "'hosts':['desk*'],'set':{'forbid':['clamav']}}]";

static void open_fleet(struct fleet *x, const char *policy)
{
    struct err e = ERR_INIT;

    memset(x, 0, sizeof *x);
    if (!catalog_load(NULL, NULL, &x->catalog, &e))
        fail_msg("%s", e.text);
    fixture_read(&x->doc, &policy_schema, policy, &x->policy);
    x->request = (struct census_request){.catalog = &x->catalog,
                                         .policy = &x->policy,
                                         .now = fixture_instant(FIXTURE_NOW),
                                         .verbs = verb_defs(),
                                         .tool = "test"};
    if (!census_open(&x->census, &x->request, &e))
        fail_msg("%s", e.text);
}

static void close_fleet(struct fleet *x)
{
    census_free(&x->census);
    catalog_free(&x->catalog);
    doc_free(&x->doc);
}

/* --- facts, changed at random ---------------------------------------------------------------------------------------- */

static json_t *random_list(json_t *facts)
{
    size_t n = 0, pick;
    const char *key;
    json_t *v;

    json_object_foreach(facts, key, v) n += json_is_array(v);
    pick = below(n);
    json_object_foreach(facts, key, v) if (json_is_array(v) && pick-- == 0) return v;
    return NULL;
}

static void change_value(json_t *row)
{
    size_t pick = below(json_object_size(row));
    const char *key;
    json_t *v;

    json_object_foreach(row, key, v)
    {
        if (pick-- != 0)
            continue;
        if (json_is_integer(v))
            json_integer_set(v, (json_int_t)below(100000));
        else if (json_is_boolean(v))
            json_object_set_new(row, key, json_boolean(below(2)));
        else if (json_is_string(v) && strcmp(key, "mtime") == 0)
            json_string_set(v, below(2) ? "2026-02-27T10:00:00Z" : "2024-01-31T23:59:59Z");
        else if (json_is_string(v) && strcmp(key, "state") != 0)
            json_string_set(v, below(2) ? "other" : "9.1");
        return;
    }
}

static void change(json_t *facts)
{
    static const char *const extra = "{\"manager\":\"dpkg\",\"name\":\"zlib1g\",\"version\":\"1.2\",\"state\":\"installed\"}";
    json_t *list = random_list(facts);

    switch (below(6)) {
    case 0:
        json_array_remove(list, below(json_array_size(list)));
        break;
    case 1:
        if (json_is_object(json_array_get(list, 0)))
            change_value(json_array_get(list, below(json_array_size(list))));
        break;
    case 2:
        json_object_set_new(facts, "memory_mib", json_integer(500 + (json_int_t)below(6) * 700));
        break;
    case 3:
        json_object_set_new(facts, "reboot_pending", json_boolean(below(2)));
        break;
    case 4:
        if (json_object_get(facts, "packages"))
            json_array_append_new(json_object_get(facts, "packages"), json_loads(extra, 0, NULL));
        break;
    case 5: {
        json_t *row = json_array_get(list, below(json_array_size(list)));

        if (row)
            json_array_append_new(list, json_deep_copy(row));
        break;
    }
    }
}

static char *changed(struct arena *a, const char *text, unsigned number)
{
    json_t *j = json_loads(text, 0, NULL);
    struct err e = ERR_INIT;
    struct buf b;
    char *ret;

    for (size_t n = below(6); n > 0; n--)
        change(j);
    json_object_set_new(json_object_get(j, "machine"), "id", json_string(arena_printf(a, "machine-%06u", number)));
    if (below(2))
        json_object_set_new(json_object_get(j, "machine"), "boot_id", json_string(arena_printf(a, "boot-%u", number)));
    buf_init(&b, LIMIT_DOCUMENT);
    assert_true(json_text(j, below(2), &b, &e));
    ret = arena_strdup(a, buf_str(&b));
    json_decref(j);
    buf_free(&b);
    return ret;
}

/* --- the comparison ---------------------------------------------------------------------------------------------------- */

/* As `avswap plan` does it: from all facts. */
static bool plan_plainly(const struct fleet *x, const char *text, size_t group, struct doc *d, struct plan *ret,
                         struct err *e)
{
    const struct census_group *g = &x->census.groups.v[group];
    struct facts f;
    struct findings found;
    struct plan_request r = {.facts = &f,
                             .findings = &found,
                             .catalog = &x->catalog,
                             .policy = &g->policy,
                             .now = x->request.now,
                             .verbs = verb_defs(),
                             .tool = "test"};

    return doc_read(d, &facts_schema, "facts", text, strlen(text), &f, e) &&
           match_facts(&f, &x->catalog, &g->owner, x->request.now, d, &found, e) && plan_make(&r, d, ret, e);
}

static void compact(const struct plan *p, struct buf *b)
{
    json_t *j = schema_write(&plan_schema, p);
    struct err e = ERR_INIT;

    buf_init(b, LIMIT_DOCUMENT);
    assert_true(json_text(j, false, b, &e));
    buf_addc(b, '\n');
    json_decref(j);
}

static void expect_same(const char *id, const char *got, const char *want)
{
    size_t n = (size_t)(strstr(want, "\"strategy\"") - want); /* the id before it is the digest of the rest */

    if (strcmp(got, want) == 0)
        return;
    while (got[n] && got[n] == want[n])
        n++;
    fail_msg("%s: its class gives ...%.300s, it alone ...%.300s", id, got + (n > 100 ? n - 100 : 0),
                 want + (n > 100 ? n - 100 : 0));
}

static void compare(const struct fleet *x, const struct census_pc *pc, const char *text)
{
    const struct census_class *k = &x->census.classes.v[pc->class];
    struct machine m = census_machine(&x->census, pc);
    struct doc d = DOC_INIT, own = DOC_INIT;
    struct err plain = ERR_INIT, e = ERR_INIT;
    struct plan plan, of_class;
    struct findings f;
    struct plan_form form;
    struct buf want, got;

    if (!plan_plainly(x, text, k->group, &d, &plan, &plain)) {
        bool ranked = census_plan(&x->census, k, NULL, NULL, false, &own, &of_class, &f, &e);

        if (ranked || plain.code != e.code || strcmp(plain.text, e.text) != 0)
            fail_msg("%s: refused with '%s', its class with '%s'", m.id, plain.text, ranked ? "nothing" : e.text);
    } else {
        if (!census_plan(&x->census, k, NULL, NULL, false, &own, &of_class, &f, &e) || !plan_form_make(&of_class, &form, &e))
            fail_msg("%s: planned, its class is not: %s", m.id, e.text);
        compact(&plan, &want);
        buf_init(&got, LIMIT_DOCUMENT);
        assert_true(plan_form_fill(&form, &m, &got, &e));
        expect_same(m.id, buf_str(&got), buf_str(&want));
        plan_form_free(&form);
        buf_free(&want);
        buf_free(&got);
    }
    doc_free(&d);
    doc_free(&own);
}

static void test_same_plans(void **state)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct fleet x;
    struct strs paths;
    const char *texts[2000];
    size_t n = 0;

    (void)state;
    open_fleet(&x, policy_text);
    if (!os_dir_list("tests/cases/facts", &a, &paths, &e))
        fail_msg("%s", e.text);
    assert_true(paths.n > 20);
    for (size_t i = 0; i < paths.n; i++) {
        size_t len;
        char *text = fixture_file(&a, arena_printf(&a, "tests/cases/facts/%s", paths.v[i]), &len);

        for (unsigned k = 0; k < 7; k++) {
            texts[n] = changed(&a, text, (unsigned)n);
            assert_true(census_add(&x.census, texts[n], strlen(texts[n]), paths.v[i], &e));
            n++;
        }
    }
    assert_int_equal(x.census.bad_n, 0);
    assert_int_equal(x.census.pcs.n, n);
    assert_true(x.census.classes.n < n * 3 / 4); /* else nothing would be shown */
    for (size_t i = 0; i < n; i++)
        compare(&x, &x.census.pcs.v[i], texts[i]);
    close_fleet(&x);
    arena_free(&a);
}

/* What is not a facts document is told with its place, and the others go on. */
static void test_bad_documents(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        {"", "facts"},
        {"{}", "not a document of ours"},
        {"[1,2]", "expected an object|not a document"},
        {"{\"schema\":\"avswap.plan/1\"}", "expected 'avswap.facts/1'"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\"}", "which machine and system"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"x\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":\"linux\"}}",
         "collected_at"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":"
         "\"linux\"},\"packages\":[{\"manager\":\"dpkg\",\"name\":\"a\",\"state\":\"installed\",\"colour\":1}]}",
         "packages[0]|colour"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":"
         "\"linux\"},\"packages\":[{\"manager\":\"dpkg\",\"name\":\"a\",\"state\":\"installed\"]}",
         "expected"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":"
         "\"linux\"},\"cpus\":1,\"cpus\":2}",
         "duplicate"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":"
         "\"linux\"},\"cpus\":\"2\"}",
         "cpus"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":"
         "\"linux\"},\"users\":[1]}",
         "users"},
        {"{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-01T12:00:00Z\",\"machine\":{\"id\":\"1\"},\"os\":{\"family\":"
         "\"linux\"}} trailing",
         "end of file"},
    };
    struct err e = ERR_INIT;
    struct fleet x;

    (void)state;
    open_fleet(&x, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(census_add(&x.census, rows[i].text, strlen(rows[i].text), "fleet.jsonl:7", &e));
        assert_int_equal(x.census.bad_n, i + 1);
        if (i > 0 && !strchr(rows[i].says, '|'))
            expect_contains(x.census.bad.v[i].text, rows[i].says);
        expect_contains(x.census.bad.v[i].text, "fleet.jsonl:7");
    }
    assert_int_equal(x.census.pcs.n, 0);
    close_fleet(&x);
}

/* The later of two documents of one machine counts. */
static void test_doubles(void **state)
{
    static const char form[] = "{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-03-0%uT12:00:00Z\",\"machine\":{\"id\":\"%s\","
                               "\"hostname\":\"h%u\"},\"os\":{\"family\":\"linux\"}}";
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct fleet x;

    (void)state;
    open_fleet(&x, "");
    for (unsigned i = 0; i < 9; i++) {
        const char *text = arena_printf(&a, form, 1 + i * 4 % 9, i % 3 ? "same" : arena_printf(&a, "m%u", i), 1 + i * 4 % 9);

        assert_true(census_add(&x.census, text, strlen(text), "x", &e));
    }
    assert_true(census_end(&x.census, &e));
    assert_int_equal(x.census.pcs.n, 4);
    assert_int_equal(x.census.doubles_n, 5);
    for (size_t i = 0; i < x.census.pcs.n; i++)
        if (strcmp(census_machine(&x.census, &x.census.pcs.v[i]).id, "same") == 0)
            assert_string_equal(census_machine(&x.census, &x.census.pcs.v[i]).hostname, "h9");
    close_fleet(&x);
    arena_free(&a);
}

int main(void)
{
    ADD(test_same_plans);
    ADD(test_bad_documents);
    ADD(test_doubles);
    return fixture_run("fleet/census");
}
