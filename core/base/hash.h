/*
 * hash.h - 128 bits that stand for bytes: SipHash under a key that nobody outside knows (libsodium), so that no input can
 * be made to look like another. For tables in memory only: the key is new in every process.
 *
 * hash_mix() is another thing: chances that everybody can compute again. A number comes out that looks like no other and
 * is always the same for the same one (the finish of splitmix64).
 */
#ifndef AVSWAP_CORE_BASE_HASH_H
#define AVSWAP_CORE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_key {
    unsigned char bytes[16];
};

struct hash {
    uint64_t a, b;
};

void hash_key_make(struct hash_key *ret);
struct hash hash_of(const struct hash_key *k, const void *p, size_t n);

static inline uint64_t hash_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

static inline bool hash_same(struct hash x, struct hash y)
{
    return x.a == y.a && x.b == y.b;
}

#endif
