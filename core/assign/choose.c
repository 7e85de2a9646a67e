#include "core/assign/assign.h"
#include "core/assign/choose.h"
#include "core/base/list.h"

#include <string.h>

#define EXAMPLES 3

struct kind { /* PCs of one group with the same products in the same order */
    size_t group;
    const struct census_class *first;
    size_t pcs;
};

struct chooser {
    const struct census *c;
    const struct catalog *catalog;
    const struct policy *policy;
    const long long *taken;
    struct doc *d;
    struct choice *ret;
    struct err *e;
    struct kind *kinds;
    size_t kinds_n;
    size_t *kind_of; /* of each census class; SIZE_MAX: needs no product */
    struct strs clients;
    struct assign_problem p;
    struct assign_result r;
};

static struct arena *arena_of(struct chooser *x)
{
    return &x->d->arena;
}

static bool say(struct chooser *x, struct strs *list, const char *text)
{
    const char **slot = text ? LIST_ADD(arena_of(x), list) : NULL;

    if (!slot)
        return err_nomem(x->e);
    *slot = text;
    return true;
}

static const char *unit(const struct chooser *x)
{
    return x->policy->currency ? arena_printf(&x->d->arena, " %s", x->policy->currency) : "";
}

static const char *plural(long long n)
{
    return n == 1 ? "" : "s";
}

/* --- classes of equal eligibility ------------------------------------------------------------------------------- */

static bool alike(const struct census_class *a, const struct census_class *b)
{
    return a->group == b->group && a->eligible_n == b->eligible_n &&
           memcmp(a->eligible, b->eligible, a->eligible_n * sizeof *a->eligible) == 0;
}

static bool find_kinds(struct chooser *x)
{
    x->kinds = ARENA_ARRAY(arena_of(x), x->c->classes.n + 1, struct kind);
    x->kind_of = ARENA_ARRAY(arena_of(x), x->c->classes.n + 1, size_t);
    if (!x->kinds || !x->kind_of)
        return err_nomem(x->e);
    for (size_t i = 0; i < x->c->classes.n; i++) {
        const struct census_class *k = &x->c->classes.v[i];
        size_t n = 0;

        x->kind_of[i] = SIZE_MAX;
        if (k->fate != CENSUS_CHOICE || !k->pcs)
            continue;
        while (n < x->kinds_n && !alike(x->kinds[n].first, k))
            n++;
        if (n == x->kinds_n)
            x->kinds[x->kinds_n++] = (struct kind){k->group, k, 0};
        x->kinds[n].pcs += k->pcs;
        x->kind_of[i] = n;
    }
    return true;
}

/* --- the problem --------------------------------------------------------------------------------------------------- */

static size_t client_index(struct chooser *x, const char *client)
{
    for (size_t i = 0; i < x->clients.n; i++)
        if (strcmp(x->clients.v[i], client) == 0)
            return i;
    return say(x, &x->clients, client) ? x->clients.n - 1 : 0;
}

/* The policy's licences, and one of its own for every other product. */
static bool make_licences(struct chooser *x)
{
    size_t products = x->catalog->products.n, n = x->policy->seats.n;
    size_t *licence = ARENA_ARRAY(arena_of(x), products + 1, size_t);
    int64_t *seats = ARENA_ARRAY(arena_of(x), products + n + 1, int64_t);

    if (!licence || !seats)
        return err_nomem(x->e);
    for (size_t i = 0; i < n; i++) {
        seats[i] = x->policy->seats.v[i].seats;
        if (seats[i] >= 0 && x->taken)
            seats[i] = seats[i] > x->taken[i] ? seats[i] - x->taken[i] : 0;
    }
    for (size_t i = 0; i < products; i++) {
        const struct seats *s = policy_seats(x->policy, x->catalog->products.v[i].id);

        licence[i] = s ? (size_t)(s - x->policy->seats.v) : n;
        if (!s)
            seats[n++] = -1;
    }
    x->p.products = products;
    x->p.licences = n;
    x->p.licence = licence;
    x->p.seats = seats;
    return true;
}

static long long seat_cost(const struct chooser *x, const char *product)
{
    const struct seats *s = policy_seats(x->policy, product);

    return s ? s->cost : 0;
}

static bool make_problem(struct chooser *x)
{
    int64_t *size = ARENA_ARRAY(arena_of(x), x->kinds_n + 1, int64_t), *cost;
    size_t *client = ARENA_ARRAY(arena_of(x), x->kinds_n + 1, size_t);

    if (!make_licences(x))
        return false;
    cost = ARENA_ARRAY(arena_of(x), x->kinds_n * x->p.products + 1, int64_t);
    if (!size || !client || !cost)
        return err_nomem(x->e);
    for (size_t i = 0; i < x->kinds_n * x->p.products; i++)
        cost[i] = ASSIGN_CANNOT;
    for (size_t k = 0; k < x->kinds_n; k++) {
        const struct census_class *first = x->kinds[k].first;

        size[k] = (int64_t)x->kinds[k].pcs;
        client[k] = client_index(x, x->c->groups.v[x->kinds[k].group].client);
        for (size_t i = 0; i < first->eligible_n; i++)
            cost[k * x->p.products + first->eligible[i]] =
                seat_cost(x, x->catalog->products.v[first->eligible[i]].id) + (int64_t)i * x->policy->rank_cost;
    }
    x->p.classes = x->kinds_n;
    x->p.clients = x->clients.n;
    x->p.size = size;
    x->p.client = client;
    x->p.cost = cost;
    x->p.extra = x->policy->extra_product_cost;
    x->p.extra_client = x->policy->one_product_per_client == ONE_PREFER ? x->policy->extra_client_cost : 0;
    x->p.one_per_client = x->policy->one_product_per_client == ONE_REQUIRE;
    return !x->e->code;
}

static int64_t count_of(const struct chooser *x, size_t kind, size_t product)
{
    return x->r.count[kind * x->p.products + product];
}

/* --- who gets what -------------------------------------------------------------------------------------------------- */

static const char *licence_name(const struct chooser *x, size_t l)
{
    if (l < x->policy->seats.n)
        return x->policy->seats.v[l].licence;
    for (size_t i = 0; i < x->p.products; i++)
        if (x->p.licence[i] == l)
            return x->catalog->products.v[i].id;
    return "";
}

/* Why the class as a whole is served so. */
static const char *why_kind(struct chooser *x, size_t k)
{
    struct arena *a = arena_of(x);
    const struct census_class *first = x->kinds[k].first;
    size_t best = first->eligible[0], n = 0;
    const char *name = x->catalog->products.v[best].name;

    for (size_t i = 0; i < x->p.products; i++)
        n += count_of(x, k, i) > 0;
    if (n == 1 && count_of(x, k, best))
        return arena_printf(a, "%s stands first in these PCs' own order, and the fleet as a whole is served best so.", name);
    if (n > 1)
        return arena_printf(a, "There are not seats enough of one product for all of these PCs, or they are worth more "
                               "elsewhere: %zu products share them at the least cost.", n);
    if (x->r.too_dear[k * x->p.products + best] > 0)
        return arena_printf(a, "%s stands first in these PCs' own order, but by all costs it is dearer by %lld%s a seat.", name,
                            (long long)x->r.too_dear[k * x->p.products + best], unit(x));
    return arena_printf(a, "%s stands first in these PCs' own order, but another one costs the fleet no more.", name);
}

static const char *change_text(struct chooser *x, size_t k, size_t i, int64_t too_dear)
{
    size_t l = x->p.licence[i];
    const char *name = licence_name(x, l);
    long long per_pc = too_dear;
    bool counted = l < x->policy->seats.n;

    if (!x->r.feasible)
        return arena_strdup(arena_of(x), "These PCs could have it, if there were seats for all.");
    if (!x->r.used[l] && x->p.extra > 0)
        per_pc += (x->p.extra + x->p.size[k] - 1) / x->p.size[k];
    if (!x->r.used[l] && x->p.extra > 0)
        return arena_printf(arena_of(x), "Not in use at all: for these PCs alone it would have to be cheaper by %lld%s a seat, "
                                         "a share of the fixed cost of a further product (%lld%s) included.",
                            per_pc, unit(x), (long long)x->p.extra, unit(x));
    if (counted && x->r.seat_price[l] > 0)
        return arena_printf(arena_of(x), "All seats of %s are used where they save more; one more seat would save %lld%s%s.", name,
                            (long long)x->r.seat_price[l], unit(x), too_dear > 0 ? ", though not here" : "");
    if (per_pc > 0)
        return arena_printf(arena_of(x), "A seat would have to be cheaper by %lld%s.", per_pc, unit(x));
    return arena_strdup(arena_of(x), "It would do as well at the same cost.");
}

static bool add_other(struct chooser *x, struct assigned_class *k, const struct candidate *c, const char *text,
                      bool possible, int64_t too_dear)
{
    struct assigned_other *o = LIST_ADD(arena_of(x), &k->others);

    if (!o || !text)
        return err_nomem(x->e);
    *o = (struct assigned_other){.product = arena_strdup(arena_of(x), c->product), .name = arena_strdup(arena_of(x), c->name),
                                 .possible = possible, .too_dear = too_dear, .text = text};
    return (o->product && o->name) || err_nomem(x->e);
}

/* All candidates of the class's first PCs: what would have to change for each that they do not get. */
static bool add_others(struct chooser *x, size_t k, struct assigned_class *out, const struct plan *plan)
{
    for (size_t i = 0; i < plan->candidates.n; i++) {
        const struct candidate *c = &plan->candidates.v[i];
        size_t at = (size_t)(catalog_product(x->catalog, c->product) - x->catalog->products.v);
        int64_t too_dear;

        if (c->fate == CANDIDATE_REJECTED) {
            if (!add_other(x, out, c, arena_strdup(arena_of(x), c->reasons.v[0]), false, 0))
                return false;
            continue;
        }
        if (count_of(x, k, at))
            continue;
        too_dear = x->r.too_dear[k * x->p.products + at];
        if (!add_other(x, out, c, change_text(x, k, at, too_dear), true, too_dear))
            return false;
    }
    return true;
}

static bool describe(struct chooser *x, size_t k, struct assigned_class *out)
{
    struct doc d = DOC_INIT;
    struct findings f;
    struct plan plan;
    bool ok = census_plan(x->c, x->kinds[k].first, NULL, NULL, true, &d, &plan, &f, x->e) && add_others(x, k, out, &plan);

    if (ok && f.os_name)
        ok = (out->os = arena_strdup(arena_of(x), f.os_name)) || err_nomem(x->e);
    for (size_t i = 0; ok && i < f.findings.n; i++)
        if (f.findings.v[i].kind == FINDING_PRODUCT && f.findings.v[i].must_go)
            ok = say(x, &out->from, arena_strdup(arena_of(x), f.findings.v[i].name));
    doc_free(&d);
    return ok;
}

static bool add_share(struct chooser *x, size_t product, long long hosts, void *list)
{
    const struct product *p = &x->catalog->products.v[product];
    LIST(struct assigned_share) *shares = list;
    struct assigned_share *s = LIST_ADD(arena_of(x), shares);
    const struct seats *seats = policy_seats(x->policy, p->id);

    if (!s)
        return err_nomem(x->e);
    *s = (struct assigned_share){p->id, p->name, seats ? seats->licence : NULL, hosts, hosts * seat_cost(x, p->id)};
    return true;
}

static bool add_class(struct chooser *x, size_t k)
{
    const struct census_group *g = &x->c->groups.v[x->kinds[k].group];
    struct assigned_class *out = LIST_ADD(arena_of(x), &x->ret->doc.classes);

    if (!out)
        return err_nomem(x->e);
    memset(out, 0, sizeof *out);
    out->id = arena_printf(arena_of(x), "c%zu", k + 1);
    out->hosts = (long long)x->kinds[k].pcs;
    out->group = g->group ? g->name : NULL;
    out->client = g->group ? g->client : NULL;
    if (!out->id || !describe(x, k, out))
        return x->e->code ? false : err_nomem(x->e);
    if (!x->r.feasible)
        return true;
    for (size_t i = 0; i < x->p.products; i++)
        if (count_of(x, k, i) && !add_share(x, i, count_of(x, k, i), &out->gets))
            return false;
    out->why = why_kind(x, k);
    return out->why || err_nomem(x->e);
}

static bool allot(struct chooser *x, uint32_t class, const struct product *target, size_t pcs, const char *why)
{
    struct allotment *a = LIST_ADD(arena_of(x), &x->ret->allotments);

    if (!a)
        return err_nomem(x->e);
    *a = (struct allotment){class, target, pcs, why};
    return true;
}

/* The shares of each kind, handed out to its census classes one after the other. */
static bool allot_all(struct chooser *x)
{
    int64_t *left = ARENA_ARRAY(arena_of(x), x->kinds_n * x->p.products + 1, int64_t);

    if (!left)
        return err_nomem(x->e);
    memcpy(left, x->r.count, x->kinds_n * x->p.products * sizeof *left);
    for (size_t i = 0; i < x->c->classes.n; i++) {
        size_t k = x->kind_of[i];
        int64_t pcs = (int64_t)x->c->classes.v[i].pcs;

        if (x->c->classes.v[i].fate == CENSUS_CLEANUP && pcs && !allot(x, (uint32_t)i, NULL, (size_t)pcs, NULL))
            return false;
        for (size_t p = 0; k != SIZE_MAX && p < x->p.products && pcs > 0; p++) {
            int64_t *share = &left[k * x->p.products + p], n = *share < pcs ? *share : pcs;

            if (n <= 0)
                continue;
            *share -= n;
            pcs -= n;
            if (!allot(x, (uint32_t)i, &x->catalog->products.v[p], (size_t)n, x->ret->doc.classes.v[k].why))
                return false;
        }
    }
    return true;
}

/* --- licences, and what is wrong ------------------------------------------------------------------------------------ */

static bool add_licences(struct chooser *x)
{
    for (size_t l = 0; l < x->policy->seats.n; l++) {
        const struct seats *s = &x->policy->seats.v[l];
        struct assigned_licence *out = LIST_ADD(arena_of(x), &x->ret->doc.licences);
        long long left;

        if (!out)
            return err_nomem(x->e);
        *out = (struct assigned_licence){.licence = s->licence, .seats = s->seats, .taken = x->taken ? x->taken[l] : 0};
        for (size_t at = 0; at < x->p.classes * x->p.products && x->r.feasible; at++)
            if (x->p.licence[at % x->p.products] == l)
                out->hosts += x->r.count[at];
        out->price = x->r.seat_price[l];
        left = s->seats - out->taken - out->hosts;
        if (s->seats < 0)
            out->text = arena_printf(arena_of(x), "%lld used, no limit", out->hosts);
        else if (left > 0)
            out->text = arena_printf(arena_of(x), "%lld used of %lld, %lld left", out->hosts + out->taken, s->seats, left);
        else
            out->text = arena_printf(arena_of(x), "all %lld used: they run out%s", s->seats,
                                     out->price > 0
                                         ? arena_printf(arena_of(x), "; one more would save %lld%s", out->price, unit(x))
                                         : "");
        if (!out->text)
            return err_nomem(x->e);
    }
    return true;
}

static bool add_products(struct chooser *x)
{
    for (size_t i = 0; i < x->p.products; i++) {
        long long n = 0;

        for (size_t k = 0; k < x->kinds_n; k++)
            n += count_of(x, k, i);
        if (n && !add_share(x, i, n, &x->ret->doc.products))
            return false;
    }
    return true;
}

/* "12 more seats of X, or 8 of Y" */
static bool say_relaxation(struct chooser *x)
{
    struct buf b, whole;
    bool any = false, ok;

    buf_init(&b, 1u << 16);
    buf_init(&whole, 1u << 16);
    for (size_t l = 0; l < x->p.licences; l++) {
        if (x->r.alone[l] > 0) {
            buf_printf(&b, "%s%lld%s of %s", any ? ", or " : "", (long long)x->r.alone[l], any ? "" : " more seats",
                       licence_name(x, l));
            any = true;
        }
        if (x->r.more[l] > 0)
            buf_printf(&whole, "%s%lld of %s", whole.len ? " and " : "", (long long)x->r.more[l], licence_name(x, l));
    }
    if (any)
        ok = say(x, &x->ret->doc.problem, arena_printf(arena_of(x), "The smallest change that would do: %s.", buf_str(&b)));
    else
        ok = say(x, &x->ret->doc.problem,
                 arena_printf(arena_of(x), "No single licence can make up for it; the smallest change that would do: more seats, "
                                           "%s.", buf_str(&whole)));
    buf_free(&b);
    buf_free(&whole);
    return ok;
}

/* The PCs that compete, and the licences that are all they can have. */
static bool say_squeezed(struct chooser *x)
{
    long long pcs = 0, seats = 0;
    struct buf b;
    bool ok;

    buf_init(&b, 1u << 16);
    for (size_t l = 0; l < x->p.licences; l++) {
        bool wanted = false;

        for (size_t at = 0; at < x->p.classes * x->p.products; at++)
            wanted = wanted || (x->r.squeezed[at / x->p.products] && x->p.licence[at % x->p.products] == l &&
                                x->p.cost[at] != ASSIGN_CANNOT);
        if (!wanted)
            continue;
        seats += x->p.seats[l];
        buf_printf(&b, "%s%s (%lld)", b.len ? ", " : "", licence_name(x, l), (long long)x->p.seats[l]);
    }
    for (size_t k = 0; k < x->kinds_n; k++)
        pcs += x->r.squeezed[k] ? (long long)x->kinds[k].pcs : 0;
    ok = !pcs || say(x, &x->ret->doc.problem,
                     arena_printf(arena_of(x), "%lld PC%s can only have products whose free seats are %lld in all: %s.", pcs,
                                  plural(pcs), seats, buf_str(&b)));
    buf_free(&b);
    return ok;
}

static bool explain_problem(struct chooser *x)
{
    bool split = false;

    for (size_t k = 0; k < x->p.clients; k++) {
        if (!x->r.split[k])
            continue;
        split = true;
        if (!say(x, &x->ret->doc.problem,
                 arena_printf(arena_of(x), "The policy requires one product for each client, but no licence serves all PCs of "
                                           "%s%s%s: list the products of one vendor under one licence in \"seats\", or set "
                                           "one_product_per_client to prefer.",
                              *x->clients.v[k] ? "'" : "no client", x->clients.v[k], *x->clients.v[k] ? "'" : "")))
            return false;
    }
    if (x->r.missing > 0)
        return say(x, &x->ret->doc.problem,
                   arena_printf(arena_of(x), "%lld seat%s too few%s.", (long long)x->r.missing, plural(x->r.missing),
                                x->p.one_per_client && !split ? ", with one product for each client" : "")) &&
               say_squeezed(x) && say_relaxation(x);
    return true;
}

/* --- the document ------------------------------------------------------------------------------------------------------ */

static bool add_refusals(struct chooser *x, size_t *refusal_of)
{
    struct assignment *doc = &x->ret->doc;

    for (size_t i = 0; i < x->c->classes.n; i++) {
        const struct census_class *k = &x->c->classes.v[i];
        const struct census_group *g = &x->c->groups.v[k->group];
        size_t n = 0;

        refusal_of[i] = SIZE_MAX;
        if (k->fate != CENSUS_REFUSED || !k->pcs)
            continue;
        while (n < doc->refusals.n && (strcmp(doc->refusals.v[n].text, k->err.text) != 0 ||
                                       !text_eq(doc->refusals.v[n].group, g->group ? g->name : NULL)))
            n++;
        if (n == doc->refusals.n) {
            struct assigned_refusal *r = LIST_ADD(arena_of(x), &doc->refusals);

            if (!r)
                return err_nomem(x->e);
            *r = (struct assigned_refusal){.group = g->group ? g->name : NULL, .code = err_id(k->err.code), .text = k->err.text};
        }
        doc->refusals.v[n].hosts += (long long)k->pcs;
        refusal_of[i] = n;
    }
    return true;
}

/* The names of some PCs of each class and refusal. */
static bool add_examples(struct chooser *x, const size_t *refusal_of)
{
    for (size_t i = 0; i < x->c->pcs.n; i++) {
        const struct census_pc *pc = &x->c->pcs.v[i];
        size_t k = x->kind_of[pc->class], n = refusal_of[pc->class];
        struct strs *list = k != SIZE_MAX ? &x->ret->doc.classes.v[k].examples
                            : n != SIZE_MAX ? &x->ret->doc.refusals.v[n].examples
                                            : NULL;
        struct machine m = census_machine(x->c, pc);

        if (list && list->n < EXAMPLES && !say(x, list, arena_strdup(arena_of(x), m.hostname ? m.hostname : m.id)))
            return false;
    }
    return true;
}

static void add_counts(struct chooser *x)
{
    struct assignment *doc = &x->ret->doc;

    doc->hosts = (long long)x->c->pcs.n;
    doc->bad = (long long)x->c->bad_n;
    doc->doubles = (long long)x->c->doubles_n;
    for (size_t i = 0; i < x->c->classes.n; i++) {
        const struct census_class *k = &x->c->classes.v[i];
        long long *sums[] = {[CENSUS_CLEAN] = &doc->clean, [CENSUS_REFUSED] = &doc->refused,
                             [CENSUS_CLEANUP] = &doc->cleanup, [CENSUS_CHOICE] = &doc->assigned};

        *sums[k->fate] += (long long)k->pcs;
        doc->alike += k->pcs > 0;
    }
    if (!x->r.feasible)
        doc->assigned = 0;
}

static bool add_bad(struct chooser *x)
{
    for (size_t i = 0; i < x->c->bad.n; i++) {
        struct assigned_bad *b = LIST_ADD(arena_of(x), &x->ret->doc.bad_documents);

        if (!b)
            return err_nomem(x->e);
        *b = (struct assigned_bad){x->c->bad.v[i].where, x->c->bad.v[i].text};
    }
    return true;
}

static bool document(struct chooser *x)
{
    size_t *refusal_of = ARENA_ARRAY(arena_of(x), x->c->classes.n + 1, size_t);
    struct assignment *doc = &x->ret->doc;

    if (!refusal_of)
        return err_nomem(x->e);
    doc->made_at = x->c->r->now;
    doc->tool = x->c->r->tool;
    doc->catalog_digest = x->catalog->digest;
    doc->currency = x->policy->currency;
    doc->feasible = x->r.feasible;
    doc->proved = x->r.proved;
    doc->cost = x->r.total;
    doc->fixed = x->r.fixed;
    for (size_t k = 0; k < x->kinds_n; k++)
        if (!add_class(x, k))
            return false;
    add_counts(x);
    return policy_doubts(x->policy, x->catalog, arena_of(x), &doc->notes, x->e) && add_refusals(x, refusal_of) &&
           add_examples(x, refusal_of) && add_licences(x) && add_bad(x) &&
           (x->r.feasible ? add_products(x) && allot_all(x) : explain_problem(x));
}

bool choose(const struct census *c, const long long *taken, struct doc *d, struct choice *ret, struct err *e)
{
    struct chooser x = {.c = c, .catalog = c->r->catalog, .policy = c->r->policy, .taken = taken, .d = d, .ret = ret, .e = e};

    memset(ret, 0, sizeof *ret);
    schema_init(&assignment_schema, &ret->doc);
    return find_kinds(&x) && make_problem(&x) && assign_solve(&x.p, &d->arena, &x.r, e) && document(&x);
}
