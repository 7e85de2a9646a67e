#include "core/os/win32/local_file.h"
#include "core/base/limits.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/wide.h"

#include <string.h>

enum { DEEPEST = 64 };

struct way { /* the folders above a file, held */
    HANDLE v[DEEPEST];
    size_t n;
};

static bool on_disk(const char *path, struct err *e)
{
    wchar_t root[] = {(unsigned char)path[0], ':', '\\', '\0'};
    UINT type;

    if ((unsigned)(path[0] | 32) - 'a' >= 26 || path[1] != ':' || path[2] != '/')
        return err_set(e, ERR_INPUT, "'%s' is not a path on a disk of this PC, and was not opened", path);
    if (strlen(path) >= LIMIT_PATH)
        return err_set(e, ERR_INPUT, "'%.200s...' is longer than a path can be", path);
    type = GetDriveTypeW(root);
    if (type == DRIVE_NO_ROOT_DIR)
        return err_set(e, ERR_NOT_FOUND, "'%s': there is no such drive", path);
    return type == DRIVE_FIXED || type == DRIVE_REMOVABLE || type == DRIVE_RAMDISK ||
           err_set(e, ERR_INPUT, "'%s' is not on a disk of this PC, and was not opened", path);
}

/* Nobody else may write into what is opened so, or rename it, until it is closed. */
static HANDLE open_as_is(const char *path, DWORD access, DWORD share, struct err *e)
{
    const DWORD flags = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_path(path, &a, e);
    HANDLE h = w ? CreateFileW(w, access | FILE_READ_ATTRIBUTES, share, NULL, OPEN_EXISTING, flags, NULL) : NULL;

    if (h == INVALID_HANDLE_VALUE) {
        wide_error(e, ERR_IO, GetLastError(), "opening '%s'", path);
        h = NULL;
    }
    arena_free(&a);
    return h;
}

static bool hold(struct way *w, const char *folder, struct err *e)
{
    struct os_stat st;
    HANDLE h;

    if (w->n == DEEPEST)
        return err_set(e, ERR_INPUT, "'%s' lies too deep, and was not opened", folder);
    h = open_as_is(folder, FILE_LIST_DIRECTORY, FILE_SHARE_READ, e);
    if (!h)
        return false;
    w->v[w->n++] = h;
    return os_file_stat(folder, &st, e) &&
           (st.kind == OS_DIR ||
            err_set(e, st.kind == OS_LINK ? ERR_INPUT : ERR_NOT_FOUND, "'%s' is %s, and was not followed", folder,
                    st.kind == OS_LINK ? "a link" : "no folder"));
}

static bool hold_above(struct way *w, const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = true;

    for (const char *p = path + 2; ok && p; p = strchr(p + 1, '/')) {
        const char *folder = arena_strndup(&a, path, p == path + 2 ? 3 : (size_t)(p - path));

        ok = folder ? hold(w, folder, e) : err_nomem(e);
    }
    arena_free(&a);
    return ok;
}

static bool too_long(const char *path, struct err *e)
{
    return err_set(e, ERR_INPUT, "'%s' is longer than what is read of such files", path);
}

static bool read_all(HANDLE h, const char *path, struct buf *out, struct err *e)
{
    char chunk[4096];
    size_t k = 1;

    while (k && !out->failed) {
        if (!handle_read(h, chunk, sizeof chunk, &k))
            return wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path);
        buf_add(out, chunk, k);
    }
    if (out->nomem)
        return err_nomem(e);
    return !out->failed || too_long(path, e);
}

static bool read_file(const char *path, struct buf *out, struct err *e)
{
    HANDLE h = open_as_is(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, e);
    struct os_stat st;
    DWORD attributes;
    bool ok;

    if (!h)
        return false;
    /* Of a file that a cloud keeps, reading would be fetching. */
    if (!handle_stat(h, &attributes, &st))
        ok = wide_error(e, ERR_IO, GetLastError(), "looking at '%s'", path);
    else if (st.kind != OS_FILE || (attributes & FILE_ATTRIBUTE_REPARSE_POINT))
        ok = err_set(e, ERR_INPUT, "'%s' is not a plain file, and was not read", path);
    else if (st.size > (long long)(out->max - out->len))
        ok = too_long(path, e);
    else
        ok = read_all(h, path, out, e);
    CloseHandle(h);
    return ok;
}

bool local_file_read(const char *path, struct buf *out, struct err *e)
{
    struct way w = {.n = 0};
    bool ok = on_disk(path, e) && hold_above(&w, path, e) && read_file(path, out, e);

    while (w.n)
        CloseHandle(w.v[--w.n]);
    return ok;
}
