/*
 * What only Linux has: there is none of it here, so lists are empty and changes are refused. Accounts too: no
 * product that is known makes groups or users of its own on a Windows PC.
 */
#include "core/os/machine.h"
#include "core/os/package.h"

#define EMPTY(name)                                                                                          \
    bool name(struct facts *f, struct arena *a, struct err *e)                                               \
    {                                                                                                        \
        (void)f, (void)a, (void)e;                                                                           \
        return true;                                                                                         \
    }
EMPTY(os_accounts)
EMPTY(os_fanotify_list)
EMPTY(os_firewall_list)
EMPTY(os_package_list)
EMPTY(os_selinux)

static bool none(const char *what, struct err *e)
{
    return err_set(e, ERR_OS, "%s: this system has none", what);
}

bool os_group_remove(const char *name, struct err *e)
{
    return none(name, e);
}

bool os_user_remove(const char *name, struct err *e)
{
    return none(name, e);
}

bool os_firewall_remove(const struct firewall_rule *r, struct err *e)
{
    return none(r->text, e);
}

bool os_selinux_context_remove(const char *pattern, struct err *e)
{
    return none(pattern, e);
}

bool os_package_change(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    (void)ret;
    return none(c->manager ? c->manager : "package manager", e);
}

const char *os_package_manager(const char *name)
{
    (void)name;
    return NULL;
}
