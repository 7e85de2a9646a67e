#include "core/model/catalog.h"
#include "core/base/digest.h"
#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>


enum { KIND_VENDOR, KIND_PRODUCT, KIND_TIMELINE, KIND_PLAYBOOK, KIND_EVIDENCE, KIND_COUNT };

static const struct schema *const kinds[KIND_COUNT] = {&vendor_schema, &product_schema, &timeline_schema,
                                                       &playbook_schema, &evidence_schema};

static int by_path(const void *x, const void *y)
{
    const struct catalog_file *a = x, *b = y;

    return strcmp(a->path, b->path);
}

static int by_product(const void *x, const void *y)
{
    const struct product *a = x, *b = y;

    return strcmp(a->id, b->id);
}

static void digest_files(const struct catalog_file *files, size_t n, char hex[65])
{
    struct digest d;
    char one[DIGEST_TEXT];

    digest_init(&d);
    for (size_t i = 0; i < n; i++) {
        if (!files[i].digest)
            digest_of(files[i].text, files[i].len, one);
        digest_add(&d, files[i].path, strlen(files[i].path) + 1);
        digest_add(&d, files[i].digest ? files[i].digest : one, DIGEST_TEXT);
    }
    digest_end(&d, hex);
}

static int kind_of(const json_t *j)
{
    const char *format = json_string_value(json_object_get(j, "schema"));

    for (int k = 0; format && k < KIND_COUNT; k++)
        if (strcmp(format, kinds[k]->format) == 0)
            return k;
    return -1;
}

static bool read_file(struct catalog *c, const struct catalog_file *f, struct err *e)
{
    struct place at = {NULL, NULL, 0, f->path};
    const json_t *j;

    if (f->len > LIMIT_MANIFEST)
        return err_set(e, ERR_LIMIT, "%s: %zu bytes are more than %u", f->path, f->len, LIMIT_MANIFEST);
    j = doc_parse(&c->doc, f->path, f->text, f->len, e);
    if (!j)
        return false;
    switch (kind_of(j)) {
    case KIND_VENDOR:
        return schema_read(&vendor_schema, j, &c->doc, &at, &c->vendors.v[c->vendors.n++], e);
    case KIND_PRODUCT:
        return schema_read(&product_schema, j, &c->doc, &at, &c->products.v[c->products.n++], e);
    case KIND_TIMELINE:
        return schema_read(&timeline_schema, j, &c->doc, &at, &c->timelines.v[c->timelines.n++], e);
    case KIND_PLAYBOOK:
        return schema_read(&playbook_schema, j, &c->doc, &at, &c->playbooks.v[c->playbooks.n++], e);
    case KIND_EVIDENCE:
        return schema_read(&evidence_schema, j, &c->doc, &at, &c->evidence.v[c->evidence.n++], e);
    default:
        return place_error(e, &at, "its 'schema' is none of avswap.vendor/1, avswap.product/1, avswap.timeline/1, "
                                   "avswap.playbook/1 and avswap.evidence/1");
    }
}

static bool check_results(const struct catalog *c, struct err *e)
{
    for (size_t i = 0; i < c->evidence.n; i++)
        for (size_t k = 0; k < c->evidence.v[i].results.n; k++) {
            const struct evidence *t = &c->evidence.v[i];
            const struct product *p = catalog_product(c, t->results.v[k].product);

            if (!p || !text_eq(p->os, t->os))
                return err_set(e, ERR_INPUT, "evidence %s: there is no product '%s' on %s", t->id,
                               t->results.v[k].product, t->os);
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
    return check_results(c, e);
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

bool catalog_make(const struct catalog_file *files, size_t n, struct catalog *ret, struct err *e)
{
    struct catalog_file *sorted;

    memset(ret, 0, sizeof *ret);
    sorted = ARENA_ARRAY(&ret->doc.arena, n, struct catalog_file);
    ret->vendors.v = ARENA_ARRAY(&ret->doc.arena, n, struct vendor);
    ret->products.v = ARENA_ARRAY(&ret->doc.arena, n, struct product);
    ret->timelines.v = ARENA_ARRAY(&ret->doc.arena, n, struct timeline);
    ret->playbooks.v = ARENA_ARRAY(&ret->doc.arena, n, struct playbook);
    ret->evidence.v = ARENA_ARRAY(&ret->doc.arena, n, struct evidence);
    if (!sorted || !ret->vendors.v || !ret->products.v || !ret->timelines.v || !ret->playbooks.v ||
        !ret->evidence.v)
        return err_nomem(e);
    if (n)
        memcpy(sorted, files, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_path);
    digest_files(sorted, n, ret->digest);
    for (size_t i = 0; i < n; i++)
        if (!sorted[i].unread && !read_file(ret, &sorted[i], e))
            return false;
    qsort(ret->products.v, ret->products.n, sizeof *ret->products.v, by_product);
    return check_names(ret, e) && check_references(ret, e);
}

void catalog_free(struct catalog *c)
{
    doc_free(&c->doc);
    memset(c, 0, sizeof *c);
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
        !ask_leftovers(p->reinstallers.v, p->reinstallers.n, a, q, e))
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
        if (text_eq(c->products.v[i].os, family) && !ask_product(&c->products.v[i], a, q, e))
            return false;
    for (size_t i = 0; i < c->playbooks.n; i++)
        for (size_t k = 0; k < c->playbooks.v[i].stages.n; k++)
            if (!ask_steps(c->playbooks.v[i].stages.v[k].steps.v, c->playbooks.v[i].stages.v[k].steps.n, a, q, e))
                return false;
    return true;
}
