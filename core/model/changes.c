#include "core/model/changes.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#include <stdlib.h>
#include <string.h>

const char *const change_names[] = {"changed", "added", "removed", NULL};

static const struct field field_fields[] = {
    FIELD(field_change, STR, path, "where", .flags = FIELD_REQUIRED),
    FIELD(field_change, STR, was, "JSON of what it was"),
    FIELD(field_change, STR, is, "JSON of what it is"),
    FIELD_END,
};
static const struct schema field_schema = {"field change", NULL, "a field that is different", sizeof(struct field_change),
                                           field_fields, NULL};

static const struct field doc_fields[] = {
    FIELD(doc_change, STR, kind, "vendor, product, timeline, playbook or evidence", .flags = FIELD_REQUIRED),
    FIELD(doc_change, STR, id, "of the document", .flags = FIELD_REQUIRED),
    FIELD(doc_change, ENUM, what, "changed, added or removed", .names = change_names, .flags = FIELD_REQUIRED),
    FIELD(doc_change, OBJS, fields, "of a changed one, its fields", .sub = &field_schema),
    FIELD_END,
};
static const struct schema doc_schema = {"document change", NULL, "a document that is different", sizeof(struct doc_change),
                                         doc_fields, NULL};

static const struct field changes_fields[] = {
    FIELD(changes, STR, from, "the one before"),
    FIELD(changes, STR, to, "the one after"),
    FIELD(changes, STR, from_digest, "SHA-256 of the catalogue before", .flags = FIELD_REQUIRED),
    FIELD(changes, STR, to_digest, "SHA-256 of the catalogue after", .flags = FIELD_REQUIRED),
    FIELD(changes, OBJS, documents, "what is different", .sub = &doc_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema changes_schema = {"changes", "avswap.changes/1", "what is different between two catalogues",
                                      sizeof(struct changes), changes_fields, NULL};

struct compare {
    struct arena *arena;
    struct doc_change *ret;
    struct err *e;
};

static int take_text(const char *p, size_t n, void *arg)
{
    buf_add(arg, p, n);
    return 0;
}

/* Any value, not only a whole document. */
static const char *text_of(struct compare *c, const json_t *j)
{
    struct buf b;
    const char *text = NULL;

    buf_init(&b, LIMIT_DOCUMENT);
    if (json_dump_callback(j, take_text, &b, JSON_COMPACT | JSON_ENCODE_ANY) == 0 && !b.failed)
        text = arena_strdup(c->arena, buf_str(&b));
    buf_free(&b);
    if (!text)
        err_nomem(c->e);
    return text;
}

static bool add(struct compare *c, const char *path, const json_t *was, const json_t *is)
{
    struct field_change *f = LIST_ADD(c->arena, &c->ret->fields);

    if (!f)
        return err_nomem(c->e);
    *f = (struct field_change){path, was ? text_of(c, was) : NULL, is ? text_of(c, is) : NULL};
    return (!was || f->was) && (!is || f->is);
}

static bool compare(struct compare *c, const char *path, const json_t *was, const json_t *is);

static bool compare_key(struct compare *c, const char *path, const char *key, const json_t *was, const json_t *is)
{
    const char *below = arena_printf(c->arena, "%s%s%s", path, *path ? "." : "", key);

    return below ? compare(c, below, json_object_get(was, key), json_object_get(is, key)) : err_nomem(c->e);
}

static bool compare_objects(struct compare *c, const char *path, json_t *was, json_t *is)
{
    for (void *it = json_object_iter(was); it; it = json_object_iter_next(was, it))
        if (!compare_key(c, path, json_object_iter_key(it), was, is))
            return false;
    for (void *it = json_object_iter(is); it; it = json_object_iter_next(is, it))
        if (!json_object_get(was, json_object_iter_key(it)) && !compare_key(c, path, json_object_iter_key(it), was, is))
            return false;
    return true;
}

static bool compare_arrays(struct compare *c, const char *path, const json_t *was, const json_t *is)
{
    size_t n = json_array_size(was) > json_array_size(is) ? json_array_size(was) : json_array_size(is);

    for (size_t i = 0; i < n; i++) {
        const char *below = arena_printf(c->arena, "%s[%zu]", path, i);

        if (!below)
            return err_nomem(c->e);
        if (!compare(c, below, json_array_get(was, i), json_array_get(is, i)))
            return false;
    }
    return true;
}

static bool compare(struct compare *c, const char *path, const json_t *was, const json_t *is)
{
    json_t *a = (json_t *)(uintptr_t)was, *b = (json_t *)(uintptr_t)is;

    if (a && b && json_equal(a, b))
        return true;
    if (json_is_object(a) && json_is_object(b))
        return compare_objects(c, path, a, b);
    if (json_is_array(a) && json_is_array(b))
        return compare_arrays(c, path, a, b);
    return add(c, path, a, b);
}

static int by_name(const void *x, const void *y)
{
    const struct catalog_doc *a = x, *b = y;
    int kind = strcmp(a->kind, b->kind);

    return kind ? kind : strcmp(a->id, b->id);
}

static bool add_document(struct changes *ret, const struct catalog_doc *x, int what, struct arena *a, struct doc_change **ret_doc)
{
    struct doc_change *d = LIST_ADD(a, &ret->documents);

    if (!d)
        return false;
    *d = (struct doc_change){.kind = x->kind, .id = arena_strdup(a, x->id), .what = what};
    *ret_doc = d;
    return d->id != NULL;
}

static bool compare_documents(const struct catalog_doc *was, const struct catalog_doc *is, struct changes *ret, struct arena *a,
                              struct err *e)
{
    json_t *x = schema_write(was->schema, was->obj), *y = schema_write(is->schema, is->obj);
    struct compare c = {.arena = a, .e = e};
    bool ok = x && y;

    if (!ok)
        err_nomem(e);
    else if (!json_equal(x, y))
        ok = add_document(ret, is, CHANGE_CHANGED, a, &c.ret) ? compare(&c, "", x, y) : err_nomem(e);
    json_decref(x);
    json_decref(y);
    return ok;
}

/* Both sorted: walked side by side. */
static bool walk(const struct catalog_doc *from, size_t n, const struct catalog_doc *to, size_t m, struct changes *ret,
                 struct arena *a, struct err *e)
{
    struct doc_change *added;
    size_t i = 0, k = 0;

    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : by_name(&from[i], &to[k]);

        if (order == 0) {
            if (!compare_documents(&from[i++], &to[k++], ret, a, e))
                return false;
        } else if (!(order < 0 ? add_document(ret, &from[i++], CHANGE_REMOVED, a, &added)
                               : add_document(ret, &to[k++], CHANGE_ADDED, a, &added))) {
            return err_nomem(e);
        }
    }
    return true;
}

bool changes_make(const struct catalog *from, const struct catalog *to, struct doc *d, struct changes *ret, struct err *e)
{
    struct catalog_doc *was, *is;
    size_t n, m;

    schema_init(&changes_schema, ret);
    ret->from_digest = arena_strdup(&d->arena, from->digest);
    ret->to_digest = arena_strdup(&d->arena, to->digest);
    was = catalog_docs(from, &d->arena, &n);
    is = catalog_docs(to, &d->arena, &m);
    if (!was || !is || !ret->from_digest || !ret->to_digest)
        return err_nomem(e);
    qsort(was, n, sizeof *was, by_name);
    qsort(is, m, sizeof *is, by_name);
    return walk(was, n, is, m, ret, &d->arena, e);
}
