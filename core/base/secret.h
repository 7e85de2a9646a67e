/*
 * secret.h - a password or token.
 *
 * The value has no accessor that returns text to print: it is handed to a child's standard input or written into a
 * file with 0600. secret_clear() wipes it. Core dumps are switched off by the program at start (os/process.h).
 */
#ifndef AVSWAP_CORE_BASE_SECRET_H
#define AVSWAP_CORE_BASE_SECRET_H

#include "core/base/mem.h"

struct secret {
    char *bytes;
    size_t len;
};

bool secret_set(struct secret *s, const char *bytes, size_t len, struct err *e) MUST_CHECK;
void secret_clear(struct secret *s);
/* Wipes bytes that held one; the compiler does not leave it out. */
void secret_wipe(void *bytes, size_t len);

#endif
