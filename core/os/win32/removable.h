/*
 * removable.h - what may never be removed as a tree, whoever asks. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_REMOVABLE_H
#define AVSWAP_CORE_OS_WIN32_REMOVABLE_H

#include "core/os/win32/handle.h"

/* By its text: absolute, on a drive, not the drive itself, no "." or "..", no name of a device ("CON",
 * "COM1.log"), no alternate data stream. ERR_INPUT. */
bool removable_path(const char *path, struct err *e) MUST_CHECK;
/* By what it really is, links and short names resolved: not on a share, no folder of the system, no user's
 * profile, and none that holds one of them. ERR_INPUT; ERR_OS when it cannot be told. */
bool removable_open(const char *path, HANDLE h, struct err *e) MUST_CHECK;

#endif
