#include "cmd/avswap/avswap.h"
#include "cmd/avswap/make.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"

static bool nothing_to_do(struct cli *c, const struct made *m, struct err *e)
{
    out_talk(c, "Nothing to do: no product must go.");
    return !c->json || out_doc(&findings_schema, &m->findings, e);
}

/* The plan into its file, and what it says for people. */
static bool hand_over(struct cli *c, const struct made *m, struct err *e)
{
    const char *file = option_value(&c->args, "output");

    if (!file && c->json)
        file = "-";
    if (!file)
        file = "plan.json";
    if (!out_save(file, &plan_schema, &m->plan, e))
        return false;
    if (text_eq(file, "-"))
        return true;
    if (c->json)
        return out_doc(&plan_schema, &m->plan, e);
    if (!make_show_plan(c, m, e))
        return false;
    out_talk(c, "\nWritten to %s. Next: avswap run %s", file, file);
    return true;
}

static bool plan(struct cli *c, struct err *e)
{
    const char *target = option_value(&c->args, "target");
    struct made m;

    if (!make_findings(c, &m, e))
        return false;
    if (make_plan(c, target, &m, e))
        return hand_over(c, &m, e);
    if (e->code == ERR_NOT_FOUND && !target && !findings_must_go(&m.findings))
        return nothing_to_do(c, &m, e);
    make_explain_failure(c, &m);
    return false;
}

static const struct option options[] = {
    OPTION_FROM,
    {"policy", 0, "FILE", "the administrator's wishes; see avswap-policy(5)", false},
    {"target", 't', "PRODUCT", "replace by this product instead of the best that fits", false},
    {"strategy", 0, "PLAYBOOK", "use this playbook instead of the safest that fits", false},
    {"allow-unverified", 0, NULL, "plan steps whose facts nobody has verified on the real product", false},
    OPTION_EICAR,
    {"secret", 0, "NAME=WHERE", "where a password or token is: file:/path or env:NAME, never the secret itself", true},
    {"var", 0, "NAME=VALUE", "a value that a product asks for", true},
    OPTION_TAG,
    OPTION_JURISDICTION,
    OPTION_AS,
    OPTION_NOW,
    {"output", 'o', "PLAN", "where to write it (default: plan.json; '-': standard output)", false},
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "Chooses a replacement that fits this PC, the policy and the law, explains the choice and why each other product was not "
    "chosen, and writes every concrete step with its expected state before and after, its undo and its limit to plan.json.",
    "Nothing is changed. The same facts, catalogue, policy and instant give the same bytes. A run refuses the plan when the "
    "facts it rests on no longer hold.",
    NULL,
};

static const struct example examples[] = {
    {"avswap plan --target clamav.clamav.linux --eicar", "a named product, proved with an EICAR file"},
    {"avswap plan --from facts.json --policy office.json -o pc17.json", "for another PC"},
    {"avswap plan --secret kesl_password=file:/root/kesl.txt", "an uninstall password, by reference"},
    {"avswap plan --secret kaspersky_password=file:C:/secrets/kes.txt", "the same on Windows"},
    {NULL, NULL},
};

const struct command cmd_plan = {
    .name = "plan",
    .summary = "choose a replacement, explain it, write plan.json",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, -1},
    .examples = examples,
    .run = plan,
};
