/*
 * Starting and stopping services. The manager only passes a wish on, so every change waits until the service
 * says that it is where it should be; the result is the manager's error code, 0 when it is there.
 */
#include "core/os/machine.h"
#include "core/os/service.h"
#include "core/os/win32/scm.h"
#include "core/os/win32/wide.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 100, OUTPUT = 4096 };

struct change {
    struct scm scm;
    long long deadline; /* by os_up_ms() */
    bool late;
};

static DWORD state(struct change *c, SERVICE_STATUS_PROCESS *ret)
{
    DWORD n;

    memset(ret, 0, sizeof *ret);
    return QueryServiceStatusEx(c->scm.service, SC_STATUS_PROCESS_INFO, (BYTE *)ret, sizeof *ret, &n)
               ? 0
               : GetLastError();
}

static bool wait_a_little(struct change *c)
{
    c->late = os_up_ms() >= c->deadline;
    if (!c->late)
        os_sleep_ms(LOOK_MS);
    return !c->late;
}

/* Waits while it is on its way. */
static DWORD settle(struct change *c, SERVICE_STATUS_PROCESS *ret)
{
    for (;;) {
        DWORD failed = state(c, ret);

        if (failed || ret->dwCurrentState == SERVICE_STOPPED || ret->dwCurrentState == SERVICE_RUNNING ||
            ret->dwCurrentState == SERVICE_PAUSED)
            return failed;
        if (!wait_a_little(c))
            return WAIT_TIMEOUT;
    }
}

/* What the service said when it stopped by itself. */
static DWORD own_failure(const SERVICE_STATUS_PROCESS *s)
{
    if (s->dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR && s->dwServiceSpecificExitCode)
        return s->dwServiceSpecificExitCode;
    return s->dwWin32ExitCode ? s->dwWin32ExitCode : ERROR_SERVICE_NOT_ACTIVE;
}

static DWORD start(struct change *c)
{
    SERVICE_STATUS_PROCESS s;
    SERVICE_STATUS said;
    DWORD failed = settle(c, &s);

    if (failed || s.dwCurrentState == SERVICE_RUNNING)
        return failed;
    if (s.dwCurrentState == SERVICE_PAUSED)
        return ControlService(c->scm.service, SERVICE_CONTROL_CONTINUE, &said) ? settle(c, &s)
                                                                               : GetLastError();
    if (!StartServiceW(c->scm.service, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
        return GetLastError();
    failed = settle(c, &s);
    return failed || s.dwCurrentState == SERVICE_RUNNING ? failed : own_failure(&s);
}

static DWORD stop(struct change *c);

/* Those that need this one stop first; in the order given, none that another still needs. */
static DWORD stop_dependents(struct change *c)
{
    DWORD size = 0, n = 0, failed = 0;
    ENUM_SERVICE_STATUSW *all;

    if (EnumDependentServicesW(c->scm.service, SERVICE_ACTIVE, NULL, 0, &size, &n) ||
        GetLastError() != ERROR_MORE_DATA)
        return 0;
    all = mem_alloc(size);
    if (!all)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!EnumDependentServicesW(c->scm.service, SERVICE_ACTIVE, all, size, &size, &n))
        n = 0;
    for (DWORD i = 0; i < n && !failed; i++) {
        struct change d = {.deadline = c->deadline};

        d.scm.service = OpenServiceW(c->scm.manager, all[i].lpServiceName,
                                     SERVICE_STOP | SERVICE_QUERY_STATUS | SERVICE_ENUMERATE_DEPENDENTS);
        failed = d.scm.service ? stop(&d) : GetLastError();
        c->late = d.late;
        scm_close(&d.scm);
    }
    mem_free(all);
    return failed;
}

/* A service may say that it has stopped before its process lets go of its files. One that it shares with
 * others goes on. */
static void wait_process(struct change *c, HANDLE process)
{
    enum { LONGEST_MS = 15000 };
    long long left = c->deadline - os_up_ms();

    if (!process)
        return;
    WaitForSingleObject(process, left > LONGEST_MS ? LONGEST_MS : left > 0 ? (DWORD)left : 0);
    CloseHandle(process);
}

static DWORD ask_to_stop(struct change *c)
{
    SERVICE_STATUS_PROCESS now;
    SERVICE_STATUS said;

    for (;;) {
        DWORD failed = ControlService(c->scm.service, SERVICE_CONTROL_STOP, &said) ? 0 : GetLastError();

        if (failed == ERROR_DEPENDENT_SERVICES_RUNNING) {
            failed = stop_dependents(c);
            if (failed)
                return failed;
        } else if (failed != ERROR_SERVICE_CANNOT_ACCEPT_CTRL) {
            /* It was down already, or ended while it was asked. */
            return failed && state(c, &now) == 0 && now.dwCurrentState == SERVICE_STOPPED ? 0 : failed;
        }
        if (!wait_a_little(c))
            return failed ? failed : WAIT_TIMEOUT;
    }
}

static DWORD stop(struct change *c)
{
    SERVICE_STATUS_PROCESS s;
    DWORD failed = settle(c, &s);
    HANDLE process = NULL;

    if (failed || s.dwCurrentState == SERVICE_STOPPED)
        return failed;
    failed = stop_dependents(c);
    if (s.dwProcessId && s.dwServiceType & SERVICE_WIN32_OWN_PROCESS)
        process = OpenProcess(SYNCHRONIZE, FALSE, s.dwProcessId);
    if (!failed)
        failed = ask_to_stop(c);
    while (!failed && !(failed = state(c, &s)) && s.dwCurrentState != SERVICE_STOPPED)
        if (!wait_a_little(c))
            failed = WAIT_TIMEOUT;
    if (!failed)
        wait_process(c, process);
    else if (process)
        CloseHandle(process);
    return failed;
}

static DWORD set_start(struct change *c, DWORD type)
{
    return ChangeServiceConfigW(c->scm.service, SERVICE_NO_CHANGE, type, SERVICE_NO_CHANGE, NULL, NULL, NULL,
                                NULL, NULL, NULL, NULL)
               ? 0
               : GetLastError();
}

static DWORD act(struct change *c, enum os_service_action action)
{
    DWORD failed;

    if (!c->scm.service)
        return c->scm.failed;
    switch (action) {
    case OS_SERVICE_START:
        return start(c);
    case OS_SERVICE_STOP:
        return stop(c);
    case OS_SERVICE_RESTART:
        failed = stop(c);
        return failed ? failed : start(c);
    case OS_SERVICE_ENABLE:
        return set_start(c, SERVICE_AUTO_START);
    case OS_SERVICE_DISABLE:
        return set_start(c, SERVICE_DISABLED);
    case OS_SERVICE_MANUAL:
        return set_start(c, SERVICE_DEMAND_START);
    case OS_SERVICE_RELOAD:
        break;
    }
    return 0;
}

static const DWORD rights[] = {
    [OS_SERVICE_START] = SERVICE_START | SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS,
    [OS_SERVICE_STOP] = SERVICE_STOP | SERVICE_QUERY_STATUS | SERVICE_ENUMERATE_DEPENDENTS,
    [OS_SERVICE_RESTART] = SERVICE_STOP | SERVICE_START | SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS |
                           SERVICE_ENUMERATE_DEPENDENTS,
    [OS_SERVICE_ENABLE] = SERVICE_CHANGE_CONFIG,
    [OS_SERVICE_DISABLE] = SERVICE_CHANGE_CONFIG,
    [OS_SERVICE_MANUAL] = SERVICE_CHANGE_CONFIG,
};

bool os_service_change(enum os_service_action action, const char *name, long long timeout_ms,
                       struct os_exit *ret, struct err *e)
{
    struct change c = {.deadline = os_up_ms() + timeout_ms};
    struct err said = ERR_INIT;
    DWORD failed;

    memset(ret, 0, sizeof *ret);
    buf_init(&ret->out, OUTPUT);
    ret->tree_empty = true;
    if (action == OS_SERVICE_RELOAD) /* the registry is read whenever it is needed */
        return true;
    if (!scm_open(name, rights[action], &c.scm, e))
        return false;
    failed = act(&c, action);
    scm_close(&c.scm);
    ret->code = (int)failed;
    ret->timed_out = c.late;
    if (failed) {
        wide_error(&said, ERR_OS, failed, "the service '%s'", name);
        buf_adds(&ret->out, said.text);
    }
    if (buf_ok(&ret->out, "what is said of a service", e))
        return true;
    buf_free(&ret->out);
    return false;
}

bool os_service_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    enum { STOP_MS = 60000 };
    struct os_exit x;

    *ret_at_boot = false;
    /* One that cannot be stopped goes at the next boot. */
    if (!os_service_change(OS_SERVICE_STOP, name, STOP_MS, &x, e))
        return false;
    buf_free(&x.out);
    return scm_delete(name, ret_at_boot, e);
}
