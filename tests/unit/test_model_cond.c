/* Conditions as they are written: what is refused, how they read, what they need to know. */
#include "tests/unit/fixture.h"

static const struct bad_row {
    const char *name, *cond, *error;
} bad_rows[] = {
    {"nothing", "{}", "exactly one of 'all', 'any', 'not' and 'probe'"},
    {"empty list", "{'all':[]}", "exactly one of"},
    {"two forms", "{'any':[{'probe':'user','name':'x'}],'probe':'user','name':'x'}", "exactly one of"},
    {"a list with members of a probe", "{'all':[{'probe':'user','name':'x'}],'name':'x'}", "only a probe has members"},
    {"not with an operator", "{'not':{'probe':'user','name':'x'},'op':'eq'}", "only a probe has members"},
    {"a bad one inside", "{'all':[{'probe':'user','name':'x'},{'not':{'probe':'usr','name':'x'}}]}",
     "file.json: all[1].not.probe: 'usr' is not one of the known values (did you mean 'user'?)"},
    {"member of another probe", "{'probe':'user','name':'x','path':'/x'}", "a user probe has no 'path'"},
    {"state of an account", "{'probe':'group','name':'x','state':'x'}", "a group probe has no 'state'"},
    {"decode of a package", "{'probe':'package','name':'x','decode':'date'}", "a package probe has no 'decode'"},
    {"timeout of a fact", "{'probe':'fact','name':'cpus','op':'eq','value':'1','timeout_s':5}", "has no 'timeout_s'"},
    {"age of a process", "{'probe':'process','name':'x','max_age_h':5}", "has no 'max_age_h'"},
    {"process without anything", "{'probe':'process'}", "a process probe needs 'name' or 'exe'"},
    {"fanotify without anything", "{'probe':'fanotify'}", "a fanotify probe needs 'name' or 'exe'"},
    {"file without a path", "{'probe':'file'}", "a file probe needs 'path' (absolute)"},
    {"file of a relative path", "{'probe':'file','path':'opt'}", "a file probe needs 'path' (absolute)"},
    {"firewall without a mark", "{'probe':'firewall'}", "a firewall probe needs 'mark' (a number)"},
    {"firewall mark no number", "{'probe':'firewall','mark':'big'}", "needs 'mark' (a number)"},
    {"command without argv", "{'probe':'command','op':'eq','value':'0'}", "a command probe needs 'argv'"},
    {"command without operator", "{'probe':'command','argv':['x']}", "a command probe needs 'op'"},
    {"fact without name", "{'probe':'fact','op':'eq','value':'0'}", "a fact probe needs 'name'"},
    {"fact without operator", "{'probe':'fact','name':'cpus'}", "a fact probe needs 'op'"},
    {"fact that does not exist", "{'probe':'fact','name':'os.versoin','op':'eq','value':'1'}",
     "there is no fact 'os.versoin' (did you mean 'os.version'?)"},
    {"fact from nowhere", "{'probe':'fact','name':'weather','op':'eq','value':'1'}", "there is no fact 'weather'"},
    {"package without name", "{'probe':'package'}", "a package probe needs 'name'"},
    {"operator without value", "{'probe':'fact','name':'cpus','op':'eq'}", "'op' needs 'value'"},
    {"list operator without values", "{'probe':'fact','name':'cpus','op':'in','value':'1'}", "'op' needs 'values'"},
    {"value without operator", "{'probe':'package','name':'x','value':'1'}", "'value' is of no use"},
    {"values without the list operator", "{'probe':'fact','name':'cpus','op':'eq','value':'1','values':['1']}",
     "is of no use"},
    {"value beside values", "{'probe':'fact','name':'cpus','op':'in','value':'1','values':['1']}",
     "'value' is of no use"},
    {"package in no state", "{'probe':'package','name':'x','state':'instaled'}",
     "a package has no state 'instaled' (did you mean 'installed'?)"},
    {"unit in no state", "{'probe':'unit','name':'x','state':'running'}", "a unit has no state 'running'"},
    {"file in no state", "{'probe':'file','path':'/x','state':'folder'}", "a file has no state 'folder'"},
    {"age out of range", "{'probe':'file','path':'/x','max_age_h':1000001}", "max_age_h: 1000001 is outside"},
    {"negative age", "{'probe':'file','path':'/x','max_age_h':-1}", "max_age_h: -1 is outside"},
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
    expect_err(&e, ERR_INPUT, "file.json: ");
    doc_free(&d);
}

static const struct text_row {
    const char *name, *cond; /* name: how it reads */
} text_rows[] = {
    {"package kesl is there", "{'probe':'package','name':'kesl'}"},
    {"package kesl is config-files", "{'probe':'package','name':'kesl','state':'config-files'}"},
    {"service a.service is there", "{'probe':'unit','name':'a.service'}"},
    {"service a.service is active", "{'probe':'unit','name':'a.service','state':'active'}"},
    {"klnagent runs", "{'probe':'process','name':'klnagent'}"},
    {"/opt/x/* runs", "{'probe':'process','exe':'/opt/x/*'}"},
    {"/opt/x exists", "{'probe':'file','path':'/opt/x'}"},
    {"/opt/x is not older than 24 h", "{'probe':'file','path':'/opt/x','max_age_h':24}"},
    {"user a exists", "{'probe':'user','name':'a'}"},
    {"group a exists", "{'probe':'group','name':'a'}"},
    {"/opt/x watches files (fanotify)", "{'probe':'fanotify','exe':'/opt/x'}"},
    {"kesl watches files (fanotify)", "{'probe':'fanotify','name':'kesl'}"},
    {"a firewall rule has mark 0x400", "{'probe':'firewall','mark':'0x400'}"},
    {"an SELinux file context kesl_t exists", "{'probe':'selinux','name':'kesl_t'}"},
    {"ctl exit status is 0", "{'probe':'command','argv':['ctl','x'],'op':'eq','value':'0'}"},
    {"ctl a.b is not on", "{'probe':'command','argv':['ctl'],'json':'a.b','op':'ne','value':'on'}"},
    {"ctl Mode is like o*", "{'probe':'command','argv':['ctl'],'key':'Mode','op':'glob','value':'o*'}"},
    {"ctl Date is not older in hours than 5",
     "{'probe':'command','argv':['ctl'],'key':'Date','op':'max-age-h','value':'5'}"},
    {"ctl exit status is one of 0 5", "{'probe':'command','argv':['ctl'],'op':'in','values':['0','5']}"},
    {"os.id is one of debian ubuntu", "{'probe':'fact','name':'os.id','op':'in','values':['debian','ubuntu']}"},
    {"cpus is below 2", "{'probe':'fact','name':'cpus','op':'lt','value':'2'}"},
    {"cpus is at most 2", "{'probe':'fact','name':'cpus','op':'le','value':'2'}"},
    {"cpus is above 2", "{'probe':'fact','name':'cpus','op':'gt','value':'2'}"},
    {"cpus is at least 2", "{'probe':'fact','name':'cpus','op':'ge','value':'2'}"},
    {"not (user a exists)", "{'not':{'probe':'user','name':'a'}}"},
    {"user a exists and group b exists", "{'all':[{'probe':'user','name':'a'},{'probe':'group','name':'b'}]}"},
    {"user a exists or group b exists", "{'any':[{'probe':'user','name':'a'},{'probe':'group','name':'b'}]}"},
};

static void test_text(void **state)
{
    const struct text_row *r = *state;
    struct doc d = DOC_INIT;
    struct cond *c = fixture_cond(&d, r->cond);

    assert_string_equal(cond_text(c, &d.arena), r->name);
    /* Out of memory there is no text rather than half of one. */
    for (unsigned long n = 1, last = 0; !last; n++) {
        struct arena a = ARENA_INIT;
        unsigned long before = mem_failures();
        const char *s;

        mem_fail_at(n, true);
        s = cond_text(c, &a);
        mem_fail_at(0, false);
        last = mem_failures() == before;
        if (s)
            assert_string_equal(s, r->name);
        arena_free(&a);
    }
    doc_free(&d);
}

static void test_nothing_asked(void **state)
{
    struct arena a = ARENA_INIT;
    struct cond c;

    (void)state;
    schema_init(&cond_schema, &c);
    assert_string_equal(cond_text(&c, &a), "anything");
    arena_free(&a);
}

static const struct parts_row {
    const char *name, *cond;
    unsigned parts;
} parts_rows[] = {
    {"needs packages", "{'probe':'package','name':'x'}", FACTS_PACKAGES},
    {"needs units", "{'probe':'unit','name':'x'}", FACTS_UNITS},
    {"needs processes", "{'probe':'process','name':'x'}", FACTS_PROCESSES},
    {"needs accounts for a user", "{'probe':'user','name':'x'}", FACTS_ACCOUNTS},
    {"needs accounts for a group", "{'probe':'group','name':'x'}", FACTS_ACCOUNTS},
    {"needs fanotify", "{'probe':'fanotify','name':'x'}", FACTS_FANOTIFY},
    {"needs firewall", "{'probe':'firewall','mark':'1'}", FACTS_FIREWALL},
    {"needs selinux", "{'probe':'selinux','name':'x'}", FACTS_SELINUX},
    {"needs several", "{'all':[{'probe':'user','name':'x'},{'any':[{'not':{'probe':'unit','name':'x'}}]}]}",
     FACTS_ACCOUNTS | FACTS_UNITS},
};

static void test_parts(void **state)
{
    const struct parts_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct questions q;
    unsigned parts = 0;

    memset(&q, 0, sizeof q);
    assert_true(cond_questions(fixture_cond(&d, r->cond), &d.arena, &parts, &q, &e));
    assert_int_equal(parts, r->parts);
    assert_int_equal(q.paths.n + q.commands.n, 0);
    doc_free(&d);
}

/* What a fact needs is looked at, whichever fact it is: judging it on what was collected never finds a hole. */
static void test_fact_parts(void **state)
{
    static const struct {
        const char *fact;
        unsigned part;
    } needed[] = {
        {"os.id", FACTS_OS},
        {"memory_mib", FACTS_OS},
        {"disk_free_mib:/var", FACTS_OS},
        {"reboot_pending", FACTS_REBOOT},
        {"package_lock", FACTS_LOCK},
        {"fanotify_holders", FACTS_FANOTIFY},
        {"packages.manager", FACTS_PACKAGES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        struct cond c = {.probe = PROBE_FACT, .name = needed[i].fact, .op = OP_EQ, .value = "x"};
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct questions q;
        unsigned parts = 0;

        memset(&q, 0, sizeof q);
        assert_true(cond_questions(&c, &a, &parts, &q, &e));
        assert_true(parts & needed[i].part);
        arena_free(&a);
    }
}

/* Files and commands are asked once each; the longest limit counts. */
static void test_questions(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct questions q;
    unsigned parts = 0;
    char path[32];
    struct strs other;
    const char *argv[] = {"ctl", "b"};

    (void)state;
    memset(&q, 0, sizeof q);
    assert_true(cond_questions(NULL, &d.arena, &parts, &q, &e));
    assert_int_equal(parts, 0);
    assert_true(cond_questions(
        fixture_cond(&d, "{'all':[{'probe':'file','path':'/a'},{'not':{'probe':'file','path':'/a'}},"
                         "{'probe':'file','path':'/b','max_age_h':1},"
                         "{'probe':'command','argv':['ctl','a'],'op':'eq','value':'0'},"
                         "{'probe':'command','argv':['ctl','a'],'key':'x','op':'eq','value':'0','timeout_s':60},"
                         "{'probe':'command','argv':['ctl','a'],'key':'y','op':'eq','value':'0','timeout_s':30},"
                         "{'probe':'command','argv':['ctl'],'op':'eq','value':'0'}]}"),
        &d.arena, &parts, &q, &e));
    assert_int_equal(parts, FACTS_FILES | FACTS_COMMANDS);
    assert_int_equal(q.paths.n, 2);
    assert_string_equal(q.paths.v[1], "/b");
    assert_int_equal(q.commands.n, 2);
    assert_int_equal(q.commands.v[0].timeout_s, 60);
    assert_int_equal(q.commands.v[1].timeout_s, 20);
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "/many/%d", i);
        assert_true(questions_add_path(&q, &d.arena, arena_strdup(&d.arena, path), &e));
    }
    assert_int_equal(q.paths.n, 102);
    assert_string_equal(q.paths.v[101], "/many/99");
    assert_string_equal(q.paths.v[0], "/a");
    other = (struct strs){argv, 2};
    assert_true(questions_add_command(&q, &d.arena, &other, 5, &e));
    assert_int_equal(q.commands.n, 3);
    doc_free(&d);
}

static void test_questions_memory(void **state)
{
    struct doc d = DOC_INIT;
    struct cond *c = fixture_cond(
        &d, "{'any':[{'probe':'file','path':'/a'},{'probe':'command','argv':['c'],'op':'eq','value':'0'}]}");

    (void)state;
    for (unsigned long n = 1; n < 3; n++) {
        struct arena a = {NULL, 0, n == 1 ? 1 : 64}; /* room for the paths only */
        struct err e = ERR_INIT;
        struct questions q;
        unsigned parts = 0;

        memset(&q, 0, sizeof q);
        assert_false(cond_questions(c, &a, &parts, &q, &e));
        assert_int_equal(e.code, ERR_NOMEM);
        arena_free(&a);
    }
    doc_free(&d);
}

int main(void)
{
    ADD_ROWS(bad_rows, test_bad);
    ADD_ROWS(text_rows, test_text);
    ADD_ROWS(parts_rows, test_parts);
    ADD(test_nothing_asked);
    ADD(test_fact_parts);
    ADD(test_questions);
    ADD(test_questions_memory);
    return fixture_run("model/cond");
}
