#include "core/os/win32/scm.h"
#include "core/os/machine.h"
#include "core/os/win32/wide.h"

#include <string.h>

bool scm_open(const char *name, DWORD access, struct scm *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w;

    memset(ret, 0, sizeof *ret);
    if (!name || !*name || strlen(name) > 256 || strpbrk(name, "/\\"))
        return err_set(e, ERR_INPUT, "'%.60s' is not the name of a service", name ? name : "");
    w = wide_text(name, &a, e);
    if (!w) {
        arena_free(&a);
        return false;
    }
    ret->manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    if (ret->manager)
        ret->service = OpenServiceW(ret->manager, w, access);
    ret->failed = GetLastError();
    arena_free(&a);
    return ret->manager || wide_error(e, ERR_OS, ret->failed, "opening the service manager");
}

void scm_close(struct scm *s)
{
    if (s->service)
        CloseServiceHandle(s->service);
    if (s->manager)
        CloseServiceHandle(s->manager);
    memset(s, 0, sizeof *s);
}

/* An entry that is marked lives until its last handle is closed, at most until the next boot: others, as a
 * window of the service manager, may have one. */
static bool is_gone(const char *name, bool *ret, struct err *e)
{
    enum { LOOKS = 20, LOOK_MS = 50 };
    struct scm s;

    *ret = false;
    for (int i = 0; i < LOOKS && !*ret; i++) {
        if (i)
            os_sleep_ms(LOOK_MS);
        if (!scm_open(name, SERVICE_QUERY_STATUS, &s, e))
            return false;
        *ret = !s.service && s.failed == ERROR_SERVICE_DOES_NOT_EXIST;
        scm_close(&s);
    }
    return true;
}

bool scm_delete(const char *name, bool *ret_at_boot, struct err *e)
{
    struct scm s;
    DWORD failed = 0;
    bool gone;

    if (ret_at_boot)
        *ret_at_boot = false;
    if (!scm_open(name, DELETE, &s, e))
        return false;
    if (!s.service)
        failed = s.failed;
    else if (!DeleteService(s.service))
        failed = GetLastError();
    scm_close(&s);
    if (failed == ERROR_SERVICE_DOES_NOT_EXIST)
        return true;
    if (failed && failed != ERROR_SERVICE_MARKED_FOR_DELETE)
        return wide_error(e, ERR_OS, failed, "deleting the entry of '%s'", name);
    if (!ret_at_boot)
        return true;
    if (!is_gone(name, &gone, e))
        return false;
    *ret_at_boot = !gone;
    return true;
}
