/*
 * screen.h - the whole terminal for a while: its second screen, keys without Enter, and a way back whatever happens.
 *
 * Calling order: screen_open, screen_draw and screen_wait as often as wanted, screen_close. While it is open SIGINT,
 * SIGTERM and SIGHUP only end screen_wait() (SCREEN_END); screen_close() puts the terminal back, and screen_signal() says which one it
 * was. One screen at a time. POSIX only: what runs on a jump host.
 */
#ifndef AVSWAP_CORE_OS_SCREEN_H
#define AVSWAP_CORE_OS_SCREEN_H

#include "core/base/text.h"

enum { SCREEN_TIME = 0, SCREEN_RESIZED = -1, SCREEN_END = -2 };

bool screen_open(struct err *e) MUST_CHECK;
/* Lines that each end in a newline, none wider than the terminal, no more than it has. Those that differ from what was drawn last are
 * written, in one write. */
bool screen_draw(const char *lines, size_t n, struct err *e) MUST_CHECK;
/* A key (its byte), or one of the above. */
int screen_wait(int ms);
void screen_close(void);
/* The signal that ended it, 0: none. */
int screen_signal(void);

#endif
