/* The simulated Windows PC itself: a model that does not do what Windows does would prove nothing. And core/run on it where
 * only Windows brings a run there: services that start late, steps that leave no trace, undoings that a power cut takes. */
#include "core/base/secret.h"
#include "core/detect/collect.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/machine.h"
#include "core/os/registry.h"
#include "core/os/security.h"
#include "core/os/service.h"
#include "core/os/trust.h"
#include "core/run/run.h"
#include "core/step/verb.h"
#include "tests/crash/world.h"
#include "tests/sim/pc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KES "{7EC66A9F-0A49-4DC0-A9E8-460333EA8013}"

static void reset(enum sim_system system, enum sim_switch misbehaves)
{
    const struct sim_setup s = {.windows = system, .old = true, .misbehaves = misbehaves};

    sim_reset(&s);
    sim_worker();
}

static enum tri judged(const char *text)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct place at = {NULL, NULL, 0, "test"};
    struct cond c;
    struct verdict v;
    struct facts f;
    struct questions q = {.paths = {NULL, 0}};
    unsigned parts = 0;
    const json_t *j = doc_parse(&d, "test", text, strlen(text), &e);

    assert_true(j && schema_read(&cond_schema, j, &d, &at, &c, &e));
    assert_true(cond_questions(&c, &d.arena, &parts, &q, &e));
    assert_true(facts_collect(parts, &q, &d, &f, &e));
    assert_true(cond_judge(&c, &f, &d.arena, &v, &e));
    doc_free(&d);
    return v.answer;
}
#define KES_LISTED "{\"probe\":\"msi\",\"name\":\"kaspersky endpoint*\"}"
#define AGENT_LISTED "{\"probe\":\"uninstall\",\"name\":\"Агент*\",\"publisher\":\"лаборатория*\"}"
#define DEFENDER_ON                                                                                                    \
    "{\"probe\":\"wmi\",\"path\":\"root/microsoft/windows/defender\",\"class\":\"MSFT_MpComputerStatus\","             \
    "\"name\":\"RealTimeProtectionEnabled\",\"op\":\"eq\",\"value\":\"true\"}"

static int msi(bool install, const char *product, const char *password, bool hex, char *cause)
{
    const struct secret s = {(char *)(uintptr_t)password, password ? strlen(password) : 0};
    struct os_msi_secret one = {"KLPASSWD", &s, hex};
    struct os_msi_change c = {.install = install, .product = product, .log = "C:/Windows/Temp/msi.log", .timeout_ms = 60000};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct os_exit x;
    const char *said;

    if (password) {
        c.secrets.v = &one;
        c.secrets.n = 1;
    }
    assert_true(os_msi_run(&c, &x, &e));
    said = os_msi_cause(c.log, &a);
    if (cause)
        snprintf(cause, 200, "%s", said ? said : "");
    arena_free(&a);
    buf_free(&x.out);
    return x.code;
}

static void remove_kes(void)
{
    assert_int_equal(msi(false, KES, WIN_PASSWORD, false, NULL), 0);
}

/* --- the PC ---------------------------------------------------------------------------------------------------------- */

static void test_what_is_there(void **state)
{
    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    assert_int_equal(judged(KES_LISTED), TRI_YES);
    assert_int_equal(judged(AGENT_LISTED), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"unit\",\"name\":\"avp.kes*\",\"state\":\"active\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"driver\",\"name\":\"klif*\",\"state\":\"running\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"security_center\",\"name\":\"Kaspersky*\",\"state\":\"on\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"certificate\",\"name\":\"CN=Kaspersky*\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"HKLM/software/KASPERSKYLAB/*/environment\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"task\",\"path\":\"/Microsoft/Windows/*\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"file\",\"path\":\"%ProgramFiles(x86)%/Kaspersky Lab/*/avp.exe\"}"), TRI_YES);
    assert_int_equal(judged(DEFENDER_ON), TRI_UNKNOWN); /* it does not answer while another one is registered */
    assert_true(sim_protected());
}

static void test_installer(void **state)
{
    char cause[200];

    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    assert_int_equal(msi(false, KES, "wrong", false, cause), 1603);
    assert_non_null(strstr(cause, "password"));
    assert_int_equal(msi(false, KES, WIN_PASSWORD, true, NULL), 1603); /* the right one in another form */
    assert_int_equal(msi(false, KES, NULL, false, NULL), 1603);
    assert_int_equal(judged(KES_LISTED), TRI_YES);
    assert_true(sim_protected());
    remove_kes();
    assert_int_equal(judged(KES_LISTED), TRI_NO);
    assert_int_equal(msi(false, KES, WIN_PASSWORD, false, NULL), 1605);
    assert_int_equal(msi(true, "C:/Secrets/kes.txt", NULL, false, NULL), 1620);
    assert_int_equal(msi(true, "C:/Install/eea_nt64.msi", NULL, false, NULL), 0);
    assert_int_equal(judged("{\"probe\":\"msi\",\"name\":\"ESET*\"}"), TRI_YES);
}

static void test_busy(void **state)
{
    (void)state;
    reset(SIM_CLIENT, SIM_MANAGER_BUSY);
    assert_int_equal(judged("{\"probe\":\"fact\",\"name\":\"package_lock\",\"op\":\"eq\",\"value\":\"false\"}"), TRI_NO);
    assert_int_equal(msi(false, KES, WIN_PASSWORD, false, NULL), 1618);
    sim_live(40000);
    remove_kes();
}

/* Who is registered decides on a client; on a server nothing wakes, and there is no Security Center to ask. */
static void test_defender(void **state)
{
    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    remove_kes();
    assert_false(sim_protected());
    sim_live(20000);
    assert_int_equal(judged(DEFENDER_ON), TRI_YES);
    assert_true(sim_protected());
    assert_int_equal(msi(true, "C:/Install/eea_nt64.msi", NULL, false, NULL), 0);
    sim_live(20000);
    assert_int_equal(judged(DEFENDER_ON), TRI_UNKNOWN);
    assert_true(sim_protected());
    reset(SIM_SERVER, SIM_NONE);
    assert_int_equal(judged("{\"probe\":\"security_center\",\"name\":\"*\"}"), TRI_NO);
    remove_kes();
    sim_live(600000);
    sim_reboot();
    sim_live(600000);
    assert_false(sim_protected());
}

static void set_value(const char *key)
{
    const struct registry_value v = {.key = key, .view = "64", .name = "x", .type = "sz", .data = "y"};
    struct err e = ERR_INIT;

    assert_true(os_registry_set(&v, &e));
}

/* What nobody asked to be on the disk may be lost, although what came after it in a file is not. */
static void test_registry_lags(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    set_value("HKLM/SOFTWARE/Test/kept");
    os_sync();
    set_value("HKLM/SOFTWARE/Test/lost");
    assert_true(os_file_write("C:/Users/admin/later.txt", "x", 1, 0600, &e));
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"HKLM/SOFTWARE/Test/lost\",\"name\":\"x\"}"), TRI_YES);
    sim_die(SIM_DEATH_POWER);
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"HKLM/SOFTWARE/Test/kept\",\"name\":\"x\"}"), TRI_YES);
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"HKLM/SOFTWARE/Test/lost\"}"), TRI_NO);
    assert_true(os_file_exists("C:/Users/admin/later.txt"));
    set_value("HKLM/SOFTWARE/Test/orderly");
    sim_reboot();
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"HKLM/SOFTWARE/Test/orderly\"}"), TRI_YES);
}

static void test_saved_keys(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    assert_true(os_registry_save(WIN_CLASSES, "64", "C:/Users/admin/classes.reg", &e));
    assert_true(os_registry_remove(WIN_KEYBOARDS, "64", NULL, &e));
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"" WIN_KEYBOARDS "\"}"), TRI_NO);
    assert_true(os_registry_load("C:/Users/admin/classes.reg", "64", &e));
    assert_int_equal(judged("{\"probe\":\"registry\",\"path\":\"" WIN_KEYBOARDS "\",\"name\":\"UpperFilters\","
                            "\"op\":\"glob\",\"value\":\"kbdclass*klkbdflt*\"}"), TRI_YES);
    assert_false(os_registry_remove("HKLM/SOFTWARE", "64", NULL, &e));
    assert_false(os_registry_load("C:/Secrets/kes.txt", "64", &e));
}

static void test_drivers(void **state)
{
    struct err e = ERR_INIT;
    bool at_boot;

    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    assert_false(os_driver_remove("klkbdflt.KES-21-9", &at_boot, &e)); /* the keyboards' filter names it */
    assert_int_equal(e.code, ERR_BUSY);
    err_clear(&e);
    assert_true(os_driver_remove("klif.KES-21-9", &at_boot, &e));
    assert_true(at_boot);
    assert_int_equal(judged("{\"probe\":\"driver\",\"name\":\"klif*\"}"), TRI_YES);
    sim_reboot();
    assert_int_equal(judged("{\"probe\":\"driver\",\"name\":\"klif*\"}"), TRI_NO);
}

static void test_in_use(void **state)
{
    const char *folder = "C:/Program Files (x86)/Kaspersky Lab/NetworkAgent";
    struct err e = ERR_INIT;
    bool at_boot;

    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    assert_true(os_tree_remove_used(folder, &at_boot, &e));
    assert_true(at_boot && os_file_exists(folder));
    assert_int_equal(judged("{\"probe\":\"fact\",\"name\":\"reboot_pending\",\"op\":\"eq\",\"value\":\"true\"}"), TRI_YES);
    sim_reboot();
    assert_false(os_file_exists(folder));
}

static int service(enum os_service_action action, const char *name)
{
    struct err e = ERR_INIT;
    struct os_exit x;

    assert_true(os_service_change(action, name, 1000, &x, &e));
    buf_free(&x.out);
    return x.code;
}

static void test_services(void **state)
{
    (void)state;
    reset(SIM_CLIENT, SIM_NONE);
    assert_int_equal(service(OS_SERVICE_STOP, "nobody"), 1060);
    assert_int_equal(service(OS_SERVICE_DISABLE, "klnagent"), 0);
    assert_int_equal(service(OS_SERVICE_STOP, "klnagent"), 0);
    assert_int_equal(service(OS_SERVICE_START, "klnagent"), 1058);
    assert_int_equal(service(OS_SERVICE_ENABLE, "klnagent"), 0);
    assert_int_equal(service(OS_SERVICE_START, "klnagent"), 0);
    sim_reboot();
    assert_int_equal(judged("{\"probe\":\"unit\",\"name\":\"klnagent\",\"state\":\"active\"}"), TRI_NO); /* delayed */
    assert_int_equal(judged("{\"probe\":\"unit\",\"name\":\"avp.kes*\",\"state\":\"active\"}"), TRI_YES);
    sim_live(130000);
    assert_int_equal(judged("{\"probe\":\"unit\",\"name\":\"klnagent\",\"state\":\"active\"}"), TRI_YES);
}

/* A verb on klnagent, and undone. */
static void there_and_back(const char *name)
{
    const struct verb *v = verb_find(name);
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    json_t *args = json_pack("{s:s}", "name", "klnagent"), *remembered;
    const struct step step = {.id = "s01", .args = args, .timeout_s = 60};
    struct step_ctx c = {.step = &step, .doc = &d, .run = "/r", .payload = "/r/p", .backup = "/r/b"};
    struct verdict undone;
    struct effect x;
    void *a;

    assert_true(step_args(v, &c, &a, &e));
    assert_true(v->remember(&c, a, &remembered, &e));
    assert_true(v->apply(&c, a, &x, &e));
    c.remembered = remembered;
    assert_true(v->undo(&c, a, &x, &e));
    assert_true(outcome_is_good(x.outcome));
    assert_true(v->undone(&c, a, &undone, &e));
    assert_int_equal(undone.answer, TRI_YES);
    json_decref(args);
    doc_free(&d);
}

/* How a service starts has three answers: undoing knows which one it was. */
static void test_start_is_put_back(void **state)
{
    static const char *const starts[] = {"2", "3", "4"}, *const names[] = {"service.enable", "service.disable"};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++) {
            reset(SIM_CLIENT, SIM_NONE);
            win_set(WIN_SERVICES "/klnagent", false, "Start", WIN_DWORD, starts[i]);
            there_and_back(names[k]);
            assert_string_equal(win_get(WIN_SERVICES "/klnagent", false, "Start")->data, starts[i]);
        }
}

/* --- runs on it --------------------------------------------------------------------------------------------------------- */

static const struct scenario handover = {.name = "win-handover", .playbook = "handover",
                                         .setup = {.windows = SIM_CLIENT, .old = true}};
static const struct scenario replace = {.name = "win-replace", .playbook = "replace", .target = "eset.endpoint.windows",
                                        .setup = {.windows = SIM_CLIENT, .old = true}};

/* The power fails once so many records were made durable behind a change of that name; what the first worker did after
 * that is thrown away. */
static struct {
    const char *what;
    unsigned records;
    bool seen;
    struct sim_snapshot *then;
} death;

static void watch(void *arg, const struct sim_point *p)
{
    (void)arg;
    if (!p->after || death.then)
        return;
    if (death.seen && strcmp(p->what, "log sync") == 0)
        death.records--;
    death.seen = death.seen || strcmp(p->what, death.what) == 0;
    if (death.seen && !death.records)
        death.then = sim_snapshot();
}

static void run_with_power_cut(const struct scenario *s, enum sim_switch misbehaves, const char *what, unsigned records,
                               struct end *ret)
{
    struct end first;

    death.what = what;
    death.records = records;
    death.seen = false;
    death.then = NULL;
    world_begin(s, misbehaves);
    sim_watch(watch, NULL);
    world_finish(&first);
    sim_watch(NULL, NULL);
    end_free(&first);
    assert_non_null(death.then);
    sim_restore(death.then);
    sim_snapshot_free(death.then);
    sim_die(SIM_DEATH_POWER);
    world_finish(ret);
}

/* A boot before the first look: what protects starts seconds after the run does. */
static void test_late_protection(void **state)
{
    struct end e;

    (void)state;
    run_with_power_cut(&handover, SIM_HANG, "lock", 0, &e);
    assert_int_equal(e.exit, 5);
    assert_non_null(strstr(e.result, "old-restored"));
    end_free(&e);
    world_over();
}

/* Its undoing is on record, and the power cut takes it back. */
static void test_undone_again(void **state)
{
    struct end e;

    (void)state;
    run_with_power_cut(&replace, SIM_INSTALL_FAILS, "service enable", 1, &e);
    assert_int_equal(e.exit, 5);
    assert_int_equal(judged("{\"probe\":\"unit\",\"name\":\"klnagent\",\"state\":\"enabled\"}"), TRI_YES);
    end_free(&e);
    world_over();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there), cmocka_unit_test(test_installer),
        cmocka_unit_test(test_busy),          cmocka_unit_test(test_defender),
        cmocka_unit_test(test_registry_lags), cmocka_unit_test(test_saved_keys),
        cmocka_unit_test(test_drivers),       cmocka_unit_test(test_in_use),
        cmocka_unit_test(test_services),      cmocka_unit_test(test_late_protection),
        cmocka_unit_test(test_start_is_put_back),
        cmocka_unit_test(test_undone_again),
    };
    int failed;

    mem_setup();
    world_load(".");
    failed = cmocka_run_group_tests_name("sim/windows", tests, NULL, NULL);
    world_unload();
    return failed;
}
