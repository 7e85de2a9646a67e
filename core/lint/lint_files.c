#include "core/base/limits.h"
#include "core/lint/rules.h"
#include "core/model/words.h"

#include <stdlib.h>
#include <string.h>

struct source { /* a document that parsed */
    const json_t *json;          /* NULL: it did not */
    const struct schema *schema; /* NULL: of no format of ours */
    bool sound;
};

static const struct schema *schema_of(const json_t *j)
{
    const char *format = json_string_value(json_object_get(j, "schema"));

    for (size_t i = 0; format && words_formats[i].schema; i++)
        if (text_eq(words_formats[i].schema->format, format))
            return words_formats[i].schema;
    return NULL;
}

static void no_schema(struct lint *l, const json_t *j)
{
    const char *format = json_string_value(json_object_get(j, "schema"));
    struct place root = {NULL, NULL, 0, l->file->path}, at = {&root, "schema", 0, NULL};
    const char *names[64];
    size_t n = 0;

    for (size_t i = 0; words_formats[i].schema && n < 64; i++)
        if (words_formats[i].schema->format) /* a journal's records have none */
            names[n++] = words_formats[i].schema->format;
    if (!format) {
        lint_add(l, PROBLEM_FORMAT, &root, "not a document of ours: no key 'schema'");
        return;
    }
    lint_add(l, PROBLEM_FORMAT, &at, "'%.60s' is no format of ours", format);
    lint_near(l, format, names, n);
}

/* "FILE:3:14: text" of a parser becomes line and text. */
static void no_json(struct lint *l, const struct err *e)
{
    struct place root = {NULL, NULL, 0, l->file->path};
    const char *text = e->text;
    size_t n = strlen(l->file->path);
    unsigned long line = 0;

    if (strncmp(text, l->file->path, n) == 0 && text[n] == ':') {
        char *end = NULL;

        line = strtoul(text + n + 1, &end, 10);
        text = strstr(text + n, ": ") ? strstr(text + n, ": ") + 2 : text;
    }
    lint_add(l, PROBLEM_JSON, &root, "%s", text);
    if (l->out->problems.n && line)
        l->out->problems.v[l->out->problems.n - 1].line = (long long)line;
}

static void read_source(struct lint *l, struct source *s)
{
    struct place root = {NULL, NULL, 0, l->file->path};
    size_t before = l->out->problems.n;
    struct err e = ERR_INIT;

    s->json = doc_parse(l->doc, l->file->path, l->file->text, l->file->len, &e);
    l->nomem = l->nomem || e.code == ERR_NOMEM;
    if (!s->json) {
        no_json(l, &e);
        return;
    }
    s->schema = schema_of(s->json);
    if (!s->schema) {
        no_schema(l, s->json);
        return;
    }
    lint_structure(l, s->schema, s->json, PROBLEM_VALUE, &root);
    s->sound = l->out->problems.n == before;
}

/* What references between the files may point at: whole documents, or the ids of those that are not sound. */
static bool define(struct lint *l, const struct source *s, struct err *e)
{
    struct place root = {NULL, NULL, 0, l->file->path}, at = {&root, "id", 0, NULL};
    const char *id = json_string_value(json_object_get(s->json, "id"));
    struct vendor vendor = {.id = id};
    struct product product = {.id = id};
    struct playbook playbook = {.id = id};
    void *obj = s->schema == &vendor_schema     ? (void *)&vendor
                : s->schema == &product_schema  ? (void *)&product
                : s->schema == &playbook_schema ? (void *)&playbook
                                                : NULL;

    if (!obj || !id)
        return true;
    if (s->sound && !schema_read(s->schema, s->json, l->doc, &root, obj, e))
        return false;
    if (obj == &vendor ? catalog_vendor(&l->here, id) != NULL
                       : obj == &product ? catalog_product(&l->here, id) != NULL : catalog_playbook(&l->here, id) != NULL)
        lint_add(l, PROBLEM_DUPLICATE, &at, "another of these files defines the %s '%.80s', too", s->schema->name, id);
    if (obj == &vendor)
        l->here.vendors.v[l->here.vendors.n++] = vendor;
    else if (obj == &product) {
        l->product_files[l->here.products.n] = l->file;
        l->here.products.v[l->here.products.n++] = product;
    }
    else
        l->here.playbooks.v[l->here.playbooks.n++] = playbook;
    return true;
}

bool lint_files(const struct catalog_file *files, size_t n, const struct lint_with *with, struct doc *d,
                struct problems *ret, struct err *e)
{
    struct lint l = {.with = with, .doc = d, .out = ret};
    struct source *s = ARENA_ARRAY(&d->arena, n, struct source);

    memset(ret, 0, sizeof *ret);
    ret->files = (long long)n;
    l.here.vendors.v = ARENA_ARRAY(&d->arena, n, struct vendor);
    l.here.products.v = ARENA_ARRAY(&d->arena, n, struct product);
    l.here.playbooks.v = ARENA_ARRAY(&d->arena, n, struct playbook);
    l.product_files = ARENA_ARRAY(&d->arena, n, const struct catalog_file *);
    if (!s || !l.product_files || !l.here.vendors.v || !l.here.products.v || !l.here.playbooks.v)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        l.file = &files[i];
        read_source(&l, &s[i]);
        if (!define(&l, &s[i], e))
            return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct place at = {NULL, NULL, 0, files[i].path};

        l.file = &files[i];
        if (s[i].sound)
            lint_document(&l, s[i].schema, s[i].json, &at);
    }
    lint_overlaps(&l);
    if (with->inventory && !lint_inventory(&l, with->inventory, e))
        return false;
    if (ret->problems.n > LIMIT_LIST)
        return err_set(e, ERR_LIMIT, "more than %u problems", LIMIT_LIST);
    return !l.nomem || err_nomem(e);
}
