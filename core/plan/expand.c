/*
 * ${name} in a step's texts: variables, fields of the fact that a step is for, folders of the run.
 *
 * What was put in is never looked at again, neither here nor when the run puts its folders in (core/step/common.c):
 * "${" that is meant as it stands is written "$${" in a text and in the plan.
 */
#include "core/base/json.h"
#include "core/plan/steps.h"

#include <string.h>

const struct var *planning_find_var(const struct product *x, const char *name, size_t n)
{
    for (size_t i = 0; x && i < x->vars.n; i++)
        if (strlen(x->vars.v[i].name) == n && strncmp(x->vars.v[i].name, name, n) == 0)
            return &x->vars.v[i];
    return NULL;
}

static bool runtime_name(const char *name, size_t n)
{
    static const char *const names[] = {"run", "payload", "backup"};

    for (size_t i = 0; i < 3; i++)
        if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0)
            return true;
    return false;
}

/* A value as it stands. '{' behind a '$', its own or the text's, gets another '$'. */
static void add_value(struct buf *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '{' && out->len && out->data[out->len - 1] == '$')
            buf_addc(out, '$');
        buf_addc(out, *value);
    }
}

const char *steps_literal(struct arena *a, const char *value)
{
    struct buf b;

    buf_init(&b, 65536);
    add_value(&b, value);
    value = b.failed ? NULL : arena_strdup(a, buf_str(&b));
    buf_free(&b);
    return value;
}

/* A field of the fact. One that it does not have is like a variable that is not given. */
static bool each_text(const struct scope *o, const char *name, size_t n, bool literal, struct buf *out)
{
    const char *key = arena_strndup(o->p->arena, name, n);
    const json_t *v = key ? json_object_get(o->each, key) : NULL;
    const char *s = json_string_value(v);

    if (!key)
        return err_nomem(o->p->e);
    if (!v)
        return err_set(o->p->e, ERR_NOT_FOUND, "the fact has no '%.60s'", key);
    if (json_is_integer(v))
        buf_printf(out, "%lld", (long long)json_integer_value(v));
    else if (literal)
        s = text_literal(o->p->arena, s ? s : "");
    if (s)
        add_value(out, s);
    return true;
}

static bool var_text(const struct scope *o, const char *name, size_t n, struct buf *out)
{
    const struct var *v = planning_find_var(o->x, name, n);
    const char *value;

    if (!v)
        return err_set(o->p->e, ERR_INPUT, "product %s: '${%.*s}' is no variable of it", o->x ? o->x->id : "(playbook)",
                       (int)n, name);
    if (v->secret)
        return err_set(o->p->e, ERR_INPUT, "product %s: the secret '%s' may not stand in a text; use file.secret or "
                                           "command.run's input",
                       o->x->id, v->name);
    value = planning_var(o->p, v);
    if (!value) /* an optional one: the step is left out */
        return err_set(o->p->e, ERR_NOT_FOUND, "product %s: the variable '%s' (%s) is not given", o->x->id, v->name,
                       v->label);
    add_value(out, value);
    return true;
}

/* literal: the text is a pattern, and a name from the PC stands in it as it is. */
static bool expand_text(const struct scope *o, const char *s, bool literal, struct buf *out)
{
    static const char each[] = "each.";
    const char *end;

    s = facts_path(o->p->r->facts, o->p->arena, s);
    if (!s)
        return err_nomem(o->p->e);

    while (*s) {
        const char *name = s + 2;
        size_t n;

        if (text_starts(s, "$${")) {
            buf_add(out, s, 3);
            s += 3;
            continue;
        }
        if (!text_starts(s, "${") || !(end = strchr(s, '}'))) {
            buf_addc(out, *s++);
            continue;
        }
        n = (size_t)(end - name);
        if (runtime_name(name, n))
            buf_add(out, s, n + 3);
        else if (o->each && text_starts(name, each) ? !each_text(o, name + strlen(each), n - strlen(each), literal, out)
                                                    : !var_text(o, name, n, out))
            return false;
        s = end + 1;
    }
    return buf_ok(out, "a step's argument", o->p->e);
}

static json_t *expand(const struct scope *o, const json_t *j, const struct schema *s, bool literal);

static json_t *expand_string(const struct scope *o, const char *s, bool literal)
{
    json_t *copy = NULL;
    struct buf b;

    buf_init(&b, 65536);
    if (expand_text(o, s, literal, &b)) {
        copy = json_string(buf_str(&b));
        if (!copy)
            err_nomem(o->p->e);
    }
    buf_free(&b);
    return copy;
}

static json_t *expand_object(const struct scope *o, const json_t *j, const struct schema *s)
{
    json_t *copy = json_object(), *item;

    for (void *it = json_object_iter((json_t *)(uintptr_t)j); copy && it;
         it = json_object_iter_next((json_t *)(uintptr_t)j, it)) {
        const struct field *f = s ? schema_field(s, json_object_iter_key(it)) : NULL;

        item = expand(o, json_object_iter_value(it), NULL, f && (f->flags & FIELD_PATTERN));
        if (!item || json_object_set_new(copy, json_object_iter_key(it), item)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

/* A copy of JSON with every string expanded; NULL with the error set. s: the verb's arguments, where j is them. */
static json_t *expand(const struct scope *o, const json_t *j, const struct schema *s, bool literal)
{
    json_t *copy, *item;

    if (json_is_string(j))
        return expand_string(o, json_string_value(j), literal);
    if (json_is_object(j))
        return expand_object(o, j, s);
    if (!json_is_array(j))
        return j ? json_deep_copy(j) : json_object();
    copy = json_array();
    for (size_t i = 0; copy && i < json_array_size(j); i++) {
        item = expand(o, json_array_get(j, i), NULL, literal);
        if (!item || json_array_append_new(copy, item)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

json_t *steps_expand(const struct scope *o, const json_t *args, const struct schema *s)
{
    return expand(o, args, s, false);
}

static json_t *plain(void *arg, const char *s)
{
    json_t *copy;
    struct buf b;

    (void)arg;
    buf_init(&b, 65536);
    for (; *s; s++)
        if (!text_starts(s, "$${"))
            buf_addc(&b, *s);
    copy = b.failed ? NULL : json_string(buf_str(&b));
    buf_free(&b);
    return copy;
}

json_t *steps_plain(const json_t *expanded)
{
    return json_map_texts(expanded, plain, NULL);
}

json_t *steps_expand_text(const struct scope *o, const char *text)
{
    return expand_string(o, text, false);
}
