#include "core/fleet/notices.h"

#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/store/folder.h"

#include <stdlib.h>
#include <string.h>

/* ---- those that are there ---- */

/* The number in "notice-<rollout>.json" or "notice-<rollout>.<number>.json"; 0: another file. */
static long long number_of(const struct notices *x, const char *file)
{
    size_t n = strlen(x->rollout);
    char digits[24];
    long long ret;

    if (!text_starts(file, "notice-") || strncmp(file + 7, x->rollout, n) != 0 || !text_ends(file, ".json"))
        return 0;
    file += 7 + n;
    if (text_eq(file, ".json"))
        return 1;
    n = strlen(file) - 5;
    if (*file != '.' || n < 2 || n > sizeof digits)
        return 0;
    memcpy(digits, file + 1, n - 1);
    digits[n - 1] = '\0';
    return text_number(digits, &ret) && ret > 1 ? ret : 0;
}

static bool add_digest(struct notices *x, struct strs *list, const char *digest, struct err *e)
{
    const char *mine = arena_strdup(&x->arena, digest), **v = mine ? LIST_ADD(&x->arena, list) : NULL;

    if (!v)
        return err_nomem(e);
    *v = mine;
    return true;
}

static bool read_one(struct notices *x, const char *path, struct err *e)
{
    struct err why = ERR_INIT;
    struct doc d = DOC_INIT;
    struct notice n;
    struct buf text;
    bool ok = true;

    buf_init(&text, LIMIT_FLEET);
    if (os_file_read(path, &text, &why) && doc_read(&d, &notice_schema, path, buf_str(&text), text.len, &n, &why))
        for (size_t i = 0; ok && i < n.hosts.n; i++)
            ok = add_digest(x, &x->told, n.hosts.v[i].plan_digest, e);
    buf_free(&text);
    doc_free(&d);
    return ok && (why.code != ERR_NOMEM || err_nomem(e));
}

bool notices_open(struct notices *x, const struct notice_source *how, const struct worker_file *const *workers, long long rollout,
                  struct err *e)
{
    struct strs files = {NULL, 0};
    const char *folder;
    bool ok;

    *x = (struct notices){.how = *how, .workers = workers, .arena = ARENA_INIT};
    x->rollout = arena_printf(&x->arena, "%lld", rollout);
    folder = arena_printf(&x->arena, "%s/fleet", how->state);
    ok = (x->rollout && folder) || err_nomem(e);
    ok = ok && (!os_file_exists(folder) || os_dir_list(folder, &x->arena, &files, e));
    for (size_t i = 0; ok && i < files.n; i++) {
        long long number = number_of(x, files.v[i]);
        const char *path = number ? arena_printf(&x->arena, "%s/%s", folder, files.v[i]) : NULL;

        if (number > x->last)
            x->last = number;
        ok = !number || (path ? read_one(x, path, e) : err_nomem(e));
    }
    list_sort(&x->told);
    return ok;
}

void notices_close(struct notices *x)
{
    arena_free(&x->arena);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_told(const struct notices *x, const char *digest)
{
    return (x->told.n && bsearch(&digest, x->told.v, x->told.n, sizeof *x->told.v, by_text)) || text_in(&x->late, digest);
}

/* ---- another one ---- */

static bool begin(const struct notices *x, instant now, struct doc *d, struct notice *n, struct err *e)
{
    struct notice_source how = x->how;

    how.now = now;
    notice_begin(&how, n);
    n->rollout = x->rollout;
    n->number = x->last + 1;
    for (int os = 0; os < 2; os++)
        if (x->workers[os] && !notice_worker(n, fleet_os_names[os], x->workers[os]->sha256, d, e))
            return false;
    return true;
}

/* list: where its digests are kept. */
static bool give(struct notices *x, const struct notice *n, struct strs *list, struct err *e)
{
    if (!notice_write(x->how.state, n, e))
        return err_wrap(e, "nobody is started without a notice of it");
    x->last = n->number;
    for (size_t i = 0; i < n->hosts.n; i++)
        if (!add_digest(x, list, n->hosts.v[i].plan_digest, e))
            return false;
    return true;
}

bool notices_before(struct notices *x, const struct roster_host *pc, unsigned wave, const struct plan *p, instant now, struct err *e)
{
    struct doc d = DOC_INIT;
    struct notice n;
    bool ok;

    if (is_told(x, p->digest))
        return true;
    ok = begin(x, now, &d, &n, e) && notice_tell(&n, &x->how, pc, wave, p, &d, e) && give(x, &n, &x->late, e);
    doc_free(&d);
    return ok;
}

/* ---- all that are planned ---- */

struct bulk {
    struct notices *x;
    instant now;
    struct doc doc;
    struct notice notice;
    struct strs given; /* digests of plans; no two PCs have the same */
    size_t told;
};

static bool flush(struct bulk *b, struct err *e)
{
    bool ok = !b->notice.hosts.n || give(b->x, &b->notice, &b->given, e);

    doc_free(&b->doc);
    b->doc = (struct doc)DOC_INIT;
    return ok && begin(b->x, b->now, &b->doc, &b->notice, e);
}

/* The plan that its visit would take: that of its run, else the last that was made. */
static bool tell(struct bulk *b, const struct record *m, const struct roster_host *pc, struct err *e)
{
    const char *state = b->x->how.state;
    struct err ignored = ERR_INIT;
    struct doc d = DOC_INIT;
    bool found = false, ok = true;
    struct plan p;

    if (!(m->plan && fleet_folder_plan(state, m->name, m->plan, &d, NULL, &p, &found, &ignored) && found)) {
        err_clear(&ignored);
        found = fleet_folder_plan(state, m->name, NULL, &d, NULL, &p, &found, &ignored) && found;
    }
    if (found && !is_told(b->x, p.digest)) {
        ok = notice_tell(&b->notice, &b->x->how, pc, m->wave, &p, &b->doc, e);
        b->told++;
    }
    doc_free(&d);
    return ok && (b->notice.hosts.n < NOTICE_HOSTS || flush(b, e));
}

bool notices_all(struct notices *x, const struct records *records, const struct roster *roster, instant now, size_t *ret, struct err *e)
{
    struct bulk b = {.x = x, .now = now, .doc = DOC_INIT};
    bool ok = begin(x, now, &b.doc, &b.notice, e);

    for (size_t i = 0; ok && i < records->v.n; i++) {
        const struct record *m = &records->v.v[i];
        enum host_state s = host_behind(&m->host);
        const struct roster_host *pc = s == HOST_QUEUED || s == HOST_STARTING ? roster_find(roster, m->name) : NULL;

        ok = !pc || tell(&b, m, pc, e);
    }
    ok = ok && flush(&b, e);
    for (size_t i = 0; ok && i < b.given.n; i++)
        ok = add_digest(x, &x->told, b.given.v[i], e);
    list_sort(&x->told);
    doc_free(&b.doc);
    *ret = b.told;
    return ok;
}
