#include "core/os/win32/task_text.h"
#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>

/* A code point as UTF-8; what is none becomes U+FFFD. */
static void put_code(struct buf *b, unsigned long c)
{
    if (!c || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c < 0x80) {
        buf_addc(b, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_addc(b, (char)(0xC0 | c >> 6));
    } else if (c < 0x10000) {
        buf_addc(b, (char)(0xE0 | c >> 12));
        buf_addc(b, (char)(0x80 | (c >> 6 & 0x3F)));
    } else {
        buf_addc(b, (char)(0xF0 | c >> 18));
        buf_addc(b, (char)(0x80 | (c >> 12 & 0x3F)));
        buf_addc(b, (char)(0x80 | (c >> 6 & 0x3F)));
    }
    buf_addc(b, (char)(0x80 | (c & 0x3F)));
}

/* What stands for a character at p ("&amp;", "&#38;", "&#x26;"): its length, 0 when there is none. */
static size_t put_entity(struct buf *b, const char *p)
{
    static const struct {
        const char *text;
        char c;
    } named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    bool hex = p[1] == '#' && p[2] == 'x';
    unsigned long code;
    char *end;

    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (text_starts(p, named[i].text)) {
            buf_addc(b, named[i].c);
            return strlen(named[i].text);
        }
    if (p[1] != '#')
        return 0;
    code = strtoul(p + (hex ? 3 : 2), &end, hex ? 16 : 10);
    if (end == p + (hex ? 3 : 2) || *end != ';')
        return 0;
    put_code(b, code);
    return (size_t)(end + 1 - p);
}

static void put_text(struct buf *b, const char *p, const char *end)
{
    while (p < end) {
        size_t n = *p == '&' ? put_entity(b, p) : 0;

        if (!n) {
            buf_addc(b, *p);
            n = 1;
        }
        p += n;
    }
}

const char *task_text_commands(const char *xml, struct arena *a)
{
    static const char open[] = "<Command>", close[] = "</Command>";
    const char *ret = NULL;
    struct buf b;

    buf_init(&b, LIMIT_STRING - 1);
    for (const char *p = strstr(xml, open); p; p = strstr(p, open)) {
        const char *end = strstr(p += strlen(open), close);

        if (!end)
            break;
        if (b.len)
            buf_addc(&b, '\n');
        put_text(&b, p, end);
        p = end;
    }
    /* What does not fit is left away. */
    if (!b.nomem)
        ret = arena_strdup(a, buf_str(&b));
    buf_free(&b);
    return ret;
}
