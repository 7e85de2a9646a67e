/* Laboratory results: which may be compared, for how long they count, what decides. All numbers are stand-ins. */
#include "tests/unit/fixture.h"

#include "core/model/evidence.h"

static struct lab_result results[] = {
    {.product = "one.a.windows", .tested = "One", .protection_percent = "99.5", .false_alarms = "3"},
    {.product = "two.b.windows", .tested = "Two", .protection_percent = "99.50", .false_alarms = "12"},
    {.product = "three.c.windows", .tested = "Three", .award = "Approved"},
};
static struct lab_result later[] = {
    {.product = "one.a.windows", .tested = "One", .protection_percent = "98"},
    {.product = "three.c.windows", .tested = "Three", .protection_percent = "97.125"},
};

static instant day(const char *s)
{
    instant t;

    assert_true(instant_parse(s, &t));
    return t;
}

static struct evidence test_of(const char *id, int segment, const char *from, const char *to, struct lab_result *v, size_t n)
{
    struct evidence t = {.id = id, .lab = "Stand-in Lab", .series = "Stand-in", .segment = segment, .os = "windows",
                         .system = "Windows 11", .url = "https://lab.example/1"};

    t.period_from = day(from);
    t.period_to = day(to);
    t.published = t.period_to + 10 * INSTANT_DAY;
    t.retrieved = t.published + INSTANT_DAY;
    t.results.v = v;
    t.results.n = n;
    return t;
}

static void test_age(void **state)
{
    static const struct {
        const char *now;
        bool counts;
    } rows[] = {
        {"2025-01-09", false}, /* a day before it was published */
        {"2025-01-10", true},
        {"2026-06-30", true},
        {"2026-07-01", false}, /* 18 months and a day after its end */
        {"2026-11-23", false},
    };
    struct evidence t = test_of("t", SEGMENT_BUSINESS, "2024-11-01", "2024-12-31", results, 3);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (evidence_counts(&t, day(rows[i].now), EVIDENCE_MONTHS) != rows[i].counts)
            fail_msg("at %s it %s", rows[i].now, rows[i].counts ? "counts" : "does not count");
}

static void test_comparable(void **state)
{
    struct evidence a = test_of("a", SEGMENT_BUSINESS, "2026-03-01", "2026-06-30", results, 3), b = a;
    const struct evidence *where;

    (void)state;
    b.id = "b";
    b.results.v = later;
    b.results.n = 2;
    assert_true(evidence_comparable(&a, &b));
    b.segment = SEGMENT_CONSUMER;
    assert_false(evidence_comparable(&a, &b));
    b = a;
    b.series = "Another";
    assert_false(evidence_comparable(&a, &b));
    b = a;
    b.period_to += INSTANT_DAY;
    assert_false(evidence_comparable(&a, &b));
    b = a;
    b.lab = "Another Lab";
    assert_false(evidence_comparable(&a, &b));
    b = a;
    b.system = "Windows 10";
    assert_false(evidence_comparable(&a, &b));
    assert_ptr_equal(evidence_result(&a, 1, &a, "two.b.windows", &where), &results[1]);
    assert_ptr_equal(where, &a);
    assert_null(evidence_result(&a, 1, &b, "two.b.windows", &where));
}

/* One test of many documents, each with one product, as some laboratories publish. */
static void test_common(void **state)
{
    static const char *const products[] = {"one.a.windows", "two.b.windows", "three.c.windows"};
    struct evidence tests[] = {
        test_of("old", SEGMENT_BUSINESS, "2024-03-01", "2024-06-30", results, 3),
        test_of("consumer", SEGMENT_CONSUMER, "2026-07-01", "2026-09-30", later, 2),
        test_of("one-only", SEGMENT_BUSINESS, "2026-08-01", "2026-10-31", later, 1),
        test_of("page-1", SEGMENT_BUSINESS, "2026-03-01", "2026-06-30", results, 1),
        test_of("page-2", SEGMENT_BUSINESS, "2026-03-01", "2026-06-30", results + 1, 1),
    };
    const struct evidence *t, *where;
    instant now = day("2026-11-23");

    (void)state;
    t = evidence_common(tests, 5, products, 3, SEGMENT_BUSINESS, now, EVIDENCE_MONTHS);
    assert_ptr_equal(t, &tests[3]);
    assert_ptr_equal(evidence_result(tests, 5, t, "two.b.windows", &where), &results[1]);
    assert_ptr_equal(where, &tests[4]);
    assert_null(evidence_result(tests, 5, t, "three.c.windows", &where));
    assert_ptr_equal(evidence_common(tests, 5, products, 3, SEGMENT_UNSET, now, EVIDENCE_MONTHS), &tests[1]);
    assert_null(evidence_common(tests, 5, products, 1, SEGMENT_BUSINESS, now, EVIDENCE_MONTHS));
    assert_null(evidence_common(tests, 5, products, 3, SEGMENT_BUSINESS, day("2028-11-23"), EVIDENCE_MONTHS));
    assert_null(evidence_common(NULL, 0, products, 3, SEGMENT_BUSINESS, now, EVIDENCE_MONTHS));
}

static void test_order(void **state)
{
    const struct evidence_metric *by;

    (void)state;
    assert_int_equal(evidence_order(&results[0], &results[1], &by), -1);
    assert_string_equal(by->text, "false alarms"); /* 99.5 is 99.50 */
    assert_int_equal(evidence_order(&results[1], &results[0], &by), 1);
    assert_int_equal(evidence_order(&later[0], &later[1], &by), -1);
    assert_string_equal(by->text, "protection");
    assert_int_equal(evidence_order(&results[0], &results[2], &by), 0); /* an award is no number */
    assert_null(by);
    assert_int_equal(evidence_order(&results[0], NULL, &by), 0);
}

static void test_text(void **state)
{
    struct arena a = ARENA_INIT;
    struct evidence t = test_of("t", SEGMENT_BUSINESS, "2026-03-01", "2026-06-30", results, 3);

    (void)state;
    t.cases = 400;
    assert_string_equal(evidence_text(&a, &t, &results[0]),
                        "Stand-in Lab, Stand-in (business), 2026-03-01 to 2026-06-30, 'One', protection 99.5 %, false alarms 3, "
                        "of 400 cases; published 2026-07-10, https://lab.example/1");
    arena_free(&a);
}

#define HEAD                                                                                                                     \
    "{\"schema\":\"avswap.evidence/1\",\"id\":\"x\",\"lab\":\"L\",\"series\":\"S\",\"os\":\"linux\",\"url\":\"https://lab.example\","
#define DATES "\"period_from\":\"2026-01-01\",\"period_to\":\"2026-02-28\",\"published\":\"2026-03-10\",\"retrieved\":\"2026-03-11\","

static const struct {
    const char *text, *message; /* NULL: fine */
} documents[] = {
    {HEAD DATES "\"segment\":\"business\",\"results\":[{\"product\":\"a\",\"tested\":\"A\",\"protection_percent\":\"99.8\"}]}", NULL},
    {HEAD DATES "\"segment\":\"unset\",\"results\":[]}", "consumer or business"},
    {HEAD DATES "\"segment\":\"business\",\"results\":[{\"product\":\"a\",\"tested\":\"A\"}]}", "neither a number nor an award"},
    {HEAD DATES "\"segment\":\"business\",\"results\":[{\"product\":\"a\",\"tested\":\"A\",\"protection_percent\":\"100.1\"}]}",
     "more than all"},
    {HEAD DATES "\"segment\":\"business\",\"results\":[{\"product\":\"a\",\"tested\":\"A\",\"usability_score\":\"about 6\"}]}",
     "is not a number"},
    {HEAD DATES "\"segment\":\"business\",\"results\":[{\"product\":\"a\",\"tested\":\"A\",\"award\":\"x\"},"
                "{\"product\":\"a\",\"tested\":\"A 2\",\"award\":\"x\"}]}",
     "two results"},
    {HEAD "\"period_from\":\"2026-01-01\",\"period_to\":\"2025-02-28\",\"published\":\"2026-03-10\",\"retrieved\":\"2026-03-11\","
          "\"segment\":\"business\",\"results\":[]}",
     "is after"},
    {HEAD "\"period_from\":\"2026-01-01\",\"period_to\":\"2026-02-28\",\"published\":\"2026-02-10\",\"retrieved\":\"2026-03-11\","
          "\"segment\":\"business\",\"results\":[]}",
     "before it is published"},
};

static void test_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct doc d = DOC_INIT;
        struct evidence t;
        struct err e = ERR_INIT;
        bool ok = doc_read(&d, &evidence_schema, "x.json", documents[i].text, strlen(documents[i].text), &t, &e);

        if (ok != !documents[i].message || (!ok && !strstr(e.text, documents[i].message)))
            fail_msg("document %zu: %s", i, ok ? "was read" : e.text);
        doc_free(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age),   cmocka_unit_test(test_comparable), cmocka_unit_test(test_common),
        cmocka_unit_test(test_order), cmocka_unit_test(test_text),       cmocka_unit_test(test_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
