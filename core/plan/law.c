/* Who owns the PC, and which safe states are open to it after a failure. */
#include "core/plan/internal.h"

#include <string.h>

void planning_owner(struct planning *p)
{
    static const char *default_jurisdictions[] = {"US"};

    p->owner.as = p->r->policy->as ? p->r->policy->as : "business";
    p->owner.jurisdictions = p->r->policy->jurisdictions;
    if (!p->owner.jurisdictions.n) {
        p->owner.jurisdictions.v = default_jurisdictions;
        p->owner.jurisdictions.n = 1;
    }
}

/* The measure that forbids this owner to use one of the sources. */
static const struct measure *use_forbidden(const struct planning *p)
{
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct timeline *t = catalog_timeline(p->r->catalog, p->sources.v[i]->vendor);
        const struct measure *m = t ? timeline_forbids(t, &p->owner, "use", p->r->now) : NULL;

        if (m)
            return m;
    }
    return NULL;
}

const struct product *planning_other_protection(const struct planning *p)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];
        const struct product *x = catalog_product(p->r->catalog, f->product);

        if (f->kind != FINDING_PRODUCT || f->role != ROLE_PROTECTION || !f->health || f->must_go || x == p->target)
            continue;
        if (f->health->realtime == TRI_YES && x && x->health)
            return x;
    }
    return NULL;
}

static bool restore_rung(struct planning *p, struct ladder_rung *rung)
{
    const struct measure *m = use_forbidden(p);
    int wish = p->r->policy->restore;
    bool rebuildable = false;

    for (size_t i = 0; i < p->sources.n; i++)
        rebuildable = rebuildable || p->sources.v[i]->packages.n > 0;
    rung->rung = RUNG_OLD_RESTORED;
    rung->allowed = rebuildable && wish != RESTORE_NEVER && (!m || wish == RESTORE_ALWAYS);
    if (!rebuildable)
        rung->why = "nothing of the old product is whole enough to be restored";
    else if (wish == RESTORE_NEVER)
        rung->why = "the policy says that the old product is never restored";
    else if (m && wish == RESTORE_ALWAYS)
        rung->why = arena_printf(p->arena,
                                 "the policy says so, although %s (%s) forbids this owner the product's use", m->id,
                                 m->jurisdiction);
    else if (m)
        rung->why = arena_printf(p->arena, "%s (%s, %s) forbids this owner the product's use, so it is not restored",
                                 m->id, m->jurisdiction, m->binding);
    else
        rung->why = "no measure forbids this owner to go on using the product; it is rebuilt before removal and "
                    "put back if the new one does not become healthy";
    return rung->why || err_nomem(p->e);
}

bool planning_ladder(struct planning *p)
{
    struct ladder_rung *v = ARENA_ARRAY(p->arena, RUNG_COUNT, struct ladder_rung);
    const struct product *other = planning_other_protection(p);

    if (!v)
        return err_nomem(p->e);
    v[0].rung = RUNG_NEW_HEALTHY;
    v[0].allowed = p->target != NULL;
    v[0].why = p->target ? arena_printf(p->arena, "%s is healthy: the aim", p->target->name)
                         : "nothing new is installed by this plan";
    if (!restore_rung(p, &v[1]))
        return false;
    v[2].rung = RUNG_OTHER_PROTECTION;
    v[2].allowed = other != NULL;
    v[2].cond = other ? other->health->realtime : NULL;
    v[2].why = other ? arena_printf(p->arena, "%s already protects this PC", other->name)
                     : "no other protection is present, and this system has none built in";
    v[3].rung = RUNG_UNPROTECTED;
    v[3].allowed = true;
    v[3].why = "the last resort: the run ends with status 6 and a person must act at once";
    if (!v[0].why || !v[2].why)
        return err_nomem(p->e);
    p->plan->ladder.v = v;
    p->plan->ladder.n = RUNG_COUNT;
    if (!v[1].allowed && !v[2].allowed &&
        !planning_say(p, &p->plan->warnings,
                      "If the new product does not become healthy, this PC is left WITHOUT protection (status 6), "
                      "because %s.", v[1].why))
        return false;
    return true;
}
