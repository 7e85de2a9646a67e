/* Probes of Windows: what is listed twice or is only a ghost, names of any case and quoting, values of the registry, what
 * Security Center tells; and the facts that a probe finds, one by one. */
#include "tests/unit/fixture_windows.h"

#define GUID1 "{11111111-2222-3333-4444-555555555555}"
#define GUID2 "{AAAAAAAA-2222-3333-4444-555555555555}"

#define PC                                                                                                             \
    WINDOWS "'uninstall':["                                                                                            \
            "{'hive':'HKLM','view':'32','key':'" GUID1 "','name':'Kaspersky Endpoint Security','version':'11.6.0.394'," \
            "'publisher':'АО \\\"Лаборатория Касперского\\\"','location':'C:/kes','location_exists':true,"             \
            "'command':'MsiExec.exe /I" GUID1 "','code':'" GUID1 "'},"                                                 \
            "{'hive':'HKLM','view':'32','key':'InstallWIX_" GUID1 "','name':'Kaspersky Endpoint Security',"            \
            "'version':'12','command':'C:/x.exe'},"                                                                    \
            "{'hive':'HKLM','view':'32','key':'InstallWIX_{0}','name':'Alone','command':'C:/x.exe'},"                  \
            "{'hive':'HKLM','view':'64','key':'kes-old','name':'\\\"Old Endpoint\\\" ','publisher':''},"               \
            "{'hive':'HKLM','view':'64','key':'{9}','name':'Forgotten','command':'MsiExec.exe /X{9}','code':'{9}'},"   \
            "{'hive':'HKU/S-1-5-21-7','view':'64','key':'{8}','name':'Of a user','command':'x','code':'{8}'},"         \
            "{'hive':'HKLM','view':'64','key':'folder','name':'Only a folder','location_exists':true},"                \
            "{'hive':'HKLM','view':'64','key':'quiet','name':'Quiet','quiet':'C:/q.exe /s'},"                          \
            "{'hive':'HKLM','view':'64','key':'torn','name':'Torn','location_exists':true,'command':'C:/t.exe',"       \
            "'command_missing':true},"                                                                                 \
            "{'hive':'HKLM','view':'64','key':'shell','name':'Shell of','command':'C:/s.exe','command_missing':true}," \
            "{'hive':'HKLM','view':'64','key':'nameless','command':'x'}],"                                             \
            "'msi':[{'code':'" GUID1 "','name':'Kaspersky Endpoint Security','publisher':'Kaspersky',"                 \
            "'version':'11.6.0.394','context':'machine','package_exists':true},"                                       \
            "{'code':'" GUID2 "','name':'Агент администрирования','version':'14.2'}],"                                 \
            "'units':[{'name':'klnagent','manager':'scm','active':'inactive','enabled':'manual'},"                     \
            "{'name':'AVP.KES.21.9','manager':'scm','active':'active','enabled':'enabled'}],"                          \
            "'processes':[{'pid':4,'name':'avp.exe','exe':'C:/Program Files/Kaspersky/avp.exe'},"                      \
            "{'pid':5,'name':'MsMpEng.exe'}],"                                                                         \
            "'files':[{'path':'D:/ProgramData/Kaspersky Lab/KES [1]','kind':'dir'},"                                   \
            "{'path':'C:/Windows/System32/drivers/klif.sys','kind':'file'}],"                                          \
            "'drivers':[{'name':'klif.KES-21-9','path':'C:/Windows/System32/drivers/klif.sys','start':'boot',"         \
            "'state':'running'},{'name':'klbare','state':'stopped'}],"                                                 \
            "'registry':["                                                                                             \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/environment','view':'32'},"                                        \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/environment','view':'32','name':'ProductVersion','type':'sz',"     \
            "'data':'11.6.0.394'},"                                                                                    \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/environment','view':'32','name':'DataRoot','type':'expand',"       \
            "'data':'%Base%/Data','expanded':'C:/kes/Data'},"                                                          \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/environment','view':'64','name':'ProductVersion','type':'sz',"     \
            "'data':'10.0'},"                                                                                          \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/Data','view':'32','name':'LastUpdate','type':'dword',"             \
            "'data':'1772359200'},"                                                                                    \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/Data','view':'32','name':'NeverUpdate','type':'dword',"            \
            "'data':'4294967295'},"                                                                                    \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/Data','view':'32','name':'Future','type':'dword',"                 \
            "'data':'1900000000'},"                                                                                    \
            "{'key':'HKLM/SYSTEM/Class','view':'64','name':'UpperFilters','type':'multi','data':'kbdclass\\nklif'},"           \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/Data','view':'32','name':'Torn','type':'broken'},"                 \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/Data','view':'32','name':'','type':'sz','data':'x'},"              \
            "{'key':'HKLM/SOFTWARE/KasperskyLab/KES/Data','view':'32','name':'Bases','type':'sz',"                     \
            "'data':'28-02-2026 10-00-00'}],"                                                                          \
            "'certificates':[{'store':'machine/ROOT','subject':'CN=Kaspersky Root, O=AO Kaspersky Lab',"               \
            "'thumbprint':'AB'},{'store':'user:S-1-5-21-7/ROOT','subject':'CN=Other','thumbprint':'CD'}],"             \
            "'trust_files':[{'setting':'HKU/S-1-5-21-7/Environment/NODE_EXTRA_CA_CERTS','file':'C:/a/b.pem',"          \
            "'subjects':['CN=Other','CN=Kaspersky Root, O=AO Kaspersky Lab']},"                                        \
            "{'setting':'C:/pip.ini: cert','file':'D:/ProgramData/Kaspersky Lab/AVP21.3/Data/Cert/x.cer'}],"           \
            "'security_center':[{'kind':'antivirus','name':'Windows Defender','state':393472},"                        \
            "{'kind':'antivirus','name':'Kaspersky','state':266256},{'kind':'antivirus','name':'Snoozer','state':270336}," \
            "{'kind':'antivirus','name':'Fresh','state':397568},{'kind':'firewall','name':'Wall','state':266240}],"    \
            "'tasks':[{'path':'/Kaspersky/Update','command':'\\\"C:/kes/avp.exe\\\" /u'},{'path':'/Bare'}],"           \
            "'signatures':[{'path':'C:/kes/avp.exe','status':'valid','subject':'AO Kaspersky Lab'},"                   \
            "{'path':'C:/kes/a.dll','status':'unsigned'},{'path':'C:/kes/b.dll','status':'untrusted','subject':'X'}]," \
            "'wmi':[{'space':'root/microsoft/windows/defender','class':'MSFT_MpComputerStatus',"                       \
            "'name':'RealTimeProtectionEnabled','value':'True'},"                                                      \
            "{'space':'root/microsoft/windows/defender','class':'MSFT_MpComputerStatus',"                              \
            "'name':'AntivirusSignatureLastUpdated','value':'20260228120000.000000+060'},"                             \
            "{'space':'root/microsoft/windows/defender','class':'MSFT_MpComputerStatus','name':'Empty'}]"

#define GAPS                                                                                                           \
    ",'gaps':[{'what':'uninstall','why':'w'},{'what':'msi','why':'w'},{'what':'drivers','why':'w'},"                   \
    "{'what':'registry','why':'w'},{'what':'certificates','why':'w'},{'what':'trust_files','why':'w'},{'what':'security_center','why':'w'},"            \
    "{'what':'tasks','why':'w'},{'what':'signatures','why':'w'},{'what':'wmi','why':'Defender did not answer'}]"

#define ENVIRONMENT "'probe':'registry','path':'HKLM/SOFTWARE/KasperskyLab/*/environment'"
#define DATA "'probe':'registry','path':'HKLM/SOFTWARE/KasperskyLab/KES/Data'"
#define STATUS "'probe':'wmi','path':'ROOT/Microsoft/Windows/Defender','class':'msft_mpcomputerstatus'"

static const struct row {
    const char *name, *cond;
    enum tri answer, with_gaps;
    const char *evidence; /* without gaps */
} rows[] = {
    {"a program is listed", "{'probe':'uninstall','name':'Kaspersky Endpoint*'}", TRI_YES, TRI_YES,
     "the program Kaspersky Endpoint Security 11.6.0.394 is listed (HKLM, 32 bits, " GUID1 ")"},
    {"in any case", "{'probe':'uninstall','name':'KASPERSKY endpoint*'}", TRI_YES, TRI_YES, "11.6.0.394"},
    {"of a quoted publisher in any case", "{'probe':'uninstall','name':'Kaspersky*','publisher':'ао \\\"лаборатория Касперского'}",
     TRI_YES, TRI_YES, "11.6.0.394"},
    {"of another publisher", "{'probe':'uninstall','name':'Kaspersky*','publisher':'Kaspersky'}", TRI_NO, TRI_UNKNOWN,
     "nothing says that the program Kaspersky* of Kaspersky is listed"},
    {"of no publisher", "{'probe':'uninstall','name':'Old*','publisher':'','state':'any'}", TRI_YES, TRI_YES, "kes-old"},
    {"twins do not count", "{'probe':'uninstall','name':'Kaspersky*','op':'eq','value':'12'}", TRI_NO, TRI_UNKNOWN,
     "11.6.0.394"},
    {"a twin without its sibling counts", "{'probe':'uninstall','name':'Alone'}", TRI_YES, TRI_YES, "InstallWIX_{0}"},
    {"new enough", "{'probe':'uninstall','name':'Kaspersky*','op':'ge','value':'11.6'}", TRI_YES, TRI_YES, "11.6"},
    {"quotes and blanks are no part of a name", "{'probe':'uninstall','name':'old endpoint','state':'ghost'}", TRI_YES,
     TRI_YES, "without an uninstaller"},
    {"a ghost is not live", "{'probe':'uninstall','name':'Old*'}", TRI_NO, TRI_UNKNOWN, "kes-old"},
    {"what is live is no ghost", "{'probe':'uninstall','name':'Kaspersky*','state':'ghost'}", TRI_NO, TRI_UNKNOWN, "11.6"},
    {"what has neither folder nor uninstaller is a ghost", "{'probe':'uninstall','name':'Shell*','state':'ghost'}", TRI_YES,
     TRI_YES, "shell"},
    {"what has its folder is live without its uninstaller", "{'probe':'uninstall','name':'Torn'}", TRI_YES, TRI_YES, "torn"},
    {"what Windows Installer forgot is a ghost", "{'probe':'uninstall','name':'Forgotten','state':'ghost'}", TRI_YES,
     TRI_UNKNOWN, "{9}"},
    {"what it may not list is none", "{'probe':'uninstall','name':'Of a user'}", TRI_YES, TRI_YES, "HKU/S-1-5-21-7"},
    {"a folder makes it live", "{'probe':'uninstall','name':'Only a folder'}", TRI_YES, TRI_YES, "folder"},
    {"so does a quiet uninstaller", "{'probe':'uninstall','name':'Quiet'}", TRI_YES, TRI_YES, "quiet"},

    {"Windows Installer knows it", "{'probe':'msi','name':'агент*'}", TRI_YES, TRI_YES,
     "Windows Installer knows Агент администрирования 14.2 (" GUID2 ")"},
    {"of that version", "{'probe':'msi','name':'Агент*','op':'lt','value':'14.10'}", TRI_YES, TRI_YES, "14.2"},
    {"of another version", "{'probe':'msi','name':'Агент*','op':'gt','value':'14.10'}", TRI_NO, TRI_UNKNOWN, "14.2"},
    {"of a publisher that it does not name", "{'probe':'msi','name':'Агент*','publisher':'?*'}", TRI_NO, TRI_UNKNOWN,
     "nothing says"},

    {"a service in any case", "{'probe':'unit','name':'KLNAGENT'}", TRI_YES, TRI_YES, "klnagent is inactive, manual"},
    {"a service started by hand is not enabled", "{'probe':'unit','name':'klnagent','state':'enabled'}", TRI_NO, TRI_NO,
     "manual, not enabled"},
    {"a service with a suffix", "{'probe':'unit','name':'avp.kes*','state':'active'}", TRI_YES, TRI_YES, "AVP.KES.21.9"},
    {"a program in any case", "{'probe':'process','exe':'c:/program files/*/AVP.exe'}", TRI_YES, TRI_YES, "a process runs"},
    {"a program in a known folder", "{'probe':'process','exe':'%ProgramFiles%/Kaspersky/*'}", TRI_YES, TRI_YES, "avp.exe"},
    {"a process whose program is hidden", "{'probe':'process','name':'msmpeng.EXE'}", TRI_YES, TRI_YES, "MsMpEng.exe"},
    {"a file in a known folder", "{'probe':'file','path':'%ProgramData%/kaspersky lab/*'}", TRI_YES, TRI_YES,
     "D:/ProgramData/Kaspersky Lab/KES [1] exists"},
    {"brackets are a set", "{'probe':'file','path':'%ProgramData%/Kaspersky Lab/KES [1]'}", TRI_NO, TRI_NO,
     "no D:/ProgramData/Kaspersky Lab/KES [1]"},
    {"unless they are literal", "{'probe':'file','path':'%ProgramData%/Kaspersky Lab/KES [[]1]'}", TRI_YES, TRI_YES, "[1]"},
    {"a folder that this PC does not have", "{'probe':'file','path':'%CommonProgramFiles%/x'}", TRI_NO, TRI_NO,
     "no %CommonProgramFiles%/x"},
    {"the space of a drive", "{'probe':'fact','name':'disk_free_mib:C:/Users','op':'eq','value':'9000'}", TRI_YES, TRI_YES,
     "9000"},
    {"the space of a folder", "{'probe':'fact','name':'disk_free_mib:d:/DATA/x','op':'eq','value':'5'}", TRI_YES, TRI_YES,
     "5"},
    {"the space of a drive that is not listed", "{'probe':'fact','name':'disk_free_mib:%ProgramData%','op':'ge','value':'1'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "not known"},
    {"client or server", "{'probe':'fact','name':'os.type','op':'eq','value':'client'}", TRI_YES, TRI_YES, "client"},
    {"edition", "{'probe':'fact','name':'os.edition','op':'in','values':['core','professional']}", TRI_YES, TRI_YES,
     "Professional"},

    {"a driver", "{'probe':'driver','name':'KLIF*'}", TRI_YES, TRI_YES, "driver klif.KES-21-9 is running, start boot"},
    {"a driver with its file", "{'probe':'driver','name':'klif*','path':'%SystemRoot%/system32/drivers/kl*.sys'}", TRI_YES,
     TRI_YES, "klif"},
    {"a driver without one", "{'probe':'driver','name':'klbare','path':'C:/*'}", TRI_NO, TRI_UNKNOWN, "nothing says"},
    {"a driver that does not run", "{'probe':'driver','name':'klbare','state':'running'}", TRI_NO, TRI_UNKNOWN, "stopped"},

    {"a key", "{" ENVIRONMENT "}", TRI_YES, TRI_YES,
     "registry key HKLM/SOFTWARE/KasperskyLab/KES/environment (32 bits) exists"},
    {"a key that is not there", "{'probe':'registry','path':'HKLM/SOFTWARE/*/environment'}", TRI_NO, TRI_UNKNOWN,
     "nothing says that registry key HKLM/SOFTWARE/*/environment exists"},
    {"a value", "{" ENVIRONMENT ",'name':'productversion'}", TRI_YES, TRI_YES, "ProductVersion (32 bits) is 11.6.0.394"},
    {"a value in the other view", "{" ENVIRONMENT ",'name':'ProductVersion','op':'lt','decode':'version','value':'11'}",
     TRI_YES, TRI_YES, "(64 bits) is 10.0"},
    {"a value that compares otherwise", "{" ENVIRONMENT ",'name':'ProductVersion','op':'gt','decode':'version','value':'12'}",
     TRI_NO, TRI_UNKNOWN, "11.6.0.394"},
    {"names in a value are replaced", "{" ENVIRONMENT ",'name':'DataRoot','op':'eq','value':'c:/KES/data'}", TRI_YES,
     TRI_YES, "is C:/kes/Data"},
    {"a list", "{'probe':'registry','path':'HKLM/SYSTEM/Class','name':'UpperFilters','op':'glob','value':'*klif*'}", TRI_YES,
     TRI_YES, "UpperFilters (64 bits) is kbdclass,klif"},
    {"a default value", "{" DATA ",'name':'','op':'eq','value':'x'}", TRI_YES, TRI_YES, "/(default) (32 bits) is x"},
    {"a moment in seconds", "{" DATA ",'name':'LastUpdate','op':'max-age-h','decode':'epoch-s','value':'3'}", TRI_YES,
     TRI_YES, "1772359200"},
    {"too old a moment", "{" DATA ",'name':'LastUpdate','op':'max-age-h','decode':'epoch-s','value':'1'}", TRI_NO,
     TRI_UNKNOWN, "1772359200"},
    {"never is not fresh", "{" DATA ",'name':'NeverUpdate','op':'max-age-h','decode':'epoch-s','value':'72'}", TRI_NO,
     TRI_UNKNOWN, "4294967295"},
    {"never is before everything",
     "{" DATA ",'name':'NeverUpdate','op':'lt','decode':'epoch-s','value':'2000-01-01'}", TRI_YES, TRI_YES, "4294967295"},
    {"the future is not known to be fresh",
     "{" DATA ",'name':'Future','op':'max-age-h','decode':'epoch-s','value':'72'}", TRI_UNKNOWN, TRI_UNKNOWN, "1900000000"},
    {"the agent's way to write a date", "{" DATA ",'name':'Bases','op':'max-age-h','decode':'date','value':'26'}", TRI_YES,
     TRI_YES, "28-02-2026"},
    {"the agent's date is too old", "{" DATA ",'name':'Bases','op':'max-age-h','decode':'date','value':'25'}", TRI_NO,
     TRI_UNKNOWN, "28-02-2026"},
    {"a broken value exists", "{" DATA ",'name':'Torn'}", TRI_YES, TRI_YES, "is broken"},
    {"a broken value says nothing", "{" DATA ",'name':'Torn','op':'eq','value':''}", TRI_UNKNOWN, TRI_UNKNOWN, "broken"},
    {"a number that is none", "{" DATA ",'name':'Bases','op':'gt','decode':'number','value':'1'}", TRI_UNKNOWN, TRI_UNKNOWN,
     "28-02-2026"},

    {"a certificate", "{'probe':'certificate','name':'CN=Kaspersky*'}", TRI_YES, TRI_YES,
     "certificate CN=Kaspersky Root, O=AO Kaspersky Lab stands in machine/ROOT"},
    {"a certificate in a store", "{'probe':'certificate','name':'*','path':'user:*/ROOT'}", TRI_YES, TRI_YES, "CN=Other"},
    {"a certificate in another store", "{'probe':'certificate','name':'CN=Kasp*','path':'user:*'}", TRI_NO, TRI_UNKNOWN,
     "nothing says that certificate CN=Kasp* stands in user:*"},

    {"a certificate in a file", "{'probe':'trust_file','name':'cn=kaspersky*'}", TRI_YES, TRI_YES,
     "HKU/S-1-5-21-7/Environment/NODE_EXTRA_CA_CERTS names C:/a/b.pem"},
    {"in no file", "{'probe':'trust_file','name':'Kaspersky*'}", TRI_NO, TRI_UNKNOWN,
     "nothing says that a setting names a file with the certificate Kaspersky*"},
    {"a file that a setting names", "{'probe':'trust_file','path':'%ProgramData%/Kaspersky Lab/*/Data/Cert/*'}", TRI_YES, TRI_YES,
     "C:/pip.ini: cert names D:/ProgramData/Kaspersky Lab/AVP21.3/Data/Cert/x.cer"},
    {"that file, with that certificate", "{'probe':'trust_file','path':'%ProgramData%/Kaspersky Lab/*/Data/Cert/*','name':'*'}", TRI_NO,
     TRI_UNKNOWN, "nothing says"},

    {"registered", "{'probe':'security_center','name':'kaspersky'}", TRI_YES, TRI_YES,
     "Security Center lists Kaspersky: on, signatures stale"},
    {"Defender that sleeps", "{'probe':'security_center','name':'Windows Defender','state':'on'}", TRI_NO, TRI_UNKNOWN,
     "off, signatures fresh"},
    {"Defender that sleeps is off", "{'probe':'security_center','name':'Windows Defender','state':'off'}", TRI_YES, TRI_YES,
     "off"},
    {"snoozed is not on", "{'probe':'security_center','name':'Snoozer','state':'off'}", TRI_YES, TRI_YES, "snoozed"},
    {"on", "{'probe':'security_center','name':'Fresh','state':'on'}", TRI_YES, TRI_YES, "on, signatures fresh"},
    {"fresh", "{'probe':'security_center','name':'Fresh','state':'fresh'}", TRI_YES, TRI_YES, "fresh"},
    {"stale", "{'probe':'security_center','name':'Kaspersky','state':'stale'}", TRI_YES, TRI_YES, "stale"},
    {"stale is not fresh", "{'probe':'security_center','name':'Kaspersky','state':'fresh'}", TRI_NO, TRI_UNKNOWN, "stale"},
    {"a firewall is no antivirus", "{'probe':'security_center','name':'Wall'}", TRI_NO, TRI_UNKNOWN, "nothing says"},

    {"a task", "{'probe':'task','path':'/kaspersky/*'}", TRI_YES, TRI_YES,
     "scheduled task /Kaspersky/Update runs \\\"C:/kes/avp.exe\\\" /u"},
    {"a task by its program", "{'probe':'task','exe':'C:/kes/*'}", TRI_YES, TRI_YES, "/Kaspersky/Update"},
    {"a task that runs nothing", "{'probe':'task','path':'/Bare','exe':'*'}", TRI_NO, TRI_UNKNOWN, "nothing says"},

    {"signed", "{'probe':'signature','path':'C:/kes/*.exe','name':'AO Kaspersky*'}", TRI_YES, TRI_YES,
     "C:/kes/avp.exe is signed by AO Kaspersky Lab (valid)"},
    {"signed by somebody else", "{'probe':'signature','path':'C:/kes/avp.exe','name':'Microsoft*'}", TRI_NO, TRI_UNKNOWN,
     "AO Kaspersky Lab"},
    {"not signed", "{'probe':'signature','path':'C:/kes/a.dll'}", TRI_NO, TRI_UNKNOWN, "C:/kes/a.dll is unsigned"},
    {"not trusted", "{'probe':'signature','path':'C:/kes/b.dll','state':'untrusted'}", TRI_YES, TRI_YES, "(untrusted)"},
    {"no such file", "{'probe':'signature','path':'C:/kes/c.dll'}", TRI_NO, TRI_UNKNOWN, "nothing says"},

    {"what WMI tells", "{" STATUS ",'name':'realtimeprotectionenabled','op':'eq','value':'true'}", TRI_YES, TRI_YES,
     "MSFT_MpComputerStatus tells RealTimeProtectionEnabled: True"},
    {"a moment of WMI", "{" STATUS ",'name':'AntivirusSignatureLastUpdated','op':'max-age-h','decode':'date','value':'25'}",
     TRI_YES, TRI_YES, "20260228120000"},
    {"a moment of WMI in its own zone",
     "{" STATUS ",'name':'AntivirusSignatureLastUpdated','op':'lt','decode':'date','value':'2026-02-28T11:00:01Z'}", TRI_YES,
     TRI_YES, "20260228120000"},
    {"what it tells otherwise", "{" STATUS ",'name':'RealTimeProtectionEnabled','op':'eq','value':'false'}", TRI_NO,
     TRI_UNKNOWN, "True"},
    {"a property that it does not have", "{" STATUS ",'name':'Nothing','op':'eq','value':'1'}", TRI_UNKNOWN, TRI_UNKNOWN,
     "msft_mpcomputerstatus does not tell Nothing"},
    {"a property without a value", "{" STATUS ",'name':'Empty','op':'eq','value':'1'}", TRI_UNKNOWN, TRI_UNKNOWN, "nothing"},
    {"a class that is not there", "{'probe':'wmi','path':'root/x','class':'y','name':'z','op':'eq','value':'1'}", TRI_NO,
     TRI_UNKNOWN, "nothing says that y z is 1"},
};

static void judge(const char *facts, const char *cond, enum tri answer, const char *evidence)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    struct verdict v;
    struct cond *c = fixture_cond(&d, cond);

    fixture_read(&d, &facts_schema, facts, &f);
    assert_true(cond_judge(c, &f, &d.arena, &v, &e));
    if (v.answer != answer)
        fail_msg("%s: %s, not %s", v.evidence, tri_names[v.answer], tri_names[answer]);
    if (evidence)
        expect_contains(v.evidence, fixture_json(&d.arena, evidence));
    doc_free(&d);
}

static void test_row(void **state)
{
    const struct row *r = *state;
    struct doc d = DOC_INIT;
    const char *evidence = arena_strdup(&d.arena, r->evidence);
    char *p = strstr(evidence, "\\\"");

    for (; p; p = strstr(p, "\\\"")) /* as the JSON of the rows has them */
        memmove(p, p + 1, strlen(p));
    judge(PC, r->cond, r->answer, evidence);
    judge(PC GAPS, r->cond, r->with_gaps, NULL);
    doc_free(&d);
}

/* Whether Windows Installer forgot it is not known where it could not be asked: then the entry is believed. */
static void test_installer_unknown(void **state)
{
    (void)state;
    judge(PC ",'gaps':[{'what':'msi','why':'w'}]", "{'probe':'uninstall','name':'Forgotten'}", TRI_YES, "{9}");
}

/* While a run polls, it asks for what it needs and not for the system: what only Windows has is compared as Windows does. */
static void test_without_the_system(void **state)
{
    (void)state;
    judge("'collected_at':'" FIXTURE_NOW "','msi':[{'code':'{1}','name':'ESET Endpoint'}]", "{'probe':'msi','name':'eset*'}",
          TRI_YES, "ESET");
    judge("'collected_at':'" FIXTURE_NOW "','registry':[{'key':'HKLM/SOFTWARE/X','view':'64','name':'On','type':'sz',"
          "'data':'True'}]", "{'probe':'registry','path':'HKLM/software/x','name':'on','op':'eq','value':'true'}", TRI_YES,
          "True");
}

/* The same names on Linux are other names. */
static void test_case_of_linux(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    struct verdict v;

    (void)state;
    fixture_facts(&d, "'units':[{'name':'kesl.service','active':'active'}]", &f);
    assert_true(cond_judge(fixture_cond(&d, "{'probe':'unit','name':'KESL.service'}"), &f, &d.arena, &v, &e));
    assert_int_equal(v.answer, TRI_NO);
    doc_free(&d);
}

/* --- each ------------------------------------------------------------------------------------------------------------ */

static const struct each_row {
    const char *name, *cond, *field, *values; /* of the field, with ' ' between */
} each_rows[] = {
    {"each product", "{'probe':'msi','name':'*'}", "code", GUID1 " " GUID2},
    {"each program without twins", "{'probe':'uninstall','name':'Kaspersky*'}", "version", "11.6.0.394"},
    {"each ghost", "{'probe':'uninstall','name':'*','state':'ghost'}", "key", "kes-old {9} shell"},
    {"each service", "{'probe':'unit','name':'*'}", "name", "klnagent AVP.KES.21.9"},
    {"each driver", "{'probe':'driver','name':'kl*'}", "name", "klif.KES-21-9 klbare"},
    {"each key once in each view", "{" ENVIRONMENT "}", "view", "32 64"},
    {"each value", "{" DATA ",'name':'*'}", "name", "LastUpdate NeverUpdate Future Torn  Bases"},
    {"each certificate", "{'probe':'certificate','name':'*'}", "thumbprint", "AB CD"},
    {"each file of certificates", "{'any':[{'probe':'trust_file','name':'CN=Kasp*'},{'probe':'trust_file','path':'C:/a/*'}]}", "file",
     "C:/a/b.pem"},
    {"each registration", "{'probe':'security_center','name':'*','state':'on'}", "state", "266256 397568"},
    {"each task", "{'probe':'task','path':'/*/*'}", "path", "/Kaspersky/Update"},
    {"each signed file", "{'probe':'signature','path':'C:/kes/*','state':'unsigned'}", "path", "C:/kes/a.dll"},
    {"each file", "{'probe':'file','path':'%SystemRoot%/System32/drivers/*'}", "path", "C:/Windows/System32/drivers/klif.sys"},
    {"each of several names", "{'any':[{'probe':'driver','name':'klbare'},{'probe':'driver','name':'kl*'}]}", "name",
     "klif.KES-21-9 klbare"},
    {"none", "{'probe':'msi','name':'Nobody'}", "code", ""},
};

static void test_each(void **state)
{
    const struct each_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    struct cond_matches found;
    struct cond *c = fixture_cond(&d, r->cond);
    char *all = arena_strdup(&d.arena, "");

    fixture_read(&d, &facts_schema, PC, &f);
    assert_true(cond_lists(c));
    assert_non_null(schema_field(cond_each_schema(c), r->field));
    assert_true(cond_each(c, &f, &d, &found, &e));
    for (size_t i = 0; i < found.rows.n; i++) {
        const json_t *v = json_object_get(found.rows.v[i].fields, r->field);
        char number[32];

        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
        all = arena_printf(&d.arena, "%s%s%s", all, i ? " " : "", json_is_integer(v) ? number : json_string_value(v));
    }
    assert_string_equal(all, r->values);
    doc_free(&d);
}

static void test_each_of_nothing_listed(void **state)
{
    static const char *const conds[] = {
        "{'probe':'fact','name':'cpus','op':'eq','value':'1'}",
        "{'probe':'process','name':'x'}",
        "{" STATUS ",'name':'x','op':'eq','value':'1'}",
        "{'any':[{'probe':'msi','name':'x'},{'probe':'uninstall','name':'x'}]}",
        "{'not':{'probe':'msi','name':'x'}}",
    };
    struct facts f;

    (void)state;
    for (size_t i = 0; i < sizeof conds / sizeof conds[0]; i++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct cond_matches found;
        struct cond *c = fixture_cond(&d, conds[i]);

        fixture_read(&d, &facts_schema, PC, &f);
        assert_false(cond_lists(c));
        assert_false(cond_each(c, &f, &d, &found, &e));
        expect_err(&e, ERR_INPUT, "finds no facts to go through");
        doc_free(&d);
    }
}

static void test_each_memory(void **state)
{
    bool last = false;

    (void)state;
    for (unsigned long n = 1; !last; n++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct facts f;
        struct cond_matches found;
        struct cond *c = fixture_cond(&d, "{'probe':'file','path':'%ProgramData%/*/*'}");
        bool ok;

        fixture_read(&d, &facts_schema, PC, &f);
        mem_fail_at(n, true);
        ok = cond_each(c, &f, &d, &found, &e);
        mem_fail_at(0, false);
        last = ok;
        if (!ok)
            assert_int_equal(e.code, ERR_NOMEM);
        doc_free(&d);
        assert_true(n < 100);
    }
}

/* --- versions, registry, texts ---------------------------------------------------------------------------------------- */

static void test_version(void **state)
{
    static const struct {
        const char *name, *version;
        int probe;
    } wanted[] = {
        {"kaspersky endpoint security", "11.6.0.394", PROBE_UNINSTALL}, /* not the twin's */
        {"Агент*", "14.2", PROBE_MSI},
        {"Nobody", NULL, PROBE_MSI},
    };
    struct doc d = DOC_INIT;
    struct facts f;

    (void)state;
    fixture_read(&d, &facts_schema, PC, &f);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct cond probe;
        const char *version = cond_version(wanted[i].name, &f, &d.arena, &probe);

        assert_true(text_eq(version, wanted[i].version));
        assert_int_equal(probe.probe, wanted[i].probe);
    }
    doc_free(&d);
}

static void test_registry_value(void **state)
{
    struct doc d = DOC_INIT;
    struct facts f;

    (void)state;
    fixture_read(&d, &facts_schema, PC, &f);
    assert_string_equal(cond_registry(fixture_cond(&d, "{" ENVIRONMENT ",'name':'Data*'}"), &f, &d.arena), "C:/kes/Data");
    assert_null(cond_registry(fixture_cond(&d, "{" ENVIRONMENT ",'name':'x'}"), &f, &d.arena));
    doc_free(&d);
}

static void test_folders(void **state)
{
    struct doc d = DOC_INIT;
    struct facts f;

    (void)state;
    fixture_read(&d, &facts_schema, PC, &f);
    assert_string_equal(facts_path(&f, &d.arena, "%programdata%/x"), "D:/ProgramData/x");
    assert_string_equal(facts_path(&f, &d.arena, "%ProgramFiles(x86)%/x"), "C:/Program Files (x86)/x");
    assert_string_equal(facts_path(&f, &d.arena, "%Users%/x"), "%Users%/x");
    assert_string_equal(facts_path(&f, &d.arena, "/x/%ProgramData%"), "/x/%ProgramData%");
    assert_string_equal(facts_path(&f, &d.arena, "%"), "%");
    doc_free(&d);
}

static const struct text_row {
    const char *name, *cond; /* name: how it reads */
} text_rows[] = {
    {"the program X* of Y is listed (ghost) is above 2",
     "{'probe':'uninstall','name':'X*','publisher':'Y','state':'ghost','op':'gt','value':'2'}"},
    {"Windows Installer knows X", "{'probe':'msi','name':'X'}"},
    {"driver x is running", "{'probe':'driver','name':'x','state':'running'}"},
    {"registry key HKLM/x exists", "{'probe':'registry','path':'HKLM/x'}"},
    {"registry value HKU/*/x/y exists", "{'probe':'registry','path':'HKU/*/x','name':'y'}"},
    {"registry value HKLM/x/(default) is one of a b",
     "{'probe':'registry','path':'HKLM/x','name':'','op':'in','values':['a','b']}"},
    {"certificate CN=x stands in machine/ROOT", "{'probe':'certificate','name':'CN=x','path':'machine/ROOT'}"},
    {"certificate CN=x stands in a store of roots", "{'probe':'certificate','name':'CN=x'}"},
    {"a setting names C:/x with the certificate CN=y", "{'probe':'trust_file','path':'C:/x','name':'CN=y'}"},
    {"Security Center lists X as on", "{'probe':'security_center','name':'X','state':'on'}"},
    {"scheduled task /a/b exists", "{'probe':'task','path':'/a/b'}"},
    {"a scheduled task runs x", "{'probe':'task','exe':'x'}"},
    {"C:/x is signed by Y (valid)", "{'probe':'signature','path':'C:/x','name':'Y'}"},
    {"c n is not 1", "{'probe':'wmi','path':'root/x','class':'c','name':'n','op':'ne','value':'1'}"},
};

static void test_text(void **state)
{
    const struct text_row *r = *state;
    struct doc d = DOC_INIT;

    assert_string_equal(cond_text(fixture_cond(&d, r->cond), &d.arena), r->name);
    doc_free(&d);
}

static const struct bad_row {
    const char *name, *cond, *error;
} bad_rows[] = {
    {"registry without a hive", "{'probe':'registry','path':'SOFTWARE/x'}", "needs 'path' (HKLM/... or HKU/...)"},
    {"registry with an open end", "{'probe':'registry','path':'HKLM/x/'}", "needs 'path' (HKLM/... or HKU/...)"},
    {"registry compares no value", "{'probe':'registry','path':'HKLM/x','op':'eq','value':'1'}", "needs 'name'"},
    {"msi without a name", "{'probe':'msi','publisher':'x'}", "a msi probe needs 'name'"},
    {"msi has no state", "{'probe':'msi','name':'x','state':'live'}", "a msi probe has no 'state'"},
    {"no such uninstall state", "{'probe':'uninstall','name':'x','state':'gost'}", "(did you mean 'ghost'?)"},
    {"no such driver state", "{'probe':'driver','name':'x','state':'boot'}", "a driver has no state 'boot'"},
    {"no such registration", "{'probe':'security_center','name':'x','state':'snoozed'}", "has no state 'snoozed'"},
    {"no such signature", "{'probe':'signature','path':'C:/x','state':'good'}", "a signature has no state 'good'"},
    {"signature of a relative path", "{'probe':'signature','path':'x'}", "needs 'path' (absolute)"},
    {"a folder that nobody knows", "{'probe':'file','path':'%ProgramDate%/x'}", "needs 'path' (absolute)"},
    {"a known folder without an end", "{'probe':'file','path':'%ProgramData/x'}", "needs 'path' (absolute)"},
    {"a drive without a root", "{'probe':'file','path':'C:x'}", "needs 'path' (absolute)"},
    {"task of a relative path", "{'probe':'task','path':'x'}", "needs 'path' (/Folder/Name) or 'exe'"},
    {"wmi without a class", "{'probe':'wmi','path':'root','name':'x','op':'eq','value':'1'}", "a wmi probe needs 'class'"},
    {"wmi compares nothing", "{'probe':'wmi','path':'root','class':'c','name':'x'}", "a wmi probe needs 'op'"},
    {"a publisher of a file", "{'probe':'file','path':'/x','publisher':'y'}", "a file probe has no 'publisher'"},
};

static void test_bad(void **state)
{
    const struct bad_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct place at = {NULL, NULL, 0, "file.json"};
    struct cond c;
    char *text = fixture_json(&d.arena, r->cond);
    const json_t *j = doc_parse(&d, "file.json", text, strlen(text), &e);

    assert_non_null(j);
    assert_false(schema_read(&cond_schema, j, &d, &at, &c, &e));
    expect_err(&e, ERR_INPUT, r->error);
    doc_free(&d);
}

/* Every probe asks for what it is judged on: judging it on facts without that part would find a hole. */
static void test_questions(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct questions q;
    unsigned parts = 0;
    struct cond *c = fixture_cond(
        &d, "{'all':[{" ENVIRONMENT "},{" ENVIRONMENT ",'name':'x'},{" DATA "},{'probe':'signature','path':'C:/x'},"
            "{" STATUS ",'name':'a','op':'eq','value':'1'},{" STATUS ",'name':'b','op':'eq','value':'1'},"
            "{'probe':'uninstall','name':'x'},{'probe':'task','path':'/x'},{'probe':'certificate','name':'x'},{'probe':'trust_file','name':'x'},"
            "{'probe':'driver','name':'x'},{'probe':'security_center','name':'x'}]}");

    (void)state;
    memset(&q, 0, sizeof q);
    assert_true(cond_questions(c, &d.arena, &parts, &q, &e));
    assert_int_equal(parts, FACTS_REGISTRY | FACTS_SIGNATURES | FACTS_WMI | FACTS_UNINSTALL | FACTS_MSI | FACTS_TASKS |
                                FACTS_CERTIFICATES | FACTS_TRUST_FILES | FACTS_DRIVERS | FACTS_SECURITY_CENTER | FACTS_PROCESSES);
    assert_int_equal(q.registry.n, 2);
    assert_int_equal(q.signatures.n, 1);
    assert_int_equal(q.wmi.n, 1);
    assert_int_equal(q.paths.n, 0);
    doc_free(&d);
}

/* Every member in the table is a key of conditions, and every kind of probe but none says what it is. */
static void test_table(void **state)
{
    (void)state;
    for (int i = PROBE_NONE + 1; i < PROBE_COUNT; i++) {
        const char *name;

        assert_non_null(probe_names[i]);
        assert_non_null(probe_defs[i].doc);
        for (size_t k = 0; (name = probe_member(i, k)); k++)
            assert_non_null(schema_field(&cond_schema, name));
        assert_int_equal(strlen(probe_defs[i].members), ({
                             size_t n = 0;
                             while (probe_member(i, n))
                                 n++;
                             n;
                         }));
    }
    assert_null(probe_names[PROBE_COUNT]);
}

int main(void)
{
    ADD_ROWS(rows, test_row);
    ADD_ROWS(each_rows, test_each);
    ADD_ROWS(text_rows, test_text);
    ADD_ROWS(bad_rows, test_bad);
    ADD(test_installer_unknown);
    ADD(test_without_the_system);
    ADD(test_case_of_linux);
    ADD(test_each_of_nothing_listed);
    ADD(test_each_memory);
    ADD(test_version);
    ADD(test_registry_value);
    ADD(test_folders);
    ADD(test_questions);
    ADD(test_table);
    return fixture_run("model/windows");
}
