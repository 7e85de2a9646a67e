#include "tests/unit/fixture.h"
#include "core/base/limits.h"
#include "core/base/secret.h"

static void test_arena(void **state)
{
    struct arena a = ARENA_INIT;
    char *s, *small[100];
    double *big;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        small[i] = arena_alloc(&a, i);
        assert_non_null(small[i]);
        assert_int_equal((uintptr_t)small[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < i; k++)
            assert_int_equal(small[i][k], 0);
        memset(small[i], 'x', i);
    }
    big = ARENA_ARRAY(&a, 100000, double);
    assert_non_null(big);
    assert_true(big[99999] == 0);
    big[99999] = 1;
    s = arena_printf(&a, "%s-%d", "abc", 7);
    assert_string_equal(s, "abc-7");
    assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
    assert_string_equal(arena_strdup(&a, ""), "");
    assert_true(a.used >= 800000);
    arena_free(&a);
    assert_null(a.head);
    arena_free(&a);
}

static void test_arena_limit(void **state)
{
    struct arena a = {NULL, 0, 100};

    (void)state;
    assert_null(arena_alloc(&a, 101));
    assert_non_null(arena_alloc(&a, 64));
    assert_null(arena_alloc(&a, 64));
    assert_non_null(arena_alloc(&a, 32));
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    assert_null(arena_array(&a, SIZE_MAX / 8 + 2, 8));
    assert_null(arena_alloc(&a, SIZE_MAX));
    arena_free(&a);
    assert_null(arena_alloc(&a, (size_t)LIMIT_ARENA + 1));
}

static void test_buf(void **state)
{
    struct err e = ERR_INIT;
    struct buf b;

    (void)state;
    buf_init(&b, 10);
    assert_string_equal(buf_str(&b), "");
    buf_adds(&b, "abc");
    buf_addc(&b, 'd');
    buf_printf(&b, "%d", 56);
    buf_add(&b, "", 0);
    assert_string_equal(buf_str(&b), "abcd56");
    assert_true(buf_ok(&b, "x", &e));
    buf_adds(&b, "7890");
    assert_string_equal(buf_str(&b), "abcd567890");
    assert_true(buf_ok(&b, "x", &e));
    buf_addc(&b, 'z');
    assert_false(buf_ok(&b, "the text", &e));
    expect_err(&e, ERR_LIMIT, "the text|10 bytes");
    /* A failure sticks until the buffer is cleared. */
    buf_clear(&b);
    assert_string_equal(buf_str(&b), "");
    assert_true(buf_ok(&b, "x", &e));
    buf_printf(&b, "%s", "01234567890");
    assert_true(b.failed);
    buf_add(&b, "x", 1);
    assert_int_equal(b.len, 0);
    buf_free(&b);
    assert_int_equal(b.max, 10);
    assert_string_equal(buf_str(&b), "");
    buf_init(&b, SIZE_MAX);
    buf_add(&b, "x", 1);
    buf_add(&b, "x", SIZE_MAX);
    assert_true(b.failed);
    buf_free(&b);
}

/* The n-th allocation fails, once or for good; everything else goes on. */
static void test_fail_at(void **state)
{
    struct err e = ERR_INIT;
    struct buf b;
    unsigned long before = mem_count(), failures = mem_failures();
    void *p;

    (void)state;
    mem_fail_at(2, false);
    p = mem_alloc(4);
    assert_non_null(p);
    assert_null(mem_alloc(4));
    mem_free(p);
    p = mem_alloc(0);
    assert_non_null(p);
    mem_free(p);
    assert_int_equal(mem_count() - before, 3);
    assert_int_equal(mem_failures() - failures, 1);
    mem_fail_at(1, true);
    assert_null(mem_alloc(1));
    assert_null(mem_realloc(NULL, 1));
    buf_init(&b, 100);
    buf_adds(&b, "x");
    assert_false(buf_ok(&b, "x", &e));
    assert_int_equal(e.code, ERR_NOMEM);
    mem_fail_at(0, false);
    buf_clear(&b);
    buf_adds(&b, "x");
    assert_string_equal(buf_str(&b), "x");
    buf_free(&b);
}

static void test_arena_out_of_memory(void **state)
{
    struct arena a = ARENA_INIT;

    (void)state;
    mem_fail_at(1, true);
    assert_null(arena_alloc(&a, 1));
    assert_null(arena_strdup(&a, "x"));
    assert_null(arena_printf(&a, "%d", 1));
    mem_fail_at(0, false);
    assert_string_equal(arena_printf(&a, "%d", 1), "1");
    arena_free(&a);
}

static void test_secret(void **state)
{
    static char big[LIMIT_SECRET + 2];
    struct err e = ERR_INIT;
    struct secret s = {NULL, 0};

    (void)state;
    assert_true(secret_set(&s, "p\0w", 3, &e));
    assert_int_equal(s.len, 3);
    assert_memory_equal(s.bytes, "p\0w", 4);
    assert_true(secret_set(&s, "longer", 6, &e));
    assert_string_equal(s.bytes, "longer");
    assert_false(secret_set(&s, big, sizeof big, &e));
    expect_err(&e, ERR_LIMIT, "secret");
    assert_null(s.bytes);
    mem_fail_at(1, false);
    assert_false(secret_set(&s, "x", 1, &e));
    mem_fail_at(0, false);
    assert_int_equal(e.code, ERR_NOMEM);
    secret_clear(&s);
    assert_null(s.bytes);
    assert_int_equal(s.len, 0);
}

int main(void)
{
    ADD(test_arena);
    ADD(test_arena_limit);
    ADD(test_buf);
    ADD(test_fail_at);
    ADD(test_arena_out_of_memory);
    ADD(test_secret);
    return fixture_run("base/mem");
}
