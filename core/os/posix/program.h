/*
 * program.h - what a program is started with: a path in the system's own folders and a clean environment.
 */
#ifndef AVSWAP_CORE_OS_POSIX_PROGRAM_H
#define AVSWAP_CORE_OS_POSIX_PROGRAM_H

#include "core/base/text.h"

/* Ready for execve(): path, NULL-terminated argv and envp. */
#define PROGRAM_MARK "AVSWAP_CHILD=1" /* in its environment: what we started, though we have ended since */

struct program {
    const char *path;
    char **argv;
    char **envp;
};

/* The path of a program in the system's folders, or the one given if it is a path itself. */
bool program_find(const char *name, char *path, size_t size) MUST_CHECK;
/* env may be NULL. ERR_NOT_FOUND when there is no such program. */
bool program_make(const struct strs *argv, const struct strs *env, struct arena *a, struct program *ret,
                  struct err *e) MUST_CHECK;
/* In a new process: default signals, then execve() in dir; returns errno. Only calls what is allowed after
 * fork(). */
int program_exec(const struct program *p, const char *dir);

#endif
