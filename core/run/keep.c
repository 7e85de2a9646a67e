#include "core/run/keep.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/base/secret.h"
#include "core/model/visit.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/step/sent.h"

#include <stdio.h>
#include <string.h>

enum { SPARE_MIB = 64 }; /* that stay free */

static const char *place(struct arena *a, const char *folder, const char *name)
{
    return arena_printf(a, "%s/%s%s%s", os_state_dir(), folder, name ? "/" : "", name ? name : "");
}

static bool drop(const char *folder, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path = place(&a, folder, NULL);
    bool ok = path ? os_tree_remove(path, e) : err_nomem(e);

    arena_free(&a);
    return ok;
}

static bool make(const char *folder, struct arena *a, struct err *e)
{
    const char *path = place(a, folder, NULL);

    return path ? os_dir_make(path, 0700, e) : err_nomem(e);
}

/* --- secrets ---------------------------------------------------------------------------------------------------- */

static bool keep_secret(const struct plan *p, const char *name, const json_t *value, struct arena *a, struct err *e)
{
    const char *path;

    if (!text_in(&p->secrets, name))
        return true;
    if (!plan_secret_sent(p, name))
        return err_set(e, ERR_SECRET, "the secret '%.60s' was sent, and the plan takes it from elsewhere", name);
    if (!json_is_string(value) || !json_string_length(value) || json_string_length(value) > LIMIT_SECRET)
        return err_set(e, ERR_SECRET, "the secret '%.60s' that was sent is no text of 1 to %u bytes", name, LIMIT_SECRET);
    path = sent_secret(name, a, e);
    return path && (os_file_write(path, json_string_value(value), json_string_length(value), 0600, e) ||
                    err_wrap(e, "secret '%.60s'", name));
}

bool keep_secrets(const struct plan *p, const json_t *secrets, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = make(VISIT_SECRETS, &a, e);
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)secrets, name, value)
        ok = ok && keep_secret(p, name, value, &a, e);
    arena_free(&a);
    return ok;
}

bool keep_no_secrets(struct err *e)
{
    return drop(VISIT_SECRETS, e);
}

/* --- installers --------------------------------------------------------------------------------------------------- */

struct piece {
    char digest[DIGEST_TEXT];
    long long offset, size; /* of the whole file */
    const char *data;
    size_t len;
};

static bool number(const char **at, char end, long long *ret)
{
    char text[24];
    size_t n = strspn(*at, "0123456789");

    if (!n || n >= sizeof text || (*at)[n] != end)
        return false;
    memcpy(text, *at, n);
    text[n] = '\0';
    *at += n + 1;
    return text_number(text, ret);
}

static bool read_piece(const char *data, size_t len, struct piece *ret, struct err *e)
{
    const char *at = data + DIGEST_TEXT;

    if (len > DIGEST_TEXT && data[DIGEST_TEXT - 1] == ' ') {
        memcpy(ret->digest, data, DIGEST_TEXT - 1);
        ret->digest[DIGEST_TEXT - 1] = '\0';
        if (digest_is(ret->digest) && number(&at, ' ', &ret->offset) && number(&at, '\n', &ret->size)) {
            ret->data = at;
            ret->len = len - (size_t)(at - data);
            if (ret->size > 0 && ret->size <= (long long)LIMIT_PAYLOAD && ret->offset <= ret->size &&
                (long long)ret->len <= ret->size - ret->offset)
                return true;
        }
    }
    return err_set(e, ERR_INPUT, "a piece of a file does not begin with its digest, offset and size");
}

static bool add_piece(const struct piece *p, const char *path, struct err *e)
{
    struct os_log *l = os_log_open(path, e);
    bool ok;

    if (!l)
        return false;
    /* A first piece begins anew what an earlier visit left; one write is a piece. */
    ok = (p->offset || os_log_cut(l, 0, e)) && os_log_append(l, p->data, p->len, e) &&
         (p->offset + (long long)p->len < p->size || os_log_sync(l, e));
    os_log_close(l);
    return ok;
}

static const char *part_of(const char *path, struct arena *a)
{
    return arena_printf(a, "%s.part", path);
}

static bool end_file(const char *digest, const char *part, const char *path, struct err *e)
{
    struct err ignored = ERR_INIT;
    char hex[DIGEST_TEXT];

    if (!os_file_digest(part, hex, e))
        return false;
    if (strcmp(hex, digest) == 0)
        return os_file_rename(part, path, e);
    (void)!os_tree_remove(part, &ignored);
    return err_set(e, ERR_PAYLOAD, "a file that was sent has digest %s, not %s", hex, digest);
}

static bool take_piece(const struct piece *p, struct arena *a, struct err *e)
{
    const char *path = sent_file(p->digest, a, e), *part = path ? part_of(path, a) : NULL;
    struct os_stat st;

    if (!part)
        return path ? err_nomem(e) : false;
    if (os_file_exists(path))
        return true;
    if (!make(VISIT_FILES, a, e) || !os_file_stat(part, &st, e))
        return false;
    if (p->offset && p->offset != (st.kind == OS_FILE ? st.size : 0))
        return err_set(e, ERR_INPUT, "a piece of file %s begins at byte %lld, where %lld are here", p->digest, p->offset,
                       st.kind == OS_FILE ? st.size : 0);
    return add_piece(p, part, e) && (p->offset + (long long)p->len < p->size || end_file(p->digest, part, path, e));
}

bool keep_file(const char *data, size_t len, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct piece p;
    bool ok = read_piece(data, len, &p, e) && take_piece(&p, &a, e);

    arena_free(&a);
    return ok;
}

/* What is here of an offered one: bytes of it, or all of it. A part that cannot be its beginning goes. */
static bool look_at(const struct visit_file *f, struct arena *a, long long *ret_have, bool *ret_whole, struct err *e)
{
    const char *path = sent_file(f->sha256, a, e), *part = path ? part_of(path, a) : NULL;
    struct err ignored = ERR_INIT;
    struct os_stat st;

    *ret_have = 0;
    *ret_whole = false;
    if (!part)
        return path ? err_nomem(e) : false;
    if (!os_file_stat(path, &st, e))
        return false;
    *ret_whole = st.kind == OS_FILE && st.size == f->bytes;
    if (*ret_whole)
        return true;
    if (!os_tree_remove(path, e) || !os_file_stat(part, &st, e))
        return false;
    if (st.kind == OS_FILE && st.size < f->bytes)
        *ret_have = st.size;
    else if (st.kind == OS_FILE && st.size == f->bytes) /* a crash between the last piece and the look at it */
        *ret_whole = end_file(f->sha256, part, path, &ignored);
    return *ret_have || *ret_whole || os_tree_remove(part, e);
}

static bool is_offered(const struct visit_request *r, const char *name)
{
    for (size_t i = 0; i < r->files.n; i++)
        if (strncmp(name, r->files.v[i].sha256, DIGEST_TEXT - 1) == 0)
            return true;
    return false;
}

static bool drop_others(const struct visit_request *r, struct arena *a, struct err *e)
{
    const char *folder = place(a, VISIT_FILES, NULL);
    struct os_stat st;
    struct strs all;

    if (!folder)
        return err_nomem(e);
    if (!os_file_stat(folder, &st, e) || (st.kind == OS_DIR && !os_dir_list(folder, a, &all, e)))
        return false;
    for (size_t i = 0; st.kind == OS_DIR && i < all.n; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, all.v[i]);

        if (!path)
            return err_nomem(e);
        if (!is_offered(r, all.v[i]) && !os_tree_remove(path, e))
            return false;
    }
    return true;
}

static bool check_room(long long bytes, struct err *e)
{
    long long need = (bytes >> 20) + SPARE_MIB, free_mib, total;

    if (!os_disk_free(os_state_dir(), &free_mib, &total, e))
        return false;
    return free_mib >= need ||
           err_set(e, ERR_PREFLIGHT, "the installers that are to be sent need %lld MiB below %s, and %lld MiB are free there", need,
                   os_state_dir(), free_mib);
}

bool keep_lacks(const struct visit_request *offer, struct arena *a, struct visit_answer *ret, struct err *e)
{
    long long rest = 0;

    if (!drop_others(offer, a, e))
        return false;
    for (size_t i = 0; i < offer->files.n; i++) {
        const struct visit_file *f = &offer->files.v[i];
        struct visit_file *x;
        long long have;
        bool whole;

        if (!look_at(f, a, &have, &whole, e))
            return false;
        if (whole)
            continue;
        x = LIST_ADD(a, &ret->lacks);
        if (!x)
            return err_nomem(e);
        *x = (struct visit_file){f->sha256, have};
        rest += f->bytes - have;
    }
    return !rest || check_room(rest, e);
}

bool keep_no_files(struct err *e)
{
    return drop(VISIT_FILES, e);
}

/* --- workers ------------------------------------------------------------------------------------------------------ */

/* "<digest>", "<digest>.exe", and what an upload that broke off left of either. */
static bool is_worker(const char *name)
{
    char hex[DIGEST_TEXT];

    if (strlen(name) < sizeof hex - 1)
        return false;
    memcpy(hex, name, sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    return digest_is(hex) && (!name[sizeof hex - 1] || name[sizeof hex - 1] == '.');
}

static bool keep_only(const char *self, struct arena *a, struct err *e)
{
    const char *root = place(a, VISIT_WORKERS, NULL), *name = strrchr(self, '/');
    struct err ignored = ERR_INIT;
    struct os_stat st;
    struct strs all;

    if (!root)
        return err_nomem(e);
    name = name ? name + 1 : self;
    /* Started from elsewhere, as by hand, it says nothing about those. */
    if (!is_worker(name) || !text_starts(self, root))
        return true;
    if (!os_file_stat(root, &st, e) || (st.kind == OS_DIR && !os_dir_list(root, a, &all, e)))
        return false;
    for (size_t i = 0; st.kind == OS_DIR && i < all.n; i++) {
        const char *path = arena_printf(a, "%s/%s", root, all.v[i]);

        if (!path)
            return err_nomem(e);
        if (is_worker(all.v[i]) && strncmp(all.v[i], name, DIGEST_TEXT - 1) != 0)
            (void)!os_tree_remove(path, &ignored);
    }
    return true;
}

bool keep_this_worker(struct err *e)
{
    struct arena a = ARENA_INIT;
    struct buf self;
    bool ok;

    buf_init(&self, LIMIT_PATH);
    ok = os_self_path(&self, e) && keep_only(buf_str(&self), &a, e);
    buf_free(&self);
    arena_free(&a);
    return ok;
}
