/*
 * What waits for a reboot, and who asked for it. Sources: learn.microsoft.com, MoveFileEx
 * (PendingFileRenameOperations: pairs of names, the second empty for a removal); the other marks are those
 * that Configuration Manager and the PowerShell community's Test-PendingReboot look at.
 */
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/machine.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/privilege.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

#define WINDOWS "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion"
#define CONTROL "HKLM/SYSTEM/CurrentControlSet/Control"

static bool reason(struct facts *f, const char *text, struct arena *a, struct err *e)
{
    f->reboot_pending = true;
    return text ? list_add_text(a, &f->reboot_reasons, text, strlen(text), e) : err_nomem(e);
}

/* Keys whose being there is the mark. */
static bool marks(struct facts *f, struct arena *a, struct err *e)
{
    static const struct {
        const char *key, *who;
    } rows[] = {
        {WINDOWS "/Component Based Servicing/RebootPending", "Windows' component servicing (CBS)"},
        {WINDOWS "/Component Based Servicing/RebootInProgress",
         "Windows' component servicing (CBS), at work"},
        {WINDOWS "/Component Based Servicing/PackagesPending",
         "Windows' component servicing (CBS), packages"},
        {WINDOWS "/WindowsUpdate/Auto Update/RebootRequired", "Windows Update"},
        {"HKLM/SYSTEM/CurrentControlSet/Services/Netlogon/JoinDomain", "joining a domain (Netlogon)"},
        {"HKLM/SYSTEM/CurrentControlSet/Services/Netlogon/AvoidSpnSet", "joining a domain (Netlogon, names)"},
    };
    bool there;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!hklm_there(rows[i].key, &there, e))
            return false;
        if (there && !reason(f, rows[i].who, a, e))
            return false;
    }
    return true;
}

static bool renamed(struct facts *f, struct arena *a, struct err *e)
{
    const char *now, *then;

    if (!hklm_text(CONTROL "/ComputerName/ActiveComputerName", "ComputerName", a, &now, e) ||
        !hklm_text(CONTROL "/ComputerName/ComputerName", "ComputerName", a, &then, e))
        return false;
    return !now || !then || text_eq(now, then) ||
           reason(f, arena_printf(a, "the PC's new name: %s becomes %s", now, then), a, e);
}

/* A temporary file that goes at the next boot holds nothing up; every updater leaves some. */
static bool matters(const char *path, bool removal)
{
    const char *lower[] = {"/temp/", "/tmp/"};

    for (size_t i = 0; removal && i < sizeof lower / sizeof *lower; i++)
        for (const char *p = path; *p; p++)
            if (_strnicmp(p, lower[i], strlen(lower[i])) == 0)
                return false;
    return true;
}

/* The pairs of one value. An empty first name is the end of the list. */
static bool pairs(struct facts *f, const wchar_t *w, size_t n, struct arena *a, struct err *e)
{
    enum { SHOWN = 50 };
    size_t more = 0, shown = 0;

    for (size_t at = 0; at < n && w[at];) {
        size_t from = at, k = wcsnlen(w + at, n - at), to = at + k + 1,
               m = to < n ? wcsnlen(w + to, n - to) : 0;
        size_t mark = w[from] == '*' || w[from] == '!' ? wcscspn(w + from, L"\\") : 0; /* "*1\??\C:\..." */
        const char *path = wide_path_utf8(w + from + mark, k - mark, a);

        at = to + m + 1;
        if (!path)
            return err_nomem(e);
        if (!matters(path, !m))
            continue;
        if (shown == SHOWN)
            more++;
        else if (!reason(f, arena_printf(a, "%s at boot: %s", m ? "replaced" : "removed", path), a, e))
            return false;
        else
            shown++;
    }
    return !more || reason(f, arena_printf(a, "and %zu more files at boot", more), a, e);
}

static bool file_renames(struct facts *f, const wchar_t *name, struct arena *a, struct err *e)
{
    static const wchar_t key[] = L"SYSTEM\\CurrentControlSet\\Control\\Session Manager";
    DWORD size = LIMIT_MANIFEST, type;
    wchar_t *w = mem_alloc(size + sizeof *w); /* what is read need not have an end */
    bool ok = true;
    LONG r;
    HKEY h;

    if (!w)
        return err_nomem(e);
    r = RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ, &h);
    if (r == ERROR_SUCCESS) {
        r = RegQueryValueExW(h, name, NULL, &type, (void *)w, &size);
        RegCloseKey(h);
    }
    if (r == ERROR_SUCCESS) {
        w[size / sizeof *w] = L'\0';
        ok = pairs(f, w, size / sizeof *w, a, e);
    } else if (r == ERROR_MORE_DATA) {
        ok = reason(f, "very many files at boot", a, e);
    } else if (r != ERROR_FILE_NOT_FOUND) {
        ok = wide_error(e, ERR_OS, (DWORD)r, "reading '%ls'", name);
    }
    mem_free(w);
    return ok;
}

bool os_reboot_pending(struct facts *f, struct arena *a, struct err *e)
{
    if (!marks(f, a, e) || !renamed(f, a, e) || !file_renames(f, L"PendingFileRenameOperations", a, e) ||
        !file_renames(f, L"PendingFileRenameOperations2", a, e))
        return false;
    list_sort(&f->reboot_reasons);
    return true;
}

/* Programs are closed after the time given, as an unattended PC must not stay half migrated because of an
 * open document. A shutdown that somebody else began is as good. */
bool os_reboot(struct err *e)
{
    enum { GRACE_S = 30 };
    wchar_t why[] = L"avswap: the change of the antivirus goes on after a restart";

    privilege_enable(SE_SHUTDOWN_NAME);
    if (InitiateSystemShutdownExW(NULL, why, GRACE_S, TRUE, TRUE,
                                  SHTDN_REASON_MAJOR_APPLICATION | SHTDN_REASON_MINOR_INSTALLATION |
                                      SHTDN_REASON_FLAG_PLANNED) ||
        GetLastError() == ERROR_SHUTDOWN_IN_PROGRESS)
        return true;
    return wide_error(e, ERR_OS, GetLastError(), "asking for a restart");
}
