#include "core/os/machine.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/wide.h"

#include <string.h>

#define TOUCH_MAX 1024

/* On-access protection refuses the call as a virus (225, 226) or as if rights were missing, or it takes the
 * file or its content away. Some hold the file a moment while they do. */
static bool refused(const char *path, DWORD os, enum os_touch *ret, struct err *e)
{
    switch (os) {
    case 225: /* ERROR_VIRUS_INFECTED, which mingw does not name */
    case 226: /* ERROR_VIRUS_DELETED */
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
        *ret = OS_TOUCH_DENIED;
        return true;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_DELETE_PENDING:
        *ret = OS_TOUCH_GONE;
        return true;
    default:
        return wide_error(e, ERR_IO, os, "testing with '%s'", path);
    }
}

/* Closing is where many scan; it has no result here. */
static DWORD put(const wchar_t *w, const void *p, size_t n)
{
    HANDLE h =
        CreateFileW(w, GENERIC_WRITE, HANDLE_SHARE, NULL, CREATE_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    DWORD os = ERROR_SUCCESS;

    if (h == INVALID_HANDLE_VALUE)
        return GetLastError();
    if (!handle_write(h, p, n))
        os = GetLastError();
    CloseHandle(h);
    return os;
}

static DWORD get(const wchar_t *w, const void *p, size_t n, enum os_touch *ret)
{
    HANDLE h =
        CreateFileW(w, GENERIC_READ, HANDLE_SHARE, NULL, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    DWORD os = ERROR_SUCCESS;
    char back[TOUCH_MAX + 1];
    size_t k;

    if (h == INVALID_HANDLE_VALUE)
        return GetLastError();
    if (!handle_read(h, back, sizeof back, &k))
        os = GetLastError();
    else
        *ret = k == n && memcmp(back, p, n) == 0 ? OS_TOUCH_ALLOWED : OS_TOUCH_GONE;
    CloseHandle(h);
    return os;
}

/* The folder is the caller's: that it is missing or closed to us is no work of a protection. */
static bool folder_usable(const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    struct arena a = ARENA_INIT;
    const char *folder = slash ? arena_strndup(&a, path, (size_t)(slash - path) + (slash - path == 2)) : "";
    HANDLE h =
        folder ? handle_open(folder, FILE_ADD_FILE, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, e) : NULL;

    if (!folder)
        err_nomem(e);
    else if (!h) {
        e->code = ERR_IO;
        err_wrap(e, "testing with '%s'", path);
    }
    handle_close(h);
    arena_free(&a);
    return h != NULL;
}

bool os_touch(const char *path, const void *p, size_t n, enum os_touch *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_path(path, &a, e);
    DWORD os = ERROR_SUCCESS;
    bool ok = w && folder_usable(path, e);

    if (ok && n > TOUCH_MAX)
        ok = err_set(e, ERR_LIMIT, "testing with '%s': more than %d bytes", path, TOUCH_MAX);
    if (ok)
        os = put(w, p, n);
    if (ok && os == ERROR_SUCCESS)
        os = get(w, p, n, ret);
    arena_free(&a);
    return ok && (os == ERROR_SUCCESS || refused(path, os, ret, e));
}
