#include "core/os/package.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/wide.h"

#include <windows.h>

#define IN_PROGRESS "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/Installer/InProgress"

/*
 * Is Windows Installer in the middle of a change? Its mutex is held while it is (learn.microsoft.com,
 * "_MSIExecute Mutex"); that the mutex exists says only that the service runs. Who may not touch the mutex
 * does not know: *ret_known.
 */
static bool executing(bool *ret_known)
{
    HANDLE h = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\_MSIExecute");
    DWORD state;

    *ret_known = h || GetLastError() == ERROR_FILE_NOT_FOUND;
    if (!h)
        return false;
    state = WaitForSingleObject(h, 0);
    if (state == WAIT_OBJECT_0 || state == WAIT_ABANDONED)
        ReleaseMutex(h);
    CloseHandle(h);
    return state == WAIT_TIMEOUT;
}

/* The key of a change stays when the PC dies in it: Windows Installer takes that back before it does anything
 * else. */
bool os_package_lock(struct facts *f, struct arena *a, struct err *e)
{
    struct package_lock *l = ARENA_NEW(a, struct package_lock);
    bool known, key;

    if (!l)
        return err_nomem(e);
    if (!hklm_there(IN_PROGRESS, &key, e))
        return false;
    l->held = executing(&known) || (key && !known);
    l->interrupted = key && !l->held;
    if (l->held || key) {
        l->holder = "Windows Installer";
        l->path = IN_PROGRESS;
    }
    f->package_lock = l;
    return true;
}
