#include "core/fleet/shelf.h"

#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"

#include <string.h>

void shelf_open(struct shelf *s, const char *folder)
{
    *s = (struct shelf){.folder = folder, .arena = ARENA_INIT};
}

void shelf_close(struct shelf *s)
{
    arena_free(&s->arena);
}

/* ---- one file ---- */

static struct shelf_file *known(struct shelf *s, const char *name, struct err *e)
{
    struct shelf_file *x = NULL;

    for (size_t i = 0; i < s->files.n; i++)
        if (text_eq(s->files.v[i].name, name))
            return &s->files.v[i];
    name = arena_strdup(&s->arena, name);
    x = name ? LIST_ADD(&s->arena, &s->files) : NULL;
    if (x)
        *x = (struct shelf_file){.name = name, .path = arena_printf(&s->arena, "%s/%s", s->folder, name), .size = -1};
    if (x && x->path)
        return x;
    err_nomem(e);
    return NULL;
}

static bool look(struct shelf_file *x, struct err *e)
{
    struct os_stat st;

    if (!os_file_stat(x->path, &st, e))
        return false;
    if (st.kind != OS_FILE)
        return err_set(e, ERR_PAYLOAD, st.kind == OS_ABSENT ? "there is no installer %s on this jump host" : "%s is no regular file",
                       x->path);
    if (!st.size || st.size > (long long)LIMIT_PAYLOAD)
        return err_set(e, ERR_PAYLOAD, "%s has %lld bytes; an installer has 1 to %llu", x->path, st.size, LIMIT_PAYLOAD);
    if (st.size == x->size && st.mtime == x->mtime)
        return true;
    x->size = -1; /* until its digest is known */
    if (!os_file_digest(x->path, x->sha256, e))
        return false;
    x->size = st.size;
    x->mtime = st.mtime;
    return true;
}

bool shelf_find(struct shelf *s, const char *name, const char *sha256, const struct shelf_file **ret, struct err *e)
{
    struct shelf_file *x;

    if (!text_is_name(name))
        return err_set(e, ERR_PAYLOAD, "'%.60s' is no plain name of a file", name);
    x = known(s, name, e);
    if (!x)
        return false;
    if (!look(x, e)) {
        e->code = e->code == ERR_NOMEM ? e->code : ERR_PAYLOAD;
        return false;
    }
    *ret = x;
    return !sha256 || text_eq(sha256, x->sha256) ||
           err_set(e, ERR_PAYLOAD, "%s is another file than the one that is meant: it has SHA-256 %.16s..., not %.16s...", x->path, x->sha256,
                   sha256);
}

/* ---- a policy ---- */

struct filling {
    struct shelf *shelf;
    const struct catalog *catalog;
    bool must;
    struct doc *doc;
    struct err *e;
};

static bool fill_one(struct filling *f, const struct artifact *x, const json_t *vars, json_t *to)
{
    const char *name = x->from ? json_string_value(json_object_get(vars, x->from)) : NULL, *key, *want;
    const struct shelf_file *file;
    struct err why = ERR_INIT;

    if (!name || !text_is_name(name))
        return true;
    key = arena_printf(&f->doc->arena, "%s_sha256", x->from);
    want = key ? json_string_value(json_object_get(vars, key)) : NULL;
    if (!key)
        return err_nomem(f->e);
    if (shelf_find(f->shelf, name, want ? want : x->sha256, &file, &why))
        return json_object_set_new(to, key, json_string(file->sha256)) == 0 || err_nomem(f->e);
    if (!f->must && why.code != ERR_NOMEM)
        return true;
    *f->e = why;
    return err_wrap(f->e, "the policy's '%s'", x->from);
}

/* *ret: the variables with the digests; as they are where nothing has to be added. */
static bool fill(struct filling *f, const json_t *vars, const json_t **ret)
{
    json_t *to;

    *ret = vars;
    if (!json_object_size(vars))
        return true;
    to = json_copy((json_t *)(uintptr_t)vars);
    if (!doc_keep(f->doc, to, f->e))
        return false;
    for (size_t i = 0; i < f->catalog->products.n; i++)
        for (size_t k = 0; k < f->catalog->products.v[i].payload.n; k++)
            if (!fill_one(f, &f->catalog->products.v[i].payload.v[k], vars, to))
                return false;
    *ret = to;
    return true;
}

static bool fill_group(struct filling *f, struct group *g)
{
    const json_t *vars = json_object_get(g->set, "vars"), *filled;
    json_t *set;

    if (!fill(f, vars, &filled))
        return err_wrap(f->e, "group '%s'", g->name);
    if (filled == vars)
        return true;
    set = json_copy((json_t *)(uintptr_t)g->set);
    if (!doc_keep(f->doc, set, f->e))
        return false;
    g->set = set;
    return json_object_set(set, "vars", (json_t *)(uintptr_t)filled) == 0 || err_nomem(f->e);
}

bool shelf_policy(struct shelf *s, const struct catalog *c, bool must, struct doc *d, struct policy *p, struct err *e)
{
    struct filling f = {s, c, must, d, e};

    if (!fill(&f, p->vars, &p->vars))
        return false;
    for (size_t i = 0; i < p->groups.n; i++)
        if (!fill_group(&f, &p->groups.v[i]))
            return false;
    return true;
}
