/* Going on after a reboot: the run's own service (worker.h). */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/win32/scm.h"
#include "core/os/win32/wide.h"
#include "core/os/win32/worker.h"

#include <stdio.h>

const char *os_resume_program(void)
{
    static char path[LIMIT_PATH];

    snprintf(path, sizeof path, "%s/avswap.exe", os_state_dir());
    return path;
}

bool os_resume_arm(const struct strs *argv, struct err *e)
{
    return worker_create(argv, e);
}

/* The service that runs deletes its own entry: it goes when the process ends. */
bool os_resume_disarm(struct err *e)
{
    return scm_delete(WORKER_SERVICE, NULL, e);
}

/* An entry that is marked for deletion arms nothing; only a change of it tells. */
bool os_resume_armed(bool *ret, struct err *e)
{
    struct scm s;
    DWORD failed;

    *ret = false;
    if (!scm_open(WORKER_SERVICE, SERVICE_CHANGE_CONFIG, &s, e))
        return false;
    failed = s.failed;
    if (s.service)
        failed = ChangeServiceConfigW(s.service, SERVICE_NO_CHANGE, SERVICE_AUTO_START, SERVICE_NO_CHANGE,
                                      NULL, NULL, NULL, NULL, NULL, NULL, NULL)
                     ? 0
                     : GetLastError();
    scm_close(&s);
    *ret = !failed;
    return !failed || failed == ERROR_SERVICE_DOES_NOT_EXIST || failed == ERROR_SERVICE_MARKED_FOR_DELETE ||
           wide_error(e, ERR_OS, failed, "looking at the service '%s'", WORKER_SERVICE);
}
