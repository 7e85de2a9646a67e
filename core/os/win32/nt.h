/*
 * nt.h - the two calls of the native interface that a safe removal needs: opening relative to an open folder,
 * and deleting what is open (learn.microsoft.com: NtOpenFile, NtSetInformationFile). Only for core/os/win32.
 *
 * Both return Windows' error codes (ERROR_SUCCESS: done). Three mean more than the system's own translation
 * says: ERROR_USER_MAPPED_FILE (runs as a program, or is a library in use), ERROR_DELETE_PENDING (goes with
 * its last handle), ERROR_NOT_SUPPORTED.
 */
#ifndef AVSWAP_CORE_OS_WIN32_NT_H
#define AVSWAP_CORE_OS_WIN32_NT_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

/* Opens the entry `name` of a folder, a link itself and not what it names; n 0: the folder once more. Rights
 * of backup and restore count where they are enabled. */
DWORD nt_open(HANDLE folder, const wchar_t *name, size_t n, DWORD access, HANDLE *ret);
/* Deletes what is open with DELETE. at_once: the name is free when this returns, others' handles
 * notwithstanding, and read-only files go too (Windows 10 1607, NTFS; elsewhere ERROR_NOT_SUPPORTED); else it
 * goes with the last handle. */
DWORD nt_delete(HANDLE h, bool at_once);

#endif
