#include "tests/unit/fixture.h"
#include "core/base/frame.h"

#define MAX 64

struct seen {
    struct buf text; /* "type(bytes)" of each frame */
    const char *refuse; /* type that the handler refuses */
};

static bool note(void *arg, const struct frame *f, struct err *e)
{
    struct seen *s = arg;

    buf_printf(&s->text, "%s(", f->type);
    buf_add(&s->text, f->data, f->len);
    buf_addc(&s->text, ')');
    assert_int_equal(f->data[f->len], '\0');
    return !text_eq(f->type, s->refuse) || err_set(e, ERR_SECRET, "not this one");
}

/* Reads bytes in pieces of that size. */
static bool read_in(const char *bytes, size_t n, size_t piece, struct seen *s, struct err *e)
{
    struct frame_reader r;
    bool ok = true;

    frame_reader_init(&r, MAX);
    for (size_t at = 0; ok && at < n; at += piece)
        ok = frame_feed(&r, bytes + at, n - at < piece ? n - at : piece, note, s, e);
    ok = ok && frame_end(&r, e);
    if (r.failed.code != ERR_NONE) { /* for good, with the same reason */
        struct err again = ERR_INIT;

        assert_false(frame_feed(&r, "#", 1, note, s, &again));
        assert_string_equal(again.text, e->text);
    }
    frame_reader_free(&r);
    return ok;
}

static const struct frames_row {
    const char *name, *bytes;
    enum err_code code;
    const char *expect; /* frames, or parts of the reason */
} frames_rows[] = {
    {"nothing", "", ERR_NONE, ""},
    {"one", "#avswap plan 2\n{}\n", ERR_NONE, "plan({})"},
    {"empty", "#avswap a 0\n\n", ERR_NONE, "a()"},
    {"two", "#avswap request 3\nabc\n#avswap journal 4\nx\ny\n\n", ERR_NONE, "request(abc)journal(x\ny\n)"},
    {"frame in a frame", "#avswap journal 13\n#avswap a 0\n\n\n", ERR_NONE, "journal(#avswap a 0\n\n)"},
    {"longest type", "#avswap abcdefghijkl 1\nx\n", ERR_NONE, "abcdefghijkl(x)"},
    {"longest frame", "#avswap a 64\n0123456789012345678901234567890123456789012345678901234567890123\n", ERR_NONE,
     "a(0123456789012345678901234567890123456789012345678901234567890123)"},
    {"talk", "Welcome!\n", ERR_INPUT, "no frame begins so|'W'"},
    {"talk in between", "#avswap a 0\n\nbye\n", ERR_INPUT, "no frame begins so|'b'"},
    {"empty line in between", "#avswap a 0\n\n\n", ERR_INPUT, "no frame begins so"},
    {"escape", "\033[2J", ERR_INPUT, "'\\x1b'"},
    {"short line", "#avswap\n", ERR_INPUT, "no frame begins so"},
    {"no type", "#avswap  3\nabc\n", ERR_INPUT, "small letters"},
    {"capital type", "#avswap Plan 3\nabc\n", ERR_INPUT, "small letters"},
    {"path as type", "#avswap ../x 3\nabc\n", ERR_INPUT, "small letters"},
    {"long type", "#avswap abcdefghijklm 1\nx\n", ERR_INPUT, "small letters"},
    {"no length", "#avswap plan\nabc\n", ERR_INPUT, "small letters"},
    {"empty length", "#avswap plan \nabc\n", ERR_INPUT, "decimal number"},
    {"hex length", "#avswap plan 0x2\nab\n", ERR_INPUT, "decimal number"},
    {"negative length", "#avswap plan -1\nab\n", ERR_INPUT, "decimal number"},
    {"zero before", "#avswap plan 02\nab\n", ERR_INPUT, "decimal number"},
    {"two lengths", "#avswap plan 2 2\nab\n", ERR_INPUT, "decimal number"},
    {"carriage return", "#avswap plan 2\r\nab\n", ERR_INPUT, "decimal number"},
    {"huge", "#avswap plan 65\n", ERR_LIMIT, "longer than allowed"},
    {"beyond numbers", "#avswap a 99999999999999999999\n", ERR_INPUT, "decimal number"},
    {"endless first line", "#avswap plan 00000000000000000000000000000000000", ERR_INPUT, "does not end"},
    {"goes on behind", "#avswap a 2\nabc\n", ERR_INPUT, "goes on behind its end"},
    {"cut in the first line", "#avswap pl", ERR_INPUT, "ends inside a frame's first line"},
    {"cut in the bytes", "#avswap plan 5\nab", ERR_INPUT, "'plan' of 5 bytes, after 2"},
    {"cut at the end", "#avswap plan 2\nab", ERR_INPUT, "'plan' of 2 bytes, after 2"},
};

static void test_frames(void **state)
{
    const struct frames_row *r = *state;

    for (size_t piece = 1; piece < 80; piece++) {
        struct err e = ERR_INIT;
        struct seen s = {.refuse = NULL};
        bool ok;

        buf_init(&s.text, 4096);
        ok = read_in(r->bytes, strlen(r->bytes), piece, &s, &e);
        if (r->code == ERR_NONE) {
            assert_true(ok);
            assert_string_equal(buf_str(&s.text), r->expect);
        } else {
            assert_false(ok);
            expect_err(&e, r->code, r->expect);
        }
        buf_free(&s.text);
    }
}

static void test_nul(void **state)
{
    static const char in_head[] = "#avswap a\0 2\nab\n", in_body[] = "#avswap a 3\na\0b\n";
    struct err e = ERR_INIT;
    struct seen s = {.refuse = NULL};

    (void)state;
    buf_init(&s.text, 4096);
    assert_false(read_in(in_head, sizeof in_head - 1, 7, &s, &e));
    expect_err(&e, ERR_INPUT, "does not end");
    err_clear(&e);
    assert_true(read_in(in_body, sizeof in_body - 1, 7, &s, &e));
    assert_int_equal(s.text.len, 6);
    assert_memory_equal(s.text.data, "a(a\0b)", 6);
    buf_free(&s.text);
}

static void test_refused_by_the_handler(void **state)
{
    static const char bytes[] = "#avswap a 1\nx\n#avswap b 1\ny\n#avswap c 1\nz\n";
    struct err e = ERR_INIT;
    struct seen s = {.refuse = "b"};

    (void)state;
    buf_init(&s.text, 4096);
    assert_false(read_in(bytes, sizeof bytes - 1, sizeof bytes, &s, &e));
    expect_err(&e, ERR_SECRET, "not this one");
    assert_string_equal(buf_str(&s.text), "a(x)b(y)");
    buf_free(&s.text);
}

static void test_written(void **state)
{
    struct err e = ERR_INIT;
    struct seen s = {.refuse = NULL};
    struct buf b;

    (void)state;
    buf_init(&b, 4096);
    buf_init(&s.text, 4096);
    assert_true(frame_write(&b, "hello", "{}", 2, &e) && frame_write(&b, "journal", "", 0, &e));
    assert_string_equal(buf_str(&b), "#avswap hello 2\n{}\n#avswap journal 0\n\n");
    assert_true(read_in(buf_str(&b), b.len, 5, &s, &e));
    assert_string_equal(buf_str(&s.text), "hello({})journal()");
    buf_free(&s.text);
    buf_free(&b);
}

static void test_not_written(void **state)
{
    static const char *const types[] = {"", "Plan", "a b", "abcdefghijklm"};
    struct err e = ERR_INIT;
    struct buf b;

    (void)state;
    buf_init(&b, 64);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        err_clear(&e);
        assert_false(frame_write(&b, types[i], "x", 1, &e));
        assert_int_equal(e.code, ERR_BUG);
    }
    assert_false(frame_write(&b, "plan", "", FRAME_MAX + 1, &e));
    err_clear(&e);
    assert_false(frame_write(&b, "plan", "0123456789012345678901234567890123456789012345678901234567890123", 64, &e));
    expect_err(&e, ERR_LIMIT, "a frame");
    buf_free(&b);
}

/* A length that is only claimed takes no memory. */
static void test_claims_cost_nothing(void **state)
{
    struct frame_reader r;
    struct err e = ERR_INIT;
    unsigned long before;

    (void)state;
    frame_reader_init(&r, FRAME_MAX);
    before = mem_count();
    assert_true(frame_feed(&r, "#avswap plan 4194304\n", 21, note, NULL, &e));
    assert_int_equal(mem_count(), before);
    mem_fail_at(1, false);
    assert_false(frame_feed(&r, "x", 1, note, NULL, &e));
    mem_fail_at(0, false);
    assert_int_equal(e.code, ERR_NOMEM);
    frame_reader_free(&r);
}

static const struct greeting_row {
    const char *name, *bytes;
    enum greeting_kind kind;
    enum err_code code;
    const char *expect; /* of a failed one what it said, or parts of the reason */
    const char *rest;
} greeting_rows[] = {
    {"have", "avswap-visit/1 have\n#avswap", GREETING_HAVE, ERR_NONE, "have", "#avswap"},
    {"want", "avswap-visit/1 want\n", GREETING_WANT, ERR_NONE, "want", ""},
    {"want packed", "avswap-visit/1 want gzip\nx", GREETING_WANT_GZIP, ERR_NONE, "want gzip", "x"},
    {"want otherwise", "avswap-visit/1 want xz\n", GREETING_NONE, ERR_INPUT, "not a greeting|want xz", NULL},
    {"Windows", "avswap-visit/1 want\r\n", GREETING_WANT, ERR_NONE, "want", ""},
    {"failed", "avswap-visit/1 failed no room left\nx", GREETING_FAILED, ERR_NONE, "no room left", "x"},
    {"failed without a word", "avswap-visit/1 failed\n", GREETING_FAILED, ERR_NONE, "", ""},
    {"banner", "Welcome to\n\033[1mpc\033[m\navswap-visit/1 have\n", GREETING_HAVE, ERR_NONE, "have", ""},
    {"no end of line", "Last login: todayavswap-visit/1 have\n", GREETING_HAVE, ERR_NONE, "have", ""},
    {"nearly", "avswap-visit/2 have\navswap avswavswap-visit/1 have\n", GREETING_HAVE, ERR_NONE, "have", ""},
    {"a letter twice", "aavswap-visit/1 have\n", GREETING_HAVE, ERR_NONE, "have", ""},
    {"not yet", "avswap-visit/1 hav", GREETING_NONE, ERR_NONE, "", ""},
    {"nothing", "", GREETING_NONE, ERR_NONE, "", ""},
    {"other word", "avswap-visit/1 maybe\n", GREETING_NONE, ERR_INPUT, "not a greeting|maybe", NULL},
    {"two words", "avswap-visit/1 have it\n", GREETING_NONE, ERR_INPUT, "not a greeting", NULL},
};

static void test_greeting(void **state)
{
    const struct greeting_row *r = *state;
    size_t n = strlen(r->bytes);

    for (size_t piece = 1; piece < 50; piece++) {
        struct greeting g = GREETING_INIT;
        struct err e = ERR_INIT;
        size_t at = 0, used = 0;
        bool ok = true;

        while (ok && at < n && g.kind == GREETING_NONE) {
            ok = greeting_feed(&g, r->bytes + at, n - at < piece ? n - at : piece, &used, &e);
            at += used;
        }
        assert_int_equal(g.kind, r->kind);
        if (r->code != ERR_NONE) {
            assert_false(ok);
            expect_err(&e, r->code, r->expect);
            continue;
        }
        assert_true(ok);
        if (g.kind != GREETING_NONE)
            assert_string_equal(g.text, r->expect);
        assert_string_equal(r->bytes + at, r->rest);
    }
}

static void test_noise_is_bounded(void **state)
{
    struct greeting g = GREETING_INIT;
    struct err e = ERR_INIT;
    char noise[1024];
    size_t used, fed = 0;

    (void)state;
    memset(noise, 'a', sizeof noise);
    while (greeting_feed(&g, noise, sizeof noise, &used, &e))
        fed += used;
    expect_err(&e, ERR_LIMIT, "no greeting within 65536 bytes");
    assert_in_range(fed, GREETING_NOISE - sizeof noise, GREETING_NOISE + sizeof noise);
    err_clear(&e);
    assert_false(greeting_feed(&g, "\navswap-visit/1 have\n", 21, &used, &e));
    assert_int_equal(g.kind, GREETING_NONE);
}

static void test_long_greeting(void **state)
{
    struct greeting g = GREETING_INIT;
    struct err e = ERR_INIT;
    char word[600];
    size_t used;

    (void)state;
    memset(word, 'x', sizeof word);
    assert_true(greeting_feed(&g, GREETING_MARK "failed ", sizeof GREETING_MARK + 6, &used, &e));
    assert_false(greeting_feed(&g, word, sizeof word, &used, &e));
    expect_err(&e, ERR_LIMIT, "greeting is longer");
}

int main(void)
{
    ADD_ROWS(frames_rows, test_frames);
    ADD(test_nul);
    ADD(test_refused_by_the_handler);
    ADD(test_written);
    ADD(test_not_written);
    ADD(test_claims_cost_nothing);
    ADD_ROWS(greeting_rows, test_greeting);
    ADD(test_noise_is_bounded);
    ADD(test_long_greeting);
    return fixture_run("base/frame");
}
