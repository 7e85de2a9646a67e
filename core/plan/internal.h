/*
 * internal.h - what the planner's files share. `struct planning` lives for one plan_make().
 */
#ifndef AVSWAP_CORE_PLAN_INTERNAL_H
#define AVSWAP_CORE_PLAN_INTERNAL_H

#include "core/plan/planner.h"

struct planning {
    const struct plan_request *r;
    struct doc *doc;
    struct arena *arena; /* doc's */
    struct plan *plan;
    struct owner owner;
    struct err *e;
    LIST(const struct product *) sources; /* in order of removal */
    const struct product *target;
    bool target_present; /* already installed and healthy */
    const struct playbook *playbook;
    const struct evidence *lab; /* the test that measured every candidate that is left; NULL: there is none */
    unsigned lab_metrics;       /* which of evidence_metrics it gives for each of them, a bit each */
};

/* Lists that grow in the arena. Each returns false with the error set when memory runs out. */
bool planning_say(struct planning *p, struct strs *list, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));

/* candidates.c: fills plan->candidates and chooses p->target; false with ERR_POLICY when none is left. */
bool planning_choose(struct planning *p) MUST_CHECK;
/* The best playbook by which x could take over, of those that the policy leaves; NULL with *why none fits (one that is
 * asked for, or all). x NULL: nothing new is needed. */
const struct playbook *planning_way(const struct planning *p, const struct product *x, const char **why);
bool planning_healthy_here(const struct planning *p, const struct product *x);

/* score.c: how good a candidate is. `costs` is the dearest seat among the candidates. */
void score_points(const struct planning *p, const struct product *x, long long costs, struct points *ret);
/* Less than 0: a is better. Never 0 for two products. */
/* By which laboratory test those that are left may be compared: one that counts and measured each of them. */
bool score_lab(struct planning *p) MUST_CHECK;
int score_compare(const struct planning *p, const struct candidate *a, const struct candidate *b);
/* Why a is better than b, as it stands after "but". */
const char *score_why(const struct planning *p, const struct candidate *a, const struct candidate *b);
long long score_cost(const struct planning *p, const char *product);
/* Position in the policy's list of preferences; its length when not there. */
size_t score_place(const struct planning *p, const struct product *x);
/* law.c: who owns the PC, may the old product be restored, the ladder. */
void planning_owner(struct planning *p);
bool planning_ladder(struct planning *p) MUST_CHECK;
/* steps.c: playbook -> plan->steps. */
bool planning_steps(struct planning *p) MUST_CHECK;
/*
 * restore.c: products of Windows Installer. The product codes that x's removal is about, as found on this PC; the
 * installer of x that the policy names ("<id>_installer" of its vars; NULL none); the file of the run's backup folder
 * from which one code could be installed again (NULL none); and whether there is any for x.
 */
bool planning_codes(struct planning *p, const struct product *x, struct strs *ret) MUST_CHECK;
bool planning_named_installer(struct planning *p, const struct product *x, const char **ret,
                              const char **ret_sha256) MUST_CHECK;
bool planning_restore(struct planning *p, const struct product *x, const char *code, const char **ret) MUST_CHECK;
bool planning_restorable(struct planning *p, const struct product *x, bool *ret) MUST_CHECK;
/* Other protection on this PC that is neither source nor target: its real-time condition, NULL none. */
const struct product *planning_other_protection(const struct planning *p);
const struct finding *planning_finding(const struct planning *p, const char *product);
/* Does it become active by itself on this PC once no other product is registered? Servers never do that. */
bool planning_awakes(const struct planning *p, const struct product *x);
/* NULL: there is no such verb. */
const struct verb_def *planning_verb(const struct planning *p, const char *name);
/* Value of a var: policy, then default. NULL: none. */
const char *planning_var(const struct planning *p, const struct var *v);

#endif
