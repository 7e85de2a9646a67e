/*
 * guid.h - product codes of Windows Installer inside of names and commands. Pure. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_GUID_H
#define AVSWAP_CORE_OS_WIN32_GUID_H

#include "core/base/text.h"

#define GUID_TEXT 38 /* "{8-4-4-4-12}" */

/* Does s begin with a GUID in braces? */
bool guid_at(const char *s);
/* The first one in s, in upper case; NULL: none, or memory ran out (an err is filled then). */
const char *guid_find(const char *s, struct arena *a, struct err *e);
/* The product code of an uninstall entry, NULL when Windows Installer did not make it: the entry's own name
 * when it is a GUID and either its WindowsInstaller is 1 or its command is msiexec's; else the GUID that a
 * msiexec command names. command may be NULL. */
const char *guid_of_entry(const char *key, bool windows_installer, const char *command, struct arena *a,
                          struct err *e);

#endif
