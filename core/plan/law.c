/* Who owns the PC, and which safe states are open to it after a failure. */
#include "core/base/list.h"
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
        bool here = f->kind == FINDING_PRODUCT || f->kind == FINDING_MOVED_BY_VENDOR;

        if (!here || f->role != ROLE_PROTECTION || !f->health || f->must_go || x == p->target)
            continue;
        if (f->health->realtime == TRI_YES && x && x->health)
            return x;
    }
    return NULL;
}

/* Holds while every protection among the sources still works. */
static bool sources_protect(struct planning *p, struct cond **ret)
{
    struct cond *c = ARENA_NEW(p->arena, struct cond);

    *ret = NULL;
    if (!c)
        return err_nomem(p->e);
    schema_init(&cond_schema, c);
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct product *x = p->sources.v[i];
        struct cond *slot;

        if (x->role != ROLE_PROTECTION || !x->health || !x->health->realtime || !planning_finding(p, x->id))
            continue;
        slot = LIST_ADD(p->arena, &c->all);
        if (!slot)
            return err_nomem(p->e);
        *slot = *x->health->realtime;
    }
    if (c->all.n)
        *ret = c;
    return true;
}

/* What the system itself has, asleep while another product is registered: nothing that must be installed or onboarded first. */
static bool find_bridge(const struct planning *p, const struct product **ret)
{
    const struct catalog *c = p->r->catalog;

    *ret = NULL;
    for (size_t i = 0; i < c->products.n && !*ret; i++) {
        const struct product *x = &c->products.v[i];
        bool fits = x != p->target && text_eq(x->os, p->r->facts->os->family) && planning_awakes(p, x) && !x->install && x->health &&
                    x->health->realtime && !catalog_timeline(c, x->vendor);

        for (size_t k = 0; fits && k < x->requires.n; k++) {
            struct verdict v;

            if (!cond_judge(x->requires.v[k].cond, p->r->facts, p->arena, &v, p->e))
                return false;
            fits = v.answer == TRI_YES;
        }
        if (fits)
            *ret = x;
    }
    return true;
}

static bool bridge_rung(struct planning *p, struct ladder_rung *rung)
{
    const struct product *other = planning_other_protection(p), *bridge = NULL;

    if (!other && !find_bridge(p, &bridge))
        return false;
    rung->rung = RUNG_OTHER_PROTECTION;
    rung->allowed = other || bridge;
    rung->cond = other ? other->health->realtime : bridge ? bridge->health->realtime : NULL;
    if (other)
        rung->why = arena_printf(p->arena, "%s already protects this PC", other->name);
    else if (bridge)
        rung->why = arena_printf(p->arena, "%s is part of this system and becomes active once no other antivirus is "
                                           "registered", bridge->name);
    else if (p->target && planning_awakes(p, p->target))
        rung->why = "no other protection is present beside the one that takes over";
    else
        rung->why = "no other protection is present, and this system has none built in";
    return rung->why || err_nomem(p->e);
}

/* Is there anything from which one of the old products could be installed again? */
static bool can_restore(struct planning *p, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < p->sources.n; i++) {
        bool kept = false;

        if (p->sources.v[i]->role == ROLE_PROTECTION && !planning_restorable(p, p->sources.v[i], &kept))
            return false;
        *ret = *ret || kept || p->sources.v[i]->packages.n > 0;
    }
    return true;
}

static bool restore_rung(struct planning *p, struct ladder_rung *rung)
{
    const struct measure *m = use_forbidden(p);
    int wish = p->r->policy->restore;
    bool windows = text_eq(p->r->facts->os->family, "windows"), rebuildable;

    if (!can_restore(p, &rebuildable))
        return false;
    rung->rung = RUNG_OLD_RESTORED;
    rung->allowed = rebuildable && wish != RESTORE_NEVER && (!m || wish == RESTORE_ALWAYS);
    if (!rung->allowed && !sources_protect(p, &rung->cond))
        return false;
    if (!rebuildable)
        rung->why = windows
                        ? "nothing remains from which the old product could be installed again"
                        : "nothing of the old product is whole enough to be restored";
    else if (wish == RESTORE_NEVER)
        rung->why = "the policy says that the old product is never restored";
    else if (m && wish == RESTORE_ALWAYS)
        rung->why = arena_printf(p->arena,
                                 "the policy says so, although %s (%s) forbids this owner the product's use", m->id,
                                 m->jurisdiction);
    else if (m)
        rung->why = arena_printf(p->arena, "%s (%s, %s) forbids this owner the product's use, so it is not restored",
                                 m->id, m->jurisdiction, m->binding);
    else if (windows)
        rung->why = "no measure forbids this owner to go on using the product; its installer is saved before removal and "
                    "used if the new one does not become healthy, as far as Windows can: its licence may have to be "
                    "activated again";
    else
        rung->why = "no measure forbids this owner to go on using the product; it is rebuilt before removal and "
                    "put back if the new one does not become healthy";
    return rung->why || err_nomem(p->e);
}

bool planning_ladder(struct planning *p)
{
    struct ladder_rung *v = ARENA_ARRAY(p->arena, RUNG_COUNT, struct ladder_rung);

    if (!v)
        return err_nomem(p->e);
    v[0].rung = RUNG_NEW_HEALTHY;
    v[0].allowed = p->target != NULL;
    v[0].why = p->target ? arena_printf(p->arena, "%s is healthy: the aim", p->target->name)
                         : "nothing new is installed by this plan";
    if (!restore_rung(p, &v[1]) || !bridge_rung(p, &v[2]))
        return false;
    v[3].rung = RUNG_UNPROTECTED;
    v[3].allowed = true;
    v[3].why = "the last resort: the run ends with status 6 and a person must act at once";
    if (!v[0].why)
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
