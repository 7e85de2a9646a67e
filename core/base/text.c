#include "core/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool text_eq(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

bool text_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && strcmp(s + n - m, suffix) == 0;
}

bool text_in(const struct strs *list, const char *s)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_eq(list->v[i], s))
            return true;
    return false;
}

static size_t distance(const char *a, const char *b)
{
    enum { MAX = 40 };
    size_t n = strlen(a), m = strlen(b), row[MAX + 1];

    if (n > MAX || m > MAX)
        return MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);

            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
    size_t best = 3;
    const char *found = NULL;

    if (strlen(word) < 3)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, candidates[i]);

        if (d < best) {
            best = d;
            found = candidates[i];
        }
    }
    return found;
}

bool text_number(const char *s, long long *ret)
{
    char *end;
    long long v;

    if (!*s || isspace((unsigned char)*s))
        return false;
    errno = 0;
    v = strtoll(s, &end, text_starts(s, "0x") ? 16 : 10);
    if (errno || *end)
        return false;
    *ret = v;
    return true;
}

size_t text_decode(const char *s, size_t n, unsigned *cp)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t len;
    unsigned v;

    if (!n)
        return 0;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        len = 2, v = p[0] & 0x1Fu;
    else if ((p[0] & 0xF0) == 0xE0)
        len = 3, v = p[0] & 0x0Fu;
    else if (p[0] >= 0xF0 && p[0] <= 0xF4)
        len = 4, v = p[0] & 0x07u;
    else
        return 0;
    if (len > n)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3Fu);
    }
    if ((len == 3 && v < 0x800) || (len == 4 && (v < 0x10000 || v > 0x10FFFF)) || (v >= 0xD800 && v <= 0xDFFF))
        return 0;
    *cp = v;
    return len;
}

bool text_utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    unsigned cp;

    while (n) {
        size_t len = text_decode((const char *)p, n, &cp);

        if (!len)
            return false;
        p += len;
        n -= len;
    }
    return true;
}

/* Controls, line separators, bidirectional controls, the byte order mark and invisible tag characters. */
static bool harmful(unsigned cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || cp == 0x061C || (cp >= 0x200B && cp <= 0x200F) ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x2069) || cp == 0xFEFF ||
           (cp >= 0xE0000 && cp <= 0xE007F);
}

void text_show(struct buf *b, const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = strlen(s);

    while (n) {
        unsigned cp;
        size_t len = text_decode((const char *)p, n, &cp);

        if (!len) {
            buf_printf(b, "\\x%02x", p[0]);
            len = 1;
        } else if (harmful(cp)) {
            buf_printf(b, cp < 0x80 ? "\\x%02x" : "\\u{%x}", cp);
        } else {
            buf_add(b, p, len);
        }
        p += len;
        n -= len;
    }
}

char *text_from_bytes(struct arena *a, const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    char *out = arena_alloc(a, n * 3 + 1);
    size_t o = 0;

    if (!out)
        return NULL;
    while (n && *p) {
        unsigned cp;
        size_t len = text_decode((const char *)p, n, &cp);

        if (len) {
            memcpy(out + o, p, len);
            o += len;
        } else {
            memcpy(out + o, "\xEF\xBF\xBD", 3);
            o += 3;
            len = 1;
        }
        p += len;
        n -= len;
    }
    return out;
}

size_t text_width(const char *s)
{
    size_t width = 0, n = strlen(s);

    for (const unsigned char *p = (const unsigned char *)s; n;) {
        unsigned cp;
        size_t len = text_decode((const char *)p, n, &cp);

        if (!len)
            len = 1;
        else if (cp >= 0x300 && cp <= 0x36F)
            width--;
        width++;
        p += len;
        n -= len;
    }
    return width;
}

bool text_line(const char **cursor, const char *end, const char **line, size_t *n)
{
    const char *nl;

    if (*cursor >= end)
        return false;
    nl = memchr(*cursor, '\n', (size_t)(end - *cursor));
    *line = *cursor;
    *n = (size_t)((nl ? nl : end) - *cursor);
    *cursor = nl ? nl + 1 : end;
    return true;
}

bool strs_copy(struct arena *a, const struct strs *from, struct strs *to)
{
    to->n = 0;
    to->v = ARENA_ARRAY(a, from->n, const char *);
    if (!to->v)
        return false;
    for (size_t i = 0; i < from->n; i++) {
        to->v[i] = arena_strdup(a, from->v[i]);
        if (!to->v[i])
            return false;
        to->n++;
    }
    return true;
}
