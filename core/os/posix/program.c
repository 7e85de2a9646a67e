#include "core/os/posix/program.h"
#include "core/base/limits.h"
#include "core/os/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

/* Maintainer scripts expect a home; nothing else of the caller's environment goes on. */
static const char *const base_env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root",
                                       "DEBIAN_FRONTEND=noninteractive", PROGRAM_MARK};
#define BASE_ENV (sizeof base_env / sizeof *base_env)

static bool executable(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool program_find(const char *name, char *path, size_t size)
{
    if (*name == '/')
        return executable(name) && snprintf(path, size, "%s", name) < (int)size;
    if (!*name || strchr(name, '/'))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (snprintf(path, size, "%s/%s", folders[i], name) < (int)size && executable(path))
            return true;
    return false;
}

const char *os_program(const char *name, struct arena *a)
{
    char path[LIMIT_PATH];

    return program_find(name, path, sizeof path) ? arena_strdup(a, path) : NULL;
}

static bool append(char **v, const char *const *items, size_t n, struct arena *a)
{
    for (size_t i = 0; i < n; i++)
        if (!(v[i] = arena_strdup(a, items[i])))
            return false;
    return true;
}

/* Is the variable of "NAME=value" given in env? */
static bool given(const struct strs *env, const char *variable)
{
    size_t n = strcspn(variable, "=") + 1;

    for (size_t i = 0; env && i < env->n; i++)
        if (strncmp(env->v[i], variable, n) == 0)
            return true;
    return false;
}

bool program_make(const struct strs *argv, const struct strs *env, struct arena *a, struct program *ret,
                  struct err *e)
{
    const char *base[BASE_ENV];
    char path[LIMIT_PATH];
    size_t n = 0;

    if (!argv->n)
        return err_set(e, ERR_INPUT, "a command without a program");
    if (!program_find(argv->v[0], path, sizeof path))
        return err_set(e, ERR_NOT_FOUND, "there is no program '%s'", argv->v[0]);
    ret->path = arena_strdup(a, path);
    for (size_t i = 0; i < BASE_ENV; i++)
        if (!given(env, base_env[i]))
            base[n++] = base_env[i];
    ret->argv = ARENA_ARRAY(a, argv->n + 1, char *);
    ret->envp = ARENA_ARRAY(a, n + (env ? env->n : 0) + 1, char *);
    if (!ret->path || !ret->argv || !ret->envp || !append(ret->argv, argv->v, argv->n, a) ||
        !append(ret->envp, base, n, a) || (env && !append(ret->envp + n, env->v, env->n, a)))
        return err_nomem(e);
    return true;
}

int program_exec(const struct program *p, const char *dir)
{
    sigset_t none;

    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir(dir) != 0)
        return errno;
    execve(p->path, p->argv, p->envp);
    return errno;
}
