/*
 * hklm.h - single values of the machine's part of the registry, 64-bit view. Only for core/os/win32.
 *
 * What is not there, or has another type, is *ret NULL or 0, and no error.
 */
#ifndef AVSWAP_CORE_OS_WIN32_HKLM_H
#define AVSWAP_CORE_OS_WIN32_HKLM_H

#include "core/base/text.h"

bool hklm_text(const char *key, const char *name, struct arena *a, const char **ret,
               struct err *e) MUST_CHECK;
bool hklm_number(const char *key, const char *name, unsigned long long *ret, struct err *e) MUST_CHECK;
bool hklm_there(const char *key, bool *ret, struct err *e) MUST_CHECK;

#endif
