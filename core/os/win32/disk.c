#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

/*
 * FlushFileBuffers() of a volume writes all of its files (an administrator's right); there is no call for all
 * volumes. What programs wrote into the registry goes with its hives.
 */
void os_sync(void)
{
    static const wchar_t *const hives[] = {L"SOFTWARE", L"SYSTEM"};
    DWORD drives = GetLogicalDrives();

    for (size_t i = 0; i < sizeof hives / sizeof *hives; i++) {
        HKEY key;

        if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, hives[i], 0, KEY_READ, &key) != ERROR_SUCCESS)
            continue;
        RegFlushKey(key);
        RegCloseKey(key);
    }
    for (int i = 0; i < 26; i++) {
        wchar_t root[] = {(wchar_t)(L'A' + i), L':', L'\\', L'\0'};
        wchar_t volume[] = {L'\\', L'\\', L'.', L'\\', (wchar_t)(L'A' + i), L':', L'\0'};
        HANDLE h;

        if (!(drives >> i & 1) || GetDriveTypeW(root) != DRIVE_FIXED)
            continue;
        h = CreateFileW(volume, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                        NULL);
        if (h == INVALID_HANDLE_VALUE)
            continue;
        FlushFileBuffers(h);
        CloseHandle(h);
    }
}

/* A folder that does not exist yet would be on the volume of the nearest one above it. */
bool os_disk_free(const char *path, long long *ret_free_mib, long long *ret_total_mib, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_path(path, &a, e), *slash;
    ULARGE_INTEGER total, available;
    DWORD os = ERROR_SUCCESS;
    bool ok = false;

    while (w && !ok) {
        ok = GetDiskFreeSpaceExW(w, NULL, &total, &available);
        if (ok)
            break;
        os = GetLastError();
        slash = wcsrchr(w, L'\\');
        /* Behind the prefix and the drive: "\\?\C:\". */
        if ((os != ERROR_FILE_NOT_FOUND && os != ERROR_PATH_NOT_FOUND && os != ERROR_DIRECTORY &&
             os != ERROR_INVALID_NAME) ||
            !slash || slash - w <= 7) {
            break;
        }
        *slash = L'\0';
    }
    if (w && !ok)
        wide_error(e, ERR_IO, os, "asking for the free space of '%s'", path);
    arena_free(&a);
    if (!ok)
        return false;
    *ret_free_mib = (long long)(available.QuadPart >> 20);
    *ret_total_mib = (long long)(total.QuadPart >> 20);
    return true;
}
