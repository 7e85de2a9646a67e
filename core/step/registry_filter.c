/* One name out of a class's list of filter drivers, before its driver may go. */
#include "core/detect/collect.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/registry.h"
#include "core/step/guard.h"
#include "core/step/registry.h"
#include "core/step/table.h"

#include <string.h>

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct registry_args *a = obj;

    if (guard_open(a->key) || guard_open(a->name) || guard_filter(a->key, a->value, a->name))
        return true;
    return place_error(e, at, "'%.80s' cannot be taken out of '%.40s' of '%.200s': that is no filter list of a class, or "
                              "the driver is one of Windows", a->name, a->value, a->key);
}

static const struct field fields[] = {
    FIELD(registry_args, STR, key, "HKLM/SYSTEM/CurrentControlSet/Control/Class/{...}", .flags = FIELD_REQUIRED),
    FIELD(registry_args, STR, value, "UpperFilters or LowerFilters", .flags = FIELD_REQUIRED),
    FIELD(registry_args, STR, name, "the driver that is no filter any more", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"registry.filter_remove", NULL, "", sizeof(struct registry_args), fields, check};

/* The class keys are the same in both views. */
static bool look(const struct step_ctx *c, const struct registry_args *a, const struct registry_value **ret,
                 struct err *e)
{
    struct facts f;

    if (!registry_look(c, a->key, &f, e))
        return false;
    *ret = registry_value(&f, "64", a->value);
    if (*ret && !text_eq((*ret)->type, "multi"))
        return err_set(e, ERR_OS, "%s of %s is no list of names", a->value, a->key);
    return true;
}

/* The place of a name in a list of lines, and the list without it; -1: it is not there. */
static long long without(const char *list, const char *name, struct buf *out)
{
    const char *line, *cursor = list, *end = list + strlen(list);
    long long at = -1, i = 0;
    size_t n;

    for (; text_line(&cursor, end, &line, &n); i++) {
        char one[256];

        if (n < sizeof one) {
            memcpy(one, line, n);
            one[n] = '\0';
            if (text_eq_fold(one, name)) {
                at = at < 0 ? i : at;
                continue;
            }
        }
        buf_printf(out, "%s%.*s", out->len ? "\n" : "", (int)n, line);
    }
    return at;
}

static bool find(const struct step_ctx *c, const struct registry_args *a, long long *ret_at, struct buf *rest,
                 struct err *e)
{
    const struct registry_value *v;

    *ret_at = -1;
    if (!look(c, a, &v, e))
        return false;
    if (v)
        *ret_at = without(v->data ? v->data : "", a->name, rest);
    return buf_ok(rest, a->value, e);
}

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct registry_args *a = args;
    struct buf rest;
    long long at;
    bool ok;

    buf_init(&rest, 65536);
    ok = find(c, a, &at, &rest, e);
    buf_free(&rest);
    if (!ok)
        return false;
    ret->answer = at < 0 ? TRI_YES : TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%s %s %s", a->value, at < 0 ? "does not name" : "names", a->name);
    return ret->evidence || err_nomem(e);
}

static bool remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    struct buf rest;
    long long at;
    bool ok;

    buf_init(&rest, 65536);
    ok = find(c, args, &at, &rest, e);
    buf_free(&rest);
    *ret = ok ? json_pack("{s:I}", "at", (json_int_t)at) : NULL;
    return ok && doc_keep(c->doc, *ret, e);
}

/* An empty list is no list. */
static bool put(const struct registry_args *a, const char *data, struct err *e)
{
    const struct registry_value v = {.key = a->key, .view = "64", .name = a->value, .type = "multi", .data = data};

    return *data ? os_registry_set(&v, e) : os_registry_remove(a->key, "64", a->value, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct registry_args *a = args;
    struct buf rest;
    long long at;
    bool ok;

    buf_init(&rest, 65536);
    ok = find(c, a, &at, &rest, e) && (at < 0 || put(a, buf_str(&rest), e));
    buf_free(&rest);
    return ok && effect_set(c, ret, OUTCOME_OK, e, "%s names %s no more", a->value, a->name);
}

/* Is the driver there with its file? A filter without its driver takes keyboard, mouse or disks away. */
static bool driver_here(const struct step_ctx *c, const char *name, bool *ret, struct err *e)
{
    struct facts f;

    *ret = false;
    if (!facts_collect(FACTS_DRIVERS, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.drivers.n; i++)
        if (text_eq_fold(f.drivers.v[i].name, name))
            *ret = f.drivers.v[i].path && os_file_exists(f.drivers.v[i].path);
    return true;
}

static bool put_back(const struct step_ctx *c, const struct registry_args *a, long long place, struct err *e)
{
    const char *line, *cursor, *list;
    struct buf rest, all;
    long long at, i = 0;
    size_t n;
    bool ok;

    buf_init(&rest, 65536);
    buf_init(&all, 65536);
    ok = find(c, a, &at, &rest, e);
    list = cursor = buf_str(&rest);
    for (; ok && text_line(&cursor, list + strlen(list), &line, &n); i++)
        buf_printf(&all, "%s%s%s%.*s", all.len ? "\n" : "", i == place ? a->name : "", i == place ? "\n" : "", (int)n,
                   line);
    if (i <= place)
        buf_printf(&all, "%s%s", all.len ? "\n" : "", a->name);
    ok = ok && buf_ok(&all, a->value, e) && (at >= 0 || put(a, buf_str(&all), e));
    buf_free(&rest);
    buf_free(&all);
    return ok;
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct registry_args *a = args;
    long long place = json_integer_value(json_object_get(c->remembered, "at"));
    bool here;

    if (!c->remembered || place < 0)
        return effect_set(c, ret, OUTCOME_OK, e, "%s did not name %s", a->value, a->name);
    if (!driver_here(c, a->name, &here, e))
        return false;
    if (!here)
        return effect_set(c, ret, OUTCOME_OK, e, "%s is gone: naming it would leave its devices without a driver", a->name);
    return put_back(c, a, place, e) && effect_set(c, ret, OUTCOME_OK, e, "%s names %s again", a->value, a->name);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    const struct registry_args *a = args;

    return arena_printf(arena, "name %s in %s again, where it stood, if its driver is there", a->name, a->value);
}

const struct verb verb_registry_filter_remove = {
    .def = {.name = "registry.filter_remove",
            .os = "windows",
            .doc = "Takes one driver of the old product out of a class's list of filter drivers and leaves the "
                   "others in their order, so that its driver may go.",
            .args = &args_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = undo_text},
    .probe = probe,
    .remember = remember,
    .apply = apply,
    .undo = undo,
};
