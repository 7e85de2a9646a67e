/*
 * What waits for a reboot, and who asked for it: the marks that Configuration Manager and the PowerShell
 * community's Test-PendingReboot look at.
 */
#include "core/base/list.h"
#include "core/os/machine.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/pending.h"
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

/* A temporary file that goes at the next boot holds nothing up; every updater leaves some, and we our own
 * program. */
static bool matters(const char *path, bool removal)
{
    static const char *const temporary[] = {"/temp/", "/tmp/"};

    for (size_t i = 0; removal && i < sizeof temporary / sizeof *temporary; i++)
        for (const char *p = path; *p; p++)
            if (_strnicmp(p, temporary[i], strlen(temporary[i])) == 0)
                return false;
    return !removal || !text_eq_fold(path, os_resume_program());
}

static bool files(struct facts *f, const wchar_t *name, struct arena *a, struct err *e)
{
    enum { SHOWN = 50 };
    size_t more = 0, shown = 0;
    struct pending_pair pair;
    struct pending p;
    bool ok = true;

    if (!pending_read(name, &p, e)) {
        bool many = e->code == ERR_LIMIT;

        if (many)
            err_clear(e);
        return many && reason(f, "very many files at boot", a, e);
    }
    while (ok && pending_next(&p, &pair)) {
        const char *path = wide_path_utf8(pair.path, pair.path_n, a);

        ok = path || err_nomem(e);
        if (!ok || !matters(path, pair.removal))
            continue;
        if (shown++ < SHOWN)
            ok = reason(f, arena_printf(a, "%s at boot: %s", pair.removal ? "removed" : "replaced", path), a,
                        e);
        else
            more++;
    }
    pending_free(&p);
    return ok && (!more || reason(f, arena_printf(a, "and %zu more files at boot", more), a, e));
}

bool os_reboot_pending(struct facts *f, struct arena *a, struct err *e)
{
    if (!marks(f, a, e) || !renamed(f, a, e))
        return false;
    for (size_t i = 0; i < PENDING_VALUES; i++)
        if (!files(f, pending_names[i], a, e))
            return false;
    list_sort(&f->reboot_reasons);
    return true;
}

/* The headers do not have it (learn.microsoft.com, System Error Codes 1000-1299). */
#ifndef ERROR_SHUTDOWN_IS_SCHEDULED
#define ERROR_SHUTDOWN_IS_SCHEDULED 1190
#endif

static DWORD ask_restart(void)
{
    enum { GRACE_S = 30 };
    wchar_t why[] = L"avswap: the change of the antivirus goes on after a restart";

    return InitiateSystemShutdownExW(NULL, why, GRACE_S, TRUE, TRUE,
                                     SHTDN_REASON_MAJOR_APPLICATION | SHTDN_REASON_MINOR_INSTALLATION |
                                         SHTDN_REASON_FLAG_PLANNED)
               ? ERROR_SUCCESS
               : GetLastError();
}

/* Programs are closed after the time given, as an unattended PC must not stay half migrated because of an
 * open document. A shutdown that somebody else began is as good; one that is planned, by an installer or for
 * the night, is brought forward. */
bool os_reboot(struct err *e)
{
    DWORD failed;

    privilege_enable(SE_SHUTDOWN_NAME);
    failed = ask_restart();
    if (failed == ERROR_SHUTDOWN_IS_SCHEDULED && AbortSystemShutdownW(NULL))
        failed = ask_restart();
    return !failed || failed == ERROR_SHUTDOWN_IN_PROGRESS ||
           wide_error(e, ERR_OS, failed, "asking for a restart");
}
