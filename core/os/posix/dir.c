#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes one folder unless it is there. A folder that another process makes at the same time is welcome. */
static bool make_one(const char *path, unsigned mode, struct err *e)
{
    struct stat st;

    if (mkdir(path, (mode_t)mode) == 0) {
        /* The umask must not take away what was asked for. */
        if (chmod(path, (mode_t)mode) != 0 || !fd_sync_folder(path))
            return err_sys(e, ERR_IO, errno, "making the folder '%s'", path);
        return true;
    }
    if (errno != EEXIST)
        return err_sys(e, ERR_IO, errno, "making the folder '%s'", path);
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "'%s' exists and is not a folder", path);
    return true;
}

bool os_dir_make(const char *path, unsigned mode, struct err *e)
{
    char part[LIMIT_PATH];
    size_t n = strlen(path);

    if (n >= sizeof part)
        return err_set(e, ERR_LIMIT, "a path is longer than %u bytes", LIMIT_PATH);
    memcpy(part, path, n + 1);
    for (char *p = part + 1; n && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (!make_one(part, mode, e))
            return false;
        *p = '/';
    }
    return make_one(part, mode, e);
}

static bool dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The raw names in an open folder that match `pattern` (NULL: all). */
static bool read_names(DIR *d, const char *pattern, struct arena *a, struct strs *ret, size_t max)
{
    struct dirent *entry;

    while ((errno = 0, entry = readdir(d))) {
        const char **slot;

        if (dots(entry->d_name) || (pattern && !text_glob(pattern, entry->d_name)))
            continue;
        if (ret->n == max) {
            errno = EOVERFLOW;
            return false;
        }
        slot = LIST_ADD(a, ret);
        if (!slot || !(*slot = arena_strdup(a, entry->d_name))) {
            errno = ENOMEM;
            return false;
        }
    }
    return errno == 0;
}

static bool names_error(const char *path, struct err *e)
{
    if (errno == EOVERFLOW)
        return err_set(e, ERR_LIMIT, "'%s' has too many entries", path);
    if (errno == ENOMEM)
        return err_nomem(e);
    return err_sys(e, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO, errno,
                   "reading the folder '%s'", path);
}

/* Names of the system as text, sorted. */
static bool as_text(struct arena *a, struct strs *list, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        list->v[i] = text_from_bytes(a, list->v[i], strlen(list->v[i]));
        if (!list->v[i])
            return err_nomem(e);
    }
    list_sort(list);
    return true;
}

bool os_dir_list(const char *path, struct arena *a, struct strs *ret, struct err *e)
{
    DIR *d = opendir(path);
    bool ok;

    ret->v = NULL;
    ret->n = 0;
    if (!d)
        return names_error(path, e);
    ok = read_names(d, NULL, a, ret, LIMIT_TREE) || names_error(path, e);
    closedir(d);
    return ok && as_text(a, ret, e);
}

/* Names in a folder that match one part of a pattern. A folder that is none has no matches. */
static bool matching(const char *folder, const char *part, struct arena *a, struct strs *ret, struct err *e)
{
    DIR *d = opendir(*folder ? folder : "/");
    bool ok;

    if (!d)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || names_error(folder, e);
    ok = read_names(d, part, a, ret, LIMIT_TREE) || names_error(folder, e);
    closedir(d);
    return ok;
}

/* Paths `found` are the matches so far; each becomes its matches of one more part. */
static bool glob_part(struct strs *found, const char *part, bool last, struct arena *a, struct err *e)
{
    bool literal = !strpbrk(part, "*?[");
    struct strs next = {NULL, 0};

    for (size_t i = 0; i < found->n; i++) {
        struct strs names = {literal ? &part : NULL, literal};

        if (!literal && !matching(found->v[i], part, a, &names, e))
            return false;
        for (size_t k = 0; k < names.n; k++) {
            const char *path = arena_printf(a, "%s/%s", found->v[i], names.v[k]), **slot;

            if (path && last && literal && !os_file_exists(path))
                continue;
            if (next.n == LIMIT_GLOB)
                return err_set(e, ERR_LIMIT, "a pattern has more than %u matches", LIMIT_GLOB);
            slot = LIST_ADD(a, &next);
            if (!slot || !path)
                return err_nomem(e);
            *slot = path;
        }
    }
    *found = next;
    return true;
}

bool os_file_glob(const char *pattern, struct arena *a, struct strs *ret, struct err *e)
{
    const char *p = pattern;
    struct strs found = {NULL, 0};

    ret->v = NULL;
    ret->n = 0;
    if (*p != '/')
        return err_set(e, ERR_INPUT, "the pattern '%s' does not begin with '/'", pattern);
    if (!list_add_text(a, &found, "", 0, e))
        return false;
    while (*p && found.n) {
        const char *part;
        size_t n;

        p += strspn(p, "/");
        n = strcspn(p, "/");
        part = arena_strndup(a, p, n);
        if (!part)
            return err_nomem(e);
        p += n;
        if (n && !glob_part(&found, part, !p[strspn(p, "/")], a, e))
            return err_wrap(e, "the pattern '%s'", pattern);
    }
    if (found.n == 1 && !*found.v[0])
        found.v[0] = "/";
    *ret = found;
    return as_text(a, ret, e);
}
