#include "core/os/win32/removable.h"
#include "core/base/limits.h"
#include "core/os/win32/folders.h"
#include "core/os/win32/wide.h"

#include <string.h>

static bool refuse(const char *path, const char *why, struct err *e)
{
    return err_set(e, ERR_INPUT, "refusing to remove '%s': %s", path, why);
}

/* Names that mean a device in every folder, also with something behind a dot (learn.microsoft.com, "Naming
 * Files, Paths, and Namespaces"). */
static bool is_device(const char *p, size_t n)
{
    static const char *const names[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
    size_t stem = 0;

    while (stem < n && p[stem] != '.')
        stem++;
    while (stem && p[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == stem && _strnicmp(p, names[i], stem) == 0)
            return true;
    return stem == 4 && (_strnicmp(p, "COM", 3) == 0 || _strnicmp(p, "LPT", 3) == 0) && p[3] >= '0' &&
           p[3] <= '9';
}

bool removable_path(const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = wide_path(path, &a, e) != NULL;
    const char *p = path;
    size_t parts = 0;

    arena_free(&a);
    if (!ok)
        return err_wrap(e, "refusing to remove");
    if (path[0] == '/')
        return refuse(path, "it is on another computer", e);
    for (p += strcspn(p, "/"); *p; parts++) {
        size_t n;

        p += strspn(p, "/");
        n = strcspn(p, "/");
        if (!n)
            break;
        if (is_device(p, n))
            return refuse(path, "it is a device's name", e);
        p += n;
    }
    return parts || refuse(path, "it is a whole drive", e);
}

/* Is `below` the folder `top`, or inside of it? */
static bool within(const char *below, const char *top)
{
    size_t n = strlen(top);

    return strlen(below) >= n && _strnicmp(below, top, n) == 0 && (!below[n] || below[n] == '/');
}

/* The folder that the system needs and that would go too; NULL: none. */
static const char *lost_with(const char *real, const struct facts *f, struct arena *a)
{
    static const char *const inside[] = {"/System32", "/System32/config", "/System32/drivers", "/SysWOW64",
                                         "/WinSxS",   "/servicing",       "/Installer"};
    const char *root = folders_path(f, "SystemRoot"), *users = folders_path(f, "Users");

    for (size_t i = 0; i < f->folders.n; i++)
        if (within(f->folders.v[i].path, real))
            return f->folders.v[i].path;
    for (size_t i = 0; root && i < sizeof inside / sizeof *inside; i++) {
        const char *folder = arena_printf(a, "%s%s", root, inside[i]);

        if (!folder || within(folder, real))
            return folder ? folder : root;
    }
    /* A user's whole profile. */
    if (users && within(real, users) && !strchr(real + strlen(users) + 1, '/'))
        return real;
    return NULL;
}

bool removable_open(const char *path, HANDLE h, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct facts f = {0};
    const char *real, *lost;
    wchar_t *w = ARENA_ARRAY(&a, LIMIT_PATH, wchar_t);
    DWORD n = w ? GetFinalPathNameByHandleW(h, w, LIMIT_PATH, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS) : 0;
    bool ok;

    real = n && n < LIMIT_PATH ? wide_path_utf8(w, n, &a) : NULL;
    if (!w)
        ok = err_nomem(e);
    else if (!n || n >= LIMIT_PATH)
        ok =
            wide_error(e, ERR_OS, GetLastError(), "refusing to remove '%s': asking where it really is", path);
    else if (!real)
        ok = err_nomem(e);
    else if (!removable_path(real, e))
        ok = err_wrap(e, "removing '%s'", path);
    else if (!folders_fill(&f, &a, e))
        ok = false;
    else if ((lost = lost_with(real, &f, &a)))
        ok = err_set(e, ERR_INPUT, "refusing to remove '%s': with it goes the system's folder '%s'", path,
                     lost);
    else
        ok = true;
    arena_free(&a);
    return ok;
}
