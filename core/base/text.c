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

/* Not one column: none for marks that stand on the letter before, two for the wide ones (Unicode 15, EastAsianWidth.txt W and F,
 * DerivedGeneralCategory.txt Mn and Me; blocks, where almost all of one are alike). Sorted. */
static const struct {
    unsigned from, to;
    unsigned columns;
} widths[] = {
    {0x300, 0x36f, 0},     {0x483, 0x489, 0},     {0x591, 0x5bd, 0},     {0x610, 0x61a, 0},     {0x64b, 0x65f, 0},     {0x6d6, 0x6dc, 0},
    {0x93c, 0x93c, 0},     {0x941, 0x948, 0},     {0x94d, 0x94d, 0},     {0xe31, 0xe31, 0},     {0xe34, 0xe3a, 0},     {0xe47, 0xe4e, 0},
    {0x1100, 0x115f, 2},   {0x1ab0, 0x1ace, 0},   {0x1dc0, 0x1dff, 0},   {0x20d0, 0x20f0, 0},   {0x231a, 0x231b, 2},   {0x23e9, 0x23ec, 2},
    {0x25fd, 0x25fe, 2},   {0x2614, 0x2615, 2},   {0x2648, 0x2653, 2},   {0x26aa, 0x26ab, 2},   {0x26bd, 0x26be, 2},   {0x2705, 0x2705, 2},
    {0x270a, 0x270b, 2},   {0x274c, 0x274c, 2},   {0x2753, 0x2755, 2},   {0x2795, 0x2797, 2},   {0x2b1b, 0x2b1c, 2},   {0x2e80, 0x303e, 2},
    {0x3041, 0x3098, 2},   {0x3099, 0x309a, 0},   {0x309b, 0x4dbf, 2},   {0x4e00, 0xa4cf, 2},   {0xa960, 0xa97f, 2},   {0xac00, 0xd7a3, 2},
    {0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe10, 0xfe19, 2},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},
    {0xffe0, 0xffe6, 2},   {0x16fe0, 0x18cff, 2}, {0x1aff0, 0x1b2ff, 2}, {0x1f200, 0x1f265, 2}, {0x1f300, 0x1f320, 2}, {0x1f330, 0x1f393, 2},
    {0x1f3e0, 0x1f4fc, 2}, {0x1f550, 0x1f567, 2}, {0x1f5fb, 0x1f64f, 2}, {0x1f680, 0x1f6fc, 2}, {0x1f7e0, 0x1f7eb, 2}, {0x1f90c, 0x1f9ff, 2},
    {0x1fa70, 0x1faff, 2}, {0x20000, 0x3fffd, 2},
};

static size_t width_of(unsigned cp)
{
    size_t from = 0, to = sizeof widths / sizeof widths[0];

    while (from < to) {
        size_t i = (from + to) / 2;

        if (cp < widths[i].from)
            to = i;
        else if (cp > widths[i].to)
            from = i + 1;
        else
            return widths[i].columns;
    }
    return 1;
}

size_t text_width(const char *s)
{
    size_t width = 0, n = strlen(s);

    for (const unsigned char *p = (const unsigned char *)s; n;) {
        unsigned cp;
        size_t len = text_decode((const char *)p, n, &cp);

        width += len ? width_of(cp) : 1;
        len += !len;
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

bool text_is_name(const char *s)
{
    size_t n = strlen(s);

    if (!n || n > 200 || *s == '.' || strpbrk(s, "/\\:$<>|\"?*") || s[n - 1] == '.' || s[n - 1] == ' ')
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
            return false;
    return true;
}
