/* Texts of changes on Windows: command lines both ways, properties and secrets of Windows Installer, its
 * logs, files of regedit. */
#include "core/base/argv.h"
#include "core/base/limits.h"
#include "core/os/win32/msi_change.h"
#include "core/os/win32/program.h"
#include "core/os/win32/reg_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define WORDS(...)                                                                                           \
    {                                                                                                        \
        (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                \
    }

static struct err e;
static struct arena a;

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    a = (struct arena)ARENA_INIT;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&a);
    return 0;
}

/* --- command lines --- */

static const struct {
    struct strs argv;
    const char *line;
} lines[] = {
    {WORDS("x"), "\"C:\\a b\\x.exe\""},
    {WORDS("x", "/S"), "\"C:\\a b\\x.exe\" /S"},
    {WORDS("x", ""), "\"C:\\a b\\x.exe\" \"\""},
    {WORDS("x", "a b"), "\"C:\\a b\\x.exe\" \"a b\""},
    {WORDS("x", "a\tb"), "\"C:\\a b\\x.exe\" \"a\tb\""},
    {WORDS("x", "a\"b"), "\"C:\\a b\\x.exe\" \"a\\\"b\""},
    {WORDS("x", "\\\"a"), "\"C:\\a b\\x.exe\" \"\\\\\\\"a\""},
    {WORDS("x", "C:\\dir\\"), "\"C:\\a b\\x.exe\" C:\\dir\\"},
    {WORDS("x", "C:\\my dir\\"), "\"C:\\a b\\x.exe\" \"C:\\my dir\\\\\""},
    {WORDS("x", "C:\\my dir\\\\"), "\"C:\\a b\\x.exe\" \"C:\\my dir\\\\\\\\\""},
    {WORDS("x", "PROP=a b"), "\"C:\\a b\\x.exe\" PROP=\"a b\""},
    {WORDS("x", "PROP=a\"b"), "\"C:\\a b\\x.exe\" PROP=\"a\\\"b\""},
    {WORDS("x", "/DIR=C:\\a b"), "\"C:\\a b\\x.exe\" /DIR=\"C:\\a b\""},
    {WORDS("x", "a b=c"), "\"C:\\a b\\x.exe\" \"a b=c\""},
    {WORDS("x", "C:\\a b\\l.dll,Remove"), "\"C:\\a b\\x.exe\" \"C:\\a b\\l.dll\",Remove"},
    {WORDS("x", "C:\\a b\\l.DLL,Remove it"), "\"C:\\a b\\x.exe\" \"C:\\a b\\l.DLL,Remove it\""},
    {WORDS("x", "&|<>^%PATH%;'"), "\"C:\\a b\\x.exe\" &|<>^%PATH%;'"},
    {WORDS("x", "\xd0\x90 \xd0\x91"), "\"C:\\a b\\x.exe\" \"\xd0\x90 \xd0\x91\""},
};

static void line_of(const struct strs *argv, struct buf *b)
{
    buf_init(b, PROGRAM_LINE);
    assert_true(program_line("C:/a b/x.exe", argv, b, &e));
}

static void test_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct buf b;

        line_of(&lines[i].argv, &b);
        assert_string_equal(buf_str(&b), lines[i].line);
        buf_free(&b);
    }
}

/* As the system itself cuts it up, and as we do. */
static void assert_cut_again(const struct strs *argv)
{
    struct strs ours = {NULL, 0};
    wchar_t w[4096], **theirs;
    char back[4096];
    struct buf b;
    int n;

    line_of(argv, &b);
    assert_true(MultiByteToWideChar(CP_UTF8, 0, buf_str(&b), -1, w, (int)COUNT(w)) > 0);
    theirs = CommandLineToArgvW(w, &n);
    assert_non_null(theirs);
    assert_true(argv_split(strchr(buf_str(&b) + 1, '"') + 1, PROGRAM_LINE, &a, &ours, &e));
    assert_int_equal(n, argv->n);
    assert_int_equal(ours.n + 1, argv->n);
    for (size_t i = 1; i < argv->n; i++) {
        WideCharToMultiByte(CP_UTF8, 0, theirs[i], -1, back, sizeof back, NULL, NULL);
        assert_string_equal(back, argv->v[i]);
        assert_string_equal(ours.v[i - 1], argv->v[i]);
    }
    LocalFree(theirs);
    buf_free(&b);
}

static void test_line_is_cut_into_the_same_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_cut_again(&lines[i].argv);
}

/* Every text of up to five of the characters that matter. */
static void test_line_of_any_argument(void **state)
{
    static const char alphabet[] = "a \"\\=,";
    enum { LETTERS = sizeof alphabet - 1, LONGEST = 5 };

    (void)state;
    for (unsigned long code = 0; code < LETTERS * LETTERS * LETTERS * LETTERS * LETTERS; code++) {
        char text[LONGEST + 8] = "";
        struct strs argv = WORDS("x", text, "end");
        unsigned long c = code;

        for (size_t i = 0; i < LONGEST; i++, c /= LETTERS)
            text[i] = alphabet[c % LETTERS];
        assert_cut_again(&argv);
        if (code % 512 == 0) {
            arena_free(&a);
            a = (struct arena)ARENA_INIT;
        }
    }
}

static void test_line_refuses(void **state)
{
    const struct strs none = {NULL, 0};
    struct buf b;

    (void)state;
    buf_init(&b, PROGRAM_LINE);
    assert_false(program_line("C:/a\"b.exe", &none, &b, &e));
    buf_free(&b);
}

static const struct {
    const char *text;
    struct strs argv;
} arguments[] = {
    {"", {NULL, 0}},
    {"  \t ", {NULL, 0}},
    {" /S", WORDS("/S")},
    {"/S/x", WORDS("/S/x")},
    {" /I{7A1B2C3D-0001-4000-8000-000000000001}", WORDS("/I{7A1B2C3D-0001-4000-8000-000000000001}")},
    {" \"a b\" c", WORDS("a b", "c")},
    {" \"a \"\"b\"\" c\"", WORDS("a \"b\" c")},
    {" \"open end", WORDS("open end")},
    {" \"C:\\a b\\l.dll\",Entry /x", WORDS("C:\\a b\\l.dll,Entry", "/x")},
    {" a\\\\b \\\\\"c d\\\\\"", WORDS("a\\\\b", "\\c d\\")},
    {" \"\" x", WORDS("", "x")},
};

static void test_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(arguments); i++) {
        struct strs got = {NULL, 0};

        assert_true(argv_split(arguments[i].text, PROGRAM_LINE, &a, &got, &e));
        assert_int_equal(got.n, arguments[i].argv.n);
        for (size_t k = 0; k < got.n; k++)
            assert_string_equal(got.v[k], arguments[i].argv.v[k]);
    }
}

/* --- properties --- */

static void put_secret(struct secret *s, const char *text)
{
    *s = (struct secret){NULL, 0};
    assert_true(secret_set(s, text, strlen(text), &e));
}

static void test_properties(void **state)
{
    struct os_msi_change c = {.properties =
                                  WORDS("EULA=1", "INSTALLDIR=C:\\a b\\", "NOTE=say \"x\"", "EMPTY=")};
    struct secret word, hex;
    struct os_msi_secret secrets[] = {{"KLPASSWD", &word, false}, {"KLUNINSTPASSWD", &hex, true}};
    struct buf b;

    (void)state;
    put_secret(&word, "p\"w d");
    put_secret(&hex, "A\xd0\x90");
    c.secrets.v = secrets;
    c.secrets.n = COUNT(secrets);
    buf_init(&b, LIMIT_STRING);
    assert_true(msi_properties(&c, &b, &e));
    assert_string_equal(buf_str(&b), " EULA=\"1\" INSTALLDIR=\"C:\\a b\\\" NOTE=\"say \"\"x\"\"\" EMPTY=\"\""
                                     " KLPASSWD=\"p\"\"w d\" KLUNINSTPASSWD=\"41001004\"");
    buf_free(&b);
    secret_clear(&word);
    secret_clear(&hex);
}

static void test_properties_refused(void **state)
{
    static const char *const rows[] = {"EULA",  "=1",     "Eula=1", "1A=2", "A B=1",
                                       "A\"=1", "A=x\ny", "A=\x1b", "/x=1"};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *one[] = {rows[i]};
        struct os_msi_change c = {.properties = {one, 1}};
        struct buf b;

        buf_init(&b, LIMIT_STRING);
        assert_false(msi_properties(&c, &b, &e));
        assert_int_equal(e.code, ERR_INPUT);
        buf_free(&b);
    }
}

/* --- secrets in logs --- */

struct text {
    char p[2048];
    size_t n;
};

static void add_bytes(struct text *t, const char *s)
{
    memcpy(t->p + t->n, s, strlen(s));
    t->n += strlen(s);
}

static void add_units(struct text *t, const char *s)
{
    int n = MultiByteToWideChar(CP_UTF8, 0, s, -1, (wchar_t *)(void *)(t->p + t->n), 512);

    assert_true(n > 0);
    t->n += ((size_t)n - 1) * 2;
}

static bool has(const struct text *t, const void *what, size_t n)
{
    for (size_t i = 0; n && i + n <= t->n; i++)
        if (memcmp(t->p + i, what, n) == 0)
            return true;
    return false;
}

static void test_secrets_are_covered(void **state)
{
    static const struct {
        const char *secret, *hex, *hex8; /* of UTF-16LE and of UTF-8 */
    } rows[] = {
        {"Secret-1", "5300650063007200650074002D003100", "5365637265742D31"},
        {"x", "7800", "78"},
        {"p\"q", "700022007100", "702271"},
        {"\xd0\x9f\xd0\xb0\xd1\x80", "1F0430044004", "D09FD0B0D180"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *forms[] = {rows[i].secret, rows[i].hex, rows[i].hex8};
        struct msi_forms f;
        struct secret s;

        put_secret(&s, rows[i].secret);
        memset(&f, 0, sizeof f);
        assert_true(msi_forms_add(&f, &s, &e));
        for (size_t k = 0; k < COUNT(forms); k++) {
            struct text bytes = {.n = 0}, units = {.n = 0}, only = {.n = 0};
            char lower[128];

            snprintf(lower, sizeof lower, "%s", forms[k]);
            for (char *p = lower; k && *p; p++)
                if (*p >= 'A' && *p <= 'Z')
                    *p = (char)(*p - 'A' + 'a');
            add_bytes(&bytes, "_=(");
            add_bytes(&bytes, forms[k]);
            add_bytes(&bytes, ")(");
            add_bytes(&bytes, lower);
            add_bytes(&bytes, ")");
            add_units(&units, "_=(");
            add_units(&units, forms[k]);
            add_units(&units, ")(");
            add_units(&units, lower);
            add_units(&units, ")");
            assert_true(msi_forms_cover(&f, bytes.p, bytes.n));
            assert_true(msi_forms_cover(&f, units.p, units.n));
            add_units(&only, forms[k]);
            assert_false(has(&bytes, forms[k], strlen(forms[k])) || has(&bytes, lower, strlen(lower)));
            assert_false(has(&units, only.p, only.n));
            assert_memory_equal(bytes.p, "_=(*", 4);
            assert_memory_equal(units.p, L"_=(*", 8);
            assert_int_equal(bytes.p[bytes.n - 1], ')');
        }
        msi_forms_clear(&f);
        secret_clear(&s);
    }
}

static void test_quoted_secret_is_covered_whole(void **state)
{
    struct text t = {.n = 0};
    struct msi_forms f;
    struct secret s;

    (void)state;
    put_secret(&s, "a\"bc");
    memset(&f, 0, sizeof f);
    assert_true(msi_forms_add(&f, &s, &e));
    add_bytes(&t, "KLPASSWD=\"a\"\"bc\"");
    assert_true(msi_forms_cover(&f, t.p, t.n));
    assert_memory_equal(t.p, "KLPASSWD=\"*****\"", t.n);
    assert_false(msi_forms_cover(&f, t.p, t.n));
    msi_forms_clear(&f);
    secret_clear(&s);
}

static void test_secret_that_is_no_text(void **state)
{
    struct msi_forms f;
    struct secret s;

    (void)state;
    put_secret(&s, "\xff\xfe");
    memset(&f, 0, sizeof f);
    assert_false(msi_forms_add(&f, &s, &e));
    assert_int_equal(e.code, ERR_SECRET);
    msi_forms_clear(&f);
    secret_clear(&s);
}

/* --- the cause in a log --- */

static const struct {
    const char *log, *cause;
} causes[] = {
    {"", NULL},
    {"=== Verbose logging started ===\r\nAction ended 10:00:00: INSTALL. Return value 1.\r\n", NULL},
    {"Action start 10:00:00: CheckPw.\r\n"
     "CustomAction CheckPw returned actual error code 1603 (note this may not be 100% accurate)\r\n"
     "Action ended 10:00:00: CheckPw. Return value 3.\r\n"
     "Action ended 10:00:01: INSTALL. Return value 3.\r\n",
     "CheckPw: CustomAction CheckPw returned actual error code 1603 (note this may not be 100% accurate)"},
    {"MSI (s) (90:EC) [10:00:00:123]: Product: Kaspersky X -- Error 27300. The driver klif cannot be "
     "removed.\r\n"
     "\r\n"
     "Action ended 10:00:00: RemoveDrivers. Return value 3.\r\n"
     "MSI (s) (90:EC) [10:00:00:123]: Product: Kaspersky X -- Removal failed.\r\n",
     "RemoveDrivers: Error 27300. The driver klif cannot be removed."},
    {"Error 1720. There is a problem with this package.\nAction ended 1:02:03: Script. Return value 3.\n",
     "Script: Error 1720. There is a problem with this package."},
    {"Fehler 1720. Problem mit dem Paket.\r\nAktion beendet um 10:00:00: Skript. R\xc3\xbc"
     "ckgabewert 3.\r\n",
     "Skript: Fehler 1720. Problem mit dem Paket."},
    {"Action termin\xc3\xa9"
     "e \xc3\xa0 10:00:00 : CheckPw. Valeur renvoy\xc3\xa9"
     "e 3.\r\n",
     "the action CheckPw failed"},
    {"\xe6\x93\x8d\xe4\xbd\x9c 10:00:00: CheckPw\xe3\x80\x82\xe8\xbf\x94\xe5\x9b\x9e 3\xe3\x80\x82\r\n",
     "the action CheckPw failed"},
    {"Action ended 3:42:22: FileCost. Return value 1.\nAction ended 3:42:22: CheckPw. Return value 0.\n"
     "Action ended 3:42:22: INSTALL. Return value 0.\n",
     "the action CheckPw failed"},
    {"Product: X -- Error 1316. A network error occurred.\n", "Error 1316. A network error occurred."},
    {"Info 1603. A file is in use.\nWarning 1946. Property not set.\n", NULL},
    {"Property(S): NOTE = 10:00:00: Foo. Return value 3.\n", NULL},
    {"Action ended 10:00:00: A\x1b[31m. Return value 3.\nAction ended 10:00:00: . Return value 3.\n", NULL},
    {"Product: X -- \x1b[31mred\n", "\\x1b[31mred"},
    {"Action ended 10:00:00: X. Return value 13.\n", NULL},
    {"10:00:00: X.", NULL},
    {"10:00:0", NULL},
};

static void test_cause(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(causes); i++) {
        static wchar_t w[2048];
        const char *log = causes[i].log, *got = msi_log_cause(log, strlen(log), &a);
        int n;

        if (!causes[i].cause)
            assert_null(got);
        else
            assert_string_equal(got, causes[i].cause);
        w[0] = 0xFEFF;
        n = MultiByteToWideChar(CP_UTF8, 0, log, (int)strlen(log), w + 1, 2000);
        got = msi_log_cause((const char *)w, 2 * ((size_t)n + 1), &a);
        if (!causes[i].cause)
            assert_null(got);
        else
            assert_string_equal(got, causes[i].cause);
    }
}

/* Whatever the log is cut to, and whatever one of its bytes becomes. */
static void test_cause_of_damaged_logs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(causes); i++) {
        size_t n = strlen(causes[i].log);

        for (size_t k = 0; k < n; k++) {
            char *log = mem_alloc(n);

            memcpy(log, causes[i].log, n);
            (void)!msi_log_cause(log, k, &a);
            log[k] = (char)(k * 37);
            (void)!msi_log_cause(log, n, &a);
            mem_free(log);
        }
        arena_free(&a);
        a = (struct arena)ARENA_INIT;
    }
}

/* --- files of regedit --- */

#define HEAD "Windows Registry Editor Version 5.00\r\n"

static void test_reg_values(void **state)
{
    static const unsigned char half[] = {'a', 0, 'b'}, open[] = {'a', 0}, line[] = {'a', 0, '\n', 0, 0, 0};
    static const unsigned char emoji[] = {0x3D, 0xD8, 0x00, 0xDE, 0, 0}, number[] = {0x12, 0xAB, 0, 1};
    static const unsigned char text[] = {'C', 0, ':', 0, '\\', 0, '"', 0, 0x10, 0x04, 0xAC, 0x20, 0, 0};
    static const struct reg_value rows[] = {
        {"text", REG_SZ, text, sizeof text},
        {"", REG_SZ, text, sizeof text},
        {"a\\\"b", REG_SZ, half, sizeof half},
        {"no end", REG_SZ, open, sizeof open},
        {"two lines", REG_SZ, line, sizeof line},
        {"smile", REG_SZ, emoji, sizeof emoji},
        {"nothing", REG_SZ, text, 0},
        {"number", REG_DWORD, number, sizeof number},
        {"short", REG_DWORD, number, 3},
        {"binary", REG_BINARY, number, sizeof number},
        {"empty", REG_BINARY, number, 0},
        {"none", REG_NONE, number, 1},
        {"expand", REG_EXPAND_SZ, text, sizeof text},
        {"long", REG_QWORD, text, 8},
        {"\xd0\x90=[x]", REG_MULTI_SZ, line, 6},
    };
    struct reg_file f;
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_STRING);
    reg_put_head(&b, "x");
    reg_put_key(&b, "HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b");
    for (size_t i = 0; i < COUNT(rows); i++)
        reg_put_value(&b, &rows[i]);
    assert_non_null(strstr(buf_str(&b), "\"text\"=\"C:\\\\\\\"\xd0\x90\xe2\x82\xac\"\r\n"));
    assert_non_null(strstr(buf_str(&b), "\"number\"=dword:0100ab12\r\n"));
    if (!reg_parse(buf_str(&b), b.len, &a, &f, &e))
        fail_msg("%s in\n%s", e.text, buf_str(&b));
    assert_int_equal(f.n, 1);
    assert_string_equal(f.v[0].path, "HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b");
    assert_int_equal(f.v[0].n, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct reg_value *v = &f.v[0].v[i];

        assert_string_equal(v->name, rows[i].name);
        assert_int_equal(v->type, rows[i].type);
        assert_int_equal(v->n, rows[i].n);
        assert_memory_equal(v->bytes, rows[i].bytes, v->n);
    }
    buf_free(&b);
}

static void test_reg_long_value(void **state)
{
    unsigned char bytes[200];
    const struct reg_value v = {"x", REG_BINARY, bytes, sizeof bytes};
    struct reg_file f;
    struct buf b;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    buf_init(&b, LIMIT_STRING);
    reg_put_head(&b, "x");
    reg_put_key(&b, "HKEY_USERS\\x");
    reg_put_value(&b, &v);
    assert_non_null(strstr(buf_str(&b), ",\\\r\n  "));
    assert_true(reg_parse(buf_str(&b), b.len, &a, &f, &e));
    assert_int_equal(f.v[0].v[0].n, sizeof bytes);
    assert_memory_equal(f.v[0].v[0].bytes, bytes, sizeof bytes);
    buf_free(&b);
}

static void test_reg_refuses(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "line 0"},
        {"REGEDIT4\r\n", "line 1"},
        {"Windows Registry Editor Version 5.00 \r\n", "line 1"},
        {HEAD "\"a\"=\"b\"\r\n", "before any key"},
        {HEAD "[-HKEY_USERS\\x]\r\n", "deletion"},
        {HEAD "[HKEY_USERS\\x\r\n", "not a key"},
        {HEAD "[\r\n", "not a key"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=-\r\n", "another kind"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a=\"b\"\r\n", "'='"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\r\n", "without its end"},
        {HEAD "[HKEY_USERS\\x]\r\na=\"b\"\r\n", "neither"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=\"b\" x\r\n", "behind"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=\"b\\n\"\r\n", "backslash"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=\"b\\", "backslash"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=dword:1\r\n", "eight"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=dword:0000000g\r\n", "behind"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=hex:1,\r\n", "not a byte"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=hex:01,\\\r\n", "does not"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=hex:123\r\n", "behind"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=hex(ff):00\r\n", "unknown type"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=hex(2:00\r\n", "unknown type"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=\"\x01\"\r\n", "control"},
        {HEAD "[HKEY_USERS\\x\x02]\r\n", "control"},
        {HEAD "[HKEY_USERS\\x]\r\n\"a\"=\"\xff\"\r\n", "UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reg_file f;

        err_clear(&e);
        if (reg_parse(rows[i].text, strlen(rows[i].text), &a, &f, &e))
            fail_msg("taken: %s", rows[i].text);
        assert_int_equal(e.code, ERR_INPUT);
        if (!strstr(e.text, rows[i].why))
            fail_msg("'%s' for: %s", e.text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_line_is_cut_into_the_same_arguments),
        cmocka_unit_test(test_line_of_any_argument),
        cmocka_unit_test(test_line_refuses),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_properties_refused),
        cmocka_unit_test(test_secrets_are_covered),
        cmocka_unit_test(test_quoted_secret_is_covered_whole),
        cmocka_unit_test(test_secret_that_is_no_text),
        cmocka_unit_test(test_cause),
        cmocka_unit_test(test_cause_of_damaged_logs),
        cmocka_unit_test(test_reg_values),
        cmocka_unit_test(test_reg_long_value),
        cmocka_unit_test(test_reg_refuses),
    };

    mem_setup();
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
