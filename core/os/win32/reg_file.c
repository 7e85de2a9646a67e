#include "core/os/win32/reg_file.h"
#include "core/base/limits.h"

#include <string.h>

/* winnt.h; the numbers are part of the format. */
enum { SZ = 1, BINARY = 3, DWORD_LE = 4, TYPES = 12 };

static const char head[] = "Windows Registry Editor Version 5.00";

/* --- writing --- */

void reg_put_head(struct buf *b, const char *comment)
{
    buf_printf(b, "%s\r\n; %s\r\n", head, comment);
}

void reg_put_key(struct buf *b, const char *path)
{
    buf_printf(b, "\r\n[%s]\r\n", path);
}

bool reg_name_ok(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < 0x20)
            return false;
    return true;
}

static void put_quoted(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

static void put_hex(struct buf *b, const unsigned char *p, size_t n)
{
    enum { PER_LINE = 24 };

    for (size_t i = 0; i < n; i++) {
        if (i && i % PER_LINE == 0)
            buf_adds(b, "\\\r\n  ");
        buf_printf(b, "%02x%s", p[i], i + 1 < n ? "," : "");
    }
}

static unsigned unit_at(const unsigned char *p, size_t i)
{
    return p[2 * i] | (unsigned)p[2 * i + 1] << 8;
}

/* UTF-16LE with one end at its end, no control characters and no surrogates: then text says the same as
 * bytes. */
static bool is_plain(const struct reg_value *v)
{
    size_t units = v->n / 2;

    if (v->type != SZ || v->n % 2 || !units || unit_at(v->bytes, units - 1))
        return false;
    for (size_t i = 0; i + 1 < units; i++) {
        unsigned u = unit_at(v->bytes, i);

        if (u < 0x20 || (u >= 0x7F && u < 0xA0) || (u >= 0xD800 && u <= 0xDFFF))
            return false;
    }
    return true;
}

static void put_plain(struct buf *b, const struct reg_value *v)
{
    buf_addc(b, '"');
    for (size_t i = 0; i + 1 < v->n / 2; i++) {
        unsigned u = unit_at(v->bytes, i);

        if (u == '"' || u == '\\')
            buf_addc(b, '\\');
        if (u < 0x80) {
            buf_addc(b, (char)u);
        } else if (u < 0x800) {
            buf_addc(b, (char)(0xC0 | u >> 6));
            buf_addc(b, (char)(0x80 | (u & 0x3F)));
        } else {
            buf_addc(b, (char)(0xE0 | u >> 12));
            buf_addc(b, (char)(0x80 | (u >> 6 & 0x3F)));
            buf_addc(b, (char)(0x80 | (u & 0x3F)));
        }
    }
    buf_addc(b, '"');
}

void reg_put_value(struct buf *b, const struct reg_value *v)
{
    if (*v->name)
        put_quoted(b, v->name);
    else
        buf_addc(b, '@');
    buf_addc(b, '=');
    if (is_plain(v)) {
        put_plain(b, v);
    } else if (v->type == DWORD_LE && v->n == 4) {
        buf_printf(b, "dword:%02x%02x%02x%02x", v->bytes[3], v->bytes[2], v->bytes[1], v->bytes[0]);
    } else {
        if (v->type == BINARY)
            buf_adds(b, "hex:");
        else
            buf_printf(b, "hex(%lx):", v->type);
        put_hex(b, v->bytes, v->n);
    }
    buf_adds(b, "\r\n");
}

/* --- reading --- */

struct reading {
    const char *cursor, *end;
    const char *p, *stop; /* what is left of the line */
    unsigned line;
    struct arena *a;
    struct reg_file *file;
    struct err *e;
};

static bool wrong(struct reading *r, const char *why)
{
    return err_set(r->e, ERR_INPUT, "line %u: %s", r->line, why);
}

static bool next_line(struct reading *r)
{
    size_t n;

    if (!text_line(&r->cursor, r->end, &r->p, &n))
        return false;
    r->line++;
    r->stop = r->p + n;
    if (n && r->stop[-1] == '\r')
        r->stop--;
    return true;
}

static bool take(struct reading *r, const char *what)
{
    size_t n = strlen(what);

    if ((size_t)(r->stop - r->p) < n || memcmp(r->p, what, n) != 0)
        return false;
    r->p += n;
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Hex digits, `most` at most. */
static bool number(struct reading *r, int most, unsigned long *ret)
{
    int n = 0;

    for (*ret = 0; r->p < r->stop && n < most && digit(*r->p) >= 0; n++)
        *ret = *ret * 16 + (unsigned long)digit(*r->p++);
    return n;
}

/* What stands behind an opening quote. */
static bool quoted(struct reading *r, struct buf *b)
{
    for (; r->p < r->stop; r->p++) {
        if (*r->p == '"') {
            r->p++;
            return true;
        }
        if (*r->p == '\\' && (++r->p == r->stop || !strchr("\\\"", *r->p)))
            return wrong(r, "a backslash that is none of \\\\ and \\\"");
        if ((unsigned char)*r->p < 0x20)
            return wrong(r, "a control character");
        buf_addc(b, *r->p);
    }
    return wrong(r, "a quote without its end");
}

/* Bytes with commas between them; a backslash at a line's end goes on in the next. */
static bool hex_bytes(struct reading *r, struct buf *b)
{
    unsigned long byte;

    if (r->p == r->stop)
        return true;
    for (;;) {
        if (!number(r, 2, &byte))
            return wrong(r, "not a byte in hex");
        buf_addc(b, (char)byte);
        if (!take(r, ","))
            return true;
        if (take(r, "\\")) {
            if (r->p != r->stop || !next_line(r))
                return wrong(r, "a line that should go on does not");
            while (take(r, " "))
                ;
        }
    }
}

/* UTF-8 as the bytes of a terminated UTF-16LE string; only what put_plain() writes. */
static bool to_units(struct reading *r, const struct buf *text, struct buf *b)
{
    const unsigned char *p = (const unsigned char *)buf_str(text);

    if (!text_utf8_valid(buf_str(text), text->len))
        return wrong(r, "not UTF-8");
    while (*p) {
        unsigned u = *p++;

        if (u >= 0xF0)
            return wrong(r, "a character that stands in hex only");
        if (u >= 0xE0) {
            u = (u & 0x0F) << 12 | (p[0] & 0x3Fu) << 6 | (p[1] & 0x3Fu);
            p += 2;
        } else if (u >= 0xC0) {
            u = (u & 0x1F) << 6 | (*p++ & 0x3Fu);
        }
        buf_addc(b, (char)(u & 0xFF));
        buf_addc(b, (char)(u >> 8));
    }
    buf_add(b, "\0", 2);
    return true;
}

/* What stands behind the equals sign: its type, and its bytes into b. */
static bool data(struct reading *r, unsigned long *ret_type, struct buf *text, struct buf *b)
{
    unsigned long v;

    if (take(r, "\"")) {
        *ret_type = SZ;
        return quoted(r, text) && to_units(r, text, b);
    }
    if (take(r, "dword:")) {
        *ret_type = DWORD_LE;
        if (r->stop - r->p != 8 || !number(r, 8, &v))
            return wrong(r, "a dword has eight hex digits");
        for (int i = 0; i < 4; i++)
            buf_addc(b, (char)(v >> 8 * i & 0xFF));
        return true;
    }
    *ret_type = BINARY;
    if (take(r, "hex("))
        return (number(r, 2, ret_type) && *ret_type < TYPES && take(r, "):")) ? hex_bytes(r, b)
                                                                              : wrong(r, "an unknown type");
    return take(r, "hex:") ? hex_bytes(r, b) : wrong(r, "a value of another kind than we write");
}

static bool keep(struct reading *r, const char *name, unsigned long type, const struct buf *b)
{
    struct reg_key *key = r->file->n ? &r->file->v[r->file->n - 1] : NULL;
    struct reg_value *v;
    unsigned char *copy = arena_alloc(r->a, b->len + 2);

    if (!key)
        return wrong(r, "a value before any key");
    v = copy ? LIST_ADD(r->a, key) : NULL;
    if (!v)
        return err_nomem(r->e);
    if (b->len)
        memcpy(copy, b->data, b->len);
    /* RegSetValueExW() takes a NUL behind a text that has no end for its end. */
    memset(copy + b->len, 0xFF, 2);
    *v = (struct reg_value){name, type, copy, b->len};
    return true;
}

static bool value_line(struct reading *r, struct buf *text, struct buf *b)
{
    unsigned long type;
    const char *name = "";

    buf_clear(text);
    buf_clear(b);
    if (!take(r, "@")) {
        if (!take(r, "\"") || !quoted(r, text))
            return r->e->code != ERR_NONE ? false : wrong(r, "neither a key nor a value");
        if (!buf_ok(text, "a name in the file", r->e))
            return false;
        name = arena_strdup(r->a, buf_str(text));
        buf_clear(text);
    }
    if (!name)
        return err_nomem(r->e);
    if (!take(r, "="))
        return wrong(r, "no '=' behind a value's name");
    if (!data(r, &type, text, b))
        return false;
    if (r->p != r->stop)
        return wrong(r, "something behind a value");
    return buf_ok(text, "a text in the file", r->e) && buf_ok(b, "a value in the file", r->e) &&
           keep(r, name, type, b);
}

static bool key_line(struct reading *r)
{
    struct reg_key *key;

    if (r->stop[-1] != ']' || take(r, "-"))
        return wrong(r, "not a key, or the deletion of one");
    key = LIST_ADD(r->a, r->file);
    if (!key)
        return err_nomem(r->e);
    *key = (struct reg_key){.path = arena_strndup(r->a, r->p, (size_t)(r->stop - 1 - r->p))};
    if (!key->path)
        return err_nomem(r->e);
    return (reg_name_ok(key->path) && strlen(key->path) == (size_t)(r->stop - 1 - r->p)) ||
           wrong(r, "a control character");
}

bool reg_parse(const char *text, size_t n, struct arena *a, struct reg_file *ret, struct err *e)
{
    struct reading r = {.cursor = text, .end = text + n, .a = a, .file = ret, .e = e};
    struct buf words, bytes;
    bool ok;

    *ret = (struct reg_file){NULL, 0};
    buf_init(&words, LIMIT_SYSFILE);
    buf_init(&bytes, LIMIT_SYSFILE);
    ok = (next_line(&r) && take(&r, head) && r.p == r.stop) || wrong(&r, "not a file of regedit, version 5");
    while (ok && next_line(&r)) {
        if (r.p == r.stop || *r.p == ';')
            continue;
        ok = take(&r, "[") ? key_line(&r) : value_line(&r, &words, &bytes);
    }
    buf_free(&words);
    buf_free(&bytes);
    return ok;
}
