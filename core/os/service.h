/*
 * service.h - system services: systemd units, or sysv scripts where systemd is not pid 1.
 *
 * Names are given with ".service"; a sysv script is found without that suffix.
 */
#ifndef AVSWAP_CORE_OS_SERVICE_H
#define AVSWAP_CORE_OS_SERVICE_H

#include "core/os/process.h"

/* Fills units; only those that match one of the patterns, all when patterns is NULL. */
bool os_service_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

enum os_service_action {
    OS_SERVICE_START,
    OS_SERVICE_STOP,
    OS_SERVICE_RESTART,
    OS_SERVICE_ENABLE,
    OS_SERVICE_DISABLE,
    OS_SERVICE_MANUAL, /* Windows: starts when somebody asks for it; elsewhere the same as DISABLE */
    OS_SERVICE_RELOAD
};

/* RELOAD re-reads the unit files (name is not used). */
bool os_service_change(enum os_service_action action, const char *name, long long timeout_ms,
                       struct os_exit *ret, struct err *e) MUST_CHECK;
/* Windows: stops a service and deletes its entry; it goes at the next boot while somebody holds it open:
 * *ret_at_boot. Absent is no error. Elsewhere ERR_OS. */
bool os_service_remove(const char *name, bool *ret_at_boot, struct err *e) MUST_CHECK;

#endif
