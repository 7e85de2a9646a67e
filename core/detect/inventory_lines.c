/* One package or one JSON object a line. */
#include "core/detect/inventory_impl.h"

#include "core/base/json.h"
#include "core/base/limits.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ dpkg -l (dpkg-query(1)) */

#define DPKG_HEADER 12 /* lines */

static bool dpkg_row(const char *s, size_t n)
{
    return n > 4 && strchr("uihrp", s[0]) && strchr("ncHUFWti", s[1]) && (s[2] == ' ' || s[2] == 'R') && s[3] == ' ' && s[4] != ' ';
}

/* The next word of *s, which is cut off there; "" at the end. */
static const char *next_word(char **s)
{
    char *word = *s + strspn(*s, " ");

    *s = word + strcspn(word, " ");
    if (**s)
        *(*s)++ = '\0';
    return word;
}

/* Its rule, or nothing but rows. */
bool inventory_dpkg_sniff(const char *s, size_t n)
{
    const char *end = s + n, *line;
    size_t len, rows = 0, lines = 0;

    for (int i = 0; i < DPKG_HEADER && text_line(&s, end, &line, &len); i++) {
        if (len >= 4 && memcmp(line, "+++-", 4) == 0)
            return true;
        lines += len > 0;
        rows += dpkg_row(line, len);
    }
    return rows > 0 && rows == lines;
}

bool inventory_dpkg_record(struct inventory *v, char *s, struct err *e)
{
    struct inventory_row row = {.package = true};
    char *part = s + 4;

    if (!v->has_header && !dpkg_row(s, strlen(s)) && v->line <= DPKG_HEADER) { /* in the language of that system */
        v->has_header = text_starts(s, "+++-");
        return true;
    }
    v->has_header = true;
    if (!dpkg_row(s, strlen(s)))
        return inventory_error(v, e, ERR_INPUT, "not a line of dpkg -l");
    row.residue = s[1] == 'c' || s[1] == 'n';
    row.field[COLUMN_NAME] = next_word(&part);
    row.field[COLUMN_VERSION] = next_word(&part);
    return inventory_row_out(v, &row, e);
}

/* ------------------------------------------------------------------ rpm -qa: NAME-VERSION-RELEASE.ARCH */

static const char *rpm_machine(const char *s, size_t n)
{
    static const char *const machines[] = {"x86_64", "noarch", "i386", "i486", "i586", "i686", "aarch64", "armv7hl", "ppc64le", "s390x", "e2k"};

    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        size_t m = strlen(machines[i]);

        if (n > m + 1 && s[n - m - 1] == '.' && memcmp(s + n - m, machines[i], m) == 0)
            return s + n - m - 1;
    }
    return NULL;
}

static size_t dashes(const char *s, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += s[i] == '-';
    return count;
}

bool inventory_rpm_sniff(const char *s, size_t n)
{
    const char *end = s + n, *line;
    size_t len, machines = 0;

    for (int i = 0; i < 10 && text_line(&s, end, &line, &len); i++) {
        size_t word = 0;

        while (word < len && line[word] != ' ' && line[word] != '\t' && line[word] != '\r')
            word++;
        if (len && (dashes(line, word) < 2 || memchr(line, ',', word) || memchr(line, ';', word)))
            return false;
        machines += rpm_machine(line, word) != NULL;
    }
    return machines > 0;
}

bool inventory_rpm_record(struct inventory *v, char *s, struct err *e)
{
    struct inventory_row row = {.package = true};
    size_t n = strcspn(s, " \t");
    const char *machine;
    char *dash;

    s[n] = '\0';
    machine = rpm_machine(s, n);
    if (machine)
        s[n = (size_t)(machine - s)] = '\0';
    if (dashes(s, n) < 2)
        return inventory_error(v, e, ERR_INPUT, "not NAME-VERSION-RELEASE, as rpm -qa prints it");
    dash = strrchr(s, '-');
    *dash = '\0';
    row.field[COLUMN_VERSION] = strrchr(s, '-') + 1;
    s[row.field[COLUMN_VERSION] - s - 1] = '\0';
    *dash = '-';
    row.field[COLUMN_NAME] = s;
    return inventory_row_out(v, &row, e);
}

/* ------------------------------------------------------------------ JSON, one object a line */

/* A value as text into v->row; false: it is none that a field can have. */
static bool value_text(struct inventory *v, const json_t *j)
{
    char number[64];

    if (json_is_string(j)) {
        const char *s = json_string_value(j);

        buf_add(&v->row, s, strlen(s)); /* up to a NUL inside */
    } else if (json_is_number(j)) {
        snprintf(number, sizeof number, "%.15g", json_number_value(j));
        buf_adds(&v->row, number);
    } else {
        return false;
    }
    buf_addc(&v->row, '\0');
    return true;
}

static bool object_row(struct inventory *v, json_t *j, struct err *e)
{
    size_t at[COLUMN_COUNT] = {0};
    int rank[COLUMN_COUNT];
    struct inventory_row row = {0};
    bool named = false;

    for (size_t i = 0; i < COLUMN_COUNT; i++)
        rank[i] = 99;
    buf_clear(&v->row);
    buf_addc(&v->row, '\0');
    for (void *it = json_object_iter(j); it; it = json_object_iter_next(j, it)) {
        size_t from = v->row.len;
        int field, r;

        if (!inventory_header(v, json_object_iter_key(it), &field, &r))
            continue;
        named = named || field == COLUMN_NAME;
        if (r >= rank[field] || !value_text(v, json_object_iter_value(it))) /* null, or of another tool's structure */
            continue;
        rank[field] = r;
        at[field] = from;
    }
    if (!buf_ok(&v->row, "a row", e))
        return false;
    if (!named)
        return inventory_error(v, e, ERR_INPUT, "no key of this object is known to name a program (display_name, name ...)");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        row.field[i] = v->row.data + at[i];
    return inventory_row_out(v, &row, e);
}

bool inventory_json_record(struct inventory *v, char *s, struct err *e)
{
    json_error_t where;
    json_t *j = json_parse(s, strlen(s), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where, e);
    bool ok;

    if (!j && e->code != ERR_INPUT)
        return false;
    if (!j) {
        struct buf b;

        buf_init(&b, 512);
        text_show(&b, where.text);
        (void)inventory_error(v, e, ERR_INPUT, "column %d: %s; JSON is read one object a line", where.column, buf_str(&b));
        buf_free(&b);
        return false;
    }
    ok = json_is_object(j) ? object_row(v, j, e) : inventory_error(v, e, ERR_INPUT, "not a JSON object");
    json_decref(j);
    return ok;
}
