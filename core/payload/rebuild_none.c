#include "core/payload/rebuild.h"

/* In place of rebuild*.c where neither dpkg nor rpm can be: the verb stays known, so that plans of other
 * systems can be read. */
bool rebuild_package(const char *manager, const char *name, const char *dir, struct arena *a,
                     struct rebuilt *ret, struct err *e)
{
    (void)dir, (void)a, (void)ret;
    return err_set(e, ERR_OS, "%s: this system has no packages of %s", name, manager);
}
