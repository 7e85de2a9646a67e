/* Which playbook, and what stops a plan. */
#include "tests/unit/fixture_plan.h"

static const struct row {
    const char *name;
    struct situation in;
    const char *strategy; /* NULL: refused */
    enum err_code code;
    const char *error;
} rows[] = {
    {"passive target: beside", {.facts = OLD_AV}, "overlap", ERR_NONE, NULL},
    {"target that is not passive: replace", {.facts = OLD_AV, .policy = BETA_POLICY}, "replace", ERR_NONE, NULL},
    {"target that protects: hand over", {.facts = ALPHA_PROTECTS}, "builtin", ERR_NONE, NULL},
    {"traces only, something protects: clean up",
     {.facts = "'files':[{'path':'/var/opt/old/"
               "av','kind':'dir'}],'packages':[{'manager':'dpkg','name':'alphaav','state':'installed'}],'fanotify':[{'"
               "pid':6,'exe':'/usr/sbin/alphad','name':'a','marks':1}]"},
     "cleanup",
     ERR_NONE,
     NULL},
    {"traces only, nothing protects: install",
     {.facts = "'files':[{'path':'/var/opt/old/av','kind':'dir'}]"},
     "overlap",
     ERR_NONE,
     NULL},
    {"an agent alone, something protects: clean up",
     {.facts = "'packages':[{'manager':'dpkg','name':'oldagent','state':'installed'},{'manager':'dpkg','name':'alphaav'"
               ",'state':'installed'}],'fanotify':[{'pid':6,'exe':'/usr/sbin/alphad','name':'a','marks':1}]"},
     "cleanup",
     ERR_NONE,
     NULL},
    {"half removed: replace it",
     {.facts = "'packages':[{'manager':'dpkg','name':'oldav','version':'1','state':'half-installed'}]"},
     "overlap",
     ERR_NONE,
     NULL},
    {"as asked", {.facts = OLD_AV, .policy = "'strategy':'replace'"}, "replace", ERR_NONE, NULL},
    {"asked, and the preferred one is not passive: the next one",
     {.facts = OLD_AV, .policy = BETA_POLICY ",'strategy':'overlap'"},
     "overlap",
     ERR_NONE,
     NULL},
    {"asked, but no target is passive",
     {.facts = OLD_AV, .policy = BETA_POLICY ",'strategy':'overlap'", .target = "beta.av"},
     NULL,
     ERR_POLICY,
     "the strategy 'overlap' does not fit: the replacement cannot be installed without its on-access engine running"},
    {"asked, but the target is here",
     {.facts = ALPHA_PROTECTS, .policy = "'strategy':'replace'"},
     NULL,
     ERR_POLICY,
     "the replacement is already here and protects"},
    {"asked, but nothing is here",
     {.facts = OLD_AV, .policy = "'strategy':'builtin'"},
     NULL,
     ERR_POLICY,
     "the replacement is not yet here"},
    {"asked to clean up a whole product",
     {.facts = OLD_AV, .policy = "'strategy':'cleanup'"},
     NULL,
     ERR_POLICY,
     "there is a product to replace"},
    {"asked to replace where only traces are",
     {.facts = "'files':[{'path':'/var/opt/old/"
               "av','kind':'dir'}],'packages':[{'manager':'dpkg','name':'alphaav','state':'installed'}],'fanotify':[{'"
               "pid':6,'exe':'/usr/sbin/alphad','name':'a','marks':1}]",
      .policy = "'strategy':'replace'"},
     NULL,
     ERR_POLICY,
     "nothing new is needed"},
    {"no such strategy",
     {.facts = OLD_AV, .policy = "'strategy':'magic'"},
     NULL,
     ERR_NOT_FOUND,
     "no playbook magic fits"},
    {"no playbook at all",
     {.facts = OLD_AV, .edits = EDITS({"playbooks/overlap.json", NULL, NULL}, {"playbooks/replace.json", NULL, NULL})},
     NULL,
     ERR_POLICY,
     "no playbook fits"},
    {"nothing to do", {.facts = ""}, NULL, ERR_NOT_FOUND, "nothing that has to go was found on this PC"},
    {"only a white-label product: for a person to judge",
     {.facts = "'packages':[{'manager':'dpkg','name':'whiteav','state':'installed'}]"},
     NULL,
     ERR_POLICY,
     "White Guard: which one it is, and how it goes, is for a person to find out"},
    {"nobody knows how to remove it",
     {.facts = OLD_AV, .edits = EDITS({"vendors/old/av.json", "'remove':", "'disarm':"})},
     NULL,
     ERR_POLICY,
     "how to remove Old Antivirus unattended is not known"},
    {"its removal is not verified",
     {.facts = OLD_AV,
      .edits =
          EDITS({"vendors/old/av.json", "'expected_s': 20,\n        'source': 'test',\n        'confidence': 'tested'",
                 "'source':'x','confidence':'unverified'"})},
     NULL,
     ERR_UNVERIFIED,
     "Old Antivirus: the facts of its part 'remove' are not verified"},
    {"its cleaning is not verified",
     {.facts = OLD_AV, .edits = EDITS({"vendors/old/av.json", "'auxiliary': true", "'confidence':'unverified'"})},
     NULL,
     ERR_UNVERIFIED,
     "'clean' are not verified"},
    {"no such verb",
     {.facts = OLD_AV, .edits = EDITS({"vendors/old/av.json", "'service.stop'", "'service.halt'"})},
     NULL,
     ERR_INPUT,
     "playbook overlap, stage remove, step 2: old.av: there is no verb 'service.halt'"},
    {"no verb and no use",
     {.facts = OLD_AV, .edits = EDITS({"playbooks/overlap.json", "{'use': 'target.install'}", "{'title':'x'}"})},
     NULL,
     ERR_INPUT,
     "there is no verb '(none)'"},
    {"no such section of a source",
     {.facts = OLD_AV, .edits = EDITS({"playbooks/overlap.json", "'source.guards'", "'source.gards'"})},
     NULL,
     ERR_INPUT,
     "playbook overlap, stage preflight, step 2: playbook overlap: 'source.gards' cannot be used"},
    {"no such section of the target",
     {.facts = OLD_AV, .edits = EDITS({"playbooks/overlap.json", "'target.install'", "'target.instal'"})},
     NULL,
     ERR_INPUT,
     "'target.instal' cannot be used"},
    {"an argument that the verb does not have",
     {.facts = OLD_AV, .edits = EDITS({"vendors/old/av.json", "{'name': 'oldav.service'}", "{'nme':'x'}"})},
     NULL,
     ERR_INPUT,
     "old.av: service.stop: "},
    {"a variable that the product does not have",
     {.facts = OLD_AV,
      .policy = BETA_POLICY,
      .edits = EDITS({"vendors/beta/av.json", "${beta_group}", "${beta_grup}"})},
     NULL,
     ERR_INPUT,
     "product beta.av: '${beta_grup}' is no variable of it"},
    {"a variable in a playbook",
     {.facts = OLD_AV, .edits = EDITS({"playbooks/overlap.json", "'the disk is full'", "'${x}'"})},
     NULL,
     ERR_INPUT,
     "product (playbook): '${x}' is no variable"},
    {"an installer that only an optional variable tells of",
     {.facts = OLD_AV,
      .policy = "'prefer':['beta'],'secrets':{'beta_token':'env:T'}",
      .edits =
          EDITS({"vendors/beta/av.json", "'label': 'the package from the console', 'required': true", "'label':'x'"})},
     NULL,
     ERR_POLICY,
     "product beta.av: the variable 'beta_installer' (path of the installer) is not set"},
    {"a secret in a text",
     {.facts = OLD_AV,
      .policy = BETA_POLICY,
      .edits = EDITS({"vendors/beta/av.json", "${beta_group}", "${beta_token}"})},
     NULL,
     ERR_INPUT,
     "the secret 'beta_token' may not stand in a text"},
};

static void test_strategy(void **state)
{
    const struct row *r = *state;
    struct planned p;

    planned_make(&p, &r->in);
    if (p.ok != (r->strategy != NULL))
        fail_msg("%s", p.ok ? p.plan.strategy : p.err.text);
    if (r->strategy)
        assert_string_equal(p.plan.strategy, r->strategy);
    else
        expect_err(&p.err, r->code, r->error);
    planned_free(&p);
}

int main(void)
{
    ADD_ROWS(rows, test_strategy);
    return fixture_run("plan/strategy");
}
