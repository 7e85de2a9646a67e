/*
 * Switches of this stand-in: STANDIN_HOME\switches holds `[NAME.]switch[=value]` lines; a bare one is for kes.
 */
#ifndef STANDIN_SWITCHES_H
#define STANDIN_SWITCHES_H

#include <stdbool.h>
#include <stddef.h>

bool switch_on(const char *name);
/* Its number, `otherwise` when it has none; false: not set. */
bool switch_number(const char *name, long *ret, long otherwise);
bool switch_text(const char *name, char *ret, size_t size);

#endif
