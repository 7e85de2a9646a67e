#include "core/os/win32/privilege.h"

#include <windows.h>

bool privilege_enable(const wchar_t *name)
{
    TOKEN_PRIVILEGES one = {.PrivilegeCount = 1};
    HANDLE h;
    bool ok;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &h))
        return false;
    one.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    ok = LookupPrivilegeValueW(NULL, name, &one.Privileges[0].Luid) &&
         AdjustTokenPrivileges(h, FALSE, &one, 0, NULL, NULL) && GetLastError() == ERROR_SUCCESS;
    CloseHandle(h);
    return ok;
}
