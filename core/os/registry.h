/*
 * registry.h - the registry of Windows; elsewhere there is none, lists are empty and changes ERR_OS.
 *
 * Keys are written "HKLM/SOFTWARE/..." or "HKU/<SID>/...", UTF-8, '/' between the parts, and '\' for a '/'
 * inside a part (a key's name may hold one, as those of event channels do); `view` is "64" or "32". Nothing
 * here trusts a string's length or termination (RegGetValue's own caveats: learn.microsoft.com,
 * RegQueryValueEx, Remarks): a broken one has type "broken". Every change is flushed.
 */
#ifndef AVSWAP_CORE_OS_REGISTRY_H
#define AVSWAP_CORE_OS_REGISTRY_H

#include "core/model/facts.h"

/* Adds all values of the keys that match a pattern ('*' within one part, '%' as is; the part after HKU may be
 * a star: every loaded hive), in both views. Bounded by LIMIT_REGISTRY values. */
bool os_registry_read(const struct strs *patterns, struct facts *f, struct arena *a,
                      struct err *e) MUST_CHECK;
/* type and data as in struct registry_value. */
bool os_registry_set(const struct registry_value *v, struct err *e) MUST_CHECK;
/* name NULL: the key with everything below; absent is no error. Refuses a key of fewer than three parts. */
bool os_registry_remove(const char *key, const char *view, const char *name, struct err *e) MUST_CHECK;
/* The key and what is below into a file in the format of regedit (.reg version 5), and back. */
bool os_registry_save(const char *key, const char *view, const char *file, struct err *e) MUST_CHECK;
bool os_registry_load(const char *file, const char *view, struct err *e) MUST_CHECK;

#endif
