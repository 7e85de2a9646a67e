/*
 * A worker that outlives its session: the run's own service (worker.h), started now. The service manager
 * gives it nothing of ours - no handle, no console, no job, no logon. It runs from the copy that a reboot
 * starts too, as LocalSystem sees neither a user's network drives nor a stick that has been pulled out.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/os/win32/wide.h"
#include "core/os/win32/worker.h"

#include <string.h>
#include <windows.h>

static bool place(const char *program, struct err *e)
{
    const char *copy = os_resume_program();

    return text_eq_fold(program, copy) || os_file_copy(program, copy, e);
}

bool os_detach(const struct strs *argv, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs there = {NULL, 0};
    struct err ignored = ERR_INIT;
    bool armed, ok;

    (void)name;
    ok = argv->n || err_set(e, ERR_INPUT, "a command without a program");
    ok = ok && (strs_copy(&a, argv, &there) || err_nomem(e)) && worker_idle(e) &&
         os_resume_armed(&armed, e) && place(argv->v[0], e);
    if (ok) {
        there.v[0] = os_resume_program();
        ok = worker_create(&there, e);
    }
    if (ok && !worker_start(e)) {
        ok = false;
        /* What could not be started now must not begin by itself at the next boot. */
        if (!armed)
            (void)!os_resume_disarm(&ignored);
    }
    arena_free(&a);
    return ok;
}

bool os_session_bound(void)
{
    return !worker_self();
}

bool os_detached(bool *ret, struct err *e)
{
    return worker_running(ret, e);
}

/* Drives that were mapped, or that `subst` made, belong to a logon; on a share LocalSystem is the computer's account. */
bool os_path_personal(const char *path)
{
    wchar_t drive[] = {0, L':', 0}, root[] = {0, L':', L'\\', 0}, device[MAX_PATH];

    if (text_starts(path, "//"))
        return true;
    if (!*path || path[1] != ':')
        return false;
    drive[0] = root[0] = (wchar_t)(unsigned char)*path;
    return GetDriveTypeW(root) == DRIVE_REMOTE ||
           (QueryDosDeviceW(drive, device, MAX_PATH) && wcsncmp(device, L"\\??\\", 4) == 0);
}
