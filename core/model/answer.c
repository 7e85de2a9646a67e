/* What a product's own command answered: finding the answer, and a value in its output. */
#include "core/base/json.h"
#include "core/model/cond.h"

#include <string.h>

const struct answer *cond_answer(const struct facts *f, const struct strs *argv)
{
    for (size_t i = 0; i < f->answers.n; i++) {
        const struct answer *x = &f->answers.v[i];
        size_t k = 0;

        if (x->argv.n != argv->n)
            continue;
        while (k < argv->n && strcmp(x->argv.v[k], argv->v[k]) == 0)
            k++;
        if (k == argv->n)
            return x;
    }
    return NULL;
}

/* Follows "a.b.2.c" into JSON; keys themselves may not contain dots. */
static const char *json_path(const char *text, const char *path, struct arena *a)
{
    struct err e = ERR_INIT; /* a text that is no JSON has no value; cond_judge() sees when it was for want of memory */
    json_error_t where;
    json_t *root = json_parse(text, strlen(text), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where, &e);
    const json_t *j = root;
    const char *ret = NULL;

    while (j && *path) {
        size_t n = strcspn(path, ".");
        char key[256];
        long long i;

        if (n >= sizeof key) {
            j = NULL;
            break;
        }
        memcpy(key, path, n);
        key[n] = '\0';
        if (json_is_array(j))
            j = text_number(key, &i) && i >= 0 ? json_array_get(j, (size_t)i) : NULL;
        else
            j = json_object_get(j, key);
        path += n + (path[n] == '.');
    }
    if (json_is_string(j))
        ret = arena_strdup(a, json_string_value(j));
    else if (json_is_integer(j))
        ret = arena_printf(a, "%lld", (long long)json_integer_value(j));
    else if (json_is_boolean(j))
        ret = json_is_true(j) ? "true" : "false";
    json_decref(root);
    return ret;
}

static const char *line_value(const char *text, const char *key, struct arena *a)
{
    const char *cursor = text, *end = text + strlen(text), *line;
    size_t n, k = strlen(key);

    while (text_line(&cursor, end, &line, &n)) {
        while (n && (*line == ' ' || *line == '\t'))
            line++, n--;
        if (n < k || strncmp(line, key, k) != 0)
            continue;
        line += k;
        n -= k;
        while (n && strchr(" \t:=", *line))
            line++, n--;
        while (n && strchr(" \t\r", line[n - 1]))
            n--;
        return arena_strndup(a, line, n);
    }
    return NULL;
}

const char *cond_extract(const struct answer *answer, const char *json, const char *key, struct arena *a)
{
    if (!answer->out)
        return NULL;
    if (json)
        return json_path(answer->out, json, a);
    return key ? line_value(answer->out, key, a) : NULL;
}
