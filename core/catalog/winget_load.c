/* Manifests on disk. */
#include "core/catalog/winget.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_FILES = 256 };

static bool add_file(const char *path, struct doc *d, struct winget_files *ret, struct err *e)
{
    const char *slash = strrchr(path, '/');
    struct winget_file *f = LIST_ADD(&d->arena, &ret->files);
    struct buf b;
    bool ok;

    if (!f)
        return err_nomem(e);
    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(path, &b, e);
    *f = (struct winget_file){arena_strdup(&d->arena, slash ? slash + 1 : path),
                              ok ? arena_strndup(&d->arena, buf_str(&b), b.len) : "", b.len};
    buf_free(&b);
    return ok && ((f->name && f->text) || err_nomem(e));
}

static bool is_yaml(const char *name)
{
    return text_glob_fold("*.yaml", name) || text_glob_fold("*.yml", name);
}

static bool add_folder(const char *path, struct doc *d, struct winget_files *ret, struct err *e)
{
    struct strs names;

    if (!os_dir_list(path, &d->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *file = arena_printf(&d->arena, "%s/%s", path, names.v[i]);

        if (!file)
            return err_nomem(e);
        if (!is_yaml(names.v[i]))
            continue;
        if (ret->files.n == MAX_FILES)
            return err_set(e, ERR_LIMIT, "'%s' holds more than %d manifests", path, MAX_FILES);
        if (!add_file(file, d, ret, e))
            return false;
    }
    return ret->files.n || err_set(e, ERR_NOT_FOUND, "'%s' holds no .yaml: give the folder of one version", path);
}

/* --- versions ----------------------------------------------------------------------------------------------------------- */

struct number { /* what stands between two dots */
    unsigned long long n;
    const char *rest; /* behind the digits */
    size_t rest_len;
};

/* An absent one is 0. */
static struct number number(const char **s)
{
    size_t len = strcspn(*s, "."), digits = strspn(*s, "0123456789");
    struct number ret = {0, *s + digits, len - digits};

    for (size_t i = 0; i < digits; i++)
        ret.n = ret.n > 1000000000000000000ull ? ret.n : ret.n * 10 + (unsigned long long)((*s)[i] - '0');
    *s += len;
    *s += **s == '.';
    return ret;
}

static int compare_rest(const struct number *a, const struct number *b)
{
    size_t n = a->rest_len < b->rest_len ? a->rest_len : b->rest_len;
    int c;

    if (!a->rest_len || !b->rest_len) /* "1-rc" before "1" */
        return !a->rest_len - !b->rest_len;
    c = strncasecmp(a->rest, b->rest, n);
    return c ? c : (a->rest_len > b->rest_len) - (a->rest_len < b->rest_len);
}

static int rank(const char *s)
{
    return strcasecmp(s, "latest") == 0 ? 1 : strcasecmp(s, "unknown") == 0 ? -1 : 0;
}

int winget_version_compare(const char *a, const char *b)
{
    if (rank(a) || rank(b))
        return rank(a) - rank(b);
    a += (*a == 'v' || *a == 'V') && a[1] >= '0' && a[1] <= '9';
    b += (*b == 'v' || *b == 'V') && b[1] >= '0' && b[1] <= '9';
    while (*a || *b) {
        struct number x = number(&a), y = number(&b);
        int c = x.n != y.n ? (x.n > y.n) - (x.n < y.n) : compare_rest(&x, &y);

        if (c)
            return c;
    }
    return 0;
}

/* --- a copy of the repository ------------------------------------------------------------------------------------------- */

/* The name in the folder that is the wanted one but for case; NULL: none. */
static bool below(const char **path, const char *name, size_t n, struct doc *d, struct err *e)
{
    struct strs names;
    const char *wanted = arena_strndup(&d->arena, name, n), *found = NULL;

    if (!wanted)
        return err_nomem(e);
    if (!os_dir_list(*path, &d->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++)
        if (text_eq_fold(names.v[i], wanted) && (!found || strcmp(names.v[i], wanted) == 0))
            found = names.v[i];
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "'%s' has no folder '%.100s'", *path, wanted);
    *path = arena_printf(&d->arena, "%s/%s", *path, found);
    return *path || err_nomem(e);
}

/* Holds the folder a manifest of that package? (ESET/EndpointAntivirus/Beta is no version but another package.) */
static bool is_version(const char *folder, const char *version, const char *id, struct doc *d, bool *ret, struct err *e)
{
    const char *path = arena_printf(&d->arena, "%s/%s", folder, version), *single, *many;
    struct os_stat st;
    struct strs names;

    *ret = false;
    if (!path || !(single = arena_printf(&d->arena, "%s.yaml", id)) ||
        !(many = arena_printf(&d->arena, "%s.installer.yaml", id)))
        return err_nomem(e);
    if (!os_file_stat(path, &st, e))
        return false;
    if (st.kind != OS_DIR || !winget_is_version(version))
        return true;
    if (!os_dir_list(path, &d->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++)
        *ret = *ret || text_eq_fold(names.v[i], single) || text_eq_fold(names.v[i], many);
    return true;
}

/* manifests/e/ESET/EndpointAntivirus/13.0.2058.0 */
static bool find(const char *repository, const char *id, struct doc *d, const char **ret, struct err *e)
{
    const char *path = arena_printf(&d->arena, "%s/manifests", repository), *newest = NULL;
    struct strs names;

    if (!path)
        return err_nomem(e);
    if (!os_file_exists(path))
        path = repository;
    if (!below(&path, id, 1, d, e))
        return err_wrap(e, "package %s", id);
    for (const char *s = id; *s; s += strcspn(s, "."), s += *s == '.')
        if (!below(&path, s, strcspn(s, "."), d, e))
            return err_wrap(e, "package %s", id);
    if (!os_dir_list(path, &d->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        bool is;

        if (!is_version(path, names.v[i], id, d, &is, e))
            return false;
        if (is && (!newest || winget_version_compare(names.v[i], newest) > 0))
            newest = names.v[i];
    }
    if (!newest)
        return err_set(e, ERR_NOT_FOUND, "package %s: '%s' holds no version of it", id, path);
    *ret = arena_printf(&d->arena, "%s/%s", path, newest);
    return *ret || err_nomem(e);
}

bool winget_load(const char *what, const char *repository, struct doc *d, struct winget_files *ret, struct err *e)
{
    struct os_stat st;

    memset(ret, 0, sizeof *ret);
    if (!os_file_stat(what, &st, e))
        return false;
    if (st.kind == OS_ABSENT && !repository)
        return err_set(e, ERR_NOT_FOUND, "there is no '%s'%s", what,
                       winget_is_id(what) ? "; to look a package up, say where the repository is" : "");
    if (st.kind == OS_ABSENT) {
        if (!winget_is_id(what))
            return err_set(e, ERR_NOT_FOUND, "'%s' is neither a path nor the id of a package", what);
        if (!find(repository, what, d, &what, e))
            return false;
        st.kind = OS_DIR;
    }
    return st.kind == OS_DIR ? add_folder(what, d, ret, e) : add_file(what, d, ret, e);
}
