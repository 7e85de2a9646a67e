/* What Windows writes in odd forms, made into text: bytes of the registry, %Name%, commands of services,
 * product codes, XML of tasks, results of signature checks. Nothing here asks the system. */
#include "core/base/limits.h"
#include "core/os/win32/guid.h"
#include "core/os/win32/image.h"
#include "core/os/win32/key.h"
#include "core/os/win32/task_text.h"
#include "core/os/win32/value.h"
#include "core/os/win32/verdict.h"
#include "tests/unit/fixture.h"

static struct arena arena;
static struct err e;

#define BYTES(text) text, sizeof(text) - 1

/* Bytes as they lie in a hive: UTF-16LE, little endian. */
static const struct value_row {
    const char *name;
    unsigned long type;
    const char *bytes;
    size_t n;
    const char *want, *data;
} value_rows[] = {
    {"sz: with its end", 1, BYTES("K\0L\0\0\0"), "sz", "KL"},
    {"sz: without its end", 1, BYTES("K\0L\0"), "sz", "KL"},
    {"sz: several ends", 1, BYTES("K\0\0\0\0\0\0\0"), "sz", "K"},
    {"sz: no bytes", 1, BYTES(""), "sz", ""},
    {"sz: odd length", 1, BYTES("K\0L"), "broken", "K"},
    {"sz: one byte", 1, BYTES("K"), "broken", ""},
    {"sz: text behind the end", 1, BYTES("K\0\0\0L\0\0\0"), "broken", "K"},
    {"sz: cyrillic", 1, BYTES("\x1b\x04\x30\x04\x31\x04\0\0"), "sz", "\xd0\x9b\xd0\xb0\xd0\xb1"},
    {"sz: a pair", 1, BYTES("\x3d\xd8\x00\xde\0\0"), "sz", "\xf0\x9f\x98\x80"},
    {"sz: first half of a pair", 1, BYTES("\x3d\xd8\0\0"), "broken", "\xef\xbf\xbd"},
    {"sz: second half of a pair", 1, BYTES("\x00\xdex\0"), "broken", "\xef\xbf\xbdx"},
    {"sz: halves turned round", 1, BYTES("\x00\xde\x3d\xd8"), "broken", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"expand: plain", 2, BYTES("%\0A\0%\0\0\0"), "expand", "%A%"},
    {"multi: two", 7, BYTES("a\0\0\0b\0\0\0\0\0"), "multi", "a\nb"},
    {"multi: without its end", 7, BYTES("a\0\0\0b\0"), "multi", "a\nb"},
    {"multi: an empty part stays", 7, BYTES("a\0\0\0\0\0b\0\0\0\0\0"), "multi", "a\n\nb"},
    {"multi: none", 7, BYTES("\0\0"), "multi", ""},
    {"multi: a line end inside", 7, BYTES("a\0\n\0b\0\0\0"), "broken", "a\nb"},
    {"multi: odd length", 7, BYTES("a\0\0\0b"), "broken", "a"},
    {"dword", 4, BYTES("\xff\xff\xff\xff"), "dword", "4294967295"},
    {"dword: little end first", 4, BYTES("\x01\x02\0\0"), "dword", "513"},
    {"dword: big end first", 5, BYTES("\0\0\x02\x01"), "dword", "513"},
    {"dword: too short", 4, BYTES("\x01\x02"), "broken", "0102"},
    {"dword: none", 4, BYTES(""), "broken", ""},
    {"dword: too long", 4, BYTES("\x01\x02\x03\x04\x05"), "broken", "0102030405"},
    {"qword", 11, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "qword", "18446744073709551615"},
    {"qword: of four bytes", 11, BYTES("\x01\0\0\0"), "broken", "01000000"},
    {"binary", 3, BYTES("\x00\xab\xff"), "binary", "00abff"},
    {"none with bytes", 0, BYTES("\x01"), "binary", "01"},
    {"a type that nobody knows", 0x7fff0001, BYTES("\x01"), "binary", "01"},
};

static void test_value(void **state)
{
    const struct value_row *r = *state;
    struct registry_value v = {NULL};

    assert_true(value_decode(r->type, r->bytes, r->n, &arena, &v, &e));
    assert_string_equal(v.type, r->want);
    assert_string_equal(v.data, r->data);
}

static void test_believed(void **state)
{
    struct registry_value text = {.type = "sz", .data = "x"}, broken = {.type = "broken", .data = "x"},
                          number = {.type = "qword", .data = "18446744073709551615"}, none = {NULL};
    unsigned long long n;

    (void)state;
    assert_string_equal(value_text(&text), "x");
    assert_null(value_text(&broken));
    assert_null(value_text(&number));
    assert_null(value_text(&none));
    assert_true(value_number(&number, &n) && n == 18446744073709551615ull);
    assert_false(value_number(&text, &n));
    assert_false(value_number(&none, &n));
}

/* A made-up environment: ends with a name NULL. */
static const char *const world[][2] = {
    {"ProgramFiles(x86)", "C:\\Program Files (x86)"},
    {"ProductRoot", "%ProgramFiles(x86)%\\Kaspersky Lab\\%Product%"},
    {"Product", "KES"},
    {"Self", "a%Self%b"},
    {"Ping", "<%Pong%>"},
    {"Pong", "[%Ping%]"},
    {"Empty", ""},
    {"Bomb0", "%Bomb1%%Bomb1%%Bomb1%%Bomb1%"},
    {"Bomb1", "%Bomb2%%Bomb2%%Bomb2%%Bomb2%"},
    {"Bomb2", "%Bomb3%%Bomb3%%Bomb3%%Bomb3%"},
    {"Bomb3", "%Bomb4%%Bomb4%%Bomb4%%Bomb4%"},
    {"Bomb4", "%Empty%%Empty%%Empty%%Empty%"},
    {"D1", "%D2%"},
    {"D2", "%D3%"},
    {"D3", "%D4%"},
    {"D4", "%D5%"},
    {"D5", "%D6%"},
    {"D6", "%D7%"},
    {"D7", "%D8%"},
    {"D8", "%D9%"},
    {"D9", "deep"},
    {NULL, NULL},
};

static const char *find(void *arg, const char *name, size_t n)
{
    (void)arg;
    for (size_t i = 0; world[i][0]; i++)
        if (strlen(world[i][0]) == n && strncasecmp(world[i][0], name, n) == 0)
            return world[i][1];
    return NULL;
}

static const struct expand_row {
    const char *name, *text, *want; /* NULL: nothing was replaced */
} expand_rows[] = {
    {"expand: no name", "C:\\x", NULL},
    {"expand: one", "%Product%.exe", "KES.exe"},
    {"expand: without regard to case", "%PRODUCT%", "KES"},
    {"expand: names inside of names", "%ProductRoot%\\avp.exe",
     "C:\\Program Files (x86)\\Kaspersky Lab\\KES\\avp.exe"},
    {"expand: unknown stays", "%Nobody%\\x", NULL},
    {"expand: known beside unknown", "%Nobody%\\%Product%", "%Nobody%\\KES"},
    {"expand: per cent stays", "100% of %Product%", "100% of KES"},
    {"expand: open name stays", "%Product", NULL},
    {"expand: empty name stays", "%%Product%%", "%KES%"},
    {"expand: to nothing", "%Empty%", ""},
    {"expand: leads to itself", "%Self%", "a%Self%b"},
    {"expand: two lead to each other", "%Ping%", "<[%Ping%]>"},
    {"expand: many that are empty", "%Bomb0%", NULL},
    {"expand: as deep as allowed", "%D2%", "deep"},
    {"expand: too deep", "%D1%", NULL},
};

static void test_expand(void **state)
{
    const struct value_names names = {find, NULL};
    const struct expand_row *r = *state;
    const char *got;

    assert_true(value_expand(r->text, &names, &arena, &got, &e));
    if (r->want)
        assert_string_equal(got ? got : "(nothing)", r->want);
    else
        assert_null(got);
}

static const char *grow(void *arg, const char *name, size_t n)
{
    (void)name, (void)n;
    return arg;
}

/* Each name brings a long text: the sum is bounded, however many there are. */
static void test_expand_grows(void **state)
{
    char *text = arena_alloc(&arena, LIMIT_STRING / 2), many[201];
    const struct value_names names = {grow, text};
    const char *got;

    (void)state;
    memset(text, 'x', LIMIT_STRING / 2 - 1);
    for (size_t i = 0; i + 4 < sizeof many; i += 3)
        memcpy(many + i, "%a%", 4);
    assert_true(value_expand("%a%", &names, &arena, &got, &e));
    assert_int_equal(strlen(got), LIMIT_STRING / 2 - 1);
    assert_true(value_expand(many, &names, &arena, &got, &e));
    assert_null(got);
}

static bool is_there(const char *path)
{
    static const char *const files[] = {"C:/Program Files/Kaspersky Lab/KES/avp.exe", "C:/Program.exe",
                                        "D:/Program Files/a b/c.exe", "C:/Windows/system32/svchost.exe",
                                        "C:/tools/run"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (text_eq_fold(path, files[i]))
            return true;
    return false;
}

static const struct image_row {
    const char *name, *command, *want;
} image_rows[] = {
    {"image: quoted", "\"C:\\Program Files\\x y\\avp.exe\" -r", "C:/Program Files/x y/avp.exe"},
    {"image: quote without end", "\"C:\\x y\\avp.exe", "C:/x y/avp.exe"},
    {"image: the shortest file, as CreateProcess does", "C:\\Program Files\\Kaspersky Lab\\KES\\avp.exe -r",
     "C:/Program.exe"},
    {"image: unquoted with blanks", "D:\\Program Files\\a b\\c.exe -k D:\\x.exe",
     "D:/Program Files/a b/c.exe"},
    {"image: gone, up to .exe", "E:\\Program Files (x86)\\Kaspersky Lab\\NetworkAgent\\klnagent.EXE -run",
     "E:/Program Files (x86)/Kaspersky Lab/NetworkAgent/klnagent.EXE"},
    {"image: gone, .exe inside a name", "E:\\a.exercise\\b.exe", "E:/a.exercise/b.exe"},
    {"image: gone, without ending", "E:\\a b c", "E:/a"},
    {"image: without .exe", "C:\\tools\\run -x", "C:/tools/run"},
    {"image: .exe left away", "C:\\Windows\\system32\\svchost -k x", "C:/Windows/system32/svchost.exe"},
    {"image: of the kernel", "\\??\\C:\\Windows\\system32\\svchost.exe -k x",
     "C:/Windows/system32/svchost.exe"},
    {"image: below the system's folder", "system32\\svchost.exe -k x", "C:/Windows/system32/svchost.exe"},
    {"image: searched for", "svchost.exe -k", "svchost.exe"},
    {"image: blanks only", "   ", ""},
    {"image: nothing", "", ""},
};

static void test_image(void **state)
{
    const struct image_row *r = *state;

    assert_string_equal(image_program(r->command, "C:/Windows", is_there, &arena), r->want);
}

static const struct image_row path_rows[] = {
    {"driver: SystemRoot", "\\SystemRoot\\System32\\drivers\\klif.sys",
     "C:/Windows/System32/drivers/klif.sys"},
    {"driver: in other letters", "\\systemroot\\system32\\DRIVERS\\klif.KES-21-9.sys",
     "C:/Windows/system32/DRIVERS/klif.KES-21-9.sys"},
    {"driver: relative", "System32\\DRIVERS\\K4W-21-25\\klhk.sys",
     "C:/Windows/System32/DRIVERS/K4W-21-25/klhk.sys"},
    {"driver: of the kernel", "\\??\\C:\\ProgramData\\Kaspersky Lab\\klids.sys",
     "C:/ProgramData/Kaspersky Lab/klids.sys"},
    {"driver: plain", "C:\\x\\y.sys", "C:/x/y.sys"},
    {"driver: by device", "\\Device\\HarddiskVolume1\\x.sys", "/Device/HarddiskVolume1/x.sys"},
    {"driver: on a share", "\\\\server\\share\\x.sys", "//server/share/x.sys"},
};

static void test_path(void **state)
{
    const struct image_row *r = *state;

    assert_string_equal(image_path(r->command, "C:/Windows", &arena), r->want);
}

#define CODE "{7EC66A9F-0A49-4DC0-A9E8-460333EA8013}"

static const struct code_row {
    const char *name, *key;
    bool by_msi;
    const char *command, *want;
} code_rows[] = {
    {"code: Windows Installer's", CODE, true, "MsiExec.exe /I" CODE, CODE},
    {"code: small letters", "{7ec66a9f-0a49-4dc0-a9e8-460333ea8013}", true, NULL, CODE},
    {"code: without the mark", CODE, false, "MsiExec.exe /X" CODE, CODE},
    {"code: an own installer under a GUID", CODE, false, "\"C:\\x\\unins.exe\"", NULL},
    {"code: no command", CODE, false, NULL, NULL},
    {"code: from the command", "Kaspersky", false, "\"C:\\Windows\\system32\\msiexec.exe\" /x " CODE " /qn",
     CODE},
    {"code: of a twin", "InstallWIX_" CODE, false, "C:\\ProgramData\\setup.exe /uninstall " CODE, NULL},
    {"code: one digit short", "{7EC66A9F-0A49-4DC0-A9E8-460333EA801}", true, NULL, NULL},
    {"code: something behind", CODE "x", true, NULL, NULL},
    {"code: braces before it", "x", false, "msiexec /I {abc} " CODE, CODE},
    {"code: msiexec without one", "x", false, "msiexec.exe /x package.msi", NULL},
};

static void test_code(void **state)
{
    const struct code_row *r = *state;
    const char *got = guid_of_entry(r->key, r->by_msi, r->command, &arena, &e);

    assert_int_equal(e.code, ERR_NONE);
    assert_true(text_eq(got, r->want));
}

static const struct task_row {
    const char *name, *xml, *want;
} task_rows[] = {
    {"task: one", "<Exec><Command>C:\\a.exe</Command><Arguments>-x</Arguments></Exec>", "C:\\a.exe"},
    {"task: several", "<Command>a</Command> <Command>b</Command>", "a\nb"},
    {"task: none", "<Actions><ComHandler/></Actions>", ""},
    {"task: characters", "<Command>&quot;C:\\A &amp; B\\&lt;x&gt;&apos;&#65;&#x416;&#128512;</Command>",
     "\"C:\\A & B\\<x>'A\xd0\x96\xf0\x9f\x98\x80"},
    {"task: no such character", "<Command>&#0;&#xD800;&#x110000;&#99999999999;</Command>",
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"task: what only looks like one", "<Command>a&b;&#;&#x;&#12</Command>", "a&b;&#;&#x;&#12"},
    {"task: without end", "<Command>a", ""},
    {"task: empty", "", ""},
};

static void test_task(void **state)
{
    const struct task_row *r = *state;

    assert_string_equal(task_text_commands(r->xml, &arena), r->want);
}

static const struct verdict_row {
    const char *name;
    unsigned long hash, chain;
    const char *want;
} verdict_rows[] = {
    {"verdict: both halves", 0, 0, "valid"},
    {"verdict: hash only", 0, 0x800b0109, "untrusted"},
    {"verdict: chain only", 0x80096010, 0, "broken"},
    {"verdict: no signature", 0x800b0100, 0x800b010a, "unsigned"},
    {"verdict: no file that can be signed", 0x800b0003, 0x800b010a, "unsigned"},
    {"verdict: unknown root", 0x800b0109, 0x800b0109, "untrusted"},
    {"verdict: unknown root by the first half only", 0x800b0109, 0, "untrusted"},
    {"verdict: revoked", 0x800b010c, 0, "untrusted"},
    {"verdict: expired", 0x800b0101, 0, "untrusted"},
    {"verdict: malformed", 0x80096011, 0, "broken"},
    {"verdict: a code that nobody knows", 0x80004005, 0, "broken"},
};

static void test_verdict(void **state)
{
    const struct verdict_row *r = *state;

    assert_string_equal(verdict_of(r->hash, r->chain), r->want);
}

static const struct key_row {
    const char *name, *key;
    const wchar_t *want; /* NULL: refused */
} key_rows[] = {
    {"key: of the machine", "HKLM/SOFTWARE/KasperskyLab", L"SOFTWARE\\KasperskyLab"},
    {"key: of a user", "HKU/S-1-5-18/Software", L"S-1-5-18\\Software"},
    {"key: a slash inside a part", "HKLM/Channels/Soyuz\\Product", L"Channels\\Soyuz/Product"},
    {"key: the hive itself", "HKLM", L""},
    {"key: another hive", "HKCR/x", NULL},
    {"key: like a hive", "HKLMx/y", NULL},
    {"key: an empty part", "HKLM//x", NULL},
    {"key: an empty part at the end", "HKLM/x/", NULL},
    {"key: no key", "", NULL},
    {"key: no UTF-8", "HKLM/\xff", NULL},
};

static void test_key(void **state)
{
    const struct key_row *r = *state;
    struct err here = ERR_INIT;
    void *hive;
    wchar_t *got = key_path(r->key, &hive, &arena, &here);

    if (r->want) {
        assert_non_null(got);
        assert_int_equal(wcscmp(got, r->want), 0);
    } else {
        assert_null(got);
        assert_int_equal(here.code, ERR_INPUT);
    }
}

int main(void)
{
    ADD_ROWS(value_rows, test_value);
    ADD(test_believed);
    ADD_ROWS(expand_rows, test_expand);
    ADD(test_expand_grows);
    ADD_ROWS(image_rows, test_image);
    ADD_ROWS(path_rows, test_path);
    ADD_ROWS(code_rows, test_code);
    ADD_ROWS(task_rows, test_task);
    ADD_ROWS(verdict_rows, test_verdict);
    ADD_ROWS(key_rows, test_key);
    return fixture_run("os/win32 texts");
}
