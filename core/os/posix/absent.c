/* What only Windows has: there is none of it here, so lists are empty and changes are refused. */
#include "core/os/driver.h"
#include "core/os/installer.h"
#include "core/os/registry.h"
#include "core/os/security.h"
#include "core/os/service.h"
#include "core/os/task.h"
#include "core/os/trust.h"

#define EMPTY(name)                                                                                          \
    bool name(struct facts *f, struct arena *a, struct err *e)                                               \
    {                                                                                                        \
        (void)f, (void)a, (void)e;                                                                           \
        return true;                                                                                         \
    }
EMPTY(os_uninstall_list)
EMPTY(os_msi_list)
EMPTY(os_driver_list)
EMPTY(os_certificate_list)
EMPTY(os_trust_file_list)
EMPTY(os_security_center)
EMPTY(os_task_list)

bool os_registry_read(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    (void)patterns, (void)f, (void)a, (void)e;
    return true;
}

bool os_signature_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    (void)patterns, (void)f, (void)a, (void)e;
    return true;
}

bool os_wmi(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    (void)q, (void)f, (void)a, (void)e;
    return true;
}

static bool none(const char *what, struct err *e)
{
    return err_set(e, ERR_OS, "%s: this system has none", what);
}

bool os_registry_set(const struct registry_value *v, struct err *e)
{
    (void)v;
    return none("registry", e);
}

bool os_registry_remove(const char *key, const char *view, const char *name, struct err *e)
{
    (void)key, (void)view, (void)name;
    return none("registry", e);
}

bool os_registry_save(const char *key, const char *view, const char *file, struct err *e)
{
    (void)key, (void)view, (void)file;
    return none("registry", e);
}

bool os_registry_load(const char *file, const char *view, struct err *e)
{
    (void)file, (void)view;
    return none("registry", e);
}

bool os_msi_run(const struct os_msi_change *c, struct os_exit *ret, struct err *e)
{
    (void)c, (void)ret;
    return none("Windows Installer", e);
}

const char *os_msi_cause(const char *log, struct arena *a)
{
    (void)log, (void)a;
    return NULL;
}

int os_msi_child(void)
{
    return EXIT_ERROR;
}

bool os_command_split(const char *command, struct arena *a, struct strs *ret, struct err *e)
{
    (void)command, (void)a, (void)ret;
    return none("uninstall entry", e);
}

bool os_driver_filters(const char *name, struct arena *a, struct strs *ret, struct err *e)
{
    (void)name, (void)a, (void)ret;
    return none("class filter", e);
}

bool os_driver_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    (void)name, (void)ret_at_boot;
    return none("driver entry", e);
}

bool os_certificate_remove(const char *store, const char *thumbprint, struct err *e)
{
    (void)store, (void)thumbprint;
    return none("certificate store", e);
}

bool os_certificate_save(const char *store, const char *thumbprint, const char *file, struct err *e)
{
    (void)store, (void)thumbprint, (void)file;
    return none("certificate store", e);
}

bool os_certificate_add(const char *store, const char *file, struct err *e)
{
    (void)store, (void)file;
    return none("certificate store", e);
}

bool os_signature(const char *path, struct arena *a, struct signature *ret, struct err *e)
{
    (void)path, (void)a, (void)ret;
    return none("signature", e);
}

bool os_task_remove(const char *path, struct err *e)
{
    (void)path;
    return none("scheduled task", e);
}

bool os_task_save(const char *path, const char *file, struct err *e)
{
    (void)path, (void)file;
    return none("scheduled task", e);
}

bool os_task_add(const char *path, const char *file, struct err *e)
{
    (void)path, (void)file;
    return none("scheduled task", e);
}

bool os_service_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    (void)name, (void)ret_at_boot;
    return none("service entry", e);
}
