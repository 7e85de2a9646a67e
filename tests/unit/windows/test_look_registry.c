/* Registry and uninstall entries as os/win32 sees them, with what programs really write there. */
#include "core/base/limits.h"
#include "core/os/installer.h"
#include "core/os/registry.h"
#include "core/os/service.h"
#include "core/os/win32/key.h"
#include "tests/unit/windows/registry_util.h"

static struct arena arena;
static struct facts facts;
static struct err e;

#define BYTES(text) text, sizeof(text) - 1

/* --- registry --- */

static const struct registry_value *value(const char *key, const char *view, const char *name)
{
    for (size_t i = 0; i < facts.registry.n; i++) {
        const struct registry_value *v = &facts.registry.v[i];

        if (text_eq(v->key, key) && text_eq(v->view, view) && text_eq(v->name, name))
            return v;
    }
    return NULL;
}

static void read_keys(const struct strs *patterns)
{
    memset(&facts, 0, sizeof facts);
    err_clear(&e);
    if (!os_registry_read(patterns, &facts, &arena, &e))
        fail_msg("%s", e.text);
}

#define EDGE "HKLM/SOFTWARE/AvswapTest/Edge"

static const struct edge_row {
    const char *name; /* of the value, too */
    DWORD type;
    const char *bytes;
    size_t n;
    const char *want, *data;
} edge_rows[] = {
    {"unterminated", REG_SZ, BYTES("a\0b\0"), "sz", "ab"},
    {"odd", REG_SZ, BYTES("a\0b\0c"), "broken", "ab"},
    {"inside", REG_SZ, BYTES("a\0\0\0b\0\0\0"), "broken", "a"},
    {"half a pair", REG_SZ, BYTES("\x3d\xd8\0\0"), "broken", "\xef\xbf\xbd"},
    {"empty", REG_SZ, BYTES(""), "sz", ""},
    {"list", REG_MULTI_SZ, BYTES("a\0\0\0b\0\0\0\0\0"), "multi", "a\nb"},
    {"short number", REG_DWORD, BYTES("\x01"), "broken", "01"},
    {"number", REG_DWORD, BYTES("\x01\0\0\0"), "dword", "1"},
    {"long number", REG_QWORD, BYTES("\0\0\0\0\x01\0\0\0"), "qword", "4294967296"},
    {"odd type", 4711, BYTES("\x01\xff"), "binary", "01ff"},
};

static void test_edges(void **state)
{
    const struct edge_row *r = *state;
    HKEY key = make_key(HKEY_LOCAL_MACHINE, L"SOFTWARE\\AvswapTest\\Edge", VIEW64);
    const struct registry_value *v;
    wchar_t name[32];

    swprintf(name, 32, L"%hs", r->name);
    put(key, name, r->type, r->bytes, r->n);
    RegCloseKey(key);
    read_keys(&STRS(EDGE));
    v = value(EDGE, "64", r->name);
    assert_non_null(v);
    assert_string_equal(v->type, r->want);
    assert_string_equal(v->data, r->data);
}

static void test_huge(void **state)
{
    HKEY key = make_key(HKEY_LOCAL_MACHINE, L"SOFTWARE\\AvswapTest\\Huge", VIEW64);
    char *bytes = arena_alloc(&arena, 4 << 20);
    const struct registry_value *v;

    (void)state;
    memset(bytes, 'x', 4 << 20);
    put(key, L"fits", REG_SZ, bytes, LIMIT_REGISTRY_DATA);
    put(key, L"over", REG_SZ, bytes, LIMIT_REGISTRY_DATA + 2);
    put(key, L"huge", REG_BINARY, bytes, 1 << 20);
    RegCloseKey(key);
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/Huge"));
    v = value("HKLM/SOFTWARE/AvswapTest/Huge", "64", "fits");
    assert_string_equal(v->type, "sz");
    assert_true(strlen(v->data) <= LIMIT_STRING);
    v = value("HKLM/SOFTWARE/AvswapTest/Huge", "64", "over");
    assert_string_equal(v->type, "broken");
    assert_null(v->data);
    v = value("HKLM/SOFTWARE/AvswapTest/Huge", "64", "huge");
    assert_string_equal(v->type, "broken");
}

static void test_views(void **state)
{
    (void)state;
    MAKE(HKEY_LOCAL_MACHINE, L"SOFTWARE\\AvswapTest\\View", VIEW64, {L"bits", L"64"},
         {L"in", L"%ProgramFiles%\\x"});
    MAKE(HKEY_LOCAL_MACHINE, L"SOFTWARE\\AvswapTest\\View", VIEW32, {L"bits", L"32"},
         {L"in", L"%ProgramFiles%\\x"});
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/View", "HKLM/software/avswaptest/vie?"));
    assert_int_equal(facts.registry.n, 6);
    assert_string_equal(value("HKLM/SOFTWARE/AvswapTest/View", "64", "bits")->data, "64");
    assert_string_equal(value("HKLM/SOFTWARE/AvswapTest/View", "32", "bits")->data, "32");
    assert_string_equal(value("HKLM/SOFTWARE/AvswapTest/View", "64", "in")->expanded, "C:\\Program Files\\x");
    assert_string_equal(value("HKLM/SOFTWARE/AvswapTest/View", "32", "in")->expanded,
                        "C:\\Program Files (x86)\\x");
    /* One key that both views share is one key. */
    read_keys(&STRS("HKLM/SYSTEM/CurrentControlSet/Control/Session Manager/Environment"));
    assert_true(facts.registry.n > 1);
    for (size_t i = 0; i < facts.registry.n; i++)
        assert_string_equal(facts.registry.v[i].view, "64");
}

static void test_patterns(void **state)
{
    const wchar_t *const names[] = {L"SOFTWARE\\AvswapTest\\P\\AVP21.3\\environment",
                                    L"SOFTWARE\\AvswapTest\\P\\KES\\environment",
                                    L"SOFTWARE\\AvswapTest\\P\\KES\\Data",
                                    L"SOFTWARE\\AvswapTest\\P\\[x]\\environment",
                                    L"SOFTWARE\\AvswapTest\\P\\a/b\\environment",
                                    L"SOFTWARE\\AvswapTest\\P\\a\\b\\environment"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        MAKE(HKEY_LOCAL_MACHINE, names[i], VIEW64, {L"n", L"v"});
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/P/*/environment"));
    assert_int_equal(facts.registry.n, 8);
    assert_non_null(value("HKLM/SOFTWARE/AvswapTest/P/AVP21.3/environment", "64", NULL));
    assert_non_null(value("HKLM/SOFTWARE/AvswapTest/P/a\\b/environment", "64", "n"));
    assert_null(value("HKLM/SOFTWARE/AvswapTest/P/a/b/environment", "64", "n"));
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/P/a\\b/environment"));
    assert_int_equal(facts.registry.n, 2);
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/P/[[]x]/environment"));
    assert_int_equal(facts.registry.n, 2);
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/P/avp*/environment", "HKLM/SOFTWARE/AvswapTest/P/AVP21.3/*"));
    assert_int_equal(facts.registry.n, 2);
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/Nothing/*/x", "HKLM/SOFTWARE/AvswapTest/Nothing"));
    assert_int_equal(facts.registry.n, 0);
}

static void test_users(void **state)
{
    HKEY classes;
    bool made;
    struct strs users = {NULL, 0};
    char *pattern;

    (void)state;
    /* Windows has one for every user, Wine none; only there can one be made. */
    made = RegCreateKeyExW(HKEY_USERS, L"S-1-5-21-9-9-9-9_Classes", 0, NULL, 0, KEY_READ, NULL, &classes,
                           NULL) == 0;
    MAKE(HKEY_CURRENT_USER, L"Software\\AvswapTest", VIEW64, {L"n", L"v"});
    assert_true(key_users(&arena, &users, &e));
    assert_true(users.n >= 1);
    for (size_t i = 0; i < users.n; i++)
        assert_true(text_starts(users.v[i], "HKU/S-1-") && !text_ends(users.v[i], "_Classes"));
    if (made) {
        RegCloseKey(classes);
        assert_int_equal(RegDeleteTreeW(HKEY_USERS, L"S-1-5-21-9-9-9-9_Classes"), 0);
    }
    read_keys(&STRS("HKU/*/Software/AvswapTest"));
    assert_int_equal(facts.registry.n, 2);
    assert_string_equal(facts.registry.v[1].data, "v");
    pattern = arena_printf(&arena, "%s/Software/AvswapTest", facts.registry.v[0].key);
    pattern[strlen(pattern) - strlen("/Software/AvswapTest")] = '\0';
    read_keys(&STRS(pattern));
    assert_int_equal(facts.registry.n, 2);
}

/* Names inside of values, of the same key first. */
static void test_environment(void **state)
{
    const char *key = "HKLM/SOFTWARE/AvswapTest/environment";

    (void)state;
    MAKE(HKEY_LOCAL_MACHINE, L"SOFTWARE\\AvswapTest\\environment", VIEW64,
         {L"ProductRoot", L"%SystemDrive%\\Lab\\%Name%"}, {L"Name", L"KES"},
         {L"Bases", L"%ProductRoot%\\Bases"}, {L"Loop", L"%Loop%\\x"}, {L"A", L"%B%"}, {L"B", L"%A%"},
         {L"SystemRoot", L"own"}, {L"Windows", L"%SystemRoot%"}, {L"Plain", L"C:\\x"});
    read_keys(&STRS("HKLM/SOFTWARE/AvswapTest/environment"));
    assert_string_equal(value(key, "64", "Bases")->expanded, "C:\\Lab\\KES\\Bases");
    assert_string_equal(value(key, "64", "Loop")->expanded, "%Loop%\\x\\x");
    assert_string_equal(value(key, "64", "A")->expanded, "%B%");
    assert_string_equal(value(key, "64", "Windows")->expanded, "own");
    assert_null(value(key, "64", "Plain")->expanded);
}

static void test_what_is_no_key(void **state)
{
    (void)state;
    memset(&facts, 0, sizeof facts);
    err_clear(&e);
    assert_false(os_registry_read(&STRS("HKCR/x", "HKLM/SOFTWARE/AvswapTest/View"), &facts, &arena, &e));
    assert_int_equal(e.code, ERR_INPUT);
    /* The good ones are read all the same. */
    assert_true(facts.registry.n > 0);
    err_clear(&e);
}

static void test_too_many(void **state)
{
    HKEY key = make_key(HKEY_LOCAL_MACHINE, L"SOFTWARE\\AvswapTest\\Many", VIEW64);
    wchar_t name[32];

    (void)state;
    for (unsigned i = 0; i < 150; i++) {
        swprintf(name, 32, L"v%u", i);
        put(key, name, REG_DWORD, &i, sizeof i);
    }
    RegCloseKey(key);
    memset(&facts, 0, sizeof facts);
    facts.registry.v = ARENA_ARRAY(&arena, LIMIT_REGISTRY, struct registry_value);
    for (facts.registry.n = 0; facts.registry.n < LIMIT_REGISTRY - 100; facts.registry.n++)
        facts.registry.v[facts.registry.n] = (struct registry_value){.key = "x", .view = "64", .name = "y"};
    assert_false(os_registry_read(&STRS("HKLM/SOFTWARE/AvswapTest/Many"), &facts, &arena, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(facts.registry.n, LIMIT_REGISTRY);
    err_clear(&e);
}

/* --- uninstall entries --- */

#define UNINSTALL L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\"
#define CODE "{7EC66A9F-0A49-4DC0-A9E8-460333EA8013}"
#define WIDE_(x) L##x
#define WIDE(x) WIDE_(x)

static const struct uninstall_entry *entry(const char *key, const char *hive)
{
    for (size_t i = 0; i < facts.uninstall.n; i++)
        if (text_eq(facts.uninstall.v[i].key, key) && text_starts(facts.uninstall.v[i].hive, hive))
            return &facts.uninstall.v[i];
    return NULL;
}

static void test_uninstall(void **state)
{
    const struct uninstall_entry *u;
    DWORD one = 1;
    HKEY key;

    (void)state;
    MAKE(HKEY_LOCAL_MACHINE, UNINSTALL WIDE(CODE), VIEW32,
         {L"DisplayName", L"Kaspersky Endpoint Security \x0434\x043b\x044f Windows"},
         {L"Publisher",
          L"\x0410\x041e \"\x041b\x0430\x0431\x043e\x0440\x0430\x0442\x043e\x0440\x0438\x044f\""},
         {L"DisplayVersion", L"11.1.1.126"}, {L"UninstallString", L"MsiExec.exe /I" WIDE(CODE)},
         {L"InstallLocation", L"\"%SystemRoot%\\system32\\\""});
    key = make_key(HKEY_LOCAL_MACHINE, UNINSTALL WIDE(CODE), VIEW32);
    put(key, L"WindowsInstaller", REG_DWORD, &one, sizeof one);
    RegCloseKey(key);
    MAKE(HKEY_LOCAL_MACHINE, UNINSTALL L"InstallWIX_" WIDE(CODE), VIEW32, {L"DisplayName", L"Kaspersky"},
         {L"UninstallString", L"\"C:\\ProgramData\\setup.exe\" /x"});
    MAKE(HKEY_LOCAL_MACHINE, UNINSTALL L"AvswapGhost", VIEW64, {L"DisplayName", L"Ghost"},
         {L"UninstallString", L""}, {L"InstallLocation", L"C:\\Nowhere\\At all"});
    MAKE(HKEY_CURRENT_USER, UNINSTALL L"AvswapUser", VIEW64, {L"DisplayName", L"User's"});
    MAKE(HKEY_LOCAL_MACHINE, UNINSTALL L"AvswapTorn", VIEW64, {L"DisplayName", L"Torn"},
         {L"UninstallString", L"C:\\Nowhere\\At all\\un.exe /S"}, {L"InstallLocation", L"%SystemRoot%\\system32"});
    MAKE(HKEY_LOCAL_MACHINE, UNINSTALL L"AvswapWhole", VIEW64, {L"DisplayName", L"Whole"},
         {L"UninstallString", L"\"%SystemRoot%\\system32\\cmd.exe\" /c"});
    MAKE(HKEY_LOCAL_MACHINE, UNINSTALL L"AvswapNamed", VIEW64, {L"DisplayName", L"Named"},
         {L"QuietUninstallString", L"rundll32.exe C:\\x.dll,Gone"});
    key = make_key(HKEY_LOCAL_MACHINE, UNINSTALL L"AvswapBroken", VIEW64);
    put(key, L"DisplayName", REG_SZ, "a\0b\0\0\0c\0", 8);
    put(key, L"UninstallString", REG_SZ, "a\0b", 3);
    put(key, L"WindowsInstaller", REG_SZ, "1\0\0\0", 4);
    RegCloseKey(key);

    memset(&facts, 0, sizeof facts);
    assert_true(os_uninstall_list(&facts, &arena, &e));
    u = entry(CODE, "HKLM");
    assert_string_equal(u->view, "32");
    assert_string_equal(u->name, "Kaspersky Endpoint Security \xd0\xb4\xd0\xbb\xd1\x8f Windows");
    expect_contains(u->publisher, "\"\xd0\x9b");
    assert_string_equal(u->version, "11.1.1.126");
    assert_string_equal(u->code, CODE);
    assert_string_equal(u->command, "MsiExec.exe /I" CODE);
    assert_true(text_eq_fold(u->location, "C:/Windows/system32"));
    assert_true(u->location_exists);
    u = entry("InstallWIX_" CODE, "HKLM");
    assert_null(u->code);
    u = entry("AvswapGhost", "HKLM");
    assert_string_equal(u->view, "64");
    assert_null(u->command);
    assert_string_equal(u->location, "C:/Nowhere/At all");
    assert_false(u->location_exists);
    u = entry("AvswapUser", "HKU/S-1-");
    assert_string_equal(u->name, "User's");
    assert_true(entry("AvswapTorn", "HKLM")->command_missing);
    assert_false(entry("AvswapWhole", "HKLM")->command_missing);
    assert_false(entry("AvswapNamed", "HKLM")->command_missing);
    assert_false(entry(CODE, "HKLM")->command_missing);
    u = entry("AvswapBroken", "HKLM");
    assert_string_equal(u->name, "ab");
    assert_null(u->command);
    assert_null(u->code);
}

static void test_msi(void **state)
{
    (void)state;
    memset(&facts, 0, sizeof facts);
    if (!os_msi_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.msi.n; i++)
        assert_int_equal(strlen(facts.msi.v[i].code), 38);
}

/* --- out of memory --- */

static bool registry_again(void)
{
    return os_registry_read(&STRS("HKLM/SOFTWARE/AvswapTest/P/*/environment"), &facts, &arena, &e);
}

static bool uninstall_again(void)
{
    return os_uninstall_list(&facts, &arena, &e);
}

static bool services_again(void)
{
    return os_service_list(NULL, &facts, &arena, &e);
}

static const struct memory_row {
    const char *name;
    bool (*look)(void);
} memory_rows[] = {
    {"without memory: registry", registry_again},
    {"without memory: uninstall", uninstall_again},
    {"without memory: services", services_again},
};

/* Each allocation fails once: an orderly error, never a shorter list that looks whole. */
static void test_memory(void **state)
{
    const struct memory_row *r = *state;
    unsigned long n = 0;
    bool ok;

    do {
        arena_free(&arena);
        memset(&facts, 0, sizeof facts);
        err_clear(&e);
        mem_fail_at(++n, true);
        ok = r->look();
        mem_fail_at(0, false);
        if (!ok)
            assert_int_equal(e.code, ERR_NOMEM);
    } while (!ok);
    assert_true(n > 3);
}

/* The last: whatever the others made is gone. */
static void test_leaves_nothing(void **state)
{
    static const wchar_t *const entries[] = {WIDE(CODE), L"InstallWIX_" WIDE(CODE), L"AvswapGhost",
                                             L"AvswapBroken"};
    HKEY key;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        key = make_key(HKEY_LOCAL_MACHINE, L"SOFTWARE", i ? VIEW32 : VIEW64);
        assert_int_equal(RegDeleteTreeW(key, L"AvswapTest"), 0);
        RegCloseKey(key);
    }
    key = make_key(HKEY_CURRENT_USER, L"Software", VIEW64);
    assert_int_equal(RegDeleteTreeW(key, L"AvswapTest"), 0);
    RegCloseKey(key);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        key = make_key(HKEY_LOCAL_MACHINE, UNINSTALL, i < 2 ? VIEW32 : VIEW64);
        assert_int_equal(RegDeleteTreeW(key, entries[i]), 0);
        RegCloseKey(key);
    }
    key = make_key(HKEY_CURRENT_USER, UNINSTALL, VIEW64);
    assert_int_equal(RegDeleteTreeW(key, L"AvswapUser"), 0);
    RegCloseKey(key);
}

int main(void)
{
    ADD_ROWS(edge_rows, test_edges);
    ADD(test_huge);
    ADD(test_views);
    ADD(test_patterns);
    ADD(test_users);
    ADD(test_environment);
    ADD(test_what_is_no_key);
    ADD(test_too_many);
    ADD(test_uninstall);
    ADD(test_msi);
    ADD_ROWS(memory_rows, test_memory);
    ADD(test_leaves_nothing);
    return fixture_run("os/win32 registry");
}
