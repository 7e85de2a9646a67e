/* Inventories with one host a row: names, CSV, JSON lines; and which format a text is. */
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/inventory/inventory_build.h"

#include <string.h>

#define COLUMNS 32

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* --- names: as many on a line as one likes; '#' begins a comment ------------------------------------------------------- */

bool inventory_read_names(struct source *s, struct err *e)
{
    const char *p = s->text, *line;
    size_t n;

    while (text_line(&p, s->end, &line, &n)) {
        const char *end = memchr(line, '#', n) ? memchr(line, '#', n) : line + n;

        s->line++;
        while (line < end) {
            const char *from = line;
            struct fleet_host h = {.name = NULL};

            while (line < end && !is_blank(*line))
                line++;
            if (line > from) {
                h.name = arena_strndup(&s->v->doc.arena, from, (size_t)(line - from));
                if (!h.name)
                    return err_nomem(e);
                if (!inventory_add(s, &h, e))
                    return false;
            }
            line++;
        }
    }
    return true;
}

/* --- JSON lines -------------------------------------------------------------------------------------------------------- */

bool inventory_read_jsonl(struct source *s, struct err *e)
{
    const char *p = s->text, *line;
    size_t n;

    while (text_line(&p, s->end, &line, &n)) {
        const struct place at = {.file = s->file};
        struct fleet_host h;
        json_error_t where;
        struct err why = ERR_INIT;
        json_t *j;
        bool ok;

        s->line++;
        while (n && is_blank(*line))
            line++, n--;
        if (!n)
            continue;
        if (n > LIMIT_ROW)
            return inventory_error(s, e, "a line longer than %u bytes", LIMIT_ROW);
        j = json_parse(line, n, JSON_REJECT_DUPLICATES, &where, &why);
        if (!j)
            return why.code == ERR_NOMEM ? err_nomem(e) : inventory_error(s, e, "%s", where.text);
        ok = schema_read(&fleet_host_schema, j, &s->v->doc, &at, &h, &why) && fleet_host_copy(&s->v->doc.arena, &h, &why);
        json_decref(j);
        if (!ok)
            return why.code == ERR_NOMEM ? err_nomem(e) : inventory_error(s, e, "%s", why.text + strlen(s->file) + 2);
        if (!inventory_add(s, &h, e))
            return false;
    }
    return true;
}

/* --- CSV: RFC 4180, and ';' or tabs between as spreadsheets write them -------------------------------------------------- */

struct csv {
    struct source *s;
    const char *p;      /* the next byte */
    char separator;
    struct buf cell;
    bool more;          /* another cell follows on this row */
    size_t lines;       /* line ends inside of cells */
    const struct field *columns[COLUMNS];
    size_t n;
};

static bool quoted_cell(struct csv *c, struct err *e)
{
    for (c->p++;; c->p++) {
        if (c->p >= c->s->end)
            return inventory_error(c->s, e, "a quote that does not end");
        if (*c->p == '"' && (c->p + 1 >= c->s->end || c->p[1] != '"'))
            break;
        c->p += *c->p == '"';
        c->lines += *c->p == '\n';
        buf_addc(&c->cell, *c->p);
    }
    c->p++;
    return c->p >= c->s->end || *c->p == c->separator || *c->p == '\n' || *c->p == '\r' ||
           inventory_error(c->s, e, "text behind a closing quote");
}

static bool bare_cell(struct csv *c, struct err *e)
{
    const char *from = c->p, *end;

    for (; c->p < c->s->end && *c->p != c->separator && *c->p != '\n'; c->p++)
        if (*c->p == '"')
            return inventory_error(c->s, e, "a quote inside of a cell that has none around it");
    for (end = c->p; end > from && is_blank(end[-1]);)
        end--;
    buf_add(&c->cell, from, (size_t)(end - from));
    return true;
}

/* The next cell of the row, without blanks around it. */
static bool next_cell(struct csv *c, struct err *e)
{
    buf_clear(&c->cell);
    while (c->p < c->s->end && *c->p == ' ')
        c->p++;
    if (!(c->p < c->s->end && *c->p == '"' ? quoted_cell(c, e) : bare_cell(c, e)))
        return false;
    while (c->p < c->s->end && *c->p == '\r')
        c->p++;
    c->more = c->p < c->s->end && *c->p == c->separator;
    c->p += c->p < c->s->end; /* the separator, or the line's end */
    return buf_ok(&c->cell, "a cell", e) || inventory_error(c->s, e, "a cell longer than %u bytes", LIMIT_STRING);
}

static bool read_header(struct csv *c, struct err *e)
{
    const char *names[COLUMNS];
    size_t known = 0;

    for (; fleet_host_schema.fields[known].name; known++)
        names[known] = fleet_host_schema.fields[known].name;
    do {
        const char *nearest;

        if (!next_cell(c, e))
            return false;
        if (c->n == COLUMNS)
            return inventory_error(c->s, e, "more than %d columns", COLUMNS);
        c->columns[c->n] = schema_field(&fleet_host_schema, buf_str(&c->cell));
        if (!c->columns[c->n]) {
            nearest = text_nearest(buf_str(&c->cell), names, known);
            return inventory_error(c->s, e, "unknown column '%.60s'%s%s%s", buf_str(&c->cell), nearest ? " (did you mean '" : "",
                                   nearest ? nearest : "", nearest ? "'?)" : "");
        }
        for (size_t i = 0; i < c->n; i++)
            if (c->columns[i] == c->columns[c->n])
                return inventory_error(c->s, e, "column '%s' comes twice", c->columns[i]->name);
        c->n++;
    } while (c->more);
    for (size_t i = 0; i < c->n; i++)
        if (text_eq(c->columns[i]->name, "name"))
            return true;
    return inventory_error(c->s, e, "no column 'name'");
}

/* An apostrophe in front keeps spreadsheets from computing what follows. */
static const char *cell_text(const struct csv *c)
{
    const char *text = buf_str(&c->cell);

    return *text == '\'' && text[1] && strchr("=+-@", text[1]) ? text + 1 : text;
}

static bool read_row(struct csv *c, struct err *e)
{
    struct fleet_host h = {.name = NULL};
    bool empty = true;
    size_t i = 0;

    do {
        if (!next_cell(c, e))
            return false;
        if (i < c->n && !inventory_set(c->s, &h, c->columns[i], cell_text(c), e))
            return false;
        if (i >= c->n && c->cell.len)
            return inventory_error(c->s, e, "more cells than there are columns");
        empty = empty && !c->cell.len;
        i++;
    } while (c->more);
    if (empty)
        return true;
    if (!h.name)
        return inventory_error(c->s, e, "the name is missing");
    return inventory_add(c->s, &h, e);
}

/* Of those that can be: the one that is on the first line most often. */
static char separator_of(const struct source *s)
{
    static const char all[] = ",;\t";
    size_t best = 0;
    char ret = ',';

    for (const char *sep = all; *sep; sep++) {
        size_t n = 0;

        for (const char *p = s->text; p < s->end && *p != '\n'; p++)
            n += *p == *sep;
        if (n > best) {
            best = n;
            ret = *sep;
        }
    }
    return ret;
}

bool inventory_read_csv(struct source *s, struct err *e)
{
    struct csv c = {.s = s, .p = s->text, .separator = separator_of(s)};
    bool ok;

    s->line = 1;
    buf_init(&c.cell, LIMIT_STRING);
    ok = read_header(&c, e);
    while (ok && c.p < s->end) {
        s->line += 1 + c.lines;
        c.lines = 0;
        ok = read_row(&c, e);
    }
    buf_free(&c.cell);
    return ok;
}

/* --- which format ------------------------------------------------------------------------------------------------------- */

/* JSON: one host a line, or one document of Ansible's. */
static bool guess_json(const struct source *s, int *ret, struct err *e)
{
    const char *p = s->text, *line;
    json_error_t where;
    struct err why = ERR_INIT;
    json_t *j;
    size_t n = 0;

    while (text_line(&p, s->end, &line, &n) && !n)
        ;
    j = n && n <= LIMIT_ROW ? json_parse(line, n, 0, &where, &why) : NULL;
    *ret = json_is_string(json_object_get(j, "name")) ? INVENTORY_JSONL : INVENTORY_LIST;
    json_decref(j);
    return why.code != ERR_NOMEM || err_nomem(e);
}

/* What the first line that is no comment looks like; INVENTORY_AUTO: like nothing but names. */
static int guess_first(const char *line, size_t n)
{
    if (line[n - 1] == ':' || (n >= 3 && memcmp(line, "---", 3) == 0))
        return INVENTORY_YAML;
    if (memchr(line, ',', n) || memchr(line, ';', n) || memchr(line, '\t', n) || (n == 4 && memcmp(line, "name", 4) == 0))
        return INVENTORY_CSV;
    return INVENTORY_AUTO;
}

static int guess_lines(const struct source *s)
{
    const char *p = s->text, *line;
    int first = -1;
    bool assigned = false;
    size_t n;

    while (text_line(&p, s->end, &line, &n)) {
        while (n && is_blank(line[n - 1]))
            n--;
        if (!n || *line == '#' || *line == ';')
            continue;
        if (first < 0)
            first = guess_first(line, n);
        if (first == INVENTORY_YAML)
            return first;
        if (*line == '[')
            return INVENTORY_INI;
        assigned |= memchr(line, '=', n) != NULL;
    }
    return first == INVENTORY_CSV ? INVENTORY_CSV : assigned ? INVENTORY_INI : INVENTORY_NAMES;
}

bool inventory_guess(const struct source *s, int *ret, struct err *e)
{
    static const struct {
        const char *ending;
        int format;
    } endings[] = {{".csv", INVENTORY_CSV}, {".tsv", INVENTORY_CSV}, {".jsonl", INVENTORY_JSONL}, {".ndjson", INVENTORY_JSONL},
                   {".ini", INVENTORY_INI}, {".yml", INVENTORY_YAML}, {".yaml", INVENTORY_YAML}};
    const char *p = s->text;

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_ends(s->file, endings[i].ending)) {
            *ret = endings[i].format;
            return true;
        }
    while (p < s->end && (is_blank(*p) || *p == '\n'))
        p++;
    if (p < s->end && *p == '{')
        return guess_json(s, ret, e);
    *ret = guess_lines(s);
    return true;
}
