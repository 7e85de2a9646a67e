#include "core/os/path.h"
#include "core/os/win32/wide.h"

#include <windows.h>

/* Calls get() with room that grows as it asks for: it returns the units it wants with the NUL, or those it
 * wrote without. */
static const char *text_of(DWORD (*get)(void *arg, wchar_t *w, DWORD room), void *arg, struct arena *a,
                           struct err *e)
{
    DWORD room = 512, n;

    for (;;) {
        wchar_t *w = ARENA_ARRAY(a, room, wchar_t);
        const char *path;

        if (!w) {
            err_nomem(e);
            return NULL;
        }
        n = get(arg, w, room);
        if (!n) {
            wide_error(e, ERR_IO, GetLastError(), "looking at a path");
            return NULL;
        }
        if (n >= room) {
            room = n + 1;
            continue;
        }
        path = wide_path_utf8(w, n, a);
        if (!path)
            err_nomem(e);
        return path;
    }
}

static DWORD whole(void *arg, wchar_t *w, DWORD room)
{
    return GetFullPathNameW(arg, room, w, NULL);
}

const char *os_path_given(const char *given, struct arena *a, struct err *e)
{
    wchar_t *w = wide_text(given, a, e);

    if (w && !*w)
        err_set(e, ERR_INPUT, "a path is empty");
    return w && *w ? text_of(whole, w, a, e) : NULL;
}

static DWORD final(void *arg, wchar_t *w, DWORD room)
{
    return GetFinalPathNameByHandleW(arg, w, room, FILE_NAME_NORMALIZED);
}

const char *os_path_real(const char *path, struct arena *a, struct err *e)
{
    wchar_t *w = wide_path(path, a, e);
    const char *real;
    HANDLE h;

    if (!w)
        return NULL;
    h = CreateFileW(w, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (h == INVALID_HANDLE_VALUE) {
        wide_error(e, ERR_IO, GetLastError(), "looking at '%s'", path);
        return NULL;
    }
    real = text_of(final, h, a, e);
    CloseHandle(h);
    return real;
}
