#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/inventory/inventory_ansible.h"

#include <stdlib.h>
#include <string.h>

#define DEEPEST 64

/* Later ones win over earlier ones of the same field. */
static const struct {
    const char *name, *field; /* field NULL: read in a way of its own */
} variables[] = {
    {"ansible_ssh_host", "address"}, {"ansible_host", "address"},   {"ansible_ssh_port", "port"}, {"ansible_port", "port"},
    {"ansible_ssh_user", "user"},    {"ansible_user", "user"},      {"ansible_become", "become"}, {"ansible_shell_type", NULL},
    {"ansible_connection", NULL},    {"ansible_group_priority", NULL}, {"avswap_os", "os"},       {"avswap_transport", "transport"},
    {"avswap_become", "become"},     {"avswap_site", "site"},       {"avswap_zone", "zone"},      {"avswap_window", "window"},
    {"avswap_contact", "contact"},   {"avswap_tags", "tags"},
};
#define VARIABLES ((int)(sizeof variables / sizeof variables[0]))
_Static_assert(VARIABLES <= ANSIBLE_VARS, "room for all");

static int variable(const char *name)
{
    for (int i = 0; i < VARIABLES; i++)
        if (text_eq(name, variables[i].name))
            return i;
    return -1;
}

/* --- nodes by name ------------------------------------------------------------------------------------------------------ */

static bool grow(struct ansible *x, struct ansible_table *t, struct err *e)
{
    size_t size = t->size ? 4 * t->size : 64;
    uint32_t *slots = ARENA_ARRAY(&x->s->v->doc.arena, size, uint32_t);

    if (!slots)
        return err_nomem(e);
    for (size_t i = 0; i < t->nodes.n; i++) {
        size_t at = hash_of(&x->key, t->nodes.v[i].name, strlen(t->nodes.v[i].name)).a & (size - 1);

        while (slots[at])
            at = (at + 1) & (size - 1);
        slots[at] = (uint32_t)i + 1;
    }
    t->slots = slots;
    t->size = size;
    return true;
}

static bool node(struct ansible *x, struct ansible_table *t, const char *name, size_t n, size_t *ret, struct err *e)
{
    struct ansible_node *mine;
    size_t at;

    if (t->nodes.n >= LIMIT_HOSTS)
        return err_set(e, ERR_LIMIT, "%s:%zu: more than %u hosts or groups", x->s->file, x->s->line, LIMIT_HOSTS);
    if (2 * t->nodes.n >= t->size && !grow(x, t, e))
        return false;
    for (at = hash_of(&x->key, name, n).a & (t->size - 1); t->slots[at]; at = (at + 1) & (t->size - 1)) {
        *ret = t->slots[at] - 1;
        if (strncmp(t->nodes.v[*ret].name, name, n) == 0 && !t->nodes.v[*ret].name[n])
            return true;
    }
    mine = LIST_ADD(&x->s->v->doc.arena, &t->nodes);
    if (!mine || !(mine->name = arena_strndup(&x->s->v->doc.arena, name, n)))
        return err_nomem(e);
    mine->line = x->s->line;
    *ret = t->nodes.n - 1;
    t->slots[at] = (uint32_t)*ret + 1;
    return true;
}

static bool put_in(struct ansible *x, struct ansible_node *who, size_t group, struct err *e)
{
    size_t *mine;

    for (size_t i = 0; i < who->in.n; i++)
        if (who->in.v[i] == group)
            return true;
    mine = LIST_ADD(&x->s->v->doc.arena, &who->in);
    if (!mine)
        return err_nomem(e);
    *mine = group;
    return true;
}

bool ansible_begin(struct ansible *x, struct source *s, struct err *e)
{
    size_t all;

    memset(x, 0, sizeof *x);
    x->s = s;
    hash_key_make(&x->key);
    if (!ansible_group(x, "all", 3, &all, e))
        return false;
    x->groups.nodes.v[all].declared = true;
    return true;
}

bool ansible_group(struct ansible *x, const char *name, size_t n, size_t *ret, struct err *e)
{
    return node(x, &x->groups, name, n, ret, e);
}

bool ansible_child(struct ansible *x, size_t group, size_t child, struct err *e)
{
    if (child == ANSIBLE_ALL)
        return inventory_error(x->s, e, "the group 'all' can be in no other");
    return put_in(x, &x->groups.nodes.v[child], group, e);
}

/* --- variables ---------------------------------------------------------------------------------------------------------- */

static bool is_secret(const char *key)
{
    static const char *const endings[] = {"pass", "password", "passwd", "passphrase", "token", "secret"};

    if (!text_starts(key, "ansible_"))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_ends(key, endings[i]))
            return true;
    return false;
}

static bool is_for_ssh(const char *key)
{
    static const char *const keys[] = {"ansible_ssh_private_key_file", "ansible_private_key_file", "ansible_ssh_common_args",
                                       "ansible_ssh_extra_args", "ansible_ssh_args", "ansible_ssh_executable"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (text_eq(key, keys[i]))
            return true;
    return false;
}

bool ansible_reads(struct ansible *x, const char *key, bool *ret, struct err *e)
{
    *ret = variable(key) >= 0;
    if (is_secret(key))
        return inventory_note(x->s, e, "%s is a secret: it is not read and nowhere kept; use SSH keys, and sudo without a password", key);
    if (is_for_ssh(key))
        return inventory_note(x->s, e, "%s is not read: put what it says into ssh's configuration", key);
    if (!*ret && text_starts(key, "avswap_")) {
        const char *names[ANSIBLE_VARS], *nearest;

        for (int i = 0; i < VARIABLES; i++)
            names[i] = variables[i].name;
        nearest = text_nearest(key, names, VARIABLES);
        return inventory_error(x->s, e, "unknown variable '%.60s'%s%s", key, nearest ? "; did you mean " : "", nearest ? nearest : "");
    }
    return true;
}

static bool set(struct ansible *x, struct ansible_node *who, const char *key, const char *value, struct err *e)
{
    struct arena *a = &x->s->v->doc.arena;
    int i = variable(key);

    if (i < 0)
        return true;
    if (strstr(value, "{{") || strstr(value, "{%"))
        return inventory_error(x->s, e, "%s is a template, which only Ansible fills in", key);
    if (!who->vars && !(who->vars = ARENA_ARRAY(a, ANSIBLE_VARS, struct ansible_value)))
        return err_nomem(e);
    who->vars[i] = (struct ansible_value){arena_strdup(a, value), x->s->line};
    return who->vars[i].text || err_nomem(e);
}

bool ansible_named_set(struct ansible *x, const char *key, const char *value, struct err *e)
{
    for (size_t i = 0; i < x->named.n; i++)
        if (!set(x, &x->hosts.nodes.v[x->named.v[i]], key, value, e))
            return false;
    return true;
}

bool ansible_group_set(struct ansible *x, size_t group, const char *key, const char *value, struct err *e)
{
    return set(x, &x->groups.nodes.v[group], key, value, e);
}

/* --- patterns: web[01:50].example.org:2222, db-[a:f] -------------------------------------------------------------------- */

struct range {
    long first, last, step;
    int width; /* digits, with zeros in front; 0: as they are; -1: letters */
};

static bool only_digits(const char *p, size_t n)
{
    return n < 10 && strspn(p, "0123456789") >= n;
}

static bool range_of(const char *from, size_t n, const char *to, size_t m, struct range *r)
{
    if (!m || !only_digits(to, m) || !only_digits(from, n)) {
        r->first = *from, r->last = *to, r->width = -1;
        return n == 1 && m == 1 && r->first <= r->last && ((*from >= 'a' && *to <= 'z') || (*from >= 'A' && *to <= 'Z'));
    }
    r->first = n ? strtol(from, NULL, 10) : 0;
    r->last = strtol(to, NULL, 10);
    r->width = n > 1 && *from == '0' ? (int)n : 0;
    return r->first <= r->last && (!r->width || n == m);
}

/* What stands between [ and ]: FIRST:LAST[:STEP]. */
static bool read_range(const char *p, size_t n, struct range *r)
{
    const char *end = p + n, *colon = memchr(p, ':', n);
    const char *second = colon ? memchr(colon + 1, ':', (size_t)(end - colon - 1)) : NULL;

    r->step = 1;
    if (!colon)
        return false;
    if (second) {
        if (second + 1 == end || !only_digits(second + 1, (size_t)(end - second - 1)))
            return false;
        r->step = strtol(second + 1, NULL, 10);
    }
    return r->step > 0 && range_of(p, (size_t)(colon - p), colon + 1, (size_t)((second ? second : end) - colon - 1), r);
}

static bool name_one(struct ansible *x, size_t group, const char *p, size_t n, const char *port, struct err *e)
{
    size_t host, *mine;

    if (!n)
        return inventory_error(x->s, e, "a host without a name");
    if (!node(x, &x->hosts, p, n, &host, e) || !put_in(x, &x->hosts.nodes.v[host], group, e))
        return false;
    mine = LIST_ADD(&x->s->v->doc.arena, &x->named);
    if (!mine)
        return err_nomem(e);
    *mine = host;
    return !port || set(x, &x->hosts.nodes.v[host], "ansible_port", port, e);
}

static bool expand(struct ansible *x, size_t group, const char *p, size_t n, const char *port, int depth, struct err *e)
{
    const char *open = memchr(p, '[', n), *close = open ? memchr(open, ']', (size_t)(p + n - open)) : NULL;
    struct range r;

    if (!open)
        return name_one(x, group, p, n, port, e);
    if (!close || depth > 8 || !read_range(open + 1, (size_t)(close - open - 1), &r))
        return inventory_error(x->s, e, "'%.*s' is no range as [01:50] or [a:f]", n > 60 ? 60 : (int)n, p);
    for (long i = r.first; i <= r.last; i += r.step) {
        struct buf name;
        bool ok;

        buf_init(&name, LIMIT_PATH);
        buf_add(&name, p, (size_t)(open - p));
        if (r.width < 0)
            buf_addc(&name, (char)i);
        else
            buf_printf(&name, "%0*ld", r.width, i);
        buf_add(&name, close + 1, (size_t)(p + n - close - 1));
        ok = buf_ok(&name, "a host's name", e) && expand(x, group, name.data, name.len, port, depth + 1, e);
        buf_free(&name);
        if (!ok)
            return false;
    }
    return true;
}

/* The port behind the last colon, where there is one colon only, outside of brackets; an IPv6 address has more. */
static const char *port_in(const char *p, size_t n)
{
    const char *found = NULL;
    int inside = 0;

    for (size_t i = 0; i < n; i++) {
        inside += (p[i] == '[') - (p[i] == ']');
        if (p[i] != ':' || inside)
            continue;
        if (found)
            return NULL;
        found = p + i;
    }
    return found && found + 1 < p + n && strspn(found + 1, "0123456789") >= (size_t)(p + n - found - 1) ? found : NULL;
}

bool ansible_pattern(struct ansible *x, size_t group, const char *p, size_t n, struct err *e)
{
    const char *colon = port_in(p, n), *port = NULL;

    x->named.n = 0;
    x->named.v = NULL;
    if (colon && !(port = arena_strndup(&x->s->v->doc.arena, colon + 1, (size_t)(p + n - colon - 1))))
        return err_nomem(e);
    return expand(x, group, p, colon ? (size_t)(colon - p) : n, port, 0, e);
}

bool ansible_host(struct ansible *x, size_t group, const char *name, struct err *e)
{
    x->named.n = 0;
    x->named.v = NULL;
    return name_one(x, group, name, strlen(name), NULL, e);
}

/* --- what it comes to --------------------------------------------------------------------------------------------------- */

/* Of the group and those that it is in; marks: 1 on the way, 2 done. */
static bool depth_of(struct ansible *x, size_t group, int level, struct err *e)
{
    struct ansible_node *g = &x->groups.nodes.v[group];

    if (g->mark == 2)
        return true;
    x->s->line = g->line;
    if (g->mark == 1)
        return inventory_error(x->s, e, "the group '%.60s' is in itself", g->name);
    if (level > DEEPEST)
        return inventory_error(x->s, e, "groups in groups deeper than %d", DEEPEST);
    g->mark = 1;
    g->depth = group != ANSIBLE_ALL;
    for (size_t i = 0; i < g->in.n; i++) {
        const struct ansible_node *up = &x->groups.nodes.v[g->in.v[i]];

        if (!depth_of(x, g->in.v[i], level + 1, e))
            return false;
        if (up->depth + 1 > g->depth)
            g->depth = up->depth + 1;
    }
    g->mark = 2;
    return true;
}

static long long priority_of(const struct ansible_node *g)
{
    const char *text = g->vars ? g->vars[variable("ansible_group_priority")].text : NULL;
    long long ret;

    return text && text_number(text, &ret) ? ret : 1;
}

static int by_weight(const void *p, const void *q, void *arg)
{
    const struct ansible *x = arg;
    const struct ansible_node *a = &x->groups.nodes.v[*(const size_t *)p], *b = &x->groups.nodes.v[*(const size_t *)q];
    long long pa = priority_of(a), pb = priority_of(b);

    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    return pa != pb ? (pa < pb ? -1 : 1) : strcmp(a->name, b->name);
}

/* All groups of a host, lightest first; those in `list` are looked up in turn. */
static bool groups_of(struct ansible *x, const struct ansible_node *h, struct ansible_numbers *ret, struct err *e)
{
    struct ansible_node all = {.in = {NULL, 0}};

    if (!put_in(x, &all, ANSIBLE_ALL, e))
        return false;
    for (size_t i = 0; i < h->in.n; i++)
        if (!put_in(x, &all, h->in.v[i], e))
            return false;
    for (size_t i = 0; i < all.in.n; i++) {
        const struct ansible_node *g = &x->groups.nodes.v[all.in.v[i]];

        for (size_t k = 0; k < g->in.n; k++)
            if (!put_in(x, &all, g->in.v[k], e))
                return false;
    }
    qsort_r(all.in.v, all.in.n, sizeof *all.in.v, by_weight, x);
    *ret = all.in;
    return true;
}

static bool set_connection(struct source *s, struct fleet_host *h, const char *value, struct err *e)
{
    static const char *const ssh[] = {"ssh", "smart", "paramiko", "paramiko_ssh"};

    if (text_starts(value, "ansible.builtin."))
        value += strlen("ansible.builtin.");
    if (text_eq(value, "local")) {
        h->transport = FLEET_LOCAL;
        return true;
    }
    for (size_t i = 0; i < sizeof ssh / sizeof ssh[0]; i++)
        if (text_eq(value, ssh[i])) {
            h->transport = FLEET_SSH;
            return true;
        }
    return inventory_error(s, e, "ansible_connection: '%.60s' is none of ssh and local; avswap_transport=ssh says that the host has an "
                           "SSH server", value);
}

static bool set_shell(struct fleet_host *h, const char *value)
{
    h->os = text_eq(value, "cmd") || text_eq(value, "powershell") ? FLEET_WINDOWS : FLEET_LINUX;
    return true;
}

static bool apply(struct ansible *x, struct fleet_host *h, const struct ansible_value *const *vars, struct err *e)
{
    bool own = vars[variable("avswap_transport")];

    for (int i = 0; i < VARIABLES; i++) {
        const char *field = variables[i].field;
        bool ok = true;

        if (!vars[i])
            continue;
        x->s->line = vars[i]->line;
        if (text_eq(field, "tags"))
            h->tags = (struct strs){NULL, 0};
        if (field)
            ok = inventory_set(x->s, h, schema_field(&fleet_host_schema, field), vars[i]->text, e);
        else if (text_eq(variables[i].name, "ansible_connection"))
            ok = own || set_connection(x->s, h, vars[i]->text, e);
        else if (text_eq(variables[i].name, "ansible_shell_type"))
            ok = set_shell(h, vars[i]->text);
        if (!ok)
            return false;
    }
    return true;
}

static bool add_groups(struct ansible *x, struct fleet_host *h, const struct ansible_numbers *groups, struct err *e)
{
    for (size_t i = 0; i < groups->n; i++) {
        const char *name = x->groups.nodes.v[groups->v[i]].name;
        const char **mine;

        if (text_eq(name, "all") || text_eq(name, "ungrouped"))
            continue;
        mine = LIST_ADD(&x->s->v->doc.arena, &h->groups);
        if (!mine)
            return err_nomem(e);
        *mine = name;
    }
    return true;
}

static bool add_host(struct ansible *x, const struct ansible_node *n, struct err *e)
{
    const struct ansible_value *vars[ANSIBLE_VARS] = {NULL};
    struct fleet_host h = {.name = n->name};
    struct ansible_numbers groups;

    if (!groups_of(x, n, &groups, e))
        return false;
    for (size_t i = 0; i <= groups.n; i++) {
        const struct ansible_value *own = i < groups.n ? x->groups.nodes.v[groups.v[i]].vars : n->vars;

        for (int k = 0; own && k < VARIABLES; k++)
            if (own[k].text)
                vars[k] = &own[k];
    }
    if (!apply(x, &h, vars, e) || !add_groups(x, &h, &groups, e))
        return false;
    x->s->line = n->line;
    return inventory_add(x->s, &h, e);
}

bool ansible_end(struct ansible *x, struct err *e)
{
    for (size_t i = 0; i < x->groups.nodes.n; i++)
        if (!depth_of(x, i, 0, e))
            return false;
    for (size_t i = 0; i < x->hosts.nodes.n; i++)
        if (!add_host(x, &x->hosts.nodes.v[i], e))
            return false;
    return true;
}
