#include "tests/unit/fixture.h"

#include <ctype.h>
#include <errno.h>

static void test_set(void **state)
{
    struct err e = {.code = ERR_BUG, .os = 7, .retryable = true, .text = "old"};

    (void)state;
    assert_false(err_set(&e, ERR_INPUT, "line %d", 3));
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(e.os, 0);
    assert_false(e.retryable);
    assert_string_equal(e.text, "line 3");
    assert_false(err_sys(&e, ERR_IO, ENOENT, "reading %s", "x"));
    assert_int_equal(e.os, ENOENT);
    assert_string_equal(e.text, "reading x: No such file or directory");
    assert_false(err_wrap(&e, "plan %d", 1));
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(e.os, ENOENT);
    assert_string_equal(e.text, "plan 1: reading x: No such file or directory");
    err_clear(&e);
    assert_int_equal(e.code, ERR_NONE);
    assert_string_equal(e.text, "");
    assert_false(err_nomem(&e));
    assert_int_equal(e.code, ERR_NOMEM);
}

/* Texts longer than the room are cut, never run over, and stay texts. */
static void test_long(void **state)
{
    static char big[5000];
    struct {
        struct err e;
        unsigned char guard[16];
    } x;

    (void)state;
    memset(big, 'x', sizeof big - 1);
    memset(x.guard, 0xA5, sizeof x.guard);
    err_set(&x.e, ERR_INPUT, "%s", big);
    assert_int_equal(strlen(x.e.text), sizeof x.e.text - 1);
    err_wrap(&x.e, "%s", big);
    assert_int_equal(strlen(x.e.text), sizeof x.e.text - 1);
    err_sys(&x.e, ERR_OS, EPERM, "%s", big);
    assert_int_equal(strlen(x.e.text), sizeof x.e.text - 1);
    for (size_t i = 0; i < sizeof x.guard; i++)
        assert_int_equal(x.guard[i], 0xA5);
}

/* Every code has an id of its own, a status that is explained, and something to do next. */
static void test_table(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        enum err_code code = (enum err_code)i;

        assert_non_null(exit_meaning(err_exit(code)));
        assert_true(strlen(err_id(code)) > 1 && strlen(err_meaning(code)) > 1 && strlen(err_next(code)) > 1);
        for (const char *p = err_id(code); *p; p++)
            assert_true(islower((unsigned char)*p) || *p == '-');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(err_id(code), err_id((enum err_code)k));
    }
    assert_int_equal(err_exit(ERR_NONE), EXIT_DONE);
    assert_string_equal(err_id(ERR_COUNT), "unknown");
    assert_int_equal(err_exit(ERR_COUNT), EXIT_ERROR);
    assert_non_null(err_meaning(ERR_COUNT));
    assert_non_null(err_next(ERR_COUNT));
}

/* The exit statuses that scripts rely on. */
static void test_statuses(void **state)
{
    static const struct {
        enum err_code code;
        int status;
    } rows[] = {
        {ERR_USAGE, 2},     {ERR_INPUT, 1},    {ERR_BUSY, 7},       {ERR_POLICY, 7},
        {ERR_PREFLIGHT, 7}, {ERR_STALE, 7},    {ERR_UNVERIFIED, 7}, {ERR_PAYLOAD, 7},
        {ERR_SECRET, 7},    {ERR_TAMPERED, 8}, {ERR_DOUBT, 8},      {ERR_NOT_FOUND, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(err_exit(rows[i].code), rows[i].status);
    for (int i = 0; i <= 9; i++)
        assert_non_null(exit_meaning(i));
    assert_null(exit_meaning(10));
    assert_null(exit_meaning(-1));
}

int main(void)
{
    ADD(test_set);
    ADD(test_long);
    ADD(test_table);
    ADD(test_statuses);
    return fixture_run("base/err");
}
