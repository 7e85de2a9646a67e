#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/store/roster.h"
#include "core/store/store_impl.h"

#include <stdlib.h>
#include <string.h>

#define WRITE "a host cannot be written"

static bool document_of(const struct fleet_host *h, struct buf *out, struct err *e)
{
    json_t *j = schema_write(&fleet_host_schema, h);
    bool ok = j ? json_text(j, false, out, e) : err_nomem(e);

    json_decref(j);
    return ok;
}

/* --- changes --------------------------------------------------------------------------------------------------------- */

/* What is written of a host is a function of it alone, so equal hosts are equal texts. */
static bool put_text(struct store *s, const char *name, const char *text, instant now, enum roster_change *ret, struct err *e)
{
    sqlite3_stmt *q = store_ask(s, HOST_DOCUMENT, "t", name);

    if (sqlite3_step(q) != SQLITE_ROW)
        *ret = ROSTER_ADDED;
    else
        *ret = text_eq((const char *)sqlite3_column_text(q, 0), text) ? ROSTER_SAME : ROSTER_CHANGED;
    sqlite3_reset(q);
    return *ret == ROSTER_SAME || store_do(s, store_ask(s, HOST_PUT, "tti", name, text, now), WRITE, e);
}

bool roster_put(struct store *s, const struct fleet_host *h, instant now, enum roster_change *ret, struct err *e)
{
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_STRING);
    ok = document_of(h, &text, e) && put_text(s, h->name, buf_str(&text), now, ret, e);
    buf_free(&text);
    return ok;
}

bool roster_remove(struct store *s, const char *name, bool *ret, struct err *e)
{
    if (!store_do(s, store_ask(s, HOST_REMOVE, "t", name), WRITE, e))
        return false;
    *ret = sqlite3_changes(s->db) > 0;
    return true;
}

bool roster_learn(struct store *s, const char *name, const char *machine, const char *hostname, instant now, struct doc *d,
                  const char **ret_other, struct err *e)
{
    sqlite3_stmt *q;
    bool ok;

    *ret_other = NULL;
    if (!store_do(s, store_ask(s, HOST_LEARN, "ttta", name, machine, hostname, now), WRITE, e))
        return false;
    if (!machine)
        return true;
    q = store_ask(s, HOST_TWIN, "tt", name, machine);
    ok = sqlite3_step(q) != SQLITE_ROW || store_text(q, 0, &d->arena, ret_other, e);
    sqlite3_reset(q);
    return ok;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

struct loading {
    struct doc *doc;
    struct roster *roster;
};

static bool load_one(sqlite3_stmt *q, void *arg, struct err *e)
{
    struct loading *x = arg;
    struct roster_host *h = LIST_ADD(&x->doc->arena, &x->roster->hosts);
    const struct place at = {.file = (const char *)sqlite3_column_text(q, 0)};
    const char *text = (const char *)sqlite3_column_text(q, 1);
    json_error_t where;
    json_t *j;
    bool ok;

    if (!h)
        return err_nomem(e);
    j = json_parse(text, strlen(text), JSON_REJECT_DUPLICATES, &where, e);
    ok = j && schema_read(&fleet_host_schema, j, x->doc, &at, &h->host, e) && fleet_host_copy(&x->doc->arena, &h->host, e);
    json_decref(j);
    h->added = store_instant(q, 4);
    h->seen = store_instant(q, 5);
    return ok && store_text(q, 2, &x->doc->arena, &h->machine, e) && store_text(q, 3, &x->doc->arena, &h->hostname, e);
}

bool roster_load(struct store *s, struct doc *d, struct roster *ret, struct err *e)
{
    struct loading x = {d, ret};

    memset(ret, 0, sizeof *ret);
    return store_each(s, store_ask(s, HOSTS_LOAD, ""), load_one, &x, e) || err_wrap(e, "%s", s->path);
}

static int by_name(const void *key, const void *element)
{
    return strcmp(key, ((const struct roster_host *)element)->host.name);
}

struct roster_host *roster_find(const struct roster *r, const char *name)
{
    return r->hosts.n ? bsearch(name, r->hosts.v, r->hosts.n, sizeof *r->hosts.v, by_name) : NULL;
}

bool roster_is(const struct roster_host *h, const char *pattern)
{
    return *pattern == '@' ? text_in(&h->host.groups, pattern + 1) : text_glob(pattern, h->host.name);
}

/* --- twins ----------------------------------------------------------------------------------------------------------- */

struct numbered {
    const char *machine;
    size_t i;
};

static int by_machine(const void *x, const void *y)
{
    const struct numbered *a = x, *b = y;
    int order = strcmp(a->machine, b->machine);

    return order ? order : (a->i > b->i) - (a->i < b->i);
}

bool roster_twins(const struct roster *r, struct arena *a, size_t **ret, struct err *e)
{
    struct numbered *v = ARENA_ARRAY(a, r->hosts.n + 1, struct numbered);
    size_t *first = ARENA_ARRAY(a, r->hosts.n + 1, size_t), n = 0;

    if (!v || !first)
        return err_nomem(e);
    for (size_t i = 0; i < r->hosts.n; i++) {
        first[i] = i;
        if (r->hosts.v[i].machine)
            v[n++] = (struct numbered){r->hosts.v[i].machine, i};
    }
    qsort(v, n, sizeof *v, by_machine);
    for (size_t i = 1; i < n; i++)
        if (text_eq(v[i].machine, v[i - 1].machine))
            first[v[i].i] = first[v[i - 1].i];
    *ret = first;
    return true;
}

char *roster_twin_text(struct arena *a, const char *first, const char *second, const char *machine)
{
    return arena_printf(a, "%s and %s are the same machine (id %s): one PC under two names, or two cloned from one image; only %s "
                        "is moved until a person has put that right", first, second, machine, first);
}
