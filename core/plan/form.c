#include "core/plan/form.h"
#include "core/base/digest.h"
#include "core/base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of json_digest_members(), with the places of those that are left out. */
static bool make_lines(const json_t *j, struct plan_form *f, struct err *e)
{
    const char *names[64];
    char hex[DIGEST_TEXT];
    size_t n = 0;

    names[n++] = "schema";
    for (const struct field *x = plan_schema.fields; x->name; x++) {
        if (n == sizeof names / sizeof names[0])
            return err_set(e, ERR_BUG, "a plan has more members than expected");
        names[n++] = x->name;
    }
    qsort(names, n, sizeof names[0], by_name);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_object_get(j, names[i]);

        if (strcmp(names[i], "id") == 0)
            f->id_at = f->lines.len;
        else if (strcmp(names[i], "machine") == 0)
            f->machine_at = f->lines.len;
        else if (v && strcmp(names[i], "digest") != 0) {
            if (!json_digest(v, hex, e))
                return false;
            buf_printf(&f->lines, "%s %s\n", names[i], hex);
        }
    }
    return buf_ok(&f->lines, "a plan's digests", e);
}

static int to_buf(const char *p, size_t n, void *arg)
{
    buf_add(arg, p, n);
    return 0;
}

/* The members in the order of the table, as schema_write() gives them. */
static bool make_texts(json_t *j, struct plan_form *f, struct err *e)
{
    struct buf *b = &f->head;
    bool first = true;

    buf_addc(b, '{');
    for (void *it = json_object_iter(j); it; it = json_object_iter_next(j, it)) {
        const char *name = json_object_iter_key(it);

        buf_printf(b, "%s\"%s\":", first ? "" : ",", name);
        first = false;
        if (strcmp(name, "id") == 0)
            b = &f->middle;
        else if (strcmp(name, "machine") == 0)
            b = &f->tail;
        else if (strcmp(name, "digest") != 0 &&
                 json_dump_callback(json_object_iter_value(it), to_buf, b, JSON_COMPACT | JSON_ENCODE_ANY))
            return err_nomem(e);
    }
    return buf_ok(&f->head, "a plan", e) && buf_ok(&f->middle, "a plan", e) && buf_ok(&f->tail, "a plan", e);
}

bool plan_form_make(const struct plan *p, struct plan_form *ret, struct err *e)
{
    json_t *j = schema_write(&plan_schema, p);
    bool ok;

    buf_init(&ret->head, LIMIT_DOCUMENT);
    buf_init(&ret->middle, LIMIT_DOCUMENT);
    buf_init(&ret->tail, LIMIT_DOCUMENT);
    buf_init(&ret->lines, LIMIT_DOCUMENT);
    ok = j ? make_lines(j, ret, e) && make_texts(j, ret, e) : err_nomem(e);
    json_decref(j);
    if (!ok)
        plan_form_free(ret);
    return ok;
}

void plan_form_free(struct plan_form *f)
{
    buf_free(&f->head);
    buf_free(&f->middle);
    buf_free(&f->tail);
    buf_free(&f->lines);
}

/* The plan's digest with the machine's line, and with the id's unless that is NULL. */
static void digest_with(const struct plan_form *f, const char *id, const char *machine, char hex[DIGEST_TEXT])
{
    struct digest d;

    digest_init(&d);
    digest_add(&d, f->lines.data, f->id_at);
    if (id) {
        digest_add(&d, "id ", 3);
        digest_add(&d, id, 64);
        digest_add(&d, "\n", 1);
    }
    digest_add(&d, f->lines.data + f->id_at, f->machine_at - f->id_at);
    digest_add(&d, "machine ", 8);
    digest_add(&d, machine, 64);
    digest_add(&d, "\n", 1);
    digest_add(&d, f->lines.data + f->machine_at, f->lines.len - f->machine_at);
    digest_end(&d, hex);
}

bool plan_form_fill(const struct plan_form *f, const struct machine *m, struct buf *out, struct err *e)
{
    json_t *j = schema_write(&machine_schema, m);
    char machine[DIGEST_TEXT], hex[DIGEST_TEXT], id[16], id_digest[DIGEST_TEXT];
    bool ok = j ? json_digest(j, machine, e) : err_nomem(e);

    if (ok) {
        digest_with(f, NULL, machine, hex);
        snprintf(id, sizeof id, "\"%.12s\"", hex);
        digest_of(id, strlen(id), id_digest);
        digest_with(f, id_digest, machine, hex);
        buf_add(out, f->head.data, f->head.len);
        buf_adds(out, id);
        buf_add(out, f->middle.data, f->middle.len);
        ok = json_text(j, false, out, e);
        buf_add(out, f->tail.data, f->tail.len);
        buf_printf(out, "\"%s\"}\n", hex);
    }
    json_decref(j);
    return ok && buf_ok(out, "a plan", e);
}
