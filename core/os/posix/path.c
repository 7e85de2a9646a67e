#include "core/os/path.h"

#include <errno.h>
#include <stdlib.h>

const char *os_path_given(const char *given, struct arena *a, struct err *e)
{
    (void)a, (void)e;
    return given;
}

const char *os_path_real(const char *path, struct arena *a, struct err *e)
{
    char *real = realpath(path, NULL), *copy;

    if (!real) {
        err_sys(e, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO, errno, "looking at '%s'",
                path);
        return NULL;
    }
    copy = arena_strdup(a, real);
    free(real);
    if (!copy)
        err_nomem(e);
    return copy;
}
