#include "core/detect/inventory_impl.h"

#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SNIFF (64u << 10)
#define BLOCK (64u << 10)

const char *const inventory_format_names[] = {"any", "csv", "table", "dpkg", "rpm", "json", NULL};

bool inventory_error(const struct inventory *v, struct err *e, enum err_code code, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return err_set(e, code, "%s:%lld: %s", v->o.file, v->line, text);
}

bool inventory_row_out(struct inventory *v, struct inventory_row *row, struct err *e)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (!row->field[i])
            row->field[i] = "";
    row->n = ++v->rows;
    row->line = v->line;
    return v->take(v->arg, row, e);
}

void inventory_open(struct inventory *v, const struct inventory_options *o, inventory_take *take, void *arg)
{
    memset(v, 0, sizeof *v);
    v->o = *o;
    v->take = take;
    v->arg = arg;
    v->format = o->format;
    v->line = 1;
    buf_init(&v->head, SNIFF);
    buf_init(&v->text, SNIFF + LIMIT_ROW + BLOCK * 4);
    buf_init(&v->row, LIMIT_ROW + COLUMNS_MAX);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        v->column[i] = -1;
}

void inventory_close(struct inventory *v)
{
    buf_free(&v->head);
    buf_free(&v->text);
    buf_free(&v->row);
}

/* ------------------------------------------------------------------ characters */

/* The byte order mark says it, or the caller. How many bytes it takes. */
static size_t find_encoding(struct inventory *v, const unsigned char *p, size_t n)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum charset set;
    } marks[] = {{"\xEF\xBB\xBF", 3, CHARSET_UTF8}, {"\xFF\xFE", 2, CHARSET_UTF16LE}, {"\xFE\xFF", 2, CHARSET_UTF16BE}};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (n >= marks[i].n && memcmp(p, marks[i].bytes, marks[i].n) == 0) {
            v->o.encoding = marks[i].set;
            return marks[i].n;
        }
    if (!v->o.encoded)
        v->o.encoding = CHARSET_UTF8;
    return 0;
}

static void put(struct inventory *v, unsigned cp)
{
    char out[4];

    buf_add(&v->text, out, charset_utf8(cp, out));
}

static void add_utf16(struct inventory *v, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned unit, high;

        v->half[v->half_n++] = p[i];
        if (v->half_n & 1)
            continue;
        unit = v->o.encoding == CHARSET_UTF16LE ? v->half[v->half_n - 2] | (unsigned)v->half[v->half_n - 1] << 8
                                                : (unsigned)v->half[v->half_n - 2] << 8 | v->half[v->half_n - 1];
        if (v->half_n == 2) {
            if (unit >= 0xD800 && unit <= 0xDBFF)
                continue; /* the other half of the pair comes */
            put(v, unit);
        } else {
            high = v->o.encoding == CHARSET_UTF16LE ? v->half[0] | (unsigned)v->half[1] << 8
                                                    : (unsigned)v->half[0] << 8 | v->half[1];
            if (unit >= 0xDC00 && unit <= 0xDFFF) {
                put(v, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
            } else {
                put(v, 0xFFFD);
                put(v, unit);
            }
        }
        v->half_n = 0;
    }
}

static void add_text(struct inventory *v, const unsigned char *p, size_t n)
{
    switch (v->o.encoding) {
    case CHARSET_UTF8:
        buf_add(&v->text, p, n);
        return;
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        add_utf16(v, p, n);
        return;
    case CHARSET_CP1251:
    case CHARSET_CP1252:
    case CHARSET_CP866:
    case CHARSET_KOI8R:
        for (size_t i = 0; i < n; i++)
            put(v, charset_decode(v->o.encoding, p[i]));
        return;
    }
}

static bool check_text(const struct inventory *v, const char *s, size_t n, struct err *e)
{
    if (memchr(s, '\0', n))
        return inventory_error(v, e, ERR_INPUT, "a NUL byte; is it UTF-16 without a byte order mark? Then say --encoding utf-16le");
    if (!text_utf8_valid(s, n))
        return inventory_error(v, e, ERR_INPUT,
                               "not UTF-8; export it as UTF-8, or say --encoding windows-1251, windows-1252, cp866 or koi8-r");
    return true;
}

/* ------------------------------------------------------------------ format */

/* Checks what is there of the text, which may end inside a character. */
static bool check_head(const struct inventory *v, struct err *e)
{
    const char *s = buf_str(&v->text);
    size_t n = v->text.len;

    for (int i = 0; i < 4 && n && (unsigned char)s[n - 1] >= 0x80; i++)
        n--;
    return check_text(v, s, n, e);
}

static enum inventory_format sniff(struct inventory *v, const char *s, size_t n)
{
    if (s[strspn(s, " \t\r\n")] == '{')
        return INVENTORY_JSON;
    if (inventory_dpkg_sniff(s, n))
        return INVENTORY_DPKG;
    if (inventory_rpm_sniff(s, n))
        return INVENTORY_RPM;
    if (inventory_csv_sniff(v, s, n))
        return INVENTORY_CSV;
    return inventory_table_sniff(v, s, n) ? INVENTORY_TABLE : INVENTORY_ANY;
}

static bool find_format(struct inventory *v, struct err *e)
{
    const char *s = buf_str(&v->text);
    size_t n = v->text.len;

    if (!s[strspn(s, " \t\r\n")] && !memchr(s, '\0', n))
        return err_set(e, ERR_INPUT, "%s: is empty", v->o.file);
    if (v->format == INVENTORY_CSV && !inventory_csv_sniff(v, s, n))
        v->separator = ',';
    if (v->format != INVENTORY_ANY)
        return true;
    if (s[strspn(s, " \t\r\n")] == '[')
        return err_set(e, ERR_INPUT, "%s: is one JSON array; give one object a line (jq -c '.[]')", v->o.file);
    v->format = sniff(v, s, n);
    return v->format != INVENTORY_ANY ||
           (check_head(v, e) &&
            err_set(e, ERR_INPUT,
                    "%s: is none of the formats known: CSV whose header names a column of programs, winget list, wmic "
                    "product get, dpkg -l, rpm -qa, or a JSON object a line; --format and --column help",
                    v->o.file));
}

static bool record(struct inventory *v, char *s, size_t n, struct err *e)
{
    while (n && (s[n - 1] == '\r' || s[n - 1] == '\n'))
        n--;
    s[n] = '\0';
    if (!check_text(v, s, n, e))
        return false;
    if (!s[strspn(s, " \t\r")])
        return true;
    switch (v->format) {
    case INVENTORY_CSV:
        return inventory_csv_record(v, s, e);
    case INVENTORY_TABLE:
        return inventory_table_record(v, s, e);
    case INVENTORY_DPKG:
        return inventory_dpkg_record(v, s, e);
    case INVENTORY_RPM:
        return inventory_rpm_record(v, s, e);
    case INVENTORY_JSON:
        return inventory_json_record(v, s, e);
    case INVENTORY_ANY:
        break;
    }
    return err_set(e, ERR_BUG, "no reader");
}

/* Takes the records that are whole out of v->text; at the end of the file also the last one. */
static bool consume(struct inventory *v, bool last, struct err *e)
{
    char *s = v->text.data, *end = s + v->text.len;

    while (s < end) {
        size_t left = (size_t)(end - s);
        const char *stop = v->format == INVENTORY_CSV ? inventory_csv_end(v, s, left) : memchr(s, '\n', left);
        size_t n = stop ? (size_t)(stop - s) : left;
        long long lines = 0;

        if (!stop && !last && left <= LIMIT_ROW)
            break;
        if (n > LIMIT_ROW)
            return inventory_error(v, e, ERR_LIMIT, "a row of more than %u bytes%s", LIMIT_ROW,
                                   v->format == INVENTORY_CSV ? "; a quotation mark that is not closed?" : "");
        if (!stop && v->format == INVENTORY_CSV && !inventory_csv_end(v, s, 0))
            return inventory_error(v, e, ERR_INPUT, "a quotation mark is opened here and never closed");
        for (size_t i = 0; i < n; i++)
            lines += s[i] == '\n';
        if (!record(v, s, n, e))
            return false;
        v->line += lines + 1;
        s += n + (stop != NULL);
    }
    v->text.len = (size_t)(end - s);
    memmove(v->text.data, s, v->text.len);
    v->text.data[v->text.len] = '\0';
    return true;
}

static bool work(struct inventory *v, bool last, struct err *e)
{
    if (!buf_ok(&v->text, v->o.file, e))
        return false;
    if (!v->known && v->text.len < SNIFF && !last)
        return true;
    if (!v->known && !find_format(v, e))
        return false;
    v->known = true;
    return !v->text.len || consume(v, last, e);
}

bool inventory_feed(struct inventory *v, const void *bytes, size_t n, struct err *e)
{
    const unsigned char *p = bytes;

    if (!v->begun) { /* enough for a byte order mark */
        size_t used = n < 4 - v->head.len ? n : 4 - v->head.len;

        buf_add(&v->head, p, used);
        p += used;
        n -= used;
        if (v->head.len < 4)
            return true;
        used = find_encoding(v, (const unsigned char *)v->head.data, v->head.len);
        v->begun = true;
        add_text(v, (const unsigned char *)v->head.data + used, v->head.len - used);
    }
    while (n) {
        size_t used = n < BLOCK ? n : BLOCK;

        add_text(v, p, used);
        p += used;
        n -= used;
        if (!work(v, false, e))
            return false;
    }
    return true;
}

bool inventory_end(struct inventory *v, struct err *e)
{
    if (!v->begun && v->head.len) {
        size_t used = find_encoding(v, (const unsigned char *)v->head.data, v->head.len);

        v->begun = true;
        add_text(v, (const unsigned char *)v->head.data + used, v->head.len - used);
    }
    if (v->half_n)
        return inventory_error(v, e, ERR_INPUT, "UTF-16 that ends in the middle of a character");
    return work(v, true, e);
}

const char *inventory_os(const char *text)
{
    static const struct {
        const char *glob, *os;
    } systems[] = {{"*windows*", "windows"}, {"win*", "windows"},    {"*mac*os*", "macos"},  {"darwin*", "macos"},
                   {"*os x*", "macos"},      {"macintosh*", "macos"}, {"*linux*", "linux"},   {"*debian*", "linux"},
                   {"*ubuntu*", "linux"},    {"*red hat*", "linux"}, {"rhel*", "linux"},     {"*centos*", "linux"},
                   {"*suse*", "linux"},      {"*fedora*", "linux"},  {"*rocky*", "linux"},   {"*alma*", "linux"},
                   {"*astra*", "linux"}};

    for (size_t i = 0; text && *text && i < sizeof systems / sizeof systems[0]; i++)
        if (text_glob_fold(systems[i].glob, text))
            return systems[i].os;
    return "";
}
