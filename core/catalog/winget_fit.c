/* YAML knows no types that could be relied on: "1.10" is a version, `false` a text that somebody typed. The tables say what
 * each value has to be. */
#include "core/catalog/winget_manifest.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Nobody reads more, and a hostile manifest could have any number said of it. */
enum { MOST = 100 };

void winget_say(struct winget_said *s, struct strs *list, const char *fmt, ...)
{
    char text[1024] = "there is more of this kind";
    const char **slot;
    va_list ap;

    if (list->n > MOST)
        return;
    va_start(ap, fmt);
    if (list->n < MOST)
        vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (text_in(list, text))
        return;
    slot = LIST_ADD(&s->doc->arena, list);
    if (!slot || !(*slot = text_from_bytes(&s->doc->arena, text, strlen(text))))
        s->nomem = true;
    if (slot && !*slot)
        list->n--;
}

static void say_at(struct winget_said *s, struct strs *list, const struct place *at, const char *fmt, ...)
    __attribute__((format(__printf__, 4, 5)));
static void say_at(struct winget_said *s, struct strs *list, const struct place *at, const char *fmt, ...)
{
    struct err e = ERR_INIT;
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    place_error(&e, at, "%s", text);
    winget_say(s, list, "%s", e.text);
}

static json_t *refuse(struct winget_said *s, const struct place *at, const char *what)
{
    say_at(s, &s->reasons, at, "%s", what);
    return NULL;
}

/* Neither control characters nor what turns a line around. */
static bool is_shown(const char *s)
{
    struct buf b;
    bool ok;

    buf_init(&b, 5ul * LIMIT_STRING);
    text_show(&b, s);
    ok = !b.failed && strcmp(buf_str(&b), s) == 0;
    buf_free(&b);
    return ok;
}

static json_t *fit_text(struct winget_said *s, const struct field *f, const json_t *v, const struct place *at)
{
    const char *text = json_string_value(v);

    if (!text)
        return refuse(s, at, "expected a text");
    if (!is_shown(text))
        return refuse(s, at, "holds characters that cannot be seen");
    if (f->max && text_width(text) > (size_t)f->max) {
        say_at(s, &s->reasons, at, "longer than the %lld characters of the schema", f->max);
        return NULL;
    }
    for (size_t i = 0; f->names && f->names[i]; i++)
        if (strcasecmp(f->names[i], text) == 0 && strcmp(f->names[i], "unset") != 0)
            return json_string(f->names[i]);
    if (f->names) {
        say_at(s, &s->reasons, at, "'%.60s' is no value of the schema", text);
        return NULL;
    }
    return json_string(text);
}

static json_t *fit_number(struct winget_said *s, const struct field *f, const json_t *v, const struct place *at)
{
    const char *text = json_string_value(v);
    long long n;

    if (!text || !text_number(text, &n))
        return refuse(s, at, "expected a whole number");
    if (n < f->min || n > f->max)
        return refuse(s, at, "no such number is possible");
    return json_integer(n);
}

static json_t *fit_bool(struct winget_said *s, const json_t *v, const struct place *at)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

    for (size_t i = 0; json_is_string(v) && i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(words[i], json_string_value(v)) == 0)
            return json_boolean(i % 2);
    return refuse(s, at, "expected true or false");
}

static json_t *fit_object(struct winget_said *s, const struct schema *schema, unsigned parts, const json_t *v,
                          const struct place *at);

static json_t *fit_value(struct winget_said *s, const struct field *f, const json_t *v, const struct place *at);

static json_t *fit_list(struct winget_said *s, const struct field *f, const json_t *v, const struct place *at)
{
    json_t *list;

    if (!json_is_array(v))
        return refuse(s, at, "expected a list");
    if (json_array_size(v) > 1024)
        return refuse(s, at, "longer than any list of the schema");
    list = json_array();
    for (size_t i = 0; i < json_array_size(v); i++) {
        struct place item = {at, NULL, i, NULL};
        const json_t *x = json_array_get(v, i);
        json_t *one = f->type == FIELD_STRS ? fit_text(s, f, x, &item) : fit_object(s, f->sub, 0, x, &item);

        if (one && json_array_append_new(list, one))
            s->nomem = true;
    }
    return list;
}

static json_t *fit_value(struct winget_said *s, const struct field *f, const json_t *v, const struct place *at)
{
    switch (f->type) {
    case FIELD_STR:
    case FIELD_ENUM:
        return fit_text(s, f, v, at);
    case FIELD_INT:
        return fit_number(s, f, v, at);
    case FIELD_BOOL:
        return fit_bool(s, v, at);
    case FIELD_STRS:
    case FIELD_OBJS:
        return fit_list(s, f, v, at);
    case FIELD_OBJ:
        return fit_object(s, f->sub, 0, v, at);
    default:
        return json_incref((json_t *)(uintptr_t)v);
    }
}

/* The key in the schema; of the whole manifest in those parts of it, which for an installer's file has an installer's keys
 * at its root, too. */
static const struct field *find(const struct schema *schema, unsigned parts, const char *key)
{
    const struct field *f = schema_field(schema, key);

    if (f && schema == &winget_manifest_schema && !(f->flags & parts))
        f = NULL;
    if (!f && schema == &winget_manifest_schema && (parts & WINGET_IN_INSTALLER)) {
        f = schema_field(&winget_installer_schema, key);
        f = f && !(f->flags & FIELD_REQUIRED) ? f : NULL; /* of one installer only */
    }
    return f;
}

static void unknown(struct winget_said *s, const struct schema *schema, const struct place *at)
{
    const char *names[64], *near;
    size_t n = 0;

    if (s->notes.n > MOST)
        return;
    for (const struct field *f = schema->fields; f->name && n < 64; f++)
        names[n++] = f->name;
    near = text_nearest(at->key, names, n);
    say_at(s, &s->notes, at, "not a key of the published schema here, and not looked at%s%s%s", near ? " (did they mean '" : "",
           near ? near : "", near ? "'?)" : "");
}

static bool is_nothing(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_string(v) && !*json_string_value(v));
}

static json_t *fit_object(struct winget_said *s, const struct schema *schema, unsigned parts, const json_t *v,
                          const struct place *at)
{
    json_t *obj = json_is_object(v) ? json_object() : NULL, *from = (json_t *)(uintptr_t)v;

    if (!obj)
        return refuse(s, at, "expected a map");
    for (void *it = json_object_iter(from); it; it = json_object_iter_next(from, it)) {
        struct place here = {at, json_object_iter_key(it), 0, NULL};
        const struct field *f = find(schema, parts, here.key);
        const json_t *x = json_object_iter_value(it);
        json_t *one;

        if (!f)
            unknown(s, schema, &here);
        if (!f || is_nothing(x))
            continue;
        one = fit_value(s, f, x, &here);
        if (one && json_object_set_new(obj, f->name, one))
            s->nomem = true;
    }
    for (const struct field *f = schema->fields; f->name; f++)
        if ((f->flags & FIELD_REQUIRED) && is_nothing(json_object_get(from, f->name)))
            say_at(s, &s->reasons, at, "'%s' is missing", f->name);
    return obj;
}

const json_t *winget_fit(struct winget_said *said, unsigned parts, const json_t *tree, const struct place *at)
{
    json_t *obj = fit_object(said, &winget_manifest_schema, parts, tree, at);
    struct err e = ERR_INIT;

    if (obj && !doc_keep(said->doc, obj, &e)) {
        said->nomem = true;
        return NULL;
    }
    return obj;
}
