#include "core/base/argv.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* One argument into b; returns where it ends. n backslashes before a quote are n / 2 and, if n is odd, a
 * quote as such; elsewhere they are what they are. Two quotes inside of quotes are one (since Visual C++
 * 2008). */
static const char *one_argument(const char *s, struct buf *b)
{
    bool quoted = false;

    for (; *s && (quoted || !is_space(*s)); s++) {
        size_t slashes = strspn(s, "\\");

        if (slashes && s[slashes] == '"') {
            buf_add(b, s, slashes / 2);
            s += slashes;
            if (slashes % 2) {
                buf_addc(b, '"');
                continue;
            }
        }
        if (*s != '"') {
            buf_addc(b, *s);
        } else if (quoted && s[1] == '"') {
            buf_addc(b, '"');
            s++;
        } else {
            quoted = !quoted;
        }
    }
    return s;
}

bool argv_split(const char *s, size_t max, struct arena *a, struct strs *ret, struct err *e)
{
    struct buf b;
    bool ok = true;

    buf_init(&b, max);
    for (s += strspn(s, " \t"); ok && *s; s += strspn(s, " \t")) {
        const char **slot;

        buf_clear(&b);
        s = one_argument(s, &b);
        ok = buf_ok(&b, "an argument", e);
        slot = ok ? LIST_ADD(a, ret) : NULL;
        if (ok && (!slot || !(*slot = arena_strdup(a, buf_str(&b)))))
            ok = err_nomem(e);
    }
    buf_free(&b);
    return ok;
}
