/* Patterns over names, code point by code point, with and without regard to case. */
#include "core/base/text.h"

#include <string.h>

/* Upper-case letters whose lower-case one is `by` code points further, each `step`-th one of a range. What Windows'
 * own table has beyond these alphabets does not occur in names of programs. */
static const struct {
    unsigned first, last, step, by;
} cases[] = {
    {0x41, 0x5A, 1, 32},    {0xC0, 0xD6, 1, 32},    {0xD8, 0xDE, 1, 32},    {0x100, 0x12E, 2, 1},
    {0x132, 0x136, 2, 1},   {0x139, 0x147, 2, 1},   {0x14A, 0x176, 2, 1},   {0x179, 0x17D, 2, 1},
    {0x386, 0x386, 1, 38},  {0x388, 0x38A, 1, 37},  {0x38C, 0x38C, 1, 64},  {0x38E, 0x38F, 1, 63},
    {0x391, 0x3A1, 1, 32},  {0x3A3, 0x3AB, 1, 32},  {0x400, 0x40F, 1, 80},  {0x410, 0x42F, 1, 32},
    {0x460, 0x480, 2, 1},   {0x48A, 0x4BE, 2, 1},   {0x4D0, 0x52E, 2, 1},
};

unsigned text_fold(unsigned c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (c >= cases[i].first && c <= cases[i].last && (c - cases[i].first) % cases[i].step == 0)
            return c + cases[i].by;
    return c;
}

/* The code point at *s, which moves behind it; a byte that begins none counts as one of its own. */
static unsigned next(const char **s, bool folded)
{
    unsigned c = (unsigned char)**s;
    size_t n = 1;

    if (c >= 0x80 || !c)
        n = text_decode(*s, strnlen(*s, 4), &c);
    if (!n) {
        c = 0x110000u + (unsigned char)**s;
        n = 1;
    }
    *s += n;
    return folded ? text_fold(c) : c;
}

/* Matches the [set] behind *p against c; moves *p behind it. A set that is not closed matches nothing. */
static bool set(const char **p, unsigned c, bool folded)
{
    const char *q = *p;
    bool negate = *q == '!' || *q == '^', hit = false;

    if (negate)
        q++;
    for (const char *first = q; *q && (*q != ']' || q == first);) {
        unsigned from = next(&q, folded), to = from;

        if (q[0] == '-' && q[1] && q[1] != ']') {
            q++;
            to = next(&q, folded);
        }
        hit = hit || (c >= from && c <= to);
    }
    if (!*q)
        return false;
    *p = q + 1;
    return hit != negate;
}

static bool one(const char **p, const char **s, bool folded)
{
    unsigned want, have;

    if (!**s || !**p)
        return false;
    have = next(s, folded);
    want = next(p, folded);
    return want == '?' || (want == '[' ? set(p, have, folded) : want == have);
}

static bool glob(const char *pattern, const char *s, bool folded)
{
    const char *star = NULL, *mark = NULL;

    for (;;) {
        const char *p = pattern, *t = s;

        if (*pattern == '*') {
            star = ++pattern;
            mark = s;
            continue;
        }
        if (!*s && !*pattern)
            return true;
        if (one(&p, &t, folded)) {
            pattern = p;
            s = t;
        } else if (star && *mark) {
            next(&mark, false);
            pattern = star;
            s = mark;
        } else {
            return false;
        }
    }
}

bool text_glob(const char *pattern, const char *s)
{
    return glob(pattern, s, false);
}

bool text_glob_fold(const char *pattern, const char *s)
{
    return glob(pattern, s, true);
}

bool text_eq_fold(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a && *b)
        if (next(&a, true) != next(&b, true))
            return false;
    return *a == *b;
}

char *text_literal(struct arena *a, const char *s)
{
    char *ret = arena_alloc(a, strlen(s) * 3 + 1), *p = ret;

    for (; ret && *s; s++) {
        bool special = *s == '*' || *s == '?' || *s == '[';

        if (special)
            *p++ = '[';
        *p++ = *s;
        if (special)
            *p++ = ']';
    }
    return ret;
}
