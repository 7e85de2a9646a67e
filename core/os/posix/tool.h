/*
 * tool.h - running the system's own tools for this folder's needs.
 */
#ifndef AVSWAP_CORE_OS_POSIX_TOOL_H
#define AVSWAP_CORE_OS_POSIX_TOOL_H

#include "core/os/process.h"

#define TOOL_MS 60000 /* for tools that ask or change one small thing */

/* A vector for the duration of the enclosing block. */
#define ARGV(...)                                                                                            \
    ((struct strs){(const char *[]){__VA_ARGS__},                                                            \
                   sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)})

bool tool_exists(const char *name);
/* Appends one vector to another. */
bool tool_add(struct arena *a, struct strs *to, const struct strs *from, struct err *e) MUST_CHECK;
/* Runs with a limit; the caller frees ret->out. */
bool tool_run(const struct strs *argv, long long timeout_ms, struct os_exit *ret, struct err *e) MUST_CHECK;
/* Runs and demands exit status 0. */
bool tool_do(const struct strs *argv, struct err *e) MUST_CHECK;
/* Runs, demands exit status 0 and gives the output, which the caller frees. */
bool tool_ask(const struct strs *argv, struct buf *ret, struct err *e) MUST_CHECK;
/* Makes an error of how a tool ended, with the end of what it said; returns false. */
bool tool_failed(const char *name, const struct os_exit *x, struct err *e);

#endif
