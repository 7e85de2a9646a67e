#include "core/base/limits.h"
#include "core/lint/rules.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 128

/* What remains of a message behind the key that it begins with: "[3]: expected ..." or ".name: expected ...". */
static void add_below(struct lint *l, const char *text, size_t key_len, const struct place *at)
{
    const char *rest = strlen(text) > key_len ? text + key_len : "", *colon = strstr(rest, ": ");
    struct place item = {at, NULL, 0, NULL};
    char *key = NULL;

    if (colon && *rest == '[')
        item.index = strtoul(rest + 1, NULL, 10);
    else if (colon && *rest == '.')
        item.key = key = arena_strndup(&l->doc->arena, rest + 1, (size_t)(colon - rest - 1));
    if (*rest == '.' && !key)
        l->nomem = l->nomem || colon;
    lint_add(l, PROBLEM_VALUE, colon && *rest != ':' ? &item : at, "%s", colon ? colon + 2 : text);
}

/* Reads an object that has only the key given, by a schema that demands nothing more of it. */
static void lint_key(struct lint *l, const struct schema *s, const char *key, const json_t *value, const struct place *at)
{
    struct place nowhere = {NULL, NULL, 0, NULL};
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
    if (!doc_keep(l->doc, one, &e) || !schema_read(&loose, one, l->doc, &nowhere, obj, &e)) {
        l->nomem = l->nomem || e.code == ERR_NOMEM;
        add_below(l, e.text, strlen(key), at);
    }
}

static void unknown_key(struct lint *l, const struct schema *s, const char *key, const struct place *at)
{
    struct place here = {at, key, 0, NULL};
    const char *names[MAX_FIELDS];
    size_t n = 0;

    for (const struct field *f = s->fields; f->name && n < MAX_FIELDS; f++)
        names[n++] = f->name;
    lint_add(l, PROBLEM_UNKNOWN_KEY, &here, "a %s has no such key", s->name);
    lint_near(l, key, names, n);
}

static void lint_value(struct lint *l, const struct schema *s, const char *key, const json_t *value,
                       const struct place *at)
{
    const struct field *f = schema_field(s, key);
    struct place here = {at, key, 0, NULL};

    if (!f) {
        unknown_key(l, s, key, at);
    } else if (f->type == FIELD_OBJ && json_is_object(value)) {
        lint_structure(l, f->sub, value, PROBLEM_VALUE, &here);
    } else if (f->type == FIELD_OBJS && json_is_array(value) && json_array_size(value) <= LIMIT_LIST) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            struct place item = {&here, NULL, i, NULL};

            lint_structure(l, f->sub, json_array_get(value, i), PROBLEM_VALUE, &item);
        }
    } else {
        lint_key(l, s, key, value, &here);
    }
}

static void lint_missing(struct lint *l, const struct schema *s, const json_t *j, const struct place *at)
{
    for (const struct field *f = s->fields; f->name; f++)
        if ((f->flags & FIELD_REQUIRED) && !json_object_get(j, f->name)) {
            lint_add(l, PROBLEM_MISSING_KEY, at, "the key '%s' is missing", f->name);
            lint_advise(l, "add '%s': %s", f->name, f->doc);
        }
}

static size_t depth_of(const struct place *at)
{
    size_t n = 0;

    for (; at; at = at->up)
        n++;
    return n;
}

void lint_structure(struct lint *l, const struct schema *s, const json_t *j, enum problem_kind refused,
                    const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)j; /* jansson's iterators take no const */
    struct place nowhere = {NULL, NULL, 0, NULL};
    size_t before = l->out->problems.n;
    struct err e = ERR_INIT;
    void *whole = arena_alloc(&l->doc->arena, s->size);

    if (!whole) {
        l->nomem = true;
        return;
    }
    if (schema_read(s, j, l->doc, &nowhere, whole, &e))
        return; /* nothing to look for */
    l->nomem = l->nomem || e.code == ERR_NOMEM;
    if (!json_is_object(j) || depth_of(at) > LIMIT_DEPTH * 2) {
        lint_add(l, PROBLEM_VALUE, at, "%s", e.text);
        return;
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it))
        if (!s->format || strcmp(json_object_iter_key(it), "schema") != 0)
            lint_value(l, s, json_object_iter_key(it), json_object_iter_value(it), at);
    lint_missing(l, s, j, at);
    if (l->out->problems.n == before) /* what is left is the schema's own check */
        lint_add(l, refused, at, "%s", e.text);
}
