#include "core/catalog/yaml.h"
#include "core/base/limits.h"

#include <string.h>
#include <yaml.h>

enum { DEPTH = 16 }; /* a manifest of winget has 7 levels */

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the one that is being read */
    struct err *e;
};

static bool fail(struct reader *r, const char *what)
{
    return err_set(r->e, ERR_INPUT, "line %zu: %s", r->event.start_mark.line + 1, what);
}

static bool parser_error(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;

    if (p->error == YAML_MEMORY_ERROR)
        return err_nomem(r->e);
    if (p->error == YAML_READER_ERROR)
        return err_set(r->e, ERR_INPUT, "byte %zu: %s", p->problem_offset, p->problem ? p->problem : "not readable");
    return err_set(r->e, ERR_INPUT, "line %zu: %s", p->problem_mark.line + 1, p->problem ? p->problem : "no YAML");
}

static bool next(struct reader *r)
{
    yaml_event_delete(&r->event);
    return yaml_parser_parse(&r->parser, &r->event) || parser_error(r);
}

/* Anchors make a small text large, tags make a value something else. */
static bool plain_node(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        return fail(r, "an anchor; manifests have none");
    return !tag || fail(r, "a tag; manifests have none");
}

static bool is_null(const yaml_event_t *v)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    const char *s = (const char *)v->data.scalar.value;

    for (size_t i = 0; v->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return false;
}

static bool scalar(struct reader *r, json_t **ret)
{
    const char *s = (const char *)r->event.data.scalar.value;
    size_t n = r->event.data.scalar.length;

    if (!plain_node(r, r->event.data.scalar.anchor, r->event.data.scalar.tag))
        return false;
    if (memchr(s, 0, n))
        return fail(r, "a text with a NUL inside");
    if (n > LIMIT_STRING)
        return err_set(r->e, ERR_LIMIT, "line %zu: a text of %zu bytes is longer than %u", r->event.start_mark.line + 1, n,
                       LIMIT_STRING);
    *ret = is_null(&r->event) ? json_null() : json_stringn(s, n);
    return *ret || err_nomem(r->e);
}

static bool node(struct reader *r, int depth, json_t **ret);

static bool sequence(struct reader *r, int depth, json_t *list)
{
    while (next(r) && r->event.type != YAML_SEQUENCE_END_EVENT) {
        json_t *item = NULL;

        if (!node(r, depth, &item))
            return false;
        if (json_array_append_new(list, item))
            return err_nomem(r->e);
    }
    return r->event.type == YAML_SEQUENCE_END_EVENT;
}

static bool pair(struct reader *r, int depth, json_t *map)
{
    json_t *key = NULL, *value = NULL;
    bool ok;

    if (r->event.type != YAML_SCALAR_EVENT)
        return fail(r, "a key that is no text");
    if (!scalar(r, &key))
        return false;
    ok = (json_is_string(key) && *json_string_value(key)) || fail(r, "a key without a text");
    if (ok && json_object_get(map, json_string_value(key))) {
        err_set(r->e, ERR_INPUT, "line %zu: the key '%.60s' is here twice", r->event.start_mark.line + 1,
                json_string_value(key));
        ok = false;
    }
    ok = ok && next(r) && node(r, depth, &value);
    if (ok && json_object_set_new(map, json_string_value(key), value))
        ok = err_nomem(r->e);
    json_decref(key);
    return ok;
}

static bool mapping(struct reader *r, int depth, json_t *map)
{
    while (next(r) && r->event.type != YAML_MAPPING_END_EVENT)
        if (!pair(r, depth, map))
            return false;
    return r->event.type == YAML_MAPPING_END_EVENT;
}

/* The node that the current event begins; *ret is a new reference, or NULL. */
static bool node(struct reader *r, int depth, json_t **ret)
{
    bool list = r->event.type == YAML_SEQUENCE_START_EVENT, ok;

    if (r->event.type == YAML_SCALAR_EVENT)
        return scalar(r, ret);
    if (r->event.type == YAML_ALIAS_EVENT)
        return fail(r, "an alias; manifests have none");
    if (depth == DEPTH)
        return fail(r, "nested too deeply");
    ok = list ? plain_node(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag)
              : plain_node(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag);
    if (!ok)
        return false;
    *ret = list ? json_array() : json_object();
    if (!*ret)
        return err_nomem(r->e);
    if (list ? sequence(r, depth + 1, *ret) : mapping(r, depth + 1, *ret))
        return true;
    json_decref(*ret);
    *ret = NULL;
    return false;
}

static bool start(struct reader *r)
{
    if (!next(r) || !next(r)) /* the stream, the document */
        return false;
    if (r->event.type != YAML_DOCUMENT_START_EVENT)
        return fail(r, "there is nothing in it");
    if (r->event.data.document_start.version_directive ||
        r->event.data.document_start.tag_directives.start != r->event.data.document_start.tag_directives.end)
        return fail(r, "a directive; manifests have none");
    return next(r);
}

static bool end(struct reader *r)
{
    return next(r) && next(r) && (r->event.type == YAML_STREAM_END_EVENT || fail(r, "a second document"));
}

const json_t *yaml_read(struct doc *d, const char *text, size_t len, struct err *e)
{
    struct reader r = {.e = e};
    json_t *tree = NULL;
    bool ok;

    if (len > LIMIT_MANIFEST) {
        err_set(e, ERR_LIMIT, "%zu bytes are more than %u", len, LIMIT_MANIFEST);
        return NULL;
    }
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (!text_utf8_valid(text, len)) {
        err_set(e, ERR_INPUT, "it is not UTF-8");
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser)) {
        err_nomem(e);
        return NULL;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    ok = start(&r) && node(&r, 0, &tree) && end(&r);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    if (ok)
        return doc_keep(d, tree, e) ? tree : NULL;
    json_decref(tree);
    return NULL;
}
