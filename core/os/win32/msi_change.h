/*
 * msi_change.h - parts of a change by Windows Installer that are tested one by one. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_MSI_CHANGE_H
#define AVSWAP_CORE_OS_WIN32_MSI_CHANGE_H

#include "core/os/installer.h"
#include "core/os/win32/msi_secret.h"

/* What the child returns when it did not get as far as Windows Installer; bit 29 is never set in codes of the
 * system (learn.microsoft.com, SetLastError). */
#define MSI_CHILD_FAILED 0x20000001

/* Appends ` NAME="value"` for all properties and secrets, quotes inside doubled (learn.microsoft.com,
 * "Command-Line Options"). ERR_INPUT for what is no public property or holds a control character. */
bool msi_properties(const struct os_msi_change *c, struct buf *out, struct err *e) MUST_CHECK;

/* Covers the forms in a file, in place and of any size. */
bool msi_log_scrub(const char *path, const struct msi_forms *f, struct err *e) MUST_CHECK;
/* os_msi_cause() for a log's bytes. */
const char *msi_log_cause(const char *p, size_t n, struct arena *a);

#endif
