#include "core/model/catalog.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* Every kind of document, and the list it is kept in. The first member of each is what it is known by. */
struct kind {
    const struct schema *schema;
    const char *name;
    size_t list; /* in struct catalog */
};

static const struct kind kinds[] = {
    {&vendor_schema, "vendor", offsetof(struct catalog, vendors)},
    {&product_schema, "product", offsetof(struct catalog, products)},
    {&timeline_schema, "timeline", offsetof(struct catalog, timelines)},
    {&playbook_schema, "playbook", offsetof(struct catalog, playbooks)},
    {&evidence_schema, "evidence", offsetof(struct catalog, evidence)},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

struct any_list { /* as LIST() makes them */
    char *v;
    size_t n;
};

static struct any_list *list_of(struct catalog *c, const struct kind *k)
{
    return (struct any_list *)((char *)c + k->list);
}

static int by_path(const void *x, const void *y)
{
    const struct catalog_file *a = x, *b = y;

    return a->layer != b->layer ? (a->layer > b->layer) - (a->layer < b->layer) : strcmp(a->path, b->path);
}

static int by_product(const void *x, const void *y)
{
    const struct product *a = x, *b = y;

    return strcmp(a->id, b->id);
}

static void digest_files(const struct catalog_file *files, size_t n, char hex[65])
{
    struct digest d;
    char one[DIGEST_TEXT], layer[32];

    digest_init(&d);
    for (size_t i = 0; i < n; i++) {
        if (!files[i].digest)
            digest_of(files[i].text, files[i].len, one);
        if (files[i].layer) {
            snprintf(layer, sizeof layer, "overlay %d/", files[i].layer); /* no path of a file has a blank */
            digest_add(&d, layer, strlen(layer));
        }
        digest_add(&d, files[i].path, strlen(files[i].path) + 1);
        digest_add(&d, files[i].digest ? files[i].digest : one, DIGEST_TEXT);
    }
    digest_end(&d, hex);
}

static const struct kind *kind_of(const json_t *j)
{
    const char *format = json_string_value(json_object_get(j, "schema"));

    for (size_t i = 0; format && i < KIND_COUNT; i++)
        if (strcmp(format, kinds[i].schema->format) == 0)
            return &kinds[i];
    return NULL;
}

static const char *id_of(const struct any_list *l, const struct kind *k, size_t i)
{
    return *(const char *const *)(const void *)(l->v + i * k->schema->size);
}

static bool note_change(struct catalog *c, const struct catalog_file *f, const struct kind *k, const char *id,
                        bool overrides, struct err *e)
{
    const char *text = arena_printf(&c->doc.arena, "%s %s: %s, from %s of overlay %d", k->name, id,
                                    overrides ? "in place of the catalogue's" : "added", f->path, f->layer);
    struct catalog_change *change = LIST_ADD(&c->doc.arena, &c->overlay);
    const char **line = LIST_ADD(&c->doc.arena, &c->overlay_texts);

    if (!text || !change || !line)
        return err_nomem(e);
    *change = (struct catalog_change){k->name, id, arena_strdup(&c->doc.arena, f->path), f->layer, overrides};
    *line = text;
    return change->path || err_nomem(e);
}

/* The last document of the list came from a layer above: it takes the place of the one below that has its id. */
static bool lay_over(struct catalog *c, const struct catalog_file *f, const struct kind *k, struct err *e)
{
    struct any_list *l = list_of(c, k);
    size_t last = l->n - 1, below = 0;
    const char *id = id_of(l, k, last);

    for (size_t i = 0; i < c->overlay.n; i++)
        if (c->overlay.v[i].layer == f->layer && text_eq(c->overlay.v[i].id, id) && c->overlay.v[i].kind == k->name)
            return err_set(e, ERR_INPUT, "overlay %d: %s %s is defined twice", f->layer, k->name, id);
    while (below < last && !text_eq(id_of(l, k, below), id))
        below++;
    if (below < last) {
        memcpy(l->v + below * k->schema->size, l->v + last * k->schema->size, k->schema->size);
        l->n--;
    }
    return note_change(c, f, k, id, below < last, e);
}

static bool read_file(struct catalog *c, const struct catalog_file *f, struct err *e)
{
    const char *shown = f->layer ? arena_printf(&c->doc.arena, "overlay %d: %s", f->layer, f->path) : f->path;
    struct place at = {NULL, NULL, 0, shown};
    const struct kind *k;
    struct any_list *l;
    const json_t *j;

    if (!shown)
        return err_nomem(e);
    if (f->len > LIMIT_MANIFEST)
        return err_set(e, ERR_LIMIT, "%s: %zu bytes are more than %u", shown, f->len, LIMIT_MANIFEST);
    j = doc_parse(&c->doc, shown, f->text, f->len, e);
    if (!j)
        return false;
    k = kind_of(j);
    if (!k)
        return place_error(e, &at, "its 'schema' is none of avswap.vendor/1, avswap.product/1, avswap.timeline/1, "
                                   "avswap.playbook/1 and avswap.evidence/1");
    l = list_of(c, k);
    return schema_read(k->schema, j, &c->doc, &at, l->v + l->n++ * k->schema->size, e) &&
           (!f->layer || lay_over(c, f, k, e));
}

/* Products of another system may be in files that were left unread. */
static bool left_out(const struct catalog_file *files, size_t n, const char *os)
{
    for (size_t i = 0; i < n; i++)
        if (files[i].unread && text_eq(files[i].os, os))
            return true;
    return false;
}

static bool check_results(const struct catalog *c, const struct catalog_file *files, size_t n, struct err *e)
{
    for (size_t i = 0; i < c->evidence.n; i++) {
        const struct evidence *t = &c->evidence.v[i];

        for (size_t k = 0; k < t->results.n && !left_out(files, n, t->os); k++) {
            const struct product *p = catalog_product(c, t->results.v[k].product);

            if (!p || !text_eq(p->os, t->os))
                return err_set(e, ERR_INPUT, "evidence %s: there is no product '%s' on %s", t->id,
                               t->results.v[k].product, t->os);
        }
    }
    return true;
}

static bool check_references(const struct catalog *c, struct err *e)
{
    for (size_t i = 0; i < c->products.n; i++) {
        const struct product *p = &c->products.v[i];

        if (!catalog_vendor(c, p->vendor))
            return err_set(e, ERR_INPUT, "product %s: there is no vendor '%s'", p->id, p->vendor);
    }
    for (size_t i = 0; i < c->timelines.n; i++)
        if (!catalog_vendor(c, c->timelines.v[i].vendor))
            return err_set(e, ERR_INPUT, "timeline: there is no vendor '%s'", c->timelines.v[i].vendor);
    return true;
}

/* A second one of the same name would never be found. */
static bool check_names(const struct catalog *c, struct err *e)
{
    for (size_t i = 0; i < c->products.n; i++)
        if (catalog_product(c, c->products.v[i].id) != &c->products.v[i])
            return err_set(e, ERR_INPUT, "product %s is defined twice", c->products.v[i].id);
    for (size_t i = 0; i < c->vendors.n; i++)
        if (catalog_vendor(c, c->vendors.v[i].id) != &c->vendors.v[i])
            return err_set(e, ERR_INPUT, "vendor %s is defined twice", c->vendors.v[i].id);
    for (size_t i = 0; i < c->timelines.n; i++)
        if (catalog_timeline(c, c->timelines.v[i].vendor) != &c->timelines.v[i])
            return err_set(e, ERR_INPUT, "vendor %s has two timelines", c->timelines.v[i].vendor);
    for (size_t i = 0; i < c->playbooks.n; i++)
        if (catalog_playbook(c, c->playbooks.v[i].id) != &c->playbooks.v[i])
            return err_set(e, ERR_INPUT, "playbook %s is defined twice", c->playbooks.v[i].id);
    for (size_t i = 0; i < c->evidence.n; i++)
        if (catalog_evidence(c, c->evidence.v[i].id) != &c->evidence.v[i])
            return err_set(e, ERR_INPUT, "evidence %s is defined twice", c->evidence.v[i].id);
    return true;
}

static struct catalog_file *sort_files(const struct catalog_file *files, size_t n, struct arena *a)
{
    struct catalog_file *sorted = ARENA_ARRAY(a, n, struct catalog_file);

    if (sorted && n)
        memcpy(sorted, files, n * sizeof *sorted);
    if (sorted)
        qsort(sorted, n, sizeof *sorted, by_path);
    return sorted;
}

bool catalog_digest(const struct catalog_file *files, size_t n, char hex[65], struct err *e)
{
    struct arena a = ARENA_INIT;
    struct catalog_file *sorted = sort_files(files, n, &a);

    if (sorted)
        digest_files(sorted, n, hex);
    arena_free(&a);
    return sorted || err_nomem(e);
}

bool catalog_make(const struct catalog_file *files, size_t n, struct catalog *ret, struct err *e)
{
    struct catalog_file *sorted;

    memset(ret, 0, sizeof *ret);
    sorted = sort_files(files, n, &ret->doc.arena);
    if (!sorted)
        return err_nomem(e);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct any_list *l = list_of(ret, &kinds[i]);

        l->v = arena_array(&ret->doc.arena, n, kinds[i].schema->size);
        if (!l->v)
            return err_nomem(e);
    }
    digest_files(sorted, n, ret->digest);
    for (size_t i = 0; i < n; i++)
        if (!sorted[i].unread && !read_file(ret, &sorted[i], e))
            return false;
    qsort(ret->products.v, ret->products.n, sizeof *ret->products.v, by_product);
    return check_names(ret, e) && check_references(ret, e) && check_results(ret, sorted, n, e);
}

void catalog_free(struct catalog *c)
{
    doc_free(&c->doc);
    memset(c, 0, sizeof *c);
}

struct catalog_doc *catalog_docs(const struct catalog *c, struct arena *a, size_t *ret_n)
{
    struct catalog_doc *docs;
    size_t n = 0;

    for (size_t k = 0; k < KIND_COUNT; k++)
        n += ((const struct any_list *)((const char *)c + kinds[k].list))->n;
    docs = ARENA_ARRAY(a, n + 1, struct catalog_doc);
    *ret_n = 0;
    for (size_t k = 0; docs && k < KIND_COUNT; k++) {
        const struct any_list *l = (const struct any_list *)((const char *)c + kinds[k].list);

        for (size_t i = 0; i < l->n; i++)
            docs[(*ret_n)++] = (struct catalog_doc){kinds[k].name, id_of(l, &kinds[k], i), kinds[k].schema,
                                                    l->v + i * kinds[k].schema->size};
    }
    return docs;
}

const struct product *catalog_product(const struct catalog *c, const char *id)
{
    for (size_t i = 0; i < c->products.n; i++)
        if (text_eq(c->products.v[i].id, id))
            return &c->products.v[i];
    return NULL;
}

const struct vendor *catalog_vendor(const struct catalog *c, const char *id)
{
    for (size_t i = 0; i < c->vendors.n; i++)
        if (text_eq(c->vendors.v[i].id, id))
            return &c->vendors.v[i];
    return NULL;
}

const struct timeline *catalog_timeline(const struct catalog *c, const char *vendor)
{
    for (size_t i = 0; i < c->timelines.n; i++)
        if (text_eq(c->timelines.v[i].vendor, vendor))
            return &c->timelines.v[i];
    return NULL;
}

const struct playbook *catalog_playbook(const struct catalog *c, const char *id)
{
    for (size_t i = 0; i < c->playbooks.n; i++)
        if (text_eq(c->playbooks.v[i].id, id))
            return &c->playbooks.v[i];
    return NULL;
}

const struct evidence *catalog_evidence(const struct catalog *c, const char *id)
{
    for (size_t i = 0; i < c->evidence.n; i++)
        if (text_eq(c->evidence.v[i].id, id))
            return &c->evidence.v[i];
    return NULL;
}

static bool ask(const struct cond *c, struct arena *a, struct questions *q, struct err *e)
{
    unsigned parts = 0;

    return cond_questions(c, a, &parts, q, e);
}

static bool ask_leftovers(const struct leftover *v, size_t n, struct arena *a, struct questions *q, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!ask(v[i].cond, a, q, e))
            return false;
    return true;
}

static bool ask_advice(const struct product *p, struct arena *a, struct questions *q, struct err *e)
{
    for (size_t i = 0; i < p->advice.n; i++)
        if (!ask(p->advice.v[i].each, a, q, e))
            return false;
    return true;
}

static bool ask_steps(const struct step_def *v, size_t n, struct arena *a, struct questions *q, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!ask(v[i].when, a, q, e) || !ask(v[i].each, a, q, e))
            return false;
    return true;
}

static bool ask_sections(const struct product *p, struct arena *a, struct questions *q, struct err *e)
{
    const struct section *all[] = {p->install, p->activate, p->disarm, p->remove, p->clean};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] && !ask_steps(all[i]->steps.v, all[i]->steps.n, a, q, e))
            return false;
    return true;
}

static bool ask_product(const struct product *p, struct arena *a, struct questions *q, struct err *e)
{
    const struct health *h = p->health;

    if (!ask(p->detect->installed, a, q, e) || !ask(p->detect->half_removed, a, q, e) ||
        !ask_leftovers(p->leftovers.v, p->leftovers.n, a, q, e) ||
        !ask_leftovers(p->reinstallers.v, p->reinstallers.n, a, q, e) || !ask_advice(p, a, q, e))
        return false;
    if (h && (!ask(h->installed, a, q, e) || !ask(h->running, a, q, e) || !ask(h->realtime, a, q, e) ||
              !ask(h->fresh, a, q, e) || !ask(h->managed, a, q, e)))
        return false;
    for (size_t i = 0; i < p->guards.n; i++)
        if (!ask(p->guards.v[i].blocked, a, q, e))
            return false;
    for (size_t i = 0; i < p->requires.n; i++)
        if (!ask(p->requires.v[i].cond, a, q, e))
            return false;
    for (size_t i = 0; i < p->payload.n; i++)
        if (!ask(p->payload.v[i].when, a, q, e))
            return false;
    for (size_t i = 0; i < p->reports.n; i++) {
        const struct report_def *r = &p->reports.v[i];

        if (r->registry ? !questions_add_registry(q, a, r->registry, e)
                        : !questions_add_command(q, a, &r->argv, 20, e))
            return false;
    }
    return ask_sections(p, a, q, e);
}

bool catalog_questions(const struct catalog *c, const char *family, struct arena *a, struct questions *q,
                       struct err *e)
{
    for (size_t i = 0; i < c->products.n; i++)
        if (text_eq(c->products.v[i].os, family) && !product_is_candidate(&c->products.v[i]) &&
            !ask_product(&c->products.v[i], a, q, e))
            return false;
    for (size_t i = 0; i < c->playbooks.n; i++)
        for (size_t k = 0; k < c->playbooks.v[i].stages.n; k++)
            if (!ask_steps(c->playbooks.v[i].stages.v[k].steps.v, c->playbooks.v[i].stages.v[k].steps.n, a, q, e))
                return false;
    return true;
}
