/* Changes without memory: every allocation fails once, and each time there is an error and nothing else. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/os/registry.h"
#include "core/os/service.h"
#include "core/os/task.h"
#include "core/os/trust.h"
#include "core/os/win32/msi_change.h"
#include "tests/unit/windows/registry_util.h"

#include <stdio.h>

#define KEY "HKLM/SOFTWARE/Unit Memory"
#define FILE_NAME "C:/unit memory.reg"
#define TASK_FILE "C:/unit memory.xml"

static struct err e;
static struct arena a;
static char self[LIMIT_PATH];

/* --- what is done --- */

static bool run_program(void)
{
    const struct os_child c = {
        .argv = STRS(self, "nothing"), .env = STRS("A=b"), .dir = "C:/windows", .timeout_ms = 60000};
    struct os_exit x;

    if (!os_run(&c, &x, &e))
        return false;
    buf_free(&x.out);
    return true;
}

static bool split(void)
{
    struct strs argv;

    return os_command_split("%SystemRoot%\\system32\\msiexec /x \"a b\"", &a, &argv, &e);
}

static bool change_registry(void)
{
    const struct registry_value v = {
        .key = KEY "/x", .view = "32", .name = "n", .type = "multi", .data = "a\nb"};

    return os_registry_set(&v, &e) && os_registry_save(KEY, "32", FILE_NAME, &e) &&
           os_registry_remove(KEY "/x", "32", "n", &e) && os_registry_load(FILE_NAME, "32", &e) &&
           os_registry_remove(KEY, "32", NULL, &e);
}

static bool cover_secret(void)
{
    struct secret s = {NULL, 0};
    struct msi_forms f;
    bool ok;

    memset(&f, 0, sizeof f);
    ok = secret_set(&s, "a\"b", 3, &e) && msi_forms_add(&f, &s, &e);
    msi_forms_clear(&f);
    secret_clear(&s);
    return ok;
}

static bool write_properties(void)
{
    struct secret s = {NULL, 0};
    struct os_msi_secret secret = {"PW", &s, true};
    struct os_msi_change c = {.properties = STRS("A=b")};
    struct buf b;
    bool ok;

    c.secrets.v = &secret;
    c.secrets.n = 1;
    buf_init(&b, LIMIT_STRING);
    ok = secret_set(&s, "abc", 3, &e) && msi_properties(&c, &b, &e);
    secret_clear(&s);
    buf_free(&b);
    return ok;
}

static bool arm(void)
{
    bool armed;

    return os_resume_arm(&STRS(self, "resume", "a b"), &e) && os_resume_armed(&armed, &e) &&
           os_resume_disarm(&e);
}

static bool change_certificates(void)
{
    return os_certificate_remove("machine/ROOT", "0123456789ABCDEF0123456789ABCDEF01234567", &e);
}

static bool change_tasks(void)
{
    return os_task_add("/unit memory", TASK_FILE, &e) && os_task_save("/unit memory", TASK_FILE, &e) &&
           os_task_remove("/unit memory", &e);
}

static bool change_service(void)
{
    bool at_boot;

    return os_service_remove("unit-none", &at_boot, &e);
}

static bool remove_product(void)
{
    const struct os_msi_change c = {.product = "{5B1C8F0E-2222-4222-8333-0123456789AB}",
                                    .properties = STRS("A=\"b\""),
                                    .timeout_ms = 60000};
    struct os_exit x;

    if (!os_msi_run(&c, &x, &e))
        return false;
    buf_free(&x.out);
    return true;
}

/* --- tests --- */

static void survives(bool (*use)(void))
{
    bool ok = false;

    for (unsigned long n = 1; !ok; n++) {
        unsigned long failures = mem_failures();

        err_clear(&e);
        mem_fail_at(n, false);
        ok = use();
        mem_fail_at(0, false);
        arena_free(&a);
        if (!ok && e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", n, e.code == ERR_NONE ? "no error" : e.text);
        if (ok && mem_failures() != failures)
            fail_msg("allocation %lu failed unnoticed", n);
    }
}

#define TEST(use)                                                                                            \
    static void test_##use(void **state)                                                                     \
    {                                                                                                        \
        (void)state;                                                                                         \
        survives(use);                                                                                       \
    }
TEST(run_program)
TEST(split)
TEST(change_registry)
TEST(cover_secret)
TEST(write_properties)
TEST(arm)
TEST(change_certificates)
TEST(change_tasks)
TEST(change_service)
TEST(remove_product)

static int tidy(void **state)
{
    (void)state;
    mem_fail_at(0, false);
    return os_registry_remove(KEY, "32", NULL, &e) && os_tree_remove(FILE_NAME, &e) &&
                   os_tree_remove(TASK_FILE, &e) && os_task_remove("/unit memory", &e) && os_resume_disarm(&e)
               ? 0
               : -1;
}

int main(int argc, char **argv)
{
    static const wchar_t xml[] =
        L"\xFEFF<?xml version=\"1.0\" encoding=\"UTF-16\"?>"
        L"<Task version=\"1.2\" "
        L"xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><RegistrationInfo/>"
        L"<Triggers/><Settings/><Actions><Exec><Command>x</Command></Exec></Actions></Task>";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_program),         cmocka_unit_test(test_split),
        cmocka_unit_test(test_change_registry),     cmocka_unit_test(test_cover_secret),
        cmocka_unit_test(test_write_properties),    cmocka_unit_test(test_arm),
        cmocka_unit_test(test_change_certificates), cmocka_unit_test(test_change_tasks),
        cmocka_unit_test(test_change_service),      cmocka_unit_test(test_remove_product),
    };
    struct buf b;

    mem_setup();
    if (argc == 2 && strcmp(argv[1], OS_MSI_CHILD) == 0)
        return os_msi_child();
    if (argc > 1)
        return 0;
    buf_init(&b, sizeof self - 1);
    if (!os_self_path(&b, &e) || !os_file_write(TASK_FILE, xml, sizeof xml - sizeof *xml, 0600, &e))
        return 97;
    snprintf(self, sizeof self, "%s", buf_str(&b));
    buf_free(&b);
    return cmocka_run_group_tests(tests, NULL, tidy);
}
