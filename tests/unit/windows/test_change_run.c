/* Running programs on Windows: real processes. Called with a mode it is one of its own children. */
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/machine.h"
#include "core/os/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <direct.h>

#include <cmocka.h>

#define FOLDER "C:/unit change run"
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define WORDS(...)                                                                                           \
    {                                                                                                        \
        (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                \
    }
#define CHILD(...)                                                                                           \
    {                                                                                                        \
        .argv = WORDS(self, __VA_ARGS__), .timeout_ms = 60000                                                \
    }

static char self[LIMIT_PATH];
static struct err e;

static void must(bool ok)
{
    if (!ok)
        fail_msg("%s", e.text);
}

static int run_again(const char *file);

/* --- the children --- */

static HANDLE spawn(const char *mode, const char *argument, DWORD flags)
{
    char desktop[] = "unit";
    STARTUPINFOA s = {.cb = sizeof s, .lpDesktop = strcmp(mode, "window") == 0 ? desktop : NULL};
    PROCESS_INFORMATION made;
    char line[LIMIT_PATH + 200];

    snprintf(line, sizeof line, "\"%s\" %s \"%s\"", self, mode, argument);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &s, &made))
        return NULL;
    CloseHandle(made.hThread);
    return made.hProcess;
}

static LRESULT CALLBACK window_proc(HWND w, UINT message, WPARAM wp, LPARAM lp)
{
    if (message == WM_CLOSE)
        PostQuitMessage(5);
    return message == WM_CLOSE ? 0 : DefWindowProcA(w, message, wp, lp);
}

/* Ends with 5 when its window is closed. */
static int show_window(const char *file)
{
    WNDCLASSA class = {.lpfnWndProc = window_proc, .lpszClassName = "unit-change-run"};
    MSG message;

    RegisterClassA(&class);
    if (!CreateWindowA("unit-change-run", "x", WS_OVERLAPPEDWINDOW, 0, 0, 10, 10, NULL, NULL, NULL, NULL))
        return 99;
    if (!os_file_write(file, "1", 1, 0644, &e))
        return 98;
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    return (int)message.wParam;
}

static int say_input(void)
{
    int c, n = 0;

    for (; (c = getchar()) != EOF; n++)
        putchar(c);
    printf("|%d", n);
    return 0;
}

static int be_child(int argc, char **argv)
{
    const char *mode = argv[1], *x = argc > 2 ? argv[2] : "";

    if (strcmp(mode, "arguments") == 0)
        for (int i = 2; i < argc; i++)
            printf("<%s>", argv[i]);
    else if (strcmp(mode, "exit") == 0)
        return (int)strtoul(x, NULL, 0);
    else if (strcmp(mode, "input") == 0)
        return say_input();
    else if (strcmp(mode, "both") == 0)
        printf("out "), fflush(stdout), fprintf(stderr, "err");
    else if (strcmp(mode, "sleep") == 0)
        Sleep((DWORD)strtoul(x, NULL, 10));
    else if (strcmp(mode, "later") == 0) /* writes a file after a second */
        return Sleep(1000), !os_file_write(x, "1", 1, 0644, &e);
    else if (strcmp(mode, "orphan") == 0) /* leaves such a one behind */
        return !spawn("later", x, CREATE_NO_WINDOW);
    else if (strcmp(mode, "breakaway") == 0)
        return !spawn("later", x, CREATE_NO_WINDOW | CREATE_BREAKAWAY_FROM_JOB);
    else if (strcmp(mode, "spew") == 0)
        for (int i = 0;; i++)
            printf("line %d of a program that never stops writing\n", i);
    else if (strcmp(mode, "many") == 0)
        for (int i = 0; i < 100000; i++)
            printf("%07d of many lines of output\n", i);
    else if (strcmp(mode, "variable") == 0)
        printf("<%s>", getenv(x) ? getenv(x) : "none");
    else if (strcmp(mode, "folder") == 0)
        printf("<%s>", _getcwd(NULL, 0));
    else if (strcmp(mode, "event") == 0)
        printf("%d", SetEvent((HANDLE)(ULONG_PTR)strtoull(x, NULL, 10)));
    else if (strcmp(mode, "crash") == 0)
        RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, NULL);
    else if (strcmp(mode, "run") == 0) /* runs one that writes a file after a second */
        return run_again(x);
    else if (strcmp(mode, "window") == 0)
        return show_window(x);
    return 0;
}

/* --- tests --- */

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    return os_tree_remove(FOLDER, &e) && os_dir_make(FOLDER, 0755, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return os_tree_remove(FOLDER, &e) ? 0 : -1;
}

static struct os_exit run(const struct os_child *c)
{
    struct os_exit x;

    must(os_run(c, &x, &e));
    return x;
}

static void assert_says(const struct os_child *c, const char *text)
{
    struct os_exit x = run(c);

    assert_int_equal(x.code, 0);
    assert_string_equal(buf_str(&x.out), text);
    buf_free(&x.out);
}

static bool wait_file(const char *path, int seconds)
{
    for (int i = 0; i < seconds * 20 && !os_file_exists(path); i++)
        Sleep(50);
    return os_file_exists(path);
}

static void test_arguments_arrive(void **state)
{
    const struct os_child c = CHILD("arguments", "", "a b", "\"", "C:\\my dir\\", "A=b c", "%PATH%", "&calc");

    (void)state;
    assert_says(&c, "<><a b><\"><C:\\my dir\\><A=b c><%PATH%><&calc>");
}

static void test_exit_codes_are_whole(void **state)
{
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        {"0", 0}, {"1603", 1603}, {"3010", 3010}, {"0xC0000005", (int)0xC0000005}, {"0xFFFFFFFF", -1}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct os_child c = CHILD("exit", rows[i].text);
        struct os_exit x = run(&c);

        assert_int_equal(x.code, rows[i].code);
        assert_int_equal(x.signal, 0);
        buf_free(&x.out);
    }
}

static void test_crash_ends_without_a_dialog(void **state)
{
    const struct os_child c = CHILD("crash");
    struct os_exit x = run(&c);

    (void)state;
    assert_int_equal(x.code, (int)EXCEPTION_ACCESS_VIOLATION);
    assert_false(x.timed_out);
    buf_free(&x.out);
}

static void test_input(void **state)
{
    struct os_child none = CHILD("input"), c = CHILD("input");
    struct secret s = {NULL, 0};
    static char big[LIMIT_SECRET];
    struct os_exit x;

    (void)state;
    assert_says(&none, "|0");
    must(secret_set(&s, "pass\xc3\xa4word", 10, &e));
    c.input = &s;
    assert_says(&c, "pass\xc3\xa4word|10");
    memset(big, 'x', sizeof big);
    must(secret_set(&s, big, sizeof big, &e));
    x = run(&c);
    assert_int_equal(x.out.len, sizeof big + 6);
    buf_free(&x.out);
    secret_clear(&s);
}

static void test_output_of_both_streams(void **state)
{
    const struct os_child c = CHILD("both");

    (void)state;
    assert_says(&c, "out err");
}

static void test_long_output_keeps_its_end(void **state)
{
    const struct os_child c = CHILD("many");
    struct os_exit x = run(&c);

    (void)state;
    assert_int_equal(x.code, 0);
    assert_int_equal(x.out.len, LIMIT_CHILD_OUTPUT);
    assert_non_null(strstr(buf_str(&x.out), "0099999 of many lines"));
    assert_null(strstr(buf_str(&x.out), "0000000 of many lines"));
    buf_free(&x.out);
}

static void assert_ended(const struct os_exit *x)
{
    assert_int_equal(x->code, -1);
    assert_int_not_equal(x->signal, 0);
    assert_true(x->tree_empty);
}

static void test_timeout_ends_it(void **state)
{
    struct os_child rows[] = {CHILD("sleep", "30000"), CHILD("spew")};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t begun = os_up_ms();
        struct os_exit x;

        rows[i].timeout_ms = 700;
        x = run(&rows[i]);
        assert_true(x.timed_out);
        assert_ended(&x);
        assert_in_range(os_up_ms() - begun, 650, 12000);
        buf_free(&x.out);
    }
}

static void test_no_limit_is_refused(void **state)
{
    struct os_child c = CHILD("exit", "0");
    struct os_exit x;

    (void)state;
    c.timeout_ms = 0;
    assert_false(os_run(&c, &x, &e));
    assert_int_equal(e.code, ERR_BUG);
}

static bool third_tick_says_no(void *arg)
{
    return ++*(int *)arg < 3;
}

static void test_tick_ends_it(void **state)
{
    struct os_child c = CHILD("sleep", "30000");
    struct os_exit x;
    int ticks = 0;

    (void)state;
    c.tick = third_tick_says_no;
    c.arg = &ticks;
    x = run(&c);
    assert_int_equal(ticks, 3);
    assert_false(x.timed_out);
    assert_ended(&x);
    buf_free(&x.out);
}

static void test_tree_is_waited_for(void **state)
{
    struct os_child c = CHILD("orphan", FOLDER "/late");
    struct os_exit x;

    (void)state;
    c.wait_tree = true;
    x = run(&c);
    assert_int_equal(x.code, 0);
    assert_true(x.tree_empty);
    assert_true(os_file_exists(FOLDER "/late"));
    buf_free(&x.out);
}

static void test_what_is_left_lives_on(void **state)
{
    const struct os_child c = CHILD("orphan", FOLDER "/late");
    struct os_exit x = run(&c);

    (void)state;
    assert_int_equal(x.code, 0);
    assert_false(x.tree_empty);
    assert_false(os_file_exists(FOLDER "/late"));
    buf_free(&x.out);
    assert_true(wait_file(FOLDER "/late", 20));
}

static void test_tree_that_takes_too_long_is_ended(void **state)
{
    struct os_child c = CHILD("orphan", FOLDER "/late");
    struct os_exit x;

    (void)state;
    c.wait_tree = true;
    c.timeout_ms = 600;
    x = run(&c);
    assert_true(x.timed_out);
    assert_true(x.tree_empty);
    buf_free(&x.out);
    assert_false(wait_file(FOLDER "/late", 2));
}

static void test_daemon_is_not_waited_for(void **state)
{
    struct os_child c = CHILD("breakaway", FOLDER "/late");
    struct os_exit x;

    (void)state;
    c.wait_tree = true;
    x = run(&c);
    assert_int_equal(x.code, 0);
    assert_true(x.tree_empty);
    assert_false(os_file_exists(FOLDER "/late"));
    buf_free(&x.out);
    assert_true(wait_file(FOLDER "/late", 20));
}

static int run_again(const char *file)
{
    const struct os_child c = CHILD("later", file);
    struct os_exit x;

    if (!os_file_write(FOLDER "/running", "1", 1, 0644, &e) || !os_run(&c, &x, &e))
        return 96;
    buf_free(&x.out);
    return x.code;
}

/* A run that dies takes with it what it had started: the next one meets no installer at work. */
static void test_our_end_ends_it(void **state)
{
    HANDLE p = spawn("run", FOLDER "/late", CREATE_NO_WINDOW);

    (void)state;
    assert_true(wait_file(FOLDER "/running", 20));
    Sleep(300);
    assert_true(TerminateProcess(p, 1));
    CloseHandle(p);
    assert_false(wait_file(FOLDER "/late", 2));
}

static void test_environment_is_clean(void **state)
{
    static const char *const system[] = {"SystemRoot",  "windir",  "TEMP",        "ProgramFiles",
                                         "ProgramData", "ComSpec", "USERPROFILE", "APPDATA"};
    struct os_child ours = CHILD("variable", "UNIT_OURS"), given = CHILD("variable", "UNIT_GIVEN"),
                    path = CHILD("variable", "Path"), replaced = CHILD("variable", "temp");
    struct strs env = WORDS("UNIT_GIVEN=a=b c", "Temp=C:\\x");
    struct os_exit x;

    (void)state;
    SetEnvironmentVariableA("UNIT_OURS", "leak");
    SetEnvironmentVariableA("PATH", "C:\\planted");
    _putenv("UNIT_OURS=leak");
    assert_says(&ours, "<none>");
    given.env = replaced.env = env;
    assert_says(&given, "<a=b c>");
    assert_says(&replaced, "<C:\\x>");
    for (size_t i = 0; i < COUNT(system); i++) {
        const struct os_child c = CHILD("variable", system[i]);

        x = run(&c);
        if (strcmp(buf_str(&x.out), "<none>") == 0)
            fail_msg("no %s", system[i]);
        buf_free(&x.out);
    }
    x = run(&path);
    assert_null(strstr(buf_str(&x.out), "planted"));
    assert_non_null(strstr(buf_str(&x.out), "System32"));
    buf_free(&x.out);
}

static void test_environment_refuses(void **state)
{
    static const char *const rows[] = {"NOVALUE", "=x", ""};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct os_child c = CHILD("exit", "0");
        const char *one[] = {rows[i]};
        struct os_exit x;

        c.env = (struct strs){one, 1};
        assert_false(os_run(&c, &x, &e));
    }
}

static void test_folder(void **state)
{
    struct os_child usual = CHILD("folder"), given = CHILD("folder");
    struct os_exit x = run(&usual);

    (void)state;
    assert_non_null(strstr(buf_str(&x.out), "ystem32"));
    buf_free(&x.out);
    given.dir = FOLDER;
    assert_says(&given, "<C:\\unit change run>");
}

static void test_no_handle_is_inherited(void **state)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    HANDLE event = CreateEventW(&inherit, TRUE, FALSE, NULL);
    char number[32];
    const struct os_child c = CHILD("event", number);
    struct os_exit x;

    (void)state;
    snprintf(number, sizeof number, "%llu", (unsigned long long)(ULONG_PTR)event);
    x = run(&c);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    buf_free(&x.out);
    CloseHandle(event);
}

static void test_programs_are_found_in_the_system_only(void **state)
{
    static const char *const absent[] = {"",
                                         ".",
                                         "no-such-program",
                                         "test_change_run",
                                         "../x",
                                         "x/y",
                                         "C:/no such.exe",
                                         "C:/Windows",
                                         "C:x.exe",
                                         "\\\\?\\C:\\windows\\notepad.exe"};
    struct arena a = ARENA_INIT;
    const char *path = os_program("msiexec", &a);

    (void)state;
    must(SetCurrentDirectoryA("C:\\unit change run"));
    must(os_file_copy(self, FOLDER "/planted.exe", &e));
    assert_non_null(path);
    assert_true(text_ends(path, "/msiexec.exe"));
    assert_non_null(os_program("cmd.exe", &a));
    assert_non_null(os_program(self, &a));
    assert_null(os_program("planted", &a));
    assert_null(os_program("planted.exe", &a));
    for (size_t i = 0; i < COUNT(absent); i++)
        if (os_program(absent[i], &a))
            fail_msg("found: %s", absent[i]);
    SetCurrentDirectoryA("C:\\");
    arena_free(&a);
}

static void test_what_is_no_program(void **state)
{
    static const struct {
        const char *name;
        enum err_code code;
    } rows[] = {{"C:/unit change run/x.bat", ERR_INPUT},
                {"C:/unit change run/x.CMD", ERR_INPUT},
                {"C:/unit change run/x.exe", ERR_OS},
                {"C:/unit change run/none.exe", ERR_NOT_FOUND},
                {"none", ERR_NOT_FOUND}};

    (void)state;
    must(os_file_write(FOLDER "/x.bat", "@exit 0", 7, 0644, &e) &&
         os_file_write(FOLDER "/x.CMD", "@exit 0", 7, 0644, &e));
    must(os_file_write(FOLDER "/x.exe", "no program", 10, 0644, &e));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *argv[] = {rows[i].name};
        const struct os_child c = {.argv = {argv, 1}, .timeout_ms = 1000};
        struct os_exit x;

        err_clear(&e);
        assert_false(os_run(&c, &x, &e));
        if (e.code != rows[i].code)
            fail_msg("%s: %s", rows[i].name, e.text);
    }
}

static void test_name_that_is_no_ascii(void **state)
{
    static const char *const copy = FOLDER "/\xd0\x90\xd0\x92 (x86) [1].exe";
    const char *argv[] = {copy, "arguments", "\xd0\xb4\xd0\xb0 \xe2\x82\xac"};
    const struct os_child c = {.argv = {argv, 3}, .timeout_ms = 60000};
    struct os_exit x;

    (void)state;
    must(os_file_copy(self, copy, &e));
    x = run(&c);
    assert_int_equal(x.code, 0);
    assert_true(x.out.len > 2);
    buf_free(&x.out);
}

/* --- ending processes --- */

static void test_end(void **state)
{
    HANDLE p = spawn("sleep", "60000", CREATE_NO_WINDOW);
    char other[LIMIT_PATH];

    (void)state;
    assert_non_null(p);
    snprintf(other, sizeof other, "%s.other", self);
    must(os_process_end(GetProcessId(p), other, 100, &e));
    assert_int_equal(WaitForSingleObject(p, 0), WAIT_TIMEOUT);
    snprintf(other, sizeof other, "%s", self);
    for (char *c = other; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    must(os_process_end(GetProcessId(p), other, 100, &e));
    assert_int_equal(WaitForSingleObject(p, 0), WAIT_OBJECT_0);
    must(os_process_end(GetProcessId(p), self, 100, &e));
    CloseHandle(p);
}

static void test_end_asks_windows_first(void **state)
{
    HDESK desktop;
    DWORD code = 0;
    HANDLE p;

    (void)state;
    /* A PC of Wine without a screen has windows all the same if it is told so before a desktop is made. */
    RegSetKeyValueA(HKEY_CURRENT_USER, "Software\\Wine\\Drivers", "Graphics", REG_SZ, "null", 5);
    desktop = CreateDesktopA("unit", NULL, NULL, 0, GENERIC_ALL, NULL);
    assert_true(SetThreadDesktop(desktop));
    p = spawn("window", FOLDER "/shown", 0);
    assert_true(wait_file(FOLDER "/shown", 30));
    must(os_process_end(GetProcessId(p), self, 30000, &e));
    assert_true(GetExitCodeProcess(p, &code));
    assert_int_equal(code, 5);
    CloseHandle(p);
}

static void test_end_refuses(void **state)
{
    const long long pids[] = {0, -1, 4, 1LL << 40, os_self_pid()};

    (void)state;
    for (size_t i = 0; i < COUNT(pids); i++)
        assert_false(os_process_end(pids[i], self, 0, &e));
}

/* --- uninstall commands --- */

/* '@' in the rows is the folder, as Windows writes it. */
static const struct {
    const char *command;
    struct strs argv; /* argv[0] below the folder; empty: refused */
} commands[] = {
    {"\"@\\a b\\un.exe\"", WORDS("/a b/un.exe")},
    {"\"@\\a b\\un.exe\" /S \"x y\"", WORDS("/a b/un.exe", "/S", "x y")},
    {"\"@\\a b\\un.exe\"/S", WORDS("/a b/un.exe", "/S")},
    {"  \"@\\a b\\un.exe\"", WORDS("/a b/un.exe")},
    {"@\\a b\\un.exe", WORDS("/a b/un.exe")},
    {"@\\a b\\un.exe /S /D=C:\\x y", WORDS("/a b/un.exe", "/S", "/D=C:\\x", "y")},
    {"@\\a b\\un /S", WORDS("/a b/un.exe", "/S")},
    {"@/a b/un.exe \"x y\"", WORDS("/a b/un.exe", "x y")},
    {"\"@\\a b\\un.exe", {NULL, 0}},
    {"\"@\\a b\\gone.exe\" /S", {NULL, 0}},
    {"@\\a b\\gone.exe /S", {NULL, 0}},
    {"@\\a b", {NULL, 0}},
    {"@\\two dirs\\un.exe /S", {NULL, 0}}, /* two.exe is there as well */
    {"\"@\\two dirs\\un.exe\" /S", WORDS("/two dirs/un.exe", "/S")},
    {"@\\a b\\..\\a b\\un.exe", {NULL, 0}},
    {"un.exe", {NULL, 0}},
    {"a b\\un.exe", {NULL, 0}},
    {"\\\\server\\share\\un.exe", {NULL, 0}},
    {"\"\\\\?\\@\\a b\\un.exe\"", {NULL, 0}},
    {"@\\a b\\un.exe\n/S", {NULL, 0}},
    {"@\\a b\\un.exe\x01", {NULL, 0}},
    {"", {NULL, 0}},
    {"   ", {NULL, 0}},
    {"\"\"", {NULL, 0}},
    {"\"", {NULL, 0}},
    {"%NO_SUCH_VARIABLE%\\un.exe", {NULL, 0}},
    {"%UNIT_PLANTED%\\a b\\un.exe", {NULL, 0}}, /* a variable of ours only */
};

static void fill(char *to, size_t size, const char *from)
{
    size_t n = 0;

    for (; *from; from++)
        n += (size_t)snprintf(to + n, size - n, "%.*s", *from == '@' ? 99 : 1,
                              *from == '@' ? "C:\\unit change run" : from);
    to[n] = '\0';
}

static void test_commands(void **state)
{
    struct arena a = ARENA_INIT;

    (void)state;
    must(os_dir_make(FOLDER "/a b", 0755, &e) && os_dir_make(FOLDER "/two dirs", 0755, &e));
    must(os_file_write(FOLDER "/a b/un.exe", "x", 1, 0644, &e) &&
         os_file_write(FOLDER "/two dirs/un.exe", "x", 1, 0644, &e));
    must(os_file_write(FOLDER "/two.exe", "x", 1, 0644, &e));
    SetEnvironmentVariableA("UNIT_PLANTED", "C:\\unit change run");
    SetCurrentDirectoryA("C:\\unit change run");
    for (size_t i = 0; i < COUNT(commands); i++) {
        const struct strs *want = &commands[i].argv;
        char command[LIMIT_PATH], path[LIMIT_PATH];
        struct strs got;
        bool ok;

        fill(command, sizeof command, commands[i].command);
        err_clear(&e);
        ok = os_command_split(command, &a, &got, &e);
        if (ok != (want->n > 0))
            fail_msg("%s: %s", command, ok ? "taken" : e.text);
        if (!ok) {
            assert_int_equal(e.code, ERR_INPUT);
            continue;
        }
        assert_int_equal(got.n, want->n);
        snprintf(path, sizeof path, "%s%s", FOLDER, want->v[0]);
        assert_string_equal(got.v[0], path);
        for (size_t k = 1; k < got.n; k++)
            assert_string_equal(got.v[k], want->v[k]);
    }
    SetCurrentDirectoryA("C:\\");
    arena_free(&a);
}

static void test_commands_of_the_system(void **state)
{
    static const char *const rows[] = {
        "MsiExec.exe /I{7A1B2C3D-0001-4000-8000-000000000001}",
        "msiexec /x {7A1B2C3D-0001-4000-8000-000000000001}",
        "\"MsiExec.exe\" /I{7A1B2C3D-0001-4000-8000-000000000001}",
        "%SystemRoot%\\System32\\msiexec.exe /x {7A1B2C3D-0001-4000-8000-000000000001}",
        "\"%windir%\\system32\\msiexec.exe\" /x {7A1B2C3D-0001-4000-8000-000000000001}"};
    struct arena a = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strs got;

        must(os_command_split(rows[i], &a, &got, &e));
        assert_true(text_glob_fold("C:/windows/system32/msiexec.exe", got.v[0]));
        assert_non_null(strstr(got.v[got.n - 1], "{7A1B2C3D-0001-4000-8000-000000000001}"));
    }
    arena_free(&a);
}

/* --- this program --- */

static void test_self(void **state)
{
    struct os_stat st;

    (void)state;
    assert_true(text_ends(self, "test_change_run.exe"));
    must(os_file_stat(self, &st, &e));
    assert_int_equal(st.kind, OS_FILE);
    assert_int_equal(os_self_pid(), GetCurrentProcessId());
    assert_true(os_is_admin()); /* everybody is, on a PC of Wine */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_arguments_arrive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_exit_codes_are_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_crash_ends_without_a_dialog, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_input, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_output_of_both_streams, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_output_keeps_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeout_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_limit_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tick_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tree_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_left_lives_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tree_that_takes_too_long_is_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_daemon_is_not_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_our_end_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_environment_is_clean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_environment_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_handle_is_inherited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_programs_are_found_in_the_system_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_program, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_name_that_is_no_ascii, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_asks_windows_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_commands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_commands_of_the_system, set_up, tear_down),
        cmocka_unit_test(test_self),
    };
    struct buf b;

    mem_setup();
    os_harden();
    buf_init(&b, sizeof self - 1);
    if (!os_self_path(&b, &e))
        return 97;
    snprintf(self, sizeof self, "%s", buf_str(&b));
    buf_free(&b);
    return argc > 1 ? be_child(argc, argv) : cmocka_run_group_tests(tests, NULL, NULL);
}
