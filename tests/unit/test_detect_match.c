/* From facts to findings: what is here, what must go, what it tells, what was left. */
#include "core/detect/match.h"
#include "core/detect/observe.h"
#include "core/os/process.h"
#include "core/report/report.h"
#include "core/verify/outcome.h"
#include "tests/unit/fixture_plan.h"

static const struct finding *finding(const struct planned *p, int kind, const char *product)
{
    for (size_t i = 0; i < p->findings.findings.n; i++) {
        const struct finding *f = &p->findings.findings.v[i];

        if (f->kind == kind && strcmp(f->product, product) == 0)
            return f;
    }
    return NULL;
}

static const struct row {
    const char *name;
    struct situation in;
    size_t count; /* of findings */
    int kind;
    const char *product;
    bool must_go;
    const char *measure; /* NULL: none */
    const char *evidence;
} rows[] = {
    {"nothing", {.facts = ""}, 0, 0, NULL, false, NULL, NULL},
    {"product",
     {.facts = OLD_AV},
     1,
     FINDING_PRODUCT,
     "old.av",
     true,
     "us-sale",
     "dpkg package oldav 1.5 is installed; /opt/old/av/engine exists"},
    {"product of nobody's concern",
     {.facts = "'packages':[{'manager':'dpkg','name':'alphaav','version':'9','state':'installed'}]"},
     1,
     FINDING_PRODUCT,
     "alpha.av",
     false,
     NULL,
     "alphaav 9"},
    {"product, owner elsewhere",
     {.facts = OLD_AV, .policy = "'jurisdictions':['FR']"},
     1,
     FINDING_PRODUCT,
     "old.av",
     false,
     NULL,
     "oldav"},
    {"product, agency",
     {.facts = OLD_AV, .policy = "'as':'federal'"},
     1,
     FINDING_PRODUCT,
     "old.av",
     true,
     "us-agencies",
     "oldav"},
    {"half removed",
     {.facts = "'packages':[{'manager':'dpkg','name':'oldav','version':'1.5','state':'half-installed'}]"},
     1,
     FINDING_HALF_REMOVED,
     "old.av",
     true,
     "us-sale",
     "half-installed"},
    {"only its process",
     {.facts = "'processes':[{'pid':4,'name':'e','exe':'/opt/old/av/engine'}]"},
     1,
     FINDING_HALF_REMOVED,
     "old.av",
     true,
     "us-sale",
     "a process runs"},
    {"package without its engine",
     {.facts = "'packages':[{'manager':'dpkg','name':'oldav','state':'installed'}]"},
     0,
     0,
     NULL,
     false,
     NULL,
     NULL},
    {"leftover",
     {.facts = "'files':[{'path':'/var/opt/old/av','kind':'dir'}]"},
     1,
     FINDING_LEFTOVER,
     "old.av",
     false,
     NULL,
     "/var/opt/old/av exists"},
    {"leftover that two products name, once",
     {.facts = "'files':[{'path':'/opt/old','kind':'dir'}]"},
     1,
     FINDING_LEFTOVER,
     "old.agent",
     false,
     NULL,
     "/opt/old exists"},
    {"leftover of nobody's concern",
     {.facts = "'files':[{'path':'/var/lib/alpha','kind':'dir'}]"},
     0,
     0,
     NULL,
     false,
     NULL,
     NULL},
    {"white-label product",
     {.facts = "'packages':[{'manager':'dpkg','name':'whiteav','state':'installed'}]"},
     1,
     FINDING_WHITE_LABEL,
     "white.av",
     true,
     "us-sale",
     "whiteav"},
    {"white-label product where the law does not count it",
     {.facts = "'packages':[{'manager':'dpkg','name':'whiteav','state':'installed'}]",
      .policy = "'jurisdictions':['AU'],'as':'au-government'"},
     1,
     FINDING_WHITE_LABEL,
     "white.av",
     false,
     NULL,
     "whiteav"},
    {"moved in by the vendor",
     {.facts = "'packages':[{'manager':'dpkg','name':'gammaav','state':'installed'}]",
      .edits = EDITS({"vendors/gamma/av.json", "'role': 'protection'", "'role':'protection','moved_by_vendor':'old'"})},
     1,
     FINDING_MOVED_BY_VENDOR,
     "gamma.av",
     false,
     NULL,
     "gammaav"},
    {"reinstaller beside its product",
     {.facts = OLD_ALL},
     4,
     FINDING_REINSTALLER,
     "old.av",
     false,
     NULL,
     "/etc/cron.d/oldav exists"},
    {"product that nobody has reviewed",
     {.facts = OLD_AV,
      .edits = EDITS({"vendors/old/av.json", "'os': 'linux'", "'os':'linux',"
                      "'import':{'from':'winget','id':'A.B','version':'1','fetched':'2026-01-01T00:00:00Z','candidate':true}"})},
     0,
     0,
     NULL,
     false,
     NULL,
     NULL},
    {"product of another system",
     {.facts = OLD_AV, .edits = EDITS({"vendors/old/av.json", "'os': 'linux'", "'os':'windows'"})},
     0,
     0,
     NULL,
     false,
     NULL,
     NULL},
    {"database too young",
     {.facts = OLD_AV ",'answers':[{'argv':['/opt/old/av/"
                      "ctl','info'],'exit':0,'out':'{\\\"Bases\\\":{\\\"Date\\\":\\\"2024-09-29T04:00:00Z\\\"}}'}]"},
     2,
     FINDING_DATABASE,
     "old.av",
     false,
     "us-sale",
     "the product tells database date 2024-09-29T04:00:00Z"},
    {"database old enough",
     {.facts = OLD_AV ",'answers':[{'argv':['/opt/old/av/"
                      "ctl','info'],'exit':0,'out':'{\\\"Bases\\\":{\\\"Date\\\":\\\"2024-09-29T03:59:59Z\\\"}}'}]"},
     1,
     FINDING_PRODUCT,
     "old.av",
     true,
     "us-sale",
     "oldav"},
    {"database date no date",
     {.facts = OLD_AV ",'answers':[{'argv':['/opt/old/av/ctl','info'],'exit':0,'out':'Database date: yesterday'}]"},
     1,
     FINDING_PRODUCT,
     "old.av",
     true,
     "us-sale",
     "oldav"},
    {"database where no cut-off is",
     {.facts = OLD_AV ",'answers':[{'argv':['/opt/old/av/ctl','info'],'exit':0,'out':'Database date: 2026-01-01'}]",
      .policy = "'jurisdictions':['DE']"},
     1,
     FINDING_PRODUCT,
     "old.av",
     true,
     "de-warning",
     "oldav"},
    {"database by its second name",
     {.facts = OLD_AV ",'answers':[{'argv':['/opt/old/av/"
                      "ctl','info'],'exit':0,'out':'{\\\"Update\\\":{\\\"Date\\\":\\\"2026-01-01\\\"}}'}]"},
     2,
     FINDING_DATABASE,
     "old.av",
     false,
     "us-sale",
     "2026-01-01"},
};

static void test_finding(void **state)
{
    const struct row *r = *state;
    const struct finding *f;
    struct planned p;

    planned_make(&p, &r->in);
    if (p.findings.findings.n != r->count)
        fail_msg("%zu findings, the first %s: %s", p.findings.findings.n,
                 p.findings.findings.n ? p.findings.findings.v[0].product : "-",
                 p.findings.findings.n ? finding_kind_names[p.findings.findings.v[0].kind] : "-");
    if (r->product) {
        f = finding(&p, r->kind, r->product);
        assert_non_null(f);
        assert_int_equal(f->must_go, r->must_go);
        assert_true(text_eq(f->measure, r->measure));
        assert_true(f->evidence.n > 0);
        expect_contains(f->evidence.v[0], r->evidence);
        assert_int_equal(f->certainty, CERTAINTY_CERTAIN);
    }
    planned_free(&p);
}

#define ADVISED(each)                                                                                                          \
    EDITS({"vendors/old/av.json", "'os': 'linux'", "'os':'linux','advice':[{'id':'setting','text':'take it away','each':" each   \
           ",'source':'s','confidence':'field'}]"})

/* Advice is told by findings, plan and outcome, and decides nothing. */
static void test_advice(void **state)
{
    struct planned p;
    const struct finding *f;
    struct event ev = {.kind = EVENT_END};
    struct outcome o;
    struct buf b;

    (void)state;
    planned_make(&p, &(struct situation){.facts = OLD_AV, .edits = ADVISED("{'probe':'unit','name':'old*'}")});
    assert_true(p.ok);
    f = finding(&p, FINDING_ADVICE, "old.av");
    assert_string_equal(f->text, "service old* is there: take it away");
    assert_string_equal(f->part, "setting");
    assert_true(planned_says(&p.plan.warnings, f->text));
    assert_int_equal(p.plan.advice.n, 1);
    ev.step = p.plan.steps.v[0].id;
    ev.data = json_pack("{s:[s, s, s]}", "notes", "x: take it away", "y: take it away", "x: take it away");
    assert_true(outcome_make(&p.plan, &ev, 1, "head", &p.doc, &o, &p.err));
    assert_int_equal(o.notes.n, 2);
    buf_init(&b, 1 << 16);
    report_outcome(&o, &(struct style){.width = 80}, &b);
    expect_contains(buf_str(&b), "FOR A PERSON TO CHANGE\n");
    expect_contains(buf_str(&b), "y: take it away");
    buf_free(&b);
    json_decref((json_t *)(uintptr_t)ev.data);
    planned_free(&p);

    /* Alone it is nothing to do. */
    planned_make(&p, &(struct situation){.facts = "'units':[{'name':'oldx.service','active':'active'}]",
                                         .edits = ADVISED("{'probe':'unit','name':'oldx*'}")});
    assert_false(p.ok);
    assert_int_equal(p.err.code, ERR_NOT_FOUND);
    assert_int_equal(p.findings.findings.n, 1);
    assert_false(findings_to_clean(&p.findings));
    planned_free(&p);
}

static void test_health(void **state)
{
    static const int all[] = {TRI_YES, TRI_NO, TRI_YES, TRI_NO, TRI_UNKNOWN};
    const struct health_facts *h;
    struct planned p;

    (void)state;
    planned_make(&p, &(struct situation){.facts = ALPHA_PROTECTS});
    h = finding(&p, FINDING_PRODUCT, "alpha.av")->health;
    assert_int_equal(h->installed, all[0]);
    assert_int_equal(h->running, all[1]);
    assert_int_equal(h->realtime, all[2]);
    assert_int_equal(h->fresh, all[3]);
    assert_int_equal(h->managed, all[4]);
    assert_int_equal(h->evidence.n, 5);
    assert_string_equal(h->evidence.v[3], "fresh: no /var/lib/alpha/db");
    planned_free(&p);
    planned_make(&p, &(struct situation){.facts = OLD_AV});
    h = finding(&p, FINDING_PRODUCT, "old.av")->health;
    assert_int_equal(h->fresh, TRI_UNKNOWN);
    assert_string_equal(h->evidence.v[3], "fresh: not defined for this product");
    planned_free(&p);
}

static void test_head(void **state)
{
    struct planned p;

    (void)state;
    planned_make(&p, &(struct situation){.facts = OLD_AV ",'gaps':[{'what':'units','why':'x'}]"});
    assert_string_equal(p.findings.machine_id, "m1");
    assert_string_equal(p.findings.hostname, "pc");
    assert_string_equal(p.findings.os_name, "Debian GNU/Linux 12");
    assert_int_equal(p.findings.collected_at, fixture_instant(FIXTURE_NOW));
    assert_string_equal(p.findings.gaps.v[0].what, "units");
    assert_string_equal(finding(&p, FINDING_PRODUCT, "old.av")->version, "1.5");
    assert_true(findings_must_go(&p.findings));
    planned_free(&p);
}

/* More findings than a list starts with: it moves, and nothing that points into it is lost. */
static void test_many(void **state)
{
    struct planned p;
    struct arena a = ARENA_INIT;
    struct buf b;

    (void)state;
    buf_init(&b, 100000);
    for (int i = 0; i < 70; i++)
        buf_printf(
            &b, "%s{'id':'x%d','text':'t','cond':{'probe':'package','name':'oldav'},'source':'s','confidence':'field'}",
            i ? "," : "", i);
    planned_make(&p, &(struct situation){.facts = OLD_AV,
                                         .edits = EDITS({"vendors/old/av.json", "'reinstallers': [",
                                                         arena_printf(&a, "'reinstallers':[%s,", buf_str(&b))})});
    assert_int_equal(p.findings.findings.n, 71);
    assert_int_equal(p.findings.findings.v[0].health->running, TRI_YES);
    assert_string_equal(p.findings.findings.v[70].part, "x69");
    buf_free(&b);
    planned_free(&p);
    arena_free(&a);
}

static void test_memory(void **state)
{
    static const char facts[] =
        OLD_ALL ",'answers':[{'argv':['/opt/old/av/ctl','info'],'exit':0,'out':'Database date: 2026-01-01'}]";
    struct planned p;
    char *text;

    (void)state;
    planned_make(&p, &(struct situation){.facts = facts});
    text = fixture_text(&p.doc.arena, &findings_schema, &p.findings);
    for (unsigned long n = 1, last = 0; !last; n++) {
        static const char *us[] = {"US"};
        struct owner o = {.jurisdictions = {us, 1}};
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct findings f;
        unsigned long before = mem_failures();
        bool ok;

        mem_fail_at(n, false);
        ok = match_facts(&p.facts, &p.catalog, &o, fixture_instant(FIXTURE_NOW), &d, &f, &e);
        last = mem_failures() == before;
        mem_fail_at(0, false);
        if (ok ? strcmp(fixture_text(&d.arena, &findings_schema, &f), text) != 0 : e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", n, ok ? "other findings" : e.text);
        doc_free(&d);
    }
    planned_free(&p);
}

/* On this machine: what a condition needs is looked at, and nothing else. */
static void test_observe(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct verdict v;
    struct facts f;
    struct buf self;
    const struct cond *list[2];

    (void)state;
    buf_init(&self, 4096);
    assert_true(os_self_path(&self, &e));
    assert_true(observe(fixture_cond(&d, arena_printf(&d.arena,
                                                      "{'all':[{'probe':'file','path':'%s'},{'not':{'probe':'user',"
                                                      "'name':'no-such-user'}}]}",
                                                      buf_str(&self))),
                        &d, &v, &e));
    buf_free(&self);
    assert_int_equal(v.answer, TRI_YES);
    list[0] = fixture_cond(&d, "{'probe':'process','name':'no-such-process'}");
    list[1] = NULL;
    assert_true(observe_facts(list, 2, &d, &f, &e));
    assert_true(f.processes.n > 0);
    assert_int_equal(f.packages.n + f.groups.n + f.units.n, 0);
    doc_free(&d);
}

int main(void)
{
    ADD_ROWS(rows, test_finding);
    ADD(test_advice);
    ADD(test_health);
    ADD(test_head);
    ADD(test_many);
    ADD(test_memory);
    ADD(test_observe);
    return fixture_run("detect/match");
}
