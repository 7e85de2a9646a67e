#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/inventory/inventory.h"
#include "core/inventory/inventory_build.h"
#include "core/inventory/zone.h"
#include "core/os/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTES 200 /* the rest would not be read by anybody */

struct origin { /* where a host stands */
    const char *file;
    size_t line, host;
};

struct fleet_build {
    LIST(struct origin) origins;
    struct strs zones; /* that there are */
};

const char *const inventory_format_names[] = {"auto", "names", "csv", "jsonl", "ini", "yaml", "list", NULL};

/* --- for the readers ------------------------------------------------------------------------------------------------- */

bool inventory_error(const struct source *s, struct err *e, const char *fmt, ...)
{
    char text[sizeof e->text];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return err_set(e, ERR_INPUT, "%s:%zu: %s", s->file, s->line, text);
}

bool inventory_note(struct source *s, struct err *e, const char *fmt, ...)
{
    struct arena *a = &s->v->doc.arena;
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (size_t i = 0; i < s->v->notes.n; i++)
        if (text_ends(s->v->notes.v[i], text))
            return true;
    if (s->v->notes.n >= NOTES)
        return true;
    {
        const char **note = LIST_ADD(a, &s->v->notes);

        return note && (*note = arena_printf(a, "%s:%zu: %s", s->file, s->line, text)) ? true : err_nomem(e);
    }
}

bool inventory_bool(const char *value, bool *ret)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1", "n", "y", "f", "t"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_eq_fold(value, words[i])) {
            *ret = i & 1;
            return true;
        }
    return false;
}

static bool set_list(struct arena *a, struct strs *list, const char *value, struct err *e)
{
    while (*value) {
        size_t n = strcspn(value, " \t,;|");

        if (n && !list_add_text(a, list, value, n, e))
            return false;
        value += n + (value[n] != 0);
    }
    return true;
}

static bool set_enum(struct source *s, const struct field *f, int *ret, const char *value, struct err *e)
{
    for (int i = 0; f->names[i]; i++)
        if (text_eq_fold(f->names[i], value)) {
            *ret = i;
            return true;
        }
    return inventory_error(s, e, "%s: '%.60s' is none of %s and %s", f->name, value, f->names[0], f->names[1]);
}

bool inventory_set(struct source *s, struct fleet_host *h, const struct field *f, const char *value, struct err *e)
{
    void *member = (char *)h + f->offset;

    if (!*value)
        return true;
    switch (f->type) {
    case FIELD_INT:
        return text_number(value, member) || inventory_error(s, e, "%s: '%.60s' is no number", f->name, value);
    case FIELD_BOOL:
        return inventory_bool(value, member) || inventory_error(s, e, "%s: '%.60s' is neither yes nor no", f->name, value);
    case FIELD_ENUM:
        return set_enum(s, f, member, value, e);
    case FIELD_STRS:
        return set_list(&s->v->doc.arena, member, value, e);
    default:
        return (*(const char **)member = arena_strdup(&s->v->doc.arena, value)) ? true : err_nomem(e);
    }
}

static bool check_zone(struct source *s, const char *zone, struct err *e)
{
    struct strs *known = &s->v->build->zones;
    struct err why = ERR_INIT;
    const char **mine;
    int minutes;

    if (!zone || text_in(known, zone))
        return true;
    if (!zone_offset(zone, 0, &minutes, &why))
        return inventory_error(s, e, "%s", why.text);
    mine = LIST_ADD(&s->v->doc.arena, known);
    if (!mine)
        return err_nomem(e);
    *mine = zone;
    return true;
}

bool inventory_add(struct source *s, const struct fleet_host *h, struct err *e)
{
    const struct place at = {.file = s->file};
    struct arena *a = &s->v->doc.arena;
    struct fleet_host *mine;
    struct origin *o;

    if (s->v->hosts.n >= LIMIT_HOSTS)
        return err_set(e, ERR_LIMIT, "%s:%zu: more than %u hosts", s->file, s->line, LIMIT_HOSTS);
    mine = LIST_ADD(a, &s->v->hosts);
    o = LIST_ADD(a, &s->v->build->origins);
    if (!mine || !o)
        return err_nomem(e);
    *mine = *h;
    list_sort(&mine->groups);
    list_sort(&mine->tags);
    *o = (struct origin){s->file, s->line, s->v->hosts.n - 1};
    if (fleet_host_schema.check(mine, &at, e))
        return check_zone(s, mine->zone, e);
    /* the check knows no lines */
    return inventory_error(s, e, "%s", text_starts(e->text, s->file) ? e->text + strlen(s->file) + 2 : e->text);
}

/* --- sources --------------------------------------------------------------------------------------------------------- */

static bool (*const readers[])(struct source *s, struct err *e) = {
    [INVENTORY_NAMES] = inventory_read_names, [INVENTORY_CSV] = inventory_read_csv, [INVENTORY_JSONL] = inventory_read_jsonl,
    [INVENTORY_INI] = inventory_read_ini,     [INVENTORY_YAML] = inventory_read_yaml, [INVENTORY_LIST] = inventory_read_list,
};

static bool begin(struct fleet_inventory *v, struct err *e)
{
    if (!v->build)
        v->build = ARENA_NEW(&v->doc.arena, struct fleet_build);
    return v->build || err_nomem(e);
}

/* Finds the line of what no text may hold. */
static bool check_text(struct source *s, struct err *e)
{
    const char *p = s->text, *line;
    size_t n;

    if (!memchr(p, 0, (size_t)(s->end - p)) && text_utf8_valid(p, (size_t)(s->end - p)))
        return true;
    while (text_line(&p, s->end, &line, &n)) {
        s->line++;
        if (memchr(line, 0, n))
            return inventory_error(s, e, "a NUL byte; text must be UTF-8");
        if (!text_utf8_valid(line, n))
            return inventory_error(s, e, "bytes that are not UTF-8");
    }
    return inventory_error(s, e, "bytes that are not UTF-8");
}

bool fleet_inventory_text(struct fleet_inventory *v, const char *file, const char *text, size_t len, int format, struct err *e)
{
    struct source s = {.v = v, .text = text, .end = text + len};

    if (!begin(v, e))
        return false;
    if (!(s.file = arena_strdup(&v->doc.arena, file)))
        return err_nomem(e);
    if (!check_text(&s, e))
        return false;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        s.text += 3;
    s.line = 0;
    return (format != INVENTORY_AUTO || inventory_guess(&s, &format, e)) && readers[format](&s, e);
}

bool fleet_inventory_file(struct fleet_inventory *v, const char *path, int format, struct err *e)
{
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_FLEET);
    ok = os_file_read(path, &text, e) && fleet_inventory_text(v, path, buf_str(&text), text.len, format, e);
    buf_free(&text);
    return ok;
}

bool fleet_inventory_name(struct fleet_inventory *v, const char *name, struct err *e)
{
    struct source s = {.v = v, .file = "command line", .line = 1};
    struct fleet_host h = {.name = arena_strdup(&v->doc.arena, name)};

    return h.name && begin(v, e) ? inventory_add(&s, &h, e) : err_nomem(e);
}

/* --- the end --------------------------------------------------------------------------------------------------------- */

static int by_name(const void *x, const void *y, void *arg)
{
    const struct origin *a = x, *b = y;
    const struct fleet_host *hosts = arg;
    int order = strcmp(hosts[a->host].name, hosts[b->host].name);

    return order ? order : (a->host > b->host) - (a->host < b->host);
}

bool fleet_inventory_end(struct fleet_inventory *v, struct err *e)
{
    struct fleet_host *sorted = ARENA_ARRAY(&v->doc.arena, v->hosts.n + 1, struct fleet_host);
    const struct origin *o;
    size_t n = 0;

    if (!sorted || !begin(v, e))
        return err_nomem(e);
    o = v->build->origins.v;
    if (v->hosts.n)
        qsort_r(v->build->origins.v, v->hosts.n, sizeof *o, by_name, v->hosts.v);
    for (size_t i = 0, first = 0; i < v->hosts.n; i++) {
        const struct fleet_host *h = &v->hosts.v[o[i].host];

        if (!n || !text_eq(sorted[n - 1].name, h->name)) {
            first = i;
            sorted[n++] = *h;
        } else if (!fleet_host_same(&sorted[n - 1], h))
            return err_set(e, ERR_INPUT, "%s:%zu: %s is told otherwise than at %s:%zu", o[i].file, o[i].line, h->name,
                           o[first].file, o[first].line);
    }
    v->hosts.v = sorted;
    v->hosts.n = n;
    return true;
}

void fleet_inventory_free(struct fleet_inventory *v)
{
    doc_free(&v->doc);
    memset(v, 0, sizeof *v);
}
