#include "core/model/jsonschema.h"
#include "core/base/limits.h"
#include "core/model/jsonschema_cond.h"

#include <stdio.h>
#include <string.h>

#define MAX_SCHEMAS 256
#define ID_PATTERN "^[a-z0-9_][a-z0-9._-]{0,127}$"
#define INSTANT_PATTERN "^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.,]\\d+)?)?(Z|[+-]\\d{2}(:?\\d{2})?)?)?$"

struct maker {
    const struct verb_def *const *verbs;
    const struct schema *list[MAX_SCHEMAS]; /* those that need a definition, in the order met */
    size_t n;
    json_t *defs;
};

static json_t *object_schema(struct maker *m, const struct schema *s);

/* "step", or "step-2" for the second of that name. */
static void def_name(const struct maker *m, size_t i, char *name, size_t size)
{
    unsigned same = 1;

    for (size_t k = 0; k < i; k++)
        same += strcmp(m->list[k]->name, m->list[i]->name) == 0;
    if (same > 1)
        snprintf(name, size, "%s-%u", m->list[i]->name, same);
    else
        snprintf(name, size, "%s", m->list[i]->name);
    for (char *p = name; *p; p++)
        if (*p == ' ')
            *p = '-';
}

static json_t *reference(struct maker *m, const struct schema *s)
{
    char name[96], ref[128];
    size_t i = 0;

    while (i < m->n && m->list[i] != s)
        i++;
    if (i == MAX_SCHEMAS)
        return NULL;
    if (i == m->n)
        m->list[m->n++] = s;
    def_name(m, i, name, sizeof name);
    if (!json_object_get(m->defs, name)) {
        json_t *made;

        json_object_set_new(m->defs, name, json_true()); /* it may refer to itself */
        made = s == &cond_schema ? jsonschema_cond() : object_schema(m, s);
        if (json_object_set_new(m->defs, name, made))
            return NULL;
    }
    snprintf(ref, sizeof ref, "#/$defs/%s", name);
    return json_pack("{s:s}", "$ref", ref);
}

static json_t *words(const char *const *names)
{
    json_t *list = json_array();

    for (size_t i = 0; names[i]; i++)
        json_array_append_new(list, json_string(names[i]));
    return json_pack("{s:o}", "enum", list);
}

static json_t *text(const struct field *f)
{
    if (f->flags & FIELD_ID)
        return json_pack("{s:s, s:s}", "type", "string", "pattern", ID_PATTERN);
    return json_pack("{s:s, s:i}", "type", "string", "maxLength", (int)LIMIT_STRING);
}

static json_t *integer(const struct field *f)
{
    json_t *j = json_pack("{s:s}", "type", "integer");

    if (f->max > f->min) {
        json_object_set_new(j, "minimum", json_integer(f->min));
        json_object_set_new(j, "maximum", json_integer(f->max));
    }
    if (!(f->flags & FIELD_REQUIRED))
        json_object_set_new(j, "default", json_integer(f->def));
    return j;
}

static json_t *list_of(json_t *items)
{
    return json_pack("{s:s, s:i, s:o}", "type", "array", "maxItems", (int)LIMIT_LIST, "items", items);
}

static json_t *value(struct maker *m, const struct field *f)
{
    switch (f->type) {
    case FIELD_STR:
        return text(f);
    case FIELD_INT:
        return integer(f);
    case FIELD_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_ENUM:
        return words(f->names);
    case FIELD_INSTANT:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", INSTANT_PATTERN);
    case FIELD_STRS:
        return list_of(text(f));
    case FIELD_OBJ:
        return reference(m, f->sub);
    case FIELD_OBJS:
        return list_of(reference(m, f->sub));
    case FIELD_JSON:
        return json_object();
    case FIELD_MAP:
        return json_pack("{s:s, s:{s:s, s:i}}", "type", "object", "additionalProperties", "type", "string", "maxLength",
                         (int)LIMIT_STRING);
    }
    return NULL;
}

/* Of a step: which arguments it has is a matter of its verb. */
static void add_verbs(struct maker *m, json_t *j)
{
    json_t *all = json_array(), *names = json_array();

    for (size_t i = 0; m->verbs[i]; i++) {
        const struct verb_def *v = m->verbs[i];
        bool demands = false;

        for (const struct field *f = v->args->fields; f->name; f++)
            demands = demands || (f->flags & FIELD_REQUIRED);
        json_array_append_new(names, json_string(v->name));
        json_array_append_new(all, json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:{s:o}, s:o}}", "if", "properties", "verb", "const",
                                             v->name, "required", "verb", "then", "properties", "args", reference(m, v->args),
                                             "required", demands ? json_pack("[s]", "args") : json_array()));
    }
    json_object_set_new(json_object_get(json_object_get(j, "properties"), "verb"), "enum", names);
    json_object_set_new(j, "allOf", all);
}

static json_t *object_schema(struct maker *m, const struct schema *s)
{
    json_t *properties = json_object(), *required = json_array(), *j;
    const struct field *verb = schema_field(s, "verb"), *args = schema_field(s, "args");

    if (s->format) {
        json_object_set_new(properties, "schema", json_pack("{s:s}", "const", s->format));
        json_array_append_new(required, json_string("schema"));
    }
    for (const struct field *f = s->fields; f->name; f++) {
        json_t *v = value(m, f);

        if (f->doc && *f->doc)
            json_object_set_new(v, "description", json_string(f->doc));
        json_object_set_new(properties, f->name, v);
        if (f->flags & FIELD_REQUIRED)
            json_array_append_new(required, json_string(f->name));
    }
    j = json_pack("{s:s, s:s, s:o, s:o, s:b}", "title", s->name, "type", "object", "properties", properties, "required", required,
                  "additionalProperties", 0);
    if (s->doc && *s->doc)
        json_object_set_new(j, "description", json_string(s->doc));
    if (verb && args && args->type == FIELD_JSON && m->verbs)
        add_verbs(m, j);
    return j;
}

void jsonschema_name(const struct schema *s, char *name, size_t size)
{
    const char *dot = s->format ? strchr(s->format, '.') : NULL;

    snprintf(name, size, "%s", dot ? dot + 1 : s->name);
    name[strcspn(name, "/")] = '\0';
    for (char *p = name; *p; p++)
        if (*p == ' ')
            *p = '-';
}

json_t *jsonschema_make(const struct schema *s, const struct verb_def *const *verbs)
{
    struct maker m = {.verbs = verbs, .defs = json_object()};
    unsigned long failures = mem_failures();
    char name[96], id[128];
    json_t *j, *body;

    jsonschema_name(s, name, sizeof name);
    snprintf(id, sizeof id, "urn:avswap:%s:1", name);
    j = json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "$id", id);
    body = object_schema(&m, s);
    json_object_update(j, body);
    json_decref(body);
    json_object_set_new(j, "$defs", m.defs);
    if (!j || mem_failures() != failures || m.n == MAX_SCHEMAS) {
        json_decref(j);
        return NULL;
    }
    return j;
}
