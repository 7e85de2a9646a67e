/*
 * Ansible's YAML: groups with hosts, children and vars. Read as a document of nodes by libyaml, since messages name lines and
 * people share parts by anchors; how often a part may be used again is bounded. Tags but those of plain texts are not
 * read, a secret of Ansible's vault (!vault) among them.
 */
#include "core/base/limits.h"
#include "core/inventory/inventory_ansible.h"

#include <string.h>
#include <yaml.h>

#define DEEPEST 64
#define NODES (64u * LIMIT_HOSTS) /* looked at; parts that are used again count again */
#define NO_GROUP ((size_t)-1)

struct walk {
    struct ansible x;
    yaml_document_t *doc;
    size_t seen;
};

static yaml_node_t *at(struct walk *w, int number)
{
    yaml_node_t *n = yaml_document_get_node(w->doc, number);

    w->x.s->line = n->start_mark.line + 1;
    w->seen++;
    return n;
}

static bool is_null(const yaml_node_t *n)
{
    const char *text = (const char *)n->data.scalar.value;

    return n->type == YAML_SCALAR_NODE && n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*text || text_eq(text, "~") || text_eq(text, "null"));
}

/* NULL: it is no text. */
static const char *text_of(const yaml_node_t *n)
{
    if (n->type != YAML_SCALAR_NODE || (n->tag && text_starts((const char *)n->tag, "!") && !text_eq((const char *)n->tag, "!unsafe")) ||
        strlen((const char *)n->data.scalar.value) != n->data.scalar.length)
        return NULL;
    return (const char *)n->data.scalar.value;
}

/* Calls each() for the pairs of a mapping; what is nothing has none. */
static bool pairs(struct walk *w, yaml_node_t *n, const char *what,
                  bool (*each)(struct walk *w, size_t group, const char *key, yaml_node_t *value, int depth, struct err *e),
                  size_t group, int depth, struct err *e)
{
    if (is_null(n))
        return true;
    if (n->type != YAML_MAPPING_NODE)
        return inventory_error(w->x.s, e, "%s: no mapping", what);
    if (depth > DEEPEST || w->seen > NODES)
        return inventory_error(w->x.s, e, "%s: too deep, or parts that are used too often", what);
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
        yaml_node_t *value = at(w, p->value);
        const char *key = text_of(at(w, p->key));

        if (!key || !*key)
            return inventory_error(w->x.s, e, "%s: a key that is no text", what);
        if (!each(w, group, key, value, depth + 1, e))
            return false;
    }
    return true;
}

/* A list of texts, with commas between; NULL: it is none. */
static const char *joined(struct walk *w, const yaml_node_t *n)
{
    const char *ret = arena_strdup(&w->x.s->v->doc.arena, "");

    for (yaml_node_item_t *i = n->data.sequence.items.start; ret && i < n->data.sequence.items.top; i++) {
        const char *item = text_of(yaml_document_get_node(w->doc, *i));

        if (!item || i - n->data.sequence.items.start > 1000)
            return NULL;
        ret = arena_printf(&w->x.s->v->doc.arena, "%s%s%s", ret, *ret ? "," : "", item);
    }
    return ret;
}

static bool one_var(struct walk *w, size_t group, const char *key, yaml_node_t *value, int depth, struct err *e)
{
    const char *text;
    bool read;

    (void)depth;
    if (!ansible_reads(&w->x, key, &read, e))
        return false;
    if (!read || is_null(value))
        return true;
    text = value->type == YAML_SEQUENCE_NODE ? joined(w, value) : text_of(value);
    if (!text)
        return inventory_error(w->x.s, e, "%s is no text", key);
    return group == NO_GROUP ? ansible_named_set(&w->x, key, text, e) : ansible_group_set(&w->x, group, key, text, e);
}

static bool one_host(struct walk *w, size_t group, const char *key, yaml_node_t *value, int depth, struct err *e)
{
    return ansible_pattern(&w->x, group, key, strlen(key), e) && pairs(w, value, key, one_var, NO_GROUP, depth, e);
}

static bool one_group(struct walk *w, size_t parent, const char *key, yaml_node_t *value, int depth, struct err *e);

static bool part_of_group(struct walk *w, size_t group, const char *key, yaml_node_t *value, int depth, struct err *e)
{
    if (text_eq(key, "hosts")) {
        const char *one = is_null(value) ? NULL : text_of(value);

        return one ? ansible_pattern(&w->x, group, one, strlen(one), e) : pairs(w, value, key, one_host, group, depth, e);
    }
    if (text_eq(key, "children"))
        return pairs(w, value, key, one_group, group, depth, e);
    if (text_eq(key, "vars"))
        return pairs(w, value, key, one_var, group, depth, e);
    return inventory_note(w->x.s, e, "'%.60s' is none of hosts, children and vars: it is not read", key);
}

static bool one_group(struct walk *w, size_t parent, const char *key, yaml_node_t *value, int depth, struct err *e)
{
    size_t group;

    if (!ansible_group(&w->x, key, strlen(key), &group, e) || (parent != NO_GROUP && !ansible_child(&w->x, parent, group, e)))
        return false;
    return pairs(w, value, key, part_of_group, group, depth, e);
}

static bool read_document(struct source *s, yaml_document_t *doc, struct err *e)
{
    struct walk w = {.doc = doc};
    yaml_node_t *root = yaml_document_get_root_node(doc);

    s->line = 1;
    if (!root)
        return inventory_error(s, e, "there is nothing in it");
    return ansible_begin(&w.x, s, e) && pairs(&w, at(&w, 1), "the inventory", one_group, NO_GROUP, 0, e) && ansible_end(&w.x, e);
}

bool inventory_read_yaml(struct source *s, struct err *e)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    bool ok;

    if (!yaml_parser_initialize(&parser))
        return err_nomem(e);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)s->text, (size_t)(s->end - s->text));
    if (yaml_parser_load(&parser, &doc)) {
        ok = read_document(s, &doc, e);
        yaml_document_delete(&doc);
    } else {
        s->line = parser.problem_mark.line + 1;
        ok = parser.error == YAML_MEMORY_ERROR ? err_nomem(e)
                                               : inventory_error(s, e, "%s", parser.problem ? parser.problem : "no YAML");
    }
    yaml_parser_delete(&parser);
    return ok;
}
