#include "core/base/schema.h"
#include "core/base/digest.h"
#include "core/base/json.h"
#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct any_list {
    void *v;
    size_t n;
};

void doc_free(struct doc *d)
{
    arena_free(&d->arena);
    json_decref(d->keep);
    d->keep = NULL;
}

bool doc_keep(struct doc *d, json_t *v, struct err *e)
{
    if (!v)
        return err_nomem(e);
    if (!d->keep)
        d->keep = json_array();
    if (!d->keep || json_array_append_new(d->keep, v)) {
        if (!d->keep)
            json_decref(v);
        return err_nomem(e);
    }
    return true;
}

static void place_text(const struct place *at, struct buf *b)
{
    if (at->up)
        place_text(at->up, b);
    else if (at->file)
        buf_printf(b, "%s: ", at->file);
    if (at->key) {
        if (b->len && b->data[b->len - 1] != ' ')
            buf_addc(b, '.');
        text_show(b, at->key);
    } else if (at->up) {
        buf_printf(b, "[%zu]", at->index);
    }
}

bool place_error(struct err *e, const struct place *at, const char *fmt, ...)
{
    char text[768];
    struct buf b;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_init(&b, 768);
    place_text(at, &b);
    err_set(e, ERR_INPUT, "%s%s%s", buf_str(&b), b.len && b.data[b.len - 1] != ' ' ? ": " : "", text);
    buf_free(&b);
    return false;
}

const struct field *schema_field(const struct schema *s, const char *name)
{
    for (const struct field *f = s->fields; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static bool unknown_key(const struct schema *s, const char *key, const struct place *at, struct err *e)
{
    const char *names[128];
    const char *near;
    struct buf shown;
    size_t n = 0;

    for (const struct field *f = s->fields; f->name && n < 128; f++)
        names[n++] = f->name;
    near = text_nearest(key, names, n);
    buf_init(&shown, 256);
    text_show(&shown, key);
    if (near)
        place_error(e, at, "unknown key '%s' (did you mean '%s'?)", buf_str(&shown), near);
    else
        place_error(e, at, "unknown key '%s' in a %s", buf_str(&shown), s->name);
    buf_free(&shown);
    return false;
}

static bool check_id(const char *s)
{
    static const char ok[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

    return *s && *s != '.' && *s != '-' && strlen(s) <= 128 && strspn(s, ok) == strlen(s);
}

static const char *type_name(const json_t *j)
{
    static const char *const names[] = {"an object", "an array", "a string", "an integer",
                                        "a number",  "true",     "false",    "null"};

    return names[json_typeof(j)];
}

static bool read_text(const struct field *f, const json_t *j, const struct place *at, const char **ret,
                      struct err *e)
{
    if (!json_is_string(j))
        return place_error(e, at, "expected a string, found %s", type_name(j));
    if (json_string_length(j) > LIMIT_STRING)
        return place_error(e, at, "a text of %zu bytes is longer than %u", json_string_length(j), LIMIT_STRING);
    if ((f->flags & FIELD_ID) && !check_id(json_string_value(j)))
        return place_error(e, at, "an id has only a-z, 0-9, '.', '_' and '-'");
    *ret = json_string_value(j);
    return true;
}

static bool read_enum(const struct field *f, const json_t *j, const struct place *at, int *ret, struct err *e)
{
    const char *s, *near;
    size_t n = 0;

    if (!read_text(f, j, at, &s, e))
        return false;
    for (; f->names[n]; n++) {
        if (strcmp(f->names[n], s) == 0) {
            *ret = (int)n;
            return true;
        }
    }
    near = text_nearest(s, f->names, n);
    return place_error(e, at, "'%.40s' is not one of the known values%s%s%s", s, near ? " (did you mean '" : "",
                       near ? near : "", near ? "'?)" : "");
}

static bool read_int(const struct field *f, const json_t *j, const struct place *at, long long *ret, struct err *e)
{
    if (!json_is_integer(j))
        return place_error(e, at, "expected an integer, found %s", type_name(j));
    *ret = json_integer_value(j);
    if (f->max > f->min && (*ret < f->min || *ret > f->max))
        return place_error(e, at, "%lld is outside %lld to %lld", *ret, f->min, f->max);
    return true;
}

static bool read_instant(const struct field *f, const json_t *j, const struct place *at, instant *ret,
                         struct err *e)
{
    const char *s;

    if (!read_text(f, j, at, &s, e))
        return false;
    if (!instant_parse(s, ret))
        return place_error(e, at, "'%.40s' is not an instant such as 2024-09-29T04:00:00Z", s);
    return true;
}

static bool list_size(const json_t *j, const struct place *at, size_t *ret, struct err *e)
{
    if (!json_is_array(j))
        return place_error(e, at, "expected an array, found %s", type_name(j));
    *ret = json_array_size(j);
    if (*ret > LIMIT_LIST)
        return place_error(e, at, "a list of %zu elements is longer than %u", *ret, LIMIT_LIST);
    return true;
}

static bool read_strs(const struct field *f, const json_t *j, struct doc *d, const struct place *at,
                      struct strs *ret, struct err *e)
{
    size_t n;

    if (!list_size(j, at, &n, e))
        return false;
    ret->v = ARENA_ARRAY(&d->arena, n, const char *);
    if (!ret->v)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        struct place item = {at, NULL, i, NULL};

        if (!read_text(f, json_array_get(j, i), &item, &ret->v[i], e))
            return false;
    }
    ret->n = n;
    return true;
}

static bool read_objs(const struct field *f, const json_t *j, struct doc *d, const struct place *at,
                      struct any_list *ret, struct err *e)
{
    size_t n;

    if (!list_size(j, at, &n, e))
        return false;
    ret->v = arena_array(&d->arena, n, f->sub->size);
    if (!ret->v)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        struct place item = {at, NULL, i, NULL};

        if (!schema_read(f->sub, json_array_get(j, i), d, &item, (char *)ret->v + i * f->sub->size, e))
            return false;
    }
    ret->n = n;
    return true;
}

static bool read_map(const json_t *j, const struct place *at, const json_t **ret, struct err *e)
{
    void *it;

    if (!json_is_object(j))
        return place_error(e, at, "expected an object, found %s", type_name(j));
    for (it = json_object_iter((json_t *)(uintptr_t)j); it; it = json_object_iter_next((json_t *)(uintptr_t)j, it)) {
        struct place item = {at, json_object_iter_key(it), 0, NULL};
        const json_t *v = json_object_iter_value(it);

        if (!json_is_string(v) || json_string_length(v) > LIMIT_STRING)
            return place_error(e, &item, "expected a string of at most %u bytes", LIMIT_STRING);
    }
    *ret = j;
    return true;
}

static bool read_field(const struct field *f, const json_t *j, struct doc *d, const struct place *at, char *p,
                       struct err *e)
{
    void *sub;

    switch (f->type) {
    case FIELD_STR:
        return read_text(f, j, at, (const char **)(void *)p, e);
    case FIELD_INT:
        return read_int(f, j, at, (long long *)(void *)p, e);
    case FIELD_BOOL:
        if (!json_is_boolean(j))
            return place_error(e, at, "expected true or false, found %s", type_name(j));
        *(bool *)p = json_is_true(j);
        return true;
    case FIELD_ENUM:
        return read_enum(f, j, at, (int *)(void *)p, e);
    case FIELD_INSTANT:
        return read_instant(f, j, at, (instant *)(void *)p, e);
    case FIELD_STRS:
        return read_strs(f, j, d, at, (struct strs *)(void *)p, e);
    case FIELD_OBJ:
        sub = arena_alloc(&d->arena, f->sub->size);
        if (!sub)
            return err_nomem(e);
        *(void **)(void *)p = sub;
        return schema_read(f->sub, j, d, at, sub, e);
    case FIELD_OBJS:
        return read_objs(f, j, d, at, (struct any_list *)(void *)p, e);
    case FIELD_JSON:
        *(const json_t **)(void *)p = j;
        return true;
    case FIELD_MAP:
        return read_map(j, at, (const json_t **)(void *)p, e);
    }
    return err_set(e, ERR_BUG, "field '%s' has no type", f->name);
}

static void set_default(const struct field *f, char *p)
{
    if (f->type == FIELD_INT)
        *(long long *)(void *)p = f->def;
    else if (f->type == FIELD_INSTANT)
        *(instant *)(void *)p = INSTANT_NONE;
}

void schema_init(const struct schema *s, void *obj)
{
    memset(obj, 0, s->size);
    for (const struct field *f = s->fields; f->name; f++)
        set_default(f, (char *)obj + f->offset);
}

static size_t depth_of(const struct place *at)
{
    size_t n = 0;

    for (; at; at = at->up)
        n++;
    return n;
}

bool schema_read(const struct schema *s, const json_t *j, struct doc *d, const struct place *at, void *ret,
                 struct err *e)
{
    json_t *obj = (json_t *)(uintptr_t)j; /* jansson's iterators take no const */
    size_t known = 0;

    if (!json_is_object(j))
        return place_error(e, at, "expected an object (%s), found %s", s->name, type_name(j));
    if (depth_of(at) > LIMIT_DEPTH * 2)
        return place_error(e, at, "nested deeper than %u", LIMIT_DEPTH);
    memset(ret, 0, s->size);
    for (const struct field *f = s->fields; f->name; f++) {
        struct place here = {at, f->name, 0, NULL};
        const json_t *v = json_object_get(j, f->name);

        set_default(f, (char *)ret + f->offset);
        if (v && !read_field(f, v, d, &here, (char *)ret + f->offset, e))
            return false;
        if (!v && (f->flags & FIELD_REQUIRED))
            return place_error(e, at, "the key '%s' is missing", f->name);
        known += v != NULL;
    }
    if (s->format && json_object_get(j, "schema"))
        known++;
    if (known != json_object_size(j)) {
        for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
            const char *key = json_object_iter_key(it);

            if (!schema_field(s, key) && !(s->format && strcmp(key, "schema") == 0))
                return unknown_key(s, key, at, e);
        }
    }
    return !s->check || s->check(ret, at, e);
}

const json_t *doc_parse(struct doc *d, const char *file, const char *text, size_t len, struct err *e)
{
    json_error_t je;
    json_t *j;

    if (len > LIMIT_DOCUMENT) {
        err_set(e, ERR_LIMIT, "%s: %zu bytes are more than %u", file, len, LIMIT_DOCUMENT);
        return NULL;
    }
    j = json_parse(text, len, JSON_REJECT_DUPLICATES, &je, e);
    if (!j && e->code == ERR_INPUT) {
        struct buf b;

        buf_init(&b, 512);
        text_show(&b, je.text);
        err_set(e, ERR_INPUT, "%s:%d:%d: %s", file, je.line, je.column, buf_str(&b));
        buf_free(&b);
    }
    if (!j)
        return NULL;
    return doc_keep(d, j, e) ? j : NULL;
}

bool doc_read(struct doc *d, const struct schema *s, const char *file, const char *text, size_t len, void *ret,
              struct err *e)
{
    struct place at = {NULL, NULL, 0, file};
    const json_t *j = doc_parse(d, file, text, len, e);
    const char *format;

    if (!j)
        return false;
    format = json_string_value(json_object_get(j, "schema"));
    if (!format)
        return place_error(e, &at, "not a document of ours: no key 'schema' (expected '%s')", s->format);
    if (strcmp(format, s->format) != 0)
        return place_error(e, &at, "its schema is '%.60s', expected '%s'", format, s->format);
    return schema_read(s, j, d, &at, ret, e);
}

static json_t *write_strs(const struct strs *list)
{
    json_t *a = json_array();

    for (size_t i = 0; a && i < list->n; i++) {
        if (json_array_append_new(a, json_string(list->v[i]))) {
            json_decref(a);
            return NULL;
        }
    }
    return a;
}

static json_t *write_objs(const struct field *f, const struct any_list *list)
{
    json_t *a = json_array();

    for (size_t i = 0; a && i < list->n; i++) {
        if (json_array_append_new(a, schema_write(f->sub, (const char *)list->v + i * f->sub->size))) {
            json_decref(a);
            return NULL;
        }
    }
    return a;
}

/* Sets *skip when an absent optional value is not to be written. */
static json_t *write_field(const struct field *f, const char *p, bool *skip)
{
    bool optional = !(f->flags & FIELD_REQUIRED);
    const void *v = p;
    char text[INSTANT_TEXT];

    *skip = false;
    switch (f->type) {
    case FIELD_STR:
        *skip = !*(const char *const *)v;
        return *skip ? NULL : json_string(*(const char *const *)v);
    case FIELD_INT:
        *skip = optional && *(const long long *)v == f->def;
        return *skip ? NULL : json_integer(*(const long long *)v);
    case FIELD_BOOL:
        *skip = optional && !*(const bool *)v;
        return *skip ? NULL : json_boolean(*(const bool *)v);
    case FIELD_ENUM:
        *skip = optional && *(const int *)v == 0;
        return *skip ? NULL : json_string(f->names[*(const int *)v]);
    case FIELD_INSTANT:
        *skip = *(const instant *)v == INSTANT_NONE;
        return *skip ? NULL : json_string(instant_format(*(const instant *)v, text));
    case FIELD_STRS:
        *skip = optional && ((const struct strs *)v)->n == 0;
        return *skip ? NULL : write_strs(v);
    case FIELD_OBJ:
        *skip = !*(void *const *)v;
        return *skip ? NULL : schema_write(f->sub, *(void *const *)v);
    case FIELD_OBJS:
        *skip = optional && ((const struct any_list *)v)->n == 0;
        return *skip ? NULL : write_objs(f, v);
    case FIELD_JSON:
    case FIELD_MAP:
        *skip = !*(json_t *const *)v;
        return *skip ? NULL : json_incref(*(json_t *const *)v);
    }
    return NULL;
}

json_t *schema_write(const struct schema *s, const void *obj)
{
    json_t *j = json_object();

    if (j && s->format && json_object_set_new(j, "schema", json_string(s->format)))
        goto fail;
    for (const struct field *f = s->fields; j && f->name; f++) {
        bool skip;
        json_t *v = write_field(f, (const char *)obj + f->offset, &skip);

        if (!skip && (!v || json_object_set_new(j, f->name, v)))
            goto fail;
    }
    return j;
fail:
    json_decref(j);
    return NULL;
}

static int to_buf(const char *p, size_t n, void *arg)
{
    struct buf *b = arg;

    buf_add(b, p, n);
    return b->failed ? -1 : 0;
}

bool json_text(const json_t *j, bool pretty, struct buf *out, struct err *e)
{
    if (!j || json_dump_callback(j, to_buf, out, pretty ? JSON_INDENT(1) : JSON_COMPACT))
        return out->failed ? buf_ok(out, "a JSON text", e) : err_nomem(e);
    if (pretty)
        buf_addc(out, '\n');
    return buf_ok(out, "a JSON text", e);
}

static int to_digest(const char *p, size_t n, void *arg)
{
    digest_add(arg, p, n);
    return 0;
}

bool json_digest(const json_t *j, char hex[65], struct err *e)
{
    struct digest d;

    digest_init(&d);
    if (!j || json_dump_callback(j, to_digest, &d, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY))
        return err_nomem(e);
    digest_end(&d, hex);
    return true;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool json_digest_members(const json_t *j, char hex[65], struct err *e)
{
    json_t *obj = (json_t *)(uintptr_t)j; /* jansson's iterators take no const */
    size_t n = json_object_size(j), k = 0;
    const char **keys = mem_alloc(n * sizeof *keys);
    bool ok = keys != NULL;
    char value[65];
    struct digest d;

    for (void *it = json_object_iter(obj); ok && it; it = json_object_iter_next(obj, it))
        keys[k++] = json_object_iter_key(it);
    if (ok)
        qsort(keys, n, sizeof *keys, by_key);
    digest_init(&d);
    for (size_t i = 0; ok && i < n; i++) {
        ok = json_digest(json_object_get(j, keys[i]), value, e);
        digest_add(&d, keys[i], strlen(keys[i]));
        digest_add(&d, " ", 1);
        digest_add(&d, value, 64);
        digest_add(&d, "\n", 1);
    }
    digest_end(&d, hex);
    mem_free(keys);
    return ok || (e->code ? false : err_nomem(e));
}
