#include "core/assign/scan.h"

#include <string.h>

const char *scan_blank(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

const char *scan_string(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        if (*p == '\\')
            p++;
    }
    return NULL;
}

static const char *scan_nested(const char *p, const char *end)
{
    static const unsigned char kinds[256] = {['"'] = 1, ['{'] = 2, ['['] = 2, ['}'] = 3, [']'] = 3};
    size_t depth = 0;

    while (p < end) {
        switch (kinds[(unsigned char)*p]) {
        case 1:
            p = scan_string(p, end);
            if (!p)
                return NULL;
            continue;
        case 2:
            depth++;
            break;
        case 3:
            if (--depth == 0)
                return p + 1;
            break;
        }
        p++;
    }
    return NULL;
}

const char *scan_value(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    if (*p == '"')
        return scan_string(p, end);
    if (*p == '{' || *p == '[')
        return scan_nested(p, end);
    while (p < end && !strchr(",]} \n\t\r", *p))
        p++;
    return p;
}

/* The next element or member: moves over it and over what stands behind it. *more: there is another one. */
const char *scan_comma(const char *p, const char *end, char close, bool *more)
{
    p = scan_blank(p, end);
    if (p == end || (*p != ',' && *p != close))
        return NULL;
    *more = *p == ',';
    return scan_blank(p + 1, end);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* An instant as we write it, in a text: "2024-05-02T08:00:00Z" */
static bool is_instant(const char *p, size_t n)
{
    static const char form[] = "dddd-Md-DdThd:md:mdZ\"";
    static const char most[] = {['M'] = '1', ['D'] = '3', ['h'] = '2', ['m'] = '5', ['d'] = '9'};

    if (n < sizeof form - 1)
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (strchr("MDhmd", form[i]) ? !is_digit(p[i]) || p[i] > most[(unsigned char)form[i]] : p[i] != form[i])
            return false;
    return memcmp(p + 5, "00", 2) != 0 && memcmp(p + 8, "00", 2) != 0 && memcmp(p + 5, "12", 2) <= 0 &&
           memcmp(p + 8, "28", 2) <= 0 && memcmp(p + 11, "23", 2) <= 0;
}

void scan_normal(const char *p, size_t n, struct buf *out)
{
    const char *end = p + n;
    char last = 0;

    buf_clear(out);
    while (p < end) {
        const char *q = p;

        if (*p == '"' && is_instant(p + 1, (size_t)(end - p) - 1)) {
            buf_adds(out, "\"T\"");
            p += 22;
        } else if (*p == '"') {
            q = scan_string(p, end);
            buf_add(out, p, (size_t)(q - p));
            p = q;
        } else if (is_digit(*p) && (last == ':' || last == ' ')) {
            while (q < end && is_digit(*q))
                q++;
            if (q - p > 18 || (*p == '0' && q - p > 1))
                buf_add(out, p, (size_t)(q - p));
            else
                buf_addc(out, '0');
            p = q;
        } else {
            buf_addc(out, *p++);
        }
        last = p[-1];
    }
}
