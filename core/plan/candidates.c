/* Which replacement: hard requirements first, then the policy's preferences, each answer with its sentence. */
#include "core/plan/internal.h"

#include <stdint.h>
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

static bool reject_law(struct planning *p, const struct product *x, struct strs *why)
{
    for (size_t i = 0; i < x->engine_suppliers.n; i++) {
        const char *vendor = x->engine_suppliers.v[i].vendor;
        const struct timeline *t = catalog_timeline(p->r->catalog, vendor);

        if (t && !planning_say(p, why, "%s an engine of %s, which is what has to go.",
                               x->engine_suppliers.v[i].optional ? "Some versions of it contain" : "It contains", vendor))
            return false;
    }
    return true;
}

static bool reject_policy(struct planning *p, const struct product *x, struct strs *why)
{
    const struct policy *y = p->r->policy;
    const struct vendor *v = catalog_vendor(p->r->catalog, x->vendor);
    bool ok = true;

    if (p->r->target && !p->r->assigned && strcmp(p->r->target, x->id) != 0)
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

static bool reject_country(struct planning *p, const struct product *x, struct strs *why)
{
    const struct strs *allowed = &p->r->policy->allow_countries;
    const struct vendor *v = catalog_vendor(p->r->catalog, x->vendor);
    const char *country = v ? v->country : NULL;

    if (!allowed->n || (country && text_in(allowed, country)))
        return true;
    return planning_say(p, why, "The policy allows only vendors of certain countries; the seat of this one %s%s.",
                        country ? "is in " : "is not known", country ? country : "");
}

static bool has_capability(const struct product *x, const char *name)
{
    const struct field *f = schema_field(&capability_schema, name);
    const char *at = x->capabilities && f ? (const char *)x->capabilities + f->offset : NULL;

    if (!at)
        return false;
    return f->type == FIELD_ENUM ? *(const int *)(const void *)at == TRI_YES
                                 : f->type == FIELD_BOOL && *(const bool *)(const void *)at;
}

static bool reject_capabilities(struct planning *p, const struct product *x, struct strs *why)
{
    const struct strs *list = &p->r->policy->require;

    for (size_t i = 0; i < list->n; i++)
        if (!has_capability(x, list->v[i]) &&
            !planning_say(p, why, "The policy requires '%s' (%s), which nothing says of it.", list->v[i],
                          schema_field(&capability_schema, list->v[i])->doc))
            return false;
    return true;
}

/* Only what could be otherwise is worth a playbook. */
static bool reject_way(struct planning *p, const struct product *x, struct strs *why)
{
    const char *misfit;

    if (why->n || planning_way(p, x, &misfit))
        return true;
    return planning_say(p, why, "There is no way to get there: %s.", misfit);
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

static bool reject_install(struct planning *p, const struct product *x, struct strs *why)
{
    if (x->manual_install)
        return planning_healthy_here(p, x) || planning_say(p, why, "A person installs it: %s", x->manual_install->why);
    if (x->install || planning_awakes(p, x))
        return true;
    if (x->capabilities && x->capabilities->awakes)
        return planning_say(p, why, "It becomes active by itself on clients only, and this is none.");
    return planning_say(p, why, "How to install it unattended is not known.");
}

static bool reject_abilities(struct planning *p, const struct product *x, struct strs *why)
{
    const char *part = product_unverified(x, false);
    bool ok = true;

    if (!x->capabilities || x->capabilities->realtime == TRI_NO || x->capabilities->edr_only)
        ok = planning_say(p, why, "It does not block while files are opened, so it is no full replacement.");
    else if (x->capabilities->realtime == TRI_UNKNOWN)
        ok = planning_say(p, why, "Whether it blocks while files are opened is not known.");
    ok = ok && reject_install(p, x, why);
    if (ok && part && !p->r->policy->allow_unverified)
        ok = planning_say(p, why, "The facts of its part '%s' are not verified; --allow-unverified would take them.",
                          part);
    return ok;
}

static bool reject_unreviewed(struct planning *p, const struct product *x, struct strs *why)
{
    return !product_is_candidate(x) ||
           planning_say(p, why, "It is a candidate, taken over from %s: nobody has reviewed it.", x->import->from);
}

static bool examine(struct planning *p, const struct product *x, struct candidate *c)
{
    c->product = x->id;
    c->name = x->name;
    if (!reject_law(p, x, &c->reasons) || !reject_unreviewed(p, x, &c->reasons) || !reject_policy(p, x, &c->reasons) ||
        !reject_country(p, x, &c->reasons) || !reject_capabilities(p, x, &c->reasons) || !reject_requirements(p, x, &c->reasons) ||
        !reject_abilities(p, x, &c->reasons) || !reject_vars(p, x, &c->reasons) || !reject_way(p, x, &c->reasons))
        return false;
    c->fate = c->reasons.n ? CANDIDATE_REJECTED : CANDIDATE_ELIGIBLE;
    return true;
}

bool planning_healthy_here(const struct planning *p, const struct product *x)
{
    const struct finding *f = planning_finding(p, x->id);

    return f && f->health && f->health->realtime == TRI_YES;
}

static bool is_candidate(const struct planning *p, const struct product *x)
{
    return x->role == ROLE_PROTECTION && text_eq(x->os, p->r->facts->os->family) &&
           !catalog_timeline(p->r->catalog, x->vendor) && !x->moved_by_vendor;
}

static bool examine_all(struct planning *p)
{
    const struct catalog *c = p->r->catalog;
    struct plan *plan = p->plan;

    plan->candidates.v = ARENA_ARRAY(p->arena, c->products.n, struct candidate);
    if (!plan->candidates.v)
        return err_nomem(p->e);
    for (size_t i = 0; i < c->products.n; i++)
        if (is_candidate(p, &c->products.v[i]) &&
            !examine(p, &c->products.v[i], &plan->candidates.v[plan->candidates.n++]))
            return false;
    return true;
}

/* The eligible ones by their points, best first, before all others. */
static bool rank(struct planning *p)
{
    struct candidate *v = p->plan->candidates.v;
    size_t n = p->plan->candidates.n, k;
    long long dearest = 0;

    for (size_t i = 0; i < n; i++)
        if (v[i].fate == CANDIDATE_ELIGIBLE && score_cost(p, v[i].product) > dearest)
            dearest = score_cost(p, v[i].product);
    if (!score_lab(p))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct candidate c = v[i];

        if (c.fate == CANDIDATE_REJECTED)
            continue;
        c.points = ARENA_NEW(p->arena, struct points);
        if (!c.points)
            return err_nomem(p->e);
        score_points(p, catalog_product(p->r->catalog, c.product), dearest, c.points);
        for (k = i; k > 0 && (v[k - 1].fate == CANDIDATE_REJECTED || score_compare(p, &c, &v[k - 1]) < 0); k--)
            v[k] = v[k - 1];
        v[k] = c;
    }
    return true;
}

static bool explain_chosen(struct planning *p, struct candidate *c, const struct product *x)
{
    size_t place = score_place(p, x);

    c->fate = CANDIDATE_CHOSEN;
    return planning_say(p, &c->reasons, "It meets all %zu of its requirements on this PC.", x->requires.n) &&
           (place == p->r->policy->prefer.n ||
            planning_say(p, &c->reasons, "It is number %zu in the policy's order.", place + 1)) &&
           (!p->r->assigned || planning_say(p, &c->reasons, "%s", p->r->assigned));
}

static bool explain_choice(struct planning *p)
{
    struct candidate *v = p->plan->candidates.v, *chosen = v;
    size_t n = p->plan->candidates.n;

    while (!text_eq(chosen->product, p->target->id))
        chosen++;
    if (!explain_chosen(p, chosen, p->target))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool ok = true;

        if (v[i].fate == CANDIDATE_ELIGIBLE && &v[i] < chosen)
            ok = planning_say(p, &v[i].reasons, "It would do as well, and this PC alone would have got it before the chosen "
                                                "one, but the fleet as a whole is better off so.");
        else if (v[i].fate == CANDIDATE_ELIGIBLE)
            ok = planning_say(p, &v[i].reasons, "It would do as well, but %s.", score_why(p, chosen, &v[i]));
        if (!ok)
            return false;
    }
    return true;
}

/* The one asked for, else what lacks least. */
static const struct candidate *find_nearest(const struct planning *p)
{
    const struct candidate *nearest = NULL;

    for (size_t i = 0; i < p->plan->candidates.n; i++) {
        const struct candidate *c = &p->plan->candidates.v[i];

        if (text_eq(c->product, p->r->target))
            return c;
        if (!nearest || c->reasons.n < nearest->reasons.n)
            nearest = c;
    }
    return nearest;
}

/* Nothing is left: what lacks least is what a person can do something about. */
static bool explain_nearest(struct planning *p)
{
    const struct plan *plan = p->plan;
    const struct candidate *nearest = find_nearest(p);

    if (!nearest)
        return err_set(p->e, ERR_POLICY, "the catalogue has no replacement for this system");
    for (size_t i = 0; i < plan->candidates.n; i++) {
        const struct candidate *c = &plan->candidates.v[i];

        if (c->reasons.n == nearest->reasons.n && c->reasons.n < 3 &&
            !planning_say(p, &p->plan->explain, "Nearest is %s: %s%s%s", c->name, c->reasons.v[0],
                          c->reasons.n > 1 ? " " : "", c->reasons.n > 1 ? c->reasons.v[1] : ""))
            return false;
    }
    return err_set(p->e, ERR_POLICY, "none of the %zu replacements in the catalogue fits this PC and policy; nearest is %s: %s",
                   plan->candidates.n, nearest->name, nearest->reasons.v[0]);
}

bool planning_choose(struct planning *p)
{
    const struct catalog *c = p->r->catalog;
    const struct plan *plan = p->plan;

    if (p->r->target && !catalog_product(c, p->r->target))
        return err_set(p->e, ERR_NOT_FOUND, "the catalogue has no product '%s'", p->r->target);
    if (!examine_all(p) || !rank(p))
        return false;
    for (size_t i = 0; i < plan->candidates.n && !p->target; i++)
        if (plan->candidates.v[i].fate == CANDIDATE_ELIGIBLE &&
            (!p->r->target || text_eq(plan->candidates.v[i].product, p->r->target)))
            p->target = catalog_product(c, plan->candidates.v[i].product);
    if (!p->target)
        return explain_nearest(p);
    p->target_present = planning_healthy_here(p, p->target);
    return explain_choice(p);
}
