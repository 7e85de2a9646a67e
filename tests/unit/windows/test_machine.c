/* What a Windows PC says of itself: identity, folders, clocks, the boot, what waits for a reboot, Windows
 * Installer at work. Registry keys that it makes are removed again. Called with an argument it is one of its
 * own children. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/package.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

static struct arena arena;
static struct facts facts;
static struct err e;

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    facts = (struct facts){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static const char *folder(const char *name)
{
    for (size_t i = 0; i < facts.folders.n; i++)
        if (strcmp(facts.folders.v[i].name, name) == 0)
            return facts.folders.v[i].path;
    fail_msg("no folder %%%s%%", name);
    return "";
}

static void knows_the_machine(void **state)
{
    static const char *const folders[] = {"ProgramData",        "ProgramFiles", "ProgramFiles(x86)",
                                          "CommonProgramFiles", "SystemRoot",   "Users"};
    char state_dir[LIMIT_PATH];
    unsigned long a, b, c;

    (void)state;
    if (!os_machine(&facts, &arena, &e))
        fail_msg("%s", e.text);
    assert_int_equal(strlen(facts.machine->id), 36);
    assert_true(*facts.machine->hostname);
    assert_int_equal(strlen(facts.machine->boot_id), 32);
    assert_string_equal(facts.os->family, "windows");
    assert_string_equal(facts.os->id, "windows");
    assert_string_equal(facts.os->init, "scm");
    assert_string_equal(facts.os->arch, "x86_64");
    assert_true(text_eq(facts.os->type, "client") || text_eq(facts.os->type, "server"));
    assert_int_equal(sscanf(facts.os->version_id, "%lu.%lu.%lu", &a, &b, &c), 3);
    assert_true(a >= 6 && c >= 7600);
    assert_true(text_starts(facts.os->kernel, facts.os->version_id));
    assert_non_null(strstr(facts.os->name, "Windows"));
    assert_true(facts.memory_mib > 64 && facts.cpus > 0);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *path = folder(folders[i]);

        if (strncmp(path + 1, ":/", 2) != 0 || strchr(path, '\\') || strchr(path, '%') ||
            !os_file_exists(path))
            fail_msg("%s is '%s'", folders[i], path);
    }
    snprintf(state_dir, sizeof state_dir, "%s/avswap", folder("ProgramData"));
    assert_string_equal(os_state_dir(), state_dir);
    assert_true(facts.disks.n >= 3);
    assert_string_equal(facts.disks.v[0].path, state_dir);
    for (size_t i = 0; i < facts.disks.n; i++)
        assert_true(facts.disks.v[i].free_mib >= 0 && facts.disks.v[i].total_mib > 0);
}

/* An attacker's or a careless user's environment does not move the folders of the system. */
static void asks_no_environment(void **state)
{
    (void)state;
    assert_true(SetEnvironmentVariableW(L"ProgramData", L"C:\\evil"));
    assert_true(SetEnvironmentVariableW(L"SystemRoot", L"C:\\evil"));
    assert_true(SetEnvironmentVariableW(L"SystemDrive", L"E:"));
    assert_true(os_machine(&facts, &arena, &e));
    assert_null(strstr(folder("ProgramData"), "evil"));
    assert_null(strstr(folder("SystemRoot"), "evil"));
    assert_string_not_equal(folder("ProgramData"), "E:/ProgramData");
}

/* Every process of one boot sees one id, also those that ask at the same moment on a PC where nobody has
 * asked. */
static void knows_the_boot(void **state)
{
    enum { ASKERS = 6 };
    wchar_t program[LIMIT_PATH], line[LIMIT_PATH];
    PROCESS_INFORMATION p[ASKERS];
    char id[64], again[64], other[64];
    struct err small = ERR_INIT;

    (void)state;
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\avswap-boot", KEY_WOW64_64KEY, 0);
    assert_true(GetModuleFileNameW(NULL, program, LIMIT_PATH) > 0);
    for (int i = 0; i < ASKERS; i++) {
        STARTUPINFOW s = {.cb = sizeof s};

        swprintf(line, LIMIT_PATH, L"\"%ls\" %d", program, i);
        assert_true(CreateProcessW(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &s, &p[i]));
    }
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(WaitForSingleObject(p[i].hProcess, 60000), WAIT_OBJECT_0);
        CloseHandle(p[i].hProcess);
        CloseHandle(p[i].hThread);
    }
    assert_true(os_boot_id(id, sizeof id, &e));
    assert_true(os_boot_id(again, sizeof again, &e));
    assert_string_equal(id, again);
    assert_int_equal(strlen(id), 32);
    assert_int_equal(strspn(id, "0123456789abcdef"), 32);
    for (int i = 0; i < ASKERS; i++) {
        char path[64];
        struct buf b;

        snprintf(path, sizeof path, "C:/avswap-test-boot-%d", i);
        buf_init(&b, sizeof other - 1);
        assert_true(os_file_read(path, &b, &e));
        snprintf(other, sizeof other, "%s", buf_str(&b));
        buf_free(&b);
        assert_string_equal(id, other);
        assert_true(os_tree_remove(path, &e));
    }
    assert_false(os_boot_id(again, 10, &small));
    /* The key is gone when the PC starts anew: it lives in memory only. */
    assert_int_equal(RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\avswap-boot", KEY_WOW64_64KEY, 0),
                     ERROR_SUCCESS);
    assert_true(os_boot_id(again, sizeof again, &e));
    assert_string_not_equal(id, again);
}

static int ask_boot(const char *number)
{
    char id[64], path[64];

    snprintf(path, sizeof path, "C:/avswap-test-boot-%s", number);
    return os_boot_id(id, sizeof id, &e) && os_file_write(path, id, strlen(id), 0600, &e) ? 0 : 1;
}

static void knows_the_time(void **state)
{
    instant before = os_now();
    int64_t up = os_up_ms();
    int offset = os_utc_offset(before);

    (void)state;
    assert_true(before > 1700000000000 && before < 4102444800000);
    os_sleep_ms(60);
    assert_in_range(os_up_ms() - up, 40, 30000);
    assert_in_range(os_now() - before, 40, 30000);
    os_sleep_ms(0);
    os_sleep_ms(-5);
    assert_true(offset >= -14 * 60 && offset <= 14 * 60);
    assert_int_equal(os_utc_offset(INSTANT_NONE), 0);
}

/* --- what waits for a reboot
 * ----------------------------------------------------------------------------------- */

#define MANAGER L"SYSTEM\\CurrentControlSet\\Control\\Session Manager"

static void set_renames(const wchar_t *w, size_t bytes)
{
    HKEY key;

    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE, MANAGER, 0, KEY_SET_VALUE, &key), ERROR_SUCCESS);
    if (w)
        assert_int_equal(RegSetValueExW(key, L"PendingFileRenameOperations2", 0, REG_MULTI_SZ,
                                        (const void *)w, (DWORD)bytes),
                         ERROR_SUCCESS);
    else
        RegDeleteValueW(key, L"PendingFileRenameOperations2");
    RegCloseKey(key);
}

static bool waits_for(const char *text)
{
    facts = (struct facts){0};
    if (!os_reboot_pending(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.reboot_reasons.n; i++)
        if (strstr(facts.reboot_reasons.v[i], text))
            return facts.reboot_pending;
    return false;
}

static void names_files_that_wait(void **state)
{
    static const wchar_t list[] = L"\\??\\C:\\Program Files\\K\xf6nig\\a.dll\0\0"
                                  L"\\??\\C:\\new.dll\0!\\??\\C:\\Windows\\System32\\old.dll\0"
                                  L"*1\\??\\C:\\marked.sys\0\0"
                                  L"\\??\\C:\\Users\\x\\AppData\\Local\\Temp\\nsq1.tmp\0\0";

    (void)state;
    set_renames(list, sizeof list);
    assert_true(waits_for("removed at boot: C:/Program Files/K\xc3\xb6nig/a.dll"));
    assert_true(waits_for("replaced at boot: C:/new.dll"));
    assert_true(waits_for("removed at boot: C:/marked.sys"));
    assert_false(waits_for("nsq1.tmp"));
    /* Broken ones: without an end, of odd length, empty. */
    set_renames(list, 12);
    assert_true(waits_for("removed at boot: C:"));
    set_renames(list, 13);
    assert_true(waits_for("removed at boot: C:"));
    set_renames(list, 1);
    assert_false(waits_for("at boot: C:/Program"));
    set_renames(list, 0);
    assert_false(waits_for("at boot: C:/Program"));
    set_renames(NULL, 0);
    assert_false(waits_for("a.dll"));
}

static void counts_very_many_files(void **state)
{
    wchar_t *many = mem_alloc(2000 * 64 * sizeof *many);
    size_t n = 0;

    (void)state;
    assert_non_null(many);
    for (int i = 0; i < 2000; i++)
        n += (size_t)swprintf(many + n, 64, L"\\??\\C:\\many\\%d", i) + 1, many[n++] = L'\0';
    many[n++] = L'\0';
    set_renames(many, n * sizeof *many);
    mem_free(many);
    assert_true(waits_for("and 1950 more files at boot"));
    assert_true(facts.reboot_reasons.n <= 60);
    set_renames(NULL, 0);
}

static void names_who_asked(void **state)
{
    static const struct {
        const wchar_t *key;
        const char *who;
    } rows[] = {
        {L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending", "CBS"},
        {L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired",
         "Windows Update"},
        {L"SYSTEM\\CurrentControlSet\\Services\\Netlogon\\JoinDomain", "joining a domain"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        DWORD made;
        HKEY key;

        assert_int_equal(
            RegCreateKeyExW(HKEY_LOCAL_MACHINE, rows[i].key, 0, NULL, 0, KEY_READ, NULL, &key, &made),
            ERROR_SUCCESS);
        RegCloseKey(key);
        assert_true(waits_for(rows[i].who));
        if (made == REG_CREATED_NEW_KEY) {
            assert_int_equal(RegDeleteKeyW(HKEY_LOCAL_MACHINE, rows[i].key), ERROR_SUCCESS);
            assert_false(waits_for(rows[i].who));
        }
    }
}

/* --- Windows Installer
 * ----------------------------------------------------------------------------------------- */

static HANDLE ready, finish;

static DWORD WINAPI hold_mutex(void *name)
{
    HANDLE h = CreateMutexW(NULL, TRUE, name);

    SetEvent(ready);
    WaitForSingleObject(finish, 30000);
    ReleaseMutex(h);
    SetEvent(ready);
    WaitForSingleObject(finish, 30000);
    CloseHandle(h);
    return 0;
}

static const struct package_lock *installer(void)
{
    facts = (struct facts){0};
    if (!os_package_lock(&facts, &arena, &e))
        fail_msg("%s", e.text);
    return facts.package_lock;
}

static void sees_an_installation(void **state)
{
    static const wchar_t path[] = L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\InProgress";
    wchar_t name[] = L"Global\\_MSIExecute";
    HANDLE thread;
    HKEY key;

    (void)state;
    assert_false(installer()->held);
    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    finish = CreateEventW(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, hold_mutex, name, 0, NULL);
    assert_int_equal(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    assert_true(installer()->held);
    assert_string_equal(facts.package_lock->holder, "Windows Installer");
    /* The mutex is there but nobody's: the service idles. */
    SetEvent(finish);
    assert_int_equal(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    assert_false(installer()->held);
    assert_false(facts.package_lock->interrupted);
    SetEvent(finish);
    assert_int_equal(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CloseHandle(thread);
    CloseHandle(ready);
    CloseHandle(finish);
    /* A change that died with the PC. */
    assert_int_equal(
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, REG_OPTION_VOLATILE, KEY_READ, NULL, &key, NULL),
        ERROR_SUCCESS);
    RegCloseKey(key);
    assert_false(installer()->held);
    assert_true(facts.package_lock->interrupted);
    assert_int_equal(RegDeleteKeyW(HKEY_LOCAL_MACHINE, path), ERROR_SUCCESS);
    assert_false(installer()->interrupted);
}

/* Every allocation fails once: an error, never a crash, and never an answer that leaves something out. */
static void survives_want_of_memory(void **state)
{
    static bool (*const asks[])(struct facts *, struct arena *,
                                struct err *) = {os_machine, os_reboot_pending, os_package_lock};
    static const wchar_t list[] = L"\\??\\C:\\a.dll\0\0\\??\\C:\\b.dll\0\0";

    (void)state;
    assert_non_null(os_state_dir());
    set_renames(list, sizeof list);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        unsigned long failures;
        bool ok = false;

        for (unsigned long n = 1; !ok; n++) {
            facts = (struct facts){0};
            failures = mem_failures();
            mem_fail_at(n, false);
            ok = asks[i](&facts, &arena, &e);
            mem_fail_at(0, false);
            arena_free(&arena);
            if (ok && mem_failures() != failures)
                fail_msg("ask %zu said nothing of allocation %lu", i, n);
        }
    }
    set_renames(NULL, 0);
}

static void has_nothing_of_linux(void **state)
{
    struct os_package_change c = {.manager = "dpkg"};
    struct firewall_rule rule = {.text = "x"};
    struct os_exit x;

    (void)state;
    assert_true(os_accounts(&facts, &arena, &e) && os_firewall_list(&facts, &arena, &e) &&
                os_selinux(&facts, &arena, &e) && os_package_list(&facts, &arena, &e));
    assert_int_equal(facts.users.n + facts.groups.n + facts.firewall.n + facts.packages.n, 0);
    assert_false(os_package_change(&c, &x, &e));
    assert_int_equal(e.code, ERR_OS);
    assert_false(os_firewall_remove(&rule, &e));
    assert_false(os_group_remove("x", &e));
    assert_null(os_package_manager("kesl"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(knows_the_machine),    TEST(asks_no_environment),   TEST(knows_the_boot),
        TEST(knows_the_time),       TEST(names_files_that_wait), TEST(counts_very_many_files),
        TEST(names_who_asked),      TEST(sees_an_installation),  TEST(survives_want_of_memory),
        TEST(has_nothing_of_linux),
    };

    if (argc == 2)
        return ask_boot(argv[1]);
    return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
