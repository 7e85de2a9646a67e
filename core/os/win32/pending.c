#include "core/os/win32/pending.h"
#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/os/file.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

static const wchar_t manager[] = L"SYSTEM\\CurrentControlSet\\Control\\Session Manager";
const wchar_t *const pending_names[PENDING_VALUES] = {L"PendingFileRenameOperations",
                                                      L"PendingFileRenameOperations2"};

bool pending_read(const wchar_t *name, struct pending *ret, struct err *e)
{
    DWORD size = LIMIT_MANIFEST, type;
    LONG r;
    HKEY h;

    /* What is read need not have an end; a new end needs room too. */
    *ret = (struct pending){.w = mem_alloc(size + 2 * sizeof *ret->w)};
    if (!ret->w)
        return err_nomem(e);
    r = RegOpenKeyExW(HKEY_LOCAL_MACHINE, manager, 0, KEY_READ, &h);
    if (r == ERROR_SUCCESS) {
        r = RegQueryValueExW(h, name, NULL, &type, (void *)ret->w, &size);
        RegCloseKey(h);
    }
    if (r == ERROR_SUCCESS) {
        ret->n = size / sizeof *ret->w;
        ret->w[ret->n] = L'\0';
        return true;
    }
    pending_free(ret);
    if (r == ERROR_MORE_DATA)
        return err_set(e, ERR_LIMIT, "'%ls' is longer than %u bytes", name, LIMIT_MANIFEST);
    return r == ERROR_FILE_NOT_FOUND || wide_error(e, ERR_OS, (DWORD)r, "reading '%ls'", name);
}

/* An empty first name is the end of the list. */
bool pending_next(struct pending *p, struct pending_pair *ret)
{
    size_t n, mark;

    if (p->at >= p->n || !p->w[p->at])
        return false;
    ret->begin = p->at;
    n = wcsnlen(p->w + p->at, p->n - p->at);
    /* "*1\??\C:\..." */
    mark = p->w[p->at] == '*' || p->w[p->at] == '!' ? wcscspn(p->w + p->at, L"\\") : 0;
    ret->path = p->w + p->at + mark;
    ret->path_n = n - mark;
    p->at += n + 1;
    n = p->at < p->n ? wcsnlen(p->w + p->at, p->n - p->at) : 0;
    ret->removal = !n;
    p->at += n + 1;
    ret->end = p->at = p->at < p->n ? p->at : p->n;
    return true;
}

bool pending_write(const wchar_t *name, wchar_t *w, size_t n, struct err *e)
{
    HKEY h;
    LONG r = RegOpenKeyExW(HKEY_LOCAL_MACHINE, manager, 0, KEY_SET_VALUE, &h);

    if (r == ERROR_SUCCESS) {
        w[n] = L'\0';
        r = n ? RegSetValueExW(h, name, 0, REG_MULTI_SZ, (const void *)w, (DWORD)((n + 1) * sizeof *w))
              : RegDeleteValueW(h, name);
        if (r == ERROR_SUCCESS)
            r = RegFlushKey(h);
        RegCloseKey(h);
    }
    return r == ERROR_SUCCESS || wide_error(e, ERR_OS, (DWORD)r, "writing '%ls'", name);
}

void pending_free(struct pending *p)
{
    mem_free(p->w);
    *p = (struct pending){NULL, 0, 0};
}

/* Does the path match the pattern, part for part, or lie below what does? */
static bool below(const char *pattern, const char *path, struct arena *a)
{
    for (;;) {
        size_t n, k;
        const char *x, *y;

        pattern += strspn(pattern, "/");
        path += strspn(path, "/");
        n = strcspn(pattern, "/");
        k = strcspn(path, "/");
        if (!n)
            return true;
        x = arena_strndup(a, pattern, n);
        y = arena_strndup(a, path, k);
        /* Out of memory it stays: the caller's next allocation fails too. */
        if (!k || !x || !y || !text_glob_fold(x, y))
            return false;
        pattern += n;
        path += k;
    }
}

/* No lock guards the value: what another program adds between reading and writing would be lost, so that is
 * one moment. */
static bool keep(const wchar_t *name, const char *pattern, struct arena *a, struct err *e)
{
    struct pending_pair pair;
    struct pending p;
    size_t n = 0;
    bool ok = true, changed = false;

    if (!pending_read(name, &p, e))
        return false;
    while (ok && pending_next(&p, &pair)) {
        const char *path = wide_path_utf8(pair.path, pair.path_n, a);
        size_t units = pair.end - pair.begin;

        ok = path || err_nomem(e);
        if (ok && pair.removal && below(pattern, path, a)) {
            changed = true;
            continue;
        }
        memmove(p.w + n, p.w + pair.begin, units * sizeof *p.w);
        n += units;
    }
    ok = ok && (!changed || pending_write(name, p.w, n, e));
    pending_free(&p);
    return ok;
}

bool os_tree_keep(const char *pattern, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = true;

    for (size_t i = 0; ok && i < PENDING_VALUES; i++)
        ok = keep(pending_names[i], pattern, &a, e);
    arena_free(&a);
    return ok;
}
