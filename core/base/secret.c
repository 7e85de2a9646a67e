#include "core/base/secret.h"
#include "core/base/limits.h"

#include <sodium/utils.h>
#include <string.h>

bool secret_set(struct secret *s, const char *bytes, size_t len, struct err *e)
{
    secret_clear(s);
    if (len > LIMIT_SECRET)
        return err_set(e, ERR_LIMIT, "a secret is longer than %u bytes", LIMIT_SECRET);
    s->bytes = mem_alloc(len + 1);
    if (!s->bytes)
        return err_nomem(e);
    memcpy(s->bytes, bytes, len);
    s->bytes[len] = '\0';
    s->len = len;
    return true;
}

void secret_wipe(void *bytes, size_t len)
{
    sodium_memzero(bytes, len);
}

void secret_clear(struct secret *s)
{
    if (s->bytes) {
        secret_wipe(s->bytes, s->len);
        mem_free(s->bytes);
    }
    s->bytes = NULL;
    s->len = 0;
}
