/*
 * Stand-in products for Windows: an installer and uninstaller that is a plain program.
 *
 * As the ones of old it keeps a copy of itself outside of the product's folder (UNINSTALLER), which a removal leaves there.
 * Exit status: 0 done, 3010 done and a reboot is wanted, 1 failed, 5 refused, 2 wrong arguments.
 */
#ifndef STANDIN_SETUP_H
#define STANDIN_SETUP_H

#include <stdbool.h>

/* silent: without it a wizard would ask, and nobody would answer. */
int setup_install(bool silent);
int setup_remove(bool silent);

#endif
