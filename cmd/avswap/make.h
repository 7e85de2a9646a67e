/*
 * make.h - from a PC or saved facts to findings and a plan, as plan, migrate and the guided way all do it.
 */
#ifndef AVSWAP_CMD_AVSWAP_MAKE_H
#define AVSWAP_CMD_AVSWAP_MAKE_H

#include "cmd/cli/cli.h"
#include "core/model/policy.h"

struct made {
    struct policy policy;
    struct owner owner;
    struct facts facts;
    struct findings findings;
    struct plan plan;
    bool chosen; /* the plan holds candidates and reasons even when making it failed */
};

/* Policy, facts and findings by the command's options. */
bool make_findings(struct cli *c, struct made *m, struct err *e) MUST_CHECK;
/* The plan; target NULL: the planner chooses. */
bool make_plan(struct cli *c, const char *target, struct made *m, struct err *e) MUST_CHECK;
/* Prints why there is no plan: the candidates and what spoke against each. The error is still the caller's to tell. */
void make_explain_failure(struct cli *c, const struct made *m);
/* Shows findings and plan as text on standard output. */
bool make_show_findings(struct cli *c, const struct made *m, struct err *e) MUST_CHECK;
bool make_show_plan(struct cli *c, const struct made *m, struct err *e) MUST_CHECK;

#endif
