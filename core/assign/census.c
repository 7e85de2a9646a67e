#include "core/assign/census.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/detect/match.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BAD 1000
#define NO_CLASS UINT32_MAX

/* Classes by key; a power of two, at most half full. */
struct census_index {
    uint32_t *v;
    size_t n;
};

static bool grow_index(struct census *c, struct census_index *x, struct err *e)
{
    size_t n = x->n ? x->n * 2 : 1024;
    uint32_t *v = mem_alloc(n * sizeof *v);

    if (!v)
        return err_nomem(e);
    memset(v, 0xff, n * sizeof *v);
    for (size_t i = 0; i < c->classes.n; i++) {
        size_t at = c->classes.v[i].key.a & (n - 1);

        while (v[at] != NO_CLASS)
            at = (at + 1) & (n - 1);
        v[at] = (uint32_t)i;
    }
    mem_free(x->v);
    x->v = v;
    x->n = n;
    return true;
}

/* --- groups -------------------------------------------------------------------------------------------------------- */

static bool add_group(struct census *c, const struct group *g, struct err *e)
{
    static const char *default_jurisdictions[] = {"US"};
    struct census_group *x = LIST_ADD(&c->doc.arena, &c->groups);

    if (!x)
        return err_nomem(e);
    *x = (struct census_group){.group = g, .name = g ? g->name : "", .client = g ? g->client ? g->client : g->name : ""};
    if (!policy_for(c->r->policy, g, &c->doc, &x->policy, e))
        return false;
    x->owner = (struct owner){x->policy.jurisdictions, x->policy.as};
    if (!x->owner.jurisdictions.n)
        x->owner.jurisdictions = (struct strs){default_jurisdictions, 1};
    return true;
}

static int by_host(const void *a, const void *b)
{
    return strcmp(((const struct tagged *)a)->host, ((const struct tagged *)b)->host);
}

static size_t group_of(const struct census *c, const struct machine *m)
{
    const struct tagged asked = {.host = m->hostname ? m->hostname : ""};
    const struct tagged *t = c->r->tags.n ? bsearch(&asked, c->r->tags.v, c->r->tags.n, sizeof asked, by_host) : NULL;
    const struct group *g = policy_group(c->r->policy, m->hostname, m->id, t ? &t->tags : NULL);

    for (size_t i = 1; g && i < c->groups.n; i++)
        if (c->groups.v[i].group == g)
            return i;
    return 0;
}

bool census_open(struct census *c, const struct census_request *r, struct err *e)
{
    memset(c, 0, sizeof *c);
    c->r = r;
    buf_init(&c->names, (size_t)UINT32_MAX);
    c->index = mem_alloc(sizeof *c->index);
    if (!c->index)
        return err_nomem(e);
    *c->index = (struct census_index){NULL, 0};
    c->reader = reader_open(r->catalog, e);
    if (!c->reader || !grow_index(c, c->index, e) || !add_group(c, NULL, e))
        return false;
    for (size_t i = 0; i < r->policy->groups.n; i++)
        if (!add_group(c, &r->policy->groups.v[i], e))
            return false;
    return true;
}

/* --- classes ------------------------------------------------------------------------------------------------------- */

bool census_plan(const struct census *c, const struct census_class *k, const char *target, const char *why, bool ranked,
                 struct doc *d, struct plan *ret, struct findings *ret_findings, struct err *e)
{
    const struct census_group *g = &c->groups.v[k->group];
    struct facts *f = ARENA_NEW(&d->arena, struct facts);
    struct plan_request r = {
        .facts = f,
        .findings = ret_findings,
        .catalog = c->r->catalog,
        .policy = &g->policy,
        .now = c->r->now,
        .target = target,
        .assigned = why,
        .verbs = c->r->verbs,
        .tool = c->r->tool,
    };
    bool needed;

    if (!f)
        return err_nomem(e);
    return doc_read(d, &facts_schema, "facts", k->facts, k->facts_len, f, e) &&
           match_facts(f, c->r->catalog, &g->owner, c->r->now, d, ret_findings, e) &&
           (ranked ? plan_rank(&r, d, ret, &needed, e) : plan_make(&r, d, ret, e));
}

static bool take_eligible(struct census *c, struct census_class *k, const struct plan *plan, struct err *e)
{
    k->eligible = ARENA_ARRAY(&c->doc.arena, plan->candidates.n, uint16_t);
    if (!k->eligible)
        return err_nomem(e);
    for (size_t i = 0; i < plan->candidates.n; i++)
        if (plan->candidates.v[i].fate != CANDIDATE_REJECTED)
            k->eligible[k->eligible_n++] =
                (uint16_t)(catalog_product(c->r->catalog, plan->candidates.v[i].product) - c->r->catalog->products.v);
    return true;
}

/* What is to be done about the PCs of a new class. */
static bool examine(struct census *c, struct census_class *k, struct err *e)
{
    struct doc d = DOC_INIT;
    struct findings f;
    struct plan plan;
    bool ok = true;

    if (census_plan(c, k, NULL, NULL, true, &d, &plan, &f, &k->err)) {
        ok = take_eligible(c, k, &plan, e);
        k->fate = k->eligible_n ? CENSUS_CHOICE : CENSUS_CLEANUP;
    } else if (k->err.code == ERR_NOMEM) {
        ok = err_nomem(e);
    } else {
        k->fate = k->err.code == ERR_NOT_FOUND && !findings_must_go(&f) ? CENSUS_CLEAN : CENSUS_REFUSED;
    }
    doc_free(&d);
    return ok;
}

static bool new_class(struct census *c, struct hash key, size_t group, struct err *e)
{
    struct census_class *k = LIST_ADD(&c->doc.arena, &c->classes);
    struct buf b;
    bool ok;

    if (!k)
        return err_nomem(e);
    *k = (struct census_class){.key = key, .group = group, .err = ERR_INIT};
    buf_init(&b, LIMIT_DOCUMENT);
    ok = reader_reduced(c->reader, &b, e);
    if (ok) {
        k->facts_len = b.len;
        k->facts = arena_strndup(&c->doc.arena, buf_str(&b), b.len);
        ok = k->facts || err_nomem(e);
    }
    buf_free(&b);
    return ok && examine(c, k, e) && (c->classes.n * 2 <= c->index->n || grow_index(c, c->index, e));
}

static bool find_class(struct census *c, struct hash key, size_t group, uint32_t *ret, struct err *e)
{
    size_t at;

    key.a += group * 0x9E3779B97F4A7C15ull;
    for (at = key.a & (c->index->n - 1); c->index->v[at] != NO_CLASS; at = (at + 1) & (c->index->n - 1))
        if (hash_same(c->classes.v[c->index->v[at]].key, key)) {
            *ret = c->index->v[at];
            return true;
        }
    *ret = (uint32_t)c->classes.n;
    c->index->v[at] = *ret;
    return new_class(c, key, group, e);
}

/* --- PCs ------------------------------------------------------------------------------------------------------------ */

static void add_name(struct buf *b, const char *s)
{
    buf_add(b, s ? s : "", s ? strlen(s) + 1 : 1);
}

struct machine census_machine(const struct census *c, const struct census_pc *pc)
{
    const char *id = c->names.data + pc->names, *host = id + strlen(id) + 1, *boot = host + strlen(host) + 1;

    return (struct machine){id, *host ? host : NULL, *boot ? boot : NULL};
}

bool census_add_bad(struct census *c, const char *where, const char *text, struct err *e)
{
    struct census_bad *b = c->bad.n < MAX_BAD ? LIST_ADD(&c->doc.arena, &c->bad) : NULL;

    c->bad_n++;
    if (!b)
        return c->bad_n > MAX_BAD || err_nomem(e);
    b->where = arena_strdup(&c->doc.arena, where);
    b->text = arena_strdup(&c->doc.arena, text);
    return (b->where && b->text) || err_nomem(e);
}

static bool grow_pcs(struct census *c, struct err *e)
{
    size_t n = c->pcs.n;
    struct census_pc *v;

    if (n & (n - 1))
        return true;
    v = mem_realloc(c->pcs.v, (n ? n * 2 : 1) * sizeof *v);
    if (!v)
        return err_nomem(e);
    c->pcs.v = v;
    return true;
}

bool census_add(struct census *c, const char *text, size_t len, const char *where, struct err *e)
{
    struct reading x;
    struct err bad = ERR_INIT;
    uint32_t class;

    if (!reader_read(c->reader, text, len, where, &x, &bad))
        return bad.code == ERR_NOMEM ? err_nomem(e) : census_add_bad(c, where, bad.text, e);
    if (c->pcs.n == UINT32_MAX || !grow_pcs(c, e))
        return err_nomem(e);
    if (!find_class(c, x.key, group_of(c, &x.machine), &class, e))
        return false;
    c->classes.v[class].pcs++;
    c->pcs.v[c->pcs.n++] = (struct census_pc){class, (uint32_t)c->names.len, x.collected};
    add_name(&c->names, x.machine.id);
    add_name(&c->names, x.machine.hostname);
    add_name(&c->names, x.machine.boot_id);
    return buf_ok(&c->names, "the names of the PCs", e);
}

/* --- the end ------------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b, void *arg)
{
    const struct census *c = arg;
    const struct census_pc *x = &c->pcs.v[*(const uint32_t *)a], *y = &c->pcs.v[*(const uint32_t *)b];
    int order = strcmp(c->names.data + x->names, c->names.data + y->names);

    if (order == 0)
        order = x->collected > y->collected ? -1 : x->collected < y->collected;
    return order ? order : *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

bool census_end(struct census *c, struct err *e)
{
    uint32_t *order = mem_alloc(c->pcs.n * sizeof *order);
    size_t n = 0;

    if (!order)
        return err_nomem(e);
    for (size_t i = 0; i < c->pcs.n; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, c->pcs.n, sizeof *order, by_id, c);
    for (size_t i = 1; i < c->pcs.n; i++) {
        struct census_pc *x = &c->pcs.v[order[i]];

        if (strcmp(c->names.data + x->names, c->names.data + c->pcs.v[order[i - 1]].names) != 0)
            continue;
        c->classes.v[x->class].pcs--;
        c->doubles_n++;
        x->class = NO_CLASS;
    }
    mem_free(order);
    for (size_t i = 0; i < c->pcs.n; i++)
        if (c->pcs.v[i].class != NO_CLASS)
            c->pcs.v[n++] = c->pcs.v[i];
    c->pcs.n = n;
    return true;
}

void census_free(struct census *c)
{
    if (c->index)
        mem_free(c->index->v);
    mem_free(c->index);
    mem_free(c->pcs.v);
    buf_free(&c->names);
    reader_free(c->reader);
    doc_free(&c->doc);
}
