#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/machine.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool missing(const char *doing, const char *path, struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, "%s '%s': no such file or folder", doing, path);
}

bool os_file_read(const char *path, struct buf *out, struct err *e)
{
    const struct pc_file *f = pc_file_followed(path);

    if (!f)
        return missing("opening", path, e);
    if (f->now.kind != OS_FILE)
        return err_set(e, ERR_IO, "reading '%s': it is not a regular file", path);
    buf_add(out, pc_bytes(f), f->now.bytes.n);
    return buf_ok(out, path, e);
}

/* Written beside and renamed, in two changes: a death between them leaves the file beside. */
static bool put_whole(const char *path, const void *p, size_t n, unsigned mode, struct err *e)
{
    const struct pc_file *f = pc_file(path);
    const char *slash = strrchr(path, '/');
    char beside[PC_PATH];

    if (!slash || !pc_parent_here(path))
        return missing("creating", path, e);
    if (f && f->now.kind == OS_DIR)
        return err_set(e, ERR_IO, "writing '%s': it is a folder", path);
    if (f && f->now.kind == OS_FILE && f->now.mode == mode && f->now.bytes.n == n &&
        (!n || memcmp(pc_bytes(f), p, n) == 0) && !text_starts(path, os_state_dir()))
        pc_needless("file write", path);
    snprintf(beside, sizeof beside, "%.*s/.%s.avswap-new", (int)(slash - path), path, slash + 1);
    pc_advance(1);
    pc_before("file beside", beside);
    pc_put(beside, OS_FILE, 0600, p, n, false);
    pc_after("file beside", beside);
    pc_before("file write", path);
    pc_drop(beside, true);
    pc_put(path, OS_FILE, mode, p, n, true);
    pc_after("file write", path);
    return true;
}

bool os_file_write(const char *path, const void *p, size_t n, unsigned mode, struct err *e)
{
    return put_whole(path, p, n, mode, e);
}

bool os_file_stat(const char *path, struct os_stat *ret, struct err *e)
{
    const struct pc_file *f = pc_file(path);

    (void)e;
    memset(ret, 0, sizeof *ret);
    if (!f)
        return true;
    ret->kind = (enum os_kind)f->now.kind;
    ret->size = f->now.bytes.n;
    ret->mode = f->now.mode;
    ret->mtime = f->now.mtime;
    return true;
}

bool os_file_exists(const char *path)
{
    return pc_file(path) != NULL;
}

bool os_mode_same(unsigned is, unsigned mode)
{
    return is == mode;
}

bool os_file_readlink(const char *path, struct buf *out, struct err *e)
{
    const struct pc_file *f = pc_file(path);

    if (!f)
        return missing("reading the link", path, e);
    if (f->now.kind != OS_LINK)
        return err_set(e, ERR_INPUT, "'%s' is not a link", path);
    buf_add(out, pc_bytes(f), f->now.bytes.n);
    return buf_ok(out, path, e);
}

bool os_dir_make(const char *path, unsigned mode, struct err *e)
{
    const struct pc_file *f = pc_file_followed(path);

    if (f && f->now.kind != OS_DIR)
        return err_set(e, ERR_IO, "'%s' exists and is not a folder", path);
    if (f)
        return true;
    pc_advance(1);
    pc_before("folder", path);
    pc_folder(path, mode, true);
    pc_after("folder", path);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add(struct arena *a, struct strs *list, const char *s, struct err *e)
{
    list->v[list->n] = arena_strdup(a, s);
    return list->v[list->n++] || err_nomem(e);
}

bool os_dir_list(const char *path, struct arena *a, struct strs *ret, struct err *e)
{
    const struct pc_file *folder = pc_file(path);
    size_t len = strlen(path);

    ret->n = 0;
    ret->v = ARENA_ARRAY(a, PC_FILES, const char *);
    if (!ret->v)
        return err_nomem(e);
    if (!folder || folder->now.kind != OS_DIR)
        return missing("reading the folder", path, e);
    for (uint32_t i = 0; i < pc.n_files; i++) {
        const char *p = pc.files[i].path;

        if (!pc.files[i].now.here || strncmp(p, path, len) != 0 || p[len] != '/' || strchr(p + len + 1, '/'))
            continue;
        if (!add(a, ret, p + len + 1, e))
            return false;
    }
    qsort(ret->v, ret->n, sizeof *ret->v, by_text);
    return true;
}

/* Part for part: '*' stays within one. */
static bool path_matches(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        char x[PC_PATH], y[PC_PATH];
        size_t n = strcspn(pattern, "/"), k = strcspn(path, "/");

        snprintf(x, sizeof x, "%.*s", (int)n, pattern);
        snprintf(y, sizeof y, "%.*s", (int)k, path);
        if (!(pc.setup.windows ? text_glob_fold(x, y) : text_glob(x, y)))
            return false;
        pattern += n + (pattern[n] == '/');
        path += k + (path[k] == '/');
    }
    return !*pattern && !*path;
}

/* "/..." or, on Windows, "C:/...". */
static bool absolute(const char *path)
{
    return pc.setup.windows ? text_starts(path, "C:/") : *path == '/';
}

bool os_file_glob(const char *pattern, struct arena *a, struct strs *ret, struct err *e)
{
    ret->n = 0;
    ret->v = NULL;
    if (!absolute(pattern))
        return err_set(e, ERR_INPUT, "the pattern '%s' is not absolute", pattern);
    if (!strpbrk(pattern, "*?[")) {
        ret->v = ARENA_ARRAY(a, 1, const char *);
        if (!ret->v)
            return err_nomem(e);
        return !pc_file(pattern) || add(a, ret, pattern, e);
    }
    ret->v = ARENA_ARRAY(a, PC_FILES, const char *);
    if (!ret->v)
        return err_nomem(e);
    for (uint32_t i = 0; i < pc.n_files; i++)
        if (pc.files[i].now.here && path_matches(pattern, pc.files[i].path) && !add(a, ret, pc.files[i].path, e))
            return false;
    qsort(ret->v, ret->n, sizeof *ret->v, by_text);
    return true;
}

/* What lies inside goes first: a death on the way leaves some of it. */
bool os_tree_remove(const char *path, struct err *e)
{
    struct pc_file *f = pc_file(path);
    size_t n = strlen(path), inside = 0;

    if (!absolute(path) || strchr(strchr(path, '/') + 1, '/') == NULL || strstr(path, "/../") || text_ends(path, "/.."))
        return err_set(e, ERR_INPUT, "refusing to remove '%s': not an absolute path of two parts or more", path);
    if (!f)
        return true;
    pc_advance(1);
    for (uint32_t i = 0; i < pc.n_files; i++)
        inside += pc.files[i].now.here && strncmp(pc.files[i].path, path, n) == 0 && pc.files[i].path[n] == '/';
    if (inside) {
        pc_before("tree half removed", path);
        for (uint32_t i = 0, k = 0; i < pc.n_files; i++) {
            const struct pc_file *x = &pc.files[i];

            if (x->now.here && x->now.kind != OS_DIR && strncmp(x->path, path, n) == 0 && x->path[n] == '/' &&
                k++ % 2 == 0)
                pc_drop(x->path, true);
        }
        pc_after("tree half removed", path);
    }
    pc_before("tree removed", path);
    pc_drop(path, true);
    pc_after("tree removed", path);
    return true;
}

/* Windows: a program that runs, and its folder, go with the next boot. */
bool os_tree_remove_used(const char *path, bool *ret_at_boot, struct err *e)
{
    size_t n = strlen(path);

    *ret_at_boot = false;
    for (size_t i = 0; pc.setup.windows && i < PC_PROCESSES; i++)
        *ret_at_boot = *ret_at_boot || (pc.processes[i].pid && strncmp(pc.processes[i].exe, path, n) == 0);
    for (uint32_t i = 0; pc.setup.windows && i < pc.n_files; i++)
        *ret_at_boot = *ret_at_boot || (pc.files[i].now.here && strncmp(pc.files[i].path, path, n) == 0 &&
                                        win_pends(pc.files[i].path));
    if (!*ret_at_boot)
        return os_tree_remove(path, e);
    pc_advance(1);
    pc_before("removal at the next boot", path);
    win_pend(path);
    pc_after("removal at the next boot", path);
    return true;
}

bool os_tree_keep(const char *pattern, struct err *e)
{
    (void)pattern, (void)e;
    return true;
}

bool os_file_rename(const char *from, const char *to, struct err *e)
{
    struct pc_file *f = pc_file(from);

    if (!f || !pc_parent_here(to))
        return missing("renaming", from, e);
    pc_advance(1);
    pc_before("file rename", to);
    pc_put(to, (enum os_kind)f->now.kind, f->now.mode, NULL, 0, true);
    f = pc_file(from);
    pc_file(to)->now.bytes = f->now.bytes;
    pc_make_durable(pc_file(to));
    pc_drop(from, true);
    pc_after("file rename", to);
    return true;
}

bool os_file_copy(const char *from, const char *to, struct err *e)
{
    const struct pc_file *f = pc_file(from);
    unsigned mode = f ? f->now.mode : 0;
    struct buf b;
    bool ok;

    if (!f)
        return missing("opening", from, e);
    if (f->now.kind != OS_FILE)
        return err_set(e, ERR_IO, "'%s' is not a regular file", from);
    buf_init(&b, LIMIT_DOCUMENT);
    buf_add(&b, pc_bytes(f), f->now.bytes.n);
    ok = buf_ok(&b, from, e) && put_whole(to, buf_str(&b), b.len, mode, e);
    buf_free(&b);
    return ok;
}

bool os_file_digest(const char *path, char hex[65], struct err *e)
{
    const struct pc_file *f = pc_file(path);

    if (!f)
        return missing("opening", path, e);
    if (f->now.kind != OS_FILE)
        return err_set(e, ERR_IO, "'%s' is not a regular file", path);
    digest_of(pc_bytes(f), f->now.bytes.n, hex);
    return true;
}

bool os_disk_free(const char *path, long long *ret_free_mib, long long *ret_total_mib, struct err *e)
{
    (void)path;
    (void)e;
    *ret_free_mib = 20000;
    *ret_total_mib = 40000;
    return true;
}
