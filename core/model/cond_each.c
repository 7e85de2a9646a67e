/* The facts that a probe finds, one by one. */
#include "core/base/list.h"
#include "core/model/judge.h"

static bool lists(const struct cond *c)
{
    return judge_listings[c->probe].list && c->probe != PROBE_WMI;
}

bool cond_lists(const struct cond *c)
{
    for (size_t i = 0; i < c->any.n; i++)
        if (!lists(&c->any.v[i]) || c->any.v[i].probe != c->any.v[0].probe)
            return false;
    return c->any.n || lists(c);
}

/* One probe, or any of several of a kind, for this PC. */
struct probes {
    struct cond *v;
    size_t n;
};

static bool probes_of(const struct judge *j, const struct cond *c, struct probes *ret)
{
    ret->n = c->any.n ? c->any.n : 1;
    ret->v = ARENA_ARRAY(j->arena, ret->n, struct cond);
    for (size_t i = 0; ret->v && i < ret->n; i++)
        if (!judge_here(j, c->any.n ? &c->any.v[i] : c, &ret->v[i]))
            return false;
    return ret->v != NULL;
}

static bool fits(const struct judge *j, const struct probes *p, const void *row)
{
    struct judge mine = judge_for(j, p->v->probe);

    for (size_t i = 0; i < p->n; i++)
        if (judge_listings[p->v->probe].fit(&mine, &p->v[i], row) == FIT_YES)
            return true;
    return false;
}

const struct schema *cond_each_schema(const struct cond *c)
{
    return schema_field(&facts_schema, judge_listings[c->any.n ? c->any.v[0].probe : c->probe].list)->sub;
}

/* The values of a key come one after the other. */
static bool same_key(const struct registry_value *x, const struct registry_value *y)
{
    return text_eq(x->key, y->key) && text_eq(x->view, y->view);
}

/* The first row that fits, NULL: none. c is already of this PC. */
static const void *first(const struct judge *j, const struct cond *c)
{
    const struct listing *l = &judge_listings[c->probe];
    struct judge mine = judge_for(j, c->probe);
    const struct schema *s;
    size_t n;
    const char *rows = judge_rows(j->facts, l->list, &n, &s);

    for (size_t i = 0; i < n; i++)
        if (l->fit(&mine, c, rows + i * s->size) == FIT_YES)
            return rows + i * s->size;
    return NULL;
}

const char *cond_version(const char *name, const struct facts *f, struct arena *a, struct cond *probe)
{
    const struct package *k = facts_package(f, name);
    struct judge j = judge_of(f, a);
    const struct uninstall_entry *u;
    const struct msi_product *m;

    schema_init(&cond_schema, probe);
    probe->name = name;
    probe->probe = PROBE_PACKAGE;
    if (k && k->version)
        return k->version;
    probe->probe = PROBE_UNINSTALL;
    u = first(&j, probe);
    if (u && u->version)
        return u->version;
    probe->probe = PROBE_MSI;
    m = first(&j, probe);
    return m ? m->version : NULL;
}

const char *cond_registry(const struct cond *c, const struct facts *f, struct arena *a)
{
    struct judge j = judge_of(f, a);
    const struct registry_value *r = first(&j, c);

    return r ? r->expanded ? r->expanded : r->data : NULL;
}

bool cond_each(const struct cond *c, const struct facts *f, struct doc *d, struct cond_matches *ret, struct err *e)
{
    struct judge j = judge_of(f, &d->arena);
    struct probes p;
    const struct schema *s;
    const char *rows, *last = NULL;
    size_t n;

    ret->rows.v = NULL;
    ret->rows.n = 0;
    if (!cond_lists(c))
        return err_set(e, ERR_INPUT, "a %s probe finds no facts to go through", probe_names[c->probe]);
    if (!probes_of(&j, c, &p))
        return err_nomem(e);
    rows = judge_rows(f, judge_listings[p.v->probe].list, &n, &s);
    for (size_t i = 0; i < n; i++) {
        const char *row = rows + i * s->size;
        const char *(*text)(struct arena *, const void *) = judge_listings[p.v->probe].text;
        struct cond_match *slot;
        json_t *fields;

        if (!fits(&j, &p, row))
            continue;
        if (p.v->probe == PROBE_REGISTRY && !p.v->name && last && same_key((const void *)row, (const void *)last))
            continue;
        last = row;
        slot = LIST_ADD(&d->arena, &ret->rows);
        fields = schema_write(s, row);
        if (!slot) {
            json_decref(fields);
            return err_nomem(e);
        }
        if (!doc_keep(d, fields, e)) /* it took them */
            return false;
        slot->fields = fields;
        slot->text = text ? text(&d->arena, row) : cond_text(c, &d->arena);
        if (!slot->text)
            return err_nomem(e);
    }
    return true;
}
