#include "cmd/avswap/make.h"

#include "cmd/cli/input.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/base/version_tool.h"
#include "core/detect/match.h"
#include "core/plan/planner.h"
#include "core/step/verb.h"

#include <string.h>

bool make_findings(struct cli *c, struct made *m, struct err *e)
{
    memset(m, 0, sizeof *m);
    if (!input_policy(c, &m->policy, e) || !input_secrets(c, &m->policy, e) || !input_facts(c, &m->facts, e) ||
        !input_group(c, m->facts.machine, &m->policy, e))
        return false;
    m->owner = input_owner(&m->policy);
    return match_facts(&m->facts, &c->catalog, &m->owner, c->now, &c->doc, &m->findings, e);
}

bool make_plan(struct cli *c, const char *target, struct made *m, struct err *e)
{
    struct plan_request r = {
        .facts = &m->facts,
        .findings = &m->findings,
        .catalog = &c->catalog,
        .policy = &m->policy,
        .now = c->now,
        .target = target,
        .verbs = verb_defs(),
        .tool = AVSWAP_VERSION,
    };
    bool ok;

    schema_init(&plan_schema, &m->plan);
    ok = plan_make(&r, &c->doc, &m->plan, e);
    m->chosen = m->plan.candidates.n || m->plan.explain.n;
    return ok;
}

void make_explain_failure(struct cli *c, const struct made *m)
{
    struct err ignored = ERR_INIT;
    struct buf b;

    if (!m->chosen || c->json)
        return;
    buf_init(&b, LIMIT_DOCUMENT);
    report_candidates(&m->plan, &c->style, &b);
    buf_addc(&b, '\n');
    (void)!out_text(&b, &ignored);
}

bool make_show_findings(struct cli *c, const struct made *m, struct err *e)
{
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    report_findings(&m->findings, &c->style, &b);
    return out_text(&b, e);
}

bool make_show_plan(struct cli *c, const struct made *m, struct err *e)
{
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    report_plan(&m->plan, &c->style, &b);
    return out_text(&b, e);
}
