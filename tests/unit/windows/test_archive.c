/*
 * State archives on Windows: what is saved comes back, whatever its name is. Paths as people give them, and
 * where they lead. Links are not tried here, as Wine has none: tests/windows-checklist.md.
 */
#include "core/os/file.h"
#include "core/os/path.h"
#include "core/payload/archive.h"
#include "tests/unit/fixture.h"

#include <windows.h>

#define PATHS(...)                                                                                           \
    &(struct strs)                                                                                           \
    {                                                                                                        \
        .v = (const char *[]){__VA_ARGS__}, .n = sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)      \
    }
static const struct strs everything = {NULL, 0};

static struct err e;
static struct arena names = ARENA_INIT;
static const char *root;

static const char *in(const char *name)
{
    const char *path = arena_printf(&names, "%s/%s", root, name);

    assert_non_null(path);
    return path;
}

static void must(bool ok)
{
    if (!ok)
        fail_msg("%s", e.text);
}

static void put(const char *name, const char *text)
{
    char *path = arena_strdup(&names, in(name));

    *strrchr(path, '/') = '\0';
    must(os_dir_make(path, 0755, &e));
    must(os_file_write(in(name), text, strlen(text), 0644, &e));
}

static void holds(const char *name, const char *text)
{
    struct buf b;

    buf_init(&b, 1 << 16);
    must(os_file_read(in(name), &b, &e));
    assert_string_equal(buf_str(&b), text);
    buf_free(&b);
}

static void save(const char *what, const char *to, struct archive_info *info)
{
    must(archive_save(PATHS(in(what), in("absent")), in(to), info, &e));
    must(archive_check(in(to), info->digest, &e));
}

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    root = arena_printf(&names, "C:/avswap-archive-%lu", GetCurrentProcessId());
    return root && os_dir_make(root, 0755, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    err_clear(&e);
    bool gone = os_tree_remove(root, &e);

    arena_free(&names);
    return gone ? 0 : -1;
}

#define LONG_PART "a part of a path that is as long as people make them when they name their folders"

static const char *const kept[] = {
    "state/plain",
    "state/with space/[brackets] & 100%",
    "state/Gr\xc3\xbc\xc3\x9f"
    "e/\xd0\x9a\xd0\xb0\xd1\x81\xd0\xbf\xd0\xb5\xd1\x80\xd1\x81\xd0\xba\xd0\xb8\xd0\xb9",
    "state/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x94\x92",
    "state/" LONG_PART "/" LONG_PART "/" LONG_PART "/" LONG_PART "/deep",
};

static void test_round_trip(void **state)
{
    struct archive_info info;
    struct os_stat before, after;

    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        put(kept[i], kept[i]);
    put("state/empty", "");
    must(os_dir_make(in("state/none in it"), 0755, &e));
    must(os_file_stat(in(kept[0]), &before, &e));
    save("state", "s.tgz", &info);
    assert_int_equal(info.entries, 15); /* six files and nine folders, the one at the top among them */
    must(os_tree_remove(in("state"), &e));
    must(archive_restore(in("s.tgz"), PATHS(in("state")), &e));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        holds(kept[i], kept[i]);
    holds("state/empty", "");
    assert_true(os_file_exists(in("state/none in it")));
    must(os_file_stat(in(kept[0]), &after, &e));
    assert_true(before.mtime == after.mtime);
}

/* What is in the way is replaced, what was not asked for stays, and it can be done again. */
static void test_over(void **state)
{
    struct archive_info info;

    (void)state;
    put("state/a/one", "old");
    put("state/b/two", "old");
    save("state", "s.tgz", &info);
    put("state/a/one", "changed");
    put("state/a/new", "stays");
    put("state/b/two", "changed");
    for (int i = 0; i < 2; i++)
        must(archive_restore(in("s.tgz"), PATHS(in("state/a")), &e));
    holds("state/a/one", "old");
    holds("state/a/new", "stays");
    holds("state/b/two", "changed");
    must(archive_restore(in("s.tgz"), &everything, &e));
    holds("state/b/two", "old");
}

static void test_damaged(void **state)
{
    struct archive_info info;
    struct buf b;

    (void)state;
    put("state/a", "text");
    save("state", "s.tgz", &info);
    buf_init(&b, 1 << 16);
    must(os_file_read(in("s.tgz"), &b, &e));
    must(os_file_write(in("cut.tgz"), buf_str(&b), b.len / 2, 0600, &e));
    buf_free(&b);
    assert_false(archive_check(in("cut.tgz"), NULL, &e));
    assert_int_equal(e.code, ERR_PAYLOAD);
    assert_false(archive_restore(in("cut.tgz"), &everything, &e));
    assert_false(archive_check(in("s.tgz"), "00", &e));
    expect_err(&e, ERR_PAYLOAD, "instead of 00");
}

static const struct {
    const char *path;
    const char *error;
} bad[] = {
    {"/ProgramData/x", "not an absolute path"},
    {"x", "not an absolute path"},
    {"C:/", "not an absolute path"},
    {"C:/a/../b", "'.' or '..' part"},
    {"C:/a//b", "an empty"},
    {"//server/share/x", "not an absolute path"},
    {"C:x", "not an absolute path"},
    {"C:\\x\\y", "not an absolute"},
};

static void test_bad_paths(void **state)
{
    struct archive_info info;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        assert_false(archive_save(PATHS(bad[i].path), in("s.tgz"), &info, &e));
        expect_err(&e, ERR_INPUT, bad[i].error);
    }
}

static void test_given(void **state)
{
    static const struct {
        const char *given, *whole;
    } rows[] = {
        {"C:\\Users\\Gr\xc3\xbc\xc3\x9f"
         "e\\a b.json",
         "C:/Users/Gr\xc3\xbc\xc3\x9f"
         "e/a b.json"},
        {"C:/x/./y/../z", "C:/x/z"},
        {"\\\\server\\share\\plan.json", "//server/share/plan.json"},
        {"\\x", "C:/x"},
        {"plan.json", "C:/plan.json"},
    };

    (void)state;
    SetCurrentDirectoryW(L"C:\\");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *whole = os_path_given(rows[i].given, &names, &e);

        must(whole != NULL);
        assert_string_equal(whole, rows[i].whole);
    }
    assert_null(os_path_given("", &names, &e));
    expect_err(&e, ERR_INPUT, "empty");
    assert_null(os_path_given("\xff", &names, &e));
    expect_err(&e, ERR_INPUT, "UTF-8");
}

static void test_real(void **state)
{
    const char *real;

    (void)state;
    put("Folder/a", "");
    real = os_path_real(in("Folder"), &names, &e);
    must(real != NULL);
    assert_string_equal(real, in("Folder"));
    assert_null(os_path_real(in("none"), &names, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_real, set_up, tear_down),
    };

    mem_setup();
    return cmocka_run_group_tests_name("payload/archive on Windows", tests, NULL, NULL) != 0;
}
