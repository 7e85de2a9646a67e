/*
 * Stand-in products: the file guard, real fanotify permission marks on the mount of the root directory.
 *
 * Invariant that keeps the host alive: from guard_start() until guard_serve() returns the process opens no file and
 * waits for no child, because it would have to answer the events it causes itself. Every event is answered; whatever is
 * in doubt is allowed; killing the process makes the kernel allow what waits. Denied is only a file that begins with the
 * 68 bytes of the EICAR test file, a string that is composed at run time and stands in no file of the project.
 *
 * Calling order: guard_start last of all that may fail, then guard_serve.
 * Source of the format: fanotify(7), proc(5) on fdinfo.
 */
#ifndef STANDIN_GUARD_H
#define STANDIN_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

/* The marked descriptor; -1 with the reason on standard error. */
int guard_start(void);

/*
 * Answers events until SIGTERM, then closes the guard. SIGUSR1 takes the mark away, SIGUSR2 puts it back.
 * `log` writes what was denied to standard error.
 */
void guard_serve(int guard, int signals, bool log);

/* Does process `pid` hold a mark on a mount? Asked of the kernel. */
bool guard_held_by(pid_t pid);

#endif
