#include "core/catalog/tree.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/catalog/names.h"

#include <string.h>
#include <strings.h>

#define TREE_OBJECT_MAX (512u << 10) /* one folder's list of entries */
#define TEXT_MAX (256u << 10)        /* a README or LICENSE, which nobody takes out */

struct walk {
    git_repository *repo;
    git_odb *odb;
    struct arena *arena;
    struct tree *ret;
    size_t entries;
    struct err *e;
};

/* One entry of a tree object: "MODE NAME\0" and the 20 bytes of an id (Documentation/gitformat-pack.txt and
 * git-mktree(1)). Read here, as libgit2 (1.5) gives normalized modes, which hide what was stored. */
struct entry {
    unsigned mode;
    const char *name;
    git_oid id;
};

static bool next_entry(const char **p, const char *end, struct entry *ret, struct err *e)
{
    const char *at = *p, *zero;

    ret->mode = 0;
    for (; at < end && *at >= '0' && *at <= '7' && ret->mode < 01000000; at++)
        ret->mode = ret->mode * 8 + (unsigned)(*at - '0');
    zero = at < end && *at == ' ' ? memchr(at, '\0', (size_t)(end - at)) : NULL;
    if (!zero || end - zero < 1 + GIT_OID_RAWSZ)
        return err_set(e, ERR_INPUT, "its tree is malformed");
    ret->name = at + 1;
    git_oid_fromraw(&ret->id, (const unsigned char *)zero + 1);
    *p = zero + 1 + GIT_OID_RAWSZ;
    return true;
}

/* Two names that differ in case only would be one file on Windows and macOS. */
static bool check_twins(const struct strs *names, const char *name, const char *folder, struct err *e)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcasecmp(names->v[i], name) == 0)
            return err_set(e, ERR_INPUT, "its tree has two names that are one on other systems: '%.100s%s%.100s' and '%.100s'",
                           folder, *folder ? "/" : "", names->v[i], name);
    return true;
}

static bool check_size(struct walk *w, const char *path, const git_oid *id, size_t max, size_t *ret)
{
    git_object_t type;

    if (git_odb_read_header(ret, &type, w->odb, id) < 0)
        return repo_err(w->e, ERR_INPUT, "'%.200s'", path);
    if (type != GIT_OBJECT_BLOB)
        return err_set(w->e, ERR_INPUT, "its tree calls '%.200s' a file, but it is none", path);
    if (*ret > max)
        return err_set(w->e, ERR_LIMIT, "its tree has a file that is too large: '%.200s' has %zu bytes, at most %zu are taken",
                       path, *ret, max);
    if ((w->ret->bytes += (long long)*ret) > TREE_BYTES_MAX)
        return err_set(w->e, ERR_LIMIT, "its tree has more than %u bytes in all", TREE_BYTES_MAX);
    return true;
}

static bool take_document(struct walk *w, const char *path, const git_oid *id)
{
    struct catalog_file *f;
    struct buf b;
    size_t size;
    bool ok;

    if (!check_size(w, path, id, LIMIT_MANIFEST, &size))
        return false;
    buf_init(&b, LIMIT_MANIFEST);
    ok = repo_read(w->repo, id, GIT_OBJECT_BLOB, LIMIT_MANIFEST, &b, w->e);
    f = ok ? &w->ret->files[w->ret->n++] : NULL;
    if (f) {
        *f = (struct catalog_file){.path = path, .text = arena_strndup(w->arena, buf_str(&b), b.len), .len = b.len};
        ok = f->text || err_nomem(w->e);
    }
    buf_free(&b);
    return ok;
}

static bool walk_folder(struct walk *w, const char *folder, const git_oid *id);

static bool take(struct walk *w, const char *folder, const struct entry *x)
{
    const char *path = arena_printf(w->arena, "%s%s%s", folder, *folder ? "/" : "", x->name);
    enum name_use use;
    size_t size;

    if (!path)
        return err_nomem(w->e);
    if (++w->entries > TREE_FILES_MAX)
        return err_set(w->e, ERR_LIMIT, "its tree has more than %u files and folders", TREE_FILES_MAX);
    if (!names_check(folder, x->name, x->mode, &use, w->e))
        return false;
    switch (use) {
    case NAME_FOLDER:
        return walk_folder(w, path, &x->id);
    case NAME_DOCUMENT:
        return take_document(w, path, &x->id);
    case NAME_TEXT:
        return check_size(w, path, &x->id, TEXT_MAX, &size);
    }
    return false;
}

/* names_check() lets no folder stand below vendors/VENDOR, so this ends. */
static bool walk_folder(struct walk *w, const char *folder, const git_oid *id)
{
    struct strs names = {NULL, 0};
    const char *p, *end;
    struct entry x;
    struct buf b;
    bool ok;

    buf_init(&b, TREE_OBJECT_MAX);
    ok = repo_read(w->repo, id, GIT_OBJECT_TREE, TREE_OBJECT_MAX, &b, w->e);
    p = buf_str(&b);
    end = p + b.len;
    while (ok && p < end) {
        const char **name;

        ok = next_entry(&p, end, &x, w->e) && check_twins(&names, x.name, folder, w->e) && take(w, folder, &x);
        name = ok ? LIST_ADD(w->arena, &names) : NULL;
        if (ok && !name)
            ok = err_nomem(w->e);
        if (ok)
            *name = x.name;
    }
    buf_free(&b);
    return ok;
}

bool tree_read(git_repository *r, const char *id, struct arena *a, struct tree *ret, struct err *e)
{
    struct walk w = {.repo = r, .arena = a, .ret = ret, .e = e};
    git_oid oid;
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->files = ARENA_ARRAY(a, TREE_FILES_MAX, struct catalog_file);
    if (!ret->files)
        return err_nomem(e);
    if (git_oid_fromstr(&oid, id) < 0 || git_repository_odb(&w.odb, r) < 0)
        return repo_err(e, ERR_IO, "opening the objects");
    ok = walk_folder(&w, "", &oid);
    git_odb_free(w.odb);
    if (ok && !ret->n)
        return err_set(e, ERR_INPUT, "its tree has no catalogue in it");
    return ok;
}
