/*
 * The small parts below rebuilding and fetching: MD5, sorted pairs, plain paths, files that appear only when
 * whole.
 */
#include "tests/unit/payload_util.h"

#include "core/payload/deb_query.h"
#include "core/payload/sink.h"

static void test_md5(void **state)
{
    static const struct {
        const char *text, *md5;
    } rows[] = {
        /* RFC 1321, A.5 */
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    char hex[MD5_TEXT], split[MD5_TEXT];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct md5 m;
        md5_init(&m);
        md5_add(&m, rows[i].text, strlen(rows[i].text));
        md5_end(&m, hex);
        assert_string_equal(hex, rows[i].md5);
        md5_init(&m);
        for (const char *p = rows[i].text; *p != '\0'; p++)
            md5_add(&m, p, 1);
        md5_end(&m, split);
        assert_string_equal(split, hex);
    }
}

/* Every length around the block size, against md5sum. */
static void test_md5_lengths(void **state)
{
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t n = 50; n < 140; n += 7) {
        char hex[MD5_TEXT];
        struct md5 m;
        struct err e = ERR_INIT;
        assert_true(os_file_write(in("sum"), text, n, 0600, &e));
        RUN("md5sum", in("sum"));
        char *said = get(in("output"));
        md5_init(&m);
        md5_add(&m, text, n / 3);
        md5_add(&m, text, n - n / 3);
        md5_end(&m, hex);
        said[MD5_TEXT - 1] = '\0';
        assert_string_equal(hex, said);
        free(said);
    }
}

static void test_paths(void **state)
{
    static const char *const good[] = {"/a", "/a/b", "/a b/\xc3\xbc", "/..a/b..", "/.a"};
    static const char *const bad[] = {"",    "/",     "a",    "/a/",  "//a",  "/a//b",  "/.",
                                      "/..", "/a/..", "/a/.", "/./a", "/a\n", "/a\x7f", "/../a"};
    char longest[LIMIT_PATH + 2] = "/";
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(rebuild_path_ok(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        if (rebuild_path_ok(bad[i]))
            fail_msg("'%s' passed", bad[i]);
    memset(longest + 1, 'x', LIMIT_PATH);
    assert_false(rebuild_path_ok(longest));
    assert_true(deb_word("12.1-3~rc1", ".-~"));
    assert_false(deb_word("1/2", ".-~"));
    assert_false(deb_word(".1", "."));
    assert_false(deb_word("", "."));
}

static void test_pairs(void **state)
{
    struct pairs p = {0};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    (void)state;
    assert_null(pairs_find(&p, "x"));
    for (int i = 0; i < 1000; i++) {
        char *key = arena_printf(&a, "%d", (i * 7919) % 1000);
        assert_true(pairs_add(&p, &a, key, key, &e));
    }
    pairs_sort(&p);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", i);
        assert_string_equal(pairs_find(&p, key)->value, key);
    }
    assert_null(pairs_find(&p, "1000"));
    assert_null(pairs_find(&p, ""));
    arena_free(&a);
}

static void test_sink(void **state)
{
    struct sink s = {0};
    struct err e = ERR_INIT;
    char digest[DIGEST_TEXT], want[DIGEST_TEXT];
    (void)state;
    sink_drop(&s); /* harmless on zeroed memory */
    assert_true(sink_open(&s, in("f"), 10, &e));
    assert_true(sink_add(&s, "12345", 5, &e));
    assert_int_equal(access(in("f"), F_OK), -1);
    assert_true(sink_add(&s, "67890", 5, &e));
    assert_false(sink_add(&s, "x", 1, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_true(sink_done(&s, digest, &e));
    digest_of("1234567890", 10, want);
    assert_string_equal(digest, want);
    holds(in("f"), "1234567890");
    sink_drop(&s); /* nor after its end */
    holds(in("f"), "1234567890");

    assert_true(sink_open(&s, in("f"), 10, &e) && sink_add(&s, "new", 3, &e));
    holds(in("f"), "1234567890");
    assert_true(sink_keep(&s, &e));
    assert_true(sink_resume(&s, in("f"), 10, &e));
    assert_int_equal(s.bytes, 3);
    assert_true(sink_add(&s, "er", 2, &e) && sink_done(&s, digest, &e));
    digest_of("newer", 5, want);
    assert_string_equal(digest, want);
    holds(in("f"), "newer");

    put(in("f.part"), "more than there may be");
    assert_true(sink_resume(&s, in("f"), 10, &e));
    assert_int_equal(s.bytes, 0);
    sink_drop(&s);
    put(in("f.part"), "rest of a power cut");
    assert_true(sink_open(&s, in("f"), 10, &e) && sink_add(&s, "x", 1, &e) && sink_done(&s, NULL, &e));
    holds(in("f"), "x");
    no_leftovers(top);

    /* a part that is a link is not written through */
    put(in("victim"), "victim");
    assert_int_equal(symlink(in("victim"), in("f.part")), 0);
    assert_false(sink_open(&s, in("f"), 10, &e));
    holds(in("victim"), "victim");
    sink_drop(&s);
    char far[LIMIT_PATH + 8] = "/";
    memset(far + 1, 'x', LIMIT_PATH);
    assert_false(sink_open(&s, far, 10, &e));
    sink_drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_md5),   cmocka_unit_test(test_md5_lengths), cmocka_unit_test(test_paths),
        cmocka_unit_test(test_pairs), cmocka_unit_test(test_sink),
    };
    return cmocka_run_group_tests(tests, make_top, drop_top);
}
