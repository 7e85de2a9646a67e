/* Windows Installer: a package that this test makes is installed and removed, with properties, with secrets,
 * with refusals. Called with OS_MSI_CHILD it is the child that gets the secrets. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/win32/msi_change.h"
#include "tests/unit/windows/registry_util.h"

#include <msi.h>
#include <msiquery.h>
#include <stdio.h>

#define FOLDER "C:/unit change msi"
#define PACKAGE FOLDER "/a package.msi"
#define LOG FOLDER "/a log.txt"
#define PRODUCT "{5B1C8F0E-1111-4222-8333-0123456789AB}"
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define PASSWORD "Right-\"word\" \xd0\x90"

static struct err e;

static void must(bool ok)
{
    if (!ok)
        fail_msg("%s", e.text);
}

/* --- the package --- */

static void query(MSIHANDLE db, const wchar_t *sql)
{
    MSIHANDLE view;
    UINT r = MsiDatabaseOpenViewW(db, sql, &view);

    if (r == ERROR_SUCCESS) {
        r = MsiViewExecute(view, 0);
        MsiCloseHandle(view);
    }
    if (r != ERROR_SUCCESS)
        fail_msg("%u from %ls", r, sql);
}

static const wchar_t *const tables[] = {
    L"CREATE TABLE `Property` (`Property` CHAR(72) NOT NULL, `Value` CHAR(255) NOT NULL PRIMARY KEY "
    L"`Property`)",
    L"CREATE TABLE `Directory` (`Directory` CHAR(72) NOT NULL, `Directory_Parent` CHAR(72), `DefaultDir` "
    L"CHAR(255) NOT "
    L"NULL PRIMARY KEY `Directory`)",
    L"CREATE TABLE `Component` (`Component` CHAR(72) NOT NULL, `ComponentId` CHAR(38), `Directory_` CHAR(72) "
    L"NOT NULL, "
    L"`Attributes` SHORT NOT NULL, `Condition` CHAR(255), `KeyPath` CHAR(72) PRIMARY KEY `Component`)",
    L"CREATE TABLE `Feature` (`Feature` CHAR(38) NOT NULL, `Feature_Parent` CHAR(38), `Title` CHAR(64), "
    L"`Description` "
    L"CHAR(255), `Display` SHORT, `Level` SHORT NOT NULL, `Directory_` CHAR(72), `Attributes` SHORT NOT NULL "
    L"PRIMARY KEY "
    L"`Feature`)",
    L"CREATE TABLE `FeatureComponents` (`Feature_` CHAR(38) NOT NULL, `Component_` CHAR(72) NOT NULL PRIMARY "
    L"KEY "
    L"`Feature_`, `Component_`)",
    L"CREATE TABLE `Registry` (`Registry` CHAR(72) NOT NULL, `Root` SHORT NOT NULL, `Key` CHAR(255) NOT "
    L"NULL, `Name` "
    L"CHAR(255), `Value` CHAR(0), `Component_` CHAR(72) NOT NULL PRIMARY KEY `Registry`)",
    L"CREATE TABLE `CustomAction` (`Action` CHAR(72) NOT NULL, `Type` SHORT NOT NULL, `Source` CHAR(72), "
    L"`Target` "
    L"CHAR(255) PRIMARY KEY `Action`)",
    L"CREATE TABLE `InstallExecuteSequence` (`Action` CHAR(72) NOT NULL, `Condition` CHAR(255), `Sequence` "
    L"SHORT "
    L"PRIMARY KEY `Action`)",
    L"CREATE TABLE `Media` (`DiskId` SHORT NOT NULL, `LastSequence` SHORT NOT NULL, `DiskPrompt` CHAR(64), "
    L"`Cabinet` "
    L"CHAR(255), `VolumeLabel` CHAR(32), `Source` CHAR(72) PRIMARY KEY `DiskId`)",
    L"CREATE TABLE `File` (`File` CHAR(72) NOT NULL, `Component_` CHAR(72) NOT NULL, `FileName` CHAR(255) "
    L"NOT NULL, "
    L"`FileSize` LONG NOT NULL, `Version` CHAR(72), `Language` CHAR(20), `Attributes` SHORT, `Sequence` "
    L"SHORT NOT NULL "
    L"PRIMARY KEY `File`)",
    L"INSERT INTO `Directory` (`Directory`, `DefaultDir`) VALUES ('TARGETDIR', 'SourceDir')",
    L"INSERT INTO `Component` (`Component`, `ComponentId`, `Directory_`, `Attributes`, `KeyPath`) VALUES "
    L"('C', "
    L"'{5B1C8F0E-1111-4222-8333-0123456789AC}', 'TARGETDIR', 260, 'R')",
    L"INSERT INTO `Feature` (`Feature`, `Level`, `Attributes`) VALUES ('F', 1, 0)",
    L"INSERT INTO `FeatureComponents` (`Feature_`, `Component_`) VALUES ('F', 'C')",
    L"INSERT INTO `Registry` (`Registry`, `Root`, `Key`, `Name`, `Value`, `Component_`) VALUES ('R', 2, "
    L"'SOFTWARE\\Unit "
    L"Change MSI', 'note', '[NOTE]', 'C')",
    L"INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('CheckPw', 19, '', 'The "
    L"password is "
    L"wrong')",
    L"INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('CheckHex', 19, '', 'The "
    L"code is wrong')",
};

static const struct {
    const wchar_t *name, *condition;
    int at;
} actions[] = {
    {L"CostInitialize", L"", 800},
    {L"FileCost", L"", 900},
    {L"CostFinalize", L"", 1000},
    {L"InstallValidate", L"", 1400},
    {L"CheckPw", L"REMOVE=\"ALL\" AND NEED=\"word\" AND KLPASSWD<>EXPECTED", 1450},
    {L"CheckHex", L"REMOVE=\"ALL\" AND NEED=\"hex\" AND KLUNINSTPASSWD<>\"520069006700680074001004\"", 1451},
    {L"InstallInitialize", L"", 1500},
    {L"ProcessComponents", L"", 1600},
    {L"UnpublishFeatures", L"", 1800},
    {L"RemoveRegistryValues", L"", 2600},
    {L"WriteRegistryValues", L"", 5000},
    {L"RegisterProduct", L"", 6100},
    {L"PublishFeatures", L"", 6300},
    {L"PublishProduct", L"", 6400},
    {L"ScheduleReboot", L"TESTREBOOT", 6550},
    {L"InstallFinalize", L"", 6600},
};

static void describe(MSIHANDLE db)
{
    MSIHANDLE info;

    assert_int_equal(MsiGetSummaryInformationW(db, NULL, 20, &info), 0);
    MsiSummaryInfoSetPropertyW(info, 7 /* template */, VT_LPSTR, 0, NULL, L"x64;1033");
    MsiSummaryInfoSetPropertyW(info, 9 /* package code */, VT_LPSTR, 0, NULL,
                               L"{5B1C8F0E-1111-4222-8333-0123456789AD}");
    MsiSummaryInfoSetPropertyW(info, 14 /* schema */, VT_I4, 200, NULL, NULL);
    MsiSummaryInfoSetPropertyW(info, 15 /* source */, VT_I4, 0, NULL, NULL);
    assert_int_equal(MsiSummaryInfoPersist(info), 0);
    MsiCloseHandle(info);
}

static void make_package(void)
{
    static const wchar_t *const properties[][2] = {
        {L"ProductCode", L"" PRODUCT},
        {L"ProductName", L"Unit Change"},
        {L"ProductVersion", L"1.0.0"},
        {L"Manufacturer", L"Unit"},
        {L"ProductLanguage", L"1033"},
        {L"ALLUSERS", L"1"},
        {L"UpgradeCode", L"{5B1C8F0E-1111-4222-8333-0123456789AE}"},
        {L"SecureCustomProperties", L"KLPASSWD;KLUNINSTPASSWD;NEED;NOTE;EXPECTED;TESTREBOOT"}};
    wchar_t sql[1024];
    MSIHANDLE db;

    assert_int_equal(MsiOpenDatabaseW(L"C:\\unit change msi\\a package.msi", MSIDBOPEN_CREATE, &db), 0);
    for (size_t i = 0; i < COUNT(tables); i++)
        query(db, tables[i]);
    for (size_t i = 0; i < COUNT(properties); i++) {
        swprintf(sql, COUNT(sql), L"INSERT INTO `Property` (`Property`, `Value`) VALUES ('%ls', '%ls')",
                 properties[i][0], properties[i][1]);
        query(db, sql);
    }
    for (size_t i = 0; i < COUNT(actions); i++) {
        swprintf(sql, COUNT(sql),
                 L"INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES ('%ls', "
                 L"'%ls', %d)",
                 actions[i].name, actions[i].condition, actions[i].at);
        query(db, sql);
    }
    describe(db);
    assert_int_equal(MsiDatabaseCommit(db), 0);
    MsiCloseHandle(db);
}

static bool is_installed(void)
{
    return MsiQueryProductStateW(L"" PRODUCT) == INSTALLSTATE_DEFAULT;
}

/* --- tests --- */

static int set_up(void **state)
{
    (void)state;
    err_clear(&e);
    must(os_tree_remove(FOLDER, &e) && os_dir_make(FOLDER, 0700, &e));
    make_package();
    return 0;
}

static int change(struct os_msi_change *c)
{
    struct os_exit x;

    c->timeout_ms = 120000;
    must(os_msi_run(c, &x, &e));
    buf_free(&x.out);
    return x.code;
}

static int tear_down(void **state)
{
    struct os_msi_change c = {.product = PRODUCT};

    (void)state;
    if (is_installed())
        assert_int_equal(change(&c), 0);
    must(os_tree_remove(FOLDER, &e));
    return 0;
}

static void install(const char *note)
{
    const char *properties[] = {note};
    struct os_msi_change c = {
        .install = true, .product = PACKAGE, .properties = {properties, note ? 1 : 0}, .log = LOG};

    assert_int_equal(change(&c), 0);
    assert_true(is_installed());
}

static int remove_with(const char *need, const char *property, const char *value, bool hex)
{
    const char *properties[] = {need, "EXPECTED=Right-\"word\" \xd0\x90"};
    struct secret s = {NULL, 0};
    struct os_msi_secret secret = {property, &s, hex};
    struct os_msi_change c = {.product = PRODUCT, .properties = {properties, 2}, .log = LOG};
    int code;

    c.secrets.v = &secret;
    c.secrets.n = 1;
    must(secret_set(&s, value, strlen(value), &e));
    code = change(&c);
    secret_clear(&s);
    return code;
}

static void assert_noted(const wchar_t *note)
{
    wchar_t text[256];
    DWORD n = sizeof text;

    assert_int_equal(RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Unit Change MSI", L"note", RRF_RT_REG_SZ,
                                  NULL, text, &n),
                     0);
    if (wcscmp(text, note) != 0)
        fail_msg("'%ls' is not '%ls'", text, note);
}

static void test_install_and_remove(void **state)
{
    struct os_msi_change c = {.product = PRODUCT, .log = LOG};

    (void)state;
    install("NOTE=a b\\");
    assert_noted(L"a b\\");
    assert_true(os_file_exists(LOG));
    assert_int_equal(change(&c), 0);
    assert_false(is_installed());
    assert_int_equal(change(&c), ERROR_UNKNOWN_PRODUCT);
}

static void test_property_with_quotes(void **state)
{
    (void)state;
    install("NOTE=say \"yes\" \xd0\x90");
    assert_noted(L"say \"yes\" \x0410");
}

static bool log_holds(const void *what, size_t n)
{
    struct buf b;
    bool found = false;

    buf_init(&b, LIMIT_SYSFILE);
    must(os_file_read(LOG, &b, &e));
    for (size_t i = 0; i + n <= b.len && !found; i++)
        found = memcmp(b.data + i, what, n) == 0;
    buf_free(&b);
    return found;
}

static void test_password(void **state)
{
    struct arena a = ARENA_INIT;
    const char *cause;

    (void)state;
    install(NULL);
    assert_int_not_equal(remove_with("NEED=word", "KLPASSWD", "Wrong-word", false), 0);
    assert_true(is_installed());
    cause = os_msi_cause(LOG, &a);
    assert_non_null(cause);
    if (!strstr(cause, "CheckPw"))
        fail_msg("%s", cause);
    assert_false(log_holds("Wrong-word", 10) || log_holds(L"Wrong-word", 20));
    assert_int_equal(remove_with("NEED=word", "KLPASSWD", PASSWORD, false), 0);
    assert_false(is_installed());
    assert_int_equal(remove_with("NEED=word", "KLPASSWD", PASSWORD, false), ERROR_UNKNOWN_PRODUCT);
    arena_free(&a);
}

static void test_password_in_hex(void **state)
{
    static const char right[] = "520069006700680074001004";

    (void)state;
    install(NULL);
    assert_int_not_equal(remove_with("NEED=hex", "KLUNINSTPASSWD", "Wrong", true), 0);
    assert_int_not_equal(remove_with("NEED=hex", "KLUNINSTPASSWD", "Right\xd0\x90", false), 0);
    assert_true(is_installed());
    assert_int_equal(remove_with("NEED=hex", "KLUNINSTPASSWD", "Right\xd0\x90", true), 0);
    assert_false(is_installed());
    assert_false(log_holds(right, sizeof right - 1));
}

static void test_reboot_is_told(void **state)
{
    struct os_msi_change c = {
        .install = true, .product = PACKAGE, .properties = STRS("TESTREBOOT=1"), .log = LOG};

    (void)state;
    assert_int_equal(change(&c), ERROR_SUCCESS_REBOOT_REQUIRED);
    assert_true(is_installed());
}

static void test_refused(void **state)
{
    static const struct {
        struct os_msi_change c;
        enum err_code code;
    } rows[] = {
        {{.product = "{5B1C8F0E}", .timeout_ms = 1000}, ERR_INPUT},
        {{.product = PRODUCT " /qb", .timeout_ms = 1000}, ERR_INPUT},
        {{.product = "", .timeout_ms = 1000}, ERR_INPUT},
        {{.install = true, .product = FOLDER "/none.msi", .timeout_ms = 1000}, ERR_NOT_FOUND},
        {{.install = true, .product = "a package.msi", .timeout_ms = 1000}, ERR_NOT_FOUND},
        {{.install = true, .product = PACKAGE, .timeout_ms = 1000, .log = "log\" /x"}, ERR_INPUT},
        {{.install = true, .product = PACKAGE, .timeout_ms = 0}, ERR_BUG},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct os_exit x;

        err_clear(&e);
        assert_false(os_msi_run(&rows[i].c, &x, &e));
        if (e.code != rows[i].code)
            fail_msg("row %u: %s", (unsigned)i, e.text);
    }
    assert_false(is_installed());
}

static void test_no_package(void **state)
{
    struct os_msi_change c = {.install = true, .product = PACKAGE};

    (void)state;
    must(os_file_write(PACKAGE, "no package", 10, 0644, &e));
    assert_int_not_equal(change(&c), 0);
}

static void test_child_without_a_request(void **state)
{
    static const char *const inputs[] = {"", "remove", "remove\0x\0\0", "a\0b\0c\0d\0e\0"};
    static const size_t sizes[] = {0, 6, 10, 10};
    struct buf self;

    (void)state;
    buf_init(&self, LIMIT_PATH);
    must(os_self_path(&self, &e));
    for (size_t i = 0; i < COUNT(inputs); i++) {
        struct secret s = {NULL, 0};
        struct os_child c = {.argv = STRS(buf_str(&self), OS_MSI_CHILD), .timeout_ms = 30000, .input = &s};
        struct os_exit x;

        must(secret_set(&s, inputs[i], sizes[i], &e));
        must(os_run(&c, &x, &e));
        assert_int_equal(x.code, MSI_CHILD_FAILED);
        buf_free(&x.out);
        secret_clear(&s);
    }
    buf_free(&self);
}

/* Wherever in a file of several pieces it stands. */
static void test_scrub(void **state)
{
    enum { PIECE = 1 << 20, SIZE = 3 * PIECE };
    static const size_t places[] = {0, PIECE - 7, PIECE, 2 * PIECE - 3, 2 * PIECE + 11, SIZE - 10};
    struct secret s = {NULL, 0};
    struct msi_forms f;
    char *big = mem_alloc(SIZE);

    (void)state;
    memset(&f, 0, sizeof f);
    must(secret_set(&s, "top secret", 10, &e) && msi_forms_add(&f, &s, &e));
    for (size_t i = 0; i < COUNT(places); i++) {
        memset(big, '-', SIZE);
        memcpy(big + places[i], "top secret", 10);
        must(os_file_write(LOG, big, SIZE, 0600, &e) && msi_log_scrub(LOG, &f, &e));
        assert_false(log_holds("top secret", 10) || log_holds("top", 3));
        assert_true(log_holds("**********", 10));
    }
    must(os_file_write(LOG, "", 0, 0600, &e) && msi_log_scrub(LOG, &f, &e));
    assert_false(msi_log_scrub(FOLDER "/none", &f, &e));
    mem_free(big);
    msi_forms_clear(&f);
    secret_clear(&s);
}

static void test_no_log_has_no_cause(void **state)
{
    struct arena a = ARENA_INIT;

    (void)state;
    assert_null(os_msi_cause(FOLDER "/none", &a));
    assert_null(os_msi_cause(FOLDER, &a));
    arena_free(&a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_install_and_remove, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_property_with_quotes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_password, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_password_in_hex, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reboot_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_package, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_without_a_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scrub, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_log_has_no_cause, set_up, tear_down),
    };

    mem_setup();
    if (argc == 2 && strcmp(argv[1], OS_MSI_CHILD) == 0)
        return os_msi_child();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
