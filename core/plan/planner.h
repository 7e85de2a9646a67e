/*
 * planner.h - facts, findings, catalogue, policy and an instant -> plan. Pure: same input, same bytes.
 */
#ifndef AVSWAP_CORE_PLAN_PLANNER_H
#define AVSWAP_CORE_PLAN_PLANNER_H

#include "core/model/catalog.h"
#include "core/model/finding.h"
#include "core/model/policy.h"
#include "core/model/verb.h"

struct plan_request {
    const struct facts *facts;
    const struct findings *findings;
    const struct catalog *catalog;
    const struct policy *policy;
    instant now;
    const char *target; /* product id asked for; NULL: choose */
    const char *assigned; /* the sentence why a fleet's assignment gives it `target`; NULL: somebody asked for it */
    const struct verb_def *const *verbs; /* NULL-terminated */
    const char *tool;   /* version text */
};

/*
 * ERR_POLICY or ERR_PREFLIGHT when no plan is possible; ret->candidates and ret->explain then still tell why, and
 * e->text is their summary. ERR_NOT_FOUND when there is nothing to remove.
 */
bool plan_make(const struct plan_request *r, struct doc *d, struct plan *ret, struct err *e) MUST_CHECK;

/*
 * The part of plan_make() that decides: ret->sources are not filled, ret->candidates are ranked. Fails as plan_make()
 * does; *ret_needed false: no replacement is needed, only cleaning up.
 */
bool plan_rank(const struct plan_request *r, struct doc *d, struct plan *ret, bool *ret_needed, struct err *e) MUST_CHECK;

#endif
