/* Ansible's INI: sections [group], [group:children], [group:vars]; see inventory.h for the source of the format. */
#include "core/base/limits.h"
#include "core/inventory/inventory_ansible.h"

#include <string.h>

enum kind { HOSTS, CHILDREN, VARS };

struct ini {
    struct ansible x;
    enum kind kind;
    size_t group;
    struct buf word;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* One character of a word, with quotes and escapes as in a shell. */
static void word_char(struct ini *i, const char **p, const char *end, char *quote)
{
    char c = **p;
    bool escapes = c == '\\' && *quote != '\'' && *p + 1 < end && (!*quote || (*p)[1] == '\\' || (*p)[1] == '"');

    if (escapes)
        buf_addc(&i->word, *++*p);
    else if (*quote ? c == *quote : c == '"' || c == '\'')
        *quote = *quote ? 0 : c;
    else
        buf_addc(&i->word, c);
    ++*p;
}

/* The next word into i->word; '#' begins a comment. *ret false: no more. */
static bool next_word(struct ini *i, const char **p, const char *end, bool *ret, struct err *e)
{
    char quote = 0;

    buf_clear(&i->word);
    while (*p < end && is_blank(**p))
        ++*p;
    *ret = *p < end && **p != '#';
    while (*ret && *p < end && (quote || (!is_blank(**p) && **p != '#')))
        word_char(i, p, end, &quote);
    if (quote)
        return inventory_error(i->x.s, e, "a quote that does not end");
    if (*p < end && **p == '#')
        *p = end;
    return buf_ok(&i->word, "a word", e);
}

/* A value is what Python makes of it, so it may have quotes of its own. */
static char *bare(char *value)
{
    size_t n = strlen(value);

    if (n < 2 || (*value != '"' && *value != '\'') || value[n - 1] != *value)
        return value;
    value[n - 1] = 0;
    return value + 1;
}

/* --- lines -------------------------------------------------------------------------------------------------------------- */

static bool host_line(struct ini *i, const char *p, const char *end, struct err *e)
{
    bool more, read;

    if (!next_word(i, &p, end, &more, e) || !more)
        return more ? false : !e->code;
    if (!ansible_pattern(&i->x, i->group, buf_str(&i->word), i->word.len, e))
        return false;
    while (next_word(i, &p, end, &more, e) && more) {
        char *eq = i->word.len ? strchr(i->word.data, '=') : NULL;

        if (!eq)
            return inventory_error(i->x.s, e, "'%.60s' behind a host is no KEY=VALUE", buf_str(&i->word));
        *eq = 0;
        if (!ansible_reads(&i->x, i->word.data, &read, e) || (read && !ansible_named_set(&i->x, i->word.data, bare(eq + 1), e)))
            return false;
    }
    return !e->code;
}

static bool child_line(struct ini *i, const char *p, const char *end, struct err *e)
{
    bool more, second;
    size_t child;

    if (!next_word(i, &p, end, &more, e))
        return false;
    if (!more)
        return true;
    if (!ansible_group(&i->x, buf_str(&i->word), i->word.len, &child, e) || !ansible_child(&i->x, i->group, child, e))
        return false;
    return next_word(i, &p, end, &second, e) && (!second || inventory_error(i->x.s, e, "more than one group on a line"));
}

static bool vars_line(struct ini *i, const char *p, const char *end, struct err *e)
{
    const char *eq = memchr(p, '=', (size_t)(end - p)), *key_end = eq;
    bool read;
    char *key;

    if (!eq)
        return inventory_error(i->x.s, e, "'%.*s' is no KEY=VALUE", end - p > 60 ? 60 : (int)(end - p), p);
    while (key_end > p && is_blank(key_end[-1]))
        key_end--;
    key = arena_strndup(&i->x.s->v->doc.arena, p, (size_t)(key_end - p));
    if (!key)
        return err_nomem(e);
    for (eq++; eq < end && is_blank(*eq);)
        eq++;
    buf_clear(&i->word);
    buf_add(&i->word, eq, (size_t)(end - eq));
    if (!buf_ok(&i->word, "a value", e) || !ansible_reads(&i->x, key, &read, e))
        return false;
    return !read || !i->word.len || ansible_group_set(&i->x, i->group, key, bare(i->word.data), e);
}

/* What stands behind the colon of a section. */
static bool kind_of(const char *p, size_t n, enum kind *ret)
{
    static const char *const words[] = {[HOSTS] = "hosts", [CHILDREN] = "children", [VARS] = "vars"};

    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strlen(words[k]) == n && memcmp(words[k], p, n) == 0) {
            *ret = (enum kind)k;
            return true;
        }
    return false;
}

static bool section_name(struct ini *i, const char *name, size_t n, struct err *e)
{
    if (!n || memchr(name, ' ', n) || memchr(name, '\t', n))
        return inventory_error(i->x.s, e, "a section without a group's name");
    if (!ansible_group(&i->x, name, n, &i->group, e))
        return false;
    if (i->kind != VARS)
        i->x.groups.nodes.v[i->group].declared = true;
    return true;
}

static bool section_line(struct ini *i, const char *p, const char *end, struct err *e)
{
    const char *close = memchr(p, ']', (size_t)(end - p)), *rest = close ? close + 1 : end, *colon, *name = p + 1;
    size_t n;

    while (rest < end && is_blank(*rest))
        rest++;
    if (!close || (rest < end && *rest != '#'))
        return inventory_error(i->x.s, e, "'%.*s' is no section as [group] or [group:vars]", end - p > 60 ? 60 : (int)(end - p), p);
    colon = memchr(name, ':', (size_t)(close - name));
    n = (size_t)((colon ? colon : close) - name);
    i->kind = HOSTS;
    if (colon && !kind_of(colon + 1, (size_t)(close - colon - 1), &i->kind))
        return inventory_error(i->x.s, e, "a section of unknown kind; there are [group], [group:children] and [group:vars]");
    return section_name(i, name, n, e);
}

static bool one_line(struct ini *i, const char *p, size_t n, struct err *e)
{
    const char *end = p + n;

    while (p < end && is_blank(*p))
        p++;
    while (p < end && is_blank(end[-1]))
        end--;
    if (p == end || *p == '#' || *p == ';')
        return true;
    if (*p == '[')
        return section_line(i, p, end, e);
    return i->kind == HOSTS ? host_line(i, p, end, e) : i->kind == CHILDREN ? child_line(i, p, end, e) : vars_line(i, p, end, e);
}

/* A group that is only spoken of is mistyped. */
static bool check_declared(struct ini *i, struct err *e)
{
    for (size_t k = 0; k < i->x.groups.nodes.n; k++) {
        const struct ansible_node *g = &i->x.groups.nodes.v[k];

        i->x.s->line = g->line;
        if (!g->declared)
            return inventory_error(i->x.s, e, "there is no group '%.60s'", g->name);
    }
    return true;
}

bool inventory_read_ini(struct source *s, struct err *e)
{
    struct ini i = {.kind = HOSTS};
    const char *p = s->text, *line;
    bool ok = ansible_begin(&i.x, s, e) && ansible_group(&i.x, "ungrouped", 9, &i.group, e);
    size_t n;

    if (ok)
        i.x.groups.nodes.v[i.group].declared = true;
    buf_init(&i.word, LIMIT_STRING);
    while (ok && text_line(&p, s->end, &line, &n)) {
        s->line++;
        ok = one_line(&i, line, n, e);
    }
    buf_free(&i.word);
    return ok && check_declared(&i, e) && ansible_end(&i.x, e);
}
