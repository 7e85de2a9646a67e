/* Which replacement, and why not the others. */
#include "tests/unit/fixture_plan.h"

static const struct row {
    const char *name;
    struct situation in;
    const char *chosen;  /* NULL: refused */
    const char *product; /* whose reasons are looked at */
    int fate;
    const char *reason;
} rows[] = {
    {"the best verified one",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "alpha.av",
     CANDIDATE_CHOSEN,
     "It meets all 2 of its requirements on this PC."},
    {"needs a token and a file",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_REJECTED,
     "It needs the enrolment token (beta_token), which the policy does not give: add it to \"secrets\"."},
    {"needs a variable",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_REJECTED,
     "It needs the package from the console (beta_installer), which the policy does not give: add it to \"vars\"."},
    {"a secret as a plain variable does not count",
     {OLD_AV, "'vars':{'beta_installer':'/x','beta_token':'abc'}", NULL, NULL, NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_REJECTED,
     "add it to \"secrets\""},
    {"unverified",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "gamma.av",
     CANDIDATE_REJECTED,
     "The facts of its part 'install' are not verified; --allow-unverified would take them."},
    {"unverified is taken when allowed",
     {OLD_AV, "'allow_unverified':true,'prefer':['gamma.av']", NULL, NULL, NULL},
     "gamma.av",
     "gamma.av",
     CANDIDATE_CHOSEN,
     "It is number 1 in the policy's order."},
    {"allowed but not better",
     {OLD_AV, "'allow_unverified':true", NULL, NULL, NULL},
     "alpha.av",
     "gamma.av",
     CANDIDATE_ELIGIBLE,
     "It would do as well, but the facts of the chosen one are better verified."},
    {"reviewed by nobody, whatever else is allowed",
     {OLD_AV, "'allow_unverified':true,'prefer':['gamma.av']", NULL,
      EDITS({"vendors/gamma/av.json", "'role': 'protection'", "'role':'protection',"
             "'import':{'from':'winget','id':'A.B','version':'1','fetched':'2026-01-01T00:00:00Z','candidate':true}"}), NULL},
     "alpha.av",
     "gamma.av",
     CANDIDATE_REJECTED,
     "It is a candidate, taken over from winget: nobody has reviewed it."},
    {"taken over and reviewed",
     {OLD_AV, "'allow_unverified':true,'prefer':['gamma.av']", NULL,
      EDITS({"vendors/gamma/av.json", "'role': 'protection'", "'role':'protection',"
             "'import':{'from':'winget','id':'A.B','version':'1','fetched':'2026-01-01T00:00:00Z'}"}), NULL},
     "gamma.av",
     "gamma.av",
     CANDIDATE_CHOSEN,
     "It is number 1 in the policy's order."},
    {"may block nothing",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "delta.edr",
     CANDIDATE_REJECTED,
     "Whether it blocks while files are opened is not known."},
    {"cannot be installed",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "delta.edr",
     CANDIDATE_REJECTED,
     "How to install it unattended is not known."},
    {"blocks nothing",
     {OLD_AV, NULL, NULL, EDITS({"vendors/delta/edr.json", "'unknown'", "'no'"}), NULL},
     "alpha.av",
     "delta.edr",
     CANDIDATE_REJECTED,
     "It does not block while files are opened, so it is no full replacement."},
    {"reports only",
     {OLD_AV, NULL, NULL,
      EDITS({"vendors/delta/edr.json", "{'realtime': 'unknown'}", "{'realtime':'yes','edr_only':true}"}), NULL},
     "alpha.av",
     "delta.edr",
     CANDIDATE_REJECTED,
     "no full replacement"},
    {"says nothing of what it can do",
     {OLD_AV, NULL, NULL, EDITS({"vendors/delta/edr.json", "'capabilities': {'realtime': 'unknown'},", ""}), NULL},
     "alpha.av",
     "delta.edr",
     CANDIDATE_REJECTED,
     "no full replacement"},
    {"the same engine under another name",
     {OLD_AV, NULL, NULL, NULL, NULL},
     "alpha.av",
     "white.av",
     CANDIDATE_REJECTED,
     "It contains an engine of old, which is what has to go."},
    {"an engine that only some versions have",
     {OLD_AV, NULL, NULL, EDITS({"vendors/white/av.json", "{'vendor': 'old',", "{'vendor': 'old','optional':true,"}), NULL},
     "alpha.av",
     "white.av",
     CANDIDATE_REJECTED,
     "Some versions of it contain an engine of old, which is what has to go."},
    {"installed by a person, whatever is allowed",
     {OLD_AV, "'allow_unverified':true,'prefer':['gamma.av']", NULL,
      EDITS({"vendors/gamma/av.json", "'role': 'protection'", "'role':'protection','manual_install':{'why':'it asks questions.','steps':['Answer them.']}"}),
      NULL},
     "alpha.av",
     "gamma.av",
     CANDIDATE_REJECTED,
     "A person installs it: it asks questions."},
    {"too little memory",
     {OLD_AV, NULL, NULL, EDITS({"vendors/alpha/av.json", "'1000'", "'99999'"}), NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "It needs at least 1 GiB of memory, but memory_mib is 4096."},
    {"a requirement that cannot be established",
     {OLD_AV, NULL, NULL,
      EDITS({"vendors/alpha/av.json", "{'probe': 'fact', 'name': 'memory_mib', 'op': 'ge', 'value': '1000'}",
             "{'probe':'command','argv':['x'],'op':'eq','value':'0'}"}),
      NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "It needs at least 1 GiB of memory, which could not be established: x was not asked."},
    {"the policy's order",
     {OLD_AV, BETA_POLICY, NULL, NULL, NULL},
     "beta.av",
     "beta.av",
     CANDIDATE_CHOSEN,
     "It is number 1 in the policy's order."},
    {"behind in the policy's order",
     {OLD_AV, BETA_POLICY, NULL, NULL, NULL},
     "beta.av",
     "alpha.av",
     CANDIDATE_ELIGIBLE,
     "It would do as well, but the policy prefers the chosen one."},
    {"the policy's order by product before vendor",
     {OLD_AV, "'prefer':['alpha.av','beta'],'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'}", NULL,
      NULL, NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_ELIGIBLE,
     "the policy prefers the chosen one"},
    {"can be installed beside the old one",
     {OLD_AV, "'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'}", NULL, NULL, NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_ELIGIBLE,
     "can be installed while the old product still protects, so the gap is shorter"},
    {"already protects",
     {ALPHA_PROTECTS, "'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'}", NULL,
      EDITS({"vendors/beta/av.json", "{'realtime': 'yes'}", "{'realtime':'yes','passive':true}"}), NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_ELIGIBLE,
     "the chosen one already protects this PC"},
    {"nothing tells them apart: one of them, by no name",
     {OLD_AV, "'allow_unverified':true,'forbid':['alpha']", NULL,
      EDITS({"vendors/delta/edr.json", "'capabilities': {'realtime': 'unknown'},",
             "'capabilities':{'realtime':'yes','passive':true},'install':{'steps':[],'source':'s','confidence':'"
             "unverified'},"}),
      NULL},
     "gamma.av",
     "delta.edr",
     CANDIDATE_ELIGIBLE,
     "nothing tells them apart on this PC"},
    {"points by weights",
     {OLD_AV,
      "'weights':{'preference':0,'fit':0,'evidence':0,'cost':1},'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'},"
      "'currency':'EUR','seats':[{'licence':'a','products':['alpha.av'],'cost':20},{'licence':'b','products':['beta.av'],'cost':15}]",
      NULL, NULL, NULL},
     "beta.av",
     "alpha.av",
     CANDIDATE_ELIGIBLE,
     "the chosen one has more points by the policy's weights (25 against 0)"},
    {"a cheaper seat among equals",
     {OLD_AV,
      "'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'},'currency':'EUR','allow_unverified':true,'forbid':['alpha'],"
      "'seats':[{'licence':'g','products':['gamma.av'],'cost':20},{'licence':'d','products':['delta.edr'],'cost':15}]",
      NULL,
      EDITS({"vendors/beta/av.json", "'documented'", "'unverified'"},
            {"vendors/delta/edr.json", "'capabilities': {'realtime': 'unknown'},",
             "'capabilities':{'realtime':'yes','passive':true},'install':{'steps':[],'source':'s','confidence':'unverified'},"}),
      NULL},
     "delta.edr",
     "gamma.av",
     CANDIDATE_ELIGIBLE,
     "a seat of the chosen one costs less (15 against 20 EUR)"},
    {"a capability is required",
     {OLD_AV, "'require':['fanotify_exclusive']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "The policy requires 'fanotify_exclusive' (refuses while another process holds fanotify marks), which nothing says of it."},
    {"only certain countries",
     {OLD_AV, "'allow_countries':['NO']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "The policy allows only vendors of certain countries; the seat of this one is in FR."},
    {"documented is better than seen in the field",
     {OLD_AV,
      "'allow_unverified':true,'forbid':['alpha'],'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'}",
      NULL,
      EDITS({"vendors/beta/av.json", "{'realtime': 'yes'}", "{'realtime':'yes','passive':true}"},
            {"vendors/gamma/av.json", "'unverified'", "'field'"}),
      NULL},
     "beta.av",
     "gamma.av",
     CANDIDATE_ELIGIBLE,
     "the facts of the chosen one are better verified"},
    {"tested is better than documented",
     {OLD_AV, "'forbid':['alpha'],'vars':{'beta_installer':'/x'},'secrets':{'beta_token':'env:T'}", NULL,
      EDITS({"vendors/beta/av.json", "{'realtime': 'yes'}", "{'realtime':'yes','passive':true}"},
            {"vendors/gamma/av.json", "'unverified'", "'tested'"}),
      NULL},
     "gamma.av",
     "beta.av",
     CANDIDATE_ELIGIBLE,
     "the facts of the chosen one are better verified"},
    {"another was asked for",
     {OLD_AV, BETA_POLICY, "alpha.av", NULL, NULL},
     "alpha.av",
     "beta.av",
     CANDIDATE_REJECTED,
     "Another product was asked for: alpha.av."},
    {"the one asked for does not fit",
     {OLD_AV, NULL, "gamma.av", NULL, NULL},
     NULL,
     "gamma.av",
     CANDIDATE_REJECTED,
     "not verified"},
    {"allowed only",
     {OLD_AV, "'allow':['beta.av']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "The policy allows only certain products, and this is none of them."},
    {"allowed by vendor",
     {OLD_AV, "'allow':['alpha']", NULL, NULL, NULL},
     "alpha.av",
     "gamma.av",
     CANDIDATE_REJECTED,
     "allows only certain products"},
    {"forbidden by product",
     {OLD_AV, "'forbid':['alpha.av']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "The policy forbids it."},
    {"forbidden by vendor",
     {OLD_AV, "'forbid':['alpha']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "The policy forbids it."},
    {"forbidden country",
     {OLD_AV, "'forbid_countries':['FR']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "The policy forbids vendors with their seat in FR."},
    {"licence not accepted",
     {OLD_AV, "'licences':['subscription']", NULL, NULL, NULL},
     NULL,
     "alpha.av",
     CANDIDATE_REJECTED,
     "Its licence (free) is not among those that the policy accepts."},
    {"licence not known",
     {OLD_AV, "'licences':['free']", NULL, NULL, NULL},
     "alpha.av",
     "delta.edr",
     CANDIDATE_REJECTED,
     "Its licence (unknown) is not among those"},
};

static void test_choice(void **state)
{
    const struct row *r = *state;
    const struct candidate *c;
    struct planned p;

    planned_make(&p, &r->in);
    if (p.ok != (r->chosen != NULL))
        fail_msg("%s: %s", p.ok ? "planned" : "refused", p.ok ? p.plan.target->product : p.err.text);
    if (r->chosen)
        assert_string_equal(p.plan.target->product, r->chosen);
    else
        expect_err(&p.err, ERR_POLICY, "none of the 5 replacements in the catalogue fits this PC and policy");
    c = planned_candidate(&p, r->product);
    assert_non_null(c);
    assert_int_equal(c->fate, r->fate);
    if (!planned_says(&c->reasons, r->reason))
        fail_msg("'%s' is not among %zu reasons, the first is '%s'", r->reason, c->reasons.n,
                 c->reasons.n ? c->reasons.v[0] : "");
    planned_free(&p);
}

/* Every candidate gets a reason; none of the old vendor, of another system, or moved in by the old vendor is one. */
static void test_candidates(void **state)
{
    struct planned p;
    int chosen = 0;

    (void)state;
    planned_make(&p, &(struct situation){.facts = OLD_AV,
                                         .edits = EDITS({"vendors/delta/edr.json", "'os': 'linux'", "'os':'windows'"},
                                                        {"vendors/gamma/av.json", "'role': 'protection'",
                                                         "'role':'protection','moved_by_vendor':'old'"})});
    assert_true(p.ok);
    assert_int_equal(p.plan.candidates.n, 3);
    for (size_t i = 0; i < p.plan.candidates.n; i++) {
        assert_true(p.plan.candidates.v[i].reasons.n > 0);
        chosen += p.plan.candidates.v[i].fate == CANDIDATE_CHOSEN;
    }
    assert_int_equal(chosen, 1);
    planned_free(&p);
}

static void test_unknown_target(void **state)
{
    struct planned p;

    (void)state;
    planned_make(&p, &(struct situation){.facts = OLD_AV, .target = "omega.av"});
    assert_false(p.ok);
    expect_err(&p.err, ERR_NOT_FOUND, "the catalogue has no product 'omega.av'");
    planned_free(&p);
}

/* Nothing is planned; each step that a person takes is told, and what is left of it is no other matter. */
static void test_by_hand(void **state)
{
    static const char *const states[] = {OLD_AV, "'packages':[{'manager':'dpkg','name':'oldav','version':'1','state':'half-installed'}]"};

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct planned p;
        struct situation s = {.facts = states[i],
                              .policy = "'allow_unverified':true",
                              .edits = EDITS({"vendors/old/av.json", "'role': 'protection'",
                                              "'role':'protection','manual_remove':{'why':'it asks questions.','steps':['Answer.','Look.'],"
                                              "'source':'s','confidence':'unverified'}"})};

        planned_make(&p, &s);
        assert_false(p.ok);
        expect_err(&p.err, ERR_POLICY, "Old Antivirus is not removed unattended; a person removes it, step by step as told");
        assert_int_equal(p.plan.explain.n, 3);
        expect_contains(p.plan.explain.v[0], "Old Antivirus is removed by a person: it asks questions. (How it goes is not verified");
        assert_string_equal(p.plan.explain.v[2], "Step 2: Look.");
        planned_free(&p);
    }
}

int main(void)
{
    ADD_ROWS(rows, test_choice);
    ADD(test_candidates);
    ADD(test_unknown_target);
    ADD(test_by_hand);
    return fixture_run("plan/choice");
}
