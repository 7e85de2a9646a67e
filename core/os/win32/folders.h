/*
 * folders.h - the system's own folders, which differ between PCs. Only for core/os/win32.
 *
 * Taken from the registry and never from the environment, which belongs to whoever started us
 * (SOFTWARE/Microsoft/Windows/CurrentVersion: ProgramFilesDir and its like; .../Windows
 * NT/CurrentVersion/ProfileList: ProgramData, ProfilesDirectory).
 */
#ifndef AVSWAP_CORE_OS_WIN32_FOLDERS_H
#define AVSWAP_CORE_OS_WIN32_FOLDERS_H

#include "core/model/facts.h"

/* Those that this PC has, by the names that patterns give them ("%ProgramData%" without its '%'). */
bool folders_fill(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

/* NULL: there is none such. */
const char *folders_path(const struct facts *f, const char *name);

#endif
