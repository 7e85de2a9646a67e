/*
 * service.h - the service manager's list: of services and of drivers alike. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_SERVICE_H
#define AVSWAP_CORE_OS_WIN32_SERVICE_H

#include "core/model/facts.h"

enum service_start { START_BOOT, START_SYSTEM, START_AUTO, START_MANUAL, START_DISABLED, START_UNKNOWN };

struct service_row { /* texts belong to the arena given */
    const char *name;
    unsigned long state;      /* SERVICE_RUNNING and its like */
    enum service_start start; /* START_UNKNOWN when the configuration may not be read */
    bool delayed;
    const char *image; /* ImagePath as it stands there; NULL: none */
};

/* Calls `add` with every one whose type has a bit of `types` (SERVICE_WIN32, SERVICE_DRIVER) and whose name
 * matches one of the patterns; all when they are NULL. Ends when it returns false and has filled the error.
 */
bool service_each(unsigned long types, const struct strs *patterns, struct arena *a,
                  bool (*add)(void *arg, const struct service_row *row, struct err *e), void *arg,
                  struct err *e) MUST_CHECK;

#endif
