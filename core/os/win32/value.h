/*
 * value.h - bytes of the registry as text, and %Name% inside of them. Pure. Only for core/os/win32.
 *
 * What a program wrote need not be what its type says: a string may lack its end, have half a character at
 * the end, bytes behind its end, or be no UTF-16; a number may have any length (learn.microsoft.com,
 * RegQueryValueEx, Remarks). Such a value becomes "broken" with the text that can be shown; only a missing
 * end is taken as it is.
 */
#ifndef AVSWAP_CORE_OS_WIN32_VALUE_H
#define AVSWAP_CORE_OS_WIN32_VALUE_H

#include "core/model/facts.h"

/* type: REG_SZ and its like. Sets ret->type and ret->data. */
bool value_decode(unsigned long type, const void *bytes, size_t n, struct arena *a,
                  struct registry_value *ret, struct err *e) MUST_CHECK;
/* Is it a text that may be believed? Then the text, else NULL. */
const char *value_text(const struct registry_value *v);
/* The number of a dword or qword; false for everything else. */
bool value_number(const struct registry_value *v, unsigned long long *ret);

/* What %name% stands for (name is not terminated); NULL: nothing. */
struct value_names {
    const char *(*find)(void *arg, const char *name, size_t n);
    void *arg;
};
/*
 * The text with every known %Name% replaced, also those inside replacements. A name that leads to itself and
 * an unknown one stay as they are. *ret is NULL when nothing was replaced or the text would grow beyond its
 * bounds.
 */
bool value_expand(const char *text, const struct value_names *names, struct arena *a, const char **ret,
                  struct err *e) MUST_CHECK;

#endif
