#include "core/base/base64.h"

#include <sodium/utils.h>

char *base64_encode(struct arena *a, const void *p, size_t n)
{
    size_t max = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *ret = arena_alloc(a, max);

    return ret ? sodium_bin2base64(ret, max, p, n, sodium_base64_VARIANT_ORIGINAL) : NULL;
}
