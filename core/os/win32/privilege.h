/*
 * privilege.h - rights that an administrator's process has but must switch on. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_PRIVILEGE_H
#define AVSWAP_CORE_OS_WIN32_PRIVILEGE_H

#include <stdbool.h>
#include <wchar.h>

/* As SE_RESTORE_NAME; for the rest of the process's life. False when this user does not have it. */
bool privilege_enable(const wchar_t *name);

#endif
