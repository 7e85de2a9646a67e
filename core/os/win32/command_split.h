/*
 * command_split.h - the arguments of a command line by the rules of Microsoft's C runtime. Pure. Only for
 * core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_COMMAND_SPLIT_H
#define AVSWAP_CORE_OS_WIN32_COMMAND_SPLIT_H

#include "core/base/list.h"

/* Adds the arguments in s (what stands behind the program) to ret: the inverse of program_line(). */
bool command_arguments(const char *s, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;

#endif
