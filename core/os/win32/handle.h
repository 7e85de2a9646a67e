/*
 * handle.h - open files of Windows for the rest of core/os/win32.
 *
 * Handles are never inherited and share reading, writing and deleting with everybody, as on POSIX. NULL
 * stands for none, never INVALID_HANDLE_VALUE. Files that are made here are private (acl.h).
 */
#ifndef AVSWAP_CORE_OS_WIN32_HANDLE_H
#define AVSWAP_CORE_OS_WIN32_HANDLE_H

#include "core/os/file.h"

#include <windows.h>

#define HANDLE_SHARE (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* Arguments as of CreateFile(). ERR_NOT_FOUND, ERR_BUSY, ERR_PRIVILEGE, ERR_IO. */
HANDLE handle_open(const char *path, DWORD access, DWORD how, DWORD flags, struct err *e) MUST_CHECK;
/* The same for what must be a regular file; a link in the last part is refused, not followed. */
HANDLE handle_open_file(const char *path, DWORD access, DWORD how, struct err *e) MUST_CHECK;
void handle_close(HANDLE h);

/* These set the system's error (GetLastError()). */
bool handle_write(HANDLE h, const void *p, size_t n);
/* The next bytes; *ret_n 0 at the end. */
bool handle_read(HANDLE h, void *p, size_t n, size_t *ret_n);

/* All but the mode. */
bool handle_stat(HANDLE h, DWORD *ret_attributes, struct os_stat *ret);
/* Junctions, symbolic links and mounted volumes are links: what they name is elsewhere. Other reparse points
 * (files of a cloud, compressed ones) are files and folders. */
enum os_kind handle_kind(DWORD attributes, DWORD tag);
instant handle_instant(FILETIME t);

#endif
