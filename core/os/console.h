/*
 * console.h - the terminal that a person sits at, and how the program is started.
 *
 * Streams are 0, 1 and 2. Bytes are UTF-8 on every system; what goes to a pipe or a file is written as it is.
 */
#ifndef AVSWAP_CORE_OS_CONSOLE_H
#define AVSWAP_CORE_OS_CONSOLE_H

#include "core/base/text.h"

enum { OS_IN, OS_OUT, OS_ERR };

/* First thing in main(): arguments as UTF-8, escape sequences where the console knows them. A reader that
 * goes away is an error of writing afterwards, not the end. */
void os_console_init(int *argc, char ***argv);
bool os_console_is_terminal(int stream);
/* Does it know escape sequences? Letters and marks beyond ASCII? */
bool os_console_has_colour(int stream);
bool os_console_has_utf8(int stream);
/* Of the terminal; 0 when nothing says. */
void os_console_size(int stream, int *ret_columns, int *ret_rows);

bool os_console_write(int stream, const char *p, size_t n, struct err *e) MUST_CHECK;
/* Some bytes of standard input; 0 at its end. */
bool os_console_read(char *p, size_t size, size_t *ret, struct err *e) MUST_CHECK;

/* While it is held, as a run does, the first Ctrl-C only counts and the second ends the program; a terminal that
 * hangs up does not. Windows ends the programs of a console window that is closed, whatever they do: there the
 * run's own service takes over. */
void os_console_hold(bool on);
bool os_console_interrupted(void);

/* Was the program started by a double click, so that its window closes with it? */
bool os_console_own_window(void);
/* Can the system be asked for the administrator's rights? */
bool os_console_can_elevate(void);
/* Starts this program again, with the same arguments, in a window of its own and with the administrator's
 * rights, and waits for its exit status. ERR_PRIVILEGE when they were refused. */
bool os_console_elevate(int *ret_status, struct err *e) MUST_CHECK;
/* Runs `work` in the way the system starts this program: at once, or as a service's main function when the
 * service manager started it. Returns its exit status. */
int os_worker_run(int (*work)(int argc, char **argv), int argc, char **argv);

#endif
