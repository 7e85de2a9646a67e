#include "core/base/version.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int weight(char c)
{
    if (c == '~')
        return -1;
    if (isdigit((unsigned char)c) || c == '\0')
        return 0;
    if (isalpha((unsigned char)c))
        return (unsigned char)c;
    return (unsigned char)c + 256;
}

static int digits_compare(const char **a, const char **b)
{
    size_t n, m;
    int r;

    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    n = strspn(*a, "0123456789");
    m = strspn(*b, "0123456789");
    r = n != m ? (n < m ? -1 : 1) : strncmp(*a, *b, n);
    *a += n;
    *b += m;
    return r;
}

static int part_compare(const char *a, const char *b)
{
    while (*a || *b) {
        int r;

        while ((*a && !isdigit((unsigned char)*a)) || (*b && !isdigit((unsigned char)*b))) {
            r = weight(*a) - weight(*b);
            if (r)
                return r;
            a++;
            b++;
        }
        r = digits_compare(&a, &b);
        if (r)
            return r;
    }
    return 0;
}

int version_compare(const char *a, const char *b)
{
    const char *ca = strchr(a, ':'), *cb = strchr(b, ':');
    long ea = ca ? strtol(a, NULL, 10) : 0, eb = cb ? strtol(b, NULL, 10) : 0;

    if (ea != eb)
        return ea < eb ? -1 : 1;
    return part_compare(ca ? ca + 1 : a, cb ? cb + 1 : b);
}
