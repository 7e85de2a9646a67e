/*
 * Stand-in products: one value out of a file of `name` or `name=value` lines.
 *
 * Serves the switches file, kesl.ini and kesl.conf. `#` starts a comment line, `[section]` lines are skipped, the last
 * match wins. A file that cannot be read holds nothing: the stand-ins must run on a host that has no switches.
 */
#ifndef STANDIN_KEYVAL_H
#define STANDIN_KEYVAL_H

#include <stdbool.h>
#include <stddef.h>

#ifdef _WIN32
#define SWITCHES_FILE "C:/avswap-standin/switches"
#define KEYVAL_MODE "r"
#else
#define SWITCHES_FILE "/etc/avswap-standin/switches"
#define KEYVAL_MODE "re"
#endif

/* true when `name` stands in the file; `value` (may be NULL) gets its text, empty for a bare name, cut to `size`. */
bool keyval_get(const char *path, const char *name, char *value, size_t size);

/* true when the switch is set, and its number, or `otherwise` when it has none. */
bool keyval_switch(const char *name, long *number, long otherwise);

#endif
