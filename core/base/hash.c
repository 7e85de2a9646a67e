#include "core/base/hash.h"

#include <sodium/crypto_shorthash_siphash24.h>
#include <sodium/randombytes.h>
#include <string.h>

void hash_key_make(struct hash_key *ret)
{
    randombytes_buf(ret->bytes, sizeof ret->bytes);
}

struct hash hash_of(const struct hash_key *k, const void *p, size_t n)
{
    unsigned char out[crypto_shorthash_siphashx24_BYTES];
    struct hash h;

    crypto_shorthash_siphashx24(out, p, n, k->bytes);
    memcpy(&h, out, sizeof h);
    return h;
}
