/*
 * Changes of services and drivers, and the run's own service: real entries of the service manager, whose
 * program is this one. Started by the manager it is the service that its argument names.
 */
#include "core/base/limits.h"
#include "core/os/console.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/os/service.h"
#include "core/os/win32/scm.h"
#include "core/os/win32/worker.h"
#include "tests/unit/windows/registry_util.h"

#include <stdio.h>
#include <stdlib.h>

#define FOLDER "C:/unit change service"
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NAME "unit-change"
#define WIDE_NAME L"unit-change"

static char self[LIMIT_PATH];
static struct err e;

static void must(bool ok)
{
    if (!ok)
        fail_msg("%s", e.text);
}

/* --- the services --- */

static struct service {
    const char *mode;
    SERVICE_STATUS_HANDLE handle;
    HANDLE end;
} service;

static void report(DWORD state, DWORD accepted, DWORD failed)
{
    SERVICE_STATUS s = {
        SERVICE_WIN32_OWN_PROCESS, state, accepted, failed ? ERROR_SERVICE_SPECIFIC_ERROR : 0, failed, 0, 0};

    SetServiceStatus(service.handle, &s);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *arg)
{
    (void)type, (void)data, (void)arg;
    if (code != SERVICE_CONTROL_STOP)
        return NO_ERROR;
    report(SERVICE_STOP_PENDING, 0, 0);
    SetEvent(service.end);
    return NO_ERROR;
}

static void WINAPI serve(DWORD argc, wchar_t **argv)
{
    bool stubborn = strcmp(service.mode, "stubborn") == 0;

    (void)argc, (void)argv;
    service.handle = RegisterServiceCtrlHandlerExW(WIDE_NAME, control, NULL);
    report(SERVICE_START_PENDING, 0, 0);
    if (strcmp(service.mode, "slow") == 0)
        Sleep(1500);
    if (strcmp(service.mode, "failing") == 0) {
        report(SERVICE_STOPPED, 0, 4711);
        return;
    }
    report(SERVICE_RUNNING, stubborn ? 0 : SERVICE_ACCEPT_STOP, 0);
    WaitForSingleObject(service.end, stubborn ? 20000 : INFINITE);
    if (strcmp(service.mode, "slow") == 0)
        Sleep(1500);
    report(SERVICE_STOPPED, 0, 0);
    if (strcmp(service.mode, "lingering") == 0)
        Sleep(1500);
}

static int be_service(const char *mode)
{
    wchar_t name[] = WIDE_NAME;
    SERVICE_TABLE_ENTRYW table[] = {{name, serve}, {NULL, NULL}};

    service.mode = mode;
    service.end = CreateEventW(NULL, TRUE, FALSE, NULL);
    return !StartServiceCtrlDispatcherW(table);
}

static void create(const char *mode, DWORD start)
{
    wchar_t line[LIMIT_PATH + 40];
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS), s;

    swprintf(line, COUNT(line), L"\"%hs\" service %hs", self, mode);
    s = CreateServiceW(manager, WIDE_NAME, WIDE_NAME, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, start,
                       SERVICE_ERROR_NORMAL, line, NULL, NULL, NULL, NULL, NULL);
    assert_non_null(s);
    CloseServiceHandle(s);
    CloseServiceHandle(manager);
}

static SERVICE_STATUS_PROCESS status_of(const char *name)
{
    SERVICE_STATUS_PROCESS s = {.dwCurrentState = 0};
    struct scm scm;
    DWORD n;

    must(scm_open(name, SERVICE_QUERY_STATUS, &scm, &e));
    if (scm.service)
        assert_true(QueryServiceStatusEx(scm.service, SC_STATUS_PROCESS_INFO, (BYTE *)&s, sizeof s, &n));
    scm_close(&scm);
    return s;
}

static bool exists(const char *name)
{
    return status_of(name).dwCurrentState != 0;
}

static DWORD start_type(const char *name)
{
    static unsigned char bytes[8192];
    QUERY_SERVICE_CONFIGW *c = (QUERY_SERVICE_CONFIGW *)(void *)bytes;
    struct scm scm;
    DWORD n;

    must(scm_open(name, SERVICE_QUERY_CONFIG, &scm, &e));
    assert_true(QueryServiceConfigW(scm.service, c, sizeof bytes, &n));
    scm_close(&scm);
    return c->dwStartType;
}

/* --- tests: services --- */

static void drop(const char *name)
{
    bool at_boot;

    if (exists(name))
        must(os_service_remove(name, &at_boot, &e));
}

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    must(os_tree_remove(FOLDER, &e) && os_dir_make(FOLDER, 0755, &e));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drop(NAME);
    must(os_resume_disarm(&e));
    must(os_tree_remove(FOLDER, &e));
    return 0;
}

static int change(enum os_service_action action, const char *name, long long ms)
{
    struct os_exit x;
    int code;

    must(os_service_change(action, name, ms, &x, &e));
    code = x.code;
    if (code)
        assert_non_null(strstr(buf_str(&x.out), name));
    buf_free(&x.out);
    return code;
}

static void test_start_and_stop(void **state)
{
    static const char *const modes[] = {"usual", "slow"};

    (void)state;
    for (size_t i = 0; i < COUNT(modes); i++) {
        create(modes[i], SERVICE_DEMAND_START);
        assert_int_equal(change(OS_SERVICE_STOP, NAME, 30000), 0);
        assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 0);
        assert_int_equal(status_of(NAME).dwCurrentState, SERVICE_RUNNING);
        assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 0);
        assert_int_equal(change(OS_SERVICE_RESTART, NAME, 30000), 0);
        assert_int_equal(status_of(NAME).dwCurrentState, SERVICE_RUNNING);
        assert_int_equal(change(OS_SERVICE_STOP, NAME, 30000), 0);
        assert_int_equal(status_of(NAME).dwCurrentState, SERVICE_STOPPED);
        drop(NAME);
    }
}

static void test_enable_and_disable(void **state)
{
    (void)state;
    create("usual", SERVICE_DEMAND_START);
    assert_int_equal(change(OS_SERVICE_DISABLE, NAME, 1000), 0);
    assert_int_equal(start_type(NAME), SERVICE_DISABLED);
    assert_int_equal(change(OS_SERVICE_START, NAME, 5000), ERROR_SERVICE_DISABLED);
    assert_int_equal(change(OS_SERVICE_ENABLE, NAME, 1000), 0);
    assert_int_equal(start_type(NAME), SERVICE_AUTO_START);
    assert_int_equal(change(OS_SERVICE_RELOAD, NULL, 1000), 0);
}

static void test_slow_service_is_late(void **state)
{
    struct os_exit x;

    (void)state;
    create("slow", SERVICE_DEMAND_START);
    must(os_service_change(OS_SERVICE_START, NAME, 500, &x, &e));
    assert_int_equal(x.code, WAIT_TIMEOUT);
    assert_true(x.timed_out);
    buf_free(&x.out);
    assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 0);
    must(os_service_change(OS_SERVICE_STOP, NAME, 500, &x, &e));
    assert_true(x.timed_out);
    buf_free(&x.out);
    assert_int_equal(change(OS_SERVICE_STOP, NAME, 30000), 0);
}

static void test_stubborn_service(void **state)
{
    HANDLE p;
    int code;

    (void)state;
    create("stubborn", SERVICE_DEMAND_START);
    assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 0);
    code = change(OS_SERVICE_STOP, NAME, 1000);
    assert_true(code == ERROR_INVALID_SERVICE_CONTROL || code == ERROR_SERVICE_CANNOT_ACCEPT_CTRL ||
                code == WAIT_TIMEOUT);
    assert_int_equal(status_of(NAME).dwCurrentState, SERVICE_RUNNING);
    p = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, status_of(NAME).dwProcessId);
    assert_true(TerminateProcess(p, 1));
    WaitForSingleObject(p, 10000);
    CloseHandle(p);
}

static void test_failing_service(void **state)
{
    (void)state;
    create("failing", SERVICE_DEMAND_START);
    assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 4711);
}

static void test_end_of_the_process_is_waited_for(void **state)
{
    HANDLE p;

    (void)state;
    create("lingering", SERVICE_DEMAND_START);
    assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 0);
    p = OpenProcess(SYNCHRONIZE, FALSE, status_of(NAME).dwProcessId);
    assert_int_equal(change(OS_SERVICE_STOP, NAME, 30000), 0);
    assert_int_equal(WaitForSingleObject(p, 0), WAIT_OBJECT_0);
    CloseHandle(p);
}

static void test_no_such_service(void **state)
{
    bool at_boot;

    (void)state;
    assert_int_equal(change(OS_SERVICE_START, "unit-none", 1000), ERROR_SERVICE_DOES_NOT_EXIST);
    assert_int_equal(change(OS_SERVICE_DISABLE, "unit-none", 1000), ERROR_SERVICE_DOES_NOT_EXIST);
    must(os_service_remove("unit-none", &at_boot, &e));
    assert_false(at_boot);
}

static void test_bad_names(void **state)
{
    static const char *const names[] = {"", "a/b", "a\\b", NULL, "\xff"};
    struct os_exit x;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_false(os_service_change(OS_SERVICE_STOP, names[i], 1000, &x, &e));
}

static void test_remove_running(void **state)
{
    bool at_boot;

    (void)state;
    create("usual", SERVICE_AUTO_START);
    assert_int_equal(change(OS_SERVICE_START, NAME, 30000), 0);
    must(os_service_remove(NAME, &at_boot, &e));
    assert_false(at_boot);
    assert_false(exists(NAME));
}

static void test_remove_what_is_held_open(void **state)
{
    struct scm scm;
    bool at_boot;

    (void)state;
    create("usual", SERVICE_AUTO_START);
    must(scm_open(NAME, SERVICE_QUERY_STATUS, &scm, &e));
    must(os_service_remove(NAME, &at_boot, &e));
    assert_true(at_boot);
    must(os_service_remove(NAME, &at_boot, &e));
    assert_true(at_boot);
    scm_close(&scm);
    must(os_service_remove(NAME, &at_boot, &e));
    assert_false(at_boot);
    assert_false(exists(NAME));
}

/* --- tests: drivers --- */

static void create_driver(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS),
              s = CreateServiceW(manager, WIDE_NAME, WIDE_NAME, SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER,
                                 SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, L"system32\\drivers\\unit.sys",
                                 NULL, NULL, NULL, NULL, NULL);

    assert_non_null(s);
    CloseServiceHandle(s);
    CloseServiceHandle(manager);
}

static void test_driver(void **state)
{
    static const wchar_t class_key[] = L"SYSTEM\\CurrentControlSet\\Control\\Class\\{00000000-unit-change}";
    static const wchar_t filters[] = L"kbdclass\0UNIT-change\0";
    HKEY key = make_key(HKEY_LOCAL_MACHINE, class_key, VIEW64);
    bool at_boot;

    (void)state;
    create_driver();
    put(key, L"UpperFilters", REG_MULTI_SZ, filters, sizeof filters);
    assert_false(os_driver_remove(NAME, &at_boot, &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_true(exists(NAME));
    err_clear(&e);
    RegDeleteValueW(key, L"UpperFilters");
    must(os_driver_remove(NAME, &at_boot, &e));
    assert_false(at_boot);
    assert_false(exists(NAME));
    must(os_driver_remove(NAME, &at_boot, &e));
    RegCloseKey(key);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, class_key, VIEW64, 0);
}

static void test_service_is_no_driver(void **state)
{
    bool at_boot;

    (void)state;
    create("usual", SERVICE_DEMAND_START);
    assert_false(os_driver_remove(NAME, &at_boot, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(exists(NAME));
    err_clear(&e);
}

/* --- tests: the run's own service --- */

static bool wait_file(const char *path, int seconds)
{
    for (int i = 0; i < seconds * 20 && !os_file_exists(path); i++)
        Sleep(50);
    return os_file_exists(path);
}

static bool wait_state(const char *name, DWORD want, int seconds)
{
    for (int i = 0; i < seconds * 20 && status_of(name).dwCurrentState != want; i++)
        Sleep(50);
    return status_of(name).dwCurrentState == want;
}

/* What it does when it is the worker: "work MODE FILE". */
static int work(int argc, char **argv)
{
    struct os_child again = {.argv = STRS(self, "nothing"), .timeout_ms = 30000};
    struct os_exit x;

    if (argc != 4 || !os_file_write(argv[3], argv[2], strlen(argv[2]), 0644, &e))
        return 90;
    if (strcmp(argv[2], "disarm") == 0)
        return os_resume_disarm(&e) ? 0 : 91;
    for (int i = 0; strcmp(argv[2], "long") == 0 && i < 600; i++) {
        if (!os_run(&again, &x, &e))
            return 92;
        buf_free(&x.out);
    }
    return 8;
}

static bool armed(void)
{
    bool yes;

    must(os_resume_armed(&yes, &e));
    return yes;
}

static void test_arm(void **state)
{
    const struct strs argv = STRS(self, "resume", "a \"b\" c\\"), other = STRS(self, "resume", "2");
    wchar_t line[LIMIT_PATH], expect[LIMIT_PATH];
    DWORD n = sizeof line;

    (void)state;
    assert_false(armed());
    must(os_resume_disarm(&e));
    must(os_resume_arm(&other, &e));
    must(os_resume_arm(&argv, &e));
    assert_true(armed());
    assert_int_equal(start_type(WORKER_SERVICE), SERVICE_AUTO_START);
    assert_int_equal(status_of(WORKER_SERVICE).dwCurrentState, SERVICE_STOPPED);
    assert_int_equal(RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\" WORKER_SERVICE,
                                  L"ImagePath", RRF_RT_ANY | RRF_NOEXPAND, NULL, line, &n),
                     0);
    swprintf(expect, COUNT(expect), L"\"%hs\" resume \"a \\\"b\\\" c\\\\\"", self);
    for (wchar_t *p = expect; *p; p++)
        if (*p == L'/')
            *p = L'\\';
    assert_int_equal(wcscmp(line, expect), 0);
    must(os_resume_disarm(&e));
    assert_false(armed());
    assert_false(exists(WORKER_SERVICE));
}

static void test_arm_refuses(void **state)
{
    static const char *const programs[] = {"avswap", "avswap.exe", "cmd.exe", "C:/none.exe", "\\x.exe", ""};

    (void)state;
    for (size_t i = 0; i < COUNT(programs); i++)
        assert_false(os_resume_arm(&STRS(programs[i], "resume"), &e));
    assert_false(os_resume_arm(&(struct strs){NULL, 0}, &e));
    err_clear(&e);
    assert_false(exists(WORKER_SERVICE));
}

static bool goes_at_boot(const char *path)
{
    const char *text = NULL;
    struct arena a = ARENA_INIT;
    struct facts f;
    bool found = false;

    memset(&f, 0, sizeof f);
    must(os_reboot_pending(&f, &a, &e));
    for (size_t i = 0; i < f.reboot_reasons.n; i++) {
        text = strstr(f.reboot_reasons.v[i], path);
        found = found || (text && text_eq(text, path));
    }
    arena_free(&a);
    return found;
}

/* The next boot must not take away what it is to start; and what a run leaves of itself holds nothing up. */
static void test_arming_keeps_its_program(void **state)
{
    const char *const programs[] = {FOLDER "/copy.exe", os_resume_program()};

    (void)state;
    for (size_t i = 0; i < COUNT(programs); i++) {
        wchar_t name[LIMIT_PATH], value[4096];
        DWORD n = sizeof value;
        bool at_boot;
        HANDLE h;

        must(os_file_copy(self, programs[i], &e));
        assert_true(MultiByteToWideChar(CP_UTF8, 0, programs[i], -1, name, LIMIT_PATH) > 0);
        h = CreateFileW(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
        must(os_tree_remove_used(programs[i], &at_boot, &e));
        CloseHandle(h);
        assert_true(at_boot);
        assert_int_equal(goes_at_boot(programs[i]), i == 0);
        must(os_resume_arm(&STRS(programs[i], "resume"), &e));
        assert_false(goes_at_boot(programs[i]));
        if (RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control\\Session Manager",
                         L"PendingFileRenameOperations", RRF_RT_ANY, NULL, value, &n) == ERROR_SUCCESS)
            for (const wchar_t *p = value; p < value + n / 2; p += wcslen(p) + 1)
                assert_null(wcsstr(p, wcsrchr(name, L'/') + 1));
        must(os_resume_disarm(&e) && os_tree_remove(programs[i], &e));
    }
}

/* A service that is marked for deletion arms nothing, and arming waits for its end. */
static void test_marked_entry_is_not_armed(void **state)
{
    const struct strs argv = STRS(self, "resume", "1");
    struct scm scm;

    (void)state;
    must(os_resume_arm(&argv, &e));
    must(scm_open(WORKER_SERVICE, SERVICE_QUERY_STATUS, &scm, &e));
    must(os_resume_disarm(&e));
    assert_false(armed());
    scm_close(&scm);
    must(os_resume_arm(&argv, &e));
    assert_true(armed());
}

static void test_detach(void **state)
{
    const struct strs argv = STRS(self, "work", "ends", FOLDER "/ran"),
                      again = STRS(self, "work", "disarm", FOLDER "/again");
    SERVICE_STATUS_PROCESS s;

    (void)state;
    must(os_detach(&argv, "unit", &e));
    assert_true(wait_file(FOLDER "/ran", 30));
    assert_true(wait_state(WORKER_SERVICE, SERVICE_STOPPED, 30));
    s = status_of(WORKER_SERVICE);
    assert_int_equal(s.dwWin32ExitCode, ERROR_SERVICE_SPECIFIC_ERROR);
    assert_int_equal(s.dwServiceSpecificExitCode, 8);
    assert_true(os_file_exists(os_resume_program()));
    assert_true(armed());
    must(os_detach(&again, "unit", &e));
    assert_true(wait_file(FOLDER "/again", 30));
    assert_true(wait_state(WORKER_SERVICE, 0, 30));
    must(os_tree_remove(os_resume_program(), &e));
}

/* It begins nothing new once it is asked to stop, and ends. */
static void test_worker_stops(void **state)
{
    const struct strs argv = STRS(self, "work", "long", FOLDER "/ran");
    int64_t begun;

    (void)state;
    must(os_detach(&argv, "unit", &e));
    assert_true(wait_file(FOLDER "/ran", 30));
    assert_false(os_detach(&argv, "unit", &e));
    assert_int_equal(e.code, ERR_BUSY);
    err_clear(&e);
    begun = os_up_ms();
    assert_int_equal(change(OS_SERVICE_STOP, WORKER_SERVICE, 20000), 0);
    assert_true(os_up_ms() - begun < 15000);
    assert_true(armed());
    must(os_resume_disarm(&e));
    must(os_tree_remove(os_resume_program(), &e));
}

static void test_detach_that_cannot_start_leaves_nothing(void **state)
{
    (void)state;
    must(os_file_write(FOLDER "/bad.exe", "no program", 10, 0755, &e));
    assert_false(os_detach(&STRS(FOLDER "/bad.exe", "x"), "unit", &e));
    err_clear(&e);
    assert_false(exists(WORKER_SERVICE));
    must(os_tree_remove(os_resume_program(), &e));
}

/* Nobody but the service manager makes a service of it. */
static int answer(int argc, char **argv)
{
    return argc + (argv != NULL);
}

static void test_worker_by_hand(void **state)
{
    char *argv[] = {self, NULL};
    int64_t begun = os_up_ms();

    (void)state;
    assert_int_equal(os_worker_run(answer, 1, argv), 2);
    assert_true(os_up_ms() - begun < 3000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start_and_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_enable_and_disable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow_service_is_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stubborn_service, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failing_service, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_of_the_process_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_such_service, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove_running, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove_what_is_held_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_driver, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_is_no_driver, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arm_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arming_keeps_its_program, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_marked_entry_is_not_armed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_detach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_detach_that_cannot_start_leaves_nothing, set_up, tear_down),
        cmocka_unit_test(test_worker_by_hand),
    };
    struct buf b;

    mem_setup();
    buf_init(&b, sizeof self - 1);
    if (!os_self_path(&b, &e))
        return 97;
    snprintf(self, sizeof self, "%s", buf_str(&b));
    buf_free(&b);
    if (argc > 2 && strcmp(argv[1], "service") == 0)
        return be_service(argv[2]);
    if (argc > 1 && strcmp(argv[1], "work") == 0)
        return os_worker_run(work, argc, argv);
    if (argc > 1)
        return 0;
    must(os_dir_make(os_state_dir(), 0700, &e));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
