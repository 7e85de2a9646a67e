/* Every document: read, written, read again: the same bytes. The plan: bound by its digest. */
#include "tests/unit/fixture.h"
#include "core/model/accepted.h"
#include "core/model/import.h"
#include "core/model/outcome.h"
#include "core/model/verb.h"
#include "core/model/problem.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define COND "{'probe':'package','name':'x','op':'ge','value':'1'}"
#define HEALTH                                                                                                         \
    "{'installed':" COND ",'running':" COND ",'realtime':" COND ",'fresh':" COND ",'managed':" COND                    \
    ",'absent':{'managed':'w'},'within_s':60,'source':'s','confidence':'tested'}"
#define LEFT "{'id':'l','text':'t','cond':" COND ",'source':'s','confidence':'field'}"
#define ADVICE "'advice':[{'id':'a','text':'t','each':{'probe':'task','path':'/x'},'source':'s','confidence':'field'}]"
#define STEP_DEF                                                                                                       \
    "{'verb':'v','title':'t','args':{'a':[1,2.5,null,true]},'when':" COND ",'after':" COND                             \
    ",'timeout_s':5,'auxiliary':true,'repeat':true,'drops_network':true,'source':'s','confidence':'unverified'}"
#define SECTION "{'steps':[" STEP_DEF ",{'use':'source.remove'}],'expected_s':9,'source':'s','confidence':'documented'}"
#define PLAN_PRODUCT                                                                                                   \
    "{'product':'p','name':'P','version':'1','role':'agent','health':" HEALTH ",'gone':" COND                          \
    ",'eicar':{'expect':'blocked','dir':'/tmp','within_s':3,'source':'s'},'leftovers':[" LEFT                          \
    "],'reinstallers':[" LEFT "]}"
#define STEP(id)                                                                                                       \
    "{'id':'" id "','stage':'remove','verb':'v','title':'t','product':'p','args':{'x':'y'},'before':" COND             \
    ",'after':" COND ",'undo':'u','timeout_s':7,'auxiliary':true,'repeat':true,'drops_network':true,'no_return':true," \
    "'exit_codes':[{'code':-1,'outcome':'disk-full','text':'x'}]}"
#define PLAN                                                                                                           \
    "'id':'abc','made_at':'2026-03-01T12:00:00Z','tool':'1','catalog_digest':'" HASH                                   \
    "','catalog_commit':'c','catalog_overlay':['o'],'machine':{'id':'m','hostname':"                                                                                \
    "'h','boot_id':'b'},'strategy':'overlap','sources':[" PLAN_PRODUCT "],'target':" PLAN_PRODUCT ",'explain':['e'],"  \
    "'candidates':[{'product':'p','name':'P','fate':'eligible','points':{'preference':1,'fit':2,'evidence':" \
    "3,'cost':4,'total':5},'reasons':['r']}],'warnings':['w']," ADVICE ",'ladder':[{'rung':"                          \
    "'other-protection','allowed':true,'why':'w','cond':" COND "}],'assumptions':[{'text':'t','cond':" COND "}],"      \
    "'secrets':['s'],'secret_sources':{'s':'env:S'},'max_reboots':2,'no_reboot':true,'unprotected_limit_s':600,"       \
    "'expected_s':90,'eicar':true,'unverified':['u']"

/* Members in the order of their tables, none at its default: what is written must be what was read. */
static const struct row {
    const char *name;
    const struct schema *schema;
    const char *members;
} rows[] = {
    {"facts", &facts_schema,
     "'collected_at':'2026-03-01T12:00:00.500Z','tool':'1','machine':{'id':'m','hostname':'h','boot_id':'b'},'os':{'"
     "family':"
     "'linux','id':'debian','id_like':['x'],'version_id':'12','name':'D','kernel':'6','arch':'a','init':'sysv','type':'client','edition':'Core'},"
     "'memory_mib':1,'cpus':2,'disks':[{'path':'/"
     "','free_mib':1,'total_mib':2}],'packages':[{'manager':'rpm','name':'n',"
     "'version':'v','arch':'a','state':'triggers'}],'units':[{'name':'u','manager':'sysv','load':'l','active':'a',"
     "'enabled':'e','exe':'/x','delayed':true}],'processes':[{'pid':1,'ppid':2,'uid':3,'name':'n','exe':'/x'}],'files':[{'path':'/"
     "x','kind':'file',"
     "'size':9223372036854775807,'mtime':'2026-03-01T12:00:00Z'}],'users':['u'],'groups':['g'],'fanotify':[{'pid':1,"
     "'exe':'/x','name':'n','marks':2}],'firewall':[{'tool':'nft','text':'t','mark':1024}],'selinux_mode':'enforcing',"
     "'selinux_contexts':['a b'],'reboot_pending':true,'reboot_reasons':['r'],'package_lock':{'held':true,'pid':1,"
     "'holder':'h','path':'/"
     "p','interrupted':true,'ours':true},'answers':[{'argv':['a','b'],'exit':-1,'timed_out':true,'out':'o\\u0001\\\"'}]"
     ","
     "'folders':[{'name':'ProgramData','path':'C:/ProgramData'}],'uninstall':[{'hive':'HKLM','view':'32','key':'k',"
     "'name':'n','publisher':'p','version':'1','location':'C:/x','location_exists':true,'command':'c','quiet':'q',"
     "'command_missing':true,'code':'{0}'}],'msi':[{'code':'{0}','name':'n','publisher':'p','version':'1','context':'machine',"
     "'package':'C:/x','package_exists':true}],'drivers':[{'name':'n','path':'C:/x','start':'boot','state':'running'}],"
     "'registry':[{'key':'HKLM/x','view':'64','name':'','type':'expand','data':'%a%','expanded':'b'}],"
     "'certificates':[{'store':'machine/ROOT','subject':'CN=x','issuer':'CN=y','thumbprint':'00'}],"
     "'trust_files':[{'setting':'HKLM/x','file':'C:/x','subjects':['CN=x']}],"
     "'security_center':[{'kind':'antivirus','name':'n','state':266240,'exe':'C:/x'}],"
     "'tasks':[{'path':'/x','command':'c'}],'signatures':[{'path':'C:/x','status':'valid','subject':'s'}],"
     "'wmi':[{'space':'root','class':'c','row':1,'name':'n','value':'v'}],"
     "'gaps':[{'what':'w','why':'y'}]"},
    {"findings", &findings_schema,
     "'machine_id':'m','hostname':'h','os_name':'o','collected_at':'2026-03-01T12:00:00Z','catalog_overlay':['o'],'findings':[{'kind':'"
     "database',"
     "'product':'p','vendor':'v','name':'n','part':'x','role':'component','version':'1','certainty':'likely','must_go':"
     "true,"
     "'measure':'m','text':'t','evidence':['e'],'health':{'installed':'yes','running':'no','realtime':'unknown','fresh'"
     ":'no',"
     "'managed':'yes','evidence':['e']},'reports':[{'name':'n','value':'v'}]}],'gaps':[{'what':'w','why':'y'}]"},
    {"vendor", &vendor_schema,
     "'id':'v','name':'V','aliases':['a'],'entities':['e'],'listed':[{'entity':'e','list':'l','source':'s','confidence':'field'}],'signers':['s'],'team_ids':['t'],'country':'FR','inventory':{'words':['w'],'about':['*a*'],'tools':['t'],'common_packages':['c'],'kinds':["
     "{'class':'component','product':'p.x','names':['n*'],'packages':['q'],'codes':['{C}'],'source':'s','confidence':'field'}],"
     "'source':'s','confidence':'field'},'source':'s','confidence':'"
     "tested'"},
    {"product", &product_schema,
     "'id':'p.x-1_2','vendor':'v','name':'P','os':'linux','role':'protection','licence':'free','audience':['business'],"
     "'alternatives_of':['q'],'engine_suppliers':[{'vendor':'o','optional':true,'source':'s','confidence':'field'}],'moved_by_vendor':'"
     "o',"
     "'detect':{'installed':" COND ",'half_removed':" COND ",'version_from':['x'],'source':'s','confidence':'tested'},"
     "'leftovers':[" LEFT
     "],'reports':[{'name':'r','argv':['c'],'json':['a.b'],'key':['k'],'decode':'epoch-ms','source':"
     "'s','confidence':'field'},{'name':'r','registry':'HKLM/x/*','value':'v','source':'s','confidence':'field'}],'health':" HEALTH
     ",'capabilities':{'realtime':'no','passive':true,'awakes':true,'fanotify_exclusive':"
     "true,'server':true,'edr_only':true},'requires':[{'text':'t','cond':" COND ",'source':'s','confidence':'field'}],"
     "'vars':[{'name':'n','label':'l','def':'d','secret':true,'required':true,'file':true,'source':'s'}],'payload':[{'"
     "id':"
     "'i','kind':'repository','packages':['p'],'name':'n','url':'u','from':'f','sha256':'" HASH
     "','signer':'S','size_mib':3,'when':" COND ",'source':"
     "'s','confidence':'field'}],'install':" SECTION ",'activate':" SECTION ",'disarm':" SECTION ",'remove':" SECTION
     ",'manual_install':{'why':'w','steps':['s'],'source':'s','confidence':'field'},'manual_remove':{'why':'w','steps':['s'],"
     "'source':'s','confidence':'field'},'clean':" SECTION ",'guards':[{'text':'t','blocked':" COND
     ",'source':'s','confidence':'field'}],'reinstallers':[" LEFT
     "]," ADVICE ",'state_paths':['/x'],'packages':['x'],'exit_codes':[{'code':5,'outcome':'tamper-locked','text':'x'}],'eicar':"
     "{'expect':'quarantined','dir':'/tmp','within_s':3,'source':'s'},'notes':['n'],'import':{'from':'winget','id':'A.B','version':'1','fetched':"
     "'2026-01-01T00:00:00Z','candidate':true,'todo':['t']},'source':'s','confidence':'field'"},
    {"import", &import_result_schema,
     "'result':'candidate','id':'A.B','version':'1','reasons':['r'],'notes':['n'],'todo':['t'],'product':{'id':'p'}"},
    {"evidence", &evidence_schema,
     "'id':'e','lab':'l','series':'s','segment':'consumer','os':'linux','system':'y','period_from':'2026-01-01T00:00:00Z',"
     "'period_to':'2026-02-01T00:00:00Z','cases':3,'url':'u','published':'2026-02-03T00:00:00Z','retrieved':'2026-02-04T00:00:00Z',"
     "'note':'n','results':[{'product':'p','tested':'t','version':'1','award':'a','protection_percent':'99.5','protection_score':'6',"
     "'performance_score':'5.5','usability_score':'6','impact_score':'8.1','false_alarms':'2','note':'n'}]"},
    {"timeline", &timeline_schema,
     "'vendor':'v','personas':[{'id':'p','label':'l','tags':['t']}],'measures':[{'id':'m','jurisdiction':'US','applies_"
     "to':"
     "['t'],'what':'w','effective_text':'2024-09-29T00:00:00-04:00','precision':'minute','binding':'law','forbids':['"
     "use'],"
     "'cutoff':true,'white_label':'excluded','white_label_text':'x','consequence_after':'c','source':'s','confidence':'"
     "c',"
     "'note':'n'}]"},
    {"playbook", &playbook_schema,
     "'id':'p','title':'t','doc':'d','installs':true,'awakes':true,'passive':true,'rank':7,'stages':[{'stage':'commit','steps':"
     "[" STEP_DEF ",{'use':'x'}]},{'stage':'preflight','steps':[]}]"},
    {"policy", &policy_schema,
     "'jurisdictions':['DE'],'as':'msp','prefer':['a'],'weights':{'preference':1,'fit':2,'evidence':3,'cost':4},"
     "'allow':['b'],'forbid':['c'],'allow_countries':['FR'],'forbid_countries':['CN'],'licences':['free'],"
     "'require':['server'],'seats':[{'licence':'l','products':['p'],'seats':5,'cost':7}],'currency':'EUR','rank_cost':3,"
     "'extra_product_cost':9,'one_product_per_client':'require','extra_client_cost':11,"
     "'groups':[{'name':'g','hosts':['h*'],'tags':['t'],'client':'c','set':{'eicar':true}}],"
     "'strategy':'replace','restore':'never','reinstallers':'refuse','eicar':true,'no_reboot':true,'max_reboots':0,"
     "'unprotected_limit_s':1,'override_guards':true,'allow_unverified':true,'vars':{'a':'b'},'secrets':{'s':'file:/x'}"},
    {"plan", &plan_schema, PLAN ",'steps':[" STEP("s01") "],'digest':'" HASH "'"},
    {"outcome", &outcome_schema,
     "'plan':'p','machine_id':'m','hostname':'h','tool':'1','result':'other-protection','exit':6,'rung':'r','why':'w',"
     "'next':'n','started':'2026-03-01T12:00:00Z','ended':'2026-03-01T12:00:01Z','source_names':'s','target_name':'t',"
     "'strategy':'s','reboots':1,'unprotected_ms':5,'gaps':[{'from':'2026-03-01T12:00:00Z','to':'2026-03-01T12:00:01Z',"
     "'ms':"
     "1000}],'steps':[{'id':'s01','verb':'v','title':'t','stage':'clean','outcome':'timeout','undone':true,'ms':3,'"
     "text':"
     "'x'}],'checks':[{'what':'w','answer':'unknown','evidence':'e'}],'eicar':'e','notes':['n'],'journal_head':'" HASH
     "'"},
    {"problems", &problems_schema,
     "'files':1,'problems':[{'file':'f','line':3,'path':'a.b[1]','kind':'no-undo','text':'t','advice':'a'}]"},
    {"accepted catalogue", &accepted_schema,
     "'n':2,'commit':'" COMMIT "','tree':'" COMMIT "','digest':'" HASH "','files':3,'bytes':4,'signer':'a@b','key':"
     "'SHA256:x','committed_at':'2026-03-01T12:00:00Z','accepted_at':'2026-03-01T12:00:01Z','subject':'s','source':'u',"
     "'branch':'main','commits':5,'previous':'" COMMIT "','previous_record':'" HASH "','rewrite':true"},
    {"journal record", &event_schema,
     "'n':1,'at':'2026-03-01T12:00:00.001Z','boot':'b','up_ms':5,'kind':'undo-end','step':'s01','attempt':2,'outcome':"
     "'doubt','text':'t','plan':'" HASH
     "','pid':1,'answer':'no','by':['p'],'rung':'r','result':'x','exit':0,'data':{'a':[]},"
     "'prev':'" HASH "'"},
};

/* A row that leaves out a member that a document may have would test less than it says. */
static void expect_all_members(const struct schema *s, const json_t *j)
{
    for (const struct field *f = s->fields; f->name; f++) {
        const json_t *v = json_object_get(j, f->name);

        if (!v && strcmp(s->name, "condition") != 0 && strcmp(s->name, "step") != 0 && strcmp(s->name, "report") != 0)
            fail_msg("%s.%s is new: put it into this row", s->name, f->name);
        if (v && f->type == FIELD_OBJ)
            expect_all_members(f->sub, v);
        if (v && f->type == FIELD_OBJS && json_array_size(v))
            expect_all_members(f->sub, json_array_get(v, 0));
    }
}

static const json_t *parse(struct doc *d, const char *text)
{
    struct err e = ERR_INIT;
    const json_t *j = doc_parse(d, "test", text, strlen(text), &e);

    if (!j)
        fail_msg("%s: %s", e.text, text);
    return j;
}

static char *text_of(struct arena *a, const struct row *r)
{
    if (r->schema->format)
        return fixture_document(a, r->schema, r->members);
    return fixture_json(a, arena_printf(a, "{%s}", r->members));
}

static void test_round_trip(void **state)
{
    const struct row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    const json_t *j = parse(&d, text_of(&d.arena, r));
    struct place at = {NULL, NULL, 0, "test"};
    void *obj = arena_alloc(&d.arena, r->schema->size), *again = arena_alloc(&d.arena, r->schema->size);
    json_t *written;
    char *first, *second;

    expect_all_members(r->schema, j);
    if (!schema_read(r->schema, j, &d, &at, obj, &e))
        fail_msg("%s", e.text);
    written = schema_write(r->schema, obj);
    assert_non_null(written);
    first = fixture_text(&d.arena, r->schema, obj);
    if (!json_equal(written, j))
        fail_msg("written differs from read: %s", first);
    json_decref(written);
    assert_true(schema_read(r->schema, parse(&d, first), &d, &at, again, &e));
    second = fixture_text(&d.arena, r->schema, again);
    assert_string_equal(first, second);
    doc_free(&d);
}

/* Each allocation of a read fails once. */
static void test_memory(void **state)
{
    const struct row *r = *state;
    struct doc d = DOC_INIT;
    char *text = text_of(&d.arena, r);

    for (unsigned long n = 1, last = 0; !last; n++) {
        struct doc mine = DOC_INIT;
        struct err e = ERR_INIT;
        struct place at = {NULL, NULL, 0, "test"};
        unsigned long before = mem_failures();
        void *obj = malloc(r->schema->size);
        const json_t *j;

        assert_non_null(obj);
        mem_fail_at(n, false);
        j = doc_parse(&mine, "test", text, strlen(text), &e);
        if (j && schema_read(r->schema, j, &mine, &at, obj, &e))
            json_decref(schema_write(r->schema, obj));
        last = mem_failures() == before;
        mem_fail_at(0, false);
        if (e.code != ERR_NONE && e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", n, e.text);
        free(obj);
        doc_free(&mine);
    }
    doc_free(&d);
}

/* --- the plan ------------------------------------------------------------------------------------------------- */

static char *sealed(struct arena *a, const char *steps)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan p;
    char hex[65], *text;

    fixture_read(&d, &plan_schema, arena_printf(&d.arena, "%s,'steps':[%s]", PLAN, steps), &p);
    assert_true(plan_digest(&p, hex, &e));
    p.digest = hex;
    text = fixture_text(a, &plan_schema, &p);
    doc_free(&d);
    return text;
}

static void test_plan_read(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    char *text = sealed(&d.arena, STEP("s01") "," STEP("s02"));
    struct plan p;

    (void)state;
    if (!plan_read(&d, "plan.json", text, strlen(text), &p, &e))
        fail_msg("%s", e.text);
    assert_ptr_equal(plan_step(&p, "s02"), &p.steps.v[1]);
    assert_null(plan_step(&p, "s03"));
    assert_null(plan_step(&p, NULL));
    doc_free(&d);
}

/* Any change of any value is seen: every digit and letter of the text is flipped in turn. */
static void test_plan_tamper(void **state)
{
    struct doc d = DOC_INIT;
    char *text = sealed(&d.arena, STEP("s01"));
    size_t len = strlen(text), refused = 0;

    (void)state;
    for (size_t i = 0; i < len; i++) {
        struct doc mine = DOC_INIT;
        struct err e = ERR_INIT;
        struct plan p;
        char kept = text[i];

        if (!((kept >= '0' && kept <= '9') || (kept >= 'a' && kept <= 'z')))
            continue;
        text[i] = (char)(kept ^ 1);
        if (plan_read(&mine, "plan.json", text, len, &p, &e))
            fail_msg("a change at %zu went unseen: %.40s", i, text + (i > 20 ? i - 20 : 0));
        assert_true(e.code == ERR_TAMPERED || e.code == ERR_INPUT);
        refused += e.code == ERR_TAMPERED;
        text[i] = kept;
        doc_free(&mine);
    }
    assert_true(refused > 100);
    doc_free(&d);
}

static const struct tamper_row {
    const char *name, *find, *put;
    enum err_code code;
    const char *error;
} tamper_rows[] = {
    {"a step taken out", "\"steps\": [", "\"steps\": [], \"x\": [", ERR_INPUT, "unknown key 'x'"},
    {"an order of keys is no change", "\"id\": \"abc\",\n", "", ERR_INPUT, "a plan needs 'id' and 'digest'"},
    {"a secret source changed", "env:S", "env:T", ERR_TAMPERED, "changed after it was made"},
    {"an argument changed", "\"x\": \"y\"", "\"x\": \"z\"", ERR_TAMPERED, "its digest does not fit"},
    {"an argument added", "\"x\": \"y\"", "\"x\": \"y\", \"z\": 1", ERR_TAMPERED, "its digest does not fit"},
    {"the digest itself", "\"digest\": \"", "\"digest\": \"0", ERR_TAMPERED, "its digest does not fit"},
    {"no digest", "\"digest\": \"", "\"unverified\": [], \"dugest\": \"", ERR_INPUT, "plan.json:"},
    {"an unbounded timeout", "\"timeout_s\": 7", "\"timeout_s\": 99999999", ERR_INPUT, "outside 1 to 86400"},
};

static void test_plan_changed(void **state)
{
    const struct tamper_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan p;
    char *text = sealed(&d.arena, STEP("s01")), *at = strstr(text, r->find), *now;

    assert_non_null(at);
    now = arena_printf(&d.arena, "%.*s%s%s", (int)(at - text), text, r->put, at + strlen(r->find));
    assert_false(plan_read(&d, "plan.json", now, strlen(now), &p, &e));
    expect_err(&e, r->code, r->error);
    doc_free(&d);
}

/* The digest is of the values: spacing and the order of keys do not count. */
static void test_plan_layout(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    const json_t *j = parse(&d, sealed(&d.arena, STEP("s01"))), *v;
    json_t *turned = json_object(), *all = (json_t *)(uintptr_t)j;
    const char *key;
    struct plan p;
    struct buf b;

    (void)state;
    /* The first key becomes the last. */
    json_object_foreach(all, key, v)
    {
        if (strcmp(key, "schema") != 0)
            assert_int_equal(json_object_set(turned, key, (json_t *)(uintptr_t)v), 0);
    }
    assert_int_equal(json_object_set(turned, "schema", json_object_get(j, "schema")), 0);
    buf_init(&b, 100000);
    assert_true(json_text(turned, false, &b, &e));
    if (!plan_read(&d, "plan.json", buf_str(&b), b.len, &p, &e))
        fail_msg("%s", e.text);
    json_decref(turned);
    buf_free(&b);
    doc_free(&d);
}

/* A plan with a fitting digest, but steps that are not numbered in order. */
static void test_plan_numbers(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    char *text = sealed(&d.arena, STEP("s01") "," STEP("s03"));
    struct plan p;

    (void)state;
    assert_false(plan_read(&d, "plan.json", text, strlen(text), &p, &e));
    expect_err(&e, ERR_INPUT, "plan.json: steps[1]: its id is 's03', expected 's02'");
    doc_free(&d);
}

/* --- small rules ------------------------------------------------------------------------------------------------ */

static void test_must_go(void **state)
{
    static const bool decides[] = {true, true, false, true, false, false, false, false};

    (void)state;
    for (int kind = FINDING_PRODUCT; kind <= FINDING_ADVICE; kind++) {
        struct finding x = {.kind = kind, .must_go = true};
        struct findings f;

        schema_init(&findings_schema, &f);
        assert_false(findings_must_go(&f));
        f.findings.v = &x;
        f.findings.n = 1;
        assert_int_equal(findings_must_go(&f), decides[kind]);
        x.must_go = false;
        assert_false(findings_must_go(&f));
    }
}

static void test_good_outcomes(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_int_equal(outcome_is_good(i), i == OUTCOME_OK || i == OUTCOME_OK_REBOOT || i == OUTCOME_ALREADY_OK);
    assert_null(outcome_names[OUTCOME_COUNT]);
    assert_null(event_kind_names[EVENT_COUNT]);
}

static void test_lookups(void **state)
{
    struct doc d = DOC_INIT;
    struct facts f;

    (void)state;
    fixture_facts(&d,
                  "'packages':[{'manager':'dpkg','name':'abc','state':'installed'}],'units':[{'name':'a.service'}],"
                  "'gaps':[{'what':'units','why':'x'}]",
                  &f);
    assert_string_equal(facts_package(&f, "a*")->name, "abc");
    assert_null(facts_package(&f, "x"));
    assert_string_equal(facts_unit(&f, "a.service")->name, "a.service");
    assert_null(facts_unit(&f, "a*"));
    assert_true(facts_has_gap(&f, "units"));
    assert_false(facts_has_gap(&f, "files"));
    doc_free(&d);
}

/* Which part of a product is not verified, as something to remove and as a replacement. */
static void test_unverified(void **state)
{
    static struct step_def doubtful = {.confidence = CONFIDENCE_UNVERIFIED}, plain = {.confidence = CONFIDENCE_UNSET};
    struct section good = {.confidence = CONFIDENCE_TESTED}, bad = {.confidence = CONFIDENCE_UNVERIFIED},
                   unset = {.confidence = CONFIDENCE_UNSET}, inside = {.confidence = CONFIDENCE_FIELD},
                   fine = {.confidence = CONFIDENCE_FIELD};
    struct health healthy = {.confidence = CONFIDENCE_FIELD}, guessed = {.confidence = CONFIDENCE_UNVERIFIED};
    struct product p = {.id = "p"};

    (void)state;
    inside.steps.v = &doubtful;
    inside.steps.n = 1;
    fine.steps.v = &plain;
    fine.steps.n = 1;
    assert_null(product_unverified(&p, true));
    assert_null(product_unverified(&p, false));
    p.remove = &good;
    p.clean = &fine;
    p.install = &good;
    p.health = &healthy;
    assert_null(product_unverified(&p, true));
    assert_null(product_unverified(&p, false));
    p.clean = &inside;
    assert_string_equal(product_unverified(&p, true), "clean");
    p.remove = &unset;
    assert_string_equal(product_unverified(&p, true), "remove");
    p.health = &guessed;
    assert_string_equal(product_unverified(&p, false), "health");
    p.activate = &bad;
    assert_string_equal(product_unverified(&p, false), "activate");
    p.install = &bad;
    assert_string_equal(product_unverified(&p, false), "install");
}

static void test_verb_args(void **state)
{
    static const struct verb_def verb = {.name = "x.y", .args = &gap_schema};
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct place at = {NULL, NULL, 0, "f"};
    void *args;

    (void)state;
    assert_true(verb_args(&verb, parse(&d, "{\"what\":\"a\",\"why\":\"b\"}"), &d, &at, &args, &e));
    assert_string_equal(((struct gap *)args)->why, "b");
    assert_false(verb_args(&verb, NULL, &d, &at, &args, &e));
    expect_err(&e, ERR_INPUT, "f: the key 'what' is missing");
    assert_false(verb_args(&verb, parse(&d, "{\"what\":\"a\",\"wy\":\"b\"}"), &d, &at, &args, &e));
    doc_free(&d);
}

int main(void)
{
    ADD_ROWS(rows, test_round_trip);
    ADD_ROWS(rows, test_memory);
    ADD_ROWS(tamper_rows, test_plan_changed);
    ADD(test_plan_read);
    ADD(test_plan_tamper);
    ADD(test_plan_layout);
    ADD(test_plan_numbers);
    ADD(test_must_go);
    ADD(test_good_outcomes);
    ADD(test_lookups);
    ADD(test_unverified);
    ADD(test_verb_args);
    return fixture_run("model/documents");
}
