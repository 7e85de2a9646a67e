/*
 * State archives: what is saved comes back as it was, nothing else is touched, and archives that were made to
 * harm or that are damaged do no harm.
 */
#include "tests/unit/payload_util.h"

#include "core/payload/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#define PATHS(...)                                                                                           \
    &(struct strs)                                                                                           \
    {                                                                                                        \
        .v = (const char *[]){__VA_ARGS__}, .n = sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)      \
    }
static const struct strs everything = {NULL, 0};

/* A state folder with one of everything that a product may keep. */
static void make_state(const char *name)
{
    const char *p;
    folder(in("%s/sub folder/empty", name));
    put(in("%s/plain", name), "plain\n");
    assert_int_equal(link(in("%s/plain", name), in("%s/sub folder/same", name)), 0);
    assert_int_equal(symlink("/nowhere", in("%s/dangling", name)), 0);
    put(p = in("%s/owned", name), "owned\n");
    assert_int_equal(chown(p, 1, 12345), 0);
    assert_int_equal(chmod(p, 02640), 0);
    assert_int_equal(setxattr(p, "trusted.avswap", "value", 5, 0), 0);
    put(in("%s/gr\xc3\xbc\xc3\x9f"
           "e \xff.txt",
           name),
        "not all of it UTF-8\n");
    put(in("%s/zero", name), "");
    int fd = open(in("%s/sparse", name), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(pwrite(fd, "end", 3, 64 << 20), 3);
    assert_int_equal(close(fd), 0);
    assert_int_equal(chmod(in("%s/sub folder", name), 0750), 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s/%.20s/socket", top, name);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    close(fd);
    const struct timespec old[2] = {{1000000000, 0}, {1000000000, 123456789}};
    assert_int_equal(utimensat(AT_FDCWD, in("%s/owned", name), old, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, in("%s/sub folder", name), old, 0), 0);
}

static void save(const struct strs *paths, const char *to, struct archive_info *info)
{
    struct err e = ERR_INIT;
    if (!archive_save(paths, to, info, &e))
        fail_msg("%s", e.text);
    char digest[DIGEST_TEXT];
    struct os_stat st;
    assert_true(os_file_digest(to, digest, &e) && os_file_stat(to, &st, &e));
    assert_string_equal(digest, info->digest);
    assert_int_equal(st.size, info->bytes);
    assert_true(archive_check(to, info->digest, &e));
    no_leftovers(top);
}

static void restore(const char *from, const struct strs *paths)
{
    struct err e = ERR_INIT;
    if (!archive_restore(from, paths, &e))
        fail_msg("%s", e.text);
}

static void drop(const char *path)
{
    struct err e = ERR_INIT;
    assert_true(os_tree_remove(path, &e));
}

static void test_round_trip(void **state)
{
    struct archive_info info;
    struct stat st, other;
    char value[8];
    (void)state;
    make_state("state");
    put(in("single"), "one file\n");
    assert_int_equal(unlink(in("state/socket")) | mkfifo(in("state/pipe"), 0600), 0);
    save(PATHS(in("state"), in("absent"), in("single")), in("s.tgz"), &info);
    assert_int_equal(unlink(in("state/pipe")), 0); /* as nobody saves it */
    assert_int_equal(info.entries, 11);
    assert_true(info.bytes < 64 << 10); /* the hole took no room */
    char *before = tree(in("state"));
    drop(in("state"));
    drop(in("single"));
    restore(in("s.tgz"), PATHS(in("state"), in("absent"), in("single")));
    same_text(tree(in("state")), strdup(before));
    assert_int_equal(stat(in("state/sub folder"), &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, 1000000000);
    restore(in("s.tgz"), PATHS(in("state"), in("absent"), in("single")));
    same_text(tree(in("state")), before);
    holds(in("single"), "one file\n");
    assert_int_equal(lstat(in("state/owned"), &st), 0);
    assert_int_equal(st.st_mtim.tv_nsec, 123456789);
    assert_int_equal(getxattr(in("state/owned"), "trusted.avswap", value, sizeof value), 5);
    assert_int_equal(stat(in("state/sparse"), &st), 0);
    assert_true(st.st_blocks < 1024);
    assert_int_equal(stat(in("state/plain"), &st) | stat(in("state/sub folder/same"), &other), 0);
    assert_int_equal(st.st_ino, other.st_ino);
    drop(in("state"));
}

/* What is in the way is replaced; what the archive does not have, and what was not asked for, stays. */
static void test_over(void **state)
{
    struct archive_info info;
    (void)state;
    make_state("state");
    put(in("elsewhere"), "mine\n");
    save(PATHS(in("state")), in("s.tgz"), &info);
    put(in("state/zero"), "changed\n");
    put(in("state/new"), "new\n");
    assert_int_equal(unlink(in("state/owned")) | symlink(in("elsewhere"), in("state/owned")), 0);
    assert_int_equal(unlink(in("state/dangling")) | mkdir(in("state/dangling"), 0700), 0);
    restore(in("s.tgz"), PATHS(in("state/owned"), in("state/dangling"), in("state/zer")));
    holds(in("state/owned"), "owned\n");
    holds(in("elsewhere"), "mine\n");
    holds(in("state/zero"), "changed\n");
    assert_int_equal(access(in("state/dangling"), F_OK), -1);
    restore(in("s.tgz"), &everything);
    holds(in("state/zero"), "");
    holds(in("state/new"), "new\n");
    drop(in("state"));
}

/* Links above a top are the system's own; links below are not gone through. */
static void test_links(void **state)
{
    struct archive_info info;
    struct err e = ERR_INIT;
    (void)state;
    folder(in("real/state/sub"));
    put(in("real/state/sub/file"), "file\n");
    assert_int_equal(symlink("real", in("way")), 0);
    save(PATHS(in("way/state")), in("l.tgz"), &info);
    drop(in("real/state"));
    restore(in("l.tgz"), PATHS(in("way/state")));
    holds(in("real/state/sub/file"), "file\n");
    struct stat st;
    assert_int_equal(lstat(in("way"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    drop(in("real/state/sub"));
    folder(in("trap"));
    assert_int_equal(symlink(in("trap"), in("real/state/sub")), 0);
    bool ok = archive_restore(in("l.tgz"), PATHS(in("way/state/sub/file")),
                              &e); /* its parent is a link: followed */
    assert_true(ok);
    assert_int_equal(unlink(in("trap/file")), 0);
    restore(in("l.tgz"), PATHS(in("way/state"))); /* the archive's folder replaces the link */
    assert_int_equal(access(in("trap/file"), F_OK), -1);
    holds(in("real/state/sub/file"), "file\n");
}

struct entry {
    mode_t type;
    const char *name, *target; /* of links; hard ones have type AE_IFREG */
};

/* An archive as nobody should make one; names that begin with "@" stand below the private folder. */
static void make_archive(const char *to, const struct entry *entries, size_t n)
{
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format_pax(a) | archive_write_add_filter_gzip(a) |
                         archive_write_open_filename(a, to),
                     ARCHIVE_OK);
    for (size_t i = 0; i < n && entries[i].name != NULL; i++) {
        struct archive_entry *x = archive_entry_new();
        const char *name = entries[i].name, *target = entries[i].target;
        archive_entry_set_pathname(x, name[0] == '@' ? in("%s", name + 1) + 1 : name);
        archive_entry_set_filetype(x, entries[i].type);
        archive_entry_set_perm(x, 0777);
        if (target != NULL && target[0] == '@')
            target = in("%s", target + 1);
        if (target != NULL && entries[i].type == AE_IFREG)
            archive_entry_set_hardlink(x, target[0] == '/' ? target + 1 : target);
        else if (target != NULL)
            archive_entry_set_symlink(x, target);
        else if (entries[i].type == AE_IFREG)
            archive_entry_set_size(x, 5);
        assert_int_equal(archive_write_header(a, x), ARCHIVE_OK);
        if (archive_entry_size(x) > 0)
            assert_int_equal(archive_write_data(a, "evil\n", 5), 5);
        archive_entry_free(x);
    }
    assert_int_equal(archive_write_free(a), ARCHIVE_OK);
}

/* Restored for "@state" and as a whole: nothing outside "@state" may change unless it was asked for. */
static void test_hostile(void **state)
{
    static const struct {
        struct entry entries[3];
        bool part_ok, whole_ok;
    } rows[] = {
        {{{AE_IFDIR, "@state", NULL},
          {AE_IFLNK, "@state/out", "@victim"},
          {AE_IFREG, "@state/out/file", NULL}},
         0,
         0},
        {{{AE_IFLNK, "@state", "@victim"}, {AE_IFREG, "@state/file", NULL}}, 0, 0},
        {{{AE_IFDIR, "@state", NULL}, {AE_IFREG, "@state/../victim/file", NULL}}, 0, 0},
        {{{AE_IFREG, "@victim/other", NULL}}, 1, 1},
        /* another name of the victim: refused for the part; as a whole the name is replaced, not the file */
        {{{AE_IFREG, "@state/x", "@victim/file"}, {AE_IFREG, "@state/x", NULL}}, 0, 1},
        {{{AE_IFREG, "@state//x", NULL}}, 0, 0},
        {{{AE_IFREG, "../../x", NULL}}, 0, 0},
        {{{AE_IFREG, "", NULL}}, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int whole = 0; whole < 2; whole++) {
            struct err e = ERR_INIT;
            drop(in("state"));
            drop(in("victim"));
            folder(in("victim"));
            put(in("victim/file"), "good\n");
            make_archive(in("h.tgz"), rows[i].entries, COUNT(rows[i].entries));
            bool ok = archive_restore(in("h.tgz"), whole ? &everything : PATHS(in("state")), &e);
            holds(in("victim/file"), "good\n");
            assert_int_equal(access(in("victim/other"), F_OK), whole && i == 3 ? 0 : -1);
            if (ok != (whole ? rows[i].whole_ok : rows[i].part_ok))
                fail_msg("row %zu: %s", i, e.text);
        }
    drop(in("state"));
    drop(in("victim"));
}

/* A file that cannot be restored is told of, after all others have been. */
static void test_goes_on(void **state)
{
    static const struct entry rows[] = {{AE_IFLNK, "@state/out", "@victim"},
                                        {AE_IFREG, "@state/out/file", NULL},
                                        {AE_IFREG, "@state/last", NULL}};
    struct err e = ERR_INIT;
    (void)state;
    folder(in("victim"));
    make_archive(in("h.tgz"), rows, COUNT(rows));
    assert_false(archive_restore(in("h.tgz"), PATHS(in("state")), &e));
    assert_non_null(strstr(e.text, "state/out/file"));
    holds(in("state/last"), "evil\n");
    drop(in("state"));
}

/* Cut anywhere and with any byte wrong, the archive is found damaged. */
static void test_damaged(void **state)
{
    struct archive_info info;
    struct err e = ERR_INIT;
    (void)state;
    folder(in("state"));
    put(in("state/a"), "some text that is saved\n");
    save(PATHS(in("state")), in("d.tgz"), &info);
    char *whole = mem_alloc((size_t)info.bytes);
    FILE *f = fopen(in("d.tgz"), "rb");
    assert_true(f != NULL && fread(whole, 1, (size_t)info.bytes, f) == (size_t)info.bytes);
    fclose(f);
    for (size_t n = 0; n < (size_t)info.bytes; n++) {
        e = (struct err)ERR_INIT;
        assert_true(os_file_write(in("cut.tgz"), whole, n, 0600, &e));
        assert_false(archive_check(in("cut.tgz"), info.digest, &e));
        assert_int_equal(e.code, ERR_PAYLOAD);
        e = (struct err)ERR_INIT;
        if (n > 20 && n < (size_t)info.bytes - 8) {
            assert_false(archive_check(in("cut.tgz"), NULL, &e));
            assert_int_equal(e.code, ERR_PAYLOAD);
        }
        whole[n] ^= 0x20;
        assert_true(os_file_write(in("cut.tgz"), whole, (size_t)info.bytes, 0600, &e));
        whole[n] ^= 0x20;
        assert_false(archive_check(in("cut.tgz"), info.digest, &e));
    }
    mem_free(whole);
    e = (struct err)ERR_INIT;
    assert_false(archive_check(in("absent.tgz"), NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    e = (struct err)ERR_INIT;
    assert_false(archive_restore(in("cut.tgz.absent"), &everything, &e));
    drop(in("state"));
}

static void test_refused(void **state)
{
    static const char *const paths[] = {"", "/", "relative", "/a/../b", "/a/./b", "/a//b", "/a/", "/.."};
    struct archive_info info;
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct err e = ERR_INIT;
        assert_false(archive_save(PATHS(paths[i]), in("r.tgz"), &info, &e));
        assert_int_equal(e.code, ERR_INPUT);
        e = (struct err)ERR_INIT;
        assert_false(archive_restore(in("s.tgz"), PATHS(paths[i]), &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
    assert_int_equal(access(in("r.tgz"), F_OK), -1);
}

/* The disk is full: an old archive of that name stays as it was. */
static void test_no_room(void **state)
{
    struct archive_info info;
    struct err e = ERR_INIT;
    struct rlimit kept, small = {50, RLIM_INFINITY};
    (void)state;
    make_state("state");
    put(in("old.tgz"), "old\n");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = archive_save(PATHS(in("state")), in("old.tgz"), &info, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_false(ok);
    assert_int_equal(e.code, ERR_IO);
    holds(in("old.tgz"), "old\n");
    no_leftovers(top);
    drop(in("state"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_over),    cmocka_unit_test(test_links),
        cmocka_unit_test(test_hostile),    cmocka_unit_test(test_goes_on), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, make_top, drop_top);
}
