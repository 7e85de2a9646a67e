/* Files of this machine: real effects in a folder of its own below /tmp. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];
static char buffers[8][LIMIT_PATH];
static struct err e;

/* A path below the test's folder; the last eight stay valid. */
static const char *at(const char *name)
{
    static size_t next;
    char *p = buffers[next++ % 8];

    snprintf(p, LIMIT_PATH, "%s/%s", root, name);
    return p;
}

static void put(const char *name, const char *text)
{
    assert_true(os_file_write(at(name), text, strlen(text), 0644, &e));
}

static bool holds(const char *name, const char *text)
{
    struct buf b;
    bool same;

    buf_init(&b, 1 << 20);
    assert_true(os_file_read(at(name), &b, &e));
    same = strcmp(buf_str(&b), text) == 0;
    buf_free(&b);
    return same;
}

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    snprintf(root, sizeof root, "/tmp/avswap-test-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    err_clear(&e);
    return os_tree_remove(root, &e) && !os_file_exists(root) ? 0 : -1;
}

static void writes_whole_files(void **state)
{
    struct os_stat st;
    struct strs names;
    struct arena a = ARENA_INIT;

    (void)state;
    put("f", "one");
    put("f", "two");
    assert_true(holds("f", "two"));
    assert_true(os_file_write(at("f"), "x", 1, 0600, &e));
    assert_true(os_file_stat(at("f"), &st, &e));
    assert_int_equal(st.kind, OS_FILE);
    assert_int_equal(st.mode, 0600);
    assert_int_equal(st.size, 1);
    assert_in_range((uint64_t)st.mtime, (uint64_t)os_now() - 60000, (uint64_t)os_now() + 1000);
    /* Nothing is left beside it. */
    assert_true(os_dir_list(root, &a, &names, &e));
    assert_int_equal(names.n, 1);
    arena_free(&a);
}

static void replaces_a_link_and_not_what_it_names(void **state)
{
    (void)state;
    put("victim", "kept");
    assert_int_equal(symlink(at("victim"), at("link")), 0);
    put("link", "new");
    assert_true(holds("victim", "kept"));
    assert_true(holds("link", "new"));
}

static void leaves_the_old_file_when_writing_fails(void **state)
{
    struct strs names;
    struct arena a = ARENA_INIT;

    (void)state;
    assert_int_equal(mkdir(at("f"), 0755), 0);
    put("f/inside", "x");
    assert_false(os_file_write(at("f"), "x", 1, 0600, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_true(os_dir_list(root, &a, &names, &e));
    assert_int_equal(names.n, 1);
    assert_false(os_file_write(at("none/f"), "x", 1, 0600, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    arena_free(&a);
}

static void reads_within_bounds(void **state)
{
    struct buf b;

    (void)state;
    put("f", "12345");
    buf_init(&b, 4);
    assert_false(os_file_read(at("f"), &b, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_free(&b);
    buf_init(&b, 5);
    assert_true(os_file_read(at("f"), &b, &e));
    assert_string_equal(buf_str(&b), "12345");
    buf_clear(&b);
    assert_false(os_file_read(at("none"), &b, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    /* Neither may it wait for a writer, nor read a device without end. */
    assert_int_equal(mkfifo(at("fifo"), 0600), 0);
    assert_false(os_file_read(at("fifo"), &b, &e));
    assert_false(os_file_read("/dev/zero", &b, &e));
    assert_false(os_file_read(root, &b, &e));
    buf_free(&b);
}

static void looks_without_following(void **state)
{
    struct os_stat st;
    struct buf b;

    (void)state;
    assert_int_equal(symlink("target/with space", at("link")), 0);
    assert_true(os_file_stat(at("link"), &st, &e));
    assert_int_equal(st.kind, OS_LINK);
    assert_true(os_file_exists(at("link")));
    buf_init(&b, 100);
    assert_true(os_file_readlink(at("link"), &b, &e));
    assert_string_equal(buf_str(&b), "target/with space");
    put("f", "");
    assert_false(os_file_readlink(at("f"), &b, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(os_file_stat(at("none"), &st, &e));
    assert_int_equal(st.kind, OS_ABSENT);
    assert_true(os_file_stat(at("f/below-a-file"), &st, &e));
    assert_int_equal(st.kind, OS_ABSENT);
    buf_free(&b);
}

static void makes_folders(void **state)
{
    struct os_stat st;
    mode_t old = umask(077);

    (void)state;
    assert_true(os_dir_make(at("a/b/c"), 0755, &e));
    assert_true(os_dir_make(at("a/b/c"), 0700, &e));
    umask(old);
    assert_true(os_file_stat(at("a/b"), &st, &e));
    assert_int_equal(st.mode, 0755);
    put("file", "");
    assert_false(os_dir_make(at("file/x"), 0755, &e));
    assert_false(os_dir_make("", 0755, &e));
}

static void lists_hostile_names(void **state)
{
    static const char *const names[] = {"-rf",
                                        "a\nb",
                                        "bad\xff\xfename",
                                        "\xe2\x80\xae"
                                        "txt",
                                        "z",
                                        "A"};
    struct arena a = ARENA_INIT;
    struct strs list;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(names[i], "");
    assert_true(os_dir_list(root, &a, &list, &e));
    assert_int_equal(list.n, 6);
    for (size_t i = 0; i < list.n; i++) {
        assert_true(text_utf8_valid(list.v[i], strlen(list.v[i])));
        if (i)
            assert_true(strcmp(list.v[i - 1], list.v[i]) < 0);
    }
    assert_true(text_in(&list, "bad\xEF\xBF\xBD\xEF\xBF\xBDname"));
    assert_false(os_dir_list(at("none"), &a, &list, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    arena_free(&a);
}

static void expect_glob(const char *pattern, size_t n, const char *const *want)
{
    struct arena a = ARENA_INIT;
    struct strs found;

    assert_true(os_file_glob(at(pattern), &a, &found, &e));
    assert_int_equal(found.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(found.v[i], at(want[i]));
    arena_free(&a);
}

static void finds_patterns(void **state)
{
    struct arena a = ARENA_INIT;
    struct strs found;

    (void)state;
    assert_true(os_dir_make(at("opt/kl/bin"), 0755, &e));
    assert_true(os_dir_make(at("opt/kl2"), 0755, &e));
    put("opt/kl/a.conf", "");
    put("opt/kl/.hidden.conf", "");
    put("opt/kl2/b.conf", "");
    assert_int_equal(symlink("/none", at("opt/kl2/dangling.conf")), 0);
    expect_glob("opt/*", 2, (const char *const[]){"opt/kl", "opt/kl2"});
    expect_glob("opt/*/*.conf", 4,
                (const char *const[]){"opt/kl/.hidden.conf", "opt/kl/a.conf", "opt/kl2/b.conf",
                                      "opt/kl2/dangling.conf"});
    expect_glob("opt//kl?/b.conf", 1, (const char *const[]){"opt/kl2/b.conf"});
    expect_glob("opt/[!a]l/bin/", 1, (const char *const[]){"opt/kl/bin"});
    expect_glob("opt/kl/a.conf", 1, (const char *const[]){"opt/kl/a.conf"});
    expect_glob("opt/kl/none", 0, NULL);
    expect_glob("none/*/x", 0, NULL);
    expect_glob("opt/kl/a.conf/*", 0, NULL);
    assert_false(os_file_glob("relative/*", &a, &found, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(os_file_glob("/", &a, &found, &e));
    assert_int_equal(found.n, 1);
    assert_string_equal(found.v[0], "/");
    arena_free(&a);
}

static void limits_patterns(void **state)
{
    struct arena a = ARENA_INIT;
    struct strs found;
    char name[32];

    (void)state;
    for (unsigned i = 0; i <= LIMIT_GLOB; i++) {
        snprintf(name, sizeof name, "%u", i);
        close(open(at(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
    assert_false(os_file_glob(at("*"), &a, &found, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    arena_free(&a);
}

static void copies_and_digests(void **state)
{
    struct os_stat st;
    char hex[65], other[65];
    char *big = malloc(3 << 20);

    (void)state;
    memset(big, 'x', 3 << 20);
    assert_true(os_file_write(at("big"), big, 3 << 20, 0751, &e));
    free(big);
    assert_true(os_file_copy(at("big"), at("copy"), &e));
    assert_true(os_file_stat(at("copy"), &st, &e));
    assert_int_equal(st.mode, 0751);
    assert_true(os_file_digest(at("big"), hex, &e));
    assert_true(os_file_digest(at("copy"), other, &e));
    assert_string_equal(hex, other);
    put("abc", "abc");
    assert_true(os_file_digest(at("abc"), hex, &e));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(symlink(at("abc"), at("link")), 0);
    assert_false(os_file_copy(at("link"), at("x"), &e));
    assert_false(os_file_copy(root, at("x"), &e));
    assert_false(os_file_digest(at("none"), hex, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(os_file_exists(at("x")));
    assert_true(os_file_rename(at("copy"), at("moved"), &e));
    assert_false(os_file_exists(at("copy")));
    assert_false(os_file_rename(at("copy"), at("moved"), &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void removes_trees_and_nothing_else(void **state)
{
    (void)state;
    assert_true(os_dir_make(at("outside"), 0755, &e));
    put("outside/kept", "kept");
    assert_true(os_dir_make(at("tree/a/b"), 0755, &e));
    put("tree/a/b/f", "");
    put("tree/-rf", "");
    put("tree/bad\xff", "");
    assert_int_equal(symlink(at("outside"), at("tree/a/out")), 0);
    assert_int_equal(symlink(at("outside/kept"), at("tree/kept")), 0);
    assert_int_equal(chmod(at("tree/a"), 0), 0);
    assert_true(os_tree_remove(at("tree"), &e));
    assert_false(os_file_exists(at("tree")));
    assert_true(holds("outside/kept", "kept"));
    /* A link is removed, not what it names; with a slash behind it too. */
    assert_int_equal(symlink(at("outside"), at("link")), 0);
    assert_true(os_tree_remove(at("link/"), &e));
    assert_false(os_file_exists(at("link")));
    assert_true(holds("outside/kept", "kept"));
    put("single", "");
    assert_true(os_tree_remove(at("single"), &e));
    assert_true(os_tree_remove(at("single"), &e));
    assert_true(os_tree_remove(at("none/below"), &e));
}

static void refuses_dangerous_trees(void **state)
{
    static const char *const refused[] = {"",          "/",          "//",      "/usr",        "/etc/",
                                          "relative",  "./x",        "/opt/..", "/opt/../etc", "/opt/./x/..",
                                          "/opt/.",    "..",         "/..",     "/.",          "/home",
                                          "///bin///", "/tmp/../usr"};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        err_clear(&e);
        assert_false(os_tree_remove(refused[i], &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
    /* A link above that turns two parts into one. */
    assert_int_equal(symlink("/", at("slash")), 0);
    assert_false(os_tree_remove(at("slash/usr"), &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(os_file_exists("/usr"));
}

static void limits_the_depth_of_trees(void **state)
{
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), next;

    (void)state;
    for (int i = 0; i < 400; i++) {
        assert_int_equal(mkdirat(fd, "d", 0755), 0);
        next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        fd = next;
    }
    close(fd);
    assert_false(os_tree_remove(at("d"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    /* So that tear_down can: the deeper part moves up until nothing is too deep. */
    for (int i = 0; i < 3; i++) {
        char deep[400] = "", up[16];

        for (int k = 0; k < 120; k++)
            memcpy(deep + 2 * k, "d/", 3);
        deep[239] = '\0';
        snprintf(up, sizeof up, "m%d", i);
        assert_int_equal(rename(at(deep), at("tmp")), 0);
        assert_int_equal(rename(at("d"), at(up)), 0);
        assert_int_equal(rename(at("tmp"), at("d")), 0);
    }
}

/* In a child of its own, as the mounts must not be seen by anybody else. */
static int with_mounts(void)
{
    const char *bind = at("tree/bind"), *other = at("tree/sub/tmpfs");

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return 10;
    if (mount(at("outside"), bind, NULL, MS_BIND, NULL) != 0 || mount("none", other, "tmpfs", 0, NULL) != 0)
        return 11;
    if (os_tree_remove(at("tree"), &e) || e.code != ERR_OS || !os_file_exists(at("outside/kept")))
        return 12;
    umount(bind);
    if (os_tree_remove(at("tree"), &e) || e.code != ERR_OS || !os_file_exists(other))
        return 13;
    umount(other);
    if (!os_tree_remove(at("tree"), &e) || os_file_exists(at("tree")))
        return 14;
    /* A tree that is a mount of its own is emptied, as it began there. */
    if (!os_dir_make(at("tree"), 0755, &e) || mount("none", at("tree"), "tmpfs", 0, NULL) != 0)
        return 15;
    if (!os_file_write(at("tree/f"), "", 0, 0600, &e) || os_tree_remove(at("tree"), &e))
        return 16;
    return os_file_exists(at("tree/f")) ? 17 : 0;
}

static void stays_on_its_mount(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        fail_msg("this test makes mounts: run it as root");
    assert_true(os_dir_make(at("outside"), 0755, &e));
    put("outside/kept", "kept");
    assert_true(os_dir_make(at("tree/bind"), 0755, &e));
    assert_true(os_dir_make(at("tree/sub/tmpfs"), 0755, &e));
    pid = fork();
    if (pid == 0)
        _exit(with_mounts());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(holds("outside/kept", "kept"));
}

static void keeps_a_log(void **state)
{
    struct os_log *l = os_log_open(at("log"), &e);
    struct os_stat st;

    (void)state;
    assert_non_null(l);
    assert_true(os_log_append(l, "one\n", 4, &e));
    assert_true(os_log_append(l, "two\n", 4, &e));
    assert_true(os_log_sync(l, &e));
    os_log_close(l);
    assert_true(os_file_stat(at("log"), &st, &e));
    assert_int_equal(st.mode, 0600);
    l = os_log_open(at("log"), &e);
    assert_non_null(l);
    assert_true(os_log_append(l, "torn", 4, &e));
    assert_false(os_log_cut(l, 13, &e));
    assert_true(os_log_cut(l, 8, &e));
    assert_true(os_log_append(l, "three\n", 6, &e));
    os_log_close(l);
    assert_true(holds("log", "one\ntwo\nthree\n"));
    assert_int_equal(symlink(at("elsewhere"), at("link")), 0);
    assert_null(os_log_open(at("link"), &e));
    assert_null(os_log_open(at("none/log"), &e));
    os_log_close(NULL);
}

/* A full disk: what did not fit is not left between whole records. */
static int with_full_disk(void)
{
    char record[3000];
    struct os_log *l;
    struct os_stat st;

    memset(record, 'r', sizeof record);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", at("small"), "tmpfs", 0, "size=16k") != 0)
        return 10;
    l = os_log_open(at("small/log"), &e);
    for (int i = 0; l && i < 5; i++)
        if (!os_log_append(l, record, sizeof record, &e))
            return 11;
    if (!l || os_log_append(l, record, sizeof record, &e) || e.code != ERR_IO)
        return 12;
    if (!os_file_stat(at("small/log"), &st, &e) || st.size != 5 * (long long)sizeof record)
        return 13;
    os_log_close(l);
    return os_file_write(at("small/new"), record, sizeof record, 0600, &e) || os_file_exists(at("small/new"))
               ? 14
               : 0;
}

static void survives_a_full_disk(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        fail_msg("this test makes mounts: run it as root");
    assert_true(os_dir_make(at("small"), 0755, &e));
    pid = fork();
    if (pid == 0)
        _exit(with_full_disk());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void locks_out_others(void **state)
{
    struct os_lock *l;
    int ready[2], status;
    char c;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        l = os_lock_take(at("lock"), "plan \x1b[2J 42", &e);
        if (write(ready[1], l ? "+" : "-", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(c, '+');
    assert_null(os_lock_take(at("lock"), "other", &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_true(e.retryable);
    snprintf(buffers[0], sizeof buffers[0], "process %d plan \\x1b[2J 42", (int)pid);
    assert_non_null(strstr(e.text, buffers[0]));
    /* However it ends, the lock is free. */
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    l = os_lock_take(at("lock"), "mine", &e);
    assert_non_null(l);
    assert_null(os_lock_take(at("lock"), "again", &e));
    os_lock_release(l);
    l = os_lock_take(at("lock"), "third", &e);
    assert_non_null(l);
    os_lock_release(l);
    os_lock_release(NULL);
    close(ready[0]);
    close(ready[1]);
}

static void tells_free_space(void **state)
{
    long long free_mib = -1, total = -1, below = -1, same = -1;

    (void)state;
    assert_true(os_disk_free(root, &free_mib, &total, &e));
    assert_true(total > 0 && free_mib >= 0 && free_mib <= total);
    assert_true(os_disk_free(at("not/yet/there"), &below, &same, &e));
    assert_true(same == total);
}

static void touches(void **state)
{
    enum os_touch t;

    (void)state;
    assert_true(os_touch(at("probe"), "harmless", 8, &t, &e));
    assert_int_equal(t, OS_TOUCH_ALLOWED);
    assert_true(holds("probe", "harmless"));
    assert_false(os_touch(at("none/probe"), "x", 1, &t, &e));
    assert_int_equal(e.code, ERR_IO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* A file would take the place of the device, for everybody on the PC. */
static void replaces_no_device(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_false(os_file_write(at("pipe"), "x", 1, 0600, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(lstat(at("pipe"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_whole_files),
        TEST(replaces_a_link_and_not_what_it_names),
        TEST(leaves_the_old_file_when_writing_fails),
        TEST(reads_within_bounds),
        TEST(looks_without_following),
        TEST(makes_folders),
        TEST(lists_hostile_names),
        TEST(finds_patterns),
        TEST(limits_patterns),
        TEST(copies_and_digests),
        TEST(removes_trees_and_nothing_else),
        TEST(refuses_dangerous_trees),
        TEST(limits_the_depth_of_trees),
        TEST(stays_on_its_mount),
        TEST(survives_a_full_disk),
        TEST(keeps_a_log),
        TEST(locks_out_others),
        TEST(tells_free_space),
        TEST(touches),
        TEST(replaces_no_device),
    };

    return cmocka_run_group_tests_name("os_file", tests, NULL, NULL);
}
