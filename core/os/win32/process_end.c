#include "core/base/limits.h"
#include "core/os/process.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

/* Is it still the executable named? Names ignore case. */
static bool same_exe(HANDLE process, const char *exe, bool *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *now = ARENA_ARRAY(&a, LIMIT_PATH, wchar_t), *want = wide_text(exe, &a, e);
    DWORD n = LIMIT_PATH;
    bool ok = want && (now || err_nomem(e));

    *ret = false;
    for (wchar_t *p = want; ok && *p; p++)
        if (*p == '/')
            *p = '\\';
    /* One that has ended has no image any more. */
    if (ok && QueryFullProcessImageNameW(process, 0, now, &n))
        *ret = CompareStringOrdinal(now, -1, want, -1, TRUE) == CSTR_EQUAL;
    arena_free(&a);
    return ok;
}

struct windows_of {
    DWORD pid;
    bool any;
};

static BOOL CALLBACK ask_to_close(HWND window, LPARAM arg)
{
    struct windows_of *w = (struct windows_of *)arg;
    DWORD pid = 0;

    GetWindowThreadProcessId(window, &pid);
    if (pid == w->pid && PostMessageW(window, WM_CLOSE, 0, 0))
        w->any = true;
    return TRUE;
}

/* There is no signal that asks any program to end: one with windows of this session is asked to close them.
 */
static bool end_kindly(HANDLE process, DWORD pid, long long grace_ms)
{
    struct windows_of w = {pid, false};

    EnumWindows(ask_to_close, (LPARAM)&w);
    return w.any &&
           WaitForSingleObject(process, grace_ms > 3600000 ? 3600000 : (DWORD)grace_ms) == WAIT_OBJECT_0;
}

static bool end(HANDLE process, DWORD pid, const char *exe, long long grace_ms, struct err *e)
{
    enum { KILL_MS = 5000 };

    if (end_kindly(process, pid, grace_ms))
        return true;
    if (!TerminateProcess(process, 1) && WaitForSingleObject(process, 0) != WAIT_OBJECT_0)
        return wide_error(e, ERR_OS, GetLastError(), "ending process %lu (%s)", pid, exe);
    if (WaitForSingleObject(process, KILL_MS) != WAIT_OBJECT_0)
        return err_set(e, ERR_OS, "process %lu (%s) does not end", pid, exe);
    return true;
}

bool os_process_end(long long pid, const char *exe, long long grace_ms, struct err *e)
{
    HANDLE process;
    bool ok, same;

    /* 0 and 4 are the system. An open process keeps its number, so nobody else can get it meanwhile. */
    if (pid <= 4 || pid > UINT32_MAX || pid == os_self_pid())
        return err_set(e, ERR_INPUT, "refusing to end process %lld", pid);
    process =
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, (DWORD)pid);
    if (!process)
        return GetLastError() == ERROR_INVALID_PARAMETER ||
               wide_error(e, ERR_OS, GetLastError(), "opening process %lld (%s)", pid, exe);
    ok = same_exe(process, exe, &same, e) && (!same || end(process, (DWORD)pid, exe, grace_ms, e));
    CloseHandle(process);
    return ok;
}
