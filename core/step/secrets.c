#include "core/step/secrets.h"
#include "core/model/visit.h"
#include "core/step/sent.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"

#include <stdlib.h>
#include <string.h>

static bool refuse_open(const char *path, unsigned mode, struct err *e)
{
    if (text_eq(os_family(), "windows"))
        return err_set(e, ERR_SECRET, "%s is readable by others: icacls \"%s\" /inheritance:r /grant *S-1-5-32-544:F leaves it to "
                                      "the administrators", path, path);
    return err_set(e, ERR_SECRET, "%s is readable by others (mode %04o): chmod 600 leaves it to its owner", path, mode);
}

/* What an editor or a shell puts around it: a mark of UTF-8, the end of the line. They are not part of it. */
static bool text_of(const char *path, const struct buf *b, struct secret *ret, struct err *e)
{
    const char *p = buf_str(b);
    size_t n = b->len;

    if (memchr(p, '\0', n)) /* as ">" in Windows PowerShell writes */
        return err_set(e, ERR_SECRET, "%s is not a text in UTF-8: save it as UTF-8", path);
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
        n -= 3;
    }
    if (n && p[n - 1] == '\n')
        n -= n > 1 && p[n - 2] == '\r' ? 2 : 1;
    return secret_set(ret, p, n, e);
}

static bool from_file(const char *path, struct secret *ret, struct err *e)
{
    struct os_stat st;
    struct buf b;
    bool ok;

    if (!os_file_stat(path, &st, e))
        return false;
    if (st.kind != OS_FILE)
        return err_set(e, ERR_SECRET, "there is no file %s", path);
    if (st.mode & 077)
        return refuse_open(path, st.mode, e);
    buf_init(&b, LIMIT_SECRET);
    ok = os_file_read(path, &b, e) && text_of(path, &b, ret, e);
    if (b.data)
        secret_wipe(b.data, b.cap);
    buf_free(&b);
    return ok;
}

static bool from_sent(const char *name, struct secret *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path = sent_secret(name, &a, e);
    bool ok = path != NULL;

    if (ok && !os_file_exists(path))
        ok = err_set(e, ERR_SECRET, "the secret '%s' was not sent: avswap fleet run --secret %s=file:PATH does it", name, name);
    ok = ok && from_file(path, ret, e);
    arena_free(&a);
    return ok;
}

bool secret_resolve(const struct plan *p, const char *name, struct secret *ret, struct err *e)
{
    const char *from = json_string_value(json_object_get(p->secret_sources, name));
    const char *value;

    if (!from)
        return err_set(e, ERR_SECRET, "the plan does not say where the secret '%s' comes from", name);
    if (text_eq(from, VISIT_SENT))
        return from_sent(name, ret, e);
    if (text_starts(from, "file:"))
        return from_file(from + 5, ret, e) || err_wrap(e, "secret '%s'", name);
    if (!text_starts(from, "env:"))
        return err_set(e, ERR_SECRET, "secret '%s': its source must begin with file: or env:, or be sent", name);
    value = getenv(from + 4);
    if (!value)
        return err_set(e, ERR_SECRET, "secret '%s': the environment has no %s", name, from + 4);
    return secret_set(ret, value, strlen(value), e);
}
