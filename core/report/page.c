#include "core/report/page.h"

#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Control bytes inside a paragraph: inks are 1..INK_COUNT, and a space that keeps its words together. */
#define BYTE_INK 1
#define BYTE_KEPT_SPACE 0x1f

static const char *const codes[INK_COUNT] = {
    [INK_PLAIN] = "0", [INK_BOLD] = "1",  [INK_DIM] = "2",   [INK_GOOD] = "32",
    [INK_WARN] = "33", [INK_BAD] = "1;31", [INK_NAME] = "36",
};

static const char *const glyphs[MARK_COUNT][2] = {
    [MARK_YES] = {"+", "\xe2\x9c\x93"},   [MARK_NO] = {"x", "\xe2\x9c\x97"},   [MARK_UNKNOWN] = {"?", "?"},
    [MARK_ITEM] = {"-", "\xe2\x80\xa2"},  [MARK_NOW] = {"*", "\xe2\x97\x8f"},  [MARK_LATER] = {"o", "\xe2\x97\x8b"},
    [MARK_DASH] = {"-", "\xe2\x80\x94"},
};

void page_open(struct page *p, const struct style *s, struct buf *out)
{
    p->style = s;
    p->out = out;
    buf_init(&p->para, LIMIT_DOCUMENT);
}

void page_close(struct page *p)
{
    buf_free(&p->para);
}

void page_check(struct page *p, const struct buf *b)
{
    p->out->failed = p->out->failed || b->failed;
}

static void say(struct page *p, enum ink ink, bool keep, const char *fmt, va_list ap)
{
    struct buf shown;
    va_list again;
    char small[512], *text = small;
    int n;

    va_copy(again, ap);
    n = vsnprintf(small, sizeof small, fmt, ap);
    if (n >= (int)sizeof small) {
        text = mem_alloc((size_t)n + 1);
        if (text)
            vsnprintf(text, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    if (n < 0 || !text) {
        p->para.failed = true;
        return;
    }
    buf_init(&shown, LIMIT_DOCUMENT);
    text_show(&shown, text);
    for (size_t i = 0; keep && i < shown.len; i++)
        if (shown.data[i] == ' ')
            shown.data[i] = BYTE_KEPT_SPACE;
    buf_addc(&p->para, (char)(BYTE_INK + ink));
    buf_add(&p->para, buf_str(&shown), shown.len);
    buf_addc(&p->para, (char)(BYTE_INK + INK_PLAIN));
    p->para.failed = p->para.failed || shown.failed;
    buf_free(&shown);
    if (text != small)
        mem_free(text);
}

void page_say(struct page *p, enum ink ink, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(p, ink, false, fmt, ap);
    va_end(ap);
}

void page_keep(struct page *p, enum ink ink, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(p, ink, true, fmt, ap);
    va_end(ap);
}

void page_mark(struct page *p, enum ink ink, enum mark m)
{
    page_say(p, ink, "%s", glyphs[m][p->style->utf8]);
}

static bool is_ink(char c)
{
    return c >= BYTE_INK && c < BYTE_INK + INK_COUNT;
}

/* Columns of a stretch of the paragraph. */
static size_t columns(const char *s, size_t n)
{
    char word[1024];
    size_t width = 0;

    while (n) {
        size_t used = 0;

        while (n && used < sizeof word - 1) {
            /* A code point is never cut in two: the next piece begins with a leading byte. */
            if (used > sizeof word - 8 && ((unsigned char)*s & 0xC0) != 0x80)
                break;
            if (!is_ink(*s))
                word[used++] = *s == BYTE_KEPT_SPACE ? ' ' : *s;
            s++;
            n--;
        }
        word[used] = '\0';
        width += text_width(word);
    }
    return width;
}

/* Writes a stretch; *ink is the ink in force and is switched on and off around the line. */
static void put(struct page *p, const char *s, size_t n, enum ink *ink)
{
    bool colour = p->style->colour;

    if (colour && *ink != INK_PLAIN)
        buf_printf(p->out, "\x1b[%sm", codes[*ink]);
    for (; n; s++, n--) {
        if (is_ink(*s)) {
            *ink = (enum ink)(*s - BYTE_INK);
            if (colour)
                buf_printf(p->out, "\x1b[%sm", codes[*ink]);
        } else {
            buf_addc(p->out, *s == BYTE_KEPT_SPACE ? ' ' : *s);
        }
    }
    if (colour && *ink != INK_PLAIN)
        buf_adds(p->out, "\x1b[0m");
}

/* The bytes of s that fit into `width` columns, at least one code point. */
static size_t fitting(const char *s, size_t n, size_t width)
{
    size_t len = 0;

    while (len < n) {
        size_t step = 1;

        while (len + step < n && ((unsigned char)s[len + step] & 0xC0) == 0x80)
            step++;
        if (len && columns(s, len + step) > width)
            break;
        len += step;
    }
    return len;
}

/* How much of s goes on a line of `width` columns, breaking at spaces, inside a word only if it must. */
static size_t line_length(const char *s, size_t n, size_t width)
{
    size_t end = 0, used = 0;

    while (end < n) {
        size_t next = end, w;

        while (next < n && s[next] == ' ')
            next++;
        while (next < n && s[next] != ' ')
            next++;
        w = columns(s + end, next - end);
        if (used + w > width)
            break;
        used += w;
        end = next;
    }
    return end ? end : fitting(s, n, width);
}

static void indent(struct page *p, int n)
{
    for (int i = 0; i < n; i++)
        buf_addc(p->out, ' ');
}

/* Lays the paragraph out; `right` stands at the right edge of its first line and narrows all of them. */
static void lay_out(struct page *p, int first, int rest, enum ink right_ink, const char *right)
{
    const char *s = buf_str(&p->para);
    size_t n = p->para.len, reserved = *right ? text_width(right) + 2 : 0;
    size_t width = p->style->width ? (size_t)p->style->width : *right ? 80 : SIZE_MAX;
    enum ink ink = INK_PLAIN, none = INK_PLAIN;
    size_t in = (size_t)first;

    while (n) {
        size_t room = width > in + reserved + 20 ? width - in - reserved : 20;
        size_t len = line_length(s, n, room);

        indent(p, (int)in);
        put(p, s, len, &ink);
        if (*right) {
            char inked[2] = {(char)(BYTE_INK + right_ink), '\0'};
            size_t used = columns(s, len);

            indent(p, (int)(used < room ? room - used : 0) + 2);
            put(p, inked, 1, &none);
            put(p, right, strlen(right), &none);
            none = INK_PLAIN;
            right = "";
        }
        buf_addc(p->out, '\n');
        s += len;
        n -= len;
        while (n && *s == ' ') {
            s++;
            n--;
        }
        if (n && columns(s, n) == 0)
            n = 0;
        in = (size_t)rest;
    }
    p->out->failed = p->out->failed || p->para.failed;
    buf_clear(&p->para);
}

void page_end_para(struct page *p, int first, int rest)
{
    lay_out(p, first, rest, INK_PLAIN, "");
}

void page_end_line(struct page *p, int first, int rest, enum ink ink, const char *right)
{
    lay_out(p, first, rest, ink, right);
}

void page_blank(struct page *p)
{
    if (p->out->len)
        buf_addc(p->out, '\n');
}

void page_line(struct page *p, int first, int rest, enum ink ink, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(p, ink, false, fmt, ap);
    va_end(ap);
    page_end_para(p, first, rest);
}

void page_cut(struct page *p, int in, enum ink ink, const char *text)
{
    size_t room = p->style->width ? (size_t)(p->style->width - in) : SIZE_MAX, len;
    struct buf shown;

    buf_init(&shown, LIMIT_DOCUMENT);
    text_show(&shown, text);
    page_check(p, &shown);
    len = shown.len;
    if (columns(buf_str(&shown), len) > room)
        len = fitting(buf_str(&shown), len, room - 3);
    page_say(p, ink, "%.*s%s", (int)len, buf_str(&shown), len < shown.len ? "..." : "");
    page_end_para(p, in, in);
    buf_free(&shown);
}

void page_end_cut(struct page *p, int in)
{
    size_t room = p->style->width ? (size_t)p->style->width - (size_t)in : SIZE_MAX;
    const char *s = buf_str(&p->para);
    bool more = columns(s, p->para.len) > room;
    enum ink ink = INK_PLAIN;

    indent(p, in);
    put(p, s, more ? fitting(s, p->para.len, room - 3) : p->para.len, &ink);
    if (more)
        buf_adds(p->out, "...");
    buf_addc(p->out, '\n');
    p->out->failed = p->out->failed || p->para.failed;
    buf_clear(&p->para);
}

void page_column(struct page *p, enum ink ink, int width, const char *text)
{
    struct buf shown;
    size_t len, used;
    bool more;

    buf_init(&shown, LIMIT_DOCUMENT);
    text_show(&shown, text ? text : "");
    page_check(p, &shown);
    more = columns(buf_str(&shown), shown.len) > (size_t)width;
    len = more ? fitting(buf_str(&shown), shown.len, (size_t)width - 1) : shown.len;
    used = columns(buf_str(&shown), len) + more;
    page_keep(p, ink, "%.*s%s%*s", (int)len, buf_str(&shown), !more ? "" : p->style->utf8 ? "\xe2\x80\xa6" : "~",
              (int)((size_t)width - used), "");
    buf_free(&shown);
}

void page_bar(struct page *p, enum ink ink, int length, long long part, long long whole)
{
    const char *full = p->style->utf8 ? "\xe2\x94\x81" : "#", *rest = p->style->utf8 ? "\xe2\x94\x80" : ".";
    int n = whole > 0 ? (int)((double)part / (double)whole * length) : 0;

    if (part > 0 && n == 0)
        n = 1;
    for (int i = 0; i < length; i++)
        page_say(p, i < n ? ink : INK_DIM, "%s", i < n ? full : rest);
}

void page_heading(struct page *p, const char *text)
{
    page_blank(p);
    page_line(p, 0, 0, INK_BOLD, "%s", text);
}

void page_list(struct page *p, int in, const struct strs *items)
{
    for (size_t i = 0; i < items->n; i++) {
        page_mark(p, INK_DIM, MARK_ITEM);
        page_say(p, INK_PLAIN, " %s", items->v[i]);
        page_end_para(p, in, in + 2);
    }
}

void page_pair(struct page *p, int in, int column, const char *label, enum ink ink, const char *value)
{
    int pad = column - in - (int)text_width(label);

    if (!value || !*value)
        return;
    page_keep(p, INK_DIM, "%s%*s", label, pad > 1 ? pad : 1, "");
    page_say(p, ink, "%s", value);
    page_end_para(p, in, column);
}

const char *page_time(const struct page *p, instant t, char *buf, size_t size)
{
    int offset = p->style->utc_offset, abs_offset = abs(offset);
    char text[INSTANT_TEXT];

    if (t == INSTANT_NONE) {
        snprintf(buf, size, "unknown");
        return buf;
    }
    t -= t % 1000; /* people read seconds */
    instant_format(t + (int64_t)offset * 60000, text);
    text[10] = ' ';
    text[19] = '\0';
    if (offset)
        snprintf(buf, size, "%s %c%02d:%02d", text, offset < 0 ? '-' : '+', abs_offset / 60, abs_offset % 60);
    else
        snprintf(buf, size, "%s UTC", text);
    return buf;
}
