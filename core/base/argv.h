/*
 * argv.h - the arguments of a Windows command line by the rules of Microsoft's C runtime (learn.microsoft.com, "Parsing C
 * command-line arguments"). Pure.
 */
#ifndef AVSWAP_CORE_BASE_ARGV_H
#define AVSWAP_CORE_BASE_ARGV_H

#include "core/base/list.h"

/* Adds the arguments in s (what stands behind the program) to ret; none is longer than max bytes. */
bool argv_split(const char *s, size_t max, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;

#endif
