#include "core/detect/load.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/model/accepted.h"
#include "core/os/file.h"

#include <string.h>

struct loader {
    struct arena *arena;
    struct catalog_file *files;
    size_t n, max;
    int layer;
};

#define FILES_MAX 4096

static bool load_file(struct loader *l, const char *path, const char *name, struct err *e)
{
    struct buf b;
    char *text;

    if (l->n == l->max)
        return err_set(e, ERR_LIMIT, "the catalogue has more than %zu files", l->max);
    buf_init(&b, LIMIT_MANIFEST);
    if (!os_file_read(path, &b, e)) {
        buf_free(&b);
        return false;
    }
    text = arena_strndup(l->arena, buf_str(&b), b.len);
    l->files[l->n].path = name;
    l->files[l->n].text = text;
    l->files[l->n].len = b.len;
    l->files[l->n].layer = l->layer;
    l->n += text != NULL;
    buf_free(&b);
    return text || err_nomem(e);
}

/* Loads dir/sub and the folders below it (one level: vendors/<vendor>). */
static bool load_dir(struct loader *l, const char *dir, const char *sub, int depth, struct err *e)
{
    const char *folder = arena_printf(l->arena, "%s/%s", dir, sub);
    struct strs names;

    if (!folder)
        return err_nomem(e);
    if (!os_dir_list(folder, l->arena, &names, e))
        return err_wrap(e, "loading the catalogue");
    for (size_t i = 0; i < names.n; i++) {
        const char *name = arena_printf(l->arena, "%s/%s", sub, names.v[i]);
        const char *path = name ? arena_printf(l->arena, "%s/%s", dir, name) : NULL;
        struct os_stat st;

        if (!path)
            return err_nomem(e);
        if (!os_file_stat(path, &st, e))
            return false;
        if (st.kind == OS_DIR && depth > 0) {
            if (!load_dir(l, dir, name, depth - 1, e))
                return false;
        } else if (st.kind == OS_FILE && text_ends(name, ".json")) {
            if (!load_file(l, path, name, e))
                return false;
        } else {
            return err_set(e, ERR_INPUT, "%s: a catalogue holds only .json files in vendors/<vendor>/ and playbooks/",
                           path);
        }
    }
    return true;
}

/* Of an overlay one of the two may be missing, as most sites change products only. */
static bool load_part(struct loader *l, const char *dir, const char *sub, int depth, bool *found, struct err *e)
{
    const char *folder = arena_printf(l->arena, "%s/%s", dir, sub);
    struct os_stat st;

    if (!folder)
        return err_nomem(e);
    if (l->layer) {
        if (!os_file_stat(folder, &st, e))
            return false;
        if (st.kind == OS_ABSENT)
            return true;
    }
    *found = true;
    return load_dir(l, dir, sub, depth, e);
}

static bool load_layer(struct loader *l, const char *dir, int layer, struct err *e)
{
    bool found = false;

    l->layer = layer;
    if (!load_part(l, dir, "vendors", 1, &found, e) || !load_part(l, dir, "playbooks", 0, &found, e))
        return err_wrap(e, layer ? "overlay %s" : "catalogue %s", dir);
    return found || err_set(e, ERR_NOT_FOUND, "overlay %s: there is neither vendors nor playbooks in it", dir);
}

bool catalog_files(const char *dir, int layer, struct arena *a, struct catalog_file **ret, size_t *ret_n, struct err *e)
{
    struct loader l = {.arena = a, .files = ARENA_ARRAY(a, FILES_MAX, struct catalog_file), .max = FILES_MAX};

    if (!l.files)
        return err_nomem(e);
    if (!load_layer(&l, dir, layer, e))
        return false;
    *ret = l.files;
    *ret_n = l.n;
    return true;
}

static bool load_inside(struct loader *l, const char *family, struct err *e)
{
    const struct catalog_file *inside;
    size_t n;

    if (!embedded_open(l->arena, &inside, &n, e))
        return err_wrap(e, "the catalogue inside avswap");
    if (n > l->max)
        return err_set(e, ERR_LIMIT, "the catalogue has more than %zu files", l->max);
    for (size_t i = 0; i < n; i++) {
        l->files[i] = inside[i];
        l->files[i].unread = family && inside[i].os && strcmp(inside[i].os, family) != 0;
    }
    l->n = n;
    return true;
}

/* What the jump host wrote beside the files, if it did: the commit, and the digest that they had then. */
static bool read_accepted(struct doc *d, const char *dir, struct accepted *ret, bool *is, struct err *e)
{
    const char *path = arena_printf(&d->arena, "%s/" ACCEPTED_FILE, dir);
    struct buf b;
    bool ok;

    *is = false;
    if (!path)
        return err_nomem(e);
    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(path, &b, e);
    if (ok)
        ok = *is = doc_read(d, &accepted_schema, path, buf_str(&b), b.len, ret, e);
    else if (e->code == ERR_NOT_FOUND) {
        err_clear(e);
        ok = true;
    }
    buf_free(&b);
    return ok;
}

/* files: the n of layer 0. */
static bool check_accepted(const char *dir, const struct catalog_file *files, size_t n, struct catalog *c, struct err *e)
{
    char hex[DIGEST_TEXT];
    struct accepted a;
    bool is;

    if (!dir)
        return true;
    if (!read_accepted(&c->doc, dir, &a, &is, e))
        return false;
    if (!is)
        return true;
    if (!catalog_digest(files, n, hex, e))
        return false;
    if (strcmp(hex, a.digest) != 0)
        return err_set(e, ERR_TAMPERED, "catalogue %s: it was changed after commit %.12s was accepted (%.12s, now %.12s)", dir,
                       a.commit, a.digest, hex);
    c->commit = a.commit;
    return true;
}

static bool load_all(struct loader *l, const char *dir, const struct strs *overlays, const char *family, struct catalog *ret,
                     struct err *e)
{
    size_t below;

    if (!l->files)
        return err_nomem(e);
    if (!(dir ? load_layer(l, dir, 0, e) : load_inside(l, family, e)))
        return false;
    below = l->n;
    for (size_t i = 0; i < overlays->n; i++)
        if (!load_layer(l, overlays->v[i], (int)i + 1, e))
            return false;
    if (!catalog_make(l->files, l->n, ret, e))
        return err_wrap(e, "%s%s", dir ? "catalogue " : "the catalogue inside avswap", dir ? dir : "");
    return check_accepted(dir, l->files, below, ret, e);
}

bool catalog_load_over(const char *dir, const struct strs *overlays, const char *family, struct catalog *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct loader l = {.arena = &a, .files = ARENA_ARRAY(&a, FILES_MAX, struct catalog_file), .max = FILES_MAX};
    bool ok;

    memset(ret, 0, sizeof *ret);
    /* What an overlay stands above must be read to be seen. */
    ok = load_all(&l, dir, overlays, overlays->n ? NULL : family, ret, e);
    arena_free(&a);
    return ok;
}

bool catalog_load(const char *dir, const char *family, struct catalog *ret, struct err *e)
{
    static const struct strs none = {NULL, 0};

    return catalog_load_over(dir, &none, family, ret, e);
}
