/* What os/win32 sees of a PC that these tests prepared: registry, programs, services, drivers, certificates,
 * tasks. */
#include "core/base/limits.h"
#include "core/os/driver.h"
#include "core/os/installer.h"
#include "core/os/process.h"
#include "core/os/registry.h"
#include "core/os/security.h"
#include "core/os/service.h"
#include "core/os/task.h"
#include "core/os/trust.h"
#include "core/os/win32/key.h"
#include "core/os/win32/wmi.h"
#include "tests/unit/fixture.h"

#include <windows.h>
#include <wincrypt.h>

static struct arena arena;
static struct facts facts;
static struct err e;

#define STRS(...)                                                                                            \
    ((struct strs){(const char *[]){__VA_ARGS__},                                                            \
                   sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)})
#define BYTES(text) text, sizeof(text) - 1
#define VIEW64 KEY_WOW64_64KEY
#define VIEW32 KEY_WOW64_32KEY

/* --- making things
 * ------------------------------------------------------------------------------------------------ */

static HKEY make_key(HKEY hive, const wchar_t *path, REGSAM view)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(hive, path, 0, NULL, 0, KEY_ALL_ACCESS | view, NULL, &key, NULL), 0);
    return key;
}

static void put(HKEY key, const wchar_t *name, DWORD type, const void *bytes, size_t n)
{
    assert_int_equal(RegSetValueExW(key, name, 0, type, bytes, (DWORD)n), 0);
}

static void put_text(HKEY key, const wchar_t *name, const wchar_t *text)
{
    put(key, name, REG_SZ, text, (wcslen(text) + 1) * sizeof *text);
}

/* One with values, in one breath. */
static void make_texts(HKEY hive, const wchar_t *path, REGSAM view, const wchar_t *const (*rows)[2])
{
    HKEY key = make_key(hive, path, view);

    for (; (*rows)[0]; rows++)
        put_text(key, (*rows)[0], (*rows)[1]);
    RegCloseKey(key);
}
#define MAKE(hive, path, view, ...)                                                                          \
    make_texts(hive, path, view, (const wchar_t *const[][2]){__VA_ARGS__, {NULL, NULL}})

/* --- registry
 * ----------------------------------------------------------------------------------------------------- */

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
    struct strs users = {NULL, 0};
    char *pattern;

    (void)state;
    MAKE(HKEY_CURRENT_USER, L"Software\\AvswapTest", VIEW64, {L"n", L"v"});
    assert_true(key_users(&arena, &users, &e));
    assert_true(users.n >= 1);
    for (size_t i = 0; i < users.n; i++)
        assert_true(text_starts(users.v[i], "HKU/S-1-") && !text_ends(users.v[i], "_Classes"));
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

/* --- uninstall entries
 * --------------------------------------------------------------------------------------------- */

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

/* --- services and drivers
 * ------------------------------------------------------------------------------------------ */

static SC_HANDLE make_service(const wchar_t *name, DWORD type, DWORD start, const wchar_t *image)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS), s;

    s = CreateServiceW(manager, name, name, SERVICE_ALL_ACCESS, type, start, SERVICE_ERROR_NORMAL, image,
                       NULL, NULL, NULL, NULL, NULL);
    if (!s && GetLastError() == ERROR_SERVICE_EXISTS)
        s = OpenServiceW(manager, name, SERVICE_ALL_ACCESS);
    CloseServiceHandle(manager);
    assert_non_null(s);
    return s;
}

static void drop_service(SC_HANDLE s)
{
    assert_true(DeleteService(s));
    CloseServiceHandle(s);
}

static void test_services(void **state)
{
    DWORD one = 1;
    HKEY key;
    SC_HANDLE late_one = make_service(L"AvswapTestLate", SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                                      L"%ProgramFiles%\\Not There\\klnagent.exe -run"),
              off = make_service(L"AvswapTestOff", SERVICE_WIN32_OWN_PROCESS, SERVICE_DISABLED,
                                 L"\"C:\\windows\\system32\\cmd.exe\" /c x");
    const struct unit *u;

    (void)state;
    /* What ChangeServiceConfig2() writes, which Wine has not. */
    key = make_key(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\AvswapTestLate", VIEW64);
    put(key, L"DelayedAutostart", REG_DWORD, &one, sizeof one);
    RegCloseKey(key);
    memset(&facts, 0, sizeof facts);
    if (!os_service_list(NULL, &facts, &arena, &e))
        fail_msg("%s", e.text);
    u = facts_unit(&facts, "AvswapTestLate");
    assert_string_equal(u->exe, "C:/Program Files/Not There/klnagent.exe");
    assert_string_equal(u->manager, "scm");
    assert_string_equal(u->active, "inactive");
    assert_string_equal(u->enabled, "enabled");
    assert_true(u->delayed);
    u = facts_unit(&facts, "AvswapTestOff");
    assert_string_equal(u->enabled, "disabled");
    assert_string_equal(u->exe, "C:/windows/system32/cmd.exe");
    assert_false(u->delayed);
    memset(&facts, 0, sizeof facts);
    assert_true(os_service_list(&STRS("avswaptest*", "NoSuchService"), &facts, &arena, &e));
    assert_int_equal(facts.units.n, 2);
    memset(&facts, 0, sizeof facts);
    assert_true(os_service_list(&(struct strs){NULL, 0}, &facts, &arena, &e));
    assert_int_equal(facts.units.n, 0);
    drop_service(late_one);
    drop_service(off);
}

static void test_drivers(void **state)
{
    SC_HANDLE s = make_service(L"avswapklif", SERVICE_KERNEL_DRIVER, SERVICE_SYSTEM_START,
                               L"\\SystemRoot\\system32\\drivers\\avswapklif.sys");
    HKEY class = make_key(
        HKEY_LOCAL_MACHINE,
        L"SYSTEM\\CurrentControlSet\\Control\\Class\\{4D36E96B-E325-11CE-BFC1-08002BE10318}", VIEW64),
         device = make_key(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Enum\\ACPI\\AVSWAP\\0", VIEW64);
    struct strs filters = {NULL, 0};
    const struct driver *d = NULL;

    (void)state;
    put(class, L"UpperFilters", REG_MULTI_SZ, L"kbdclass\0AvswapKlif\0",
        2 * sizeof(L"kbdclass\0AvswapKlif") / 2);
    put(device, L"LowerFilters", REG_MULTI_SZ, L"avswapklif", sizeof L"avswapklif" - 2);
    memset(&facts, 0, sizeof facts);
    if (!os_driver_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.drivers.n; i++)
        if (text_eq(facts.drivers.v[i].name, "avswapklif"))
            d = &facts.drivers.v[i];
    assert_true(text_eq_fold(d->path, "C:/windows/system32/drivers/avswapklif.sys"));
    assert_string_equal(d->start, "system");
    assert_string_equal(d->state, "stopped");
    assert_true(os_driver_filters("avswapKLIF", &arena, &filters, &e));
    assert_int_equal(filters.n, 2);
    expect_contains(filters.v[0], "Control/Class/{4D36E96B");
    expect_contains(filters.v[1], "Enum/ACPI/AVSWAP/0");
    /* A part of a name is another name. */
    filters.n = 0;
    assert_true(os_driver_filters("avswapkli", &arena, &filters, &e));
    assert_int_equal(filters.n, 0);
    RegDeleteValueW(class, L"UpperFilters");
    RegDeleteValueW(device, L"LowerFilters");
    RegCloseKey(class);
    RegCloseKey(device);
    drop_service(s);
}

static void test_processes(void **state)
{
    const struct process *me = NULL;
    struct buf path;

    (void)state;
    buf_init(&path, LIMIT_PATH);
    memset(&facts, 0, sizeof facts);
    assert_true(os_process_list(&facts, &arena, &e));
    for (size_t i = 0; i < facts.processes.n; i++)
        if (facts.processes.v[i].pid == os_self_pid())
            me = &facts.processes.v[i];
    assert_non_null(me);
    assert_true(os_self_path(&path, &e));
    assert_true(text_eq_fold(me->exe, buf_str(&path)));
    assert_true(text_ends(me->exe, me->name));
    buf_free(&path);
}

/* --- certificates and signatures
 * ------------------------------------------------------------------------------------ */

#define SUBJECT L"C=RU, O=AO Kaspersky Lab, CN=Kaspersky Anti-Virus Personal Root Certificate"

/* Encoded, with a NUL among its bytes at least; signed by nobody. */
static PCCERT_CONTEXT make_certificate(void)
{
    BYTE name[256];
    CERT_NAME_BLOB subject = {sizeof name, name};
    PCCERT_CONTEXT c;

    assert_true(
        CertStrToNameW(X509_ASN_ENCODING, SUBJECT, CERT_X500_NAME_STR, NULL, name, &subject.cbData, NULL));
    c = CertCreateSelfSignCertificate(0, &subject, 0, NULL, NULL, NULL, NULL, NULL);
    assert_non_null(c);
    return c;
}

static void put_certificate(const char *key, PCCERT_CONTEXT c)
{
    HKEY user;
    HCERTSTORE store;
    void *hive;
    wchar_t *path = key_path(key, &hive, &arena, &e);

    user = make_key(hive, path, VIEW64);
    store = CertOpenStore(CERT_STORE_PROV_REG, 0, 0, 0, user);
    assert_non_null(store);
    assert_true(CertAddCertificateContextToStore(store, c, CERT_STORE_ADD_REPLACE_EXISTING, NULL));
    CertCloseStore(store, 0);
    RegCloseKey(user);
}

static const struct certificate *certificate(const char *store)
{
    for (size_t i = 0; i < facts.certificates.n; i++)
        if (text_starts(facts.certificates.v[i].store, store) &&
            text_glob("CN=Kaspersky Anti-Virus*", facts.certificates.v[i].subject))
            return &facts.certificates.v[i];
    return NULL;
}

static void test_certificates(void **state)
{
    const char *below = "Software/Microsoft/SystemCertificates/Root";
    PCCERT_CONTEXT c = make_certificate();
    struct strs users = {NULL, 0};
    const struct certificate *x;

    (void)state;
    assert_true(key_users(&arena, &users, &e) && users.n);
    put_certificate(arena_printf(&arena, "%s/%s", users.v[users.n - 1], below), c);
    put_certificate(arena_printf(&arena, "HKLM/%s", below), c);
    CertFreeCertificateContext(c);
    memset(&facts, 0, sizeof facts);
    if (!os_certificate_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    x = certificate("machine/ROOT");
    assert_string_equal(x->subject,
                        "CN=Kaspersky Anti-Virus Personal Root Certificate, O=AO Kaspersky Lab, C=RU");
    assert_string_equal(x->issuer, x->subject);
    assert_int_equal(strlen(x->thumbprint), 40);
    x = certificate("user:S-1-");
    assert_non_null(x);
    assert_string_equal(x->store,
                        arena_printf(&arena, "user:%s/ROOT", users.v[users.n - 1] + strlen("HKU/")));
}

static void test_unsigned(void **state)
{
    struct signature s;
    struct buf path;

    (void)state;
    buf_init(&path, LIMIT_PATH);
    assert_true(os_self_path(&path, &e));
    assert_true(os_signature(buf_str(&path), &arena, &s, &e));
    assert_string_equal(s.status, "unsigned");
    assert_null(s.subject);
    assert_false(os_signature("C:/nowhere/at.exe", &arena, &s, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    err_clear(&e);
    memset(&facts, 0, sizeof facts);
    assert_true(os_signature_list(&STRS("C:/windows/system32/cmd.ex?", "C:/windows/syst*32", "C:/nowhere/*"),
                                  &facts, &arena, &e));
    assert_int_equal(facts.signatures.n, 1);
    assert_string_equal(facts.signatures.v[0].path, "C:/windows/system32/cmd.exe");
    buf_free(&path);
}

/* --- WMI
 * -------------------------------------------------------------------------------------------------------------
 */

static void test_wmi(void **state)
{
    struct question_wmi rows[] = {
        {"root/cimv2", "Win32_OperatingSystem"}, {"root/avswap/none", "X"}, {"root/cimv2", "Avswap_None"}};
    const struct questions q = {.wmi = {rows, 3}};
    bool caption = false;

    (void)state;
    memset(&facts, 0, sizeof facts);
    if (!os_wmi(&q, &facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.wmi.n; i++) {
        assert_string_equal(facts.wmi.v[i].class, "Win32_OperatingSystem");
        caption = caption ||
                  (text_eq(facts.wmi.v[i].name, "Caption") && text_glob("*Windows*", facts.wmi.v[i].value));
    }
    assert_true(caption);
}

static void test_wmi_lists(void **state)
{
    struct wmi_rows rows = {NULL, 0};
    long long instances = 0;

    (void)state;
    assert_true(wmi_ask("root/cimv2", "Win32_Process", 10000, &arena, &rows, &e));
    for (size_t i = 0; i < rows.n; i++)
        instances = rows.v[i].row > instances ? rows.v[i].row : instances;
    assert_true(instances >= 3);
}

/* Who is not waited for ends by itself and takes nothing of ours with it. (Of a name space that is not there,
 * as Wine cannot answer two about the same class at once.) */
static void test_wmi_in_time(void **state)
{
    struct wmi_rows rows = {NULL, 0};
    int late = 0;

    (void)state;
    for (int i = 0; i < 10; i++) {
        if (wmi_ask("root/avswap/none", "X", 0, &arena, &rows, &e))
            continue;
        assert_int_equal(e.code, ERR_TIMEOUT);
        err_clear(&e);
        late++;
    }
    assert_true(late > 0);
    assert_int_equal(rows.n, 0);
    assert_true(wmi_ask("root/cimv2", "Win32_Process", 10000, &arena, &rows, &e));
    assert_true(rows.n > 0);
}

static void test_wmi_class(void **state)
{
    struct wmi_rows rows = {NULL, 0};

    (void)state;
    assert_false(wmi_ask("root/cimv2", "Win32_Process WHERE 1=1", 1000, &arena, &rows, &e));
    assert_int_equal(e.code, ERR_INPUT);
    err_clear(&e);
}

static void test_security_center(void **state)
{
    (void)state;
    memset(&facts, 0, sizeof facts);
    if (!os_security_center(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.security_center.n; i++)
        assert_true(*facts.security_center.v[i].name);
}

/* --- out of memory
 * ---------------------------------------------------------------------------------------------------- */

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
    ADD(test_services);
    ADD(test_drivers);
    ADD(test_processes);
    ADD(test_certificates);
    ADD(test_unsigned);
    ADD(test_wmi);
    ADD(test_wmi_lists);
    ADD(test_wmi_in_time);
    ADD(test_wmi_class);
    ADD(test_security_center);
    ADD_ROWS(memory_rows, test_memory);
    return fixture_run("os/win32 look");
}
