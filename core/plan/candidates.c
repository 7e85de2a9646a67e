/* Which replacement: hard requirements first, then the policy's preferences, each answer with its sentence. */
#include "core/plan/internal.h"

#include <stdlib.h>
#include <string.h>

const struct finding *planning_finding(const struct planning *p, const char *product)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];

        if (text_eq(f->product, product) && (f->kind == FINDING_PRODUCT || f->kind == FINDING_WHITE_LABEL))
            return f;
    }
    return NULL;
}

const char *planning_var(const struct planning *p, const struct var *v)
{
    const char *s = json_string_value(json_object_get(p->r->policy->vars, v->name));

    return s ? s : v->def;
}

static bool named(const struct strs *list, const struct product *x)
{
    return text_in(list, x->id) || text_in(list, x->vendor);
}

/* Position in the policy's preference list; its length when not there. */
static size_t preference(const struct planning *p, const struct product *x)
{
    const struct strs *list = &p->r->policy->prefer;

    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->v[i], x->id) == 0 || strcmp(list->v[i], x->vendor) == 0)
            return i;
    return list->n;
}

static bool reject_law(struct planning *p, const struct product *x, struct strs *why)
{
    for (size_t i = 0; i < x->engine_suppliers.n; i++) {
        const char *vendor = x->engine_suppliers.v[i].vendor;
        const struct timeline *t = catalog_timeline(p->r->catalog, vendor);

        if (t && !planning_say(p, why, "It contains an engine of %s, which is what has to go.", vendor))
            return false;
    }
    return true;
}

static bool reject_policy(struct planning *p, const struct product *x, struct strs *why)
{
    const struct policy *y = p->r->policy;
    const struct vendor *v = catalog_vendor(p->r->catalog, x->vendor);
    bool ok = true;

    if (p->r->target && strcmp(p->r->target, x->id) != 0)
        ok = planning_say(p, why, "Another product was asked for: %s.", p->r->target);
    if (ok && y->allow.n && !named(&y->allow, x))
        ok = planning_say(p, why, "The policy allows only certain products, and this is none of them.");
    if (ok && named(&y->forbid, x))
        ok = planning_say(p, why, "The policy forbids it.");
    if (ok && v && v->country && text_in(&y->forbid_countries, v->country))
        ok = planning_say(p, why, "The policy forbids vendors with their seat in %s.", v->country);
    if (ok && y->licences.n && !(x->licence && text_in(&y->licences, x->licence)))
        ok = planning_say(p, why, "Its licence (%s) is not among those that the policy accepts.",
                          x->licence ? x->licence : "unknown");
    return ok;
}

static bool reject_requirements(struct planning *p, const struct product *x, struct strs *why)
{
    for (size_t i = 0; i < x->requires.n; i++) {
        const struct requirement *q = &x->requires.v[i];
        struct verdict v;

        if (!cond_judge(q->cond, p->r->facts, p->arena, &v, p->e))
            return false;
        if (v.answer == TRI_NO && !planning_say(p, why, "It needs %s, but %s.", q->text, v.evidence))
            return false;
        if (v.answer == TRI_UNKNOWN && !planning_say(p, why, "It needs %s, which could not be established: %s.",
                                                     q->text, v.evidence))
            return false;
    }
    return true;
}

static bool reject_vars(struct planning *p, const struct product *x, struct strs *why)
{
    for (size_t i = 0; i < x->vars.n; i++) {
        const struct var *v = &x->vars.v[i];
        bool given = v->secret ? json_object_get(p->r->policy->secrets, v->name) != NULL : planning_var(p, v) != NULL;

        if (v->required && !given &&
            !planning_say(p, why, "It needs %s (%s), which the policy does not give: %s.", v->label, v->name,
                          v->secret ? "add it to \"secrets\"" : "add it to \"vars\""))
            return false;
    }
    return true;
}

bool planning_awakes(const struct planning *p, const struct product *x)
{
    return x->capabilities && x->capabilities->awakes && text_eq(p->r->facts->os->type, "client");
}

static bool reject_abilities(struct planning *p, const struct product *x, struct strs *why)
{
    const char *part = product_unverified(x, false);
    bool ok = true;

    if (!x->capabilities || x->capabilities->realtime == TRI_NO || x->capabilities->edr_only)
        ok = planning_say(p, why, "It does not block while files are opened, so it is no full replacement.");
    else if (x->capabilities->realtime == TRI_UNKNOWN)
        ok = planning_say(p, why, "Whether it blocks while files are opened is not known.");
    if (ok && !x->install && x->capabilities && x->capabilities->awakes && !planning_awakes(p, x))
        ok = planning_say(p, why, "It becomes active by itself on clients only, and this is none.");
    else if (ok && !x->install && !planning_awakes(p, x))
        ok = planning_say(p, why, "How to install it unattended is not known.");
    if (ok && part && !p->r->policy->allow_unverified)
        ok = planning_say(p, why, "The facts of its part '%s' are not verified; --allow-unverified would take them.",
                          part);
    return ok;
}

static bool examine(struct planning *p, const struct product *x, struct candidate *c)
{
    c->product = x->id;
    c->name = x->name;
    if (!reject_law(p, x, &c->reasons) || !reject_policy(p, x, &c->reasons) ||
        !reject_requirements(p, x, &c->reasons) || !reject_abilities(p, x, &c->reasons) ||
        !reject_vars(p, x, &c->reasons))
        return false;
    c->fate = c->reasons.n ? CANDIDATE_REJECTED : CANDIDATE_ELIGIBLE;
    return true;
}

static bool healthy_here(const struct planning *p, const struct product *x)
{
    const struct finding *f = planning_finding(p, x->id);

    return f && f->health && f->health->realtime == TRI_YES;
}

/* How well it is known how to get it working: greater is better. What needs no installation is known by its health. */
static int verified(const struct product *x)
{
    static const int ranks[] = {[CONFIDENCE_TESTED] = 4, [CONFIDENCE_DOCUMENTED] = 3, [CONFIDENCE_FIELD] = 2,
                                [CONFIDENCE_UNVERIFIED] = 1, [CONFIDENCE_UNSET] = 0};

    return ranks[x->install ? x->install->confidence : x->health ? x->health->confidence : CONFIDENCE_UNSET];
}

/* Lower is better: the policy's order, then what already protects here, what can be installed beside the old one,
 * what is best verified, and the id, so that the order never depends on anything else. */
static int compare_candidates(const struct planning *p, const struct product *a, const struct product *b)
{
    size_t pa = preference(p, a), pb = preference(p, b);

    if (pa != pb)
        return pa < pb ? -1 : 1;
    if (healthy_here(p, a) != healthy_here(p, b))
        return healthy_here(p, a) ? -1 : 1;
    if (a->capabilities->passive != b->capabilities->passive)
        return a->capabilities->passive ? -1 : 1;
    if (verified(a) != verified(b))
        return verified(a) > verified(b) ? -1 : 1;
    return strcmp(a->id, b->id);
}

static const char *why_better(const struct planning *p, const struct product *a, const struct product *b)
{
    if (preference(p, a) != preference(p, b))
        return "the policy prefers the chosen one";
    if (healthy_here(p, a) != healthy_here(p, b))
        return "the chosen one already protects this PC";
    if (a->capabilities->passive != b->capabilities->passive)
        return "the chosen one can be installed while the old product still protects, so the gap is shorter";
    if (verified(a) != verified(b))
        return "the facts of the chosen one are better verified";
    return "both fit equally; the first by name is taken";
}

static bool explain_choice(struct planning *p)
{
    struct plan *plan = p->plan;

    for (size_t i = 0; i < plan->candidates.n; i++) {
        struct candidate *c = &plan->candidates.v[i];
        const struct product *x = catalog_product(p->r->catalog, c->product);
        bool ok = true;

        if (x == p->target) {
            c->fate = CANDIDATE_CHOSEN;
            ok = planning_say(p, &c->reasons, "It meets all %zu of its requirements on this PC.", x->requires.n) &&
                 (preference(p, x) == p->r->policy->prefer.n ||
                  planning_say(p, &c->reasons, "It is number %zu in the policy's order.", preference(p, x) + 1));
        } else if (c->fate == CANDIDATE_ELIGIBLE) {
            ok = planning_say(p, &c->reasons, "It would do as well, but %s.", why_better(p, p->target, x));
        }
        if (!ok)
            return false;
    }
    return true;
}

static bool is_candidate(const struct planning *p, const struct product *x)
{
    return x->role == ROLE_PROTECTION && text_eq(x->os, p->r->facts->os->family) &&
           !catalog_timeline(p->r->catalog, x->vendor) && !x->moved_by_vendor;
}

bool planning_choose(struct planning *p)
{
    const struct catalog *c = p->r->catalog;
    struct plan *plan = p->plan;

    plan->candidates.v = ARENA_ARRAY(p->arena, c->products.n, struct candidate);
    if (!plan->candidates.v)
        return err_nomem(p->e);
    for (size_t i = 0; i < c->products.n; i++) {
        const struct product *x = &c->products.v[i];
        struct candidate *k = &plan->candidates.v[plan->candidates.n];

        if (!is_candidate(p, x))
            continue;
        plan->candidates.n++;
        if (!examine(p, x, k))
            return false;
        if (k->fate == CANDIDATE_ELIGIBLE && (!p->target || compare_candidates(p, x, p->target) < 0))
            p->target = x;
    }
    if (p->r->target && !catalog_product(c, p->r->target))
        return err_set(p->e, ERR_NOT_FOUND, "the catalogue has no product '%s'", p->r->target);
    if (!p->target)
        return err_set(p->e, ERR_POLICY, "none of the %zu replacements in the catalogue fits this PC and policy",
                       plan->candidates.n);
    p->target_present = healthy_here(p, p->target);
    return explain_choice(p);
}
