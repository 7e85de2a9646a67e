#include "core/step/registry.h"
#include "core/detect/collect.h"
#include "core/os/file.h"
#include "core/os/registry.h"
#include "core/step/guard.h"
#include "core/step/table.h"

#include <string.h>

bool registry_view_ok(const char *view)
{
    return !view || text_eq(view, "64") || text_eq(view, "32") || guard_open(view);
}

bool registry_look(const struct step_ctx *c, const char *key, struct facts *ret, struct err *e)
{
    struct questions q = {.paths = {NULL, 0}};
    const char *pattern = text_literal(&c->doc->arena, key);

    if (!pattern)
        return err_nomem(e);
    if (!questions_add_registry(&q, &c->doc->arena, pattern, e) ||
        !facts_collect(FACTS_REGISTRY, &q, c->doc, ret, e))
        return false;
    return !facts_has_gap(ret, "registry") ||
           err_set(e, ERR_OS, "the registry cannot be read: %s", ret->gaps.v[0].why);
}

bool registry_has_key(const struct facts *f, const char *view)
{
    for (size_t i = 0; i < f->registry.n; i++)
        if (text_eq(f->registry.v[i].view, view))
            return true;
    return false;
}

const struct registry_value *registry_value(const struct facts *f, const char *view, const char *name)
{
    for (size_t i = 0; i < f->registry.n; i++)
        if (f->registry.v[i].name && text_eq(f->registry.v[i].view, view) && text_eq_fold(f->registry.v[i].name, name))
            return &f->registry.v[i];
    return NULL;
}

/* The views that a step is about. */
static size_t views_of(const struct registry_args *a, const char *ret[2])
{
    ret[0] = a->view ? a->view : "64";
    ret[1] = "32";
    return a->view ? 1 : 2;
}

/* --- registry.remove ------------------------------------------------------------------------------------------------------ */

static bool check_remove(void *obj, const struct place *at, struct err *e)
{
    const struct registry_args *a = obj;

    if (!registry_view_ok(a->view))
        return place_error(e, at, "a view is 64 or 32");
    if (guard_open(a->key) || (a->name ? guard_value(a->key, a->name) : guard_own_key(a->key)))
        return true;
    return place_error(e, at, "'%.200s' is no key %s", a->key,
                       a->name ? "whose values may be changed" : "of one product's own");
}

static const struct field remove_fields[] = {
    FIELD(registry_args, STR, key, "HKLM/... or HKU/<SID>/...; no pattern", .flags = FIELD_REQUIRED),
    FIELD(registry_args, STR, view, "64 or 32; default: both"),
    FIELD(registry_args, STR, name, "only this value; default: the key with all below it"),
    FIELD_END,
};
static const struct schema remove_schema = {"registry.remove", NULL, "", sizeof(struct registry_args), remove_fields,
                                            check_remove};

static bool is_there(const struct registry_args *a, const struct facts *f, const char *view)
{
    return a->name ? registry_value(f, view, a->name) != NULL : registry_has_key(f, view);
}

static bool remove_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct registry_args *a = args;
    const char *views[2];
    struct facts f;
    size_t n = views_of(a, views);

    if (!registry_look(c, a->key, &f, e))
        return false;
    ret->answer = TRI_YES;
    for (size_t i = 0; i < n; i++)
        if (is_there(a, &f, views[i]))
            ret->answer = TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%s%s%s is %s", a->key, a->name ? ", value " : "",
                                 a->name ? a->name : "", ret->answer == TRI_YES ? "not there" : "there");
    return ret->evidence || err_nomem(e);
}

/* [{"view": "64", "saved": FILE}, ...] of what is there; the whole key, as values may be of any type. */
static bool remove_remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct registry_args *a = args;
    const char *views[2];
    struct facts f;
    size_t n = views_of(a, views);

    *ret = json_array();
    if (!doc_keep(c->doc, *ret, e) || !registry_look(c, a->key, &f, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *file = arena_printf(&c->doc->arena, "%s/%s-%s.reg", c->backup, c->step->id, views[i]);

        if (!file)
            return err_nomem(e);
        if (!is_there(a, &f, views[i]))
            continue;
        if (!os_dir_make(c->backup, 0700, e) || !os_registry_save(a->key, views[i], file, e))
            return false;
        if (json_array_append_new(*ret, json_pack("{s:s, s:s}", "view", views[i], "saved", file)))
            return err_nomem(e);
    }
    return true;
}

static bool remove_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct registry_args *a = args;
    const char *views[2];
    size_t n = views_of(a, views);

    for (size_t i = 0; i < n; i++)
        if (!os_registry_remove(a->key, views[i], a->name, e))
            return false;
    return effect_set(c, ret, OUTCOME_OK, e, "%s%s%s removed", a->key, a->name ? ", value " : "",
                      a->name ? a->name : "");
}

static const char *undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "put %s back as it was saved", ((const struct registry_args *)args)->key);
}

static bool remove_undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct registry_args *a = args;
    struct facts f;

    if (!registry_look(c, a->key, &f, e))
        return false;
    ret->answer = TRI_YES;
    for (size_t i = 0; i < json_array_size(c->remembered); i++)
        if (!is_there(a, &f, json_string_value(json_object_get(json_array_get(c->remembered, i), "view"))))
            ret->answer = TRI_NO;
    ret->evidence = ret->answer == TRI_YES ? "it is as it was" : "it is not there";
    return true;
}

static bool remove_undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct registry_args *a = args;

    for (size_t i = 0; i < json_array_size(c->remembered); i++) {
        const json_t *x = json_array_get(c->remembered, i);

        if (!os_registry_load(json_string_value(json_object_get(x, "saved")),
                              json_string_value(json_object_get(x, "view")), e))
            return false;
    }
    return effect_set(c, ret, OUTCOME_OK, e, "%s is as it was", a->key);
}

const struct verb verb_registry_remove = {
    .def = {.name = "registry.remove",
            .os = "windows",
            .doc = "Removes a registry key of the old product with all below it, or one value. The key is saved "
                   "before.",
            .args = &remove_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = undo_text},
    .probe = remove_probe,
    .remember = remove_remember,
    .apply = remove_apply,
    .undo = remove_undo,
    .undone = remove_undone,
};

/* --- registry.set ----------------------------------------------------------------------------------------------------------- */

static bool check_set(void *obj, const struct place *at, struct err *e)
{
    static const char *const types[] = {"sz", "expand", "multi", "dword", "qword", "binary"};
    const struct registry_args *a = obj;
    bool known = guard_open(a->type);

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        known = known || text_eq(types[i], a->type);
    if (!known || !registry_view_ok(a->view))
        return place_error(e, at, "%s", known ? "a view is 64 or 32"
                                              : "the type is one of sz, expand, multi, dword, qword, binary");
    return guard_open(a->key) || guard_value(a->key, a->name) ||
           place_error(e, at, "'%.200s' is no key whose values may be changed", a->key);
}

static const struct field set_fields[] = {
    FIELD(registry_args, STR, key, "HKLM/... or HKU/<SID>/...; no pattern", .flags = FIELD_REQUIRED),
    FIELD(registry_args, STR, view, "64 or 32; default 64"),
    FIELD(registry_args, STR, name, "the value", .flags = FIELD_REQUIRED),
    FIELD(registry_args, STR, type, "sz, expand, multi, dword, qword or binary", .flags = FIELD_REQUIRED),
    FIELD(registry_args, STR, data, "numbers in decimal, binary as hex digits, parts of multi on lines of their own",
          .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema set_schema = {"registry.set", NULL, "", sizeof(struct registry_args), set_fields, check_set};

static const char *view_of(const struct registry_args *a)
{
    return a->view ? a->view : "64";
}

static bool set_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct registry_args *a = args;
    const struct registry_value *v;
    struct facts f;

    if (!registry_look(c, a->key, &f, e))
        return false;
    v = registry_value(&f, view_of(a), a->name);
    ret->answer = v && text_eq(v->type, a->type) && text_eq(v->data, a->data) ? TRI_YES : TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%s, value %s is %s", a->key, a->name,
                                 !v ? "not there" : ret->answer == TRI_YES ? "as wanted" : "another");
    return ret->evidence || err_nomem(e);
}

/* {"key": was it there, "type", "data": of the old value} */
static bool set_remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct registry_args *a = args;
    const struct registry_value *v;
    struct facts f;

    if (!registry_look(c, a->key, &f, e))
        return false;
    v = registry_value(&f, view_of(a), a->name);
    *ret = json_pack("{s:b}", "key", registry_has_key(&f, view_of(a)));
    if (!doc_keep(c->doc, *ret, e))
        return false;
    if (v && text_eq(v->type, "broken"))
        return err_set(e, ERR_OS, "%s, value %s is damaged and could not be put back", a->key, a->name);
    if (v && (json_object_set_new(*ret, "type", json_string(v->type)) ||
              json_object_set_new(*ret, "data", json_string(v->data ? v->data : ""))))
        return err_nomem(e);
    return true;
}

static bool put(const struct registry_args *a, const char *type, const char *data, struct err *e)
{
    const struct registry_value v = {.key = a->key, .view = view_of(a), .name = a->name, .type = type, .data = data};

    return os_registry_set(&v, e);
}

static bool set_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct registry_args *a = args;

    return put(a, a->type, a->data, e) && effect_set(c, ret, OUTCOME_OK, e, "%s, value %s is set", a->key, a->name);
}

static bool set_undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct registry_args *a = args;
    const char *type = json_string_value(json_object_get(c->remembered, "type"));
    const char *data = json_string_value(json_object_get(c->remembered, "data"));
    const struct registry_value *v;
    struct facts f;
    bool same;

    if (!registry_look(c, a->key, &f, e))
        return false;
    v = registry_value(&f, view_of(a), a->name);
    same = type ? v && text_eq(v->type, type) && text_eq(v->data, data) : !v;
    ret->answer = same ? TRI_YES : TRI_NO;
    ret->evidence = same ? "the value is as it was" : "the value is not as it was";
    return true;
}

/* A key that the step made goes again when nothing else has come into it. */
static bool remove_made(const struct step_ctx *c, const struct registry_args *a, struct err *e)
{
    const char *below = arena_printf(&c->doc->arena, "%s/*", a->key);
    struct questions q = {.paths = {NULL, 0}};
    struct facts f, inside;

    if (!below)
        return err_nomem(e);
    if (json_is_true(json_object_get(c->remembered, "key")) || !guard_own_key(a->key))
        return true;
    if (!registry_look(c, a->key, &f, e))
        return false;
    for (size_t i = 0; i < f.registry.n; i++)
        if (f.registry.v[i].name && text_eq(f.registry.v[i].view, view_of(a)))
            return true;
    if (!questions_add_registry(&q, &c->doc->arena, below, e) ||
        !facts_collect(FACTS_REGISTRY, &q, c->doc, &inside, e))
        return false;
    return registry_has_key(&inside, view_of(a)) || os_registry_remove(a->key, view_of(a), NULL, e);
}

static bool set_undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct registry_args *a = args;
    const char *type = json_string_value(json_object_get(c->remembered, "type"));
    const char *data = json_string_value(json_object_get(c->remembered, "data"));

    if (!c->remembered)
        return effect_set(c, ret, OUTCOME_OK, e, "it was never set");
    if (type ? !put(a, type, data, e) : !os_registry_remove(a->key, view_of(a), a->name, e) || !remove_made(c, a, e))
        return false;
    return effect_set(c, ret, OUTCOME_OK, e, "%s, value %s is as it was", a->key, a->name);
}

const struct verb verb_registry_set = {
    .def = {.name = "registry.set",
            .os = "windows",
            .doc = "Sets a registry value; the old one is put back by undo.",
            .args = &set_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = undo_text},
    .probe = set_probe,
    .remember = set_remember,
    .apply = set_apply,
    .undo = set_undo,
    .undone = set_undone,
};
