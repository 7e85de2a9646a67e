/* Every kind of probe against facts: yes, no, unknown for a gap, with the evidence. */
#include "tests/unit/fixture.h"

#define PC                                                                                                             \
    "'packages':[{'manager':'dpkg','name':'kesl','version':'12.1.0-1543','state':'installed'},"                        \
    "{'manager':'dpkg','name':'kesl-gui','state':'config-files'},"                                                     \
    "{'manager':'dpkg','name':'half','version':'1','state':'half-installed'},"                                         \
    "{'manager':'dpkg','name':'late','version':'2','state':'triggers'}],"                                              \
    "'units':[{'name':'kesl.service','manager':'systemd','load':'loaded','active':'active','enabled':'enabled'},"      \
    "{'name':'off.service','manager':'systemd','load':'loaded','active':'inactive','enabled':'enabled-runtime'},"      \
    "{'name':'gone.service','manager':'systemd','load':'not-found','active':'inactive'},"                              \
    "{'name':'bare.service'},"                                                                                         \
    "{'name':'klnagent','manager':'sysv','active':'active'}],"                                                         \
    "'processes':[{'pid':7,'name':'kesl','exe':'/opt/kaspersky/kesl/libexec/kesl'},{'pid':2,'name':'kthreadd'}],"      \
    "'files':[{'path':'/opt/kaspersky/kesl','kind':'dir','mtime':'2026-02-28T12:00:00Z'},"                             \
    "{'path':'/var/lib/db/new','kind':'file','mtime':'2026-03-01T00:00:00Z'},"                                         \
    "{'path':'/var/lib/db/timeless','kind':'file'},"                                                                   \
    "{'path':'/etc/a/b/c','kind':'link','mtime':'2020-01-01T00:00:00Z'}],"                                             \
    "'users':['root','kluser'],'groups':['kesladmin'],"                                                                \
    "'fanotify':[{'pid':7,'exe':'/opt/kaspersky/kesl/libexec/kesl','name':'kesl','marks':3},"                          \
    "{'pid':9,'name':'other','marks':1}],"                                                                             \
    "'firewall':[{'tool':'iptables','text':'-A x -j MARK','mark':1024}],"                                              \
    "'selinux_contexts':['/opt/kaspersky(/.*)? kesl_exec_t','odd'],"                                                   \
    "'answers':[{'argv':['ctl','info'],'exit':0,'out':'Database date: 2026-02-20\\n  Mode =  on \\nN: 12\\nN: "        \
    "13\\n'},"                                                                                                         \
    "{'argv':['ctl','json'],'exit':0,'out':'{\\\"a\\\":{\\\"b\\\":[1,{\\\"c\\\":\\\"x\\\"}],\\\"t\\\":true,\\\"f\\\":" \
    "false,\\\"n\\\":null},\\\"s\\\":1772280000,\\\"v\\\":\\\"1.10\\\"}'},"                                            \
    "{'argv':['ctl','bad'],'exit':69},{'argv':['ctl','slow'],'exit':-1,'timed_out':true},"                             \
    "{'argv':['ctl','none'],'exit':-1},{'argv':['ctl','junk'],'exit':0,'out':'{\\\"a\\\":'}]"

#define ALL_GAPS                                                                                                       \
    "'gaps':[{'what':'packages','why':'locked'},{'what':'units','why':'no bus'},{'what':'processes','why':'no "        \
    "/proc'},"                                                                                                         \
    "{'what':'files','why':'denied'},{'what':'accounts','why':'denied'},{'what':'fanotify','why':'denied'},"           \
    "{'what':'firewall','why':'denied'},{'what':'selinux','why':'denied'},{'what':'reboot','why':'denied'}]"

#define TEN "xxxxxxxxxx"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG HUNDRED HUNDRED HUNDRED

static const struct row {
    const char *name, *cond;
    enum tri answer, with_gaps;
    const char *evidence; /* without gaps */
} rows[] = {
    {"package there", "{'probe':'package','name':'kesl'}", TRI_YES, TRI_YES,
     "dpkg package kesl 12.1.0-1543 is installed"},
    {"package by pattern", "{'probe':'package','name':'kes?'}", TRI_YES, TRI_YES, "kesl"},
    {"package absent", "{'probe':'package','name':'clamav'}", TRI_NO, TRI_UNKNOWN, "no package clamav"},
    {"package left as configuration is not there", "{'probe':'package','name':'kesl-gui'}", TRI_NO, TRI_UNKNOWN,
     "no package kesl-gui"},
    {"package in a state", "{'probe':'package','name':'kesl-gui','state':'config-files'}", TRI_YES, TRI_YES,
     "kesl-gui  is config-files"},
    {"package in another state", "{'probe':'package','name':'kesl','state':'unpacked'}", TRI_NO, TRI_UNKNOWN,
     "no package kesl in state unpacked"},
    {"package half there", "{'probe':'package','name':'half'}", TRI_YES, TRI_YES, "half 1 is half-installed"},
    {"package with triggers", "{'probe':'package','name':'late','state':'triggers'}", TRI_YES, TRI_YES, "triggers"},
    {"package new enough", "{'probe':'package','name':'kesl','op':'ge','value':'12.1'}", TRI_YES, TRI_YES, "12.1.0"},
    {"package too old", "{'probe':'package','name':'kesl','op':'ge','value':'12.10'}", TRI_NO, TRI_UNKNOWN,
     "no package"},
    {"package of that version", "{'probe':'package','name':'kesl','op':'eq','value':'12.1.0-1543'}", TRI_YES, TRI_YES,
     "12.1.0"},

    {"unit there", "{'probe':'unit','name':'kesl.service'}", TRI_YES, TRI_YES,
     "service kesl.service is active, enabled"},
    {"unit by pattern", "{'probe':'unit','name':'kes*'}", TRI_YES, TRI_YES, "kesl.service"},
    {"unit active", "{'probe':'unit','name':'kesl.service','state':'active'}", TRI_YES, TRI_YES, "active"},
    {"unit failed", "{'probe':'unit','name':'kesl.service','state':'failed'}", TRI_NO, TRI_UNKNOWN,
     "service kesl.service is active, enabled, not failed"},
    {"unit enabled", "{'probe':'unit','name':'kesl.service','state':'enabled'}", TRI_YES, TRI_YES, "enabled"},
    {"unit enabled for now", "{'probe':'unit','name':'off.service','state':'enabled'}", TRI_YES, TRI_YES,
     "enabled-runtime"},
    {"unit not known to be enabled", "{'probe':'unit','name':'bare.service','state':'enabled'}", TRI_NO, TRI_UNKNOWN,
     "in no known state, not enabled"},
    {"unit that systemd does not find", "{'probe':'unit','name':'gone.service'}", TRI_NO, TRI_UNKNOWN,
     "service gone.service is inactive, not loaded"},
    {"unit without load state is there", "{'probe':'unit','name':'bare.service'}", TRI_YES, TRI_YES,
     "bare.service is loaded"},
    {"unit absent", "{'probe':'unit','name':'x.service'}", TRI_NO, TRI_UNKNOWN, "no service x.service"},
    {"unit as sysv script", "{'probe':'unit','name':'klnagent.service','state':'active'}", TRI_YES, TRI_YES,
     "service klnagent is active"},
    {"unit as sysv pattern", "{'probe':'unit','name':'kln*.service'}", TRI_YES, TRI_YES, "klnagent"},
    {"systemd unit needs its suffix", "{'probe':'unit','name':'kesl'}", TRI_NO, TRI_UNKNOWN, "no service kesl"},

    {"process by name", "{'probe':'process','name':'kesl'}", TRI_YES, TRI_YES,
     "a process runs /opt/kaspersky/kesl/libexec/kesl"},
    {"process by executable", "{'probe':'process','exe':'/opt/kaspersky/*'}", TRI_YES, TRI_YES, "a process"},
    {"process by both", "{'probe':'process','name':'k*','exe':'*/kesl'}", TRI_YES, TRI_YES, "a process"},
    {"process without executable", "{'probe':'process','name':'kthreadd'}", TRI_YES, TRI_YES,
     "a process runs kthreadd"},
    {"kernel thread has no executable", "{'probe':'process','name':'kthreadd','exe':'*'}", TRI_NO, TRI_UNKNOWN,
     "no process *"},
    {"process absent", "{'probe':'process','name':'clamd'}", TRI_NO, TRI_UNKNOWN, "no process clamd"},

    {"file there", "{'probe':'file','path':'/opt/kaspersky/kesl'}", TRI_YES, TRI_YES, "/opt/kaspersky/kesl exists"},
    {"file by pattern", "{'probe':'file','path':'/opt/*/kesl'}", TRI_YES, TRI_YES, "exists"},
    {"file pattern stays in its part", "{'probe':'file','path':'/etc/*/c'}", TRI_NO, TRI_UNKNOWN, "no /etc/*/c"},
    {"file is a folder", "{'probe':'file','path':'/opt/kaspersky/kesl','state':'file'}", TRI_NO, TRI_UNKNOWN,
     "/opt/kaspersky/kesl is a dir"},
    {"file of that kind", "{'probe':'file','path':'/opt/kaspersky/kesl','state':'dir'}", TRI_YES, TRI_YES, "exists"},
    {"file young enough", "{'probe':'file','path':'/var/lib/db/new','max_age_h':12}", TRI_YES, TRI_YES, "exists"},
    {"file too old", "{'probe':'file','path':'/var/lib/db/new','max_age_h':11}", TRI_NO, TRI_UNKNOWN,
     "/var/lib/db/new is older than 11 h"},
    {"file of no known age is old", "{'probe':'file','path':'/var/lib/db/timeless','max_age_h':1000000}", TRI_NO,
     TRI_UNKNOWN, "older than"},
    {"one file of several is young", "{'probe':'file','path':'/var/lib/db/*','max_age_h':24}", TRI_YES, TRI_YES,
     "/var/lib/db/new exists"},
    {"file absent", "{'probe':'file','path':'/nowhere'}", TRI_NO, TRI_UNKNOWN, "no /nowhere"},

    {"user there", "{'probe':'user','name':'klu*'}", TRI_YES, TRI_YES, "user kluser exists"},
    {"user absent", "{'probe':'user','name':'kesladmin'}", TRI_NO, TRI_UNKNOWN, "no user kesladmin"},
    {"group there", "{'probe':'group','name':'kesladmin'}", TRI_YES, TRI_YES, "group kesladmin exists"},
    {"group absent", "{'probe':'group','name':'root'}", TRI_NO, TRI_UNKNOWN, "no group root"},

    {"fanotify held", "{'probe':'fanotify','exe':'/opt/kaspersky/kesl/*'}", TRI_YES, TRI_YES,
     "process 7 (/opt/kaspersky/kesl/libexec/kesl) holds 3 fanotify marks"},
    {"fanotify by name", "{'probe':'fanotify','name':'other'}", TRI_YES, TRI_YES,
     "process 9 (other) holds 1 fanotify mark"},
    {"fanotify not held", "{'probe':'fanotify','exe':'/usr/sbin/clamonacc'}", TRI_NO, TRI_UNKNOWN,
     "/usr/sbin/clamonacc holds no fanotify mark"},
    {"fanotify holder without executable", "{'probe':'fanotify','name':'other','exe':'*'}", TRI_NO, TRI_UNKNOWN,
     "no fanotify mark"},

    {"firewall mark", "{'probe':'firewall','mark':'0x400'}", TRI_YES, TRI_YES,
     "iptables rule with mark 0x400: -A x -j MARK"},
    {"firewall mark in decimal", "{'probe':'firewall','mark':'1024'}", TRI_YES, TRI_YES, "iptables"},
    {"firewall mark absent", "{'probe':'firewall','mark':'0x100'}", TRI_NO, TRI_UNKNOWN,
     "no firewall rule with mark 0x100"},

    {"selinux type", "{'probe':'selinux','name':'kesl_*'}", TRI_YES, TRI_YES,
     "SELinux file context /opt/kaspersky(/.*)? kesl_exec_t"},
    {"selinux line without a space", "{'probe':'selinux','name':'odd'}", TRI_YES, TRI_YES, "odd"},
    {"selinux type absent", "{'probe':'selinux','name':'bin_t'}", TRI_NO, TRI_UNKNOWN,
     "no SELinux file context of type bin_t"},

    {"command not asked", "{'probe':'command','argv':['ctl'],'op':'eq','value':'0'}", TRI_UNKNOWN, TRI_UNKNOWN,
     "ctl was not asked"},
    {"command with other arguments", "{'probe':'command','argv':['ctl','other'],'op':'eq','value':'0'}", TRI_UNKNOWN,
     TRI_UNKNOWN, "was not asked"},
    {"command too slow", "{'probe':'command','argv':['ctl','slow'],'op':'eq','value':'0'}", TRI_UNKNOWN, TRI_UNKNOWN,
     "ctl did not answer in time"},
    {"command not run", "{'probe':'command','argv':['ctl','none'],'op':'eq','value':'0'}", TRI_UNKNOWN, TRI_UNKNOWN,
     "ctl could not be run"},
    {"command status", "{'probe':'command','argv':['ctl','bad'],'op':'eq','value':'69'}", TRI_YES, TRI_YES,
     "ctl exits with 69"},
    {"command status differs", "{'probe':'command','argv':['ctl','bad'],'op':'eq','value':'0'}", TRI_NO, TRI_NO,
     "ctl exits with 69"},
    {"command status in a list", "{'probe':'command','argv':['ctl','bad'],'op':'in','values':['1','69']}", TRI_YES,
     TRI_YES, "69"},
    {"command without output", "{'probe':'command','argv':['ctl','bad'],'key':'x','op':'eq','value':'0'}", TRI_UNKNOWN,
     TRI_UNKNOWN, "ctl does not tell 'x'"},
    {"command line value", "{'probe':'command','argv':['ctl','info'],'key':'Mode','op':'eq','value':'on'}", TRI_YES,
     TRI_YES, "ctl tells Mode: on"},
    {"command line date",
     "{'probe':'command','argv':['ctl','info'],'key':'Database date','decode':'date','op':'max-age-h','value':'228'}",
     TRI_YES, TRI_YES, "2026-02-20"},
    {"command line date is old",
     "{'probe':'command','argv':['ctl','info'],'key':'Database date','op':'max-age-h','value':'227'}", TRI_NO, TRI_NO,
     "2026-02-20"},
    {"command line missing", "{'probe':'command','argv':['ctl','info'],'key':'mode','op':'eq','value':'on'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "does not tell 'mode'"},
    {"first of equal lines",
     "{'probe':'command','argv':['ctl','info'],'key':'N','decode':'number','op':'lt','value':'13'}", TRI_YES, TRI_YES,
     "N: 12"},
    {"command JSON text", "{'probe':'command','argv':['ctl','json'],'json':'a.b.1.c','op':'eq','value':'x'}", TRI_YES,
     TRI_YES, "ctl tells a.b.1.c: x"},
    {"command JSON number",
     "{'probe':'command','argv':['ctl','json'],'json':'a.b.0','decode':'number','op':'le','value':'1'}", TRI_YES,
     TRI_YES, "1"},
    {"command JSON true", "{'probe':'command','argv':['ctl','json'],'json':'a.t','op':'eq','value':'true'}", TRI_YES,
     TRI_YES, "true"},
    {"command JSON false", "{'probe':'command','argv':['ctl','json'],'json':'a.f','op':'ne','value':'true'}", TRI_YES,
     TRI_YES, "false"},
    {"command JSON null is nothing", "{'probe':'command','argv':['ctl','json'],'json':'a.n','op':'eq','value':'x'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "does not tell 'a.n'"},
    {"command JSON object is nothing", "{'probe':'command','argv':['ctl','json'],'json':'a','op':'eq','value':'x'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "does not tell"},
    {"command JSON index too high", "{'probe':'command','argv':['ctl','json'],'json':'a.b.9','op':'eq','value':'x'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "does not tell"},
    {"command JSON index no number", "{'probe':'command','argv':['ctl','json'],'json':'a.b.x','op':'eq','value':'x'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "does not tell"},
    {"command JSON key of unlikely length",
     "{'probe':'command','argv':['ctl','json'],'json':'v." LONG "','op':'eq','value':'1.10'}", TRI_UNKNOWN, TRI_UNKNOWN,
     "does not tell"},
    {"command JSON path beyond a leaf", "{'probe':'command','argv':['ctl','json'],'json':'v.x','op':'eq','value':'x'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "does not tell"},
    {"command JSON epoch",
     "{'probe':'command','argv':['ctl','json'],'json':'s','decode':'epoch-s','op':'eq','value':'2026-02-28T12:00:00Z'}",
     TRI_YES, TRI_YES, "1772280000"},
    {"command JSON epoch in milliseconds",
     "{'probe':'command','argv':['ctl','json'],'json':'s','decode':'epoch-ms','op':'lt','value':'1970-02-01'}", TRI_YES,
     TRI_YES, "1772280000"},
    {"command JSON version",
     "{'probe':'command','argv':['ctl','json'],'json':'v','decode':'version','op':'gt','value':'1.9'}", TRI_YES,
     TRI_YES, "1.10"},
    {"command JSON text order", "{'probe':'command','argv':['ctl','json'],'json':'v','op':'gt','value':'1.9'}", TRI_NO,
     TRI_NO, "1.10"},
    {"command JSON not of that kind",
     "{'probe':'command','argv':['ctl','json'],'json':'v','decode':'number','op':'gt','value':'1'}", TRI_UNKNOWN,
     TRI_UNKNOWN, "1.10"},
    {"command JSON no date", "{'probe':'command','argv':['ctl','json'],'json':'v','op':'max-age-h','value':'5'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "1.10"},
    {"command JSON no epoch",
     "{'probe':'command','argv':['ctl','json'],'json':'v','decode':'epoch-s','op':'eq','value':'2026-01-01'}",
     TRI_UNKNOWN, TRI_UNKNOWN, "1.10"},
    {"age without a number",
     "{'probe':'command','argv':['ctl','info'],'key':'Database date','op':'max-age-h','value':'few'}", TRI_UNKNOWN,
     TRI_UNKNOWN, ""},
    {"age beyond all numbers",
     "{'probe':'command','argv':['ctl','info'],'key':'Database date','op':'max-age-h','value':'9223372036854775807'}",
     TRI_UNKNOWN, TRI_UNKNOWN, ""},
    {"command JSON broken", "{'probe':'command','argv':['ctl','junk'],'json':'a','op':'eq','value':'x'}", TRI_UNKNOWN,
     TRI_UNKNOWN, "does not tell"},
    {"command glob", "{'probe':'command','argv':['ctl','json'],'json':'v','op':'glob','value':'1.*'}", TRI_YES, TRI_YES,
     "1.10"},

    {"fact family", "{'probe':'fact','name':'os.family','op':'eq','value':'linux'}", TRI_YES, TRI_YES,
     "os.family is linux"},
    {"fact id", "{'probe':'fact','name':'os.id','op':'in','values':['ubuntu','debian']}", TRI_YES, TRI_YES, "debian"},
    {"fact id_like", "{'probe':'fact','name':'os.id_like','op':'glob','value':'*rhel*'}", TRI_NO, TRI_NO,
     "os.id_like is "},
    {"fact version", "{'probe':'fact','name':'os.version','op':'ge','value':'9'}", TRI_YES, TRI_YES,
     "os.version is 12"},
    {"fact kernel", "{'probe':'fact','name':'os.kernel','op':'lt','value':'6.10'}", TRI_YES, TRI_YES, "6.1.0-1-amd64"},
    {"fact architecture", "{'probe':'fact','name':'os.arch','op':'ne','value':'aarch64'}", TRI_YES, TRI_YES, "x86_64"},
    {"fact init", "{'probe':'fact','name':'os.init','op':'eq','value':'sysv'}", TRI_NO, TRI_NO, "systemd"},
    {"fact memory", "{'probe':'fact','name':'memory_mib','op':'ge','value':'4096'}", TRI_YES, TRI_YES,
     "memory_mib is 4096"},
    {"fact memory too small", "{'probe':'fact','name':'memory_mib','op':'gt','value':'4096'}", TRI_NO, TRI_NO, "4096"},
    {"fact memory against no number", "{'probe':'fact','name':'memory_mib','op':'gt','value':'much'}", TRI_UNKNOWN,
     TRI_UNKNOWN, "4096"},
    {"fact processors", "{'probe':'fact','name':'cpus','op':'le','value':'2'}", TRI_YES, TRI_YES, "2"},
    {"fact disk of the nearest folder", "{'probe':'fact','name':'disk_free_mib:/var/lib','op':'eq','value':'8000'}",
     TRI_YES, TRI_YES, "8000"},
    {"fact disk of a like-named folder", "{'probe':'fact','name':'disk_free_mib:/variable','op':'eq','value':'9000'}",
     TRI_YES, TRI_YES, "9000"},
    {"fact reboot", "{'probe':'fact','name':'reboot_pending','op':'eq','value':'false'}", TRI_YES, TRI_UNKNOWN,
     "false"},
    {"fact lock", "{'probe':'fact','name':'package_lock','op':'eq','value':'false'}", TRI_YES, TRI_YES, "false"},
    {"fact holders", "{'probe':'fact','name':'fanotify_holders','op':'eq','value':'2'}", TRI_YES, TRI_UNKNOWN, "2"},
    {"fact manager", "{'probe':'fact','name':'packages.manager','op':'eq','value':'dpkg'}", TRI_YES, TRI_YES, "dpkg"},

    {"not yes", "{'not':{'probe':'user','name':'root'}}", TRI_NO, TRI_NO, "user root exists"},
    {"not no", "{'not':{'probe':'user','name':'x'}}", TRI_YES, TRI_UNKNOWN, "no user x"},
    {"not unknown", "{'not':{'probe':'command','argv':['q'],'op':'eq','value':'0'}}", TRI_UNKNOWN, TRI_UNKNOWN,
     "q was not asked"},
    {"all yes", "{'all':[{'probe':'user','name':'root'},{'probe':'group','name':'kesladmin'}]}", TRI_YES, TRI_YES,
     "user root exists; group kesladmin exists"},
    {"all: a no outweighs an unknown",
     "{'all':[{'probe':'command','argv':['q'],'op':'eq','value':'0'},{'not':{'probe':'user','name':'root'}}]}", TRI_NO,
     TRI_NO, "user root exists"},
    {"all: unknown", "{'all':[{'probe':'user','name':'root'},{'probe':'command','argv':['q'],'op':'eq','value':'0'}]}",
     TRI_UNKNOWN, TRI_UNKNOWN, "q was not asked"},
    {"any: a yes outweighs an unknown",
     "{'any':[{'probe':'command','argv':['q'],'op':'eq','value':'0'},{'probe':'user','name':'root'}]}", TRI_YES,
     TRI_YES, "user root exists"},
    {"any: unknown",
     "{'any':[{'not':{'probe':'user','name':'root'}},{'probe':'command','argv':['q'],'op':'eq','value':'0'}]}",
     TRI_UNKNOWN, TRI_UNKNOWN, "q was not asked"},
    {"any: all no", "{'any':[{'probe':'user','name':'x'},{'probe':'user','name':'y'}]}", TRI_NO, TRI_UNKNOWN,
     "no user x; no user y"},
};

static void test_judge(void **state)
{
    const struct row *r = *state;

    for (int gaps = 0; gaps < 2; gaps++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct facts f;
        struct verdict v;
        struct cond *c = fixture_cond(&d, r->cond);

        fixture_facts(&d, gaps ? PC "," ALL_GAPS : PC, &f);
        assert_true(cond_judge(c, &f, &d.arena, &v, &e));
        if (v.answer != (gaps ? r->with_gaps : r->answer))
            fail_msg("%s gaps: %s: %s", gaps ? "with" : "without", tri_names[v.answer], v.evidence);
        assert_non_null(v.evidence);
        if (!gaps)
            expect_contains(v.evidence, r->evidence);
        doc_free(&d);
    }
}

/* Facts without anything: a general fact is unknown, except those that say no by their absence. */
static void test_empty_facts(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    struct verdict v;
    const char *const *names;
    size_t n;

    (void)state;
    schema_init(&facts_schema, &f);
    names = cond_fact_names(&n);
    for (size_t i = 0; i < n; i++) {
        struct cond c = {.probe = PROBE_FACT, .name = names[i], .op = OP_EQ, .value = "1"};
        bool counted = strcmp(names[i], "reboot_pending") == 0 || strcmp(names[i], "fanotify_holders") == 0;

        assert_true(cond_judge(&c, &f, &d.arena, &v, &e));
        if (v.answer != (counted ? TRI_NO : TRI_UNKNOWN))
            fail_msg("%s: %s", names[i], tri_names[v.answer]);
    }
    assert_true(cond_judge(NULL, &f, &d.arena, &v, &e));
    assert_int_equal(v.answer, TRI_YES);
    doc_free(&d);
}

/* A gap says why. */
static void test_gap_evidence(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    struct verdict v;

    (void)state;
    fixture_facts(&d, ALL_GAPS, &f);
    assert_true(cond_judge(fixture_cond(&d, "{'probe':'package','name':'x'}"), &f, &d.arena, &v, &e));
    assert_string_equal(v.evidence, "packages could not be looked at: locked");
    doc_free(&d);
}

/* Each allocation fails once: the same answer as ever, or out of memory; never a wrong one. */
static void test_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned long n = 1, last = 0; !last; n++) {
            struct doc d = DOC_INIT, mine = DOC_INIT;
            struct err e = ERR_INIT;
            struct facts f;
            struct verdict v;
            struct cond *c = fixture_cond(&d, rows[i].cond);
            unsigned long before;
            bool ok;

            fixture_facts(&d, PC, &f);
            before = mem_failures();
            mem_fail_at(n, false);
            ok = cond_judge(c, &f, &mine.arena, &v, &e);
            last = mem_failures() == before;
            mem_fail_at(0, false);
            if (ok ? v.answer != rows[i].answer : e.code != ERR_NOMEM)
                fail_msg("%s: allocation %lu: %s", rows[i].name, n, ok ? v.evidence : e.text);
            doc_free(&mine);
            doc_free(&d);
        }
    }
}

int main(void)
{
    ADD_ROWS(rows, test_judge);
    ADD(test_empty_facts);
    ADD(test_gap_evidence);
    ADD(test_memory);
    return fixture_run("model/judge");
}
