#include "core/payload/rpm_query.h"

#include "core/base/limits.h"
#include "core/os/process.h"

#include <stdio.h>
#include <string.h>

#define RPM_TIMEOUT_MS (120 * 1000)

const struct rpm_row rpm_rows[ROW_COUNT] = {
#define X(row, number, kind, how) {#row, number, RPM_##kind, RPM_##how},
    RPM_TAGS(X)
#undef X
};

const char *rpm_text(const struct rpm_package *p, enum rpm_row_id row)
{
    return p->c[row].n > 0 ? p->c[row].text[0] : "";
}

/* Runs rpm; *ret_out in the job's arena. */
static bool rpm_run(struct rebuild_job *j, const char *const *args, size_t n, char **ret_out, struct err *e)
{
    const char *argv[12] = {"rpm"};
    struct os_child c = {.argv = {argv, 1}, .timeout_ms = RPM_TIMEOUT_MS};
    struct os_exit x = {0};
    if (j->root[0] != '\0') { /* another system's database, where rpm itself keeps it by default */
        static const char *const apart[] = {"--dbpath", "/var/lib/rpm", "--root"};
        for (size_t i = 0; i < 3; i++)
            argv[c.argv.n++] = apart[i];
        argv[c.argv.n++] = j->root;
    }
    for (size_t i = 0; i < n; i++)
        argv[c.argv.n++] = args[i];
    bool ok = os_run(&c, &x, e);
    if (ok && x.timed_out)
        ok = err_set(e, ERR_TIMEOUT, "rpm did not answer within %d s", RPM_TIMEOUT_MS / 1000);
    else if (ok && x.code != 0 && strstr(buf_str(&x.out), "is not installed") != NULL)
        ok = err_set(e, ERR_NOT_FOUND, "it is not installed");
    else if (ok && x.code != 0)
        ok = err_set(e, ERR_CHILD, "rpm ended with status %d: %.300s", x.code, buf_str(&x.out));
    *ret_out = ok ? arena_strndup(&j->arena, buf_str(&x.out), x.out.len) : NULL;
    buf_free(&x.out);
    return ok && (*ret_out != NULL || err_nomem(e));
}

/* Tags that this rpm has not heard of would fail the whole query. */
static bool rpm_known(struct rebuild_job *j, struct pairs *ret, struct err *e)
{
    static const char *const args[] = {"--querytags"};
    const char *line;
    char *out;
    size_t n;
    if (!rpm_run(j, args, 1, &out, e))
        return false;
    for (const char *at = out, *end = out + strlen(out); text_line(&at, end, &line, &n);) {
        const char *name = arena_strndup(&j->arena, line, n);
        if (name == NULL)
            return err_nomem(e);
        if (!pairs_add(ret, &j->arena, name, NULL, e))
            return false;
    }
    pairs_sort(ret);
    return true;
}

static bool column_number(struct rpm_column *c, size_t i, const struct rpm_row *row, struct err *e)
{
    long long v;
    if (!text_number(c->text[i], &v))
        return err_set(e, ERR_INPUT, "rpm gives %s the value '%.60s'", row->name, c->text[i]);
    /* old rpms print 16 and 32 bits as signed */
    c->number[i] = row->type == RPM_INT16 ? v & 0xffff : row->type == RPM_INT32 ? v & 0xffffffff : v;
    return true;
}

/* "\2value\2value..." of one tag; cuts the text up. */
static bool column_fill(struct rebuild_job *j, struct rpm_column *c, const struct rpm_row *row, char *text,
                        struct err *e)
{
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++)
        n += *p == '\2';
    if (n > LIMIT_LIST)
        return err_set(e, ERR_LIMIT, "rpm gives %s more than %u values", row->name, LIMIT_LIST);
    c->text = ARENA_ARRAY(&j->arena, n + 1, const char *);
    c->number = ARENA_ARRAY(&j->arena, n + 1, long long);
    if (c->text == NULL || c->number == NULL)
        return err_nomem(e);
    bool numbers = row->type == RPM_INT16 || row->type == RPM_INT32 || row->type == RPM_INT64;
    for (char *mark = text; mark != NULL; c->n++) {
        c->text[c->n] = mark + 1;
        mark = strchr(mark + 1, '\2');
        if (mark != NULL)
            *mark = '\0';
        if (numbers && !column_number(c, c->n, row, e))
            return false;
    }
    return true;
}

/* Reads "\1 tag text" for every row asked, then "\1". */
static bool answer_read(struct rebuild_job *j, struct rpm_package *p, const enum rpm_row_id *rows, size_t n,
                        char *out, struct err *e)
{
    char *at = strchr(out, '\1'); /* rpm's own warnings may stand before */
    size_t marks = 0;
    for (const char *s = at; s != NULL; s = strchr(s + 1, '\1'))
        marks++;
    if (marks > n + 1 && marks % (n + 1) == 0)
        return err_set(e, ERR_INPUT, "it is installed more than once: name one as NAME-VERSION-RELEASE.ARCH");
    if (marks != n + 1)
        return err_set(e, ERR_INPUT, "rpm's answer for %s cannot be read: it is too long or not as asked",
                       rpm_rows[rows[0]].name);
    for (size_t i = 0; i < n; i++) {
        char *next = strchr(at + 1, '\1');
        *next = '\0';
        if (at[1] == '\2' && !column_fill(j, &p->c[rows[i]], &rpm_rows[rows[i]], at + 1, e))
            return false;
        at = next;
    }
    return true;
}

static bool rpm_ask_rows(struct rebuild_job *j, struct rpm_package *p, const enum rpm_row_id *rows, size_t n,
                         struct err *e)
{
    struct buf format;
    buf_init(&format, LIMIT_STRING);
    for (size_t i = 0; i < n; i++)
        buf_printf(&format, "\1%%|%s?{[\2%%{%s}]}:{}|", rpm_rows[rows[i]].name, rpm_rows[rows[i]].name);
    buf_addc(&format, '\1');
    char *out = NULL;
    const char *const args[] = {"-q", "--qf", buf_str(&format), "--", j->name};
    bool ok = buf_ok(&format, "query", e) && rpm_run(j, args, 5, &out, e);
    buf_free(&format);
    return ok && answer_read(j, p, rows, n, out, e);
}

/*
 * Leaves in rows those that the package has at all, so that the others need no query of their own. (The text
 * between the conditions is needed: rpm's parser spoils conditions that follow each other directly.)
 */
static bool rpm_present(struct rebuild_job *j, enum rpm_row_id *rows, size_t *n, struct err *e)
{
    struct buf format;
    buf_init(&format, LIMIT_STRING);
    for (size_t i = 0; i < *n; i++)
        buf_printf(&format, "\1%%|%s?{1}:{0}|", rpm_rows[rows[i]].name);
    char *out = NULL;
    const char *const args[] = {"-q", "--qf", buf_str(&format), "--", j->name};
    bool ok = buf_ok(&format, "query", e) && rpm_run(j, args, 5, &out, e);
    buf_free(&format);
    if (!ok)
        return false;
    size_t kept = 0;
    const char *mark = strchr(out, '\1');
    for (size_t i = 0; i < *n; i++, mark += 2) {
        if (mark == NULL || mark[0] != '\1' || (mark[1] != '0' && mark[1] != '1'))
            return err_set(e, ERR_INPUT, "rpm's answer cannot be read");
        if (mark[1] == '1')
            rows[kept++] = rows[i];
    }
    *n = kept;
    return true;
}

static bool package_name_ok(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("+-._~^", *p) != NULL))
            return false;
    return s[0] != '\0' && s[0] != '-' && s[0] != '.';
}

/* Every file has a value of each tag that is one a file, or none has. */
static bool package_check(struct rpm_package *p, struct err *e)
{
    p->files = p->c[ROW_BASENAMES].n;
    for (enum rpm_row_id i = 0; i < ROW_COUNT; i++)
        if (rpm_rows[i].ask == RPM_EACH && p->c[i].n != 0 && p->c[i].n != p->files)
            return err_set(e, ERR_INPUT, "rpm gives %zu values of %s for %zu files", p->c[i].n,
                           rpm_rows[i].name, p->files);
    return true;
}

bool rpm_query(struct rebuild_job *j, struct rpm_package *ret, struct err *e)
{
    struct pairs known = {0};
    enum rpm_row_id head[ROW_COUNT], alone[ROW_COUNT];
    size_t heads = 0, alones = 0;
    if (!package_name_ok(j->name))
        return err_set(e, ERR_INPUT, "this is not a package name");
    if (!rpm_known(j, &known, e))
        return false;
    for (enum rpm_row_id i = 0; i < ROW_COUNT; i++) {
        if (pairs_find(&known, rpm_rows[i].name) == NULL)
            continue;
        if (rpm_rows[i].ask == RPM_HEAD)
            head[heads++] = i;
        else
            alone[alones++] = i;
    }
    if (heads == 0)
        return err_set(e, ERR_CHILD, "rpm --querytags names no tag");
    if (!rpm_ask_rows(j, ret, head, heads, e) || !rpm_present(j, alone, &alones, e))
        return false;
    for (size_t i = 0; i < alones; i++)
        if (!rpm_ask_rows(j, ret, &alone[i], 1, e))
            return false;
    return package_check(ret, e);
}
