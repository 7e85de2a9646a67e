/*
 * link.h - where junctions and symbolic links of Windows point. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_LINK_H
#define AVSWAP_CORE_OS_WIN32_LINK_H

#include "core/os/win32/handle.h"

/* The target as the system keeps it, in our notation; a mounted volume's is "Volume{...}/". Sets the system's
 * error: ERROR_NOT_A_REPARSE_POINT for what is no link. The text belongs to a. */
bool link_target(HANDLE h, struct arena *a, const char **ret) MUST_CHECK;

#endif
