/*
 * talk.h - work beside this process: a program that is talked to by pipes, and a function that runs in a process of its own.
 *
 * A talk: start, write and read as the other side expects, end. Both sides' waiting is nobody's business here: who needs a
 * limit talks inside os_apart(). What the program writes to its standard error is kept, bounded, for the message.
 *
 * os_apart() runs work() in a copy of this process and gives its result and err back. However it ends - too late, killed, by
 * a defect - this process goes on; and when this process ends, so does the copy. Nothing else that work() changes in memory is
 * seen here.
 */
#ifndef AVSWAP_CORE_OS_TALK_H
#define AVSWAP_CORE_OS_TALK_H

#include "core/base/text.h"

struct os_talk;

/* As os_child: argv[0] in the system's own folders, env added to a clean environment. NULL on failure. */
struct os_talk *os_talk_start(const struct strs *argv, const struct strs *env, struct err *e) MUST_CHECK;
bool os_talk_write(struct os_talk *t, const void *p, size_t n, struct err *e) MUST_CHECK;
/* What there is, at least one byte; *ret_n 0: the program has closed its standard output. */
bool os_talk_read(struct os_talk *t, void *p, size_t size, size_t *ret_n, struct err *e) MUST_CHECK;
/* No more is said to it. */
void os_talk_close_input(struct os_talk *t);
/* The program's exit status, -1 when a signal ended it or it did not end within grace_ms and was killed. *said (NULL: not
 * wanted) gets what it wrote to standard error. Frees t, which may be NULL. */
int os_talk_end(struct os_talk *t, long long grace_ms, struct buf *said);

bool os_apart(bool (*work)(void *arg, struct err *e), void *arg, long long timeout_ms, struct err *e) MUST_CHECK;

#endif
