/*
 * console.h - the terminal that a person sits at, and how the program is started.
 */
#ifndef AVSWAP_CORE_OS_CONSOLE_H
#define AVSWAP_CORE_OS_CONSOLE_H

#include "core/base/secret.h"
#include "core/base/text.h"

/* First thing in main(): arguments as UTF-8, output in UTF-8, escape sequences where the console knows them.
 */
void os_console_init(int *argc, char ***argv);
/* Is stream 0, 1 or 2 a terminal? Does it know escape sequences? */
bool os_console_is_terminal(int stream);
bool os_console_has_colour(int stream);
/* Columns of the terminal; 80 when nothing says. */
int os_console_width(void);
/* Reads a line without showing it. */
bool os_console_secret(const char *prompt, struct secret *ret, struct err *e) MUST_CHECK;
/* Was the program started by a double click, so that its window closes with it? */
bool os_console_own_window(void);
/* Starts this program again with the same arguments and asks the system for the administrator's rights;
 * returns its exit status. ERR_PRIVILEGE when they were refused, ERR_OS where the system has no such
 * question. */
bool os_console_elevate(int argc, char **argv, int *ret_status, struct err *e) MUST_CHECK;
/* Runs `work` in the way the system starts this program: at once, or as a service's main function when the
 * service manager started it. Returns its exit status. */
int os_worker_run(int (*work)(int argc, char **argv), int argc, char **argv);

#endif
