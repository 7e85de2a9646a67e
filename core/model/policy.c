#include "core/model/policy.h"
#include "core/base/list.h"
#include "core/model/visit.h"

#include <string.h>

static const char *const restore_names[] = {"default", "always", "never", NULL};
static const char *const reinstall_names[] = {"disarm", "refuse", NULL};
static const char *const one_names[] = {"no", "prefer", "require", NULL};

#define MAX_COST 1000000000

static const struct field weight_fields[] = {
    FIELD(weights, INT, preference, "of its place in 'prefer'", .max = 1000, .def = 8),
    FIELD(weights, INT, fit, "of how smoothly it fits this PC", .max = 1000, .def = 4),
    FIELD(weights, INT, evidence, "of how well it is known", .max = 1000, .def = 2),
    FIELD(weights, INT, cost, "of the cost of a seat", .max = 1000, .def = 1),
    FIELD_END,
};
static const struct schema weights_schema = {"weights", NULL, "how much each part of the points counts",
                                             sizeof(struct weights), weight_fields, NULL};

static bool check_seats(void *obj, const struct place *at, struct err *e)
{
    const struct seats *s = obj;

    return s->products.n || place_error(e, at, "the licence '%.60s' names no product", s->licence);
}

static const struct field seats_fields[] = {
    FIELD(seats, STR, licence, "what this licence is called here", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(seats, STRS, products, "products that take their seats from it", .flags = FIELD_REQUIRED),
    FIELD(seats, INT, seats, "how many there are (-1: no limit)", .min = -1, .max = 100000000, .def = -1),
    FIELD(seats, INT, cost, "of one seat", .max = MAX_COST),
    FIELD_END,
};
static const struct schema seats_schema = {"seats", NULL, "the seats of one licence", sizeof(struct seats),
                                           seats_fields, check_seats};

/* What belongs to the whole fleet cannot differ between its groups. */
static const char *const of_the_fleet[] = {"groups",    "seats", "currency", "extra_product_cost",
                                           "one_product_per_client", "extra_client_cost", "rank_cost"};

static bool check_group(void *obj, const struct place *at, struct err *e)
{
    const struct group *g = obj;

    if (!g->hosts.n && !g->tags.n)
        return place_error(e, at, "the group '%.60s' has neither hosts nor tags", g->name);
    if (g->set && !json_is_object(g->set))
        return place_error(e, at, "'set' of the group '%.60s' is no object", g->name);
    for (size_t i = 0; i < sizeof of_the_fleet / sizeof of_the_fleet[0]; i++)
        if (json_object_get(g->set, of_the_fleet[i]))
            return place_error(e, at, "the group '%.60s' may not set '%s': it holds for the whole fleet", g->name,
                               of_the_fleet[i]);
    return true;
}

static const struct field group_fields[] = {
    FIELD(group, STR, name, "what the group is called", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(group, STRS, hosts, "patterns of host names, or machine ids"),
    FIELD(group, STRS, tags, "or PCs with one of these tags"),
    FIELD(group, STR, client, "whose PCs these are; groups of one client count together (default: the group's name)"),
    FIELD(group, JSON, set, "keys of this document, with the values that hold for these PCs; vars and secrets are added"),
    FIELD_END,
};
static const struct schema group_schema = {"group", NULL, "a named set of PCs with values of their own",
                                           sizeof(struct group), group_fields, check_group};

/* The first text that both lists have; NULL: none. */
static const char *in_both(const struct strs *a, const struct strs *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (text_in(b, a->v[i]))
            return a->v[i];
    return NULL;
}

static bool check_lists(const struct policy *p, const struct place *at, struct err *e)
{
    const struct {
        const struct strs *a, *b;
        const char *first, *second;
    } pairs[] = {{&p->allow, &p->forbid, "allow", "forbid"},
                 {&p->prefer, &p->forbid, "prefer", "forbid"},
                 {&p->allow_countries, &p->forbid_countries, "allow_countries", "forbid_countries"}};

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *both = in_both(pairs[i].a, pairs[i].b);

        if (both)
            return place_error(e, at, "'%.60s' is in '%s' and in '%s'", both, pairs[i].first, pairs[i].second);
    }
    return true;
}

static bool check_capabilities(const struct policy *p, const struct place *at, struct err *e)
{
    const char *names[32];
    size_t n = 0;

    for (const struct field *f = capability_schema.fields; f->name && n < 32; f++)
        names[n++] = f->name;
    for (size_t i = 0; i < p->require.n; i++) {
        const char *near = text_nearest(p->require.v[i], names, n);

        if (!schema_field(&capability_schema, p->require.v[i]))
            return place_error(e, at, "require: no product has a capability '%.40s'%s%s%s", p->require.v[i],
                               near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    }
    return true;
}

static bool check_licences(const struct policy *p, const struct place *at, struct err *e)
{
    for (size_t i = 0; i < p->seats.n; i++)
        for (size_t k = 0; k < i; k++) {
            const char *both = in_both(&p->seats.v[i].products, &p->seats.v[k].products);

            if (text_eq(p->seats.v[i].licence, p->seats.v[k].licence))
                return place_error(e, at, "seats: the licence '%.60s' is there twice", p->seats.v[i].licence);
            if (both)
                return place_error(e, at, "seats: '%.60s' takes from '%.60s' and from '%.60s'", both,
                                   p->seats.v[k].licence, p->seats.v[i].licence);
        }
    return true;
}

static bool check_groups(const struct policy *p, const struct place *at, struct err *e)
{
    for (size_t i = 0; i < p->groups.n; i++)
        for (size_t k = 0; k < i; k++)
            if (text_eq(p->groups.v[i].name, p->groups.v[k].name))
                return place_error(e, at, "groups: '%.60s' is there twice", p->groups.v[i].name);
    return true;
}

/* What a group sets is looked at with the document, not when its first PC comes. */
static bool check_sets(const struct policy *p, const struct place *at, struct err *e)
{
    bool ok = true;

    for (size_t i = 0; ok && i < p->groups.n; i++) {
        struct place list = {at, "groups", 0, NULL}, in = {&list, NULL, i, NULL};
        struct doc d = DOC_INIT;
        struct policy whole;

        ok = policy_for(p, &p->groups.v[i], &d, &whole, e) && check_lists(&whole, &in, e);
        if (!ok)
            err_wrap(e, "group '%.60s'", p->groups.v[i].name);
        doc_free(&d);
    }
    return ok;
}

static bool check_policy(void *obj, const struct place *at, struct err *e)
{
    const struct policy *p = obj;

    return check_lists(p, at, e) && check_capabilities(p, at, e) && check_licences(p, at, e) &&
           check_groups(p, at, e) && check_sets(p, at, e);
}

static const struct field policy_fields[] = {
    FIELD(policy, STRS, jurisdictions, "whose law applies: US, US-federal, AU-federal, DE ... (default: US)"),
    FIELD(policy, STR, as, "who the owner is: business, individual, federal, contractor, msp ... (default: business)"),
    FIELD(policy, STRS, prefer, "products or vendors, best first"),
    FIELD(policy, OBJ, weights,
          "weigh the parts of a candidate's points against each other (default: preference first, then fit, then evidence, "
          "then cost, each only among equals)",
          .sub = &weights_schema),
    FIELD(policy, STRS, allow, "only these products or vendors"),
    FIELD(policy, STRS, forbid, "never these products or vendors"),
    FIELD(policy, STRS, allow_countries, "only vendors with their seat there (ISO 3166 codes)"),
    FIELD(policy, STRS, forbid_countries, "no vendor with its seat there (ISO 3166 codes)"),
    FIELD(policy, STRS, licences, "acceptable licences: free, subscription, builtin"),
    FIELD(policy, STRS, require, "capabilities that the replacement must have, as server or passive; see capabilities in avswap-formats(5)"),
    FIELD(policy, OBJS, seats, "licences with their seats and costs; a product in none of them has no limit and no cost",
          .sub = &seats_schema),
    FIELD(policy, STR, currency, "what costs are counted in, for people, as EUR"),
    FIELD(policy, INT, rank_cost, "cost of giving a PC what stands one place further down in its own order", .max = MAX_COST,
          .def = 1),
    FIELD(policy, INT, extra_product_cost, "fixed cost of every further licence that the fleet has in use", .max = MAX_COST),
    FIELD(policy, ENUM, one_product_per_client, "shall all PCs of one client get their product from one licence?",
          .names = one_names),
    FIELD(policy, INT, extra_client_cost, "where that is preferred: cost of every further licence that one client has in use",
          .max = MAX_COST, .def = 100),
    FIELD(policy, OBJS, groups, "sets of PCs with values of their own; a PC belongs to the first that names it",
          .sub = &group_schema),
    FIELD(policy, STR, strategy, "playbook to use: overlap, replace, builtin ... (default: the safest that fits)"),
    FIELD(policy, ENUM, restore,
          "may the old product be restored after a failure? default: unless a measure forbids this owner its use",
          .names = restore_names),
    FIELD(policy, ENUM, reinstallers,
          "what to do about an agent or task that would install the old product again: disarm it, or refuse to plan until "
          "somebody has taken it away",
          .names = reinstall_names),
    FIELD(policy, BOOL, eicar, "test the new engine with an EICAR file"),
    FIELD(policy, BOOL, no_reboot, "never reboot: stop with status 4 instead"),
    FIELD(policy, INT, max_reboots, "how often a run may reboot", .min = 0, .max = 10, .def = 2),
    FIELD(policy, INT, unprotected_limit_s, "seconds without protection after which the run turns round; 0: as long as the plan needs, at least 600",
          .max = 86400),
    FIELD(policy, BOOL, override_guards,
          "go on although the old product says that its removal is not allowed, as when its console is gone"),
    FIELD(policy, BOOL, allow_unverified, "run steps whose facts are not verified"),
    FIELD(policy, MAP, vars, "values of the products' variables; an installer is a path on the PC or the name of a file that the jump host has and sends; "
          "NAME_sha256 gives the digest of the installer that NAME points to"),
    FIELD(policy, MAP, secrets, "secret variable -> file:/path or env:NAME on the PC, or sent: by avswap fleet run --secret; never the secret itself"),
    FIELD_END,
};
const struct schema policy_schema = {"policy", "avswap.policy/1", "the administrator's wishes", sizeof(struct policy),
                                     policy_fields, check_policy};

bool policy_secret_source(const char *s)
{
    return (text_starts(s, "file:") && cond_absolute(s + strlen("file:"))) || text_starts(s, "env:") || text_eq(s, VISIT_SENT);
}

/* --- groups ---------------------------------------------------------------------------------------------------- */

static bool group_has(const struct group *g, const char *hostname, const char *machine_id, const struct strs *tags)
{
    for (size_t i = 0; i < g->hosts.n; i++)
        if ((hostname && text_glob_fold(g->hosts.v[i], hostname)) || text_eq(g->hosts.v[i], machine_id))
            return true;
    for (size_t i = 0; tags && i < g->tags.n; i++)
        if (text_in(tags, g->tags.v[i]))
            return true;
    return false;
}

const struct group *policy_group(const struct policy *p, const char *hostname, const char *machine_id,
                                 const struct strs *tags)
{
    for (size_t i = 0; i < p->groups.n; i++)
        if (group_has(&p->groups.v[i], hostname, machine_id, tags))
            return &p->groups.v[i];
    return NULL;
}

static size_t size_of(enum field_type t)
{
    static const size_t sizes[] = {
        [FIELD_STR] = sizeof(const char *), [FIELD_INT] = sizeof(long long),
        [FIELD_BOOL] = sizeof(bool),        [FIELD_ENUM] = sizeof(int),
        [FIELD_INSTANT] = sizeof(instant),  [FIELD_STRS] = sizeof(struct strs),
        [FIELD_OBJ] = sizeof(void *),       [FIELD_OBJS] = sizeof(LIST(void)),
        [FIELD_JSON] = sizeof(json_t *),    [FIELD_MAP] = sizeof(json_t *),
    };

    return sizes[t];
}

/* Both maps; what the second has counts. */
static bool join_maps(const json_t *base, const json_t *more, struct doc *d, const json_t **ret, struct err *e)
{
    json_t *all = base ? json_copy((json_t *)(uintptr_t)base) : json_object();

    if (!doc_keep(d, all, e))
        return false;
    if (json_object_update(all, (json_t *)(uintptr_t)more))
        return err_nomem(e);
    *ret = all;
    return true;
}

bool policy_for(const struct policy *p, const struct group *g, struct doc *d, struct policy *ret, struct err *e)
{
    struct place at = {NULL, g ? g->name : NULL, 0, NULL}, in = {&at, "set", 0, NULL};
    struct policy set;

    *ret = *p;
    if (!g || !g->set)
        return true;
    if (!schema_read(&policy_schema, g->set, d, &in, &set, e))
        return false;
    for (const struct field *f = policy_fields; f->name; f++)
        if (json_object_get(g->set, f->name))
            memcpy((char *)ret + f->offset, (char *)&set + f->offset, size_of(f->type));
    return (!set.vars || join_maps(p->vars, set.vars, d, &ret->vars, e)) &&
           (!set.secrets || join_maps(p->secrets, set.secrets, d, &ret->secrets, e));
}

const struct seats *policy_seats(const struct policy *p, const char *product)
{
    for (size_t i = 0; i < p->seats.n; i++)
        if (text_in(&p->seats.v[i].products, product))
            return &p->seats.v[i];
    return NULL;
}

/* --- what the catalogue does not know ---------------------------------------------------------------------------- */

static bool doubt(struct arena *a, struct strs *ret, const char *text, struct err *e)
{
    const char **slot = text ? LIST_ADD(a, ret) : NULL;

    if (!slot)
        return err_nomem(e);
    *slot = text;
    return true;
}

static bool unknown_ids(const struct strs *list, const char *key, const struct catalog *c, struct arena *a,
                        struct strs *ret, struct err *e)
{
    for (size_t i = 0; i < list->n; i++)
        if (!catalog_product(c, list->v[i]) && !catalog_vendor(c, list->v[i]) &&
            !doubt(a, ret, arena_printf(a, "The policy names '%s' in '%s': the catalogue has no such product or vendor.",
                                        list->v[i], key), e))
            return false;
    return true;
}

static bool country_known(const struct catalog *c, const char *country)
{
    for (size_t i = 0; i < c->vendors.n; i++)
        if (text_eq(c->vendors.v[i].country, country))
            return true;
    return false;
}

bool policy_doubts(const struct policy *p, const struct catalog *c, struct arena *a, struct strs *ret, struct err *e)
{
    const struct {
        const struct strs *list;
        const char *key;
    } ids[] = {{&p->prefer, "prefer"}, {&p->allow, "allow"}, {&p->forbid, "forbid"}};

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (!unknown_ids(ids[i].list, ids[i].key, c, a, ret, e))
            return false;
    for (size_t i = 0; i < p->seats.n; i++)
        for (size_t k = 0; k < p->seats.v[i].products.n; k++)
            if (!catalog_product(c, p->seats.v[i].products.v[k]) &&
                !doubt(a, ret, arena_printf(a, "The licence '%s' names '%s': the catalogue has no such product.",
                                            p->seats.v[i].licence, p->seats.v[i].products.v[k]), e))
                return false;
    for (size_t i = 0; i < p->allow_countries.n; i++)
        if (!country_known(c, p->allow_countries.v[i]) &&
            !doubt(a, ret, arena_printf(a, "The policy allows vendors with their seat in '%s': the catalogue has none there.",
                                        p->allow_countries.v[i]), e))
            return false;
    return true;
}
