#include "core/base/digest.h"

#include <string.h>

void digest_init(struct digest *d)
{
    crypto_hash_sha256_init(&d->state);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    crypto_hash_sha256_update(&d->state, p, n);
}

void digest_end(struct digest *d, char hex[DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&d->state, raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[DIGEST_TEXT - 1] = '\0';
}

void digest_of(const void *p, size_t n, char hex[DIGEST_TEXT])
{
    struct digest d;

    digest_init(&d);
    digest_add(&d, p, n);
    digest_end(&d, hex);
}

bool digest_is(const char *s)
{
    return strlen(s) == DIGEST_TEXT - 1 && strspn(s, "0123456789abcdef") == DIGEST_TEXT - 1;
}
