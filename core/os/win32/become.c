#include "core/os/process.h"

/* A process of Windows cannot be replaced. The one program that is asked for in this way runs on jump hosts,
 * which are Linux. */
bool os_become(const struct strs *argv, struct err *e)
{
    return err_set(e, ERR_OS, "'%s' is not a program for Windows", argv->v[0]);
}
