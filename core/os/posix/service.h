/*
 * service.h - what the sources of this folder share about services.
 */
#ifndef AVSWAP_CORE_OS_POSIX_SERVICE_H
#define AVSWAP_CORE_OS_POSIX_SERVICE_H

#include "core/os/service.h"

/* Is systemd pid 1? (sd_booted(3)) */
bool service_systemd(void);
/* Is the name, or the name with ".service", asked for? */
bool service_wanted(const struct strs *patterns, const char *name);
/* Where systemd is not pid 1: sysv scripts, and unit files that nothing runs. */
bool service_sysv_list(const struct strs *patterns, struct facts *f, struct arena *a,
                       struct err *e) MUST_CHECK;

#endif
