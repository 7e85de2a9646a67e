#include "tests/unit/fixture.h"

static const struct parse_row {
    const char *name, *text;
    long long ms;
    const char *out; /* NULL: the text itself */
} parse_rows[] = {
    {"epoch", "1970-01-01T00:00:00Z", 0, NULL},
    {"a date alone is midnight UTC", "2024-09-29", 1727568000000, "2024-09-29T00:00:00Z"},
    /* The cut-off of the US measure: 00:00 Eastern on both sides of the end of daylight saving time. */
    {"Eastern daylight time", "2024-09-29T00:00:00-04:00", 1727582400000, "2024-09-29T04:00:00Z"},
    {"Eastern standard time", "2024-11-30T00:00:00-05:00", 1732942800000, "2024-11-30T05:00:00Z"},
    {"the hour before the clocks go back", "2024-11-03T01:30:00-04:00", 1730611800000, "2024-11-03T05:30:00Z"},
    {"the same hour after it", "2024-11-03T01:30:00-05:00", 1730615400000, "2024-11-03T06:30:00Z"},
    {"Australian summer time", "2025-04-01T00:00:00+11:00", 1743426000000, "2025-03-31T13:00:00Z"},
    {"half-hour offset", "2024-01-01T00:00:00+05:30", 1704047400000, "2023-12-31T18:30:00Z"},
    {"milliseconds", "2026-11-22T10:00:00.123Z", 1795341600123, NULL},
    {"finer digits are dropped", "2026-11-22T10:00:00.123456789Z", 1795341600123, "2026-11-22T10:00:00.123Z"},
    {"without an offset it is UTC", "2024-09-29T23:59:00", 1727654340000, "2024-09-29T23:59:00Z"},
    {"a space for T", "1970-01-02 00:00:01Z", 86401000, "1970-01-02T00:00:01Z"},
    {"leap day", "2024-02-29T23:59:59Z", 1709251199000, NULL},
    {"leap day of a century", "2000-02-29T00:00:00Z", 951782400000, NULL},
    {"before the epoch", "1969-12-31T23:59:59.999Z", -1, NULL},
    {"first year", "0000-01-01T00:00:00Z", -62167219200000, NULL},
    {"last year", "9999-12-31T23:59:59.999Z", 253402300799999, NULL},
};

static void test_parse(void **state)
{
    const struct parse_row *r = *state;
    char buf[INSTANT_TEXT];
    instant t;

    assert_true(instant_parse(r->text, &t));
    assert_int_equal(t, r->ms);
    assert_string_equal(instant_format(t, buf), r->out ? r->out : r->text);
}

static const struct bad_row {
    const char *name;
} bad_rows[] = {
    {""},
    {"now"},
    {"2024"},
    {"2024-9-29"},
    {"2024-00-10"},
    {"2024-13-01"},
    {"2024-01-00"},
    {"2024-01-32"},
    {"2023-02-29"},
    {"1900-02-29"},
    {"2024-04-31"},
    {"2024-09-29T24:00:00Z"},
    {"2024-09-29T23:60:00Z"},
    {"2024-09-29T23:59:60Z"},
    {"2024-09-29T23:59Z"},
    {"2024-09-29T23:59:00z"},
    {"2024-09-29T00:00:00+1:00"},
    {"2024-09-29T00:00:00+16:00"},
    {"2024-09-29T00:00:00+01:60"},
    {"2024-09-29T00:00:00.1Z"},
    {"2024-09-29T00:00:00.Z"},
    {"2024-09-29T00:00:00Z "},
    {"2024-09-29X"},
    {"12024-09-29"},
    {"-024-09-29"},
    {"2024-09-29T00:00:00-04:00 extra"},
};

static void test_bad(void **state)
{
    const struct bad_row *r = *state;
    instant t = 5;

    assert_false(instant_parse(r->name, &t));
    assert_int_equal(t, 5);
}

/* Every day of 800 years, there and back. */
static void test_days(void **state)
{
    char buf[INSTANT_TEXT];
    instant from, to, back;

    (void)state;
    assert_true(instant_parse("1600-01-01", &from) && instant_parse("2400-01-01", &to));
    assert_int_equal((to - from) / INSTANT_DAY, 2 * 146097);
    for (instant t = from; t < to; t += INSTANT_DAY) {
        assert_true(instant_parse(instant_format(t, buf), &back));
        assert_int_equal(back, t);
    }
}

static void test_date(void **state)
{
    char buf[INSTANT_TEXT];
    instant t;

    (void)state;
    assert_true(instant_parse("2024-09-29T04:00:00Z", &t));
    assert_string_equal(instant_date(t, 0, buf), "2024-09-29");
    assert_string_equal(instant_date(t, -240, buf), "2024-09-29");
    assert_string_equal(instant_date(t - 1, -240, buf), "2024-09-28");
    assert_string_equal(instant_date(t, 20 * 60, buf), "2024-09-30");
    assert_string_equal(instant_format(INSTANT_NONE, buf), "");
    assert_string_equal(instant_date(INSTANT_NONE, -240, buf), "");
}

/* No number that a file can hold writes past the buffer. */
static void test_extremes(void **state)
{
    static const instant all[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, -1, 1};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct {
            char text[INSTANT_TEXT];
            unsigned char guard[8];
        } x;

        memset(x.guard, 0x5A, sizeof x.guard);
        assert_true(strlen(instant_format(all[i], x.text)) < INSTANT_TEXT);
        assert_true(strlen(instant_date(all[i] / 2, -840, x.text)) < INSTANT_TEXT);
        assert_true(strlen(instant_span(all[i], x.text)) < INSTANT_TEXT);
        for (size_t k = 0; k < sizeof x.guard; k++)
            assert_int_equal(x.guard[k], 0x5A);
    }
}

static const struct span_row {
    const char *name;
    long long ms;
} span_rows[] = {
    {"0.0 s", 0},
    {"0.4 s", 499},
    {"12.3 s", 12345},
    {"119.9 s", 119999},
    {"2 min 00 s", 120000},
    {"4 min 05 s", 245000},
    {"119 min 59 s", 7199999},
    {"2 h 00 min", 7200000},
    {"2 h 03 min", 7380000},
    {"100 h 00 min", 360000000},
};

static void test_span(void **state)
{
    const struct span_row *r = *state;
    char buf[INSTANT_TEXT];

    assert_string_equal(instant_span(r->ms, buf), r->name);
}

int main(void)
{
    ADD_ROWS(parse_rows, test_parse);
    ADD_ROWS(bad_rows, test_bad);
    ADD_ROWS(span_rows, test_span);
    ADD(test_days);
    ADD(test_date);
    ADD(test_extremes);
    return fixture_run("base/instant");
}
