/* Which safe states are open after a failure: by owner, by measure, by policy, by what is there. */
#include "tests/unit/fixture_plan.h"

static const struct row {
    const char *name;
    struct situation in;
    bool restore;
    const char *why;     /* of the rung "old restored" */
    const char *warning; /* NULL: none of being left unprotected */
} rows[] = {
    {"a business may go on using it",
     {.facts = OLD_AV},
     true,
     "no measure forbids this owner to go on using the product; it is rebuilt before removal",
     NULL},
    {"so may a private person", {.facts = OLD_AV, .policy = "'as':'individual'"}, true, "no measure forbids", NULL},
    {"a warning forbids nothing",
     {.facts = OLD_AV, .policy = "'jurisdictions':['DE']"},
     true,
     "no measure forbids",
     NULL},
    {"a federal agency may not",
     {.facts = OLD_AV, .policy = "'as':'federal'"},
     false,
     "us-agencies (US-federal, law) forbids this owner the product's use, so it is not restored",
     "left WITHOUT protection (status 6), because us-agencies"},
    {"nor may a contractor",
     {.facts = OLD_AV, .policy = "'as':'contractor'"},
     false,
     "us-contracts (US-federal, law) forbids",
     "WITHOUT protection"},
    {"nor the Australian government",
     {.facts = OLD_AV, .policy = "'as':'au-government','jurisdictions':['AU']"},
     false,
     "au-direction (AU-federal, directive) forbids",
     "WITHOUT protection"},
    {"an agency whose policy restores",
     {.facts = OLD_AV, .policy = "'as':'federal','restore':'always'"},
     true,
     "the policy says so, although us-agencies (US-federal) forbids this owner the product's use",
     NULL},
    {"a business whose policy restores",
     {.facts = OLD_AV, .policy = "'restore':'always'"},
     true,
     "no measure forbids",
     NULL},
    {"a business whose policy never restores",
     {.facts = OLD_AV, .policy = "'restore':'never'"},
     false,
     "the policy says that the old product is never restored",
     "because the policy says"},
    {"nothing to rebuild",
     {.facts = OLD_AV, .edits = EDITS({"vendors/old/av.json", "'packages': ['oldav', 'oldav-data'],", ""})},
     false,
     "nothing of the old product is whole enough to be restored",
     "WITHOUT protection"},
    {"nothing to rebuild outweighs the policy",
     {.facts = OLD_AV,
      .policy = "'restore':'always'",
      .edits = EDITS({"vendors/old/av.json", "'packages': ['oldav', 'oldav-data'],", ""})},
     false,
     "nothing of the old product is whole",
     "WITHOUT protection"},
    {"a ban that is not yet in force",
     {.facts = OLD_AV,
      .policy = "'as':'federal'",
      .edits = EDITS({"vendors/old/timeline.json", "'2018-10-01'", "'2026-03-01T12:00:01Z'"})},
     true,
     "no measure forbids",
     NULL},
    {"a ban from this second on",
     {.facts = OLD_AV,
      .policy = "'as':'federal'",
      .edits = EDITS({"vendors/old/timeline.json", "'2018-10-01'", "'2026-03-01T12:00:00Z'"})},
     false,
     "us-agencies",
     "WITHOUT protection"},
};

static void test_restore(void **state)
{
    const struct row *r = *state;
    const struct ladder_rung *rungs;
    struct planned p;

    planned_make(&p, &r->in);
    if (!p.ok)
        fail_msg("%s", p.err.text);
    rungs = p.plan.ladder.v;
    assert_int_equal(p.plan.ladder.n, RUNG_COUNT);
    for (int i = 0; i < RUNG_COUNT; i++)
        assert_int_equal(rungs[i].rung, i);
    assert_true(rungs[RUNG_NEW_HEALTHY].allowed && rungs[RUNG_UNPROTECTED].allowed);
    expect_contains(rungs[RUNG_NEW_HEALTHY].why, "Alpha Antivirus is healthy");
    assert_int_equal(rungs[RUNG_OLD_RESTORED].allowed, r->restore);
    expect_contains(rungs[RUNG_OLD_RESTORED].why, r->why);
    assert_false(rungs[RUNG_OTHER_PROTECTION].allowed);
    assert_int_equal(planned_says(&p.plan.warnings, "WITHOUT protection"), r->warning != NULL);
    if (r->warning)
        assert_true(planned_says(&p.plan.warnings, r->warning));
    planned_free(&p);
}

/* A third product that protects is a rung of its own, with the condition that proves it. */
static void test_other_protection(void **state)
{
    struct planned p;
    const struct ladder_rung *rung;

    (void)state;
    planned_make(&p, &(struct situation){.facts = ALPHA_PROTECTS, .policy = BETA_POLICY ",'as':'federal'"});
    assert_true(p.ok);
    assert_string_equal(p.plan.target->product, "beta.av");
    rung = &p.plan.ladder.v[RUNG_OTHER_PROTECTION];
    assert_true(rung->allowed);
    expect_contains(rung->why, "Alpha Antivirus already protects this PC");
    assert_int_equal(rung->cond->probe, PROBE_FANOTIFY);
    assert_false(planned_says(&p.plan.warnings, "WITHOUT protection"));
    planned_free(&p);
    /* The target itself is no other protection, nor is a product that does not protect, nor one that must go. */
    planned_make(&p, &(struct situation){.facts = ALPHA_PROTECTS});
    assert_true(p.ok);
    assert_false(p.plan.ladder.v[RUNG_OTHER_PROTECTION].allowed);
    planned_free(&p);
    planned_make(&p, &(struct situation){.facts = "'packages':[{'manager':'dpkg','name':'oldav','state':'installed'},"
                                                  "{'manager':'dpkg','name':'alphaav','state':'installed'}],"
                                                  "'files':[{'path':'/opt/old/av/engine','kind':'file'}]",
                                         .policy = BETA_POLICY});
    assert_true(p.ok);
    assert_false(p.plan.ladder.v[RUNG_OTHER_PROTECTION].allowed);
    planned_free(&p);
}

/* What it says of whom and since when. */
static void test_explanation(void **state)
{
    struct planned p;

    (void)state;
    planned_make(&p, &(struct situation){.facts = OLD_AV});
    assert_true(p.ok);
    assert_true(
        planned_says(&p.plan.explain, "Strategy 'overlap': the new one is installed while the old one protects."));
    assert_true(planned_says(&p.plan.explain, "Old Antivirus 1.5 goes: us-sale (overdue by 518 days)."));
    assert_true(planned_says(&p.plan.explain, "Alpha Antivirus takes its place."));
    assert_true(planned_says(&p.plan.warnings, "Alpha Antivirus: It has no console."));
    planned_free(&p);
    planned_make(&p, &(struct situation){.facts = OLD_AV ",'reboot_pending':true",
                                         .policy = "'jurisdictions':['FR'],'override_guards':true",
                                         .edits = EDITS({"vendors/old/av.json",
                                                         "'packages':", "'notes':['Tell the console.'],'packages':"})});
    assert_true(p.ok);
    assert_true(planned_says(&p.plan.explain, "Old Antivirus 1.5 goes."));
    assert_true(planned_says(&p.plan.warnings, "Old Antivirus: Tell the console."));
    assert_true(planned_says(&p.plan.warnings, "A reboot is already pending"));
    assert_true(planned_says(&p.plan.warnings, "overrides what the old product says"));
    planned_free(&p);
}

int main(void)
{
    ADD_ROWS(rows, test_restore);
    ADD(test_other_protection);
    ADD(test_explanation);
    return fixture_run("plan/law");
}
