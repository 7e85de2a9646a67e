#include "core/detect/load.h"
#include "core/base/limits.h"
#include "core/os/file.h"

#include <string.h>

struct loader {
    struct arena *arena;
    struct catalog_file *files;
    size_t n, max;
};

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

static bool open_inside(const char *family, struct arena *a, struct catalog *ret, struct err *e)
{
    const struct catalog_file *inside;
    struct catalog_file *files;
    size_t n;

    if (!embedded_open(a, &inside, &n, e))
        return false;
    files = ARENA_ARRAY(a, n, struct catalog_file);
    if (!files)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        files[i] = inside[i];
        files[i].unread = family && files[i].os && strcmp(files[i].os, family) != 0;
    }
    return catalog_make(files, n, ret, e);
}

bool catalog_load(const char *dir, const char *family, struct catalog *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct loader l = {&a, NULL, 0, 4096};
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (!dir) {
        ok = open_inside(family, &a, ret, e);
        arena_free(&a);
        return ok || err_wrap(e, "the catalogue inside avswap");
    }
    l.files = ARENA_ARRAY(&a, l.max, struct catalog_file);
    ok = l.files ? load_dir(&l, dir, "vendors", 1, e) && load_dir(&l, dir, "playbooks", 0, e) &&
                       catalog_make(l.files, l.n, ret, e)
                 : err_nomem(e);
    arena_free(&a);
    return ok || err_wrap(e, "catalogue %s", dir);
}
