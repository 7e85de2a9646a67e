/* Verbs of Windows as far as they need no Windows: what their arguments may be, what codes and causes mean. */
#include "core/step/exits.h"
#include "core/step/guard.h"
#include "core/step/verb.h"
#include "tests/unit/fixture.h"

/* --- paths ---------------------------------------------------------------------------------------------------------- */

struct path_row {
    const char *name; /* the path itself */
    bool good;
};

static const struct path_row paths[] = {
    {"/opt/kaspersky", true},
    {"/opt", false},
    {"/run/x", true},
    {"/usr/lib", false},
    {"/usr/lib/x", true},
    {"/usr/lib/*", false},
    {"/var/log/*/x", false},
    {"/var/../etc/x", false},
    {"usr/lib/x", false},
    {"/", false},
    {"C:/", false},
    {"C:/Kaspersky", false},
    {"C:/Kaspersky Lab Setup Files/KES", true},
    {"C:/Program Files", false},
    {"C:/Program Files (x86)/Kaspersky Lab", true},
    {"c:/program files (X86)/kaspersky lab", true},
    {"C:/Program Files/Common Files", false},
    {"C:/Program Files/Common Files/AV", true},
    {"C:/Program Files/Common Files/Microsoft Shared", false},
    {"C:/Program Files/Windows Defender", false},
    {"C:/Program Files/Microsoft Office/root", false},
    {"C:/Program Files/Micro*", false},
    {"C:/Program Files/*", false},
    {"C:/Prog*/*", false},
    {"C:/*/Kaspersky Lab", false},
    {"C:/PROGRA~1/Kaspersky Lab", false},
    {"C:/Program Files./Kaspersky Lab", false},
    {"C:/Program Files/Kaspersky Lab:stream", false},
    {"C:/Program Files/Kaspersky Lab/../Other", false},
    {"C:\\Program Files\\Kaspersky Lab", false},
    {"C:/Windows", false},
    {"C:/Windows/Temp", false},
    {"C:/Windows/Temp/kl-install", true},
    {"C:/Win*/Temp", false},
    {"C:/Windows/System32", false},
    {"C:/Windows/System32/x.dll", false},
    {"C:/Windows/System32/Kaspersky/x.dll", true},
    {"C:/Windows/System32/drivers/klif.sys", false},
    {"C:/Windows/System32/drivers/K4W-21-25/klif.sys", false},
    {"C:/Windows/Installer/1.msi", false},
    {"C:/ProgramData", false},
    {"C:/ProgramData/Kaspersky Lab", true},
    {"C:/ProgramData/Kaspersky*", true},
    {"C:/ProgramData/Microsoft/Windows Defender/Platform/x", false},
    {"C:/ProgramData/Microsoft/Windows/Start Menu/Programs", true},
    {"C:/ProgramData/avswap/runs/x", false},
    {"C:/Users/anna", false},
    {"C:/Users/*/AppData/Local", false},
    {"C:/Users/*/AppData/Local/Kaspersky Lab", true},
    {"C:/Users/*/*/Local/Kaspersky Lab", false},
    {"D:/$Recycle.Bin/x/y", false},
    {"%ProgramData%", false},
    {"%ProgramData%/Kaspersky Lab", true},
    {"%programfiles(x86)%/Kaspersky Lab/*", true},
    {"%CommonProgramFiles%/Kaspersky Lab", true},
    {"%SystemRoot%/System32/drivers/kl*.sys", false},
    {"%Users%/*/AppData/Roaming/Kaspersky", true},
    {"%Elsewhere%/a/b/c", false},
    {"", false},
};

static void test_path(void **state)
{
    const struct path_row *r = *state;

    assert_int_equal(guard_own_path(r->name), r->good);
}

/* --- the registry ----------------------------------------------------------------------------------------------------- */

static const struct path_row keys[] = {
    {"HKLM", false},
    {"HKLM/SOFTWARE", false},
    {"HKLM/SOFTWARE/KasperskyLab", true},
    {"HKLM/SOFTWARE/KasperskyLab/AVP21.3", true},
    {"HKLM/SOFTWARE/Kaspersky*", false},
    {"HKLM/SOFTWARE/WOW6432Node", false},
    {"HKLM/Software/Wow6432Node/KasperskyLab", true},
    {"HKLM/SOFTWARE/Microsoft", false},
    {"HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall", false},
    {"HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall/{X}", true},
    {"HKLM/SOFTWARE/WOW6432Node/Microsoft/Windows/CurrentVersion/Uninstall", false},
    {"HKLM/SOFTWARE/WOW6432Node/Microsoft/Windows/CurrentVersion/Uninstall/{X}", true},
    {"HKLM/SOFTWARE/Microsoft/SystemCertificates/Root/Certificates/0102", false},
    {"HKLM/SOFTWARE/Microsoft/Windows Defender/Exclusions/Paths/a/b", false},
    {"HKLM/SOFTWARE/Policies/Microsoft/Windows Defender/x/y", false},
    {"HKLM/SOFTWARE/Google/Chrome/NativeMessagingHosts", false},
    {"HKLM/SOFTWARE/Google/Chrome/NativeMessagingHosts/com.kaspersky.kav.1.host", true},
    {"HKLM/SOFTWARE/Microsoft/Edge/NativeMessagingHosts", false},
    {"HKLM/SOFTWARE/Microsoft/Edge/NativeMessagingHosts/com.kaspersky.kav.1.host", true},
    {"HKU/S-1-5-21-1-2-3-1001/SOFTWARE/Microsoft/Edge/NativeMessagingHosts/com.kaspersky.kav.1.host", true},
    {"HKLM/SOFTWARE/WOW6432Node/Microsoft/Edge/NativeMessagingHosts", false},
    {"HKLM/SOFTWARE/WOW6432Node/Microsoft/Edge/NativeMessagingHosts/com.kaspersky.kav.1.host", true},
    {"HKLM/SOFTWARE/Microsoft/Edge/Extensions/x", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services/klif", true},
    {"HKLM/SYSTEM/CurrentControlSet/Services/klif/Parameters", true},
    {"HKLM/SYSTEM/CurrentControlSet/Services/WdFilter", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services/WinDefend/Security", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services/Tcpip", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services/EventLog", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services/EventLog/Application", false},
    {"HKLM/SYSTEM/CurrentControlSet/Services/EventLog/Kaspersky Event Log", true},
    {"HKLM/SYSTEM/CurrentControlSet/Services/EventLog/Application/klnagent", true},
    {"HKLM/SYSTEM/CurrentControlSet/Control/Class/{4d36e96b-e325-11ce-bfc1-08002be10318}/0000/x", false},
    {"HKLM/SYSTEM/CurrentControlSet/Control/SafeBoot/Minimal", false},
    {"HKLM/SYSTEM/CurrentControlSet/Control/SafeBoot/Minimal/klif.sys", true},
    {"HKLM/SYSTEM/ControlSet001/Services/klif", false},
    {"HKLM/SOFTWARE/Classes/*/shellex/ContextMenuHandlers/Kaspersky", true},
    {"HKLM/SOFTWARE/Classes/CLSID/*", false},
    {"HKLM/SOFTWARE/Classes/CLSID", false},
    {"HKLM/SOFTWARE/Classes/CLSID/{X}", true},
    {"HKLM/SOFTWARE/Classes/Directory/shellex/ContextMenuHandlers", false},
    {"HKLM/SAM/SAM/Domains", false},
    {"HKLM/SOFTWARE//KasperskyLab", false},
    {"HKU/S-1-5-21-1/SOFTWARE", false},
    {"HKU/S-1-5-21-1/SOFTWARE/KasperskyLab", true},
    {"HKU/*/SOFTWARE/KasperskyLab", false},
    {"HKCU/SOFTWARE/KasperskyLab", false},
};

static void test_key(void **state)
{
    const struct path_row *r = *state;

    assert_int_equal(guard_own_key(r->name), r->good);
}

#define CLASS "HKLM/SYSTEM/CurrentControlSet/Control/Class/{4d36e96b-e325-11ce-bfc1-08002be10318}"

static void test_values(void **state)
{
    (void)state;
    assert_true(guard_value("HKLM/SOFTWARE/KasperskyLab/KES", "x"));
    assert_true(guard_value("HKLM/SOFTWARE/Policies/Microsoft/Windows Advanced Threat Protection",
                            "ForceDefenderPassiveMode"));
    assert_true(guard_value("HKLM/SYSTEM/CurrentControlSet/Services/klif", "Start"));
    assert_false(guard_value("HKLM/SYSTEM/CurrentControlSet/Services/WdBoot", "Start"));
    assert_false(guard_value("HKLM/SYSTEM/CurrentControlSet/Services/windefend", "Start"));
    assert_false(guard_value("HKLM/SYSTEM/CurrentControlSet/Services/klif", "UpperFilters"));
    assert_false(guard_value(CLASS, "UpperFilters"));
    assert_false(guard_value(CLASS, "Class"));
    assert_false(guard_value("HKLM/SYSTEM/Setup", "SystemSetupInProgress"));
    assert_true(guard_filter(CLASS, "UpperFilters", "klkbdflt"));
    assert_true(guard_filter(CLASS, "lowerfilters", "klkbdflt2"));
    assert_false(guard_filter(CLASS, "UpperFilters", "kbdclass"));
    assert_false(guard_filter(CLASS, "UpperFilters", "kl*"));
    assert_false(guard_filter(CLASS, "Class", "klkbdflt"));
    assert_false(guard_filter(CLASS "/0000", "UpperFilters", "klkbdflt"));
    assert_false(guard_filter("HKLM/SYSTEM/CurrentControlSet/Services/klif", "UpperFilters", "klkbdflt"));
}

static void test_names(void **state)
{
    (void)state;
    assert_true(guard_defender("WdNisSvc"));
    assert_false(guard_defender("klnagent"));
    assert_true(guard_system_service("BFE"));
    assert_true(guard_system_service("a/b"));
    assert_true(guard_system_service(""));
    assert_false(guard_system_service("AVP21.3"));
    assert_true(guard_interpreter("C:/Windows/System32/MsiExec.exe"));
    assert_true(guard_interpreter("powershell"));
    assert_true(guard_interpreter("C:\\Windows\\rundll32.EXE"));
    assert_false(guard_interpreter("C:/Program Files/x/uninstall.exe"));
    assert_false(guard_interpreter("C:/Program Files/reg/unins000.exe"));
    assert_true(guard_product_code("{9A017278-F7F4-4DF9-A482-0B97B70DD7ED}"));
    assert_false(guard_product_code("{9A017278-F7F4-4DF9-A482-0B97B70DD7EG}"));
    assert_false(guard_product_code("9A017278-F7F4-4DF9-A482-0B97B70DD7ED"));
    assert_false(guard_product_code("InstallWIX_{9A017278-F7F4-4DF9-A482-0B97B70DD7ED}"));
}

/* --- codes -------------------------------------------------------------------------------------------------------------- */

static void test_codes(void **state)
{
    static const struct {
        enum exits table;
        long long code;
        int outcome; /* -1: says nothing */
    } rows[] = {
        {EXITS_MSI, 0, OUTCOME_OK},          {EXITS_MSI, 3010, OUTCOME_OK_REBOOT},  {EXITS_MSI, 1641, OUTCOME_OK_REBOOT},
        {EXITS_MSI, 1605, OUTCOME_ALREADY_OK}, {EXITS_MSI, 1614, OUTCOME_ALREADY_OK}, {EXITS_MSI, 1618, OUTCOME_IN_USE_RETRY},
        {EXITS_MSI, 1602, OUTCOME_CANCELLED}, {EXITS_MSI, 1603, OUTCOME_NONE},      {EXITS_MSI, 1627, OUTCOME_NONE},
        {EXITS_MSI, 1612, OUTCOME_CORRUPT},  {EXITS_MSI, 1619, OUTCOME_CORRUPT},    {EXITS_MSI, 1620, OUTCOME_CORRUPT},
        {EXITS_MSI, 1625, OUTCOME_REFUSED},  {EXITS_MSI, 1640, OUTCOME_REFUSED},    {EXITS_MSI, 1643, OUTCOME_REFUSED},
        {EXITS_MSI, 1644, OUTCOME_REFUSED},  {EXITS_MSI, 1646, OUTCOME_REFUSED},    {EXITS_MSI, 1633, OUTCOME_UNSUPPORTED_OS},
        {EXITS_MSI, 112, OUTCOME_DISK_FULL}, {EXITS_MSI, 5, -1},                    {EXITS_MSI, 0x80070643, OUTCOME_NONE},
        {EXITS_MSI, (int)0x80070642, OUTCOME_CANCELLED},                            {EXITS_MSI, (int)0x80004005, -1},
        {EXITS_INNO, 5, OUTCOME_CANCELLED},  {EXITS_INNO, 8, OUTCOME_REBOOT_THEN_RETRY},
        {EXITS_DISM, (int)0x800F081F, OUTCOME_REQUIREMENTS},                        {EXITS_DISM, 3010, OUTCOME_OK_REBOOT},
        {EXITS_NONE, 0, -1},                 {EXITS_NONE, 3010, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct exits_row *r = exits_find(rows[i].table, rows[i].code);

        if (rows[i].outcome < 0 ? r != NULL : !r || r->outcome != rows[i].outcome)
            fail_msg("code %lld", rows[i].code);
        if (r)
            assert_true(*r->text);
    }
    assert_true(exits_same(0x80070643, (int)0x80070643));
}

static void test_causes(void **state)
{
    (void)state;
    assert_int_equal(exits_cause("Error 27200. Неверный пароль."), OUTCOME_AUTH_FAILED);
    assert_int_equal(exits_cause("CheckPassword"), OUTCOME_AUTH_FAILED);
    assert_int_equal(exits_cause("Kaspersky Self-Defense is on"), OUTCOME_TAMPER_LOCKED);
    assert_int_equal(exits_cause("There is not enough disk space"), OUTCOME_DISK_FULL);
    assert_int_equal(exits_cause("InstallFinalize"), OUTCOME_NONE);
    assert_int_equal(exits_cause(NULL), OUTCOME_NONE);
}

/* --- arguments ------------------------------------------------------------------------------------------------------------ */

struct args_row {
    const char *name; /* verb */
    const char *args;
    const char *says; /* NULL: they are good */
};

static const struct args_row args_rows[] = {
    {"msi.remove", "{'code':'{9A017278-F7F4-4DF9-A482-0B97B70DD7ED}'}", NULL},
    {"msi.remove", "{'code':'${each.code}','secret_properties':{'KLPASSWD':'p'}}", NULL},
    {"msi.remove", "{'code':'KES'}", "'KES' is no product code"},
    {"msi.remove", "{'code':'${each.code}','properties':{'KLPASSWD':'p'}}", "holds a password"},
    {"msi.remove", "{'code':'${each.code}','properties':{'Reboot':'p'}}", "no public property"},
    {"msi.remove", "{'code':'${each.code}','properties':{'A B':'p'}}", "no public property"},
    {"msi.remove", "{'code':'${each.code}','hex_utf16':['KLUNINSTPASSWD']}", "none of secret_properties"},
    {"msi.install", "{'file':'${payload}/x.msi','name':'X*','properties':{'EULA':'1'}}", NULL},
    {"msi.install", "{'file':'${payload}/x.msi'}", "name"},
    {"exe.remove", "{'name':'X','command':'C:/x/u.exe /S'}", NULL},
    {"exe.remove", "{'name':'X'}", "either 'command' or 'argv'"},
    {"exe.remove", "{'name':'X','command':'a','argv':['b']}", "either 'command' or 'argv'"},
    {"exe.remove", "{'name':'X','argv':['cmd.exe','/c','x']}", "runs what it is told"},
    {"service.remove", "{'name':'AVP21.3'}", NULL},
    {"service.remove", "{'name':'${each.name}'}", NULL},
    {"service.remove", "{'name':'wscsvc'}", "belongs to Windows"},
    {"service.disable", "{'name':'WinDefend'}", "Windows' own business"},
    {"service.disable", "{'name':'klnagent'}", NULL},
    {"driver.remove", "{'name':'klif*'}", "no plain name"},
    {"registry.remove", "{'key':'HKLM/SOFTWARE/KasperskyLab','view':'32'}", NULL},
    {"registry.remove", "{'key':'HKLM/SOFTWARE/KasperskyLab','view':'16'}", "a view is 64 or 32"},
    {"registry.remove", "{'key':'HKLM/SOFTWARE/Microsoft','name':'x'}", NULL},
    {"registry.set", "{'key':'HKLM/SOFTWARE/X','name':'a','type':'dwrd','data':'1'}", "the type is one of"},
    {"registry.filter_remove", "{'key':'${each.key}','value':'UpperFilters','name':'klkbdflt'}", NULL},
    {"certificate.remove", "{'store':'machine/ROOT','thumbprint':'xy','subject':'*Kaspersky*'}", "is no thumbprint"},
    {"certificate.remove", "{'store':'machine/ROOT','thumbprint':'${each.thumbprint}','subject':'*O=AO Kaspersky Lab*'}", NULL},
    {"task.remove", "{'path':'/Kaspersky/Update'}", NULL},
    {"task.remove", "{'path':'/microsoft/Windows/x'}", "belongs to Windows"},
    {"task.remove", "{'path':'Update'}", "no task's path"},
    {"feature.enable", "{'features':['Windows-Defender']}", NULL},
    {"feature.enable", "{'features':['x /Disable-Feature']}", "no name of a feature"},
    {"feature.enable", "{'features':[]}", "no feature is named"},
    {"command.run", "{'argv':['sc.exe','config','windefend','start=','disabled']}", "left to Windows"},
    {"file.remove", "{'path':'%ProgramData%/Kaspersky Lab'}", NULL},
    {"file.remove", "{'path':'${each.path}'}", NULL},
    {"file.remove", "{'path':'%ProgramData%'}", "one product's own"},
    {"file.write", "{'path':'%ProgramData%/x/y.ini','lines':['a']}", NULL},
    {"file.write", "{'path':'x/y.ini','lines':['a']}", "not absolute"},
    {"process.end", "{'exe':'C:/Program Files (x86)/Kaspersky Lab/*'}", NULL},
    {"process.end", "{'exe':'C:/Windows/*'}", "one product's own"},
    {"payload.get", "{'file':'${payload}/x.exe','url':'https://x.example/x.exe','signer':'X GmbH'}", NULL},
};

static void test_args(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct place at = {NULL, NULL, 0, "args"};
    void *args;

    (void)state;
    for (size_t i = 0; i < sizeof args_rows / sizeof args_rows[0]; i++) {
        const struct args_row *r = &args_rows[i];
        const struct verb *v = verb_find(r->name);
        const char *text = fixture_json(&d.arena, r->args);
        const json_t *j = doc_parse(&d, "args", text, strlen(text), &e);
        bool ok;

        if (!v || !j)
            fail_msg("%s %s: %s", r->name, r->args, e.text);
        err_clear(&e);
        ok = verb_args(&v->def, j, &d, &at, &args, &e);
        if (ok != !r->says || (r->says && !strstr(e.text, r->says)))
            fail_msg("%s %s: %s", r->name, r->args, ok ? "was taken" : e.text);
        err_clear(&e);
    }
    doc_free(&d);
}

/* What a step says of its effect: names from the PC stand in conditions as they are. */
static void test_effects(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct place at = {NULL, NULL, 0, "args"};
    const struct verb *v = verb_find("exe.remove");
    const char *text = fixture_json(&d.arena, "{'name':'AV [x64]','argv':['C:/x/u.exe']}");
    struct cond *after;
    void *args;

    (void)state;
    assert_true(verb_args(&v->def, doc_parse(&d, "args", text, strlen(text), &e), &d, &at, &args, &e));
    assert_true(v->def.after(args, &d, &after, &e));
    assert_true(text_glob_fold(after->not->name, "AV [x64]"));
    v = verb_find("msi.remove");
    text = fixture_json(&d.arena, "{'code':'{9A017278-F7F4-4DF9-A482-0B97B70DD7ED}'}");
    assert_true(verb_args(&v->def, doc_parse(&d, "args", text, strlen(text), &e), &d, &at, &args, &e));
    assert_string_equal(v->def.undo_text(args, &d.arena), "");
    text = fixture_json(&d.arena, "{'code':'{9A017278-F7F4-4DF9-A482-0B97B70DD7ED}','restore':'C:/b/x.msi'}");
    assert_true(verb_args(&v->def, doc_parse(&d, "args", text, strlen(text), &e), &d, &at, &args, &e));
    expect_contains(v->def.undo_text(args, &d.arena), "licence may have to be activated again");
    doc_free(&d);
}

int main(void)
{
    ADD_ROWS(paths, test_path);
    ADD_ROWS(keys, test_key);
    ADD(test_values);
    ADD(test_names);
    ADD(test_codes);
    ADD(test_causes);
    ADD(test_args);
    ADD(test_effects);
    return fixture_run("verbs of Windows");
}
