#include "core/os/file.h"
#include "core/os/posix/service.h"
#include "core/os/posix/tool.h"

#include <stdio.h>
#include <string.h>

static const char *const verbs[] = {
    [OS_SERVICE_START] = "start",   [OS_SERVICE_STOP] = "stop",       [OS_SERVICE_RESTART] = "restart",
    [OS_SERVICE_ENABLE] = "enable", [OS_SERVICE_DISABLE] = "disable", [OS_SERVICE_MANUAL] = "disable",
    [OS_SERVICE_RELOAD] = "daemon-reload",
};

/* No option, no path. */
static bool name_ok(const char *name)
{
    return name && *name && *name != '-' && *name != '.' && !strchr(name, '/');
}

static bool by_systemctl(enum os_service_action action, const char *name, long long timeout_ms,
                         struct os_exit *ret, struct err *e)
{
    if (action == OS_SERVICE_RELOAD)
        return tool_run(&ARGV("systemctl", "--no-ask-password", verbs[action]), timeout_ms, ret, e);
    return tool_run(&ARGV("systemctl", "--no-ask-password", verbs[action], "--", name), timeout_ms, ret, e);
}

/* Links exist only once a script was registered ("defaults"); that is harmless to one that was. */
static bool register_script(const char *verb, const char *name, long long timeout_ms, struct os_exit *ret,
                            struct err *e)
{
    bool enable = text_eq(verb, "enable");

    if (tool_exists("update-rc.d")) {
        if (!tool_run(&ARGV("update-rc.d", name, enable ? "defaults" : verb), timeout_ms, ret, e))
            return false;
        if (!enable || ret->code != 0)
            return true;
        buf_free(&ret->out);
        return tool_run(&ARGV("update-rc.d", name, verb), timeout_ms, ret, e);
    }
    if (tool_exists("chkconfig"))
        return tool_run(&ARGV("chkconfig", name, enable ? "on" : "off"), timeout_ms, ret, e);
    return err_set(e, ERR_NOT_FOUND, "no update-rc.d and no chkconfig to %s '%s'", verb, name);
}

static bool by_script(enum os_service_action action, const char *name, long long timeout_ms,
                      struct os_exit *ret, struct err *e)
{
    size_t n = strlen(name);
    char bare[256], path[300];

    if (text_ends(name, ".service"))
        n -= strlen(".service");
    if (n >= sizeof bare)
        return err_set(e, ERR_INPUT, "the service name '%s' is too long", name);
    memcpy(bare, name, n);
    bare[n] = '\0';
    snprintf(path, sizeof path, "/etc/init.d/%s", bare);
    if (!os_file_exists(path))
        return err_set(e, ERR_NOT_FOUND, "there is no service '%s'", bare);
    if (action == OS_SERVICE_ENABLE || action == OS_SERVICE_DISABLE || action == OS_SERVICE_MANUAL)
        return register_script(verbs[action], bare, timeout_ms, ret, e);
    return tool_run(&ARGV(path, verbs[action]), timeout_ms, ret, e);
}

bool os_service_change(enum os_service_action action, const char *name, long long timeout_ms,
                       struct os_exit *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    if (action != OS_SERVICE_RELOAD && !name_ok(name))
        return err_set(e, ERR_INPUT, "'%s' is not the name of a service", name ? name : "");
    if (service_systemd())
        return by_systemctl(action, name, timeout_ms, ret, e);
    if (action == OS_SERVICE_RELOAD) { /* scripts are read when they are run */
        ret->tree_empty = true;
        return true;
    }
    return by_script(action, name, timeout_ms, ret, e);
}
