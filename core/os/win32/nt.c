#include "core/os/win32/nt.h"

#include <winternl.h>

NTSYSAPI NTSTATUS NTAPI NtSetInformationFile(HANDLE h, PIO_STATUS_BLOCK io, PVOID info, ULONG size,
                                             FILE_INFORMATION_CLASS what);

/* Numbers of ntstatus.h, which does not go together with windows.h. */
static DWORD code_of(NTSTATUS status)
{
    switch ((unsigned long)status) {
    case 0xC0000121: /* STATUS_CANNOT_DELETE */
        return ERROR_USER_MAPPED_FILE;
    case 0xC0000056: /* STATUS_DELETE_PENDING */
        return ERROR_DELETE_PENDING;
    case 0xC0000002: /* STATUS_NOT_IMPLEMENTED */
    case 0xC0000003: /* STATUS_INVALID_INFO_CLASS */
    case 0xC000000D: /* STATUS_INVALID_PARAMETER */
    case 0xC0000010: /* STATUS_INVALID_DEVICE_REQUEST */
    case 0xC00000BB: /* STATUS_NOT_SUPPORTED */
        return ERROR_NOT_SUPPORTED;
    default:
        return status < 0 ? RtlNtStatusToDosError(status) : ERROR_SUCCESS;
    }
}

DWORD nt_open(HANDLE folder, const wchar_t *name, size_t n, DWORD access, HANDLE *ret)
{
    UNICODE_STRING text = {(USHORT)(n * sizeof *name), (USHORT)(n * sizeof *name), NULL};
    OBJECT_ATTRIBUTES what = {.Length = sizeof what, .RootDirectory = folder, .ObjectName = &text};
    wchar_t copy[256];
    IO_STATUS_BLOCK io;

    *ret = NULL;
    if (n >= sizeof copy / sizeof *copy)
        return ERROR_FILENAME_EXCED_RANGE;
    for (size_t i = 0; i < n; i++)
        copy[i] = name[i];
    text.Buffer = copy;
    return code_of(NtOpenFile(
        ret, access | SYNCHRONIZE, &what, &io, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_SYNCHRONOUS_IO_NONALERT));
}

DWORD nt_delete(HANDLE h, bool at_once)
{
    /* wdm.h: FILE_DISPOSITION_INFORMATION_EX (delete, POSIX semantics, also read-only),
     * FILE_DISPOSITION_INFORMATION. */
    enum { DISPOSITION = 13, DISPOSITION_EX = 64 };
    ULONG flags = 0x1 | 0x2 | 0x10;
    BOOLEAN yes = TRUE;
    IO_STATUS_BLOCK io;

    if (at_once)
        return code_of(
            NtSetInformationFile(h, &io, &flags, sizeof flags, (FILE_INFORMATION_CLASS)DISPOSITION_EX));
    return code_of(NtSetInformationFile(h, &io, &yes, sizeof yes, (FILE_INFORMATION_CLASS)DISPOSITION));
}
