#include "tests/unit/fixture.h"

/* Pattern against text; '*' also crosses '/'. */
static const struct glob_row {
    const char *name, *pattern, *text;
    bool match;
} glob_rows[] = {
    {"glob: both empty", "", "", true},
    {"glob: empty pattern", "", "a", false},
    {"glob: star alone", "*", "", true},
    {"glob: star takes slashes", "/opt/*", "/opt/a/b", true},
    {"glob: question is one", "a?c", "abc", true},
    {"glob: question is not none", "a?c", "ac", false},
    {"glob: backtracks", "*ab", "aabaab", true},
    {"glob: backtracks twice", "a*b*c", "axxbxbxxc", true},
    {"glob: needs the end", "a*b", "axbx", false},
    {"glob: set", "main.c[vl]d", "main.cld", true},
    {"glob: set misses", "main.c[vl]d", "main.cxd", false},
    {"glob: range", "x[0-9]", "x5", true},
    {"glob: range misses", "x[0-9]", "xa", false},
    {"glob: negated", "x[!0-9]", "xa", true},
    {"glob: negated misses", "x[^0-9]", "x1", false},
    {"glob: bracket as member", "x[]]", "x]", true},
    {"glob: dash as member", "x[a-]", "x-", true},
    {"glob: open set matches nothing", "x[ab", "xa", false},
    {"glob: open set at the end", "x[", "x[", false},
    {"glob: set needs a character", "x[a]", "x", false},
    {"glob: backslash is plain", "a\\*", "a\\b", true},
    {"glob: case counts", "KESL", "kesl", false},
    {"glob: set after star", "*[0-9]", "abc7", true},
    {"glob: many stars end soon", "*a*a*a*a*a*a*a*a*a*a*a*a*b",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

static void test_glob(void **state)
{
    const struct glob_row *r = *state;

    assert_int_equal(text_glob(r->pattern, r->text), r->match);
}

/* The same without regard to case. */
static const struct glob_row fold_rows[] = {
    {"fold: ASCII", "KESL*", "kesl-gui", true},
    {"fold: both ways", "kesl*", "KESL-GUI", true},
    {"fold: umlaut", "*f\xC3\x9CR", "f\xC3\xBCr", true},
    {"fold: times is no letter", "\xC3\x97", "\xC3\xB7", false},
    {"fold: Cyrillic across two lead bytes", "\xD0\x9B\xD0\x90\xD0\x91\xD0\x9E\xD0\xA0*",
     "\xD0\xBB\xD0\xB0\xD0\xB1\xD0\xBE\xD1\x80\xD0\xB0", true},
    {"fold: Greek", "\xCE\xA3", "\xCF\x83", true},
    {"fold: Latin with a caron", "\xC5\xA0", "\xC5\xA1", true},
    {"fold: small stays small", "\xC5\xA1", "\xC5\xA2", false},
    {"fold: a range", "[A-C]x", "bX", true},
    {"fold: question is a code point", "a?z", "a\xD0\x96z", true},
    {"fold: bytes that are no text", "\xFF*", "\xFF\xFE", true},
    {"fold: other bytes", "\xFF", "\xFE", false},
    {"fold: another word", "kesl", "kess", false},
};

static void test_fold(void **state)
{
    const struct glob_row *r = *state;

    assert_int_equal(text_glob_fold(r->pattern, r->text), r->match);
    if (!strpbrk(r->pattern, "*?["))
        assert_int_equal(text_eq_fold(r->pattern, r->text), r->match);
}

static void test_literal(void **state)
{
    static const char *const texts[] = {"plain", "a [1]*?.txt", "[", "]", "", "[[]", "\xD0\x96*"};
    struct arena a = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *p = text_literal(&a, texts[i]);

        assert_non_null(p);
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            assert_int_equal(text_glob(p, texts[k]), i == k);
    }
    assert_string_equal(text_literal(&a, "a[b"), "a[[]b");
    arena_free(&a);
}

/* What came from a PC, made harmless. */
static const struct show_row {
    const char *name, *in, *out;
} show_rows[] = {
    {"show: plain", "kesl 11.4 (x)", "kesl 11.4 (x)"},
    {"show: UTF-8 stays", "f\xC3\xBCr \xE2\x82\xAC \xF0\x9F\x98\x80", "f\xC3\xBCr \xE2\x82\xAC \xF0\x9F\x98\x80"},
    {"show: escape sequence", "\x1b[31mred", "\\x1b[31mred"},
    {"show: newline and tab", "a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
    {"show: delete", "\x7f", "\\x7f"},
    {"show: C1 control",
     "\xC2\x9B"
     "31m",
     "\\u{9b}31m"},
    {"show: right-to-left override",
     "a\xE2\x80\xAE"
     "b",
     "a\\u{202e}b"},
    {"show: isolate", "\xE2\x81\xA6", "\\u{2066}"},
    {"show: arabic letter mark", "\xD8\x9C", "\\u{61c}"},
    {"show: zero width",
     "a\xE2\x80\x8B"
     "b",
     "a\\u{200b}b"},
    {"show: line separator", "\xE2\x80\xA8", "\\u{2028}"},
    {"show: byte order mark", "\xEF\xBB\xBF", "\\u{feff}"},
    {"show: tag characters", "\xF3\xA0\x81\x81", "\\u{e0041}"},
    {"show: lone byte", "a\x80z", "a\\x80z"},
    {"show: overlong slash", "\xC0\xAF", "\\xc0\\xaf"},
    {"show: overlong three", "\xE0\x80\xAF", "\\xe0\\x80\\xaf"},
    {"show: surrogate", "\xED\xA0\x80", "\\xed\\xa0\\x80"},
    {"show: above the last", "\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    {"show: cut short", "\xE2\x82", "\\xe2\\x82"},
    {"show: impossible bytes", "\xFE\xFF", "\\xfe\\xff"},
};

static void test_show(void **state)
{
    const struct show_row *r = *state;
    struct buf b, again;

    buf_init(&b, 1000);
    text_show(&b, r->in);
    assert_string_equal(buf_str(&b), r->out);
    assert_true(text_utf8_valid(b.data, b.len));
    buf_init(&again, 1000);
    text_show(&again, buf_str(&b));
    assert_string_equal(buf_str(&again), r->out);
    buf_free(&b);
    buf_free(&again);
}

static const struct bytes_row {
    const char *name, *in;
    size_t n;
    const char *out;
} bytes_rows[] = {
    {"bytes: plain", "abc", 3, "abc"},
    {"bytes: end at NUL", "a\0b", 3, "a"},
    {"bytes: shorter than the text", "abc", 2, "ab"},
    {"bytes: none", "", 0, ""},
    {"bytes: latin-1", "f\xFCr", 3, "f\xEF\xBF\xBDr"},
    {"bytes: cut in a character", "\xE2\x82\xAC", 2, "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"bytes: controls are kept", "a\nb", 3, "a\nb"},
};

static void test_bytes(void **state)
{
    const struct bytes_row *r = *state;
    struct arena a = ARENA_INIT;
    char *s = text_from_bytes(&a, r->in, r->n);

    assert_string_equal(s, r->out);
    assert_true(text_utf8_valid(s, strlen(s)));
    arena_free(&a);
}

static const struct number_row {
    const char *name, *text;
    bool ok;
    long long value;
} number_rows[] = {
    {"number: plain", "42", true, 42},
    {"number: negative", "-7", true, -7},
    {"number: hex", "0x400", true, 0x400},
    {"number: zero", "0", true, 0},
    {"number: leading zeros are decimal", "010", true, 10},
    {"number: largest", "9223372036854775807", true, INT64_MAX},
    {"number: too large", "9223372036854775808", false, 0},
    {"number: empty", "", false, 0},
    {"number: space before", " 1", false, 0},
    {"number: space behind", "1 ", false, 0},
    {"number: letters", "12a", false, 0},
    {"number: sign alone", "-", false, 0},
    {"number: 0x alone", "0x", false, 0},
};

static void test_number(void **state)
{
    const struct number_row *r = *state;
    long long v = 99;

    assert_int_equal(text_number(r->text, &v), r->ok);
    assert_int_equal(v, r->ok ? r->value : 99);
}

static void test_nearest(void **state)
{
    static const char *const names[] = {"timeout_s", "title", "verb", "auxiliary"};

    (void)state;
    assert_string_equal(text_nearest("timout_s", names, 4), "timeout_s");
    assert_string_equal(text_nearest("titel", names, 4), "title");
    assert_null(text_nearest("banana", names, 4));
    assert_null(text_nearest("ve", names, 4));
    assert_null(text_nearest("verb", names, 0));
    assert_null(text_nearest("timeout_s_timeout_s_timeout_s_timeout_s_timeout_s", names, 4));
}

static void test_words(void **state)
{
    static const char *list[] = {"a", "b"};
    struct strs two = {list, 2}, none = {NULL, 0}, copy;
    struct arena a = ARENA_INIT;

    (void)state;
    assert_true(text_eq(NULL, NULL) && text_eq("a", "a"));
    assert_false(text_eq("a", NULL) || text_eq(NULL, "a") || text_eq("a", "b"));
    assert_true(text_starts("abc", "ab") && text_starts("abc", ""));
    assert_false(text_starts("ab", "abc"));
    assert_true(text_ends("abc", "bc") && text_ends("abc", ""));
    assert_false(text_ends("c", "bc"));
    assert_true(text_in(&two, "b"));
    assert_false(text_in(&two, "c") || text_in(&none, "a"));
    assert_true(strs_copy(&a, &two, &copy));
    assert_int_equal(copy.n, 2);
    assert_string_equal(copy.v[1], "b");
    assert_ptr_not_equal(copy.v[1], list[1]);
    arena_free(&a);
    mem_fail_at(1, true);
    assert_false(strs_copy(&a, &two, &copy));
    mem_fail_at(0, false);
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("f\xC3\xBCr"), 3);
    assert_int_equal(text_width("u\xCC\x88"), 1);
    assert_int_equal(text_width("\xCC\x88"), 0);
    assert_int_equal(text_width("\xFFx"), 2);
    assert_int_equal(text_width("\xE6\xBC\xA2\xE5\xAD\x97-\xEF\xBD\xB6"), 6); /* two wide ones, and a half-width kana */
    assert_int_equal(text_width("\xE3\x81\x8B\xE3\x82\x99"), 2);                 /* one that is wide with its mark */
    assert_int_equal(text_width("\xF0\x9F\x98\x80\xEA\xB0\x80"), 4);
}

static void test_lines(void **state)
{
    static const char text[] = "one\n\ntwo\nlast";
    static const size_t sizes[] = {3, 0, 3, 4};
    const char *cursor = text, *line;
    size_t n, i = 0;

    (void)state;
    while (text_line(&cursor, text + strlen(text), &line, &n)) {
        assert_true(i < 4);
        assert_int_equal(n, sizes[i++]);
    }
    assert_int_equal(i, 4);
    cursor = "x\n";
    assert_true(text_line(&cursor, cursor + 2, &line, &n));
    assert_false(text_line(&cursor, cursor, &line, &n));
}

static void test_valid(void **state)
{
    (void)state;
    assert_true(text_utf8_valid("", 0));
    assert_true(text_utf8_valid("a\0b", 3));
    assert_true(text_utf8_valid("\xF4\x8F\xBF\xBF", 4));
    assert_false(text_utf8_valid("\xF0\x8F\xBF\xBF", 4));
    assert_false(text_utf8_valid("\xC3", 1));
    assert_false(text_utf8_valid("\xE2\x28\xA1", 3));
}

int main(void)
{
    ADD_ROWS(glob_rows, test_glob);
    ADD_ROWS(fold_rows, test_fold);
    ADD(test_literal);
    ADD_ROWS(show_rows, test_show);
    ADD_ROWS(bytes_rows, test_bytes);
    ADD_ROWS(number_rows, test_number);
    ADD(test_nearest);
    ADD(test_words);
    ADD(test_width);
    ADD(test_lines);
    ADD(test_valid);
    return fixture_run("base/text");
}
