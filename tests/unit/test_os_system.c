/* The machine, its processes, services, accounts and reboots, as the facts have them and as changes leave
 * them. */
#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/package.h"
#include "core/os/service.h"
#include "tests/unit/test_os_sandbox.h"

#include <signal.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

static void knows_the_machine(void **state)
{
    char boot[64];

    (void)state;
    put("/etc/os-release",
        "NAME=x\nID=astra\nID_LIKE=\"debian  ubuntu\"\nVERSION_ID='1.7'\nPRETTY_NAME=\"A \\\"B\\\" "
        "\\$\xff\"\n\nbroken",
        0644);
    put("/etc/machine-id", "0123456789abcdef0123456789abcdef\n", 0444);
    assert_true(os_machine(&facts, &arena, &e));
    assert_string_equal(facts.os->id, "astra");
    assert_int_equal(facts.os->id_like.n, 2);
    assert_string_equal(facts.os->id_like.v[1], "ubuntu");
    assert_string_equal(facts.os->version_id, "1.7");
    assert_string_equal(facts.os->name, "A \"B\" $\xEF\xBF\xBD");
    assert_string_equal(facts.os->init, "sysv");
    assert_string_equal(facts.machine->id, "0123456789abcdef0123456789abcdef");
    assert_true(os_boot_id(boot, sizeof boot, &e));
    assert_int_equal(strlen(boot), 36);
    assert_string_equal(facts.machine->boot_id, boot);
    assert_true(facts.memory_mib > 16 && facts.cpus >= 1);
    assert_int_equal(facts.disks.n, 4);
    assert_string_equal(facts.disks.v[3].path, os_state_dir());
    sh("mkdir -p /run/systemd/system");
    assert_true(os_machine(&facts, &arena, &e));
    assert_string_equal(facts.os->init, "systemd");
    sh("rmdir /run/systemd/system /run/systemd");
}

static const struct process *process(long long pid)
{
    memset(&facts, 0, sizeof facts);
    if (!os_process_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.processes.n; i++)
        if (facts.processes.v[i].pid == pid)
            return &facts.processes.v[i];
    return NULL;
}

static void knows_processes(void **state)
{
    const struct process *p;
    char name[LIMIT_PATH];
    pid_t pid;

    (void)state;
    /* A hostile name, another user, an executable that was deleted while it runs. */
    sh("mkdir -p /opt/t && cp /bin/sleep '/opt/t/) Z 1\n(x'");
    pid = fork();
    if (pid == 0) {
        if (setuid(65534) == 0)
            execl("/opt/t/) Z 1\n(x", "x", "60", (char *)NULL);
        _exit(1);
    }
    os_sleep_ms(100);
    assert_int_equal(unlink("/opt/t/) Z 1\n(x"), 0);
    p = process(pid);
    assert_non_null(p);
    assert_int_equal(p->ppid, getpid());
    assert_int_equal(p->uid, 65534);
    assert_non_null(strstr(p->name, ") Z 1"));
    assert_string_equal(p->exe, "/opt/t/) Z 1\n(x");
    kill(pid, SIGKILL);
    os_sleep_ms(100);
    assert_null(process(pid)); /* a zombie is no process */
    waitpid(pid, NULL, 0);
    p = process(getpid());
    assert_non_null(p);
    assert_true(readlink("/proc/self/exe", name, sizeof name) > 0);
    assert_int_equal(strncmp(p->exe, name, strlen(p->exe)), 0);
}

static void knows_who_watches_files(void **state)
{
    int ready[2], fd;
    size_t seen = 0;
    pid_t pid;
    char c = '-';

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NAME, "fan\xff");
        fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
        if (fd >= 0 && fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "/mnt") == 0 &&
            fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, AT_FDCWD, "/run") == 0 &&
            fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN, AT_FDCWD, "/mnt") == 0)
            c = '+';
        if (write(ready[1], &c, 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    assert_int_equal(c, '+');
    /* Among the processes listed before, then without a list. */
    assert_true(os_process_list(&facts, &arena, &e));
    assert_true(os_fanotify_list(&facts, &arena, &e));
    facts.processes.n = 0;
    assert_true(os_fanotify_list(&facts, &arena, &e));
    for (size_t i = 0; i < facts.fanotify.n; i++) {
        if (facts.fanotify.v[i].pid != pid)
            continue;
        seen++;
        assert_int_equal(facts.fanotify.v[i].marks, 3);
        assert_string_equal(facts.fanotify.v[i].name, "fan\xEF\xBF\xBD");
        assert_non_null(strstr(facts.fanotify.v[i].exe, "test_os_system"));
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(seen, 2);
    memset(&facts, 0, sizeof facts);
    assert_true(os_fanotify_list(&facts, &arena, &e));
    for (size_t i = 0; i < facts.fanotify.n; i++)
        assert_int_not_equal(facts.fanotify.v[i].pid, pid);
}

/* Without rights it must not look as if nobody watched. */
static void admits_what_it_cannot_see(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(10);
        if (os_fanotify_list(&facts, &arena, &e) || e.code != ERR_PRIVILEGE)
            _exit(11);
        err_clear(&e);
        if (!os_process_list(&facts, &arena, &e) || os_fanotify_list(&facts, &arena, &e) ||
            e.code != ERR_PRIVILEGE)
            _exit(14);
        memset(&facts, 0, sizeof facts);
        err_clear(&e);
        if (os_firewall_list(&facts, &arena, &e) || e.code != ERR_PRIVILEGE)
            _exit(12);
        arena_free(&arena);
        _exit(os_process_list(&facts, &arena, &e) && facts.processes.n ? 0 : 13);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- services ---- */

static const struct unit *unit(const char *name)
{
    memset(&facts, 0, sizeof facts);
    if (!os_service_list(NULL, &facts, &arena, &e))
        fail_msg("%s", e.text);
    return facts_unit(&facts, name);
}

static int change(enum os_service_action action, const char *name)
{
    struct os_exit x;
    int code;

    if (!os_service_change(action, name, 20000, &x, &e))
        return -1;
    code = x.code;
    buf_free(&x.out);
    return code;
}

static const char script[] =
    "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: avtest\n# Required-Start: $remote_fs\n"
    "# Required-Stop: $remote_fs\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n### END INIT INFO\n"
    "PIDFILE=\"/run/av/test.pid\"\nmkdir -p /run/av\n"
    "case $1 in start) setsid sleep 60 >/dev/null 2>&1 & echo $! > /run/av/test.pid;;\n"
    "stop) kill $(cat /run/av/test.pid); rm /run/av/test.pid;;\n*) exit 3;; esac\n";

static void drives_scripts(void **state)
{
    const struct unit *u;

    (void)state;
    put("/etc/init.d/avtest", script, 0755);
    put("/etc/init.d/avtest.dpkg-old", script, 0755);
    put("/etc/init.d/README", "", 0755);
    put("/etc/init.d/not-executable", script, 0644);
    u = unit("avtest");
    assert_non_null(u);
    assert_string_equal(u->manager, "sysv");
    assert_string_equal(u->active, "inactive");
    assert_string_equal(u->enabled, "disabled");
    assert_null(facts_unit(&facts, "avtest.dpkg-old"));
    assert_null(facts_unit(&facts, "README"));
    assert_null(facts_unit(&facts, "not-executable"));
    assert_int_equal(change(OS_SERVICE_ENABLE, "avtest.service"), 0);
    assert_int_equal(change(OS_SERVICE_START, "avtest.service"), 0);
    u = unit("avtest");
    assert_string_equal(u->active, "active");
    assert_string_equal(u->enabled, "enabled");
    assert_int_equal(change(OS_SERVICE_STOP, "avtest"), 0);
    assert_int_equal(change(OS_SERVICE_DISABLE, "avtest"), 0);
    u = unit("avtest");
    assert_string_equal(u->active, "inactive");
    assert_string_equal(u->enabled, "disabled");
    assert_int_equal(change(OS_SERVICE_RESTART, "avtest"), 3);
    assert_int_equal(change(OS_SERVICE_RELOAD, NULL), 0);
    assert_int_equal(change(OS_SERVICE_START, "no-such"), -1);
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_int_equal(change(OS_SERVICE_START, "../init.d/avtest"), -1);
    assert_int_equal(change(OS_SERVICE_STOP, "--all"), -1);
}

static void judges_pid_files(void **state)
{
    struct strs none = ARGV("other*"), some = ARGV("avp*.service");
    pid_t pid = fork();
    char text[32];

    (void)state;
    if (pid == 0) {
        prctl(PR_SET_NAME, "avname");
        pause();
    }
    put("/etc/init.d/avpid", "#!/bin/sh\n", 0755);
    put("/etc/init.d/avname", "#!/bin/sh\n", 0755);
    snprintf(text, sizeof text, "%d\n", (int)pid);
    put("/run/avpid.pid", text, 0644);
    assert_string_equal(unit("avpid")->active, "active");
    assert_string_equal(unit("avname")->active, "active"); /* by the name of a process */
    /* A file and a program that only the script knows. */
    put("/etc/init.d/avopt", "#!/bin/sh\nstart-stop-daemon --start --pidfile /run/av-opt.pid --exec x\n",
        0755);
    put("/run/av-opt.pid", text, 0644);
    assert_string_equal(unit("avopt")->active, "active");
    put("/etc/init.d/avdaemon", "#!/bin/sh\nPIDFILE=$X/none\nDAEMON='/opt/av/avname'\n", 0755);
    assert_string_equal(unit("avdaemon")->active, "active");
    /* The file is from an earlier boot, the id from this one. */
    sh("touch -d '2 hours ago' /run/avpid.pid");
    assert_string_equal(unit("avpid")->active, "failed");
    put("/run/avpid.pid", text, 0644);
    kill(pid, SIGKILL);
    os_sleep_ms(50);
    assert_string_equal(unit("avpid")->active, "failed"); /* a zombie */
    waitpid(pid, NULL, 0);
    assert_string_equal(unit("avname")->active, "inactive");
    put("/run/avpid.pid", "junk", 0644);
    assert_string_equal(unit("avpid")->active, "failed");
    memset(&facts, 0, sizeof facts);
    assert_true(os_service_list(&none, &facts, &arena, &e));
    assert_int_equal(facts.units.n, 0);
    assert_true(os_service_list(&some, &facts, &arena, &e));
    assert_int_equal(facts.units.n, 1);
    assert_string_equal(facts.units.v[0].name, "avpid");
}

static void lists_unit_files_that_nothing_runs(void **state)
{
    const struct unit *u;

    (void)state;
    put("/usr/lib/systemd/system/avleft.service", "[Service]\n", 0644);
    put("/usr/lib/systemd/system/avtest.service", "[Service]\n", 0644);
    put("/etc/init.d/avtest", script, 0755);
    sh("mkdir -p /etc/systemd/system/multi-user.target.wants; "
       "ln -s /usr/lib/systemd/system/avleft.service /etc/systemd/system/multi-user.target.wants/");
    u = unit("avleft.service");
    assert_non_null(u);
    assert_string_equal(u->active, "inactive");
    assert_string_equal(u->enabled, "enabled");
    assert_null(facts_unit(&facts, "avtest.service"));
    assert_non_null(facts_unit(&facts, "avtest"));
}

/* systemctl's part is played by a script that prints what systemctl(1) prints and notes how it was called. */
static void drives_systemd(void **state)
{
    struct strs patterns = ARGV("kesl*.service");
    const struct unit *u;

    (void)state;
    sh("mkdir -p /run/systemd/system /etc/systemd/system; ln -s /lib/systemd/system/kesl.service "
       "/etc/systemd/system/other.service");
    put("/usr/bin/systemctl",
        "#!/bin/sh\necho \"$*\" >> /run/calls\ncase $1 in\n"
        "list-units) printf '%s\\n' 'kesl.service loaded active running Kaspersky \\xff' '● gone.service "
        "not-found inactive dead "
        "gone.service' 'bad.service loaded failed failed Bad one' 'mask.service masked inactive dead m' '' "
        "'x.socket loaded active "
        "running x';;\n"
        "list-unit-files) printf '%s\\n' 'kesl.service enabled enabled' 'rest.service disabled enabled' "
        "'mask.service masked "
        "enabled' 'tmpl@.service static -' 'other.service alias -';;\n"
        "*) exit 5;; esac\n",
        0755);
    u = unit("kesl.service");
    assert_non_null(u);
    assert_string_equal(u->manager, "systemd");
    assert_string_equal(u->load, "loaded");
    assert_string_equal(u->active, "active");
    assert_string_equal(u->enabled, "enabled");
    u = facts_unit(&facts, "gone.service");
    assert_non_null(u);
    assert_string_equal(u->load, "not-found");
    assert_null(u->enabled);
    assert_string_equal(facts_unit(&facts, "bad.service")->active, "failed");
    assert_string_equal(facts_unit(&facts, "mask.service")->load, "masked");
    u = facts_unit(&facts, "rest.service");
    assert_non_null(u);
    assert_string_equal(u->active, "inactive");
    assert_string_equal(u->enabled, "disabled");
    assert_int_equal(facts.units.n, 7);
    assert_string_equal(facts_unit(&facts, "other.service")->active, "active");
    assert_true(os_service_list(&patterns, &facts, &arena, &e));
    assert_non_null(strstr(get("/run/calls"), "--type=service -- kesl*.service\n"));
    assert_int_equal(change(OS_SERVICE_DISABLE, "kesl.service"), 5);
    assert_int_equal(change(OS_SERVICE_RELOAD, NULL), 5);
    assert_non_null(strstr(get("/run/calls"),
                           "--no-ask-password disable -- kesl.service\n--no-ask-password daemon-reload\n"));
    /* When it cannot be asked, that is no empty list. */
    put("/usr/bin/systemctl", "#!/bin/sh\necho Failed to connect to bus >&2\nexit 1\n", 0755);
    assert_false(os_service_list(NULL, &facts, &arena, &e));
    assert_false(os_service_list(&patterns, &facts, &arena, &e));
    assert_int_equal(e.code, ERR_CHILD);
    assert_non_null(strstr(e.text, "Failed to connect"));
    sh("rm -r /run/systemd");
}

/* ---- accounts, SELinux, reboots ---- */

static void removes_accounts(void **state)
{
    (void)state;
    sh("groupadd kesladmin; useradd -M kesluser; printf '+@nis\\n#no:x\\nbad\\n' >> /etc/group");
    assert_true(os_accounts(&facts, &arena, &e));
    assert_true(text_in(&facts.groups, "kesladmin"));
    assert_true(text_in(&facts.users, "kesluser"));
    assert_false(text_in(&facts.groups, "#no"));
    assert_true(os_group_remove("kesladmin", &e));
    assert_true(os_group_remove("kesladmin", &e));
    assert_true(os_user_remove("kesluser", &e));
    memset(&facts, 0, sizeof facts);
    assert_true(os_accounts(&facts, &arena, &e));
    assert_false(text_in(&facts.groups, "kesladmin"));
    assert_false(text_in(&facts.users, "kesluser"));
    assert_false(os_group_remove("root", &e));
    assert_false(os_user_remove("-r", &e));
    /* A group that users have as their own stays, and it is said why. */
    sh("groupadd avgrp; useradd -M -g avgrp avuser");
    assert_false(os_group_remove("avgrp", &e));
    assert_int_equal(e.code, ERR_CHILD);
    assert_non_null(strstr(e.text, "avuser"));
}

static void reads_and_removes_contexts(void **state)
{
    (void)state;
    put("/etc/selinux/targeted/contexts/files/file_contexts.local",
        "# managed\n\n/opt/kaspersky/kesl/libexec/kesl -- system_u:object_r:kesl_exec_t:s0\n"
        "/opt/k(/.*)?    system_u:object_r:kesl_t:s0\n/opt/n <<none>>\nalone\n",
        0644);
    put("/usr/sbin/semanage", "#!/bin/sh\necho \"$*\" >> /run/calls\n", 0755);
    put("/run/calls", "", 0644);
    assert_true(os_selinux(&facts, &arena, &e));
    assert_int_equal(facts.selinux_contexts.n, 3);
    assert_string_equal(facts.selinux_contexts.v[0], "/opt/kaspersky/kesl/libexec/kesl kesl_exec_t");
    assert_string_equal(facts.selinux_contexts.v[1], "/opt/k(/.*)? kesl_t");
    assert_true(os_selinux_context_remove("/opt/kaspersky/kesl/libexec/kesl", &e));
    assert_true(os_selinux_context_remove("/opt/k(/.*)?", &e));
    assert_true(os_selinux_context_remove("/not/there", &e));
    assert_string_equal(get("/run/calls"),
                        "fcontext -d -f f /opt/kaspersky/kesl/libexec/kesl\nfcontext -d -f a /opt/k(/.*)?\n");
}

static void tells_of_a_pending_reboot(void **state)
{
    (void)state;
    assert_true(os_reboot_pending(&facts, &arena, &e));
    assert_false(facts.reboot_pending);
    put("/run/reboot-required", "*** System restart required ***\n", 0644);
    assert_true(os_reboot_pending(&facts, &arena, &e));
    assert_true(facts.reboot_pending);
    assert_int_equal(facts.reboot_reasons.n, 1);
    put("/run/reboot-required.pkgs", "libc6\nlinux-image-6.1\nlibc6\n", 0644);
    memset(&facts, 0, sizeof facts);
    assert_true(os_reboot_pending(&facts, &arena, &e));
    assert_int_equal(facts.reboot_reasons.n, 2);
    assert_string_equal(facts.reboot_reasons.v[0], "libc6");
    sh("rm /run/reboot-required*");
    put("/usr/bin/needs-restarting",
        "#!/bin/sh\nprintf 'Core libraries or services have been updated since boot-up:\\n  * kernel-core\\n "
        " * glibc\\n\\n'; exit 1\n",
        0755);
    memset(&facts, 0, sizeof facts);
    assert_true(os_reboot_pending(&facts, &arena, &e));
    assert_int_equal(facts.reboot_reasons.n, 1);
    assert_string_equal(facts.reboot_reasons.v[0], "glibc");
    put("/usr/bin/needs-restarting", "#!/bin/sh\nprintf '  * kernel\\n'; exit 1\n", 0755);
    memset(&facts, 0, sizeof facts);
    assert_true(os_reboot_pending(&facts, &arena, &e));
    assert_false(facts.reboot_pending);
}

static bool armed(void)
{
    bool yes;

    assert_true(os_resume_armed(&yes, &e));
    return yes;
}

/* What the boot script starts gets exactly the words that were armed. */
static void resumes_by_a_script(void **state)
{
    struct strs argv = ARGV("/opt/t/worker", "resume", "it's \"$HOME\" `id` 100% \\n", "", "--");

    (void)state;
    put("/opt/t/worker",
        "#!/bin/sh\nprintf '[%s]\\n' \"$@\" > /run/words.new; mv /run/words.new /run/words\n", 0755);
    assert_false(armed());
    assert_true(os_resume_arm(&argv, &e));
    assert_true(os_resume_arm(&argv, &e));
    assert_true(armed());
    sh("ls /etc/rc2.d/S??avswap-resume; for s in /etc/rc2.d/S??avswap-resume; do $s stop; test ! -e "
       "/run/words; $s start; done;"
       "for i in 1 2 3 4 5 6 7 8 9 10; do test -e /run/words && break; sleep 0.1; done");
    assert_string_equal(get("/run/words"), "[resume]\n[it's \"$HOME\" `id` 100% \\n]\n[]\n[--]\n");
    assert_true(os_resume_disarm(&e));
    assert_true(os_resume_disarm(&e));
    assert_false(armed());
    sh("! find /etc -name '*avswap*' | grep .; ! grep -rs avswap /etc/init.d /etc/systemd /etc/rc.local");
    /* Without update-rc.d. */
    sh("mv /usr/sbin/update-rc.d /mnt/");
    assert_true(os_resume_arm(&argv, &e));
    assert_true(armed());
    sh("test -x /etc/rc2.d/S99avswap-resume -a -x /etc/rc5.d/S99avswap-resume");
    assert_true(os_resume_disarm(&e));
    sh("mv /mnt/update-rc.d /usr/sbin/; ! find /etc -name '*avswap*' | grep .");
    assert_false(os_resume_arm(&ARGV("worker"), &e));
    assert_false(os_resume_arm(&ARGV("/w", "a\nExecStart=/bad"), &e));
    assert_false(armed());
}

static void resumes_by_a_unit(void **state)
{
    struct strs argv = ARGV("/opt/t/worker", "a b", "\"q\" \\ $X %h", "");

    (void)state;
    sh("mkdir -p /run/systemd/system");
    assert_true(os_resume_arm(&argv, &e));
    assert_true(os_resume_arm(&argv, &e));
    assert_true(armed());
    assert_non_null(strstr(get("/etc/systemd/system/avswap-resume.service"),
                           "\nExecStart=\"/opt/t/worker\" \"a b\" \"\\\"q\\\" \\\\ $$X %%h\" \"\"\n"));
    sh("test -e /etc/systemd/system/multi-user.target.wants/avswap-resume.service");
    assert_true(os_resume_disarm(&e));
    assert_false(armed());
    sh("rm -r /run/systemd; ! find /etc -name '*avswap*' | grep .");
}

static void tells_time(void **state)
{
    long long up = os_up_ms();

    (void)state;
    setenv("TZ", "Europe/Vienna", 1);
    tzset();
    assert_int_equal(os_utc_offset(1760000000000), 120); /* 2025-10-09 */
    assert_int_equal(os_utc_offset(1767225600000), 60);  /* 2026-01-01 */
    os_sleep_ms(30);
    assert_in_range(os_up_ms() - up, 30, 2000);
}

/* ---- memory ---- */

static bool all_units(struct facts *f, struct arena *a, struct err *err)
{
    return os_service_list(NULL, f, a, err);
}

static bool some_paths(struct facts *f, struct arena *a, struct err *err)
{
    return os_file_glob("/etc/*/*.conf", a, &f->users, err);
}

static bool a_program(struct facts *f, struct arena *a, struct err *err)
{
    struct os_child c = {.argv = ARGV("true"), .env = ARGV("A=b"), .timeout_ms = 10000};
    struct os_exit x;

    (void)f;
    (void)a;
    if (!os_run(&c, &x, err))
        return false;
    buf_free(&x.out);
    return true;
}

/* Each collector with its n-th allocation failing, for every n (or a sample where there are many): an orderly
 * error. */
static void is_orderly_without_memory(void **state)
{
    static bool (*const collectors[])(struct facts * f, struct arena * a, struct err * err) = {
        os_machine, os_accounts,      os_firewall_list, os_selinux,      os_reboot_pending, os_process_list,
        all_units,  os_fanotify_list, os_package_list,  os_package_lock, some_paths,        a_program,
    };

    (void)state;
    sh("iptables -w -A INPUT -m mark --mark 0x77 -j ACCEPT; ip rule add fwmark 0x400/0x400 lookup 100");
    put("/run/reboot-required", "", 0644);
    for (size_t i = 0; i < sizeof collectors / sizeof *collectors; i++) {
        unsigned long begin = mem_count(), total, step;

        memset(&facts, 0, sizeof facts);
        assert_true(collectors[i](&facts, &arena, &e));
        total = mem_count() - begin;
        step = total / 50 + 1;
        for (unsigned long n = 1; n <= total; n += step) {
            bool ok, failed;

            arena_free(&arena);
            memset(&facts, 0, sizeof facts);
            err_clear(&e);
            begin = mem_count();
            mem_fail_at(n, true);
            ok = collectors[i](&facts, &arena, &e);
            mem_fail_at(0, false);
            failed = mem_count() - begin >= n; /* processes may have ended since: less to allocate */
            if (!failed)
                continue;
            if (ok || (e.code != ERR_NOMEM && e.code != ERR_LIMIT))
                fail_msg("collector %zu, allocation %lu of %lu: %d %s", i, n, total, ok, e.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SANDBOX_TEST(knows_the_machine),
        SANDBOX_TEST(knows_processes),
        SANDBOX_TEST(knows_who_watches_files),
        SANDBOX_TEST(admits_what_it_cannot_see),
        SANDBOX_TEST(drives_scripts),
        SANDBOX_TEST(judges_pid_files),
        SANDBOX_TEST(lists_unit_files_that_nothing_runs),
        SANDBOX_TEST(drives_systemd),
        SANDBOX_TEST(removes_accounts),
        SANDBOX_TEST(reads_and_removes_contexts),
        SANDBOX_TEST(tells_of_a_pending_reboot),
        SANDBOX_TEST(resumes_by_a_script),
        SANDBOX_TEST(resumes_by_a_unit),
        SANDBOX_TEST(tells_time),
        SANDBOX_TEST(is_orderly_without_memory),
    };

    return cmocka_run_group_tests_name("os_system", tests, sandbox_enter, NULL);
}
