#include "core/os/driver.h"
#include "core/os/win32/scm.h"
#include "core/os/win32/wide.h"

#include <string.h>

/* Only a driver's entry: a service of that name is none of our business here. Absent is no error. */
static bool check_kind(const char *name, bool *ret_there, struct err *e)
{
    SERVICE_STATUS s;
    struct scm scm;
    bool ok = true;

    if (!scm_open(name, SERVICE_QUERY_STATUS, &scm, e))
        return false;
    *ret_there = scm.service;
    if (!scm.service && scm.failed != ERROR_SERVICE_DOES_NOT_EXIST)
        ok = wide_error(e, ERR_OS, scm.failed, "opening the entry of '%s'", name);
    else if (scm.service && !QueryServiceStatus(scm.service, &s))
        ok = wide_error(e, ERR_OS, GetLastError(), "looking at the entry of '%s'", name);
    else if (scm.service && !(s.dwServiceType & SERVICE_DRIVER))
        ok = err_set(e, ERR_INPUT, "'%s' is a service, not a driver", name);
    scm_close(&scm);
    return ok;
}

bool os_driver_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    struct strs filters = {NULL, 0};
    struct arena a = ARENA_INIT;
    bool there = false, ok = check_kind(name, &there, e);

    *ret_at_boot = false;
    ok = ok && (!there || os_driver_filters(name, &a, &filters, e));
    if (ok && filters.n)
        ok = err_set(e, ERR_BUSY,
                     "the driver '%s' is a filter of '%s': without it the devices there would not work", name,
                     filters.v[0]);
    ok = ok && (!there || scm_delete(name, ret_at_boot, e));
    arena_free(&a);
    return ok;
}
