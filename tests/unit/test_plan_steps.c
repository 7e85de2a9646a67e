/* From playbook and manifests to concrete steps; variables and secrets; same input, same bytes. */
#include "tests/unit/fixture_plan.h"
#include "core/base/limits.h"

static void made(struct planned *p, const struct situation *s)
{
    planned_make(p, s);
    if (!p->ok)
        fail_msg("%s", p->err.text);
}

static void test_unverified_allowed(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV,
                                 .policy = "'allow_unverified':true",
                                 .edits =
                                     EDITS({"vendors/old/av.json", "'auxiliary': true", "'confidence':'unverified'"})});
    assert_true(planned_says(&p.plan.unverified, "old.av: clean"));
    planned_free(&p);
}

/* Facts without a machine or a system make no plan. */
static void test_no_machine(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct facts f;
    struct findings none;
    struct policy y;
    struct catalog c;
    struct plan plan;

    (void)state;
    schema_init(&facts_schema, &f);
    schema_init(&findings_schema, &none);
    schema_init(&policy_schema, &y);
    fixture_catalog(&d.arena, NULL, &c);
    struct plan_request r = {.facts = &f, .findings = &none, .catalog = &c, .policy = &y, .tool = "t"};
    assert_false(plan_make(&r, &d, &plan, &e));
    expect_err(&e, ERR_INPUT, "the facts do not tell which machine and system this is");
    catalog_free(&c);
    doc_free(&d);
}

/* A product with the old engine inside is never removed by itself; a person is told. */
static void test_white_label(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = "'packages':[{'manager':'dpkg','name':'oldav','state':'installed'},"
                                          "{'manager':'dpkg','name':'whiteav','state':'installed'}],"
                                          "'files':[{'path':'/opt/old/av/engine','kind':'file'}]"});
    assert_int_equal(p.plan.sources.n, 1);
    assert_true(
        planned_says(&p.plan.warnings, "White Guard contains an engine that has to go; it is reported, never removed"));
    for (size_t i = 0; i < p.plan.steps.n; i++)
        assert_false(text_eq(p.plan.steps.v[i].product, "white.av"));
    planned_free(&p);
}

/* --- the steps of a whole plan ----------------------------------------------------------------------------------- */

static void test_overlap(void **state)
{
    struct planned p;
    const struct step *s;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV});
    assert_string_equal(planned_verbs(&p, STAGE_PREFLIGHT), "check.that check.that");
    assert_string_equal(planned_verbs(&p, STAGE_PREPARE), "package.fetch package.rebuild state.save");
    assert_string_equal(planned_verbs(&p, STAGE_INSTALL), "package.install");
    assert_string_equal(planned_verbs(&p, STAGE_REMOVE), "service.stop package.remove");
    assert_string_equal(planned_verbs(&p, STAGE_ACTIVATE), "service.start");
    assert_string_equal(planned_verbs(&p, STAGE_CLEAN), "file.remove");
    assert_string_equal(planned_verbs(&p, STAGE_VERIFY), "health.wait verify.gone reboot.if_needed");
    for (size_t i = 0; i < p.plan.steps.n; i++) {
        char id[32];

        s = &p.plan.steps.v[i];
        snprintf(id, sizeof id, "s%02zu", i + 1);
        assert_string_equal(s->id, id);
        assert_true((s->undo != NULL) != (s->no_undo != NULL));
        assert_true(s->timeout_s > 0);
    }
    /* Only what is installed is rebuilt: oldav-data is not here. */
    s = planned_step(&p, "package.rebuild", "old.av");
    assert_int_equal(json_array_size(json_object_get(s->args, "names")), 1);
    assert_string_equal(json_string_value(json_object_get(s->args, "to")), "${backup}");
    s = planned_step(&p, "state.save", "old.av");
    assert_string_equal(json_string_value(json_object_get(s->args, "to")), "${backup}/state-old.av");
    s = planned_step(&p, "package.fetch", "alpha.av");
    assert_string_equal(json_string_value(json_object_get(s->args, "dir")), "${payload}");
    assert_string_equal(s->title, "Fetch the packages of Alpha Antivirus");
    /* The guard is asked the other way round, and its reason is what people read. */
    s = planned_step(&p, "check.that", "old.av");
    assert_string_equal(json_string_value(json_object_get(s->args, "refuse")), "its policy forbids the removal");
    assert_non_null(json_object_get(json_object_get(s->args, "cond"), "not"));
    /* Expected states, limits, exit codes. */
    s = planned_step(&p, "package.remove", "old.av");
    assert_non_null(s->after);
    assert_ptr_equal(s->before->not, s->after);
    assert_int_equal(s->exit_codes.v[0].code, 5);
    assert_true(planned_step(&p, "file.remove", "old.av")->auxiliary);
    assert_int_equal(planned_step(&p, "service.start", "alpha.av")->timeout_s, 90);
    s = planned_step(&p, "reboot.if_needed", NULL);
    assert_string_equal(json_string_value(json_array_get(json_object_get(s->args, "packages"), 0)), "oldav");
    /* What the worker must know. */
    assert_string_equal(p.plan.sources.v[0].version, "1.5");
    assert_int_equal(p.plan.sources.v[0].gone->all.n, 2);
    assert_int_equal(p.plan.sources.v[0].leftovers.n, 2);
    assert_int_equal(p.plan.sources.v[0].reinstallers.n, 1);
    assert_string_equal(p.plan.target->eicar->dir, "/var/tmp");
    assert_int_equal(p.plan.assumptions.n, 4);
    assert_string_equal(p.plan.assumptions.v[0].text, "still installed: Old Antivirus");
    assert_string_equal(p.plan.assumptions.v[1].text, "the version is still the one found: Old Antivirus 1.5");
    assert_string_equal(p.plan.assumptions.v[2].text, "the new product still has at least 1 GiB of memory");
    assert_string_equal(p.plan.catalog_digest, p.catalog.digest);
    assert_int_equal(p.plan.expected_s, 20);
    planned_free(&p);
}

/* Components first, protection next, agents last and disarmed before anything goes. */
static void test_order(void **state)
{
    struct planned p;
    size_t disarm = 0, gui = 0, av = 0, agent = 0;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_ALL});
    assert_int_equal(p.plan.sources.n, 3);
    assert_string_equal(p.plan.sources.v[0].product, "old.gui");
    assert_string_equal(p.plan.sources.v[1].product, "old.av");
    assert_string_equal(p.plan.sources.v[2].product, "old.agent");
    for (size_t i = 0; i < p.plan.steps.n; i++) {
        const struct step *s = &p.plan.steps.v[i];
        bool removes = strcmp(s->verb, "package.remove") == 0;

        if (text_eq(s->product, "old.agent") && strcmp(s->verb, "service.stop") == 0)
            disarm = i;
        if (removes && text_eq(s->product, "old.gui"))
            gui = i;
        if (removes && text_eq(s->product, "old.av"))
            av = i;
        if (removes && text_eq(s->product, "old.agent"))
            agent = i;
    }
    assert_true(disarm && disarm < gui && gui < av && av < agent);
    assert_int_equal(p.plan.steps.v[agent].stage, STAGE_CLEAN);
    assert_true(planned_says(&p.plan.warnings, "Old Antivirus: a job that installs it again. It is disarmed first"));
    /* An agent whose version comes from one of two packages is not pinned to it. */
    for (size_t i = 0; i < p.plan.assumptions.n; i++)
        expect_lacks(p.plan.assumptions.v[i].text, "Old Agent 2");
    planned_free(&p);
}

/* Steps whose `when` does not hold, or is not known, are left out. */
static void test_when(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = "'packages':[{'manager':'dpkg','name':'oldav','state':'installed'},"
                                          "{'manager':'dpkg','name':'oldagent','state':'installed'}],"
                                          "'files':[{'path':'/opt/old/av/engine','kind':'file'}]"});
    assert_null(planned_step(&p, "service.stop", "old.agent"));
    assert_null(planned_step(&p, "file.remove", "old.av"));
    planned_free(&p);
    made(&p, &(struct situation){.facts = "'packages':[{'manager':'dpkg','name':'oldav','state':'installed'}],"
                                          "'files':[{'path':'/opt/old/av/engine','kind':'file'}],"
                                          "'gaps':[{'what':'files','why':'denied'}]"});
    assert_null(planned_step(&p, "file.remove", "old.av"));
    planned_free(&p);
}

/* What is only half there, or left of it: no backup of what is not whole, no promise about its version. */
static void test_half_removed(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){
                 .facts = "'packages':[{'manager':'dpkg','name':'oldav','version':'1','state':'half-installed'}]"});
    assert_null(planned_step(&p, "package.rebuild", NULL));
    assert_non_null(planned_step(&p, "package.remove", "old.av"));
    assert_true(planned_says(&p.plan.explain, "Old Antivirus (what is left of it) goes"));
    assert_null(p.plan.sources.v[0].version);
    assert_int_equal(p.plan.assumptions.n, 2);
    planned_free(&p);
}

static void test_cleanup(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = "'files':[{'path':'/var/opt/old/av','kind':'dir'}],"
                                          "'packages':[{'manager':'dpkg','name':'alphaav','state':'installed'}],"
                                          "'fanotify':[{'pid':6,'exe':'/usr/sbin/alphad','name':'a','marks':1}]"});
    assert_null(p.plan.target);
    assert_int_equal(p.plan.candidates.n, 0);
    assert_false(p.plan.ladder.v[RUNG_NEW_HEALTHY].allowed);
    assert_true(p.plan.ladder.v[RUNG_OTHER_PROTECTION].allowed);
    assert_non_null(planned_step(&p, "file.remove", "old.av"));
    planned_free(&p);
}

static void test_guards_overridden(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV, .policy = "'override_guards':true"});
    assert_null(planned_step(&p, "check.that", "old.av"));
    planned_free(&p);
}

static void test_policy_into_plan(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV,
                                 .policy = "'max_reboots':5,'no_reboot':true,'unprotected_limit_s':77,'eicar':true"});
    assert_int_equal(p.plan.max_reboots, 5);
    assert_true(p.plan.no_reboot && p.plan.eicar);
    assert_int_equal(p.plan.unprotected_limit_s, 77);
    planned_free(&p);
}

/* --- variables and secrets --------------------------------------------------------------------------------------- */

static const char *line_of(const struct planned *p, const char *path, size_t i)
{
    for (size_t k = 0; k < p->plan.steps.n; k++) {
        const json_t *args = p->plan.steps.v[k].args;

        if (text_eq(json_string_value(json_object_get(args, "path")), path))
            return json_string_value(json_array_get(json_object_get(args, "lines"), i));
    }
    return NULL;
}

static void test_variables(void **state)
{
    struct planned p;
    const struct step *s;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV, .policy = BETA_POLICY});
    assert_string_equal(line_of(&p, "/etc/beta/conf", 0), "group=servers run=${run}");
    assert_string_equal(line_of(&p, "/etc/beta/conf", 1), "$ {} $x ${payload}");
    assert_null(line_of(&p, "/etc/beta/proxy", 0)); /* an optional one that nobody gave */
    s = planned_step(&p, "payload.get", "beta.av");
    assert_string_equal(json_string_value(json_object_get(s->args, "from")), "/srv/beta.deb");
    assert_string_equal(json_string_value(json_object_get(s->args, "file")), "${payload}/beta.deb");
    assert_string_equal(json_string_value(json_object_get(s->args, "sha256")),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_null(json_object_get(s->args, "url"));
    assert_true(planned_step(&p, "package.install_file", "beta.av")->drops_network);
    s = planned_step(&p, "command.run", "beta.av");
    assert_int_equal(s->after->probe, PROBE_FILE);
    assert_true(s->repeat);
    assert_false(planned_step(&p, "file.secret", "beta.av")->repeat);
    planned_free(&p);
    made(&p,
         &(struct situation){.facts = OLD_AV,
                             .policy = "'vars':{'beta_installer':'/x $y','beta_group':'a\\\"b${run','beta_proxy':'p'},"
                                       "'secrets':{'beta_token':'env:T'},'prefer':['beta']"});
    assert_string_equal(line_of(&p, "/etc/beta/conf", 0), "group=a\"b$${run run=${run}");
    assert_string_equal(line_of(&p, "/etc/beta/proxy", 0), "p");
    assert_string_equal(json_string_value(json_object_get(planned_step(&p, "payload.get", NULL)->args, "from")),
                        "/x $y");
    planned_free(&p);
}

/* What a variable holds is not looked at again: neither by the planner, whose own steps are expanded as those of a manifest are,
 * nor by the run, which puts its folders in. */
static void test_values_stay(void **state)
{
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV,
                                 .policy = "'vars':{'beta_installer':'/x ${beta_group} $${y}','beta_group':'{run}'},"
                                           "'secrets':{'beta_token':'env:T'},'prefer':['beta']"});
    assert_string_equal(json_string_value(json_object_get(planned_step(&p, "payload.get", NULL)->args, "from")),
                        "/x $${beta_group} $$${y}");
    assert_string_equal(line_of(&p, "/etc/beta/conf", 0), "group={run} run=${run}");
    planned_free(&p);
}

/* An installer for another kind of processor is not got; what nobody knows counts as no. */
static void test_installer_when(void **state)
{
    static const struct {
        const char *cond;
        bool wanted;
    } rows[] = {{"{'probe':'fact','name':'os.family','op':'eq','value':'linux'}", true},
                {"{'probe':'fact','name':'os.family','op':'eq','value':'windows'}", false},
                {"{'probe':'fact','name':'os.edition','op':'eq','value':'Core'}", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char put[200];
        const struct edit edits[] = {{"vendors/beta/av.json", "'sha256':", put}, {NULL, NULL, NULL}};
        struct planned p;

        snprintf(put, sizeof put, "'when':%s,'sha256':", rows[i].cond);
        made(&p, &(struct situation){.facts = OLD_AV, .policy = BETA_POLICY, .edits = edits});
        assert_int_equal(planned_step(&p, "payload.get", "beta.av") != NULL, rows[i].wanted);
        planned_free(&p);
    }
}

/* The ceiling of the gap, where the policy says nothing: never less than ten minutes, nor than such a change takes. */
static void test_limit_of_the_gap(void **state)
{
    static const struct edit slow[] = {{"vendors/old/av.json", "'expected_s': 20,", "'expected_s': 1790,"}, {NULL, NULL, NULL}};
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV});
    assert_int_equal(p.plan.unprotected_limit_s, 600);
    assert_false(planned_says(&p.plan.explain, "without protection for at most"));
    planned_free(&p);
    made(&p, &(struct situation){.facts = OLD_AV, .edits = slow});
    assert_true(p.plan.unprotected_limit_s >= p.plan.expected_s && p.plan.unprotected_limit_s >= 1800);
    assert_int_equal(p.plan.unprotected_limit_s % 60, 0);
    assert_true(planned_says(&p.plan.explain, "without protection for at most"));
    planned_free(&p);
    made(&p, &(struct situation){.facts = OLD_AV, .edits = slow, .policy = "'unprotected_limit_s':77"});
    assert_int_equal(p.plan.unprotected_limit_s, 77);
    assert_false(planned_says(&p.plan.explain, "without protection for at most"));
    planned_free(&p);
}

/* An installer of the administrator's: checked against the policy's digest, or said not to be. */
static void test_installer_digest(void **state)
{
    static const struct edit no_digest[] = {
        {"vendors/beta/av.json", "'sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',", ""},
        {NULL, NULL, NULL}};
    struct planned p;

    (void)state;
    made(&p, &(struct situation){.facts = OLD_AV, .policy = BETA_POLICY, .edits = no_digest});
    assert_null(json_object_get(planned_step(&p, "payload.get", NULL)->args, "sha256"));
    assert_true(planned_says(&p.plan.warnings, "Nothing says what digest the installer 'beta_installer' must have"));
    planned_free(&p);
    made(&p, &(struct situation){.facts = OLD_AV,
                                 .policy = "'vars':{'beta_installer':'/x','beta_installer_sha256':"
                                           "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'},"
                                           "'secrets':{'beta_token':'env:T'},'prefer':['beta']",
                                 .edits = no_digest});
    expect_contains(json_string_value(json_object_get(planned_step(&p, "payload.get", NULL)->args, "sha256")),
                    "ba7816bf");
    assert_false(planned_says(&p.plan.warnings, "Nothing says what digest"));
    planned_free(&p);
}

/* A secret is named and its source is told; its value is nowhere, as the planner never has it. */
static void test_secrets(void **state)
{
    static char token[] = "BETA_TOKEN_FOR_THE_TEST=hunter2-very-secret";
    struct planned p;

    (void)state;
    assert_int_equal(putenv(token), 0);
    made(&p, &(struct situation){
                 .facts = OLD_AV,
                 .policy = "'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:BETA_TOKEN_FOR_THE_TEST',"
                           "'other':'file:/x'},'prefer':['beta']"});
    assert_int_equal(p.plan.secrets.n, 1);
    assert_string_equal(p.plan.secrets.v[0], "beta_token");
    expect_contains(p.text, "env:BETA_TOKEN_FOR_THE_TEST");
    expect_lacks(p.text, "hunter2-very-secret");
    planned_free(&p);
}

/* --- same input, same bytes ----------------------------------------------------------------------------------------
 */

static void test_same_bytes(void **state)
{
    static const struct situation all[] = {
        {.facts = OLD_AV}, {.facts = OLD_ALL}, {.facts = OLD_AV, .policy = BETA_POLICY}, {.facts = ALPHA_PROTECTS}};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct planned first, second;
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct plan back;

        made(&first, &all[i]);
        made(&second, &all[i]);
        assert_string_equal(first.text, second.text);
        /* What was written is what a run accepts, and writes again as it was. */
        if (!plan_read(&d, "plan.json", first.text, strlen(first.text), &back, &e))
            fail_msg("%s", e.text);
        assert_string_equal(fixture_text(&d.arena, &plan_schema, &back), first.text);
        assert_int_equal(strlen(back.id), 12);
        doc_free(&d);
        planned_free(&first);
        planned_free(&second);
    }
}

/* Nor does the order matter in which files, packages or processes were listed. */
static void test_order_of_facts(void **state)
{
    struct planned a, b;

    (void)state;
    made(&a, &(struct situation){.facts = OLD_ALL});
    made(&b, &(struct situation){
                 .facts =
                     "'files':[{'path':'/etc/cron.d/oldav','kind':'file'},{'path':'/etc/old/agent.conf','kind':'file'},"
                     "{'path':'/opt/old/av/engine','kind':'file'}],"
                     "'packages':[{'manager':'dpkg','name':'oldgui','version':'3','state':'installed'},"
                     "{'manager':'dpkg','name':'oldagent','version':'2','state':'installed'},"
                     "{'manager':'dpkg','name':'oldav','version':'1.5','state':'installed'}]"});
    assert_string_equal(a.text, b.text);
    planned_free(&a);
    planned_free(&b);
}

/* --- memory ---------------------------------------------------------------------------------------------------------
 */

/* Allocations of the planner fail in turn, the first 400 and every seventh after them: out of memory, or the same plan
 * as ever; nothing lost, nothing half. */
static void test_memory(void **state)
{
    static const struct situation all[] = {{.facts = OLD_ALL}, {.facts = OLD_AV, .policy = BETA_POLICY}};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct planned p;

        made(&p, &all[i]);
        for (unsigned long n = 1, last = 0; !last; n += n < 400 ? 1 : 7) {
            struct doc d = DOC_INIT;
            struct err e = ERR_INIT;
            struct plan plan;
            unsigned long before = mem_failures();
            struct plan_request r = p.request;
            bool ok;

            mem_fail_at(n, false);
            ok = plan_make(&r, &d, &plan, &e);
            last = mem_failures() == before;
            mem_fail_at(0, false);
            if (ok ? strcmp(fixture_text(&d.arena, &plan_schema, &plan), p.text) != 0 : e.code != ERR_NOMEM)
                fail_msg("allocation %lu: %s", n, ok ? "another plan" : e.text);
            doc_free(&d);
        }
        planned_free(&p);
    }
}

int main(void)
{
    ADD(test_unverified_allowed);
    ADD(test_no_machine);
    ADD(test_white_label);
    ADD(test_overlap);
    ADD(test_order);
    ADD(test_when);
    ADD(test_half_removed);
    ADD(test_cleanup);
    ADD(test_guards_overridden);
    ADD(test_policy_into_plan);
    ADD(test_variables);
    ADD(test_values_stay);
    ADD(test_installer_when);
    ADD(test_limit_of_the_gap);
    ADD(test_installer_digest);
    ADD(test_secrets);
    ADD(test_same_bytes);
    ADD(test_order_of_facts);
    ADD(test_memory);
    return fixture_run("plan/steps");
}
