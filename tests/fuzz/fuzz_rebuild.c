/*
 * What the package databases say of one package, before it is made again: its name, then the files and answers, "---"
 * between them, given one after the other to whoever reads a file or asks rpm. What is taken can stand in a file name,
 * and every path is plain and absolute.
 *
 * The functions named in fuzz.mk (FUZZ_wrap_rebuild) are replaced by those here.
 */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"
#include "core/os/process.h"
#include "core/payload/deb_query.h"
#include "core/payload/rpm_query.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t *rest;
static size_t left;

bool __wrap_os_file_read(const char *path, struct buf *out, struct err *e);
bool __wrap_os_file_exists(const char *path);
bool __wrap_os_run(const struct os_child *c, struct os_exit *ret, struct err *e);

bool __wrap_os_file_read(const char *path, struct buf *out, struct err *e)
{
    size_t n;
    char *part;

    if (!left)
        return err_set(e, ERR_NOT_FOUND, "%s: no more files", path);
    part = fuzz_part(&rest, &left, &n);
    buf_add(out, part, n);
    free(part);
    return buf_ok(out, path, e);
}

bool __wrap_os_file_exists(const char *path)
{
    return strchr(path, ':') != NULL;
}

/* --querytags is asked first and has its part; what it names, rpm is then asked for. */
bool __wrap_os_run(const struct os_child *c, struct os_exit *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    buf_init(&ret->out, LIMIT_CHILD_OUTPUT);
    return __wrap_os_file_read(c->argv.v[0], &ret->out, e);
}

static void check_deb(const struct deb_package *d)
{
    FUZZ_MUST(deb_word(d->package, "+-.") && deb_word(d->arch, "-") && deb_word(d->version, ".+-:~"), "%s %s %s",
              d->package, d->arch, d->version);
    for (size_t i = 0; i < d->list.n; i++)
        FUZZ_MUST(text_eq(d->list.v[i].key, "/.") || rebuild_path_ok(d->list.v[i].key), "%s", d->list.v[i].key);
    for (size_t i = 0; i < d->recorded.n; i++)
        FUZZ_MUST(strlen(d->recorded.v[i].value) == MD5_TEXT - 1, "%s", d->recorded.v[i].value);
    for (size_t i = 0; i < d->diverted.n; i++)
        FUZZ_MUST(rebuild_path_ok(d->diverted.v[i].key) && rebuild_path_ok(d->diverted.v[i].value), "%s",
                  d->diverted.v[i].key);
}

static void check_rpm(const struct rpm_package *p)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct rpm_column *c = &p->c[i];

        FUZZ_MUST(rpm_rows[i].ask != RPM_EACH || !c->n || c->n == p->files, "%s: %zu of %zu", rpm_rows[i].name, c->n,
                  p->files);
        for (size_t k = 0; k < c->n; k++)
            FUZZ_MUST(c->text[k] && !strpbrk(c->text[k], "\1\2"), "%s", rpm_rows[i].name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct rebuild_job deb = {.root = "", .name = "", .dir = "/nowhere"}, rpm = deb;
    struct deb_package d = {.j = &deb};
    struct rpm_package r;
    struct err e = ERR_INIT;
    char *name = fuzz_part(&p, &n, NULL);

    deb.name = rpm.name = name;
    rest = p;
    left = n;
    if (deb_query(&d, &e)) {
        fuzz_accepted = true;
        check_deb(&d);
    } else {
        fuzz_refused(&e);
    }
    rest = p;
    left = n;
    memset(&r, 0, sizeof r);
    if (rpm_query(&rpm, &r, &e)) {
        fuzz_accepted = true;
        check_rpm(&r);
    } else {
        fuzz_refused(&e);
    }
    arena_free(&deb.arena);
    arena_free(&rpm.arena);
    free(name);
    return 0;
}
