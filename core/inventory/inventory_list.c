/* `ansible-inventory --list`: one object, a group each, and the hosts' variables in "_meta"."hostvars". The parser tells no
 * lines of what it has read, so messages name the place by its keys, and the line is the first. */
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/inventory/inventory_ansible.h"

#include <string.h>

/* A value as text; NULL: it is none that could be read, or no memory. */
static const char *scalar(struct arena *a, const json_t *j)
{
    char *ret;

    switch (json_typeof(j)) {
    case JSON_STRING:
        return strlen(json_string_value(j)) == json_string_length(j) ? json_string_value(j) : NULL;
    case JSON_INTEGER:
        return arena_printf(a, "%lld", (long long)json_integer_value(j));
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "";
    case JSON_ARRAY:
        break;
    default:
        return NULL;
    }
    ret = arena_strdup(a, "");
    for (size_t i = 0; ret && i < json_array_size(j) && i < 1000; i++) {
        const char *item = json_string_value(json_array_get(j, i));

        if (!item)
            return NULL;
        ret = arena_printf(a, "%s%s%s", ret, i ? "," : "", item);
    }
    return ret;
}

/* group NO_GROUP: of the named hosts. */
#define NO_GROUP ((size_t)-1)

static bool read_vars(struct ansible *x, size_t group, const char *of, const json_t *vars, struct err *e)
{
    const char *key;
    json_t *value;

    if (vars && !json_is_object(vars))
        return inventory_error(x->s, e, "%.100s: the variables are no object", of);
    json_object_foreach((json_t *)(uintptr_t)vars, key, value) {
        const char *text;
        bool read;

        if (!ansible_reads(x, key, &read, e))
            return false;
        if (!read)
            continue;
        text = scalar(&x->s->v->doc.arena, value);
        if (!text)
            return inventory_error(x->s, e, "%.100s: %s is no text", of, key);
        if (*text && !(group == NO_GROUP ? ansible_named_set(x, key, text, e) : ansible_group_set(x, group, key, text, e)))
            return false;
    }
    return true;
}

static bool read_hosts(struct ansible *x, size_t group, const char *of, const json_t *hosts, struct err *e)
{
    if (hosts && !json_is_array(hosts))
        return inventory_error(x->s, e, "%.100s: 'hosts' is no list", of);
    for (size_t i = 0; i < json_array_size(hosts); i++) {
        const char *name = json_string_value(json_array_get(hosts, i));

        if (!name)
            return inventory_error(x->s, e, "%.100s: a host that is no text", of);
        if (!ansible_host(x, group, name, e))
            return false;
    }
    return true;
}

static bool read_children(struct ansible *x, size_t group, const char *of, const json_t *children, struct err *e)
{
    if (children && !json_is_array(children))
        return inventory_error(x->s, e, "%.100s: 'children' is no list", of);
    for (size_t i = 0; i < json_array_size(children); i++) {
        const char *name = json_string_value(json_array_get(children, i));
        size_t child;

        if (!name)
            return inventory_error(x->s, e, "%.100s: a child that is no text", of);
        if (!ansible_group(x, name, strlen(name), &child, e) || !ansible_child(x, group, child, e))
            return false;
    }
    return true;
}

static bool read_group(struct ansible *x, const char *name, const json_t *j, struct err *e)
{
    size_t group;

    if (!json_is_object(j))
        return inventory_error(x->s, e, "the group '%.60s' is no object", name);
    return ansible_group(x, name, strlen(name), &group, e) && read_hosts(x, group, name, json_object_get(j, "hosts"), e) &&
           read_children(x, group, name, json_object_get(j, "children"), e) &&
           read_vars(x, group, name, json_object_get(j, "vars"), e);
}

static bool read_all(struct ansible *x, const json_t *root, struct err *e)
{
    const json_t *hostvars = json_object_get(json_object_get(root, "_meta"), "hostvars");
    const char *key;
    json_t *value;

    if (!json_is_object(root) || !json_is_object(json_object_get(root, "_meta")))
        return inventory_error(x->s, e, "no output of ansible-inventory --list: there is no '_meta'");
    json_object_foreach((json_t *)(uintptr_t)root, key, value)
        if (!text_eq(key, "_meta") && !read_group(x, key, value, e))
            return false;
    json_object_foreach((json_t *)(uintptr_t)hostvars, key, value)
        if (!ansible_host(x, ANSIBLE_ALL, key, e) || !read_vars(x, NO_GROUP, key, value, e))
            return false;
    return true;
}

bool inventory_read_list(struct source *s, struct err *e)
{
    struct err why = ERR_INIT;
    struct ansible x;
    json_error_t where;
    json_t *root = json_parse(s->text, (size_t)(s->end - s->text), JSON_REJECT_DUPLICATES, &where, &why);
    bool ok;

    s->line = 1;
    if (!root) {
        s->line = where.line > 0 ? (size_t)where.line : 1;
        return why.code == ERR_NOMEM ? err_nomem(e) : inventory_error(s, e, "%s", where.text);
    }
    ok = ansible_begin(&x, s, e) && read_all(&x, root, e) && ansible_end(&x, e);
    json_decref(root);
    return ok;
}
