#include "core/lint/lint.h"

#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_FIELDS 128

void lint_add_err(struct lint *l, const struct err *e)
{
    const char *copy = arena_strdup(&l->doc->arena, e->text);

    if (l->problems.n == l->max) {
        size_t max = l->max ? l->max * 2 : 64;
        const char **v = ARENA_ARRAY(&l->doc->arena, max, const char *);

        if (v && l->problems.n)
            memcpy(v, l->problems.v, l->problems.n * sizeof *v);
        if (v) {
            l->problems.v = v;
            l->max = max;
        }
    }
    if (!copy || l->problems.n == l->max || e->code == ERR_NOMEM)
        l->nomem = true;
    else
        l->problems.v[l->problems.n++] = copy;
}

void lint_add(struct lint *l, const struct place *at, const char *fmt, ...)
{
    struct err e = ERR_INIT;
    struct buf shown;
    char text[768];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_init(&shown, 768);
    text_show(&shown, text);
    place_error(&e, at, "%s", buf_str(&shown));
    buf_free(&shown);
    lint_add_err(l, &e);
}

/* Reads j as an object that has only the key given, by a schema that demands nothing more of it. */
static void lint_key(struct lint *l, const struct schema *s, const char *key, const json_t *value, const struct place *at)
{
    struct field fields[MAX_FIELDS];
    struct schema loose = *s;
    struct err e = ERR_INIT;
    json_t *one = json_object();
    void *obj = arena_alloc(&l->doc->arena, s->size);
    size_t n = 0;

    for (; s->fields[n].name && n < MAX_FIELDS - 1; n++) {
        fields[n] = s->fields[n];
        fields[n].flags &= ~(unsigned)FIELD_REQUIRED;
    }
    fields[n] = (struct field)FIELD_END;
    loose.fields = fields;
    loose.check = NULL;
    if (!obj || !one || json_object_set(one, key, (json_t *)(uintptr_t)value)) {
        l->nomem = true;
        json_decref(one);
        return;
    }
    if (!doc_keep(l->doc, one, &e) || !schema_read(&loose, one, l->doc, at, obj, &e))
        lint_add_err(l, &e);
}

static void lint_value(struct lint *l, const struct schema *s, const char *key, const json_t *value,
                       const struct place *at)
{
    const struct field *f = schema_field(s, key);
    struct place here = {at, key, 0, NULL};

    if (f && f->type == FIELD_OBJ && json_is_object(value)) {
        lint_structure(l, f->sub, value, &here);
    } else if (f && f->type == FIELD_OBJS && json_is_array(value) && json_array_size(value) <= LIMIT_LIST) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            struct place item = {&here, NULL, i, NULL};

            lint_structure(l, f->sub, json_array_get(value, i), &item);
        }
    } else {
        lint_key(l, s, key, value, at);
    }
}

static void lint_missing(struct lint *l, const struct schema *s, const json_t *j, const struct place *at)
{
    for (const struct field *f = s->fields; f->name; f++)
        if ((f->flags & FIELD_REQUIRED) && !json_object_get(j, f->name))
            lint_add(l, at, "the key '%s' is missing", f->name);
}

static size_t depth_of(const struct place *at)
{
    size_t n = 0;

    for (; at; at = at->up)
        n++;
    return n;
}

void lint_structure(struct lint *l, const struct schema *s, const json_t *j, const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)j; /* jansson's iterators take no const */
    size_t before = l->problems.n;
    struct err e = ERR_INIT;
    void *whole = arena_alloc(&l->doc->arena, s->size);

    if (!whole) {
        l->nomem = true;
        return;
    }
    if (schema_read(s, j, l->doc, at, whole, &e))
        return; /* nothing to look for */
    if (!json_is_object(j) || depth_of(at) > LIMIT_DEPTH * 2) {
        lint_add_err(l, &e);
        return;
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it))
        if (!s->format || strcmp(json_object_iter_key(it), "schema") != 0)
            lint_value(l, s, json_object_iter_key(it), json_object_iter_value(it), at);
    lint_missing(l, s, j, at);
    if (l->problems.n == before) /* what is left is the schema's own check */
        lint_add_err(l, &e);
}
