/* What os/win32 sees of a PC that these tests prepared: services, drivers, processes, certificates, tasks,
 * WMI. */
#include "core/base/limits.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/process.h"
#include "core/os/security.h"
#include "core/os/service.h"
#include "core/os/task.h"
#include "core/os/trust.h"
#include "core/os/win32/key.h"
#include "core/os/win32/task_file.h"
#include "core/os/win32/wmi.h"
#define COBJMACROS
#include "tests/unit/windows/registry_util.h"

#include <taskschd.h>
#include <wincrypt.h>

static struct arena arena;
static struct facts facts;
static struct err e;

/* --- services and drivers --- */

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

/* --- certificates and signatures --- */

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

static void drop_certificate(const char *key, const char *thumbprint)
{
    HKEY certificates;
    void *hive;
    wchar_t *path = key_path(arena_printf(&arena, "%s/Certificates", key), &hive, &arena, &e), name[64];

    certificates = make_key(hive, path, VIEW64);
    swprintf(name, 64, L"%hs", thumbprint);
    assert_int_equal(RegDeleteTreeW(certificates, name), 0);
    RegCloseKey(certificates);
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

static void list_certificates(void)
{
    memset(&facts, 0, sizeof facts);
    if (!os_certificate_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
}

static void test_certificates(void **state)
{
    const char *below = "Software/Microsoft/SystemCertificates/Root", *machine, *user;
    PCCERT_CONTEXT c = make_certificate();
    struct strs users = {NULL, 0};
    const struct certificate *x;

    (void)state;
    assert_true(key_users(&arena, &users, &e) && users.n);
    machine = arena_printf(&arena, "HKLM/%s", below);
    user = arena_printf(&arena, "%s/%s", users.v[users.n - 1], below);
    put_certificate(machine, c);
    put_certificate(user, c);
    CertFreeCertificateContext(c);
    list_certificates();
    x = certificate("machine/ROOT");
    assert_string_equal(x->subject,
                        "CN=Kaspersky Anti-Virus Personal Root Certificate, O=AO Kaspersky Lab, C=RU");
    assert_string_equal(x->issuer, x->subject);
    assert_int_equal(strlen(x->thumbprint), 40);
    drop_certificate(machine, x->thumbprint);
    x = certificate("user:S-1-");
    assert_non_null(x);
    assert_string_equal(x->store,
                        arena_printf(&arena, "user:%s/ROOT", users.v[users.n - 1] + strlen("HKU/")));
    drop_certificate(user, x->thumbprint);
    list_certificates();
    assert_null(certificate("machine/ROOT"));
    assert_null(certificate("user:"));
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

/* --- tasks --- */

static const wchar_t task_xml[] = L"<?xml version=\"1.0\" encoding=\"UTF-16\"?><Task version=\"1.2\" "
                                  L"xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/"
                                  L"task\"><Triggers/><Settings><Hidden>true</Hidden>"
                                  L"</Settings><Actions><Exec><Command>\"C:\\Program Files\\A &amp; "
                                  L"B\\\x0431.exe\"</Command></Exec></Actions></Task>";

static ITaskFolder *tasks_root(void)
{
    ITaskService *service;
    ITaskFolder *root;
    BSTR path = SysAllocString(L"\\");
    VARIANT none;

    VariantInit(&none);
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    assert_int_equal(CoCreateInstance(&CLSID_TaskScheduler, NULL, CLSCTX_INPROC_SERVER, &IID_ITaskService,
                                      (void **)&service),
                     S_OK);
    assert_int_equal(ITaskService_Connect(service, none, none, none, none), S_OK);
    assert_int_equal(ITaskService_GetFolder(service, path, &root), S_OK);
    ITaskService_Release(service);
    SysFreeString(path);
    return root;
}

static const struct task *task(const char *path)
{
    memset(&facts, 0, sizeof facts);
    if (!os_task_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.tasks.n; i++)
        if (text_eq(facts.tasks.v[i].path, path))
            return &facts.tasks.v[i];
    return NULL;
}

static void drop_folder(ITaskFolder *root, const wchar_t *name)
{
    BSTR path = SysAllocString(name);

    assert_int_equal(ITaskFolder_DeleteFolder(root, path, 0), S_OK);
    SysFreeString(path);
}

static void test_tasks(void **state)
{
    ITaskFolder *root = tasks_root();
    BSTR path = SysAllocString(L"\\AvswapTest\\Deep\\Kaspersky Update"), xml = SysAllocString(task_xml);
    const char *ours = "/AvswapTest/Deep/Kaspersky Update";
    IRegisteredTask *made;
    VARIANT none;

    (void)state;
    VariantInit(&none);
    assert_int_equal(ITaskFolder_RegisterTask(root, path, xml, TASK_CREATE_OR_UPDATE, none, none,
                                              TASK_LOGON_SERVICE_ACCOUNT, none, &made),
                     S_OK);
    IRegisteredTask_Release(made);
    assert_non_null(task(ours));
    /* Wine forgets what a task runs. */
    if (task(ours)->command)
        assert_string_equal(task(ours)->command, "\"C:\\Program Files\\A & B\\\xd0\xb1.exe\"");
    assert_int_equal(ITaskFolder_DeleteTask(root, path, 0), S_OK);
    assert_null(task(ours));
    drop_folder(root, L"\\AvswapTest\\Deep");
    drop_folder(root, L"\\AvswapTest");
    ITaskFolder_Release(root);
    SysFreeString(path);
    SysFreeString(xml);
}

/* The Task Scheduler's own files, in both of the forms that they come in. */
static void test_task_files(void **state)
{
    const char *folder = "C:/windows/system32/Tasks/AvswapTest",
               *wide = "C:/windows/system32/Tasks/AvswapTest/wide",
               *utf8 = "C:/windows/system32/Tasks/AvswapTest/utf8";
    static const wchar_t xml[] = L"\xfeff<Exec><Command>\x0431.exe</Command></Exec>";
    int seen = 0;

    (void)state;
    memset(&facts, 0, sizeof facts);
    assert_true(os_dir_make(folder, 0700, &e));
    assert_true(os_file_write(wide, xml, sizeof xml - sizeof *xml, 0600, &e));
    assert_true(os_file_write(utf8, "<Command>a</Command><Command>b</Command>", 40, 0600, &e));
    if (!task_file_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.tasks.n; i++) {
        const struct task *t = &facts.tasks.v[i];

        if (text_eq(t->path, "/AvswapTest/wide"))
            seen += text_eq(t->command, "\xd0\xb1.exe") ? 1 : 100;
        if (text_eq(t->path, "/AvswapTest/utf8"))
            seen += text_eq(t->command, "a\nb") ? 1 : 100;
    }
    assert_int_equal(seen, 2);
    assert_true(os_tree_remove(folder, &e));
}

/* --- WMI --- */

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

int main(void)
{
    ADD(test_services);
    ADD(test_drivers);
    ADD(test_processes);
    ADD(test_certificates);
    ADD(test_unsigned);
    ADD(test_tasks);
    ADD(test_task_files);
    ADD(test_wmi);
    ADD(test_wmi_lists);
    ADD(test_wmi_in_time);
    ADD(test_wmi_class);
    ADD(test_security_center);
    return fixture_run("os/win32 look");
}
