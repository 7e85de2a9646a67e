/*
 * Rebuilding of Debian packages: a package is made with dpkg-deb, installed by dpkg into a private root,
 * changed there, rebuilt, purged and installed again from the rebuilt one.
 */
#include "tests/unit/payload_util.h"

#include "core/payload/rebuild_impl.h"

#include <signal.h>
#include <sys/resource.h>

#define CONTROL                                                                                              \
    "Package: tprobe\nVersion: 2:1.2~rc1-3\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n"    \
    "Section: utils\nPriority: optional\nDescription: a probe\n with a second line\n .\n and a third\n"

static void script(const char *name)
{
    char text[256];
    /* maintainer scripts run outside the private root, so they name it */
    snprintf(text, sizeof text, "#!/bin/sh\necho \"%s $1\" >>\"$DPKG_ROOT/ran\"\n", name);
    put(in("pkg/DEBIAN/%s", name), text);
    assert_int_equal(chmod(in("pkg/DEBIAN/%s", name), 0755), 0);
}

static void dpkg(const char *what, const char *arg)
{
    RUN("dpkg", "--root", in("root"), "--force-script-chrootless", "--log", in("dpkg.log"), what, arg);
}

static void make_root(void)
{
    folder(in("root/var/lib/dpkg/info"));
    folder(in("root/var/lib/dpkg/updates"));
    folder(in("root/etc"));
    put(in("root/var/lib/dpkg/status"), "");
    put(in("root/etc/passwd"), "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n");
    put(in("root/etc/group"), "root:x:0:\ndaemon:x:1:\n");
}

static void make_package(void)
{
    static const char *const scripts[] = {"preinst", "postinst", "prerm", "postrm"};
    const char *p;
    folder(in("pkg/DEBIAN"));
    folder(in("pkg/opt/t/empty folder"));
    folder(in("pkg/etc/t"));
    put(in("pkg/opt/t/program"), "program\n");
    assert_int_equal(link(in("pkg/opt/t/program"), in("pkg/opt/t/second name")), 0);
    assert_int_equal(symlink("program", in("pkg/opt/t/link")), 0);
    put(in("pkg/opt/t/gr\xc3\xbc\xc3\x9f"
           "e.txt"),
        "umlauts\n");
    put(in("pkg/opt/t/gone"), "gone\n");
    put(in("pkg/opt/t/moved"), "moved away\n");
    put(in("pkg/opt/t/patched"), "as brought\n");
    put(p = in("pkg/opt/t/owned"), "of daemon\n");
    assert_int_equal(chown(p, 1, 1), 0);
    assert_int_equal(chmod(p, 04750), 0);
    put(in("pkg/etc/t/t.conf"), "as brought\n");
    put(in("pkg/etc/t/other.conf"), "other\n");
    put(in("pkg/DEBIAN/control"), CONTROL);
    put(in("pkg/DEBIAN/conffiles"), "/etc/t/t.conf\n/etc/t/other.conf\n");
    put(in("pkg/DEBIAN/triggers"), "interest-noawait /opt/t\n");
    put(in("pkg/DEBIAN/md5sums"), "b7f783baed8297f0db917462184ff4f0  opt/t/none\n"
                                  "3a4f05e0a5f2ac5ed95a1c3d1f4a1f4b  opt/t/patched\n"
                                  "00000000000000000000000000000000  opt/t/gone\n");
    for (size_t i = 0; i < COUNT(scripts); i++)
        script(scripts[i]);
    RUN("dpkg-deb", "--build", "--nocheck", in("pkg"), in("tprobe.deb"));
}

static int make_all(void **state)
{
    if (make_top(state) != 0)
        return -1;
    make_root();
    make_package();
    dpkg("-i", in("tprobe.deb"));
    return 0;
}

static bool rebuild(const char *name, const char *dir, struct rebuilt *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = rebuild_root(in("root"), "dpkg", name, dir, &a, r, e);
    if (ok) {
        char digest[DIGEST_TEXT];
        struct os_stat st;
        struct err x = ERR_INIT;
        assert_true(os_file_digest(r->path, digest, &x) && os_file_stat(r->path, &st, &x));
        assert_string_equal(digest, r->digest);
        assert_int_equal(st.size, r->bytes);
        assert_true(text_ends(r->path, "/tprobe_2%3a1.2~rc1-3_all.deb"));
        assert_int_equal(rename(r->path, in("%s.deb", strrchr(dir, '/') + 1)), 0);
    }
    no_leftovers(dir);
    r->path = NULL;
    arena_free(&a);
    return ok;
}

static void unpack(const char *deb, const char *to)
{
    RUN("dpkg-deb", "--raw-extract", in("%s", deb), in("%s", to));
}

/* Untouched, the rebuilt package holds what the original held. */
static void test_same(void **state)
{
    struct rebuilt r;
    struct err e = ERR_INIT;
    (void)state;
    if (!rebuild("tprobe", in("first"), &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.files, 10);
    assert_int_equal(r.changed, 2); /* the recorded digests of "patched" and "gone" are wrong */
    assert_int_equal(r.missing, 0);
    unpack("tprobe.deb", "a");
    unpack("first.deb", "b");
    assert_int_equal(unlink(in("a/DEBIAN/control")), 0); /* dpkg sorts its fields */
    char *control = get(in("b/DEBIAN/control"));
    assert_int_equal(unlink(in("b/DEBIAN/control")), 0);
    same_tree(in("a/DEBIAN"), in("b/DEBIAN"));
    same_tree(in("a/opt"), in("b/opt"));
    same_tree(in("a/etc"), in("b/etc"));
    assert_null(strstr(control, "Status:"));
    assert_null(strstr(control, "Conffiles:"));
    assert_null(strstr(control, "t.conf"));
    assert_non_null(strstr(control, "Version: 2:1.2~rc1-3\n"));
    assert_non_null(strstr(control, "Description: a probe\n with a second line\n .\n and a third\n"));
    free(control);
    struct stat x, y;
    assert_int_equal(stat(in("b/opt/t/program"), &x) | stat(in("b/opt/t/second name"), &y), 0);
    assert_int_equal(x.st_ino, y.st_ino);
}

/* Changed, diverted, with a folder that became a link, and restored by dpkg after a purge. */
static void test_restored(void **state)
{
    struct rebuilt r;
    struct err e = ERR_INIT;
    (void)state;
    put(in("root/etc/t/t.conf"), "changed by its owner\n");
    assert_int_equal(unlink(in("root/etc/t/other.conf")), 0);
    assert_int_equal(unlink(in("root/opt/t/gone")), 0);
    RUN("dpkg-divert", "--root", in("root"), "--divert", "/opt/t/moved.real", "--rename", "/opt/t/moved");
    put(in("root/opt/t/moved"), "of the administrator\n");
    folder(in("root/usr/real"));
    assert_int_equal(rename(in("root/opt"), in("root/usr/real/opt")), 0);
    assert_int_equal(symlink("usr/real/opt", in("root/opt")), 0);
    char *before = tree(in("root/usr/real/opt")), *conf = tree(in("root/etc/t"));
    if (!rebuild("tprobe:all", in("second"), &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.files, 8);
    assert_int_equal(r.changed, 2);
    assert_int_equal(r.missing, 2);
    unpack("second.deb", "c");
    holds(in("c/opt/t/moved"), "moved away\n");
    holds(in("c/DEBIAN/conffiles"), "/etc/t/t.conf\n");
    char *md5sums = get(in("c/DEBIAN/md5sums"));
    assert_null(strstr(md5sums, "gone"));
    free(md5sums);

    dpkg("--purge", "tprobe");
    assert_int_not_equal(access(in("root/etc/t/t.conf"), F_OK), 0);
    assert_int_not_equal(access(in("root/opt/t/program"), F_OK), 0);
    assert_int_equal(unlink(in("root/ran")), 0);
    dpkg("-i", in("second.deb"));
    holds(in("root/ran"), "preinst install\npostinst configure\n");
    char *after = tree(in("root/usr/real/opt")), *conf_after = tree(in("root/etc/t"));
    same_text(before, after);
    same_text(conf, conf_after);

    if (!rebuild("tprobe", in("third"), &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.missing, 0);
    unpack("third.deb", "d");
    same_tree(in("c"), in("d"));
}

/* One row: a file of the database is replaced, the rebuild refuses. */
static void test_refused(void **state)
{
    static const struct {
        const char *file, *text;
        enum err_code code;
        const char *says;
    } rows[] = {
        {"info/tprobe.list", "/.\n/opt\nopt/t\n", ERR_INPUT, "line 3"},
        {"info/tprobe.list", "/.\n/opt/../etc/shadow\n", ERR_INPUT, "line 2"},
        {"info/tprobe.list", "/.\n/opt//t\n", ERR_INPUT, "plain absolute"},
        {"info/tprobe.list", "/.\n/opt/\n", ERR_INPUT, "plain absolute"},
        {"info/tprobe.list", "/.\n/opt/a\001b\n", ERR_INPUT, "plain absolute"},
        {"info/tprobe.list", "/.\n\n/opt\n", ERR_INPUT, "line 2"},
        {"diversions", "/opt/t/moved\n../x\n:\n", ERR_INPUT, "diversions"},
        {"status", "", ERR_NOT_FOUND, "not installed"},
        {"status", "Package: tprobe2\nStatus: install ok installed\n", ERR_NOT_FOUND, "not installed"},
        {"status", "Package: tprobe\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n",
         ERR_NOT_FOUND, "config-files"},
        {"status", "Package: tprobe\nStatus: install ok half-installed\nVersion: 1\nArchitecture: all\n",
         ERR_NOT_FOUND, "half-installed"},
        {"status", "Package: tprobe\nStatus: install ok installed\nVersion: ../../x\nArchitecture: all\n",
         ERR_INPUT, "version"},
        {"status", "Package: tprobe\nStatus: install ok installed\nVersion: 1\n", ERR_INPUT, "version"},
        {"status",
         "Package: tprobe\nStatus: install ok installed\nVersion: 1\nArchitecture: i386\n\n"
         "Package: tprobe\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n",
         ERR_INPUT, "tprobe:amd64"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rebuilt r;
        struct err e = ERR_INIT;
        const char *path = in("root/var/lib/dpkg/%s", rows[i].file);
        char *kept = get(path);
        put(path, rows[i].text);
        bool ok = rebuild("tprobe", in("refused"), &r, &e);
        put(path, kept);
        free(kept);
        if (ok || e.code != rows[i].code || strstr(e.text, rows[i].says) == NULL)
            fail_msg("row %zu: %s %s", i, err_id(e.code), e.text);
    }
}

static void test_names(void **state)
{
    static const char *const names[] = {"",        "../tprobe", "tprobe/..", "tprobe:../x",
                                        "tprobe:", "a b",       ".x",        "x\n"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct rebuilt r;
        struct err e = ERR_INIT;
        assert_false(rebuild(names[i], in("names"), &r, &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
    struct rebuilt r;
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    assert_false(rebuild_root(in("root"), "portage", "x", in("names"), &a, &r, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_false(rebuild_root(in("root"), "dpkg", "tprobe", "names", &a, &r, &e));
    assert_int_equal(e.code, ERR_INPUT);
    arena_free(&a);
}

/* The folder for the result is a file; then writing fails at several places. */
static void test_no_room(void **state)
{
    struct rebuilt r;
    struct err e = ERR_INIT;
    (void)state;
    put(in("file"), "");
    assert_false(rebuild("tprobe", in("file/x"), &r, &e));
    assert_int_equal(e.code, ERR_IO);
    struct rlimit kept, small = {100, RLIM_INFINITY};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (; small.rlim_cur < 900; small.rlim_cur += 200) {
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        e = (struct err)ERR_INIT;
        bool ok = rebuild("tprobe", in("full"), &r, &e);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
        assert_false(ok);
        assert_int_equal(e.code, ERR_IO);
    }
}

/* Every allocation fails once. */
static void test_memory(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        struct rebuilt r;
        struct err e = ERR_INIT;
        struct arena a = ARENA_INIT;
        mem_fail_at(n, false);
        bool ok = rebuild_root(in("root"), "dpkg", "tprobe", in("memory"), &a, &r, &e);
        mem_fail_at(0, false);
        arena_free(&a);
        no_leftovers(in("memory"));
        if (ok) {
            assert_true(n > 5);
            return;
        }
        if (e.code != ERR_NOMEM && e.code != ERR_LIMIT) /* a buffer cannot tell the two apart */
            fail_msg("allocation %lu: %s %s", n, err_id(e.code), e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),  cmocka_unit_test(test_restored), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_names), cmocka_unit_test(test_no_room),  cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, make_all, drop_top);
}
