#include "core/os/registry.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/key.h"
#include "core/os/win32/value.h"

#include <string.h>
#include <windows.h>

struct reading {
    struct facts *f;
    struct arena *a;
    const char *view;
    const struct environment *environment;
    struct err *e; /* the first thing that could not be read; the rest is read all the same */
};

/* Where %Name% in a value of a key comes from: its neighbours, then the machine. */
struct names {
    const struct registry_values *values;
    const struct environment *outside;
};

static const char *find_name(void *arg, const char *name, size_t n)
{
    struct names *x = arg;

    for (size_t i = 0; i < x->values->n; i++) {
        const struct registry_value *v = &x->values->v[i];

        if (value_text(v) && strlen(v->name) == n && strncasecmp(v->name, name, n) == 0)
            return v->data;
    }
    return environment_find(x->outside, name, n);
}

static bool expand_all(const struct reading *r, struct registry_values *values, struct err *e)
{
    struct names x = {values, r->environment};
    const struct value_names names = {find_name, &x};
    bool ok = true;

    for (size_t i = 0; i < values->n && ok; i++)
        if (value_text(&values->v[i]))
            ok = value_expand(values->v[i].data, &names, r->a, &values->v[i].expanded, e);
    return ok;
}

static bool add(struct reading *r, const char *key, const struct registry_value *v, struct err *e)
{
    struct registry_value *row;

    if (r->f->registry.n >= LIMIT_REGISTRY)
        return err_set(e, ERR_LIMIT, "more than %u registry values match", LIMIT_REGISTRY);
    row = LIST_ADD(r->a, &r->f->registry);
    if (!row)
        return err_nomem(e);
    *row = *v;
    row->key = key;
    row->view = r->view;
    return true;
}

static bool seen(const struct reading *r, const char *key)
{
    for (size_t i = 0; i < r->f->registry.n; i++) {
        const struct registry_value *v = &r->f->registry.v[i];

        if (!v->name && text_eq(v->view, r->view) && text_eq_fold(v->key, key))
            return true;
    }
    return false;
}

/* A key that matches: itself, then its values. */
static bool add_key(struct reading *r, const char *key, void *handle, struct err *e)
{
    struct registry_values values = {NULL, 0};
    const char *name = arena_strdup(r->a, key);
    bool ok = name || err_nomem(e);

    ok = ok && add(r, name, &(struct registry_value){NULL}, e) && key_values(handle, r->a, &values, e) &&
         expand_all(r, &values, e);
    for (size_t i = 0; i < values.n && ok; i++)
        ok = add(r, name, &values.v[i], e);
    return ok;
}

static bool is_pattern(const char *part, size_t n)
{
    size_t plain = strcspn(part, "*?[");

    return plain < n;
}

static bool walk(struct reading *r, const char *at, const char *rest, struct arena *scratch);

/* Goes on below every key of `at` that matches the part. */
static bool branch(struct reading *r, const char *at, void *handle, const char *part, const char *rest,
                   struct arena *scratch)
{
    bool users = text_eq(at, "HKU"), ok;
    struct strs names = {NULL, 0};
    struct err e = ERR_INIT;

    ok = users ? key_users(scratch, &names, &e) : key_children(handle, scratch, &names, &e);
    if (!ok && !err_keep(r->e, &e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *name = names.v[i] + (users ? strlen("HKU/") : 0), *below;

        if (!text_glob_fold(part, name))
            continue;
        below = arena_printf(scratch, "%s/%s", at, name);
        if (!below) {
            err_nomem(r->e);
            return false;
        }
        if (!walk(r, below, rest, scratch))
            return false;
    }
    return true;
}

/* `at` is a key, `rest` the parts of the pattern below it: "" or "/PART...". */
static bool walk(struct reading *r, const char *at, const char *rest, struct arena *scratch)
{
    struct err e = ERR_INIT;
    const char *part = "";
    void *handle;
    bool ok;

    while (*rest && !*part) {
        size_t n = strcspn(rest + 1, "/");

        if (is_pattern(rest + 1, n))
            part = arena_strndup(scratch, rest + 1, n);
        else
            at = arena_printf(scratch, "%s/%.*s", at, (int)n, rest + 1);
        if (!at || !part) {
            err_nomem(r->e);
            return false;
        }
        rest += n + 1;
    }
    if (!key_open(at, r->view, KEY_READ, &handle, &e))
        return err_keep(r->e, &e);
    if (!handle)
        return true;
    if (*part) {
        ok = branch(r, at, handle, part, rest, scratch);
    } else {
        ok = seen(r, at) || (text_eq(r->view, "32") && !key_redirected(handle)) ||
             add_key(r, at, handle, &e) || err_keep(r->e, &e);
    }
    key_close(handle);
    return ok;
}

static bool read_view(const struct strs *patterns, struct reading *r)
{
    struct arena scratch = ARENA_INIT;
    struct environment environment;
    bool ok = environment_open(text_eq(r->view, "32"), &scratch, &environment, r->e);

    r->environment = &environment;
    for (size_t i = 0; i < patterns->n && ok; i++) {
        const char *pattern = patterns->v[i], *hive;
        size_t n = strcspn(pattern, "/");

        hive = arena_strndup(&scratch, pattern, n);
        ok = hive ? walk(r, hive, pattern + n, &scratch) : err_nomem(r->e);
    }
    arena_free(&scratch);
    return ok;
}

bool os_registry_read(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    struct reading r = {.f = f, .a = a, .view = "64", .e = e};
    bool ok = read_view(patterns, &r);

    r.view = "32";
    return ok && read_view(patterns, &r) && e->code == ERR_NONE;
}
