#include "core/model/jsonschema_cond.h"

#include <string.h>

#define SELF "#/$defs/condition"

/* A value that suits any probe that has such a member. */
static void give(struct cond *c, const char *member)
{
    static const char *one[] = {"x"};
    static const struct {
        const char *name, *value;
        size_t offset;
    } texts[] = {
        {"name", "os.family", offsetof(struct cond, name)}, {"exe", "x", offsetof(struct cond, exe)},
        {"class", "x", offsetof(struct cond, class)},       {"publisher", "x", offsetof(struct cond, publisher)},
        {"mark", "1", offsetof(struct cond, mark)},         {"json", "x", offsetof(struct cond, json)},
        {"key", "x", offsetof(struct cond, key)},           {"value", "x", offsetof(struct cond, value)},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].name, member) == 0)
            *(const char **)(void *)((char *)c + texts[i].offset) = texts[i].value;
    if (strcmp(member, "path") == 0)
        c->path = c->probe == PROBE_REGISTRY ? "HKLM/x/y" : "/x/y";
    if (strcmp(member, "argv") == 0)
        c->argv = (struct strs){one, 1};
    if (strcmp(member, "op") == 0)
        c->op = OP_EQ;
}

/* Is a probe without this member none at all? Asked of the check that reads conditions. */
static bool demanded(int probe, const char *member)
{
    const struct place nowhere = {NULL, NULL, 0, NULL};
    struct err e = ERR_INIT;
    const char *name;
    struct cond c;

    if (strcmp(member, "value") == 0 || strcmp(member, "values") == 0)
        return false;
    schema_init(&cond_schema, &c);
    c.probe = probe;
    for (size_t i = 0; (name = probe_member(probe, i)); i++)
        if (strcmp(name, member) != 0 && !(strcmp(name, "value") == 0 && strcmp(member, "op") == 0) &&
            !(strcmp(member, "name") == 0 && probe == PROBE_REGISTRY && (strcmp(name, "op") == 0 || strcmp(name, "value") == 0)))
            give(&c, name);
    return !cond_schema.check(&c, &nowhere, &e);
}

static json_t *words(const char *const *names)
{
    json_t *list = json_array();

    for (size_t i = 0; names[i]; i++)
        json_array_append_new(list, json_string(names[i]));
    return json_pack("{s:o}", "enum", list);
}

static json_t *fact_names(void)
{
    json_t *any = json_array();
    size_t n;
    const char *const *names = cond_fact_names(&n);

    for (size_t i = 0; i < n; i++) {
        struct buf b;

        buf_init(&b, 256);
        buf_printf(&b, "^%s", names[i]);
        json_array_append_new(any, text_ends(names[i], ":") ? json_pack("{s:s}", "pattern", buf_str(&b))
                                                            : json_pack("{s:s}", "const", names[i]));
        buf_free(&b);
    }
    return json_pack("{s:s, s:o}", "type", "string", "anyOf", any);
}

static json_t *member_schema(int probe, const struct field *f)
{
    if (strcmp(f->name, "state") == 0)
        return words(probe_defs[probe].states);
    if (strcmp(f->name, "name") == 0 && probe == PROBE_FACT)
        return fact_names();
    switch (f->type) {
    case FIELD_ENUM:
        return words(f->names);
    case FIELD_INT:
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)f->min, "maximum", (json_int_t)f->max);
    case FIELD_STRS:
        return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

static json_t *probe_schema(int probe)
{
    json_t *properties = json_pack("{s:{s:s}}", "probe", "const", probe_names[probe]), *required = json_pack("[s]", "probe"), *j;
    const char *name;
    bool compares = false;

    for (size_t i = 0; (name = probe_member(probe, i)); i++) {
        json_t *v = member_schema(probe, schema_field(&cond_schema, name));

        json_object_set_new(v, "description", json_string(schema_field(&cond_schema, name)->doc));
        json_object_set_new(properties, name, v);
        if (demanded(probe, name))
            json_array_append_new(required, json_string(name));
        compares = compares || strcmp(name, "op") == 0;
    }
    j = json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "title", probe_names[probe], "description", probe_defs[probe].doc, "type",
                  "object", "properties", properties, "required", required, "additionalProperties", 0);
    if (compares)
        json_object_set_new(j, "dependentRequired", json_pack("{s:[s], s:[s]}", "value", "op", "values", "op"));
    if (probe == PROBE_PROCESS || probe == PROBE_FANOTIFY)
        json_object_set_new(j, "anyOf", json_pack("[{s:[s]}, {s:[s]}]", "required", "name", "required", "exe"));
    return j;
}

json_t *jsonschema_cond(void)
{
    json_t *forms = json_array();

    for (int i = 0; i < 2; i++) {
        const char *key = i ? "any" : "all";

        json_array_append_new(forms, json_pack("{s:s, s:{s:{s:s, s:i, s:{s:s}}}, s:[s], s:b}", "type", "object", "properties", key,
                                               "type", "array", "minItems", 1, "items", "$ref", SELF, "required", key,
                                               "additionalProperties", 0));
    }
    json_array_append_new(forms, json_pack("{s:s, s:{s:{s:s}}, s:[s], s:b}", "type", "object", "properties", "not", "$ref", SELF,
                                           "required", "not", "additionalProperties", 0));
    for (int probe = PROBE_NONE + 1; probe < PROBE_COUNT; probe++)
        json_array_append_new(forms, probe_schema(probe));
    return json_pack("{s:s, s:s, s:o}", "title", cond_schema.name, "description", cond_schema.doc, "oneOf", forms);
}
