/*
 * scm.h - one entry of the service manager, opened to be changed: a service's or a driver's. Only for
 * core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_SCM_H
#define AVSWAP_CORE_OS_WIN32_SCM_H

#include "core/base/err.h"

#include <windows.h>

struct scm {
    SC_HANDLE manager;
    SC_HANDLE service; /* NULL: there is no such entry, or it may not be opened: */
    DWORD failed;      /* why */
};

/* False when the manager cannot be asked, or name can be none. access: SERVICE_STOP and its like. */
bool scm_open(const char *name, DWORD access, struct scm *ret, struct err *e) MUST_CHECK;
void scm_close(struct scm *s);
/* Deletes the entry; it is gone at once unless somebody holds it open or it runs: *ret_at_boot, which may be
 * NULL. Absent is no error. */
bool scm_delete(const char *name, bool *ret_at_boot, struct err *e) MUST_CHECK;

#endif
