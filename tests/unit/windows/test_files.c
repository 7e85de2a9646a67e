/* Files of a Windows PC: real effects in a folder of its own below C:/. Called with an argument it is one of
 * its own children. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/win32/wide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <sddl.h>
#include <winioctl.h>

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

/* The same for calls of the system. */
static const wchar_t *wide(const char *name)
{
    static wchar_t w[2][LIMIT_PATH];
    static size_t next;
    wchar_t *p = w[next++ % 2];

    assert_true(MultiByteToWideChar(CP_UTF8, 0, at(name), -1, p, LIMIT_PATH) > 0);
    for (wchar_t *q = p; *q; q++)
        if (*q == L'/')
            *q = L'\\';
    return p;
}

static void put(const char *name, const char *text)
{
    if (!os_file_write(at(name), text, strlen(text), 0644, &e))
        fail_msg("%s", e.text);
}

static bool holds(const char *name, const char *text)
{
    struct buf b;
    bool same;

    buf_init(&b, 1 << 20);
    if (!os_file_read(at(name), &b, &e))
        fail_msg("%s", e.text);
    same = strcmp(buf_str(&b), text) == 0;
    buf_free(&b);
    return same;
}

static size_t entries(const char *path)
{
    struct arena a = ARENA_INIT;
    struct strs names;

    assert_true(os_dir_list(path, &a, &names, &e));
    arena_free(&a);
    return names.n;
}

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    snprintf(root, sizeof root, "C:/avswap-test-%lu", GetCurrentProcessId());
    return os_dir_make(root, 0755, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    err_clear(&e);
    if (!os_tree_remove(root, &e))
        fprintf(stderr, "%s\n", e.text);
    return os_file_exists(root) ? -1 : 0;
}

static HANDLE open_unshared(const char *name)
{
    HANDLE h = CreateFileW(wide(name), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    assert_ptr_not_equal(h, INVALID_HANDLE_VALUE);
    return h;
}

/* --- children
 * ------------------------------------------------------------------------------------------------- */

static PROCESS_INFORMATION start(const wchar_t *program, const char *what, const char *path)
{
    STARTUPINFOW s = {.cb = sizeof s};
    PROCESS_INFORMATION p;
    wchar_t line[LIMIT_PATH];

    swprintf(line, LIMIT_PATH, L"\"%ls\" %hs \"%hs\"", program, what, path);
    assert_true(CreateProcessW(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &s, &p));
    return p;
}

static const wchar_t *this_program(void)
{
    static wchar_t path[LIMIT_PATH];

    assert_true(GetModuleFileNameW(NULL, path, LIMIT_PATH) > 0);
    return path;
}

static void await(const char *path)
{
    for (int i = 0; i < 200 && !os_file_exists(path); i++)
        os_sleep_ms(50);
    assert_true(os_file_exists(path));
}

static void end(PROCESS_INFORMATION *p)
{
    TerminateProcess(p->hProcess, 1);
    assert_int_equal(WaitForSingleObject(p->hProcess, 10000), WAIT_OBJECT_0);
    CloseHandle(p->hProcess);
    CloseHandle(p->hThread);
}

/* Holds a lock, says so in a file beside it, and waits to be killed. */
static int child(const char *what, const char *path)
{
    char said[LIMIT_PATH];

    snprintf(said, sizeof said, "%s.said", path);
    if (strcmp(what, "lock") == 0 && !os_lock_take(path, "plan \x1b[2J 42", &e))
        return 2;
    if (!os_file_write(said, "", 0, 0600, &e))
        return 3;
    os_sleep_ms(60000);
    return 0;
}

/* --- writing and reading
 * -------------------------------------------------------------------------------------- */

static void writes_whole_files(void **state)
{
    struct os_stat st;

    (void)state;
    put("f", "one");
    put("f", "two");
    assert_true(holds("f", "two"));
    assert_true(os_file_stat(at("f"), &st, &e));
    assert_int_equal(st.kind, OS_FILE);
    assert_int_equal(st.size, 3);
    assert_in_range((uint64_t)st.mtime, (uint64_t)os_now() - 60000, (uint64_t)os_now() + 1000);
    /* A read-only file may be replaced, as the folder may be written. */
    assert_true(os_file_write(at("f"), "x", 1, 0444, &e));
    assert_true(os_file_stat(at("f"), &st, &e));
    assert_int_equal(st.mode & 0222, 0);
    put("f", "writable");
    assert_true(os_file_stat(at("f"), &st, &e));
    assert_int_equal(st.mode & 0200, 0200);
    assert_int_equal(entries(root), 1);
    /* What is asked for can be told from what is there, as far as Windows has it. */
    assert_true(os_mode_same(0644, 0755) && os_mode_same(0600, 0644) && os_mode_same(0600, 0600));
    assert_true(!os_mode_same(0644, 0600) && !os_mode_same(0444, 0644));
}

static void keeps_private_files_private(void **state)
{
    struct os_stat st;

    (void)state;
    put("open", "x");
    assert_true(os_file_stat(at("open"), &st, &e));
    assert_int_equal(st.mode, 0644);
    assert_true(os_file_write(at("secret"), "x", 1, 0600, &e));
    assert_true(os_file_stat(at("secret"), &st, &e));
    assert_int_equal(st.mode, 0600);
    /* Also over a file that others may read, and in a copy. */
    assert_true(os_file_write(at("open"), "x", 1, 0600, &e));
    assert_true(os_file_stat(at("open"), &st, &e));
    assert_int_equal(st.mode, 0600);
    assert_true(os_file_copy(at("secret"), at("copy"), &e));
    assert_true(os_file_stat(at("copy"), &st, &e));
    assert_int_equal(st.mode, 0600);
    /* A copy of an open one in a private folder is what it was, so that it can be put back as it was. */
    assert_true(os_dir_make(at("private"), 0700, &e));
    assert_true(os_file_stat(at("private"), &st, &e));
    assert_int_equal(st.mode, 0700);
    put("open", "y");
    assert_true(os_file_write(at("open2"), "y", 1, 0644, &e));
    assert_true(os_file_copy(at("open2"), at("private/open2"), &e));
    assert_true(os_file_stat(at("private/open2"), &st, &e));
    assert_int_equal(st.mode, 0644);
}

static void open_to_everybody(const wchar_t *path)
{
    PSECURITY_DESCRIPTOR everybody;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:P(A;;FA;;;SY)(A;;FA;;;OW)(A;;FA;;;WD)", SDDL_REVISION_1, &everybody, NULL));
    assert_true(SetFileSecurityW(path, DACL_SECURITY_INFORMATION, everybody));
    LocalFree(everybody);
}

/* A copy may be what the system runs: who could change what it was made from cannot change it. */
static void copies_no_right_to_change(void **state)
{
    struct os_stat st;

    (void)state;
    put("program.exe", "MZ");
    open_to_everybody(wide("program.exe"));
    assert_true(os_file_stat(at("program.exe"), &st, &e));
    assert_int_equal(st.mode, 0666);
    assert_true(os_file_copy(at("program.exe"), at("copy.exe"), &e));
    assert_true(os_file_stat(at("copy.exe"), &st, &e));
    assert_int_equal(st.mode, 0644);
}

static void leaves_the_old_file_when_writing_fails(void **state)
{
    HANDLE h;

    (void)state;
    assert_true(os_dir_make(at("d"), 0755, &e));
    assert_false(os_file_write(at("d"), "x", 1, 0600, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_false(os_file_write(at("none/f"), "x", 1, 0600, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    put("held", "old");
    h = open_unshared("held");
    assert_false(os_file_write(at("held"), "new", 3, 0644, &e));
    assert_int_equal(e.code, ERR_BUSY);
    CloseHandle(h);
    assert_true(holds("held", "old"));
    assert_int_equal(entries(root), 2);
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
    assert_false(os_file_read(at("f/below"), &b, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(os_file_read(root, &b, &e));
    assert_int_equal(e.code, ERR_IO);
    buf_free(&b);
}

static void refuses_what_is_no_path(void **state)
{
    static const char *const bad[] = {"",
                                      "relative",
                                      "C:",
                                      "C:relative",
                                      "/unix",
                                      "//./C:/x",
                                      "//?/C:/x",
                                      "C:/a/../b",
                                      "C:/./a",
                                      "C:/a?b",
                                      "C:/a*",
                                      "C:/a\\b",
                                      "C:/f:ads",
                                      "C:/f::$DATA",
                                      "C:/tab\tname",
                                      "C:\\x",
                                      "NUL",
                                      "1:/x",
                                      "//server",
                                      "C:/bad\xff/x",
                                      "C:/pipe|x",
                                      "//server/share/../x"};
    struct os_stat st;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        if (os_file_stat(bad[i], &st, &e) || e.code != ERR_INPUT)
            fail_msg("'%s' was taken for a path", bad[i]);
    }
    assert_true(os_file_stat(at("none"), &st, &e));
    assert_int_equal(st.kind, OS_ABSENT);
    put("f", "");
    assert_true(os_file_stat(at("f/below-a-file"), &st, &e));
    assert_int_equal(st.kind, OS_ABSENT);
    assert_true(os_file_stat("Q:/no/such/drive", &st, &e));
    assert_int_equal(st.kind, OS_ABSENT);
    assert_true(os_file_stat("C:/", &st, &e));
    assert_int_equal(st.kind, OS_DIR);
    assert_true(os_file_exists("c:/windows/"));
}

/* Names that programs of Windows stumble over: they are written, found, listed and removed like others. */
static void takes_every_name(void **state)
{
    static const char *names[] = {"with space",
                                  "[brackets]{}",
                                  "K\xc3\xb6nig \xd0\x9a\xd0\xb0\xd1\x81\xd0\xbf\xd0\xb5\xd1\x80",
                                  "\xf0\x9f\x98\x80 \xe6\xbc\xa2",
                                  "dot.",
                                  "space ",
                                  "...many",
                                  "nul",
                                  "com1.log",
                                  "%Percent%",
                                  "-rf",
                                  "~1"};
    struct arena a = ARENA_INIT;
    struct strs list;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        put(names[i], names[i]);
        assert_true(holds(names[i], names[i]));
    }
    assert_true(os_dir_list(root, &a, &list, &e));
    assert_int_equal(list.n, sizeof names / sizeof *names);
    for (size_t i = 0; i < list.n; i++) {
        assert_true(text_in(&(struct strs){names, sizeof names / sizeof *names}, list.v[i]));
        if (i)
            assert_true(strcmp(list.v[i - 1], list.v[i]) < 0);
    }
    assert_false(os_dir_list(at("none"), &a, &list, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    arena_free(&a);
}

static void turns_text_both_ways(void **state)
{
    static const wchar_t lone[] = {L'a', 0xD83D, L'b', 0xDE00, L'\0'};
    static const struct {
        const char *ours;
        const wchar_t *theirs;
    } rows[] = {
        {"C:/", L"\\\\?\\C:\\"},
        {"c:/x y/\xc3\xa4.txt", L"\\\\?\\c:\\x y\\\xe4.txt"},
        {"C://x///y/", L"\\\\?\\C:\\x\\y"},
        {"C:/dot./space ", L"\\\\?\\C:\\dot.\\space "},
        {"//server/share/x", L"\\\\?\\UNC\\server\\share\\x"},
    };
    static const struct {
        unsigned long os;
        enum err_code code;
        bool retryable;
    } codes[] = {
        {ERROR_ACCESS_DENIED, ERR_PRIVILEGE, false},           {ERROR_SHARING_VIOLATION, ERR_BUSY, true},
        {ERROR_FILE_NOT_FOUND, ERR_NOT_FOUND, false},          {ERROR_DISK_FULL, ERR_IO, false},
        {(unsigned long)E_ACCESSDENIED, ERR_PRIVILEGE, false}, {0x8004100E, ERR_IO, false},
    };
    struct arena a = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const wchar_t *w = wide_path(rows[i].ours, &a, &e);

        assert_non_null(w);
        assert_int_equal(wcscmp(w, rows[i].theirs), 0);
    }
    assert_string_equal(wide_path_utf8(L"\\\\?\\UNC\\s\\t", 99, &a), "//s/t");
    assert_string_equal(wide_path_utf8(L"\\??\\C:\\x", 99, &a), "C:/x");
    assert_string_equal(wide_utf8(lone, 99, &a), "a\xef\xbf\xbd"
                                                 "b\xef\xbf\xbd");
    assert_string_equal(wide_utf8(lone, 1, &a), "a");
    assert_string_equal(wide_utf8(lone, 0, &a), "");
    assert_null(wide_text("\xed\xa0\xbd", &a, &e));
    assert_int_equal(e.code, ERR_INPUT);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_false(wide_error(&e, ERR_IO, codes[i].os, "doing '%s'", "it"));
        assert_int_equal(e.code, codes[i].code);
        assert_int_equal(e.retryable, codes[i].retryable);
        assert_true(text_starts(e.text, "doing 'it': ") && !strpbrk(e.text, "\r\n"));
    }
    arena_free(&a);
}

static void goes_beyond_260_characters(void **state)
{
    char deep[LIMIT_PATH] = "";
    size_t n = 0;
    struct arena a = ARENA_INIT;
    struct strs found;
    struct os_stat st;

    (void)state;
    for (int i = 0; i < 12; i++)
        n += (size_t)snprintf(deep + n, sizeof deep - n,
                              "%sa folder with a name of fifty bytes, or nearly so %d", i ? "/" : "", i);
    assert_true(n > 600);
    assert_true(os_dir_make(at(deep), 0755, &e));
    snprintf(deep + n, sizeof deep - n, "/f.txt");
    put(deep, "far");
    assert_true(holds(deep, "far"));
    assert_true(os_file_stat(at(deep), &st, &e));
    assert_int_equal(st.size, 3);
    snprintf(deep + n, sizeof deep - n, "/*.TXT");
    assert_true(os_file_glob(at(deep), &a, &found, &e));
    assert_int_equal(found.n, 1);
    arena_free(&a);
}

static void makes_folders(void **state)
{
    struct os_stat st;

    (void)state;
    assert_true(os_dir_make(at("a/b/c"), 0755, &e));
    assert_true(os_dir_make(at("a/b/c/"), 0755, &e));
    assert_true(os_dir_make(at("A/B"), 0755, &e));
    assert_int_equal(entries(root), 1);
    assert_true(os_file_stat(at("a/b"), &st, &e));
    assert_int_equal(st.mode, 0755);
    assert_true(os_dir_make("C:/", 0755, &e));
    put("file", "");
    assert_false(os_dir_make(at("file/x"), 0755, &e));
    assert_false(os_dir_make("", 0755, &e));
    assert_false(os_dir_make("relative", 0755, &e));
}

/* The state folder is closed to others even where it was there before, open to all. */
static void closes_its_own_folder(void **state)
{
    const char *dir = os_state_dir();
    bool before = os_file_exists(dir);
    struct arena a = ARENA_INIT;
    struct os_stat st;

    (void)state;
    assert_true(os_dir_make(dir, 0755, &e));
    open_to_everybody(wide_path(dir, &a, &e));
    arena_free(&a);
    assert_true(os_file_stat(dir, &st, &e));
    assert_int_equal(st.mode, 0777);
    assert_true(os_dir_make(dir, 0700, &e));
    assert_true(os_file_stat(dir, &st, &e));
    assert_int_equal(st.mode, 0700);
    assert_true(before || os_tree_remove(dir, &e));
}

/* --- patterns
 * ------------------------------------------------------------------------------------------------- */

static void expect_glob(const char *pattern, size_t n, const char *const *want)
{
    struct arena a = ARENA_INIT;
    struct strs found;

    if (!os_file_glob(at(pattern), &a, &found, &e))
        fail_msg("%s", e.text);
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
    assert_true(os_dir_make(at("Kaspersky Lab/KES.21.3/bin"), 0755, &e));
    assert_true(os_dir_make(at("Kaspersky Lab/KES.21.4"), 0755, &e));
    put("Kaspersky Lab/KES.21.3/avp.exe", "");
    put("Kaspersky Lab/KES.21.3/.hidden.exe", "");
    put("Kaspersky Lab/KES.21.4/AVP.EXE", "");
    put("Kaspersky Lab/\xc3\x84rger [1].txt", "");
    expect_glob("kaspersky*", 1, (const char *const[]){"Kaspersky Lab"});
    expect_glob("KASPERSKY*/kes.*/Avp.Exe", 2,
                (const char *const[]){"Kaspersky Lab/KES.21.3/Avp.Exe", "Kaspersky Lab/KES.21.4/Avp.Exe"});
    expect_glob("Kaspersky Lab/*/a*.exe", 2,
                (const char *const[]){"Kaspersky Lab/KES.21.3/avp.exe", "Kaspersky Lab/KES.21.4/AVP.EXE"});
    expect_glob("Kaspersky Lab//KES.21.?/bin/", 1, (const char *const[]){"Kaspersky Lab/KES.21.3/bin"});
    expect_glob("Kaspersky Lab/\xc3\xa4rger [[]1].*", 1,
                (const char *const[]){"Kaspersky Lab/\xc3\x84rger [1].txt"});
    expect_glob("Kaspersky Lab/none", 0, NULL);
    expect_glob("none/*/x", 0, NULL);
    expect_glob("Kaspersky Lab/KES.21.3/avp.exe/*", 0, NULL);
    assert_false(os_file_glob("relative/*", &a, &found, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_false(os_file_glob("/unix/*", &a, &found, &e));
    assert_true(os_file_glob("C:/", &a, &found, &e));
    assert_int_equal(found.n, 1);
    assert_string_equal(found.v[0], "C:/");
    assert_true(os_file_glob("Q:/*", &a, &found, &e));
    assert_int_equal(found.n, 0);
    arena_free(&a);
}

static void copies_and_digests(void **state)
{
    struct os_stat st;
    char hex[65], other[65];
    char *big = malloc(3 << 20);
    HANDLE h;

    (void)state;
    memset(big, 'x', 3 << 20);
    assert_true(os_file_write(at("big"), big, 3 << 20, 0444, &e));
    free(big);
    assert_true(os_file_copy(at("big"), at("copy"), &e));
    assert_true(os_file_stat(at("copy"), &st, &e));
    assert_int_equal(st.mode, 0444);
    assert_true(os_file_digest(at("big"), hex, &e));
    assert_true(os_file_digest(at("copy"), other, &e));
    assert_string_equal(hex, other);
    put("abc", "abc");
    assert_true(os_file_digest(at("abc"), hex, &e));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_false(os_file_copy(root, at("x"), &e));
    assert_false(os_file_copy(at("none"), at("x"), &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(os_file_digest(at("none"), hex, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(os_file_exists(at("x")));
    assert_true(os_file_rename(at("copy"), at("moved"), &e));
    assert_true(os_file_rename(at("abc"), at("moved"), &e));
    assert_true(holds("moved", "abc"));
    assert_false(os_file_rename(at("abc"), at("moved"), &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    h = open_unshared("moved");
    assert_false(os_file_rename(at("moved"), at("abc"), &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_false(os_file_digest(at("moved"), hex, &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_true(os_file_stat(at("moved"), &st, &e));
    assert_int_equal(st.size, 3);
    CloseHandle(h);
    assert_false(os_file_exists(at("abc")));
}

/* --- removing
 * ------------------------------------------------------------------------------------------------- */

/* A junction, by the call that mklink makes; false where the file system (Wine's) knows none. */
static bool make_junction(const char *name, const char *target)
{
    struct {
        DWORD tag;
        WORD size, reserved, target_at, target_size, shown_at, shown_size;
        wchar_t text[512];
    } r = {.tag = IO_REPARSE_TAG_MOUNT_POINT};
    HANDLE h;
    DWORD n;
    bool ok;

    assert_true(os_dir_make(at(name), 0755, &e));
    swprintf(r.text, 512, L"\\??\\%ls", wide(target));
    r.target_size = (WORD)(wcslen(r.text) * sizeof(wchar_t));
    r.shown_at = (WORD)(r.target_size + sizeof(wchar_t));
    r.size = (WORD)(8 + r.target_size + 2 * sizeof(wchar_t));
    h = CreateFileW(wide(name), GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    assert_ptr_not_equal(h, INVALID_HANDLE_VALUE);
    ok = DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, &r, r.size + 8u, NULL, 0, &n, NULL);
    CloseHandle(h);
    return ok;
}

static void removes_trees_and_nothing_else(void **state)
{
    char deep[LIMIT_PATH] = "tree";
    wchar_t lone[128];
    size_t n = 4;

    (void)state;
    for (int i = 0; i < 12; i++)
        n += (size_t)snprintf(deep + n, sizeof deep - n,
                              "/a folder with a name of fifty bytes, or nearly so %d", i);
    assert_true(os_dir_make(at(deep), 0755, &e));
    assert_true(os_dir_make(at("beside"), 0755, &e));
    put("beside/kept", "kept");
    put("tree/dot.", "");
    put("tree/space ", "");
    put("tree/nul", "");
    /* A name that is no text at all. */
    swprintf(lone, 128, L"%ls\xD83Dx", wide("tree/"));
    CloseHandle(CreateFileW(lone, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    assert_true(os_file_write(at("tree/read-only"), "x", 1, 0444, &e));
    assert_true(SetFileAttributesW(wide("tree/dot"), FILE_ATTRIBUTE_NORMAL) == FALSE);
    for (int i = 0; i < 300; i++) {
        char name[64];

        snprintf(name, sizeof name, "tree/one of many files in one folder %d", i);
        CloseHandle(CreateFileW(wide(name), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    }
    if (!os_tree_remove(at("TREE/"), &e))
        fail_msg("%s", e.text);
    assert_false(os_file_exists(at("tree")));
    assert_true(holds("beside/kept", "kept"));
    assert_true(os_file_write(at("single"), "x", 1, 0444, &e));
    assert_true(os_tree_remove(at("single"), &e));
    assert_true(os_tree_remove(at("single"), &e));
    assert_true(os_tree_remove(at("none/below"), &e));
    put("f", "");
    assert_true(os_tree_remove(at("f/below"), &e));
    assert_true(os_file_exists(at("f")));
}

/* Wine's file system has no junctions but shows links of the system below as such: ln and rm of that system,
 * on names below the test's folder (to NULL: none). */
static void below_wine(const wchar_t *tool, const char *option, const char *from, const char *to)
{
    typedef char *(__cdecl * question)(const wchar_t *);
    question ask =
        (question)(void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "wine_get_unix_file_name");
    STARTUPINFOW start_info = {.cb = sizeof start_info};
    PROCESS_INFORMATION p;
    wchar_t line[LIMIT_PATH];

    if (!ask)
        fail_msg("junctions cannot be made on this volume: run it on NTFS");
    swprintf(line, LIMIT_PATH, L"tool %hs \"%hs\" \"%hs\"", option, ask(wide(from)),
             to ? ask(wide(to)) : "/none");
    assert_true(CreateProcessW(tool, line, NULL, NULL, FALSE, 0, NULL, NULL, &start_info, &p));
}

static void follows_no_link(void **state)
{
    struct os_stat st;
    struct buf b;

    (void)state;
    assert_true(os_dir_make(at("outside/sub"), 0755, &e));
    put("outside/kept", "kept");
    assert_true(os_dir_make(at("tree/sub"), 0755, &e));
    if (!make_junction("tree/sub/link", "outside")) {
        assert_true(os_tree_remove(at("tree/sub/link"), &e));
        below_wine(L"Z:\\bin\\ln", "-s", "outside", "tree/sub/link");
        await(at("tree/sub/link"));
        assert_true(os_file_stat(at("tree/sub/link"), &st, &e));
        assert_int_equal(st.kind, OS_LINK);
        put("tree/z", "");
        /* It cannot be removed without following it, so it stays, with what it names. */
        assert_false(os_tree_remove(at("tree"), &e));
        assert_int_equal(e.code, ERR_OS);
        assert_non_null(strstr(e.text, "tree/sub/link"));
        assert_false(os_tree_remove(at("tree/sub/link"), &e));
        assert_false(os_file_exists(at("tree/z")));
        assert_true(holds("outside/kept", "kept"));
        assert_int_equal(entries(at("outside")), 2);
        below_wine(L"Z:\\bin\\rm", "-f", "tree/sub/link", NULL);
        for (int i = 0; i < 100 && os_file_exists(at("tree/sub/link")); i++)
            os_sleep_ms(50);
        return;
    }
    assert_true(os_file_stat(at("tree/sub/link"), &st, &e));
    assert_int_equal(st.kind, OS_LINK);
    buf_init(&b, LIMIT_PATH);
    assert_true(os_file_readlink(at("tree/sub/link"), &b, &e));
    assert_string_equal(buf_str(&b), at("outside"));
    buf_free(&b);
    assert_true(os_tree_remove(at("tree"), &e));
    assert_false(os_file_exists(at("tree")));
    assert_true(holds("outside/kept", "kept"));
    assert_true(make_junction("link", "outside"));
    assert_true(os_tree_remove(at("link/"), &e));
    assert_true(holds("outside/kept", "kept"));
}

static void reads_no_link_from_a_file(void **state)
{
    struct buf b;

    (void)state;
    put("f", "");
    buf_init(&b, 100);
    assert_false(os_file_readlink(at("f"), &b, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_false(os_file_readlink(at("none"), &b, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    buf_free(&b);
}

static void refuses_dangerous_trees(void **state)
{
    static const char *const refused[] = {
        "",
        "C:",
        "C:/",
        "c://",
        "D:/",
        "relative",
        "./x",
        "/usr",
        "C:/x/..",
        "C:/x/../y",
        "C:/Windows",
        "c:/WINDOWS/",
        "C:/Users",
        "C:/Users/",
        "C:/Windows/system32",
        "C:/PROGRAM FILES",
        "C:/Program Files (x86)",
        "C:/ProgramData",
        "C:/windows/System32/Drivers",
        "C:/Program Files/Common Files",
        "C:/x/con",
        "C:/lpt1.txt/f",
        "C:/x/NUL .txt",
        "C:/x/f:ads",
        "C:/x::$INDEX_ALLOCATION",
        "//server/share/x",
        "//?/C:/x",
        "//./C:",
        "C:\\x\\y",
        "NUL",
        "C:/x*",
    };
    wchar_t profile[MAX_PATH];
    char path[MAX_PATH * 3];
    bool at_boot;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        err_clear(&e);
        if (os_tree_remove(refused[i], &e) || e.code != ERR_INPUT)
            fail_msg("'%s': %s", refused[i], e.text);
        if (os_tree_remove_used(refused[i], &at_boot, &e) || at_boot)
            fail_msg("'%s' was left to the next boot", refused[i]);
    }
    assert_true(GetEnvironmentVariableW(L"USERPROFILE", profile, MAX_PATH) > 0);
    assert_true(WideCharToMultiByte(CP_UTF8, 0, profile, -1, path, sizeof path, NULL, NULL) > 0);
    for (char *p = path; *p; p++)
        *p = *p == '\\' ? '/' : *p;
    assert_false(os_tree_remove(path, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(os_file_exists("C:/Windows/System32"));
    assert_true(os_file_exists(path));
}

static void limits_the_depth_of_trees(void **state)
{
    char path[LIMIT_PATH];
    size_t n = (size_t)snprintf(path, sizeof path, "%s", root);

    (void)state;
    for (int i = 0; i < 220; i++)
        n += (size_t)snprintf(path + n, sizeof path - n, "/d");
    assert_true(os_dir_make(path, 0755, &e));
    assert_false(os_tree_remove(at("d"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    /* From the inside it goes, for tear_down too. */
    path[n - 2 * 150] = '\0';
    assert_true(os_tree_remove(path, &e));
}

/* How many names below a folder wait for the next boot. */
static size_t waiting(const char *folder)
{
    struct arena a = ARENA_INIT;
    struct facts f = {0};
    size_t n = 0;

    assert_true(os_reboot_pending(&f, &a, &e));
    for (size_t i = 0; i < f.reboot_reasons.n; i++)
        n += strstr(f.reboot_reasons.v[i], folder) != NULL;
    arena_free(&a);
    return n;
}

static void says_what_is_in_use(void **state)
{
    bool at_boot = true;
    HANDLE h;

    (void)state;
    assert_true(os_dir_make(at("tree/sub"), 0755, &e));
    put("tree/a", "");
    put("tree/sub/held", "");
    put("tree/z", "");
    h = open_unshared("tree/sub/held");
    assert_false(os_tree_remove(at("tree"), &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_true(e.retryable);
    assert_non_null(strstr(e.text, "tree/sub/held"));
    /* The rest is gone all the same. */
    assert_false(os_file_exists(at("tree/a")));
    assert_false(os_file_exists(at("tree/z")));
    put("tree/a", "");
    assert_true(os_tree_remove_used(at("tree"), &at_boot, &e));
    assert_true(at_boot);
    assert_true(os_file_exists(at("tree/sub/held")));
    assert_false(os_file_exists(at("tree/a")));
    CloseHandle(h);
    assert_int_equal(waiting(at("tree")), 3);
    /* Who puts one part back wants it to stay. */
    assert_true(os_tree_keep(at("TREE/s*"), &e));
    assert_int_equal(waiting(at("tree")), 1);
    assert_true(os_tree_keep(at("none"), &e));
    assert_int_equal(waiting(at("tree")), 1);
    assert_true(os_tree_keep(at("tree"), &e));
    assert_int_equal(waiting(at("tree")), 0);
    assert_true(os_tree_remove_used(at("tree"), &at_boot, &e));
    assert_false(at_boot);
    assert_false(os_file_exists(at("tree")));
}

static void says_which_program_runs(void **state)
{
    PROCESS_INFORMATION p;

    (void)state;
    assert_true(os_dir_make(at("tree"), 0755, &e));
    assert_true(CopyFileW(this_program(), wide("tree/engine.exe"), TRUE));
    p = start(wide("tree/engine.exe"), "wait", at("tree/engine"));
    await(at("tree/engine.said"));
    assert_false(os_tree_remove(at("tree"), &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_non_null(strstr(e.text, "tree/engine.exe"));
    end(&p);
    if (!os_tree_remove(at("tree"), &e))
        fail_msg("%s", e.text);
    assert_false(os_file_exists(at("tree")));
}

/* --- log, lock, space, touch
 * ---------------------------------------------------------------------------------- */

static void keeps_a_log(void **state)
{
    struct os_log *l = os_log_open(at("log"), &e);
    struct os_stat st;

    (void)state;
    assert_non_null(l);
    assert_true(os_log_append(l, "one\n", 4, &e));
    assert_true(os_log_append(l, "two\n", 4, &e));
    assert_true(os_log_sync(l, &e));
    /* Others read it meanwhile. */
    assert_true(holds("log", "one\ntwo\n"));
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
    assert_null(os_log_open(at("none/log"), &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_null(os_log_open(root, &e));
    os_log_close(NULL);
}

static void locks_out_others(void **state)
{
    PROCESS_INFORMATION p = start(this_program(), "lock", at("lock"));
    struct os_lock *l;
    char holder[64];

    (void)state;
    await(at("lock.said"));
    assert_null(os_lock_take(at("lock"), "other", &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_true(e.retryable);
    snprintf(holder, sizeof holder, "process %lu plan \\x1b[2J 42", p.dwProcessId);
    assert_non_null(strstr(e.text, holder));
    /* However it ends, the lock is free. */
    end(&p);
    l = os_lock_take(at("lock"), "mine", &e);
    assert_non_null(l);
    assert_null(os_lock_take(at("lock"), "again", &e));
    assert_non_null(strstr(e.text, "mine"));
    os_lock_release(l);
    l = os_lock_take(at("lock"), "third", &e);
    assert_non_null(l);
    os_lock_release(l);
    os_lock_release(NULL);
    assert_null(os_lock_take(root, "x", &e));
}

static void tells_free_space(void **state)
{
    long long free_mib = -1, total = -1, below = -1, same = -1;

    (void)state;
    assert_true(os_disk_free(root, &free_mib, &total, &e));
    assert_true(total > 0 && free_mib >= 0 && free_mib <= total);
    assert_true(os_disk_free(at("not/yet/there"), &below, &same, &e));
    assert_int_equal(same, total);
    assert_true(os_disk_free("C:/", &below, &same, &e));
    assert_int_equal(same, total);
    assert_false(os_disk_free("Q:/x", &below, &same, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    os_sync();
}

static void touches(void **state)
{
    enum os_touch t;
    HANDLE h;

    (void)state;
    assert_true(os_touch(at("probe"), "harmless", 8, &t, &e));
    assert_int_equal(t, OS_TOUCH_ALLOWED);
    assert_true(holds("probe", "harmless"));
    assert_false(os_touch(at("none/probe"), "x", 1, &t, &e));
    assert_int_equal(e.code, ERR_IO);
    /* A protection that keeps the file to itself. */
    h = open_unshared("probe");
    assert_true(os_touch(at("probe"), "harmless", 8, &t, &e));
    assert_int_equal(t, OS_TOUCH_DENIED);
    CloseHandle(h);
}

static bool use_files(struct arena *a)
{
    struct strs found, names;
    struct os_stat st, gone;
    char hex[65];

    if (!os_dir_make(at("a/b"), 0700, &e) || !os_file_write(at("a/b/f"), "x", 1, 0600, &e) ||
        !os_file_copy(at("a/b/f"), at("a/g"), &e) || !os_file_rename(at("a/g"), at("a/h"), &e) ||
        !os_file_stat(at("a/h"), &st, &e) || !os_file_digest(at("a/h"), hex, &e) ||
        !os_file_glob(at("A/*/f"), a, &found, &e) || !os_dir_list(at("a"), a, &names, &e) ||
        !os_tree_keep(at("a"), &e) || !os_tree_remove(at("a"), &e) || !os_file_stat(at("a"), &gone, &e))
        return false;
    assert_int_equal(found.n, 1);
    assert_int_equal(names.n, 2);
    assert_int_equal(st.kind, OS_FILE);
    assert_int_equal(gone.kind, OS_ABSENT);
    return true;
}

/* Every allocation fails once: an error, and nothing is done by half. */
static void survives_want_of_memory(void **state)
{
    struct arena a = ARENA_INIT;
    unsigned long failures;
    bool ok = false;

    (void)state;
    for (unsigned long n = 1; !ok; n++) {
        failures = mem_failures();
        err_clear(&e);
        mem_fail_at(n, false);
        ok = use_files(&a);
        mem_fail_at(0, false);
        arena_free(&a);
        if (!ok && e.code == ERR_NONE)
            fail_msg("no error for allocation %lu", n);
        if (ok && mem_failures() != failures)
            fail_msg("allocation %lu failed unnoticed", n);
        assert_true(os_tree_remove(at("a"), &e));
        assert_int_equal(entries(root), 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_whole_files),
        TEST(keeps_private_files_private),
        TEST(copies_no_right_to_change),
        TEST(leaves_the_old_file_when_writing_fails),
        TEST(reads_within_bounds),
        TEST(refuses_what_is_no_path),
        TEST(takes_every_name),
        TEST(turns_text_both_ways),
        TEST(goes_beyond_260_characters),
        TEST(makes_folders),
        TEST(closes_its_own_folder),
        TEST(finds_patterns),
        TEST(copies_and_digests),
        TEST(removes_trees_and_nothing_else),
        TEST(follows_no_link),
        TEST(reads_no_link_from_a_file),
        TEST(refuses_dangerous_trees),
        TEST(limits_the_depth_of_trees),
        TEST(says_what_is_in_use),
        TEST(says_which_program_runs),
        TEST(keeps_a_log),
        TEST(locks_out_others),
        TEST(tells_free_space),
        TEST(touches),
        TEST(survives_want_of_memory),
    };

    if (argc == 3)
        return child(argv[1], argv[2]);
    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
