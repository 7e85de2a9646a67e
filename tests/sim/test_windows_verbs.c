/* Verbs of Windows on the simulated PC, with what Windows itself would do played by this file: Windows Installer, its
 * log, drivers and class filters, the registry, certificates. The engine, the journal and the clock are the real ones. */
#include "core/base/limits.h"
#include "core/detect/collect.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/registry.h"
#include "core/os/security.h"
#include "core/os/service.h"
#include "core/os/task.h"
#include "core/os/trust.h"
#include "core/run/run.h"
#include "core/step/verb.h"
#include "tests/crash/world.h"
#include "tests/sim/pc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE "{9A017278-F7F4-4DF9-A482-0B97B70DD7ED}"
#define CLASS "HKLM/SYSTEM/CurrentControlSet/Control/Class/{4d36e96b-e325-11ce-bfc1-08002be10318}"

/* --- a small Windows -------------------------------------------------------------------------------------------------- */

enum { CALLS_MAX = 8 };

static struct {
    bool listed;         /* Windows Installer lists the product */
    bool keeps_list;     /* though it says that it removed it */
    const char *accepts; /* password in the form in which it is the right one; NULL: it asks for none */
    int codes[CALLS_MAX]; /* of each call instead; 0: as it should be */
    const char *cause;   /* in the log of a call that fails */
    size_t calls, installs;
    char seen[CALLS_MAX][64]; /* "utf16:pw", "plain:7077" */
    char filters[256];   /* the lines of UpperFilters */
    bool has_filters, has_driver, driver_file;
    const char *driver_filter; /* the class that names the driver */
    bool has_certificate;
    const char *subject;
    LIST(struct registry_value) values; /* read instead of the filters */
} win;

bool os_msi_list(struct facts *f, struct arena *a, struct err *e)
{
    f->msi.v = ARENA_ARRAY(a, 1, struct msi_product);
    if (!f->msi.v)
        return err_nomem(e);
    f->msi.v[0] = (struct msi_product){.code = CODE, .name = "Old AV [x64]", .package = "/srv/cached.msi",
                                       .package_exists = true};
    f->msi.n = win.listed;
    return true;
}

bool os_msi_run(const struct os_msi_change *c, struct os_exit *ret, struct err *e)
{
    size_t n = win.calls++;
    int code = n < CALLS_MAX ? win.codes[n] : 0;

    memset(ret, 0, sizeof *ret);
    ret->tree_empty = true;
    buf_init(&ret->out, 64);
    pc_advance(3000);
    for (size_t i = 0; i < c->secrets.n && n < CALLS_MAX; i++)
        snprintf(win.seen[n], sizeof win.seen[n], "%s:%.*s", c->secrets.v[i].hex_utf16 ? "utf16" : "plain",
                 (int)c->secrets.v[i].value->len, c->secrets.v[i].value->bytes);
    if (!code && c->install)
        win.installs++;
    if (!code && !c->install && win.accepts && strcmp(win.accepts, n < CALLS_MAX ? win.seen[n] : "") != 0)
        code = 1603;
    pc_before("msi", c->product);
    if (!os_file_write(c->log, "verbose", 7, 0600, e))
        return false;
    pc_after("msi asked", c->product);
    if (!code || code == 3010)
        win.listed = c->install || win.keeps_list;
    pc_after("msi", c->product);
    ret->code = code;
    return true;
}

const char *os_msi_cause(const char *log, struct arena *a)
{
    (void)a;
    return os_file_exists(log) ? win.cause : NULL;
}

int os_msi_child(void)
{
    return 1;
}

#define EMPTY(name)                                                                                                    \
    bool name(struct facts *f, struct arena *a, struct err *e)                                                         \
    {                                                                                                                  \
        (void)f, (void)a, (void)e;                                                                                     \
        return true;                                                                                                   \
    }
EMPTY(os_uninstall_list)
EMPTY(os_security_center)
EMPTY(os_task_list)

bool os_driver_list(struct facts *f, struct arena *a, struct err *e)
{
    f->drivers.v = ARENA_ARRAY(a, 1, struct driver);
    if (!f->drivers.v)
        return err_nomem(e);
    f->drivers.v[0] = (struct driver){"klkbdflt", win.driver_file ? "/srv/signatures/main.cvd" : "/srv/gone.sys", "boot",
                                      "running"};
    f->drivers.n = win.has_driver;
    return true;
}

bool os_driver_filters(const char *name, struct arena *a, struct strs *ret, struct err *e)
{
    (void)name, (void)e;
    ret->v = ARENA_ARRAY(a, 1, const char *);
    ret->v[0] = win.driver_filter;
    ret->n = win.driver_filter != NULL;
    return true;
}

bool os_driver_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    (void)name, (void)e;
    *ret_at_boot = true;
    return true;
}

bool os_registry_read(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    (void)patterns, (void)e;
    if (win.values.n) {
        f->registry.v = win.values.v;
        f->registry.n = win.values.n;
        return true;
    }
    f->registry.v = ARENA_ARRAY(a, 2, struct registry_value);
    f->registry.v[0] = (struct registry_value){.key = CLASS, .view = "64"};
    f->registry.v[1] = (struct registry_value){.key = CLASS, .view = "64", .name = "UpperFilters", .type = "multi",
                                               .data = win.filters};
    f->registry.n = win.has_filters ? 2 : 1;
    return true;
}

bool os_registry_set(const struct registry_value *v, struct err *e)
{
    (void)e;
    snprintf(win.filters, sizeof win.filters, "%s", v->data);
    win.has_filters = true;
    return true;
}

bool os_registry_remove(const char *key, const char *view, const char *name, struct err *e)
{
    (void)key, (void)view, (void)name, (void)e;
    win.has_filters = false;
    return true;
}

bool os_registry_save(const char *key, const char *view, const char *file, struct err *e)
{
    (void)key, (void)view;
    return os_file_write(file, "reg", 3, 0600, e);
}

bool os_registry_load(const char *file, const char *view, struct err *e)
{
    (void)file, (void)view, (void)e;
    return true;
}

bool os_certificate_list(struct facts *f, struct arena *a, struct err *e)
{
    f->certificates.v = ARENA_ARRAY(a, 1, struct certificate);
    if (!f->certificates.v)
        return err_nomem(e);
    f->certificates.v[0] = (struct certificate){"machine/ROOT", win.subject, win.subject,
                                                "0123456789ABCDEF0123456789ABCDEF01234567"};
    f->certificates.n = win.has_certificate;
    return true;
}

bool os_trust_file_list(struct facts *f, struct arena *a, struct err *e)
{
    (void)f, (void)a, (void)e;
    return true;
}

bool os_certificate_remove(const char *store, const char *thumbprint, struct err *e)
{
    (void)store, (void)thumbprint, (void)e;
    win.has_certificate = false;
    return true;
}

bool os_certificate_save(const char *store, const char *thumbprint, const char *file, struct err *e)
{
    (void)store, (void)thumbprint;
    return os_file_write(file, "der", 3, 0600, e);
}

bool os_certificate_add(const char *store, const char *file, struct err *e)
{
    (void)store, (void)e;
    win.has_certificate = os_file_exists(file);
    return true;
}

bool os_signature_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    (void)patterns, (void)f, (void)a, (void)e;
    return true;
}

bool os_signature(const char *path, struct arena *a, struct signature *ret, struct err *e)
{
    (void)a, (void)e;
    *ret = (struct signature){path, text_ends(path, "daily.cvd") ? "valid" : "unsigned", "Good Signer GmbH"};
    return true;
}

bool os_wmi(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    (void)q, (void)f, (void)a, (void)e;
    return true;
}

static bool not_played(struct err *e)
{
    return err_set(e, ERR_OS, "not played");
}

bool os_command_split(const char *command, struct arena *a, struct strs *ret, struct err *e)
{
    (void)command, (void)a, (void)ret;
    return not_played(e);
}

bool os_task_remove(const char *path, struct err *e)
{
    (void)path;
    return not_played(e);
}

bool os_task_save(const char *path, const char *file, struct err *e)
{
    (void)path, (void)file;
    return not_played(e);
}

bool os_task_add(const char *path, const char *file, struct err *e)
{
    (void)path, (void)file;
    return not_played(e);
}

/* The simulated PC has its own, when it has Windows' services. */
__attribute__((weak)) bool os_service_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    (void)name, (void)ret_at_boot;
    return not_played(e);
}

/* --- runs of a few steps ------------------------------------------------------------------------------------------------ */

static const struct scenario scene = {.name = "replace", .playbook = "replace", .setup = {.old = true}};
static const char *const secret_names[] = {"pw"};

#define REMOVE(more)                                                                                                   \
    "{'verb':'msi.remove','product':'kaspersky.kesl.linux','args':{'code':'" CODE "','name':'Old AV [x64]'" more "}}"
#define PASSWORD ",'properties':{'LOGIN':'Admin'},'secret_properties':{'PASSWD':'pw'}"
#define HEX PASSWORD ",'hex_utf16':['PASSWD'],'hex_ascii':['PASSWD']"
#define DISARM "{'verb':'service.stop','product':'kaspersky.klnagent64.linux','args':{'name':'klnagent64.service'}}"
#define REBOOT "{'verb':'reboot.if_needed','args':{}}"
#define NEVER "{'verb':'check.that','args':{'cond':{'probe':'file','path':'/never'},'refuse':'never'}}"

static json_t *from_quoted(const char *steps)
{
    char *text = strdup(steps);
    json_t *j;

    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    j = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(j);
    return j;
}

/* The world's plan with these steps instead of its own. */
static void make(const char *steps, struct buf *out)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    json_t *list = from_quoted(steps), *j;
    static char hex[65];
    struct plan p;
    size_t len;
    const char *text = world_plan(&len);

    assert_true(plan_read(&d, "plan.json", text, len, &p, &e));
    p.steps.v = ARENA_ARRAY(&d.arena, json_array_size(list), struct step);
    p.steps.n = json_array_size(list);
    for (size_t i = 0; i < p.steps.n; i++) {
        json_t *x = json_array_get(list, i);
        struct step *s = &p.steps.v[i];

        s->id = arena_printf(&d.arena, "s%02zu", i + 1);
        s->verb = s->title = json_string_value(json_object_get(x, "verb"));
        s->product = json_string_value(json_object_get(x, "product"));
        s->args = json_object_get(x, "args");
        s->stage = STAGE_REMOVE;
        s->timeout_s = 600;
        s->auxiliary = json_is_true(json_object_get(x, "auxiliary"));
    }
    p.secrets = (struct strs){(const char **)(uintptr_t)secret_names, 1};
    p.secret_sources = json_pack("{s:s}", "pw", "env:SIM_WINDOWS_PASSWORD");
    assert_true(doc_keep(&d, (json_t *)(uintptr_t)p.secret_sources, &e));
    assert_true(plan_digest(&p, hex, &e));
    p.digest = hex;
    j = schema_write(&plan_schema, &p);
    assert_true(j && json_text(j, true, out, &e));
    json_decref(j);
    json_decref(list);
    doc_free(&d);
}

static char id[80];

static void prepare(const char *steps)
{
    static char password[] = "SIM_WINDOWS_PASSWORD=pw";
    struct err e = ERR_INIT;
    struct buf b;

    putenv(password);
    memset(&win, 0, sizeof win);
    win.listed = true;
    world_begin(&scene, SIM_NONE);
    buf_init(&b, LIMIT_DOCUMENT);
    make(steps, &b);
    sim_worker();
    if (!run_prepare("plan.json", buf_str(&b), b.len, world_catalog(), id, sizeof id, &e))
        fail_msg("%s", e.text);
    buf_free(&b);
}

static int go(void)
{
    struct err e = ERR_INIT;
    int status = -1;

    sim_worker();
    if (!run_go(id, NULL, &status, &e))
        fail_msg("%s", e.text);
    return status;
}

static int result_of(const char *ret_says)
{
    struct run_view v;
    struct err e = ERR_INIT;
    int result;

    assert_true(run_view(id, &v, &e));
    result = v.outcome.result;
    if (ret_says && !(v.outcome.why && strstr(v.outcome.why, ret_says)))
        fail_msg("%s", v.outcome.why ? v.outcome.why : "(nothing)");
    for (size_t i = 0; i < v.events.n; i++) /* no secret in any record */
        assert_false(v.events.v[i].text && strstr(v.events.v[i].text, "7077"));
    run_view_free(&v);
    return result;
}

static void test_right_password(void **state)
{
    (void)state;
    prepare("[" REMOVE(PASSWORD) "]");
    win.accepts = "plain:pw";
    assert_int_equal(go(), 0);
    assert_int_equal(win.calls, 1);
    assert_false(win.listed);
    assert_int_equal(result_of(NULL), RESULT_MIGRATED);
    world_over();
}

/* Once, whatever is resumed; and what was prepared for it is put back: nothing is changed, status 7. */
static void test_wrong_password_is_tried_once(void **state)
{
    struct buf before, after;
    size_t n;

    (void)state;
    prepare("[" DISARM "," REMOVE(PASSWORD) "]");
    win.accepts = "plain:other";
    win.cause = "CustomAction CheckPassword returned actual error code 1603";
    buf_init(&before, LIMIT_DOCUMENT);
    buf_init(&after, LIMIT_DOCUMENT);
    sim_describe(&before);
    assert_int_equal(go(), 7);
    assert_int_equal(win.calls, 1);
    assert_string_equal(win.seen[0], "plain:pw");
    assert_int_equal(result_of("change the policy of the old product"), RESULT_REFUSED);
    assert_int_equal(go(), 7);
    assert_int_equal(win.calls, 1);
    sim_live(60000);
    sim_describe(&after);
    n = (size_t)(strstr(buf_str(&before), "\nfile ") - buf_str(&before)); /* services, processes, holders of marks */
    assert_true(n > 100);
    assert_memory_equal(buf_str(&after), buf_str(&before), n);
    buf_free(&before);
    buf_free(&after);
    world_over();
}

static void test_second_form(void **state)
{
    (void)state;
    prepare("[" REMOVE(HEX) "]");
    win.accepts = "plain:7077";
    assert_int_equal(go(), 0);
    assert_int_equal(win.calls, 2);
    assert_string_equal(win.seen[0], "utf16:pw");
    assert_string_equal(win.seen[1], "plain:7077");
    assert_int_equal(result_of(NULL), RESULT_MIGRATED);
    world_over();
    prepare("[" REMOVE(HEX) "]");
    win.accepts = "plain:other";
    assert_int_equal(go(), 7);
    assert_int_equal(win.calls, 2);
    world_over();
}

/* A self-defence that is named in the log is no reason for another form of the password. */
static void test_self_defence(void **state)
{
    (void)state;
    prepare("[" REMOVE(HEX) "]");
    win.codes[0] = 1603;
    win.cause = "Self-Defense does not allow it";
    assert_int_equal(go(), 7);
    assert_int_equal(win.calls, 1);
    assert_int_equal(result_of("Self-Defense"), RESULT_REFUSED);
    world_over();
}

static void test_another_installation(void **state)
{
    (void)state;
    prepare("[" REMOVE(PASSWORD) "]");
    win.accepts = "plain:pw";
    win.codes[0] = win.codes[1] = win.codes[2] = 1618;
    assert_int_equal(go(), 0);
    assert_int_equal(win.calls, 4);
    world_over();
    prepare("[" REMOVE("") "]"); /* the system itself tells */
    pc.manager_busy = true;
    assert_int_equal(go() == 0, 0);
    assert_int_equal(win.calls, 0);
    world_over();
}

/* --- deaths while Windows Installer is at work ----------------------------------------------------------------------------- */

static struct sim_snapshot *then;
static const char *stop_at;

static void stop_there(void *arg, const struct sim_point *p)
{
    (void)arg;
    if (!then && p->after && strcmp(p->what, stop_at) == 0)
        then = sim_snapshot();
}

/* The PC as it is when a worker dies there; what Windows did until then stays as the caller sets it. */
static void die_at(const char *what)
{
    then = NULL;
    stop_at = what;
    sim_watch(stop_there, NULL);
    (void)go();
    sim_watch(NULL, NULL);
    assert_non_null(then);
    sim_restore(then);
    sim_snapshot_free(then);
    sim_die(SIM_DEATH_KILL);
    win.listed = true;
    win.calls = 0;
    memset(win.codes, 0, sizeof win.codes);
}

static bool log_is_there(void)
{
    char path[200];

    snprintf(path, sizeof path, "/var/lib/avswap/runs/%s/s01-1.log", id);
    return os_file_exists(path);
}

static void test_interrupted_try(void **state)
{
    (void)state;
    /* The log says that it was refused: never again. */
    prepare("[" REMOVE(PASSWORD) "]");
    win.codes[0] = 1603;
    win.cause = "Wrong password";
    die_at("msi asked");
    assert_true(log_is_there());
    win.accepts = "plain:other";
    assert_int_equal(go(), 7);
    assert_int_equal(win.calls, 0);
    assert_false(log_is_there()); /* nobody had wiped it */
    assert_int_equal(result_of("not tried again"), RESULT_REFUSED);
    world_over();
    /* The log says nothing: once more. */
    prepare("[" REMOVE(PASSWORD) "]");
    win.accepts = "plain:pw";
    die_at("msi asked");
    die_at("msi asked");
    assert_int_equal(go(), 7); /* and not a third time */
    assert_int_equal(win.calls, 0);
    world_over();
    prepare("[" REMOVE(PASSWORD) "]");
    win.accepts = "plain:pw";
    die_at("msi asked");
    assert_int_equal(go(), 0);
    assert_int_equal(win.calls, 1);
    world_over();
}

/* It was refused in its first form; a death during the second does not begin with the first one again. */
static void test_interrupted_second_form(void **state)
{
    (void)state;
    prepare("[" REMOVE(HEX) "]");
    win.accepts = "plain:7077";
    die_at("msi asked"); /* the first */
    win.cause = "Wrong password";
    assert_int_equal(go(), 0);
    assert_int_equal(win.calls, 1);
    assert_string_equal(win.seen[0], "plain:7077");
    world_over();
}

/* --- reboots and undoing ----------------------------------------------------------------------------------------------------- */

static void test_reboot_afterwards(void **state)
{
    (void)state;
    prepare("[" REMOVE("") "," REBOOT "]");
    win.codes[0] = 3010;
    assert_int_equal(go(), 4);
    assert_true(sim_reboot_asked());
    sim_reboot();
    assert_int_equal(go(), 0);
    assert_int_equal(win.calls, 1);
    world_over();
    /* A reboot finishes much, but never takes a product off the list. */
    prepare("[" REMOVE("") "," REBOOT "]");
    win.codes[0] = 3010;
    win.keeps_list = true;
    assert_int_equal(go(), 5);
    assert_int_equal(result_of("is installed"), RESULT_ROLLED_BACK);
    world_over();
}

static void test_undo_installs_again(void **state)
{
    (void)state;
    prepare("[" REMOVE(",'restore':'/srv/signatures/main.cvd','restore_properties':{'EULA':'1'}") "," NEVER "]");
    assert_int_equal(go(), 5);
    assert_int_equal(win.installs, 1);
    assert_true(win.listed);
    world_over();
    prepare("[" REMOVE("") "," NEVER "]");
    (void)go();
    assert_int_equal(win.installs, 0);
    world_over();
    /* The password is for the removal; who puts it back needs none. */
    prepare("[" REMOVE(PASSWORD ",'restore':'/srv/signatures/main.cvd'") "," NEVER "]");
    win.accepts = "plain:pw";
    assert_int_equal(go(), 5);
    assert_string_equal(win.seen[1], "");
    world_over();
}

static void test_saving_the_installer(void **state)
{
    (void)state;
    prepare("[{'verb':'msi.save','args':{'code':'" CODE "','to':'${backup}/x.msi'}}]");
    pc_put("/srv/cached.msi", OS_FILE, 0644, "msi", 3, true);
    assert_int_equal(go(), 0);
    world_over();
    prepare("[{'verb':'msi.save','args':{'code':'{00000000-0000-0000-0000-000000000000}','to':'${backup}/x.msi'}}]");
    assert_int_equal(go(), 1); /* nothing was changed */
    world_over();
}

/* --- filters, drivers, certificates, signers --------------------------------------------------------------------------------- */

#define FILTER "{'verb':'registry.filter_remove','args':{'key':'" CLASS "','value':'UpperFilters','name':'klkbdflt'}}"

static void filters(const char *then_text, bool driver, bool file, const char *steps, const char *expected)
{
    prepare(steps);
    snprintf(win.filters, sizeof win.filters, "%s", then_text);
    win.has_filters = true;
    win.has_driver = driver;
    win.driver_file = file;
    (void)go();
    if (expected)
        assert_string_equal(win.filters, expected);
    assert_int_equal(win.has_filters, expected != NULL);
    world_over();
}

static void test_filters(void **state)
{
    (void)state;
    filters("first\nklkbdflt\nkbdclass", true, true, "[" FILTER "]", "first\nkbdclass");
    filters("KLKBDFLT", true, true, "[" FILTER "]", NULL);
    filters("kbdclass", true, true, "[" FILTER "]", "kbdclass");
    /* Back where it stood, unless its driver is gone: then the keyboard would be, too. */
    filters("first\nklkbdflt\nkbdclass", true, true, "[" FILTER "," NEVER "]", "first\nklkbdflt\nkbdclass");
    filters("kbdclass\nklkbdflt", true, true, "[" FILTER "," NEVER "]", "kbdclass\nklkbdflt");
    filters("klkbdflt\nkbdclass", true, true, "[" FILTER "," NEVER "]", "klkbdflt\nkbdclass");
    filters("first\nklkbdflt\nkbdclass", true, false, "[" FILTER "," NEVER "]", "first\nkbdclass");
    filters("first\nklkbdflt\nkbdclass", false, true, "[" FILTER "," NEVER "]", "first\nkbdclass");
}

static void test_driver_that_a_filter_names(void **state)
{
    (void)state;
    prepare("[{'verb':'driver.remove','args':{'name':'klkbdflt'}}]");
    win.has_driver = true;
    win.driver_filter = CLASS;
    assert_int_not_equal(go(), 0);
    assert_int_equal(result_of("names klkbdflt"), RESULT_ROLLED_BACK);
    world_over();
}

#define CERTIFICATE                                                                                                    \
    "{'verb':'certificate.remove','args':{'store':'machine/ROOT','thumbprint':"                                       \
    "'0123456789abcdef0123456789abcdef01234567','subject':'*O=Old AV*'}}"

static void certificates(const char *subject, const char *steps, int status, bool there)
{
    prepare(steps);
    win.has_certificate = true;
    win.subject = subject;
    assert_int_equal(go(), status);
    assert_int_equal(win.has_certificate, there);
    world_over();
}

static void test_certificates(void **state)
{
    (void)state;
    certificates("CN=Root, O=Old AV Ltd", "[" CERTIFICATE "]", 0, false);
    certificates("CN=Root, O=A Bank", "[" CERTIFICATE "]", 5, true);
    certificates("CN=Root, O=Old AV Ltd", "[" CERTIFICATE "," NEVER "]", 5, true);
}

#define GET(file, signer)                                                                                              \
    "[{'verb':'payload.get','args':{'file':'${payload}/" file "','from':'/srv/signatures/" file "','signer':'" signer  \
    "'}}]"

static void test_signers(void **state)
{
    (void)state;
    prepare(GET("daily.cvd", "Good*"));
    assert_int_equal(go(), 0);
    world_over();
    prepare(GET("daily.cvd", "Other*"));
    assert_int_equal(go(), 7);
    assert_int_equal(result_of("Good Signer GmbH"), RESULT_REFUSED);
    world_over();
    prepare(GET("main.cvd", "Good*"));
    assert_int_equal(go(), 7);
    world_over();
}

/* --- what a password was made into stays on the PC --------------------------------------------------------------------------- */

static void test_passwords_are_hidden(void **state)
{
    static const struct {
        const char *key, *name, *type, *expected;
    } rows[] = {
        {"HKLM/SOFTWARE/X", "OPEPUninstallPasswordHash", "binary", "(hidden)"},
        {"HKLM/SOFTWARE/X", "adminpassword", "sz", "(hidden)"},
        {"HKLM/SOFTWARE/X", "AdminPasswd", "sz", "(hidden)"},
        {"HKLM/SOFTWARE/X", "KLPWD", "sz", "(hidden)"},
        {"HKLM/SOFTWARE/X/passwords", "", "sz", "(hidden)"},
        {"HKLM/SOFTWARE/X", "UsePassword", "dword", "s3cret"}, /* whether there is one */
        {"HKLM/SOFTWARE/X", "Path", "sz", "s3cret"},
    };
    enum { N = sizeof rows / sizeof rows[0] };
    struct registry_value values[N];
    struct questions q;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;

    (void)state;
    memset(&win, 0, sizeof win);
    memset(&q, 0, sizeof q);
    memset(values, 0, sizeof values);
    for (size_t i = 0; i < N; i++) {
        values[i].key = rows[i].key;
        values[i].view = "64";
        values[i].name = rows[i].name;
        values[i].type = rows[i].type;
        values[i].data = values[i].expanded = "s3cret";
    }
    win.values.v = values;
    win.values.n = N;
    assert_true(facts_collect(FACTS_REGISTRY, &q, &d, &f, &e));
    assert_int_equal(f.registry.n, N);
    for (size_t i = 0; i < N; i++) {
        assert_string_equal(f.registry.v[i].data, rows[i].expected);
        assert_int_equal(f.registry.v[i].expanded != NULL, strcmp(rows[i].expected, "s3cret") == 0);
    }
    doc_free(&d);
    memset(&win, 0, sizeof win);
}

static int load(void **state)
{
    (void)state;
    mem_setup();
    world_load(".");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    world_unload();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_password),
        cmocka_unit_test(test_wrong_password_is_tried_once),
        cmocka_unit_test(test_second_form),
        cmocka_unit_test(test_self_defence),
        cmocka_unit_test(test_another_installation),
        cmocka_unit_test(test_interrupted_try),
        cmocka_unit_test(test_interrupted_second_form),
        cmocka_unit_test(test_reboot_afterwards),
        cmocka_unit_test(test_undo_installs_again),
        cmocka_unit_test(test_saving_the_installer),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_driver_that_a_filter_names),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_signers),
        cmocka_unit_test(test_passwords_are_hidden),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
