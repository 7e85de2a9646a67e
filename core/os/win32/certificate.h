/*
 * certificate.h - certificates as texts. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_CERTIFICATE_H
#define AVSWAP_CORE_OS_WIN32_CERTIFICATE_H

#include "core/base/mem.h"

#include <windows.h>
#include <wincrypt.h>

/* A name as Windows shows it: the common name first. In a; NULL: memory ran out. */
const char *certificate_name(const CERT_NAME_BLOB *name, struct arena *a) MUST_CHECK;

#endif
