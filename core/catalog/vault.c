#include "core/catalog/vault.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"

#include <stdio.h>
#include <string.h>

/* "000012-0123456789ab" */
#define NAME_DIGITS 6
#define NAME_COMMIT 12

static bool is_name(const char *s)
{
    return strlen(s) == NAME_DIGITS + 1 + NAME_COMMIT && strspn(s, "0123456789") >= NAME_DIGITS && s[NAME_DIGITS] == '-' &&
           strspn(s + NAME_DIGITS + 1, "0123456789abcdef") == NAME_COMMIT;
}

static bool tampered(struct err *e, const char *folder, const char *what)
{
    return err_set(e, ERR_TAMPERED, "'%s': %s", folder, what);
}

static bool read_record(struct vault *s, const char *name, struct err *e)
{
    const char *folder = arena_printf(&s->doc.arena, "%s/accepted/%s", s->dir, name);
    const char *path = folder ? arena_printf(&s->doc.arena, "%s/" ACCEPTED_FILE, folder) : NULL;
    struct stored *x = path ? LIST_ADD(&s->doc.arena, &s->all) : NULL;
    char expected[64];
    struct buf b;
    bool ok;

    if (!x)
        return err_nomem(e);
    x->folder = folder;
    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(path, &b, e) && doc_read(&s->doc, &accepted_schema, path, buf_str(&b), b.len, &x->record, e);
    digest_of(buf_str(&b), b.len, x->digest);
    buf_free(&b);
    if (!ok) {
        s->all.n--;
        if (e->code == ERR_INPUT || e->code == ERR_NOT_FOUND)
            e->code = ERR_TAMPERED;
        return err_wrap(e, "a record of what was accepted");
    }
    snprintf(expected, sizeof expected, "%06lld-%.12s", x->record.n, x->record.commit);
    return strcmp(expected, name) == 0 || tampered(e, folder, "its record is of another one");
}

/* Each record is bound to the one before, so none can be taken away or changed but the last. */
static bool check_chain(const struct vault *s, struct err *e)
{
    for (size_t i = 0; i < s->all.n; i++) {
        const struct stored *x = &s->all.v[i], *before = i ? x - 1 : NULL;

        if (x->record.n != (long long)i + 1)
            return tampered(e, x->folder, "the one accepted before it is missing");
        if (before && (strcmp(x->record.previous_record, before->digest) != 0 ||
                       strcmp(x->record.previous, before->record.commit) != 0))
            return tampered(e, before->folder, "its record was changed after the next one was accepted");
    }
    return true;
}

static bool read_records(struct vault *s, struct err *e)
{
    const char *dir = arena_printf(&s->doc.arena, "%s/accepted", s->dir);
    struct strs names;
    struct os_stat st;

    s->all.n = 0;
    s->all.v = NULL;
    if (!dir)
        return err_nomem(e);
    if (!os_file_stat(dir, &st, e))
        return false;
    if (st.kind == OS_ABSENT)
        return true;
    if (!os_dir_list(dir, &s->doc.arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++)
        if (!is_name(names.v[i]) ? !tampered(e, dir, "something is in it that was not put there by a sync")
                                 : !read_record(s, names.v[i], e))
            return false;
    return check_chain(s, e);
}

bool vault_open(const char *state, struct vault *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    ret->dir = arena_printf(&ret->doc.arena, "%s/catalog", state);
    ret->repo = arena_printf(&ret->doc.arena, "%s/catalog/source.git", state);
    ret->work = arena_printf(&ret->doc.arena, "%s/catalog/work", state);
    if (!ret->dir || !ret->repo || !ret->work)
        return err_nomem(e);
    return read_records(ret, e);
}

bool vault_lock(struct vault *s, struct err *e)
{
    const char *path = arena_printf(&s->doc.arena, "%s/lock", s->dir);

    if (!path)
        return err_nomem(e);
    if (!os_dir_make(s->dir, 0700, e))
        return false;
    s->lock = os_lock_take(path, "catalog sync", e);
    return s->lock && os_tree_remove(s->work, e) && os_dir_make(s->work, 0700, e) && read_records(s, e);
}

void vault_close(struct vault *s)
{
    struct err ignored = ERR_INIT;

    if (s->lock)
        (void)!os_tree_remove(s->work, &ignored);
    os_lock_release(s->lock);
    doc_free(&s->doc);
    memset(s, 0, sizeof *s);
}

const struct stored *vault_last(const struct vault *s)
{
    return s->all.n ? &s->all.v[s->all.n - 1] : NULL;
}

const struct stored *vault_find(const struct vault *s, const char *name, struct err *e)
{
    size_t n = strlen(name);
    long long number;

    if (n < 4 && text_number(name, &number)) {
        if (number >= 1 && (size_t)number <= s->all.n)
            return &s->all.v[number - 1];
    } else if (n >= 4 && n <= 40) {
        for (size_t i = s->all.n; i-- > 0;)
            if (strncmp(s->all.v[i].record.commit, name, n) == 0)
                return &s->all.v[i];
    }
    err_set(e, ERR_NOT_FOUND, "no commit '%.60s' was accepted here (see avswap fleet catalog log)", name);
    return NULL;
}

static bool write_files(const char *folder, const struct catalog_file *files, size_t n, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, files[i].path);
        const char *dir = path ? arena_strndup(a, path, (size_t)(strrchr(path, '/') - path)) : NULL;

        if (!dir)
            return err_nomem(e);
        if (!os_dir_make(dir, 0755, e) || !os_file_write(path, files[i].text, files[i].len, 0644, e))
            return false;
    }
    return true;
}

static bool write_record(const char *folder, const struct accepted *record, struct arena *a, struct err *e)
{
    const char *path = arena_printf(a, "%s/" ACCEPTED_FILE, folder);
    json_t *j = schema_write(&accepted_schema, record);
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    ok = path && j ? json_text(j, true, &b, e) && os_file_write(path, buf_str(&b), b.len, 0644, e) : err_nomem(e);
    buf_free(&b);
    json_decref(j);
    return ok;
}

bool vault_accept(struct vault *s, const struct catalog_file *files, size_t n, struct accepted *record, struct err *e)
{
    const struct stored *last = vault_last(s);
    struct arena *a = &s->doc.arena;
    const char *accepted = arena_printf(a, "%s/accepted", s->dir), *from = arena_printf(a, "%s/new", s->work), *to;

    record->n = (long long)s->all.n + 1;
    record->previous = last ? last->record.commit : NULL;
    record->previous_record = last ? last->digest : NULL;
    to = arena_printf(a, "%s/accepted/%06lld-%.12s", s->dir, record->n, record->commit);
    if (!accepted || !from || !to)
        return err_nomem(e);
    return os_dir_make(from, 0755, e) && os_dir_make(accepted, 0755, e) && write_files(from, files, n, a, e) &&
           write_record(from, record, a, e) && os_file_rename(from, to, e) && read_records(s, e);
}
