/* Changes of the registry, of certificate stores and of scheduled tasks: real ones, below keys of the tests'
 * own. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/registry.h"
#include "core/os/task.h"
#include "core/os/trust.h"
#include "core/os/win32/key.h"
#include "tests/unit/windows/registry_util.h"

#include <stdio.h>
#include <wincrypt.h>
#include <winternl.h>

#define KEY "HKLM/SOFTWARE/Unit Change"
#define WIDE_KEY L"SOFTWARE\\Unit Change"
#define FILE_NAME "C:/unit change.reg"
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct err e;
static struct arena a;

static void must(bool ok)
{
    if (!ok)
        fail_msg("%s", e.text);
}

static void drop(void)
{
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\link", VIEW64, 0);
    must(os_registry_remove(KEY, "64", NULL, &e) && os_registry_remove(KEY, "32", NULL, &e));
    must(os_tree_remove(FILE_NAME, &e));
}

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    a = (struct arena)ARENA_INIT;
    drop();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drop();
    arena_free(&a);
    return 0;
}

/* A value's bytes; its type, REG_NONE and no bytes when it is not there. */
static DWORD bytes_of(const wchar_t *key, const wchar_t *name, REGSAM view, unsigned char *bytes, DWORD *n)
{
    DWORD type = REG_NONE;
    HKEY k;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ | view, &k) != ERROR_SUCCESS) {
        *n = 0;
        return REG_NONE;
    }
    if (RegQueryValueExW(k, name, NULL, &type, bytes, n) != ERROR_SUCCESS) {
        *n = 0;
        type = REG_NONE;
    }
    RegCloseKey(k);
    return type;
}

static bool is_key(const char *key, const char *view)
{
    void *k;

    must(key_open(key, view, KEY_READ, &k, &e));
    key_close(k);
    return k != NULL;
}

/* --- setting --- */

static void test_set(void **state)
{
    static const struct {
        const char *type, *data;
        DWORD expect;
        const void *bytes;
        DWORD n;
    } rows[] = {
        {"sz", "a \xd0\x90", REG_SZ, L"a \x0410", 8},
        {"sz", "", REG_SZ, L"", 2},
        {"expand", "%x%\\y", REG_EXPAND_SZ, L"%x%\\y", 12},
        {"multi", "a\nbc", REG_MULTI_SZ, L"a\0bc\0", 12},
        {"multi", "", REG_MULTI_SZ, L"", 2},
        {"dword", "4294967295", REG_DWORD, "\xff\xff\xff\xff", 4},
        {"dword", "0", REG_DWORD, "\0\0\0\0", 4},
        {"qword", "18446744073709551615", REG_QWORD, "\xff\xff\xff\xff\xff\xff\xff\xff", 8},
        {"binary", "00fF10", REG_BINARY, "\x00\xff\x10", 3},
        {"binary", "", REG_BINARY, "", 0},
    };
    static const char *const views[] = {"64", "32"};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t k = 0; k < COUNT(views); k++) {
            const struct registry_value v = {.key = KEY "/new/deep",
                                             .view = views[k],
                                             .name = "x",
                                             .type = rows[i].type,
                                             .data = rows[i].data};
            unsigned char bytes[256];
            DWORD n = sizeof bytes;

            must(os_registry_set(&v, &e));
            assert_int_equal(bytes_of(WIDE_KEY L"\\new\\deep", L"x", k ? VIEW32 : VIEW64, bytes, &n),
                             rows[i].expect);
            assert_int_equal(n, rows[i].n);
            assert_memory_equal(bytes, rows[i].bytes, n);
        }
    }
}

static void test_views_are_two(void **state)
{
    const struct registry_value v = {.key = KEY, .view = "32", .name = "", .type = "sz", .data = "x"};

    (void)state;
    must(os_registry_set(&v, &e));
    assert_true(is_key(KEY, "32"));
    assert_false(is_key(KEY, "64"));
}

static void test_set_refuses(void **state)
{
    static const struct registry_value rows[] = {
        {.key = KEY, .name = "x", .type = "broken", .data = "x"},
        {.key = KEY, .name = "x", .type = NULL, .data = "x"},
        {.key = KEY, .name = "x", .type = "dword", .data = "4294967296"},
        {.key = KEY, .name = "x", .type = "dword", .data = "-1"},
        {.key = KEY, .name = "x", .type = "dword", .data = "0x1"},
        {.key = KEY, .name = "x", .type = "dword", .data = ""},
        {.key = KEY, .name = "x", .type = "qword", .data = "99999999999999999999999"},
        {.key = KEY, .name = "x", .type = "binary", .data = "0"},
        {.key = KEY, .name = "x", .type = "binary", .data = "0g"},
        {.key = KEY, .name = "x", .type = "multi", .data = "a\n\nb"},
        {.key = KEY, .name = "x", .type = "sz", .data = "\xff"},
        {.key = "HKLM", .name = "x", .type = "sz", .data = "x"},
        {.key = "HKCU/Software/x", .name = "x", .type = "sz", .data = "x"},
        {.key = KEY "//x", .name = "x", .type = "sz", .data = "x"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        err_clear(&e);
        assert_false(os_registry_set(&rows[i], &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
    assert_false(is_key(KEY, "64"));
}

/* --- removing --- */

static void make_tree(void)
{
    HKEY k = make_key(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\a\\b\\c", VIEW64);

    put_text(k, L"x", L"1");
    RegCloseKey(k);
    k = make_key(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\a", VIEW64);
    put_text(k, L"", L"of a");
    put_text(k, L"gone", L"2");
    RegCloseKey(k);
}

static void test_remove(void **state)
{
    unsigned char bytes[64];
    DWORD n = sizeof bytes;

    (void)state;
    make_tree();
    must(os_registry_remove(KEY "/a", "64", "gone", &e));
    assert_int_equal(bytes_of(WIDE_KEY L"\\a", L"gone", VIEW64, bytes, &n), REG_NONE);
    n = sizeof bytes;
    assert_int_equal(bytes_of(WIDE_KEY L"\\a", L"", VIEW64, bytes, &n), REG_SZ);
    must(os_registry_remove(KEY "/a", "64", "", &e));
    n = sizeof bytes;
    assert_int_equal(bytes_of(WIDE_KEY L"\\a", L"", VIEW64, bytes, &n), REG_NONE);
    must(os_registry_remove(KEY "/a", "32", NULL, &e));
    assert_true(is_key(KEY "/a/b/c", "64"));
    must(os_registry_remove(KEY "/a", "64", NULL, &e));
    assert_false(is_key(KEY "/a", "64"));
    assert_true(is_key(KEY, "64"));
    must(os_registry_remove(KEY "/a", "64", NULL, &e) && os_registry_remove(KEY "/a", "64", "x", &e));
}

/* A link is removed, and not what it names. */
static void test_remove_follows_no_link(void **state)
{
    static const wchar_t target[] = L"\\Registry\\Machine\\SOFTWARE\\Unit Change\\kept";
    HKEY kept = make_key(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\kept\\below", VIEW64), link;

    (void)state;
    RegCloseKey(kept);
    make_tree();
    assert_int_equal(RegCreateKeyExW(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\a\\link", 0, NULL,
                                     REG_OPTION_CREATE_LINK, KEY_ALL_ACCESS | VIEW64, NULL, &link, NULL),
                     0);
    put(link, L"SymbolicLinkValue", REG_LINK, target, sizeof target - sizeof *target);
    RegCloseKey(link);
    assert_true(is_key(KEY "/a/link/below", "64"));
    assert_false(os_registry_save(KEY "/a", "64", FILE_NAME, &e));
    must(os_registry_remove(KEY "/a", "64", NULL, &e));
    assert_false(is_key(KEY "/a", "64"));
    assert_true(is_key(KEY "/kept/below", "64"));
}

static void test_remove_refuses(void **state)
{
    static const char *const keys[] = {
        "HKLM",
        "HKU",
        "HKLM/SOFTWARE",
        "HKLM/SYSTEM",
        "HKLM/SOFTWARE/Microsoft",
        "HKLM/software/microsoft",
        "HKLM/SOFTWARE/Microsoft/Windows",
        "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion",
        "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall",
        "HKLM/SOFTWARE/WOW6432Node",
        "HKLM/SOFTWARE/Wow6432Node/Microsoft/Windows/CurrentVersion/Uninstall",
        "HKLM/SOFTWARE/Classes",
        "HKLM/SOFTWARE/Classes/CLSID",
        "HKLM/SOFTWARE/Policies",
        "HKLM/SOFTWARE/Microsoft/SystemCertificates/ROOT/Certificates",
        "HKLM/SYSTEM/CurrentControlSet",
        "HKLM/SYSTEM/CurrentControlSet/Services",
        "HKLM/SYSTEM/CurrentControlSet/Control/Class",
        "HKLM/SYSTEM/ControlSet001/Services/klif",
        "HKU/S-1-5-18",
        "HKU/S-1-5-18/Software",
        "HKU/S-1-5-18/Software/Microsoft",
        "HKU/S-1-5-18/Software/Microsoft/Windows/CurrentVersion/Run",
        "HKCU/Software/Kaspersky",
        "HKLM//SOFTWARE/Kaspersky",
        "HKLM/SOFTWARE/Kaspersky/",
        "SOFTWARE/Kaspersky/x",
        "",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        err_clear(&e);
        if (os_registry_remove(keys[i], "64", NULL, &e) || e.code != ERR_INPUT)
            fail_msg("%s: %s", keys[i], e.text);
    }
    assert_true(is_key("HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion", "64"));
}

/* --- saving and putting back --- */

static const struct {
    const wchar_t *key, *name;
    DWORD type;
    const void *bytes;
    DWORD n;
} kept[] = {
    {WIDE_KEY L"\\a", L"", REG_SZ, L"default", 16},
    {WIDE_KEY L"\\a", L"text", REG_SZ, L"C:\\a \"b\" \x0410\x20AC", 24},
    {WIDE_KEY L"\\a", L"no end", REG_SZ, L"abc", 4},
    {WIDE_KEY L"\\a", L"half", REG_SZ, "a\0b", 3},
    {WIDE_KEY L"\\a", L"inside", REG_SZ, L"a\0b", 8},
    {WIDE_KEY L"\\a", L"torn pair", REG_SZ, L"\xD83Dx", 6},
    {WIDE_KEY L"\\a", L"lines", REG_EXPAND_SZ, L"a\r\nb", 10},
    {WIDE_KEY L"\\a", L"=[x]\\\"\x0410", REG_DWORD, "\x01\x02\x03\x04", 4},
    {WIDE_KEY L"\\a\\b\\c", L"long", REG_DWORD, "\x01\x02\x03\x04\x05", 5},
    {WIDE_KEY L"\\a\\b\\c", L"none", REG_NONE, "", 0},
    {WIDE_KEY L"\\a\\b\\c", L"qword", REG_QWORD, "\x01\x02\x03\x04\x05\x06\x07\x08", 8},
    {WIDE_KEY L"\\a\\b]\\x/y", L"multi", REG_MULTI_SZ, L"a\0b\0", 10},
    {WIDE_KEY L"\\a\\b]\\x/y", L"type", REG_FULL_RESOURCE_DESCRIPTOR, "\x00\xff", 2},
};

static void make_kept(REGSAM view)
{
    static unsigned char big[300000];
    HKEY k;

    for (size_t i = 0; i < COUNT(kept); i++) {
        k = make_key(HKEY_LOCAL_MACHINE, kept[i].key, view);
        put(k, kept[i].name, kept[i].type, kept[i].bytes, kept[i].n);
        RegCloseKey(k);
    }
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (unsigned char)(i * 31);
    k = make_key(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\a\\big", view);
    put(k, L"", REG_BINARY, big, sizeof big);
    RegCloseKey(k);
    RegCloseKey(make_key(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\a\\empty", view));
}

static void assert_kept(REGSAM view)
{
    static unsigned char bytes[400000];
    DWORD n;

    for (size_t i = 0; i < COUNT(kept); i++) {
        n = sizeof bytes;
        assert_int_equal(bytes_of(kept[i].key, kept[i].name, view, bytes, &n), kept[i].type);
        assert_int_equal(n, kept[i].n);
        assert_memory_equal(bytes, kept[i].bytes, n);
    }
    n = sizeof bytes;
    assert_int_equal(bytes_of(WIDE_KEY L"\\a\\big", L"", view, bytes, &n), REG_BINARY);
    assert_int_equal(n, 300000);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(bytes[i], (unsigned char)(i * 31));
    assert_true(is_key(KEY "/a/empty", view == VIEW32 ? "32" : "64"));
}

static void test_save_and_load(void **state)
{
    static const char *const views[] = {"64", "32"};

    (void)state;
    for (size_t i = 0; i < COUNT(views); i++) {
        REGSAM view = i ? VIEW32 : VIEW64;

        make_kept(view);
        must(os_registry_save(KEY "/a", views[i], FILE_NAME, &e));
        must(os_registry_remove(KEY "/a", views[i], NULL, &e));
        must(os_registry_load(FILE_NAME, views[i], &e));
        assert_kept(view);
        must(os_registry_load(FILE_NAME, views[i], &e));
        assert_kept(view);
        must(os_registry_remove(KEY, views[i], NULL, &e));
    }
}

/* What regedit itself writes can be put back: it has other words for nothing. */
static void test_load_of_regedit(void **state)
{
    STARTUPINFOA s = {.cb = sizeof s};
    char line[] = "regedit /e \"C:\\unit change.reg\" \"HKEY_LOCAL_MACHINE\\SOFTWARE\\Unit Change\\a\"";
    PROCESS_INFORMATION made;

    (void)state;
    make_tree();
    assert_true(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &s, &made));
    assert_int_equal(WaitForSingleObject(made.hProcess, 60000), WAIT_OBJECT_0);
    CloseHandle(made.hThread);
    CloseHandle(made.hProcess);
    must(os_registry_remove(KEY "/a", "64", NULL, &e));
    must(os_registry_load(FILE_NAME, "64", &e));
    assert_true(is_key(KEY "/a/b/c", "64"));
}

static void test_save_refuses(void **state)
{
    HKEY k = make_key(HKEY_LOCAL_MACHINE, WIDE_KEY L"\\a", VIEW64);

    (void)state;
    assert_false(os_registry_save(KEY "/none", "64", FILE_NAME, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    put_text(k, L"two\nlines", L"x");
    assert_false(os_registry_save(KEY "/a", "64", FILE_NAME, &e));
    RegDeleteValueW(k, L"two\nlines");
    put_text(k, L"torn \xD83D", L"x");
    assert_false(os_registry_save(KEY "/a", "64", FILE_NAME, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_false(os_file_exists(FILE_NAME));
    RegCloseKey(k);
}

static void test_load_refuses(void **state)
{
#define HEAD                                                                                                 \
    "Windows Registry Editor Version 5.00\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Unit "                           \
    "Change\\new]\r\n\"x\"=\"1\"\r\n"
    static const char *const rows[] = {
        HEAD "\"y\"=-\r\n",
        HEAD "[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Unit Change]\r\n",
        HEAD "[HKEY_CURRENT_USER\\Software\\x]\r\n",
        HEAD "[HKEY_LOCAL_MACHINE]\r\n",
        HEAD "[HKEY_LOCAL_MACHINE\\]\r\n",
        HEAD "[HKEY_LOCAL_MACHINEx\\a]\r\n",
        HEAD "nonsense",
        "",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        wchar_t w[512] = {0xFEFF};
        int n = (int)strlen(rows[i]);

        n = n ? MultiByteToWideChar(CP_UTF8, 0, rows[i], n, w + 1, 500) : 0;
        must(os_file_write(FILE_NAME, w, 2 * ((size_t)n + 1), 0600, &e));
        err_clear(&e);
        if (os_registry_load(FILE_NAME, "64", &e))
            fail_msg("taken: %s", rows[i]);
        assert_int_equal(e.code, ERR_INPUT);
        must(os_file_write(FILE_NAME, rows[i], strlen(rows[i]), 0600, &e)); /* not UTF-16 */
        assert_false(os_registry_load(FILE_NAME, "64", &e));
    }
    must(os_file_write(FILE_NAME, L"\xFEFFWindows\0 Registry", 38, 0600, &e));
    assert_false(os_registry_load(FILE_NAME, "64", &e));
    assert_false(is_key(KEY "/new", "64"));
}

/* --- certificates --- */

#define CERTIFICATE "C:/unit change.cer"

static PCCERT_CONTEXT make_certificate(char thumbprint[41])
{
    BYTE name[256], sha1[20];
    CERT_NAME_BLOB subject = {sizeof name, name};
    DWORD n = sizeof sha1;
    PCCERT_CONTEXT c;

    assert_true(CertStrToNameW(X509_ASN_ENCODING, L"CN=Unit Change", CERT_X500_NAME_STR, NULL, name,
                               &subject.cbData, NULL));
    c = CertCreateSelfSignCertificate(0, &subject, 0, NULL, NULL, NULL, NULL, NULL);
    assert_non_null(c);
    assert_true(CertGetCertificateContextProperty(c, CERT_SHA1_HASH_PROP_ID, sha1, &n));
    for (int i = 0; i < 20; i++)
        snprintf(thumbprint + 2 * i, 3, "%02X", sha1[i]);
    return c;
}

static bool listed(const char *store, const char *thumbprint)
{
    struct facts f;

    memset(&f, 0, sizeof f);
    must(os_certificate_list(&f, &a, &e));
    for (size_t i = 0; i < f.certificates.n; i++)
        if (text_eq(f.certificates.v[i].store, store) && text_eq(f.certificates.v[i].thumbprint, thumbprint))
            return true;
    return false;
}

static void test_certificates(void **state)
{
    struct strs users = {NULL, 0};
    const char *stores[] = {"machine/ROOT", NULL};
    char thumbprint[41], lower[41];
    PCCERT_CONTEXT c = make_certificate(thumbprint);

    (void)state;
    must(key_users(&a, &users, &e));
    assert_true(users.n > 0);
    stores[1] = arena_printf(&a, "user:%s/ROOT", users.v[0] + 4);
    for (int i = 0; i < 40; i++)
        lower[i] = (char)(thumbprint[i] >= 'A' ? thumbprint[i] - 'A' + 'a' : thumbprint[i]);
    lower[40] = '\0';
    for (size_t i = 0; i < COUNT(stores); i++) {
        must(os_file_write(CERTIFICATE, c->pbCertEncoded, c->cbCertEncoded, 0600, &e));
        must(os_certificate_add(stores[i], CERTIFICATE, &e));
        assert_true(listed(stores[i], thumbprint));
        must(os_tree_remove(CERTIFICATE, &e));
        must(os_certificate_save(stores[i], lower, CERTIFICATE, &e));
        must(os_certificate_remove(stores[i], lower, &e));
        assert_false(listed(stores[i], thumbprint));
        must(os_certificate_remove(stores[i], thumbprint, &e));
        assert_false(os_certificate_save(stores[i], thumbprint, CERTIFICATE, &e));
        assert_int_equal(e.code, ERR_NOT_FOUND);
        err_clear(&e);
        must(os_certificate_add(stores[i], CERTIFICATE, &e));
        assert_true(listed(stores[i], thumbprint));
        must(os_certificate_remove(stores[i], thumbprint, &e));
        assert_false(listed(stores[i], thumbprint));
    }
    CertFreeCertificateContext(c);
    must(os_tree_remove(CERTIFICATE, &e));
}

static void test_certificates_refused(void **state)
{
    static const char *const stores[] = {"",
                                         "machine",
                                         "machine/",
                                         "machine/RO/OT",
                                         "machine/..",
                                         "user:/ROOT",
                                         "user:x/ROOT",
                                         "user:S-1-5-18",
                                         "user:S-1-5-18/",
                                         "user:S-1-5-18\\x/ROOT",
                                         "service:x/ROOT"};
    static const char thumbprint[] = "0123456789ABCDEF0123456789ABCDEF01234567";
    static const char *const thumbprints[] = {"", "01", "0123456789ABCDEF0123456789ABCDEF0123456/",
                                              "0123456789ABCDEF0123456789ABCDEF012345678"};

    (void)state;
    for (size_t i = 0; i < COUNT(stores); i++)
        assert_false(os_certificate_remove(stores[i], thumbprint, &e));
    for (size_t i = 0; i < COUNT(thumbprints); i++)
        assert_false(os_certificate_remove("machine/ROOT", thumbprints[i], &e));
    must(os_file_write(CERTIFICATE, "no certificate", 14, 0600, &e));
    assert_false(os_certificate_add("machine/ROOT", CERTIFICATE, &e));
    must(os_tree_remove(CERTIFICATE, &e));
    must(os_certificate_remove("machine/ROOT", thumbprint, &e));
    must(os_certificate_remove("user:S-1-5-21-1-2-3-4/ROOT", thumbprint, &e));
}

/* --- tasks --- */

#define TASK "C:/unit change.xml"

/* Wine keeps no action of a task, so what it does cannot be compared. */
static bool has_task(const char *path)
{
    struct facts f;

    memset(&f, 0, sizeof f);
    must(os_task_list(&f, &a, &e));
    for (size_t i = 0; i < f.tasks.n; i++)
        if (text_eq(f.tasks.v[i].path, path))
            return true;
    return false;
}

static void test_tasks(void **state)
{
    static const wchar_t xml[] =
        L"\xFEFF<?xml version=\"1.0\" encoding=\"UTF-16\"?>"
        L"<Task version=\"1.2\" "
        L"xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><RegistrationInfo/>"
        L"<Triggers/><Settings/><Actions><Exec><Command>C:\\a \x0410.exe</Command></Exec></Actions></Task>";
    static const char *const paths[] = {"/unit change", "/Unit Folder/Inner/unit change"};

    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        must(os_file_write(TASK, xml, sizeof xml - sizeof *xml, 0600, &e));
        must(os_task_add(paths[i], TASK, &e));
        assert_true(has_task(paths[i]));
        must(os_tree_remove(TASK, &e));
        must(os_task_save(paths[i], TASK, &e));
        must(os_task_remove(paths[i], &e));
        assert_false(has_task(paths[i]));
        must(os_task_remove(paths[i], &e));
        assert_false(os_task_save(paths[i], TASK, &e));
        assert_int_equal(e.code, ERR_NOT_FOUND);
        err_clear(&e);
        must(os_task_add(paths[i], TASK, &e));
        assert_true(has_task(paths[i]));
        must(os_task_remove(paths[i], &e));
    }
    must(os_task_remove("/No Folder/x", &e));
    must(os_tree_remove(TASK, &e));
}

static void test_tasks_refused(void **state)
{
    static const char *const paths[] = {"", "/", "x", "//x", "/x/", "/x\\y", "/a/../b"};

    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_false(os_task_remove(paths[i], &e));
    must(os_file_write(TASK, "<Task/>", 7, 0600, &e));
    assert_false(os_task_add("/unit change", TASK, &e));
    must(os_file_write(TASK, L"\xFEFF<Task", 12, 0600, &e));
    assert_false(os_task_add("/unit change", TASK, &e));
    must(os_tree_remove(TASK, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_views_are_two, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove_follows_no_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_remove_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_save_and_load, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_load_of_regedit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_save_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_load_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_certificates_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tasks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tasks_refused, set_up, tear_down),
    };

    mem_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
