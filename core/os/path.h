/*
 * path.h - paths as people and programs give them, and where they lead.
 */
#ifndef AVSWAP_CORE_OS_PATH_H
#define AVSWAP_CORE_OS_PATH_H

#include "core/base/text.h"

/* A path as a person gave it, in the form that core/os takes: on Windows whole and with '/', elsewhere as it
 * is. NULL on failure. */
const char *os_path_given(const char *given, struct arena *a, struct err *e) MUST_CHECK;
/* The same place with every link on the way followed. ERR_NOT_FOUND when there is none. */
const char *os_path_real(const char *path, struct arena *a, struct err *e) MUST_CHECK;

#endif
