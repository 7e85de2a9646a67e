#include "core/os/file.h"
#include "core/os/win32/wide.h"

#include <windows.h>

bool os_file_pour(const char *path, bool (*take)(void *arg, const void *p, size_t n, struct err *e),
                  void *arg, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_path(path, &a, e);
    HANDLE h = w ? CreateFileW(w, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_OPEN_REPARSE_POINT, NULL)
                 : INVALID_HANDLE_VALUE;
    char chunk[64u << 10];
    DWORD n = 1;
    bool ok = h != INVALID_HANDLE_VALUE;

    if (w && !ok)
        wide_error(e, ERR_IO, GetLastError(), "opening '%s'", path);
    while (ok && n) {
        ok = ReadFile(h, chunk, sizeof chunk, &n, NULL);
        if (!ok)
            wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path);
        else if (n)
            ok = take(arg, chunk, n, e);
    }
    if (h != INVALID_HANDLE_VALUE)
        CloseHandle(h);
    arena_free(&a);
    return ok;
}
