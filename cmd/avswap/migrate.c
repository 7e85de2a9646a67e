#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"
#include "cmd/avswap/make.h"
#include "cmd/avswap/migrate.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"

bool migrate_plan(struct cli *c, const struct made *m, struct err *e)
{
    json_t *j = schema_write(&plan_schema, &m->plan);
    const char *id;
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_DOCUMENT);
    ok = json_text(j, false, &b, e) && execute_prepare(c, "the plan just made", buf_str(&b), b.len, &id, e);
    json_decref(j);
    buf_free(&b);
    return ok && execute_run(c, id, EXECUTE_GO, e);
}

static bool nothing_to_do(struct cli *c, const struct made *m, struct err *e)
{
    if (c->json)
        return out_doc(&findings_schema, &m->findings, e);
    return make_show_findings(c, m, e);
}

static bool migrate(struct cli *c, struct err *e)
{
    struct made m;
    bool yes = option_given(&c->args, "yes");

    if (!yes && (!c->tty_in || !c->tty_out))
        return err_set(e, ERR_USAGE, "this changes the PC and there is no terminal to ask on: add --yes");
    if (!make_findings(c, &m, e))
        return false;
    if (!findings_to_clean(&m.findings))
        return nothing_to_do(c, &m, e);
    if (!c->json && !make_show_findings(c, &m, e))
        return false;
    if (!make_plan(c, option_value(&c->args, "target"), &m, e)) {
        make_explain_failure(c, &m);
        return false;
    }
    out_talk(c, "%s", "");
    if (!c->json && !make_show_plan(c, &m, e))
        return false;
    out_talk(c, "%s", "");
    if (!execute_consent(c, "Do it now?", &yes, e) || !yes)
        return yes || e->code == ERR_NONE;
    return migrate_plan(c, &m, e);
}

static const struct option options[] = {
    OPTION_YES,
    {"policy", 0, "FILE", "the administrator's wishes; see avswap-policy(5)", false},
    {"target", 't', "PRODUCT", "replace by this product instead of the best that fits", false},
    {"strategy", 0, "PLAYBOOK", "use this playbook instead of the safest that fits", false},
    {"allow-unverified", 0, NULL, "run steps whose facts nobody has verified on the real product", false},
    OPTION_EICAR,
    {"secret", 0, "NAME=WHERE", "where a password or token is: file:/path or env:NAME, never the secret itself", true},
    {"var", 0, "NAME=VALUE", "a value that a product asks for", true},
    OPTION_TAG,
    OPTION_JURISDICTION,
    OPTION_AS,
    OPTION_NOW,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "detect, plan, run, verify and report in one. It shows what it found and what it will do, and asks once; scripts say "
    "--yes. When nothing must go it says so and ends with status 0.",
    NULL,
};

static const struct example examples[] = {
    {"avswap migrate --eicar", "this PC, at the keyboard"},
    {"avswap migrate --yes --policy office.json --json", "from a script"},
    {NULL, NULL},
};

const struct command cmd_migrate = {
    .name = "migrate",
    .summary = "detect, plan, run, verify and report in one",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REBOOT, EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = migrate,
};
