/*
 * registry_change.h - keys that are written to. Only for core/os/win32.
 *
 * Order: registry_change_open(), registry_change_put() any number of times, registry_change_close(), which
 * flushes.
 */
#ifndef AVSWAP_CORE_OS_WIN32_REGISTRY_CHANGE_H
#define AVSWAP_CORE_OS_WIN32_REGISTRY_CHANGE_H

#include "core/base/text.h"

/* A key in our notation, made where it is missing; NULL: an err. */
void *registry_change_open(const char *key, const char *view, struct err *e) MUST_CHECK;
bool registry_change_put(void *key, const char *name, unsigned long type, const void *bytes, size_t n,
                         struct err *e) MUST_CHECK;
bool registry_change_close(void *key, struct err *e) MUST_CHECK;

#endif
