#include "core/os/process.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool os_become(const struct strs *argv, struct err *e)
{
    char **copy = calloc(argv->n + 1, sizeof *copy);

    if (!copy)
        return err_nomem(e);
    for (size_t i = 0; i < argv->n; i++)
        copy[i] = (char *)(uintptr_t)argv->v[i];
    execv(copy[0], copy);
    err_sys(e, ERR_OS, errno, "starting '%s'", copy[0]);
    free(copy);
    return false;
}
