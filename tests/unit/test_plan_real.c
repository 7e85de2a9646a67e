/* The catalogue that is shipped: the plans that people will get most. */
#include "tests/unit/fixture_plan.h"

#define KESL "{'manager':'dpkg','name':'kesl','version':'12.1.0-1543','arch':'amd64','state':'installed'}"
#define AGENT "{'manager':'dpkg','name':'klnagent64','version':'15.0.0-12912','arch':'amd64','state':'installed'}"
#define GUI "{'manager':'dpkg','name':'kesl-gui','version':'12.1.0-1543','arch':'amd64','state':'installed'}"
#define CLAMAV                                                                                                         \
    "{'manager':'dpkg','name':'clamav-daemon','version':'1.0.7','state':'installed'},"                                 \
    "{'manager':'dpkg','name':'clamav','version':'1.0.7','state':'installed'},"                                        \
    "{'manager':'dpkg','name':'clamav-freshclam','version':'1.0.7','state':'installed'}"
#define PROCESSES                                                                                                      \
    "'processes':[{'pid':500,'ppid':1,'uid':0,'name':'kesl','exe':'/opt/kaspersky/kesl/libexec/kesl'}],"               \
    "'fanotify':[{'pid':500,'exe':'/opt/kaspersky/kesl/libexec/kesl','name':'kesl','marks':4}]"
#define FILES                                                                                                          \
    "'files':[{'path':'/opt/kaspersky/kesl/libexec/kesl','kind':'file'},{'path':'/opt/kaspersky/kesl','kind':'dir'},"  \
    "{'path':'/opt/kaspersky/klnagent64/sbin/klnagent','kind':'file'},{'path':'/opt/kaspersky/"                        \
    "klnagent64','kind':'dir'}]"
#define EVERYTHING "'packages':[" KESL "," AGENT "," GUI "]," PROCESSES "," FILES

static void made(struct planned *p, const char *facts, const char *policy)
{
    struct situation s = {.facts = facts, .policy = policy, .catalog = "."};

    planned_make(p, &s);
    if (!p->ok)
        fail_msg("%s", p->err.text);
}

static size_t step_index(const struct planned *p, const char *verb, const char *product, const char *package)
{
    for (size_t i = 0; i < p->plan.steps.n; i++) {
        const struct step *s = &p->plan.steps.v[i];

        if (strcmp(s->verb, verb) == 0 && (!product || text_eq(s->product, product)) &&
            (!package || text_eq(json_string_value(json_array_get(json_object_get(s->args, "names"), 0)), package)))
            return i;
    }
    fail_msg("the plan has no step %s of %s", verb, product ? product : "any product");
    return 0;
}

static void test_kesl_to_clamav(void **state)
{
    struct planned p;
    size_t fetch, rebuild, install, stop, remove, activate, agent;

    (void)state;
    made(&p, EVERYTHING, "");
    assert_string_equal(p.plan.target->product, "clamav.clamav.linux");
    assert_string_equal(p.plan.strategy, "overlap");
    assert_int_equal(p.plan.sources.n, 3);
    assert_string_equal(p.plan.sources.v[0].product, "kaspersky.kesl-gui.linux");
    assert_string_equal(p.plan.sources.v[1].product, "kaspersky.kesl.linux");
    assert_string_equal(p.plan.sources.v[2].product, "kaspersky.klnagent64.linux");
    /* All that can fail comes first; the agent is disarmed before, and removed after everything else. */
    fetch = step_index(&p, "package.fetch", "clamav.clamav.linux", NULL);
    rebuild = step_index(&p, "package.rebuild", "kaspersky.kesl.linux", "kesl");
    install = step_index(&p, "package.install", "clamav.clamav.linux", NULL);
    remove = step_index(&p, "package.remove", "kaspersky.kesl.linux", "kesl");
    activate = step_index(&p, "service.start", "clamav.clamav.linux", NULL);
    agent = step_index(&p, "package.remove", "kaspersky.klnagent64.linux", "klnagent64");
    stop = step_index(&p, "package.remove", "kaspersky.kesl-gui.linux", "kesl-gui");
    assert_true(fetch < rebuild && rebuild < install && install < stop && stop < remove && remove < activate &&
                activate < agent);
    for (size_t i = 0; i < p.plan.steps.n; i++) {
        if (p.plan.steps.v[i].stage == STAGE_VERIFY)
            break;
        assert_string_not_equal(p.plan.steps.v[i].verb, "reboot.if_needed");
    }
    assert_true(p.plan.ladder.v[RUNG_OLD_RESTORED].allowed);
    planned_free(&p);
}

/* Every other replacement is told why not. */
static void test_all_explained(void **state)
{
    static const char *const others[] = {"microsoft", "crowdstrike", "sentinelone", "sophos",
                                         "eset",      "bitdefender", "trendmicro"};
    struct planned p;

    (void)state;
    made(&p, EVERYTHING, "");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const struct candidate *found = NULL;

        for (size_t k = 0; k < p.plan.candidates.n; k++)
            if (text_starts(p.plan.candidates.v[k].product, others[i]))
                found = &p.plan.candidates.v[k];
        if (!found)
            fail_msg("no product of %s was considered", others[i]);
        assert_int_equal(found->fate, CANDIDATE_REJECTED);
        assert_true(found->reasons.n > 0);
    }
    for (size_t k = 0; k < p.plan.candidates.n; k++)
        assert_false(text_starts(p.plan.candidates.v[k].product, "kaspersky"));
    planned_free(&p);
}

static const struct owner_row {
    const char *name, *policy;
    bool restore;
} owner_rows[] = {
    {"a business: the old one may be restored", "", true},
    {"a private person too", "'as':'individual'", true},
    {"a federal agency: not", "'as':'federal'", false},
    {"a federal contractor: not", "'as':'contractor'", false},
    {"the Australian government: not", "'as':'au-government','jurisdictions':['AU']", false},
    {"a federal agency that says so", "'as':'federal','restore':'always'", true},
};

static void test_owner(void **state)
{
    const struct owner_row *r = *state;
    struct planned p;

    made(&p, EVERYTHING, r->policy);
    assert_int_equal(p.plan.ladder.v[RUNG_OLD_RESTORED].allowed, r->restore);
    assert_int_equal(planned_says(&p.plan.warnings, "WITHOUT protection (status 6)"), !r->restore);
    planned_free(&p);
}

static void test_nothing_fits(void **state)
{
    struct planned p;
    struct situation s = {.facts = EVERYTHING, .policy = "'allow':['eset']", .catalog = "."};

    (void)state;
    planned_make(&p, &s);
    assert_false(p.ok);
    expect_err(&p.err, ERR_POLICY, "none of the");
    planned_free(&p);
}

static void test_half_removed(void **state)
{
    struct planned p;

    (void)state;
    made(&p,
         "'packages':[{'manager':'dpkg','name':'kesl','version':'12.1.0-1543','state':'half-installed'}],"
         "'files':[{'path':'/opt/kaspersky/kesl','kind':'dir'}]",
         "");
    assert_string_equal(p.plan.sources.v[0].product, "kaspersky.kesl.linux");
    step_index(&p, "package.remove", "kaspersky.kesl.linux", "kesl");
    planned_free(&p);
}

/* Traces of an earlier removal beside a ClamAV that protects: nothing is installed. */
static void test_leftovers(void **state)
{
    struct planned p;

    (void)state;
    made(&p,
         "'packages':[" CLAMAV ",{'manager':'dpkg','name':'kesl','version':'1','state':'config-files'}],"
         "'files':[{'path':'/var/opt/kaspersky/kesl','kind':'dir'},{'path':'/usr/sbin/clamonacc','kind':'file'}],"
         "'units':[{'name':'clamav-daemon.service','active':'active'},{'name':'clamav-clamonacc.service','active':'"
         "active'}],"
         "'processes':[{'pid':1,'name':'clamd','exe':'/usr/sbin/clamd'},{'pid':2,'name':'clamonacc','exe':'/usr/sbin/"
         "clamonacc'}],"
         "'fanotify':[{'pid':2,'exe':'/usr/sbin/clamonacc','name':'clamonacc','marks':9}],"
         "'answers':[{'argv':['clamdscan','--ping','1'],'exit':0,'out':''}]",
         "");
    assert_string_equal(p.plan.strategy, "cleanup");
    assert_null(p.plan.target);
    step_index(&p, "file.remove", "kaspersky.kesl.linux", NULL);
    planned_free(&p);
}

static void test_nothing(void **state)
{
    struct planned p;
    struct situation s = {.facts = "'packages':[" CLAMAV "]", .catalog = "."};

    (void)state;
    planned_make(&p, &s);
    assert_false(p.ok);
    expect_err(&p.err, ERR_NOT_FOUND, "nothing that has to go was found");
    planned_free(&p);
}

static void test_same_bytes(void **state)
{
    struct planned a, b;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan back;

    (void)state;
    made(&a, EVERYTHING, "");
    made(&b, EVERYTHING, "");
    assert_string_equal(a.text, b.text);
    if (!plan_read(&d, "plan.json", a.text, strlen(a.text), &back, &e))
        fail_msg("%s", e.text);
    doc_free(&d);
    planned_free(&a);
    planned_free(&b);
}

/* Each replacement of the catalogue, given everything that it asks for: a plan, without a word of its secrets. */
static void test_each_target(void **state)
{
    struct planned first;

    (void)state;
    made(&first, EVERYTHING, "");
    for (size_t i = 0; i < first.plan.candidates.n; i++) {
        const struct product *x = catalog_product(&first.catalog, first.plan.candidates.v[i].product);
        const char *vars = "", *secrets = "";
        struct arena a = ARENA_INIT;
        struct planned p;

        for (size_t k = 0; k < x->vars.n; k++) {
            const char **list = x->vars.v[k].secret ? &secrets : &vars;

            *list = arena_printf(&a, "%s%s'%s':'%s'", *list, **list ? "," : "", x->vars.v[k].name,
                                 x->vars.v[k].secret ? "env:HIDDEN" : "/srv/value");
        }
        struct situation s = {.facts = EVERYTHING,
                              .policy =
                                  arena_printf(&a, "'allow_unverified':true,'vars':{%s},'secrets':{%s}", vars, secrets),
                              .target = x->id,
                              .catalog = "."};
        planned_make(&p, &s);
        assert_false(p.ok && x->manual_install); /* that one is a person's, whatever is allowed */
        if (!p.ok) { /* only this PC may be the reason */
            const struct candidate *c = planned_candidate(&p, x->id);

            for (size_t k = 0; c && k < c->reasons.n; k++)
                if (!strstr(c->reasons.v[k], "It needs ") && !strstr(c->reasons.v[k], "It contains an engine") &&
                    !strstr(c->reasons.v[k], "no full replacement") &&
                    !(x->manual_install && text_starts(c->reasons.v[k], "A person installs it: ")))
                    fail_msg("%s: %s", x->id, c->reasons.v[k]);
            expect_err(&p.err, ERR_POLICY, "none of the");
        } else {
            assert_string_equal(p.plan.target->product, x->id);
            for (size_t k = 0; k < p.plan.steps.n; k++)
                assert_true(p.plan.steps.v[k].undo || p.plan.steps.v[k].no_undo);
        }
        planned_free(&p);
        arena_free(&a);
    }
    planned_free(&first);
}

int main(void)
{
    ADD(test_kesl_to_clamav);
    ADD(test_all_explained);
    ADD_ROWS(owner_rows, test_owner);
    ADD(test_nothing_fits);
    ADD(test_half_removed);
    ADD(test_leftovers);
    ADD(test_nothing);
    ADD(test_same_bytes);
    ADD(test_each_target);
    return fixture_run("plan/real");
}
