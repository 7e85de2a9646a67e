/*
 * digest.h - SHA-256 as lower-case hex (libsodium).
 */
#ifndef AVSWAP_CORE_BASE_DIGEST_H
#define AVSWAP_CORE_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sodium/crypto_hash_sha256.h>

#define DIGEST_TEXT 65 /* 64 hex digits and NUL */

struct digest {
    crypto_hash_sha256_state state;
};

void digest_init(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t n);
void digest_end(struct digest *d, char hex[DIGEST_TEXT]);
void digest_of(const void *p, size_t n, char hex[DIGEST_TEXT]);
bool digest_is(const char *s); /* has the form of one */

#endif
