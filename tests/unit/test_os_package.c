/* Packages: the real dpkg, apt and rpm in a sandbox, against what the facts say. */
#include "core/os/package.h"
#include "tests/unit/test_os_sandbox.h"

#include <signal.h>
#include <sys/wait.h>

/* /mnt/NAME_VERSION.deb with a configuration file; FIELDS and POSTINST may be empty. */
static const char build_deb[] = "deb() { d=/mnt/deb; rm -rf $d; mkdir -p $d/DEBIAN $d/etc $d/opt/$1; echo $2 "
                                "> $d/etc/$1.conf; echo $2 > $d/opt/$1/v;"
                                " printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: t "
                                "<t@example.org>\\nDescription: t\\n%b' $1 $2 "
                                "\"$3\" > $d/DEBIAN/control; echo /etc/$1.conf > $d/DEBIAN/conffiles;"
                                " [ -z \"$4\" ] || { printf '#!/bin/sh\\n%s\\n' \"$4\" > $d/DEBIAN/postinst; "
                                "chmod 755 $d/DEBIAN/postinst; };"
                                " dpkg-deb --root-owner-group --build $d /mnt/$1_$2.deb; }; ";

static void deb(const char *arguments)
{
    char script[2048];

    snprintf(script, sizeof script, "%s deb %s", build_deb, arguments);
    sh(script);
}

static struct os_exit x;

static int change(enum os_package_action action, const char *manager, const char *name)
{
    struct os_package_change c = {.action = action,
                                  .manager = manager,
                                  .names = ARGV(name),
                                  .dir = "/mnt/fetched",
                                  .timeout_ms = 120000};

    buf_free(&x.out);
    if (!os_package_change(&c, &x, &e))
        return -1;
    return x.code;
}

/* enum package_state, or PACKAGE_ABSENT; the version in *version. */
static int state_of(const char *name, const char **version)
{
    memset(&facts, 0, sizeof facts);
    if (!os_package_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.packages.n; i++) {
        if (!text_eq(facts.packages.v[i].name, name))
            continue;
        if (version)
            *version = facts.packages.v[i].version;
        return facts.packages.v[i].state;
    }
    return PACKAGE_ABSENT;
}

static void lists_what_dpkg_lists(void **state)
{
    const char *cursor, *line, *text;
    size_t n, count = 0;

    (void)state;
    sh("dpkg-query -W -f '${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Status}\\n' > /mnt/truth");
    assert_true(os_package_list(&facts, &arena, &e));
    text = get("/mnt/truth");
    cursor = text;
    while (text_line(&cursor, text + strlen(text), &line, &n)) {
        bool found = false;

        for (size_t i = 0; i < facts.packages.n && !found; i++) {
            const struct package *p = &facts.packages.v[i];
            const char *row = arena_printf(&arena, "%s\t%s\t%s\t%s", p->name, p->version, p->arch,
                                           p->state == PACKAGE_INSTALLED      ? "installed"
                                           : p->state == PACKAGE_CONFIG_FILES ? "config-files"
                                                                              : "other");

            found = strlen(row) == n && memcmp(row, line, n) == 0;
        }
        if (!found)
            fail_msg("dpkg has %.*s", (int)n, line);
        count++;
    }
    assert_true(count > 50);
    assert_int_equal(count, facts.packages.n);
}

static void installs_and_purges(void **state)
{
    const char *version = NULL;

    (void)state;
    deb("avtest 1.0 '' ''");
    deb("avtest 2.0 '' ''");
    assert_null(os_package_manager("avtest"));
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "/mnt/avtest_2.0.deb"), 0);
    assert_int_equal(state_of("avtest", &version), PACKAGE_INSTALLED);
    assert_string_equal(version, "2.0");
    assert_string_equal(os_package_manager("avtest"), "dpkg");
    /* An older one, over changed and removed configuration: changes stay, what is gone comes back. */
    put("/etc/avtest.conf", "changed\n", 0644);
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "/mnt/avtest_1.0.deb"), 0);
    assert_string_equal(get("/etc/avtest.conf"), "changed\n");
    sh("rm /etc/avtest.conf");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "/mnt/avtest_1.0.deb"), 0);
    assert_string_equal(get("/etc/avtest.conf"), "1.0\n");
    sh("dpkg --remove avtest");
    assert_int_equal(state_of("avtest", NULL), PACKAGE_CONFIG_FILES);
    assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", "avtest"), 0);
    assert_int_equal(state_of("avtest", NULL), PACKAGE_ABSENT);
    assert_false(os_file_exists("/etc/avtest.conf"));
    assert_null(os_package_manager("avtest"));
}

static void finishes_what_was_interrupted(void **state)
{
    (void)state;
    deb("avhalf 1.0 '' 'test -e /mnt/may-configure'");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "/mnt/avhalf_1.0.deb"), 1);
    assert_int_equal(state_of("avhalf", NULL), PACKAGE_HALF_CONFIGURED);
    assert_int_equal(change(OS_PACKAGE_CONFIGURE, "dpkg", "x"), 1);
    put("/mnt/may-configure", "", 0644);
    assert_int_equal(change(OS_PACKAGE_CONFIGURE, "dpkg", "x"), 0);
    assert_int_equal(state_of("avhalf", NULL), PACKAGE_INSTALLED);
    assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", "avhalf"), 0);
}

/* What a dpkg that was killed left in updates/ counts, as it does for dpkg itself. */
static void reads_updates_not_merged(void **state)
{
    const char *version = NULL;

    (void)state;
    deb("avupd 1.0 '' ''");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "/mnt/avupd_1.0.deb"), 0);
    put("/var/lib/dpkg/updates/0000",
        "Package: avupd\nStatus: deinstall ok half-installed\nArchitecture: all\nVersion: 1.0\n", 0644);
    put("/var/lib/dpkg/updates/tmp.i", "Package: avupd\nStatus: x", 0644);
    assert_int_equal(state_of("avupd", NULL), PACKAGE_HALF_INSTALLED);
    put("/var/lib/dpkg/updates/0001",
        "Package: avupd\nStatus: purge ok not-installed\nArchitecture: all\n\nPackage: avnew\nStatus: "
        "install ok "
        "unpacked\nVersion: 3\nArchitecture: all\n",
        0644);
    assert_int_equal(state_of("avupd", NULL), PACKAGE_ABSENT);
    assert_int_equal(state_of("avnew", &version), PACKAGE_UNPACKED);
    assert_string_equal(version, "3");
    sh("rm /var/lib/dpkg/updates/*");
    assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", "avupd"), 0);
}

static void survives_a_broken_status_file(void **state)
{
    (void)state;
    sh("cp /var/lib/dpkg/status /mnt/status.saved");
    put("/var/lib/dpkg/status",
        "\n\n: nothing\nStatus: install ok installed\n\nPackage: a\xff\nStatus: x "
        "installed\n\nPackage:\n\nPackage: "
        "b\n continued\nStatus:installed\nVersion: 1\r\nno colon",
        0644);
    assert_true(os_package_list(&facts, &arena, &e));
    assert_int_equal(facts.packages.n, 2);
    assert_string_equal(facts.packages.v[0].name, "a\xEF\xBF\xBD");
    assert_string_equal(facts.packages.v[1].name, "b");
    assert_string_equal(facts.packages.v[1].version, "1");
    assert_int_equal(facts.packages.v[1].state, PACKAGE_INSTALLED);
    sh("cp /mnt/status.saved /var/lib/dpkg/status");
}

static void takes_no_option_for_a_name(void **state)
{
    static const char *const bad[] = {"-rf", "--root=/", "kesl-", "", "a b", "../x", "/x", "a;b"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", bad[i]), -1);
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(change(OS_PACKAGE_INSTALL_FETCHED, "apt", bad[i]), -1);
    }
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "-i"), -1);
}

/* A repository of two packages, one needing the other and conflicting with a third. */
static void fetches_then_installs_without_network(void **state)
{
    (void)state;
    deb("avdep 1.0 '' ''");
    deb("avmain 1.0 'Depends: avdep\\nConflicts: avold\\nRecommends: avnever\\n' ''");
    deb("avold 1.0 '' ''");
    sh("mkdir -p /mnt/repo; cp /mnt/avdep_1.0.deb /mnt/avmain_1.0.deb /mnt/repo; cd /mnt/repo; for f in "
       "*.deb; do dpkg-deb -f $f;"
       " echo Filename: ./$f; echo Size: $(stat -c %s $f); echo SHA256: $(sha256sum $f | cut -d' ' -f1); "
       "echo; done > Packages;"
       " rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*;"
       " echo 'deb [trusted=yes] copy:/mnt/repo ./' > /etc/apt/sources.list");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "dpkg", "/mnt/avold_1.0.deb"), 0);
    assert_int_equal(change(OS_PACKAGE_FETCH, "apt", "avnothere"), 100);
    /* Although installing would have to remove something. */
    assert_int_equal(change(OS_PACKAGE_FETCH, "apt", "avmain"), 0);
    assert_true(os_file_exists("/mnt/fetched/avdep_1.0_all.deb"));
    assert_true(os_file_exists("/mnt/fetched/avmain_1.0_all.deb"));
    assert_int_equal(state_of("avmain", NULL), PACKAGE_ABSENT);
    assert_int_equal(state_of("avold", NULL), PACKAGE_INSTALLED);
    sh("mv /mnt/repo /mnt/away");
    /* Installing never removes. */
    assert_int_equal(change(OS_PACKAGE_INSTALL_FETCHED, "apt", "avmain"), 100);
    assert_int_equal(state_of("avold", NULL), PACKAGE_INSTALLED);
    assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", "avold"), 0);
    assert_int_equal(change(OS_PACKAGE_INSTALL_FETCHED, "apt", "avmain"), 0);
    assert_int_equal(state_of("avmain", NULL), PACKAGE_INSTALLED);
    assert_int_equal(state_of("avdep", NULL), PACKAGE_INSTALLED);
    assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", "avmain"), 0);
    assert_int_equal(change(OS_PACKAGE_PURGE, "dpkg", "avdep"), 0);
    /* A fetched file that was changed is not taken. */
    sh("echo x >> /mnt/fetched/avdep_1.0_all.deb");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FETCHED, "apt", "avmain"), 100);
    assert_int_equal(state_of("avmain", NULL), PACKAGE_ABSENT);
}

static void expect_lock(const char *path, short type, bool held)
{
    int ready[2];
    pid_t pid;
    char c;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct flock l = {.l_type = type, .l_whence = SEEK_SET};
        int fd = open(path, O_RDWR | O_CREAT, 0640);

        if (fcntl(fd, F_SETLK, &l) == 0 && write(ready[1], "+", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    memset(&facts, 0, sizeof facts);
    assert_true(os_package_lock(&facts, &arena, &e));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(facts.package_lock->held, held);
    if (held) {
        assert_int_equal(facts.package_lock->pid, pid);
        assert_string_equal(facts.package_lock->path, path);
        assert_non_null(strstr(facts.package_lock->holder, "test_os_package"));
    }
}

static void sees_who_holds_the_lock(void **state)
{
    (void)state;
    assert_true(os_package_lock(&facts, &arena, &e));
    assert_false(facts.package_lock->held);
    expect_lock("/var/lib/dpkg/lock-frontend", F_WRLCK, true);
    expect_lock("/var/lib/dpkg/lock", F_WRLCK, true);
    expect_lock("/var/cache/apt/archives/lock", F_WRLCK, true);
    sh("mkdir -p /var/lib/rpm");
    expect_lock("/var/lib/rpm/.rpm.lock", F_WRLCK, true);
    expect_lock("/var/lib/rpm/.rpm.lock", F_RDLCK, false); /* a query */
}

static void works_with_rpm(void **state)
{
    const char *version = NULL;

    (void)state;
    sh("mkdir -p /etc/rpm /var/lib/rpm /mnt/rb; echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros; rpm --initdb;"
       " for v in 1 2; do printf 'Name: avrpm\\nVersion: %s\\nRelease: 1\\nEpoch: 3\\nSummary: t\\nLicense: "
       "t\\nBuildArch: "
       "noarch\\n%%description\\nt\\n%%install\\nmkdir -p %%{buildroot}/opt/avrpm\\necho %s > "
       "%%{buildroot}/opt/avrpm/v\\n"
       "%%files\\n/opt/avrpm\\n' $v $v > /mnt/rb/avrpm.spec;"
       " rpmbuild -bb --define '_topdir /mnt/rb' --define '_rpmdir /mnt' /mnt/rb/avrpm.spec; done");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "rpm", "/mnt/noarch/avrpm-2-1.noarch.rpm"), 0);
    assert_int_equal(state_of("avrpm", &version), PACKAGE_INSTALLED);
    assert_string_equal(version, "3:2-1");
    assert_string_equal(os_package_manager("avrpm"), "rpm");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "rpm", "/mnt/noarch/avrpm-1-1.noarch.rpm"), 0);
    assert_int_equal(state_of("avrpm", &version), PACKAGE_INSTALLED);
    assert_string_equal(version, "3:1-1");
    assert_int_equal(change(OS_PACKAGE_INSTALL_FILES, "rpm", "/mnt/noarch/avrpm-1-1.noarch.rpm"), 0);
    assert_int_equal(change(OS_PACKAGE_PURGE, "rpm", "avrpm"), 0);
    assert_int_equal(state_of("avrpm", NULL), PACKAGE_ABSENT);
    assert_int_equal(change(OS_PACKAGE_PURGE, "rpm", "avrpm"), 1);
    assert_null(os_package_manager("avrpm"));
    assert_int_equal(change(OS_PACKAGE_CONFIGURE, "rpm", "x"), 0);
    sh("rm -rf /var/lib/rpm");
}

static int end(void **state)
{
    (void)state;
    buf_free(&x.out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SANDBOX_TEST(lists_what_dpkg_lists),
        SANDBOX_TEST(installs_and_purges),
        SANDBOX_TEST(finishes_what_was_interrupted),
        SANDBOX_TEST(reads_updates_not_merged),
        SANDBOX_TEST(survives_a_broken_status_file),
        SANDBOX_TEST(takes_no_option_for_a_name),
        SANDBOX_TEST(fetches_then_installs_without_network),
        SANDBOX_TEST(sees_who_holds_the_lock),
        SANDBOX_TEST(works_with_rpm),
    };

    return cmocka_run_group_tests_name("os_package", tests, sandbox_enter, end);
}
