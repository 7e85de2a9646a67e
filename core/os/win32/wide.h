/*
 * wide.h - the edge between UTF-8 inside and UTF-16 of Windows, and Windows' error codes as errors. Only for core/os/win32.
 *
 * Texts belong to the arena given; NULL means that memory ran out, unless an err is filled.
 */
#ifndef AVSWAP_CORE_OS_WIN32_WIDE_H
#define AVSWAP_CORE_OS_WIN32_WIDE_H

#include "core/base/text.h"

#include <wchar.h>

/* ERR_INPUT when it is no UTF-8. */
wchar_t *wide_text(const char *utf8, struct arena *a, struct err *e) MUST_CHECK;
/* A path of ours ("C:/x y") for the system: backslashes, and the prefix that lifts the limit of 260 characters. Relative and device
 * paths are ERR_INPUT. */
wchar_t *wide_path(const char *path, struct arena *a, struct err *e) MUST_CHECK;
/* At most n units, up to the first NUL; unpaired surrogates become U+FFFD. */
const char *wide_utf8(const wchar_t *w, size_t n, struct arena *a) MUST_CHECK;
/* The same for a path: '/' for backslashes, without the prefix. */
const char *wide_path_utf8(const wchar_t *w, size_t n, struct arena *a) MUST_CHECK;
/* Sets the error with the system's text for `os` behind it; ERROR_ACCESS_DENIED becomes ERR_PRIVILEGE, sharing violations ERR_BUSY, what does
 * not exist ERR_NOT_FOUND, whatever `code` is. Returns false. */
bool wide_error(struct err *e, enum err_code code, unsigned long os, const char *fmt, ...) __attribute__((format(__printf__, 4, 5)));

#endif
