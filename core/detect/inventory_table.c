/* Tables in columns: winget list, wmic product get, PowerShell's Format-Table. */
#include "core/detect/inventory_impl.h"

#include <string.h>

/* Cells of a terminal: East Asian letters take two (Unicode Standard Annex 11, its wide ranges). */
static size_t cells_of(unsigned cp)
{
    static const unsigned wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF},
                                       {0x20000, 0x3FFFD}};

    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (cp >= wide[i][0] && cp <= wide[i][1])
            return 2;
    return 1;
}

static const char *step(const struct inventory *v, const char *s, size_t *at)
{
    unsigned cp = 0;
    size_t n = text_decode(s, strnlen(s, 4), &cp);

    *at += v->cells ? cells_of(cp) : 1;
    return s + (n ? n : 1);
}

/* A line of dashes, in one run or one for each column. */
static bool is_rule(const char *s, size_t n)
{
    size_t dashes = 0;

    for (size_t i = 0; i < n; i++) {
        dashes += s[i] == '-';
        if (s[i] != '-' && s[i] != ' ' && s[i] != '\r')
            return false;
    }
    return dashes >= 4;
}

/* The starts of the words of a line; *ret_gaps: how many of them have two blanks or more before them. */
static size_t word_starts(const struct inventory *v, const char *s, size_t *starts, const char **words, size_t *ret_gaps)
{
    size_t n = 0, at = 0, blanks = 2;

    *ret_gaps = 0;
    while (*s && n < COLUMNS_MAX) {
        if (*s == ' ') {
            blanks++;
            at++;
            s++;
            continue;
        }
        if (blanks) {
            starts[n] = at;
            words[n++] = s;
            *ret_gaps += blanks >= 2;
        }
        blanks = 0;
        s = step(v, s, &at);
    }
    return n;
}

static void copy_word(const char *s, char *ret, size_t size)
{
    size_t n = strcspn(s, " ");

    if (n >= size)
        n = size - 1;
    memcpy(ret, s, n);
    ret[n] = '\0';
}

/* winget draws its progress into the same line and returns to its beginning. */
static char *last_drawn(char *s)
{
    char *r = strrchr(s, '\r');

    return r ? r + 1 : s;
}

static bool take_header(struct inventory *v, const char *s)
{
    const char *words[COLUMNS_MAX], *titles[COLUMNS_MAX];
    char store[32][64];
    size_t gaps, n = word_starts(v, s, v->start, words, &gaps);

    v->columns = n;
    if (n > 32)
        return false;
    for (size_t i = 0; i < n; i++) {
        copy_word(words[i], store[i], sizeof store[i]);
        titles[i] = store[i];
    }
    return inventory_columns(v, titles, n);
}

bool inventory_table_sniff(struct inventory *v, const char *s, size_t n)
{
    const char *end = s + n, *line, *before = NULL;
    size_t len, gaps, before_len = 0;

    for (int i = 0; i < 20 && text_line(&s, end, &line, &len); i++) {
        if (before && before_len && is_rule(line, len))
            return true;
        if (len && !before) { /* without a rule the first line is the header, its words apart */
            char text[4096];
            const char *words[COLUMNS_MAX];
            size_t starts[COLUMNS_MAX];

            if (len < sizeof text) {
                memcpy(text, line, len);
                text[len] = '\0';
                text[strcspn(text, "\r")] = '\0';
                if (take_header(v, text) && word_starts(v, text, starts, words, &gaps) == gaps)
                    return true;
            }
        }
        if (len) {
            before = line;
            before_len = len;
        }
    }
    return false;
}

/* The part of the line in column i, without blanks around it. */
static bool cell(struct inventory *v, const char *s, size_t i, size_t *ret_at)
{
    size_t at = 0, stop = i + 1 < v->columns ? v->start[i + 1] : (size_t)-1;
    const char *from;
    size_t n;

    while (*s && at < v->start[i])
        s = step(v, s, &at);
    from = s;
    while (*s && at < stop)
        s = step(v, s, &at);
    while (from < s && *from == ' ')
        from++;
    n = (size_t)(s - from);
    while (n && from[n - 1] == ' ')
        n--;
    *ret_at = v->row.len;
    buf_add(&v->row, from, n);
    buf_addc(&v->row, '\0');
    return n > 0;
}

static bool row_out(struct inventory *v, const char *s, struct err *e)
{
    size_t at[COLUMNS_MAX], filled = 0;
    struct inventory_row row = {0};

    buf_clear(&v->row);
    for (size_t i = 0; i < v->columns; i++)
        filled += cell(v, s, i, &at[i]);
    if (!buf_ok(&v->row, "a row", e))
        return false;
    if (v->cells && v->columns > 2 && filled < 2) /* winget's last lines count the programs */
        return true;
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        row.field[i] = v->column[i] >= 0 ? v->row.data + at[v->column[i]] : "";
    return inventory_row_out(v, &row, e);
}

/* Lines before the rule: the last of them is the header. It is kept in v->head, which no longer holds anything. */
bool inventory_table_record(struct inventory *v, char *s, struct err *e)
{
    const char *words[COLUMNS_MAX];
    size_t gaps;

    s = last_drawn(s);
    if (v->has_header && !(v->rows == 0 && is_rule(s, strlen(s))))
        return row_out(v, s, e);
    if (is_rule(s, strlen(s))) {
        v->cells = true;
        v->has_header = true;
        if (!take_header(v, buf_str(&v->head)) && v->columns >= 3) { /* translated: winget's order is fixed */
            v->column[COLUMN_NAME] = 0;
            v->column[COLUMN_CODE] = 1;
            v->column[COLUMN_VERSION] = 2;
        }
        if (v->column[COLUMN_NAME] < 0)
            return inventory_error(v, e, ERR_INPUT, "no column above this line is known to name programs");
        return true;
    }
    buf_clear(&v->head);
    buf_adds(&v->head, s);
    if (!buf_ok(&v->head, "the header", e))
        return false;
    if (!v->has_header && take_header(v, s) && word_starts(v, s, v->start, words, &gaps) == gaps)
        v->has_header = true;
    return true;
}
