/*
 * run.h - running a program whose command line is made already. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_RUN_H
#define AVSWAP_CORE_OS_WIN32_RUN_H

#include "core/os/process.h"
#include "core/os/win32/program.h"

/* os_run() with a program in place of c->argv and c->env. */
bool run_program(const struct os_child *c, const struct program *p, struct os_exit *ret,
                 struct err *e) MUST_CHECK;

#endif
