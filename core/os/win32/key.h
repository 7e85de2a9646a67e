/*
 * key.h - opening and walking registry keys in our own notation. Only for core/os/win32.
 *
 * "HKLM/SOFTWARE/x" or "HKU/<SID>/Software/x", UTF-8. A key's name may hold a '/' but never a '\': one inside
 * a part is written '\', so that "Channels/Vendor\Product" is the key "Vendor/Product" below "Channels" and
 * can never be taken for two. `view` is "64" or "32"; NULL is "64".
 *
 * An open key is the system's handle (HKEY); close it with key_close(), which takes NULL.
 */
#ifndef AVSWAP_CORE_OS_WIN32_KEY_H
#define AVSWAP_CORE_OS_WIN32_KEY_H

#include "core/model/facts.h"

#include <wchar.h>

/* access: KEY_READ and its like, without the bits of the view. A key that is not there is *ret NULL and no
 * error.
 */
bool key_open(const char *key, const char *view, unsigned long access, void **ret, struct err *e) MUST_CHECK;
void key_close(void *key);
/* The parts below the hive for the system, and the hive (HKEY): ERR_INPUT for another hive, an empty part or
 * an over-long one. */
wchar_t *key_path(const char *key, void **ret_hive, struct arena *a, struct err *e) MUST_CHECK;
/* Names of the subkeys as parts in our notation, in the order of the registry. */
bool key_children(void *key, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* A value by its name, decoded by value.h; an absent one leaves ret->type NULL. Texts belong to a. */
bool key_value(void *key, const char *name, struct arena *a, struct registry_value *ret,
               struct err *e) MUST_CHECK;
/* All values, each with name, type and data, added to `list`. */
struct registry_values {
    struct registry_value *v;
    size_t n;
};
bool key_values(void *key, struct arena *a, struct registry_values *list, struct err *e) MUST_CHECK;
/* "HKU/<SID>" of every loaded user hive; not their _Classes, not ".DEFAULT", which is S-1-5-18. */
bool key_users(struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* Does the view "32" show this key because it has one of its own there, and not because both views share it?
 */
bool key_redirected(void *key);

#endif
