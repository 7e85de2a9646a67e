/*
 * Rebuilding of rpms: a package is made with rpmbuild, installed by rpm into a private root with a database
 * of its own, changed there, rebuilt, removed and installed again from the rebuilt one. Digests are checked
 * by rpm.
 */
#include "tests/unit/payload_util.h"

#include "core/payload/rebuild_impl.h"
#include "core/payload/rpm_header.h"

static const char spec[] =
    "Name: tprobe\nVersion: 1.2\nRelease: 3\nEpoch: 2\nSummary: a probe with \xc3\xbcmlauts\nLicense: none\n"
    "Group: Applications/System\nURL: http://example.org/\nBuildArch: noarch\nPrefix: /opt\n"
    "Requires: base >= 1.0\nRequires(pre): other\nProvides: av = 3:1\nConflicts: rival < 4\nObsoletes: older "
    "< 2\n"
    "Recommends: nice\nSuggests: nicer\nSupplements: more\nEnhances: most\n"
    "%description\nSeveral\nlines, \"quotes\", <tags> & (none)\n"
    "%install\n"
    "mkdir -p '%{buildroot}/opt/t/empty folder' %{buildroot}/etc/t\n"
    "echo program >%{buildroot}/opt/t/program\n"
    "ln %{buildroot}/opt/t/program '%{buildroot}/opt/t/second name'\n"
    "ln -s program %{buildroot}/opt/t/link\n"
    "echo umlauts >%{buildroot}/opt/t/gr\xc3\xbc\xc3\x9f"
    "e.txt\n"
    "echo gone >%{buildroot}/opt/t/gone\necho patched >%{buildroot}/opt/t/patched\n"
    "echo owned >%{buildroot}/opt/t/owned\necho conf >%{buildroot}/etc/t/t.conf\n"
    "%pretrans -p <lua>\nmark = io.open('/ran', 'a') mark:write('pretrans\\n') mark:close()\n"
    "%pre -p <lua>\nmark = io.open('/ran', 'a') mark:write('pre\\n') mark:close()\n"
    "%post -p <lua>\nmark = io.open('/ran', 'a') mark:write('post\\n') mark:close()\n"
    "%preun -p <lua>\nmark = io.open('/ran', 'a') mark:write('preun\\n') mark:close()\n"
    "%postun\necho \"never run\" $1\nexit 3\n%verifyscript\ntrue\n"
    "%triggerin -- foo > 1\necho \"trigger\"\n%triggerun -p /bin/bash -- bar, baz\necho other\n"
    "%filetriggerin -P 7 -- /usr/lib/foo /usr/lib/foo2\ncat\n%transfiletriggerin -P 9 -- /usr/lib/bar\ncat\n"
    "%files\n%dir /opt/t\n%attr(0700,root,root) \"/opt/t/empty folder\"\n/opt/t/program\n\"/opt/t/second "
    "name\"\n"
    "/opt/t/link\n/opt/t/gr\xc3\xbc\xc3\x9f"
    "e.txt\n/opt/t/gone\n/opt/t/patched\n"
    "%attr(4750,daemon,daemon) /opt/t/owned\n%dir /etc/t\n%config(noreplace) /etc/t/t.conf\n%ghost "
    "/opt/t/state\n"
    "%changelog\n* Mon Jan 01 2024 Nobody <nobody@example.org> - 1.2-3\n- first\n  and more\n"
    "* Sun Jan 01 2023 Nobody <nobody@example.org> - 1.1-1\n- before\n";

#define RPM(...) RUN("rpm", "--dbpath", "/var/lib/rpm", "--root", in("root"), __VA_ARGS__)
/* What a package file says: no database of the machine is read */
#define RPM_FILE(...) RUN("rpm", "--dbpath", in("none"), __VA_ARGS__)

static int make_all(void **state)
{
    if (make_top(state) != 0)
        return -1;
    folder(in("root/var/lib/rpm"));
    folder(in("root/etc"));
    put(in("root/etc/passwd"), "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n");
    put(in("root/etc/group"), "root:x:0:\ndaemon:x:1:\n");
    put(in("t.spec"), spec);
    char topdir[LIMIT_PATH], tmp[LIMIT_PATH], db[LIMIT_PATH], name[LIMIT_PATH];
    snprintf(topdir, sizeof topdir, "_topdir %s", in("build"));
    snprintf(tmp, sizeof tmp, "_tmppath %s", in("build/tmp"));
    snprintf(db, sizeof db, "_dbpath %s", in("none"));
    snprintf(name, sizeof name, "_rpmfilename original.rpm");
    folder(in("build/tmp"));
    RUN("rpmbuild", "-bb", "--define", topdir, "--define", tmp, "--define", db, "--define", name,
        in("t.spec"));
    RPM("-i", "--nodeps", "--notriggers", in("build/RPMS/original.rpm"));
    put(in("root/opt/t/state"), "of the program itself\n");
    return 0;
}

static bool rebuild(const char *name, const char *dir, struct rebuilt *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = rebuild_root(in("root"), "rpm", name, dir, &a, r, e);
    if (ok) {
        char digest[DIGEST_TEXT];
        struct err x = ERR_INIT;
        assert_true(os_file_digest(r->path, digest, &x));
        assert_string_equal(digest, r->digest);
        assert_true(text_ends(r->path, "/tprobe_1.2-3_noarch.rpm"));
        assert_int_equal(rename(r->path, in("%s.rpm", strrchr(dir, '/') + 1)), 0);
    }
    no_leftovers(dir);
    r->path = NULL;
    arena_free(&a);
    return ok;
}

/* All tags of a package file without those that say how it was built, the caller frees. */
static char *tags(const char *file)
{
    static const char *const other[] = {"Sigsize",      "Sigmd5",        "Sha1header",       "Sha256header",
                                        "Filedevices",  "Fileinodes",    "Fileclass",        "Classdict",
                                        "Payloadflags", "Payloaddigest", "Payloaddigestalt", "Filemtimes",
                                        "Archivesize"};
    RPM_FILE("-qp", "--xml", in("%s", file));
    char *text = get(in("output")), *to = text;
    const char *line, *end = text + strlen(text);
    bool skip = false;
    size_t n;
    for (const char *at = text; text_line(&at, end, &line, &n);) {
        char name[64] = "";
        if (sscanf(line, " <rpmTag name=\"%63[A-Za-z0-9]\"", name) == 1) {
            for (size_t i = 0; i < COUNT(other); i++)
                skip = skip || strcmp(name, other[i]) == 0;
        }
        if (!skip) {
            memmove(to, line, n);
            to += n;
            *to++ = '\n';
        }
        skip = skip && strncmp(line, "  </rpmTag>", 11) != 0;
    }
    *to = '\0';
    return text;
}

static void test_same(void **state)
{
    struct rebuilt r;
    struct err e = ERR_INIT;
    (void)state;
    if (!rebuild("tprobe", in("first"), &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.files, 8);
    assert_int_equal(r.changed, 0);
    assert_int_equal(r.missing, 0);
    RPM_FILE("-Kv", in("first.rpm"));
    char *said = get(in("output"));
    assert_non_null(strstr(said, "Header SHA256 digest: OK"));
    assert_non_null(strstr(said, "Payload SHA256 digest: OK"));
    free(said);
    char *a = tags("build/RPMS/original.rpm"), *b = tags("first.rpm");
    assert_non_null(strstr(a, "Transfiletriggerpriorities"));
    assert_non_null(strstr(a, "Changelogtext"));
    same_text(a, b);
}

static void test_restored(void **state)
{
    struct rebuilt r;
    struct err e = ERR_INIT;
    (void)state;
    put(in("root/etc/t/t.conf"), "changed by its owner\n");
    put(in("root/opt/t/patched"), "another length\n");
    assert_int_equal(chown(in("root/opt/t/patched"), 1, 0), 0);
    assert_int_equal(unlink(in("root/opt/t/gone")), 0);
    assert_int_equal(unlink(in("root/opt/t/state")), 0); /* a ghost, which no package brings back */
    char *before = tree(in("root/opt")), *conf = tree(in("root/etc/t"));
    if (!rebuild("tprobe-1.2-3.noarch", in("second"), &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.files, 7);
    assert_int_equal(r.changed, 2);
    assert_int_equal(r.missing, 1);
    RPM("-e", "--noscripts", "tprobe");
    assert_int_not_equal(access(in("root/opt/t/program"), F_OK), 0);
    assert_int_equal(unlink(in("root/etc/t/t.conf.rpmsave")), 0);
    assert_int_equal(unlink(in("root/ran")), 0);
    RPM("-U", "--nodeps", "--notriggers", in("second.rpm"));
    holds(in("root/ran"), "pretrans\npre\npost\n");
    char *after = tree(in("root/opt")), *conf_after = tree(in("root/etc/t"));
    same_text(before, after);
    same_text(conf, conf_after);
    RPM("-V", "--nodeps", "--noscripts", "tprobe");
    if (!rebuild("tprobe", in("third"), &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.changed, 0);
    assert_int_equal(r.missing, 0);
    char *a = tags("second.rpm"), *b = tags("third.rpm");
    same_text(a, b);
}

static void test_refused(void **state)
{
    static const struct {
        const char *name;
        enum err_code code;
    } rows[] = {{"absent", ERR_NOT_FOUND}, {"", ERR_INPUT},  {"../x", ERR_INPUT}, {"-qa", ERR_INPUT},
                {"a b", ERR_INPUT},        {"*", ERR_INPUT}, {".x", ERR_INPUT}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rebuilt r;
        struct err e = ERR_INIT;
        assert_false(rebuild(rows[i].name, in("refused"), &r, &e));
        if (e.code != rows[i].code)
            fail_msg("'%s': %s %s", rows[i].name, err_id(e.code), e.text);
    }
}

/* A bit flipped anywhere in the rebuilt file is noticed by rpm, so its digests cover it. */
static void test_digests_cover(void **state)
{
    static const long places[] = {0, 300, 500, 2000, -40};
    struct rebuilt r;
    struct err e = ERR_INIT;
    (void)state;
    if (!rebuild("tprobe", in("whole"), &r, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < COUNT(places); i++) {
        assert_true(os_file_copy(in("whole.rpm"), in("bad.rpm"), &e));
        FILE *f = fopen(in("bad.rpm"), "r+b");
        assert_non_null(f);
        assert_int_equal(fseek(f, places[i], places[i] < 0 ? SEEK_END : SEEK_SET), 0);
        int c = fgetc(f);
        assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
        fputc(c ^ 0x10, f);
        fclose(f);
        assert_int_not_equal(run_to(in("output"), (const char *const[]){"rpm", "--dbpath", in("none"), "-K",
                                                                        in("bad.rpm"), NULL}),
                             0);
    }
}

/* The bytes of the smallest header, by hand from the format. */
static void test_header(void **state)
{
    static const char want[] = "\x8e\xad\xe8\x01\0\0\0\0"
                               "\0\0\0\3"
                               "\0\0\0\x16" /* three tags, 22 bytes */
                               "\0\0\0\x3f"
                               "\0\0\0\7"
                               "\0\0\0\6"
                               "\0\0\0\x10"
                               "\0\0\3\xe8"
                               "\0\0\0\6"
                               "\0\0\0\0"
                               "\0\0\0\1"
                               "\0\0\4\6"
                               "\0\0\0\3"
                               "\0\0\0\2"
                               "\0\0\0\2"
                               "x\0"
                               "\x81\xa4\0\7"
                               "\0\0\0\x3f"
                               "\0\0\0\7"
                               "\xff\xff\xff\xd0"
                               "\0\0\0\x10";
    static const char *const name = "x";
    static const long long modes[] = {0100644, 7}, too_large = 65536, negative = -1;
    struct rpm_header h = {.n = 0};
    struct buf b;
    struct err e = ERR_INIT;
    (void)state;
    buf_init(&b, 4096);
    assert_true(rpm_header_numbers(&h, 1030, RPM_INT16, modes, 2, &e));
    assert_true(rpm_header_text(&h, 1000, RPM_STRING, &name, 1, &e));
    assert_false(rpm_header_numbers(&h, 1031, RPM_INT16, &too_large, 1, &e));
    assert_false(rpm_header_numbers(&h, 1031, RPM_INT32, &negative, 1, &e));
    assert_false(rpm_header_text(&h, 1031, RPM_STRING, &name, 0, &e));
    assert_true(rpm_header_end(&h, RPM_REGION_IMMUTABLE, &b, &e));
    assert_int_equal(b.len, sizeof want - 1);
    assert_memory_equal(b.data, want, b.len);
    buf_free(&b);
}

static void test_memory(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n += 1 + n / 3) { /* each try asks rpm dozens of times */
        struct rebuilt r;
        struct err e = ERR_INIT;
        struct arena a = ARENA_INIT;
        mem_fail_at(n, false);
        bool ok = rebuild_root(in("root"), "rpm", "tprobe", in("memory"), &a, &r, &e);
        mem_fail_at(0, false);
        arena_free(&a);
        no_leftovers(in("memory"));
        if (ok) {
            assert_true(n > 5);
            return;
        }
        /* a buffer cannot tell memory from its limit, nor looking for a program that there was no memory to
         * look */
        if (e.code != ERR_NOMEM && e.code != ERR_LIMIT && e.code != ERR_NOT_FOUND)
            fail_msg("allocation %lu: %s %s", n, err_id(e.code), e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),        cmocka_unit_test(test_same),    cmocka_unit_test(test_restored),
        cmocka_unit_test(test_digests_cover), cmocka_unit_test(test_refused), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, make_all, drop_top);
}
