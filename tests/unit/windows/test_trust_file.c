/* Files of certificates that settings name: what is found in them, and what is never opened. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/trust.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/key.h"
#include "core/os/win32/local_file.h"
#include "core/os/win32/wide.h"
#include "tests/unit/windows/registry_util.h"

#include <wincrypt.h>

#define MACHINE L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
#define VARIABLE L"NODE_EXTRA_CA_CERTS"
#define PROFILES "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion/ProfileList"
#define FOLDER "C:/avswap trust"

static struct arena arena;
static struct facts facts;
static struct err e;

static const char *ca(const wchar_t *subject, DWORD how)
{
    BYTE name[256];
    CERT_NAME_BLOB blob = {sizeof name, name};
    PCCERT_CONTEXT c;
    DWORD n = 4096;
    char *text = arena_alloc(&arena, n);

    assert_true(CertStrToNameW(X509_ASN_ENCODING, subject, CERT_X500_NAME_STR, NULL, name, &blob.cbData, NULL));
    c = CertCreateSelfSignCertificate(0, &blob, 0, NULL, NULL, NULL, NULL, NULL);
    assert_non_null(c);
    assert_true(CryptBinaryToStringA(c->pbCertEncoded, c->cbCertEncoded, how, text, &n));
    CertFreeCertificateContext(c);
    return text;
}

#define KASPERSKY ca(L"O=AO Kaspersky Lab, CN=Kaspersky Anti-Virus Personal Root Certificate", CRYPT_STRING_BASE64HEADER)
#define OFFICE ca(L"CN=Office CA", CRYPT_STRING_BASE64HEADER)

static void write(const char *path, const char *text)
{
    assert_true(os_file_write(path, text, strlen(text), 0644, &e));
}

/* Names a file for the machine, or unsets it (NULL), and looks. */
static bool look(const wchar_t *value)
{
    HKEY key = make_key(HKEY_LOCAL_MACHINE, MACHINE, VIEW64);

    if (value)
        put_text(key, VARIABLE, value);
    else
        RegDeleteValueW(key, VARIABLE);
    RegCloseKey(key);
    memset(&facts, 0, sizeof facts);
    err_clear(&e);
    return os_trust_file_list(&facts, &arena, &e);
}

static const struct trust_file *named(const char *setting)
{
    for (size_t i = 0; i < facts.trust_files.n; i++)
        if (text_glob_fold(setting, facts.trust_files.v[i].setting))
            return &facts.trust_files.v[i];
    return NULL;
}

static void test_machine(void **state)
{
    const struct trust_file *t;

    (void)state;
    write(FOLDER "/two.pem", arena_printf(&arena, "# ours\n%s\r\n%s", OFFICE, KASPERSKY));
    if (!look(L"C:\\avswap trust\\two.pem"))
        fail_msg("%s", e.text);
    t = named("HKLM/SYSTEM/*/Session Manager/Environment/NODE_EXTRA_CA_CERTS");
    assert_string_equal(t->file, "C:/avswap trust/two.pem");
    assert_int_equal(t->subjects.n, 2);
    assert_string_equal(t->subjects.v[0], "CN=Office CA");
    assert_string_equal(t->subjects.v[1], "CN=Kaspersky Anti-Virus Personal Root Certificate, O=AO Kaspersky Lab");
    /* Where it leads nowhere the setting is the fact. */
    assert_true(look(L"C:\\avswap trust\\gone.pem"));
    assert_int_equal(named("HKLM/*")->subjects.n, 0);
    assert_true(look(NULL));
    assert_null(named("HKLM/*"));
}

static void test_exported(void **state)
{
    BYTE name[256];
    CERT_NAME_BLOB blob = {sizeof name, name};
    PCCERT_CONTEXT c;

    (void)state;
    assert_true(CertStrToNameW(X509_ASN_ENCODING, L"CN=Kaspersky X", CERT_X500_NAME_STR, NULL, name, &blob.cbData, NULL));
    c = CertCreateSelfSignCertificate(0, &blob, 0, NULL, NULL, NULL, NULL, NULL);
    assert_true(os_file_write(FOLDER "/one.cer", c->pbCertEncoded, c->cbCertEncoded, 0644, &e));
    CertFreeCertificateContext(c);
    assert_true(look(L"C:/avswap trust/one.cer"));
    assert_string_equal(named("HKLM/*")->subjects.v[0], "CN=Kaspersky X");
    assert_true(look(NULL));
}

/* Of a user, with his own folder; and of pip, for one profile and for the machine. */
static void test_users(void **state)
{
    struct strs users = {NULL, 0};
    const char *hive, *profile = NULL, *file = "C:/users/avswap Жук/AppData/Roaming/pip/pip.ini";
    void *key;

    (void)state;
    assert_true(key_users(&arena, &users, &e) && users.n);
    hive = users.v[users.n - 1];
    assert_true(hklm_text(arena_printf(&arena, PROFILES "/%s", hive + strlen("HKU/")), "ProfileImagePath", &arena, &profile, &e));
    assert_non_null(profile);
    assert_true(os_dir_make("C:/users/avswap Жук/AppData/Roaming/pip", 0755, &e));
    assert_true(os_dir_make("C:/ProgramData/pip", 0755, &e));
    write(file, "[global]\r\ncertainly = C:\\x\r\n  Cert : C:\\avswap trust\\two.pem \r\n# cert = C:\\no\r\n[install]\r\nurl = a=b\r\n");
    write("C:/ProgramData/pip/pip.ini", "[global]\ncert=%APPDATA%");
    assert_true(key_open(arena_printf(&arena, "%s/Environment", hive), "64", KEY_ALL_ACCESS, &key, &e) && key);
    put(key, VARIABLE, REG_EXPAND_SZ, L"%UserProfile%\\avswap-ca.pem", sizeof L"%UserProfile%\\avswap-ca.pem");
    assert_false(look(NULL));
    expect_err(&e, ERR_INPUT, "C:/ProgramData/pip/pip.ini: cert: '%APPDATA%' is not a path on a disk of this PC, and was not opened");
    assert_string_equal(named("HKU/*/Environment/NODE_EXTRA_CA_CERTS")->setting, arena_printf(&arena, "%s/Environment/NODE_EXTRA_CA_CERTS", hive));
    assert_string_equal(named("HKU/*")->file, wide_path_utf8(wide_text(arena_printf(&arena, "%s\\avswap-ca.pem", profile), &arena, &e), LIMIT_PATH, &arena));
    assert_string_equal(named("C:/users/*: cert")->setting, arena_printf(&arena, "%s: cert", file));
    assert_int_equal(named("C:/users/*: cert")->subjects.n, 2);
    RegDeleteValueW(key, VARIABLE);
    err_clear(&e);
    key_close(key);
    assert_true(os_tree_remove("C:/users/avswap Жук/AppData", &e));
    assert_true(RemoveDirectoryW(L"C:\\users\\avswap \x0416\x0443\x043a")); /* os_tree_remove() takes nobody's whole folder */
    assert_true(os_tree_remove("C:/ProgramData/pip", &e));
    assert_true(look(NULL));
    assert_int_equal(facts.trust_files.n, 0);
}

/* What is not opened, or not read, and says so. Nothing listens at 127.0.0.1, but the time it would take tells. */
static void test_hostile(void **state)
{
    static const struct {
        const wchar_t *value;
        const char *error;
    } rows[] = {
        {L"\\\\127.0.0.1\\share\\ca.pem", "'//127.0.0.1/share/ca.pem' is not a path on a disk of this PC, and was not opened"},
        {L"//127.0.0.1/share/ca.pem", "was not opened"},
        {L"\\\\?\\UNC\\127.0.0.1\\share\\ca.pem", "was not opened"},
        {L"\\\\.\\pipe\\ca", "was not opened"},
        {L"\\??\\UNC\\127.0.0.1\\share\\ca.pem", "was not opened"},
        {L"ca.pem", "was not opened"},
        {L"C:ca.pem", "was not opened"},
        {L"CON", "was not opened"},
        {L"C:\\avswap trust\\..\\ca.pem", "holds '.' or '..'"},
        {L"C:\\avswap trust\\two.pem:stream", "no file name of Windows"},
        {L"C:\\avswap trust", "is not a plain file, and was not read"},
        {L"C:\\avswap trust\\huge.pem", "is longer than what is read of such files"},
        {L"C:\\avswap trust\\broken.pem", "broken.pem': something in it cannot be read as a certificate"},
        {L"C:\\avswap trust\\endless.pem", "cannot be read as a certificate"},
        {L"C:\\avswap trust\\noise", "cannot be read as a certificate"},
    };
    char *huge = mem_alloc(LIMIT_TRUST_FILES + 2);

    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', LIMIT_TRUST_FILES + 1);
    huge[LIMIT_TRUST_FILES + 1] = '\0';
    write(FOLDER "/huge.pem", huge);
    mem_free(huge);
    write(FOLDER "/broken.pem", arena_printf(&arena, "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n%s", KASPERSKY));
    write(FOLDER "/endless.pem", arena_printf(&arena, "%s-----BEGIN CERTIFICATE-----\nAAAA", KASPERSKY));
    write(FOLDER "/noise", "0\x82\xff\xff");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ULONGLONG began = GetTickCount64();

        assert_false(look(rows[i].value));
        expect_err(&e, ERR_INPUT, rows[i].error);
        expect_contains(e.text, "Environment/NODE_EXTRA_CA_CERTS");
        assert_true(GetTickCount64() - began < 5000);
        /* What could be read in front of or behind it is kept. */
        assert_int_equal(named("HKLM/*")->subjects.n, i == 12 || i == 13);
    }
    assert_true(look(NULL));
}

/* Folders on the way are held, and let go. */
static void test_held(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    assert_true(os_dir_make(FOLDER "/a/b", 0755, &e));
    write(FOLDER "/a/b/c", "text");
    assert_true(local_file_read(FOLDER "/a/b/c", &b, &e));
    assert_string_equal(buf_str(&b), "text");
    assert_false(local_file_read(FOLDER "/a/b/c/d", &b, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(os_file_rename(FOLDER "/a", FOLDER "/z", &e));
    assert_false(local_file_read(FOLDER "/a/b/c", &b, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    buf_free(&b);
    assert_true(os_tree_remove(FOLDER, &e));
}

int main(void)
{
    assert_true(os_dir_make(FOLDER, 0755, &e));
    ADD(test_machine);
    ADD(test_exported);
    ADD(test_users);
    ADD(test_hostile);
    ADD(test_held);
    return fixture_run("os/win32 files of certificates");
}
