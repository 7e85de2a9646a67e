/* CSV as spreadsheets and inventory tools write it (RFC 4180, with their other separators). */
#include "core/detect/inventory_impl.h"

#include <string.h>

/* A quoted field behind its first quotation mark; NULL: not closed. A mark inside that is neither doubled nor the last
 * stands for itself, as sloppy exports have it. */
static const char *quoted(const struct inventory *v, const char *s, const char *end, struct buf *out)
{
    for (; s < end; s++) {
        if (*s == '"' && s + 1 < end && s[1] == '"') {
            s++;
        } else if (*s == '"') {
            const char *next = s + 1 + (s + 1 < end && s[1] == '\r');

            if (next == end || *next == v->separator || *next == '\n')
                return next;
        }
        if (out)
            buf_addc(out, *s);
    }
    return NULL;
}

/* One field from s on: where it ends (at the separator, the newline or the end). out, when given, gets the text. */
static const char *field(const struct inventory *v, const char *s, const char *end, struct buf *out)
{
    if (s < end && *s == '"')
        return quoted(v, s + 1, end, out);
    for (; s < end && *s != v->separator && *s != '\n'; s++)
        if (out && *s != '\r')
            buf_addc(out, *s);
    return s;
}

/* With n 0 it tells whether the (NUL-terminated) rest is a whole record. */
const char *inventory_csv_end(const struct inventory *v, const char *s, size_t n)
{
    const char *end = s + (n ? n : strlen(s));

    for (;;) {
        s = field(v, s, end, NULL);
        if (!s)
            return NULL;
        if (s == end)
            return n ? NULL : end;
        if (*s == '\n')
            return s;
        s++;
    }
}

/* The fields of a record into v->row, NUL-terminated; their number. */
static size_t split(struct inventory *v, const char *s, const char **ret)
{
    const char *end = s + strlen(s);
    size_t at[COLUMNS_MAX], n = 0;

    buf_clear(&v->row);
    while (n < COLUMNS_MAX) {
        at[n++] = v->row.len;
        s = field(v, s, end, &v->row);
        buf_addc(&v->row, '\0');
        if (!s || s == end)
            break;
        s++;
    }
    for (size_t i = 0; i < n && !v->row.failed; i++)
        ret[i] = v->row.data + at[i];
    return v->row.failed ? 0 : n;
}

static char announced(const char *s)
{
    return strncmp(s, "sep=", 4) == 0 && s[4] && (s[5] == '\0' || s[5] == '\r' || s[5] == '\n') ? s[4] : 0;
}

bool inventory_csv_sniff(struct inventory *v, const char *s, size_t n)
{
    static const char separators[] = ",;\t|";
    const char *headers[COLUMNS_MAX], *end = s + n, *line, *stop;
    char text[8192], best = 0;
    size_t most = 0;

    while (s < end && strchr(" \t\r\n", *s))
        s++;
    best = announced(s);
    if (best) {
        v->separator = best;
        return true;
    }
    line = s;
    stop = memchr(line, '\n', (size_t)(end - line));
    n = stop ? (size_t)(stop - line) : (size_t)(end - line);
    if (!n || n >= sizeof text)
        return false;
    memcpy(text, line, n);
    text[n] = '\0';
    for (const char *p = separators; *p; p++) {
        size_t count;

        v->separator = *p;
        count = split(v, text, headers);
        if (inventory_columns(v, headers, count) && count > most) {
            most = count;
            best = *p;
        }
    }
    v->separator = best;
    return best != 0;
}

bool inventory_csv_record(struct inventory *v, char *s, struct err *e)
{
    const char *fields[COLUMNS_MAX];
    struct inventory_row row = {0};
    size_t n;

    if (!v->has_header && announced(s))
        return true;
    n = split(v, s, fields);
    if (!n)
        return buf_ok(&v->row, "a row", e);
    if (!v->has_header) {
        v->has_header = true;
        v->columns = n;
        return inventory_columns(v, fields, n) ||
               inventory_error(v, e, ERR_INPUT, "no column of this header is known to name programs; say which with --column name=HEADER");
    }
    for (size_t i = v->columns; i < n; i++)
        if (*fields[i])
            return inventory_error(v, e, ERR_INPUT, "%zu fields where the header has %zu", n, v->columns);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        row.field[i] = v->column[i] >= 0 && (size_t)v->column[i] < n ? fields[v->column[i]] : "";
    return inventory_row_out(v, &row, e);
}
