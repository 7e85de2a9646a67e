#include "core/assign/intake.h"
#include "core/base/limits.h"
#include "core/os/file.h"

#include <stdio.h>
#include <string.h>

void intake_open(struct intake *x, struct census *c)
{
    memset(x, 0, sizeof *x);
    x->census = c;
    buf_init(&x->part, LIMIT_DOCUMENT);
    buf_init(&x->doc, LIMIT_DOCUMENT);
}

void intake_free(struct intake *x)
{
    buf_free(&x->part);
    buf_free(&x->doc);
}

static bool add(struct intake *x, const char *p, size_t n, struct err *e)
{
    char where[LIMIT_PATH + 32];

    snprintf(where, sizeof where, "%s:%zu", x->file, x->first);
    return census_add(x->census, p, n, where, e);
}

static bool add_bad(struct intake *x, const char *text, struct err *e)
{
    char where[LIMIT_PATH + 32];
    struct buf b;
    bool ok;

    snprintf(where, sizeof where, "%s:%zu", x->file, x->first);
    buf_init(&b, 8192);
    buf_printf(&b, "%s: %s", where, text);
    ok = buf_ok(&b, "a message", e) && census_add_bad(x->census, where, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

/* The document that has begun ends here, as far as it goes. */
static bool end_document(struct intake *x, struct err *e)
{
    bool ok = !x->doc.len || add(x, x->doc.data, x->doc.len, e);

    buf_clear(&x->doc);
    return ok;
}

static bool take_line(struct intake *x, const char *p, size_t n, struct err *e)
{
    bool opens, whole;

    x->line++;
    while (n && strchr(" \t\r", p[n - 1]))
        n--;
    if (!n && !x->doc.len)
        return true;
    opens = n > 1 && p[0] == '{' && p[1] == '"';
    whole = opens && p[n - 1] == '}';
    if ((opens || !x->doc.len) && !end_document(x, e)) /* the one before was never closed */
        return false;
    if (!x->doc.len)
        x->first = x->line;
    if (whole)
        return add(x, p, n, e);
    buf_add(&x->doc, p, n);
    buf_addc(&x->doc, '\n');
    if (x->doc.failed) {
        buf_free(&x->doc);
        return add_bad(x, "larger than any facts document", e);
    }
    return !(n == 1 && p[0] == '}') || end_document(x, e);
}

/* Bytes up to the end of a line, or up to the end of what there is. */
static bool take_part(struct intake *x, const char *p, size_t n, bool ends, struct err *e)
{
    bool ok = true;

    if (!x->skip && ends && !x->part.len)
        return take_line(x, p, n, e);
    if (!x->skip)
        buf_add(&x->part, p, n);
    if (x->part.failed && x->part.nomem)
        return err_nomem(e);
    if (x->part.failed) {
        x->skip = true;
        x->first = x->line + 1;
        buf_free(&x->part);
        ok = add_bad(x, "a line longer than any facts document", e);
    }
    if (!ends)
        return ok;
    if (x->skip) {
        x->line++;
        x->skip = false;
        return ok;
    }
    ok = ok && take_line(x, buf_str(&x->part), x->part.len, e);
    buf_clear(&x->part);
    return ok;
}

bool intake_bytes(struct intake *x, const char *p, size_t n, struct err *e)
{
    const char *end = p + n;

    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));

        if (!take_part(x, p, (size_t)((nl ? nl : end) - p), nl != NULL, e))
            return false;
        p = nl ? nl + 1 : end;
    }
    return true;
}

bool intake_end(struct intake *x, struct err *e)
{
    return ((!x->part.len && !x->skip) || take_part(x, "", 0, true, e)) && end_document(x, e);
}

static bool pour(void *arg, const void *p, size_t n, struct err *e)
{
    return intake_bytes(arg, p, n, e);
}

static bool take_file(struct intake *x, const char *path, struct err *e)
{
    x->file = path;
    x->line = 0;
    return os_file_pour(path, pour, x, e) && intake_end(x, e);
}

static bool take_folder(struct intake *x, const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs names;
    bool ok = os_dir_list(path, &a, &names, e);

    for (size_t i = 0; ok && i < names.n; i++) {
        const char *file = arena_printf(&a, "%s/%s", path, names.v[i]), *inside;
        struct os_stat st;

        inside = file ? arena_printf(&a, "%s/facts.json", file) : NULL;
        ok = inside ? os_file_stat(file, &st, e) : err_nomem(e);
        if (ok && st.kind == OS_FILE && (text_ends(file, ".json") || text_ends(file, ".jsonl")))
            ok = take_file(x, file, e);
        else if (ok && st.kind == OS_DIR && os_file_exists(inside))
            ok = take_file(x, inside, e);
    }
    arena_free(&a);
    return ok;
}

bool intake_path(struct intake *x, const char *path, struct err *e)
{
    struct os_stat st;

    if (!os_file_stat(path, &st, e))
        return false;
    if (st.kind == OS_ABSENT)
        return err_set(e, ERR_NOT_FOUND, "%s: no such file", path);
    return st.kind == OS_DIR ? take_folder(x, path, e) : take_file(x, path, e);
}
