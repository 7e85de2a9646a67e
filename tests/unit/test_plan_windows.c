/* Plans for Windows: a concrete step for each fact, protection of the system's own on clients and never on servers. */
#include "tests/unit/fixture_plan.h"
#include "tests/unit/fixture_windows.h"

#define CATALOG "tests/unit/windows"
#define GUID "{11111111-2222-3333-4444-555555555555}"

/* Windows facts: planned_make() begins with those of a Linux PC, which these replace. */
#define OLD                                                                                                            \
    "'uninstall':[{'hive':'HKLM','view':'32','key':'" GUID "','name':'Old Endpoint 11','version':'11.6',"              \
    "'location_exists':true,'command':'MsiExec.exe /I" GUID "','code':'" GUID "'},"                                    \
    "{'hive':'HKLM','view':'32','key':'t','name':'Old Tool'TOOL,'quiet':'C:/old/un.exe /s','command':'C:/old/un.exe'},"    \
    "{'hive':'HKLM','view':'64','key':'t','name':'Old Tool','quiet':'C:/old/un.exe /s','command':'C:/old/un.exe'},"    \
    "{'hive':'HKLM','view':'64','key':'u','name':'Old Toy','command':'C:/old/toy.exe'}],"                              \
    "'msi':[{'code':'" GUID "','name':'Old Endpoint 11','version':'11.6','context':'machine'}],"                       \
    "'units':[{'name':'oldav.21','manager':'scm','active':'active'}SERVICES],"                                         \
    "'files':[{'path':'D:/ProgramData/Old/a [1]','kind':'dir'}],"                                                      \
    "'registry':[{'key':'HKLM/SOFTWARE/Old/AV','view':'32'},"                                                          \
    "{'key':'HKLM/SOFTWARE/Old/AV/Data','view':'32','name':'LastUpdate','type':'dword','data':'1772359200'},"          \
    "{'key':'HKLM/SOFTWARE/Old/Agent','view':'32','name':'Server','type':'sz','data':'ksc.example'}REGISTRY]"
#define NEW_POLICY "'vars':{'new_installer':'C:/new.msi'},'prefer':['new']"

struct pc {
    const char *type;     /* client, server */
    const char *services; /* beside the old one's, with ',' before */
    const char *registry;
    const char *tool; /* members of one of its entries, with ',' before */
    const char *more; /* members, with ',' before */
};

static char *replaced(struct arena *a, const char *s, const char *word, const char *by)
{
    const char *at = strstr(s, word);

    assert_non_null(at);
    return arena_printf(a, "%.*s%s%s", (int)(at - s), s, by ? by : "", at + strlen(word));
}

/* As planned_make(), of a Windows PC. */
static void make(struct planned *p, const struct pc *pc, const char *policy, const char *target)
{
    struct arena a = ARENA_INIT;
    const char *facts = replaced(&a, OLD, "SERVICES", pc->services);

    facts = replaced(&a, replaced(&a, facts, "REGISTRY", pc->registry), "TOOL", pc->tool);
    facts = arena_printf(&a, "%s,%s%s", replaced(&a, WINDOWS_OF("@"), "@", pc->type), facts, pc->more ? pc->more : "");
    planned_make(p, &(struct situation){.facts = facts, .policy = policy, .target = target, .catalog = CATALOG});
    arena_free(&a);
}

static void made(struct planned *p, const struct pc *pc, const char *policy, const char *target)
{
    make(p, pc, policy, target);
    if (!p->ok)
        fail_msg("%s", p->err.text);
}

#define ASLEEP ",{'name':'OwnDefend','manager':'scm','active':'inactive'}"

static const struct step *step_titled(const struct planned *p, const char *title)
{
    for (size_t i = 0; i < p->plan.steps.n; i++)
        if (strcmp(p->plan.steps.v[i].title, title) == 0)
            return &p->plan.steps.v[i];
    return NULL;
}

static const char *arg(const struct step *s, const char *name)
{
    return json_string_value(json_object_get(s->args, name));
}

/* --- each ------------------------------------------------------------------------------------------------------------ */

static void test_each(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    struct planned p;
    const struct step *s;

    (void)state;
    made(&p, &pc, NULL, NULL);
    /* The tool stands in both views, and is one program; the toy has no quiet command, so nothing is known to run. */
    assert_string_equal(planned_verbs(&p, STAGE_REMOVE), "msi.remove exe.remove");
    s = step_titled(&p, "Remove Old Endpoint 11 11.6");
    assert_non_null(s);
    assert_string_equal(arg(s, "code"), GUID);
    assert_string_equal(arg(step_titled(&p, "Run the uninstaller of Old Tool"), "command"), "C:/old/un.exe /s");
    assert_string_equal(planned_verbs(&p, STAGE_CLEAN), "file.remove file.remove registry.remove registry.remove");
    /* What is a pattern takes the name literally; what people read is the name. */
    s = step_titled(&p, "Remove D:/ProgramData/Old/a [1]");
    assert_non_null(s);
    assert_string_equal(arg(s, "path"), "D:/ProgramData/Old/a [[]1]");
    /* Known folders are concrete. */
    assert_string_equal(arg(step_titled(&p, "Remove its programs"), "path"), "C:/Program Files/Old/Endpoint");
    /* A key once, whatever values it has. */
    assert_non_null(step_titled(&p, "Remove HKLM/SOFTWARE/Old/AV (32 bits)"));
    assert_non_null(step_titled(&p, "Remove HKLM/SOFTWARE/Old/Agent (32 bits)"));
    planned_free(&p);
}

/* Seen when the plan is made, not in the middle of a removal. */
static void test_uninstaller_that_is_gone(void **state)
{
    const struct pc torn = {.type = "client", .services = ASLEEP, .tool = ",'command_missing':true,'location_exists':true"};
    const struct pc ghost = {.type = "client", .services = ASLEEP, .tool = ",'command_missing':true"};
    struct planned p;

    (void)state;
    make(&p, &torn, NULL, NULL);
    assert_false(p.ok);
    expect_err(&p.err, ERR_POLICY, "the uninstaller of Old Tool is not there any more (C:/old/un.exe)");
    planned_free(&p);
    made(&p, &ghost, NULL, NULL); /* the entry of the other view is live */
    assert_string_equal(planned_verbs(&p, STAGE_REMOVE), "msi.remove exe.remove");
    planned_free(&p);
}

static void test_each_gap(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP, .more = ",'gaps':[{'what':'registry','why':'denied'}]"};
    struct planned p;

    (void)state;
    /* Whether a policy switched the system's own protection off is not known either. */
    make(&p, &pc, NULL, NULL);
    assert_false(p.ok);
    expect_err(&p.err, ERR_POLICY, "none of the 2 replacements");
    assert_true(planned_says(&planned_candidate(&p, "own.av.windows")->reasons, "could not be established: registry"));
    planned_free(&p);
    made(&p, &pc, NEW_POLICY, NULL);
    assert_non_null(step_titled(&p, "Remove HKLM/SOFTWARE/Old/AV (32 bits)")); /* what was seen is done */
    planned_free(&p);
}

static void test_each_unseen(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP, .more = ",'gaps':[{'what':'files','why':'denied'}]"};
    struct planned p;

    (void)state;
    made(&p, &pc, NULL, NULL);
    assert_false(planned_says(&p.plan.warnings, "could not be seen")); /* one was found: the gap hid at most others */
    planned_free(&p);
}

/* --- who takes over ---------------------------------------------------------------------------------------------------- */

static const struct ladder_rung *rung(const struct planned *p, int kind)
{
    for (size_t i = 0; i < p->plan.ladder.n; i++)
        if (p->plan.ladder.v[i].rung == kind)
            return &p->plan.ladder.v[i];
    fail_msg("no rung %d", kind);
    return NULL;
}

static void test_handover(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    struct planned p;

    (void)state;
    made(&p, &pc, NULL, NULL);
    assert_string_equal(p.plan.target->product, "own.av.windows");
    assert_string_equal(p.plan.strategy, "handover");
    assert_string_equal(planned_verbs(&p, STAGE_ACTIVATE), "health.wait");
    assert_string_equal(planned_verbs(&p, STAGE_INSTALL), "");
    /* What takes over is no rung below itself. */
    assert_false(rung(&p, RUNG_OTHER_PROTECTION)->allowed);
    expect_contains(rung(&p, RUNG_OTHER_PROTECTION)->why, "beside the one that takes over");
    planned_free(&p);
}

static void test_already_awake(void **state)
{
    const struct pc pc = {.type = "client",
                          .services = ",{'name':'OwnDefend','manager':'scm','active':'active'}",
                          .more = ",'wmi':[{'space':'root/own','class':'Status','name':'RealTime','value':'True'}]"};
    struct planned p;

    (void)state;
    made(&p, &pc, NULL, NULL);
    assert_string_equal(p.plan.strategy, "builtin");
    planned_free(&p);
    make(&p, &pc, "'strategy':'handover'", "own.av.windows");
    expect_err(&p.err, ERR_POLICY, "the strategy 'handover' does not fit: the replacement is already here");
    planned_free(&p);
}

static void test_not_on_servers(void **state)
{
    const struct pc pc = {.type = "server", .services = ASLEEP};
    struct planned p;

    (void)state;
    make(&p, &pc, NULL, NULL);
    expect_err(&p.err, ERR_POLICY, "none of the 2 replacements");
    assert_true(planned_says(&planned_candidate(&p, "own.av.windows")->reasons,
                             "It becomes active by itself on clients only, and this is none."));
    planned_free(&p);
    made(&p, &pc, NEW_POLICY, NULL);
    assert_string_equal(p.plan.target->product, "new.av.windows");
    assert_false(rung(&p, RUNG_OTHER_PROTECTION)->allowed);
    assert_true(planned_says(&p.plan.warnings, "left WITHOUT protection"));
    planned_free(&p);
}

static void test_bridge(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    struct planned p;
    const struct ladder_rung *r;

    (void)state;
    made(&p, &pc, NEW_POLICY, NULL);
    assert_string_equal(p.plan.target->product, "new.av.windows");
    assert_string_equal(p.plan.strategy, "replace");
    r = rung(&p, RUNG_OTHER_PROTECTION);
    assert_true(r->allowed);
    assert_int_equal(r->cond->probe, PROBE_WMI);
    expect_contains(r->why, "Own Antivirus is part of this system");
    assert_false(planned_says(&p.plan.warnings, "left WITHOUT protection"));
    /* The old one is not to be put back, but while it works there is nothing to save. */
    r = rung(&p, RUNG_OLD_RESTORED);
    assert_false(r->allowed);
    assert_non_null(r->cond);
    planned_free(&p);
}

static void test_no_bridge_by_policy(void **state)
{
    const struct pc pc = {
        .type = "client",
        .services = ASLEEP,
        .registry = ",{'key':'HKLM/SOFTWARE/Policies/Own','view':'64','name':'disable','type':'dword','data':'1'}"};
    struct planned p;

    (void)state;
    made(&p, &pc, NEW_POLICY, NULL);
    assert_false(rung(&p, RUNG_OTHER_PROTECTION)->allowed);
    assert_true(planned_says(&planned_candidate(&p, "own.av.windows")->reasons, "no policy has switched it off"));
    planned_free(&p);
}

static void test_strategy_that_does_not_fit(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    struct planned p;

    (void)state;
    make(&p, &pc, "'strategy':'replace'", "own.av.windows");
    expect_err(&p.err, ERR_POLICY, "the strategy 'replace' does not fit: the replacement is part of the system");
    planned_free(&p);
    make(&p, &pc, "'strategy':'handover'," NEW_POLICY, "new.av.windows");
    expect_err(&p.err, ERR_POLICY, "the strategy 'handover' does not fit: the replacement does not become active by itself");
    planned_free(&p);
}

/* --- findings ---------------------------------------------------------------------------------------------------------- */

static void test_findings(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    const struct finding *f = NULL, *base = NULL;
    struct planned p;

    (void)state;
    made(&p, &pc, NULL, NULL);
    for (size_t i = 0; i < p.findings.findings.n; i++) {
        const struct finding *x = &p.findings.findings.v[i];

        if (x->kind == FINDING_PRODUCT && text_eq(x->product, "old.av.windows"))
            f = x;
        if (x->kind == FINDING_DATABASE)
            base = x;
    }
    assert_non_null(f);
    assert_string_equal(f->version, "11.6");
    assert_true(f->must_go);
    assert_int_equal(f->reports.n, 2);
    assert_string_equal(f->reports.v[0].value, "2026-03-01T10:00:00Z"); /* seconds since 1970 in the registry */
    assert_string_equal(f->reports.v[1].value, "ksc.example");
    assert_non_null(base);
    expect_contains(base->text, "2026-03-01T10:00:00Z");
    /* The version is an assumption, by the probe that told it. */
    for (size_t i = 0; i < p.plan.assumptions.n; i++)
        if (p.plan.assumptions.v[i].cond->op)
            assert_int_equal(p.plan.assumptions.v[i].cond->probe, PROBE_UNINSTALL);
    assert_int_equal(p.plan.assumptions.n, 3);
    planned_free(&p);
}

/* What sleeps says that it does, on clients; on a server nobody may think so. */
static void test_sleeping(void **state)
{
    static const char *const types[] = {"client", "server"};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const struct pc pc = {.type = types[k], .services = ",{'name':'OwnDefend','manager':'scm','active':'active'}"};
        const struct finding *f = NULL;
        struct planned p;

        made(&p, &pc, NEW_POLICY, NULL);
        for (size_t i = 0; i < p.findings.findings.n; i++)
            if (text_eq(p.findings.findings.v[i].product, "own.av.windows"))
                f = &p.findings.findings.v[i];
        assert_non_null(f);
        assert_true(text_eq(f->text, k ? NULL : "it becomes active by itself once no other antivirus is registered"));
        planned_free(&p);
    }
}

/* Same facts, same bytes. */
static void test_same_bytes(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    struct planned p, q;

    (void)state;
    made(&p, &pc, NULL, NULL);
    made(&q, &pc, NULL, NULL);
    assert_string_equal(p.text, q.text);
    planned_free(&p);
    planned_free(&q);
}

static void test_memory(void **state)
{
    const struct pc pc = {.type = "client", .services = ASLEEP};
    struct planned p;

    (void)state;
    made(&p, &pc, NEW_POLICY, NULL);
    for (unsigned long n = 1;; n++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct plan plan;
        bool ok;

        mem_fail_at(n, true);
        ok = plan_make(&p.request, &d, &plan, &e);
        mem_fail_at(0, false);
        if (!ok && e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", n, e.text);
        doc_free(&d);
        if (ok)
            break;
    }
    planned_free(&p);
}

int main(void)
{
    ADD(test_each);
    ADD(test_each_gap);
    ADD(test_uninstaller_that_is_gone);
    ADD(test_each_unseen);
    ADD(test_handover);
    ADD(test_already_awake);
    ADD(test_not_on_servers);
    ADD(test_bridge);
    ADD(test_no_bridge_by_policy);
    ADD(test_strategy_that_does_not_fit);
    ADD(test_findings);
    ADD(test_sleeping);
    ADD(test_same_bytes);
    ADD(test_memory);
    return fixture_run("plan/windows");
}
