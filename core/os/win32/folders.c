#include "core/os/win32/folders.h"
#include "core/base/list.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

#define CURRENT "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion"
#define PROFILES "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion/ProfileList"

static const struct {
    const char *name;
    const char *key, *value; /* NULL: the folder that the system itself names */
} rows[] = {
    {"CommonProgramFiles", CURRENT, "CommonFilesDir"},
    {"CommonProgramFiles(x86)", CURRENT, "CommonFilesDir (x86)"},
    {"ProgramData", PROFILES, "ProgramData"},
    {"ProgramFiles", CURRENT, "ProgramFilesDir"},
    {"ProgramFiles(x86)", CURRENT, "ProgramFilesDir (x86)"},
    {"SystemRoot", NULL, NULL},
    {"Users", PROFILES, "ProfilesDirectory"},
};

static const char *system_root(struct arena *a, struct err *e)
{
    wchar_t w[MAX_PATH];
    UINT n = GetSystemWindowsDirectoryW(w, MAX_PATH);
    const char *path = n && n < MAX_PATH ? wide_path_utf8(w, n, a) : NULL;

    if (!path)
        err_set(e, n && n < MAX_PATH ? ERR_NOMEM : ERR_OS, "asking for the folder of Windows");
    return path;
}

/* These values begin with a drive, or with %SystemDrive% or %SystemRoot%. */
static const char *expanded(const char *text, const char *root, struct arena *a)
{
    static const char drive[] = "%SystemDrive%", windows[] = "%SystemRoot%";
    char *path;

    if (_strnicmp(text, drive, sizeof drive - 1) == 0)
        path = arena_printf(a, "%.2s%s", root, text + sizeof drive - 1);
    else if (_strnicmp(text, windows, sizeof windows - 1) == 0)
        path = arena_printf(a, "%s%s", root, text + sizeof windows - 1);
    else
        path = arena_strdup(a, text);
    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    for (size_t n = path ? strlen(path) : 0; n > 3 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    return path;
}

bool folders_fill(struct facts *f, struct arena *a, struct err *e)
{
    const char *root = system_root(a, e);

    if (!root)
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = rows[i].key ? NULL : root;
        struct folder *slot;

        if (rows[i].key && !hklm_text(rows[i].key, rows[i].value, a, &text, e))
            return false;
        if (!text || !*text)
            continue;
        slot = LIST_ADD(a, &f->folders);
        if (!slot)
            return err_nomem(e);
        slot->name = rows[i].name;
        slot->path = expanded(text, root, a);
        if (!slot->path)
            return err_nomem(e);
    }
    return true;
}

const char *folders_path(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->folders.n; i++)
        if (strcmp(f->folders.v[i].name, name) == 0)
            return f->folders.v[i].path;
    return NULL;
}
