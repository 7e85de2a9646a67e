#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/process.h"
#include "core/os/win32/wide.h"

#include <windows.h>
#include <tlhelp32.h>

/* Its program's path; NULL when it may not be seen. False: memory ran out. */
static bool image_of(DWORD pid, struct arena *a, const char **ret)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    wchar_t path[LIMIT_PATH];
    DWORD n = LIMIT_PATH;
    bool seen = process && QueryFullProcessImageNameW(process, 0, path, &n);

    if (process)
        CloseHandle(process);
    *ret = seen ? wide_path_utf8(path, n, a) : NULL;
    return !seen || *ret;
}

static bool add_process(const PROCESSENTRY32W *entry, struct facts *f, struct arena *a)
{
    struct process *p = LIST_ADD(a, &f->processes);

    if (!p)
        return false;
    *p = (struct process){.pid = entry->th32ProcessID, .ppid = entry->th32ParentProcessID};
    p->name = wide_utf8(entry->szExeFile, MAX_PATH, a);
    return p->name && image_of(entry->th32ProcessID, a, &p->exe);
}

bool os_process_list(struct facts *f, struct arena *a, struct err *e)
{
    enum { SYSTEM_PID = 4 }; /* 0 and 4 are the kernel itself */
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    bool ok = true;

    if (all == INVALID_HANDLE_VALUE)
        return wide_error(e, ERR_OS, GetLastError(), "listing processes");
    for (BOOL more = Process32FirstW(all, &entry); more && ok; more = Process32NextW(all, &entry))
        ok = entry.th32ProcessID <= SYSTEM_PID || add_process(&entry, f, a) || err_nomem(e);
    CloseHandle(all);
    return ok;
}
