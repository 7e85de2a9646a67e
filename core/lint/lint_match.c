/*
 * What detection and removal patterns match besides their own product: a PC that has nothing but what another product is recognised
 * by, and rows of an inventory of which somebody said whose they are. Both are judged as facts of a PC, by the conditions themselves.
 */
#include "core/base/list.h"
#include "core/lint/rules.h"

#include <string.h>

enum { WAYS_MAX = 64 };

/* --- facts by which a condition holds -------------------------------------------------------------------------------------- */

/* In how many ways a condition can hold, at most WAYS_MAX. */
static size_t ways(const struct cond *c)
{
    size_t n = c->any.n ? 0 : 1;

    for (size_t i = 0; i < c->any.n; i++)
        n += ways(&c->any.v[i]);
    for (size_t i = 0; i < c->all.n; i++)
        n *= ways(&c->all.v[i]);
    return n < WAYS_MAX ? n : WAYS_MAX;
}

/* A name that the pattern fits: '*' is nothing, '?' and a set one letter. */
static const char *concrete(struct arena *a, const char *pattern)
{
    char *s = pattern ? arena_strdup(a, pattern) : NULL, *to = s;

    for (const char *p = s; p && *p; p++) {
        if (*p == '*')
            continue;
        if (*p == '[' && p[1] && strchr(p + 2, ']')) {
            *to++ = p[1] == '!' || p[1] == '^' ? 'x' : p[1];
            p = strchr(p + 2, ']');
        } else {
            *to++ = *p == '?' ? 'x' : *p;
        }
    }
    if (s)
        *to = '\0';
    return s;
}

static const char *version_for(const struct cond *c)
{
    return !c->op || c->op == OP_LT || c->op == OP_NE ? "1" : c->op == OP_GT ? "9999" : c->value;
}

static bool add_program(const struct cond *c, const char *publisher, struct arena *a, struct facts *f)
{
    struct uninstall_entry *u = LIST_ADD(a, &f->uninstall);
    bool ghost = text_eq(c->state, "ghost");

    if (!u)
        return false;
    *u = (struct uninstall_entry){.hive = "HKLM", .view = "64", .key = "Product", .name = concrete(a, c->name),
                                  .publisher = c->publisher ? concrete(a, c->publisher) : publisher, .version = version_for(c),
                                  .location = "C:/Product", .location_exists = !ghost, .command = "C:/Product/remove.exe",
                                  .command_missing = ghost};
    return u->name != NULL;
}

static bool add_msi(const struct cond *c, const char *publisher, struct arena *a, struct facts *f)
{
    struct msi_product *m = LIST_ADD(a, &f->msi);

    if (!m)
        return false;
    *m = (struct msi_product){.code = "{00000000-0000-0000-0000-000000000001}", .name = concrete(a, c->name), .context = "machine",
                              .publisher = c->publisher ? concrete(a, c->publisher) : publisher, .version = version_for(c)};
    return m->name != NULL;
}

static bool add_package(const struct cond *c, struct arena *a, struct facts *f)
{
    struct package *k = LIST_ADD(a, &f->packages);

    if (!k)
        return false;
    *k = (struct package){.manager = "dpkg", .name = concrete(a, c->name), .version = version_for(c), .state = PACKAGE_INSTALLED};
    for (int i = 0; c->state && package_state_names[i]; i++)
        if (strcmp(package_state_names[i], c->state) == 0)
            k->state = i;
    return k->name != NULL;
}

static bool add_unit(const struct cond *c, struct arena *a, struct facts *f)
{
    struct unit *u = LIST_ADD(a, &f->units);

    if (!u)
        return false;
    *u = (struct unit){.name = concrete(a, c->name), .manager = "systemd", .load = "loaded", .active = "active", .enabled = "enabled"};
    return u->name != NULL;
}

static bool add_registry(const struct cond *c, struct arena *a, struct facts *f)
{
    struct registry_value *r = LIST_ADD(a, &f->registry);

    if (!r)
        return false;
    *r = (struct registry_value){.key = concrete(a, c->path), .view = "64", .name = c->name ? concrete(a, c->name) : NULL,
                                 .type = "sz", .data = c->op == OP_GLOB ? concrete(a, c->value) : c->value ? c->value : "1"};
    return r->key != NULL;
}

static bool add_file(const struct cond *c, struct arena *a, struct facts *f)
{
    struct file_fact *x = LIST_ADD(a, &f->files);

    if (!x)
        return false;
    *x = (struct file_fact){.path = concrete(a, facts_path(f, a, c->path)), .kind = c->state ? c->state : "file"};
    return x->path != NULL;
}

static bool add_driver(const struct cond *c, struct arena *a, struct facts *f)
{
    struct driver *d = LIST_ADD(a, &f->drivers);

    if (!d)
        return false;
    *d = (struct driver){.name = concrete(a, c->name), .path = concrete(a, c->path), .start = "system", .state = "running"};
    return d->name != NULL;
}

/* Adds what makes the pick-th way of c hold, as far as it is a thing that can be added. False: no memory. */
static bool satisfy(const struct cond *c, size_t pick, const char *publisher, struct arena *a, struct facts *f)
{
    for (size_t i = 0; i < c->all.n; i++) {
        size_t n = ways(&c->all.v[i]);

        if (!satisfy(&c->all.v[i], pick % n, publisher, a, f))
            return false;
        pick /= n;
    }
    for (size_t i = 0; i < c->any.n; i++) {
        size_t n = ways(&c->any.v[i]);

        if (pick < n)
            return satisfy(&c->any.v[i], pick, publisher, a, f);
        pick -= n;
    }
    switch (c->probe) {
    case PROBE_UNINSTALL:
        return add_program(c, publisher, a, f);
    case PROBE_MSI:
        return add_msi(c, publisher, a, f);
    case PROBE_PACKAGE:
        return add_package(c, a, f);
    case PROBE_UNIT:
        return add_unit(c, a, f);
    case PROBE_REGISTRY:
        return add_registry(c, a, f);
    case PROBE_FILE:
        return add_file(c, a, f);
    case PROBE_DRIVER:
        return add_driver(c, a, f);
    default:
        return true;
    }
}

/* A PC of that system on which nothing is. */
static bool empty_pc(struct arena *a, const char *family, struct facts *f)
{
    memset(f, 0, sizeof *f);
    f->os = ARENA_NEW(a, struct os_facts);
    if (!f->os)
        return false;
    f->os->family = family;
    for (size_t i = 0; folder_names[i]; i++) {
        struct folder *x = LIST_ADD(a, &f->folders);

        if (!x)
            return false;
        x->name = folder_names[i];
        x->path = arena_printf(a, "C:/%s", folder_names[i]);
        if (!x->path)
            return false;
    }
    return true;
}

static bool holds(struct lint *l, const struct cond *c, const struct facts *f, struct arena *a, const char **ret_why)
{
    struct err e = ERR_INIT;
    struct verdict v;

    if (!c)
        return false;
    if (!cond_judge(c, f, a, &v, &e)) {
        l->nomem = true;
        return false;
    }
    *ret_why = v.evidence;
    return v.answer == TRI_YES;
}

/* --- two products ---------------------------------------------------------------------------------------------------------- */

static bool related(const struct product *p, const struct product *q)
{
    return text_in(&p->alternatives_of, q->id) || text_in(&q->alternatives_of, p->id);
}

/* Is a PC with nothing but p one with q, too? Reported where q is written. */
static void check_pair(struct lint *l, const struct product *p, const struct product *q, const struct catalog_file *file)
{
    struct place root = {NULL, NULL, 0, file->path}, detect = {&root, "detect", 0, NULL}, at = {&detect, "installed", 0, NULL};
    const struct vendor *v = catalog_vendor(&l->here, p->vendor);
    size_t n = ways(p->detect->installed);
    struct arena a = ARENA_INIT;
    bool found = false;

    if (!v && l->with->catalog)
        v = catalog_vendor(l->with->catalog, p->vendor);
    for (size_t i = 0; i < n && !found && !l->nomem; i++) {
        const char *why = "", *own = "";
        struct facts f;

        if (!empty_pc(&a, p->os, &f) || !satisfy(p->detect->installed, i, v ? v->name : NULL, &a, &f))
            l->nomem = true;
        else if (holds(l, p->detect->installed, &f, &a, &own) && holds(l, q->detect->installed, &f, &a, &why)) {
            l->file = file;
            lint_add(l, PROBLEM_OVERLAP, &at, "a PC with nothing but %s would have this product, too: %s", p->id, why);
            found = true;
        }
    }
    arena_free(&a);
}

/* Is what p is recognised by one of the files' products, too? */
static void check_product(struct lint *l, const struct product *p)
{
    for (size_t i = 0; p->detect && i < l->here.products.n; i++) {
        const struct product *q = &l->here.products.v[i];

        if (q->detect && text_eq(p->os, q->os) && !text_eq(p->id, q->id) && !related(p, q))
            check_pair(l, p, q, l->product_files[i]);
    }
}

void lint_overlaps(struct lint *l)
{
    const struct catalog *c = l->with->catalog;

    for (size_t i = 0; i < l->here.products.n; i++)
        check_product(l, &l->here.products.v[i]);
    for (size_t i = 0; c && i < c->products.n; i++)
        if (!catalog_product(&l->here, c->products.v[i].id))
            check_product(l, &c->products.v[i]);
}

/* --- an inventory ---------------------------------------------------------------------------------------------------------- */

struct row {
    const char *name, *publisher, *version, *os, *label;
};

/* "kaspersky" and "kaspersky-component" are that vendor's, "not-kaspersky" is anybody's but that one's. */
static bool foreign(const struct lint *l, const char *label, const char *vendor)
{
    size_t n = strlen(vendor);

    if (text_starts(label, "not-"))
        return strcmp(label + 4, vendor) == 0;
    if (strncmp(label, vendor, n) == 0 && (!label[n] || label[n] == '-'))
        return false;
    for (size_t i = strcspn(label, "-");; i += 1 + strcspn(label + i + 1, "-")) {
        char id[64] = "";

        if (i < sizeof id)
            memcpy(id, label, i);
        if (lint_known_vendor(l, id))
            return true;
        if (!label[i])
            return false; /* nobody we know */
    }
}

static bool row_facts(const struct row *r, struct arena *a, struct facts *f)
{
    char *name = text_literal(a, r->name);
    struct cond c = {.name = name, .op = r->version ? OP_EQ : OP_NONE, .value = r->version};

    if (!name || !empty_pc(a, r->os, f))
        return false;
    if (text_eq(r->os, "linux"))
        return add_package(&c, a, f) && (f->packages.v[0].name = r->name);
    return add_program(&c, r->publisher, a, f) && add_msi(&c, r->publisher, a, f) && (f->uninstall.v[0].name = r->name) &&
           (f->msi.v[0].name = r->name);
}

/* Does the product take the row for its own: by its detection, or by what its removal goes through? */
static void check_row(struct lint *l, const struct product *p, const struct facts *f, const struct row *r, size_t n,
                      const struct place *root, struct doc *d)
{
    struct place detect = {root, "detect", 0, NULL}, installed = {&detect, "installed", 0, NULL};
    struct place remove = {root, "remove", 0, NULL}, steps = {&remove, "steps", 0, NULL};
    const char *why = "";

    if (holds(l, p->detect->installed, f, &d->arena, &why))
        lint_add(l, PROBLEM_FOREIGN_MATCH, &installed, "recognises '%.120s' (line %zu of the inventory), which is '%.40s'", r->name, n,
                 r->label);
    for (size_t i = 0; p->remove && i < p->remove->steps.n; i++) {
        struct place item = {&steps, NULL, i, NULL}, each = {&item, "each", 0, NULL};
        const struct cond *c = p->remove->steps.v[i].each;
        struct cond_matches found;
        struct err e = ERR_INIT;

        if (c && cond_lists(c) && cond_each(c, f, d, &found, &e) && found.rows.n)
            lint_add(l, PROBLEM_FOREIGN_MATCH, &each, "would remove '%.120s' (line %zu of the inventory), which is '%.40s'", r->name, n,
                     r->label);
        l->nomem = l->nomem || e.code == ERR_NOMEM;
    }
}

static void check_rows(struct lint *l, const struct row *r, size_t n)
{
    struct doc d = DOC_INIT;
    struct facts f;

    if (!row_facts(r, &d.arena, &f))
        l->nomem = true;
    for (size_t k = 0; !l->nomem && k < l->here.products.n; k++) {
        const struct product *p = &l->here.products.v[k];
        struct place root = {NULL, NULL, 0, l->product_files[k]->path};

        if (!p->detect || !text_eq(p->os, r->os) || !foreign(l, r->label, p->vendor))
            continue;
        l->file = l->product_files[k];
        check_row(l, p, &f, r, n, &root, &d);
    }
    doc_free(&d);
}

bool lint_inventory(struct lint *l, const struct catalog_file *inventory, struct err *e)
{
    const char *cursor = inventory->text, *end = cursor + inventory->len, *line;
    size_t len, n = 0;

    while (text_line(&cursor, end, &line, &len)) {
        struct doc d = DOC_INIT;
        const json_t *j;
        struct row r;

        n++;
        if (!len)
            continue;
        j = doc_parse(&d, inventory->path, line, len, e);
        if (!j) {
            doc_free(&d);
            return err_wrap(e, "line %zu of the inventory", n);
        }
        r = (struct row){json_string_value(json_object_get(j, "display_name")), json_string_value(json_object_get(j, "publisher")),
                         json_string_value(json_object_get(j, "version")), json_string_value(json_object_get(j, "os")),
                         json_string_value(json_object_get(j, "label"))};
        if (r.name && r.os && r.label)
            check_rows(l, &r, n);
        doc_free(&d);
    }
    return true;
}
