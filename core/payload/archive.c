#include "core/payload/archive.h"

#include "core/os/path.h"
#include "core/payload/archive_system.h"
#include "core/payload/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

/* Absolute, without "." and ".." parts, so that prefix comparison means what it says. */
static bool path_plain(const char *p, struct err *e)
{
    const char *root = archive_system_root(p);
    if (root == NULL || root[1] == '\0')
        return err_set(e, ERR_INPUT, "'%s' is not an absolute path below /", p);
    for (const char *s = root; s != NULL; s = strchr(s + 1, '/')) {
        size_t n = strcspn(s + 1, "/");
        if (n == 0 || (n == 1 && s[1] == '.') || (n == 2 && s[1] == '.' && s[2] == '.'))
            return err_set(e, ERR_INPUT, "'%s' has an empty, '.' or '..' part", p);
    }
    return true;
}

static bool path_below(const char *path, const char *top)
{
    size_t n = strlen(top);
    return strncmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* A copy of it; NULL on failure. */
static const char *entry_name(struct archive_entry *entry, struct arena *a, struct err *e)
{
    const char *name = archive_entry_pathname(entry), *copy = name != NULL ? arena_strdup(a, name) : NULL;
    if (name == NULL)
        err_set(e, ERR_INPUT, "a file has no name that can be read");
    else if (copy == NULL)
        err_nomem(e);
    return copy;
}

/* Saving */

struct saver {
    struct archive *disk;
    struct archive *out;
    struct archive_entry_linkresolver *links;
    struct sink sink;
    long long entries;
};

static char zeros[64 << 10]; /* not const: it would be stored in the program */

static bool saver_fill(struct saver *s, long long n, const char *path, struct err *e)
{
    while (n > 0) {
        la_ssize_t put =
            archive_write_data(s->out, zeros, (size_t)n < sizeof zeros ? (size_t)n : sizeof zeros);
        if (put < 0)
            return sink_blame(&s->sink, s->out, path, e);
        if (put == 0) /* beyond the size announced: the file grew meanwhile */
            return true;
        n -= put;
    }
    return true;
}

/* Blocks come with offsets; the gaps are holes, which the tar writer knows of and the others read as zeros.
 */
static bool saver_data(struct saver *s, const char *path, struct err *e)
{
    long long at = 0;
    for (;;) {
        const void *p;
        size_t n;
        la_int64_t offset;
        int r = archive_read_data_block(s->disk, &p, &n, &offset);
        if (r == ARCHIVE_EOF)
            return true;
        if (r < ARCHIVE_WARN)
            return sink_blame(NULL, s->disk, path, e);
        if (offset > at && !saver_fill(s, offset - at, path, e))
            return false;
        if (n > 0 && archive_write_data(s->out, p, n) < 0)
            return sink_blame(&s->sink, s->out, path, e);
        at = offset + (long long)n;
    }
}

static bool saver_entry(struct saver *s, struct archive_entry *entry, const char *path, struct err *e)
{
    mode_t type = archive_entry_filetype(entry);
    const char *name = archive_system_inside(path);
    if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)
        return true;
    if (++s->entries > (long long)LIMIT_TREE)
        return err_set(e, ERR_LIMIT, "more than %u files are to be saved", LIMIT_TREE);
    if (strlen(name) >= LIMIT_PATH)
        return err_set(e, ERR_LIMIT, "the path is too long: %.200s...", path);
    archive_entry_copy_pathname(entry, name);
    struct archive_entry *spare = NULL;
    archive_entry_linkify(s->links, &entry, &spare);
    int r = archive_write_header(s->out, entry);
    bool ok = r >= ARCHIVE_WARN || sink_blame(&s->sink, s->out, name, e);
    if (ok && type == AE_IFREG && archive_entry_hardlink(entry) == NULL && archive_entry_size(entry) > 0)
        ok = saver_data(s, name, e);
    return ok;
}

/* One thing that the walk came to, and whether the walk goes into it. */
static bool saver_visit(struct saver *s, struct archive_entry *entry, const char *top, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path = entry_name(entry, &a, e);
    bool ok = path != NULL && (path_below(path, top) || err_set(e, ERR_BUG, "'%s' is not below %s", path, top));
    if (ok && !archive_read_disk_can_descend(s->disk))
        ok = saver_entry(s, entry, path, e);
    else if (ok && !archive_system_is_hidden_link(path)) {
        if (archive_read_disk_descend(s->disk) < ARCHIVE_WARN)
            ok = sink_blame(NULL, s->disk, path, e);
        ok = ok && saver_entry(s, entry, path, e);
    }
    arena_free(&a);
    return ok;
}

static bool saver_walk(struct saver *s, const char *path, struct err *e)
{
    if (archive_read_disk_open(s->disk, path) != ARCHIVE_OK)
        return sink_blame(NULL, s->disk, path, e);
    struct archive_entry *entry = archive_entry_new();
    bool ok = entry != NULL || sink_none(e);
    while (ok) {
        archive_entry_clear(entry);
        int r = archive_read_next_header2(s->disk, entry);
        if (r == ARCHIVE_EOF)
            break;
        if (r < ARCHIVE_WARN && archive_errno(s->disk) == ENOENT && r != ARCHIVE_FATAL)
            continue; /* gone between the listing and the look: as if it had never been */
        if (r < ARCHIVE_WARN)
            ok = sink_blame(NULL, s->disk, path, e);
        ok = ok && saver_visit(s, entry, path, e);
    }
    archive_entry_free(entry);
    if (archive_read_close(s->disk) != ARCHIVE_OK && ok)
        ok = sink_blame(NULL, s->disk, path, e);
    return ok;
}

static bool saver_begin(struct saver *s, const char *to, struct err *e)
{
    s->disk = archive_read_disk_new();
    s->out = archive_write_new();
    s->links = archive_entry_linkresolver_new();
    if (s->disk == NULL || s->out == NULL || s->links == NULL)
        return sink_none(e);
    if (!archive_system_reader(s->disk))
        return sink_blame(NULL, s->disk, to, e);
    if (archive_write_set_format_pax(s->out) != ARCHIVE_OK)
        return sink_blame(NULL, s->out, to, e);
    if (!sink_gzip(s->out, to, e))
        return false;
    archive_entry_linkresolver_set_strategy(s->links, archive_format(s->out));
    return sink_open(&s->sink, to, LIMIT_BACKUP, e) && sink_attach(&s->sink, s->out, e);
}

bool archive_save(const struct strs *paths, const char *to, struct archive_info *ret, struct err *e)
{
    struct saver s = {0};
    bool ok = true;
    for (size_t i = 0; i < paths->n && ok; i++)
        ok = path_plain(paths->v[i], e);
    ok = ok && saver_begin(&s, to, e);
    for (size_t i = 0; i < paths->n && ok; i++) {
        struct os_stat st;
        ok = os_file_stat(paths->v[i], &st, e);
        if (ok && st.kind != OS_ABSENT)
            ok = saver_walk(&s, paths->v[i], e);
    }
    if (ok && archive_write_close(s.out) != ARCHIVE_OK)
        ok = sink_blame(&s.sink, s.out, to, e);
    struct archive_info info = {.bytes = s.sink.bytes, .entries = s.entries};
    ok = ok && sink_done(&s.sink, info.digest, e);
    archive_write_free(s.out);
    archive_read_free(s.disk);
    archive_entry_linkresolver_free(s.links);
    sink_drop(&s.sink);
    if (!ok)
        return err_wrap(e, "saving to %s", to);
    *ret = info;
    return true;
}

/* Restoring */

struct restorer {
    struct archive *in;
    struct archive *disk;
    const struct strs *tops; /* what was asked for */
    const char **real;       /* the same with the links above each top followed */
    struct arena arena;
    struct err first; /* of what could not be restored */
};

/*
 * A system may reach a top through links of its own (/var/run, /lib), and those are followed here, once, so
 * that libarchive can refuse every other link on the way.
 */
static bool restorer_tops(struct restorer *r, struct err *e)
{
    r->real = ARENA_ARRAY(&r->arena, r->tops->n + 1, const char *);
    if (r->real == NULL)
        return err_nomem(e);
    for (size_t i = 0; i < r->tops->n; i++) {
        const char *top = r->tops->v[i];
        if (!path_plain(top, e))
            return false;
        const char *base = strrchr(top, '/');
        bool at_root = strchr(top, '/') == base;
        char *above = arena_strndup(&r->arena, top, (size_t)(base - top) + at_root);
        if (above == NULL)
            return err_nomem(e);
        const char *real = os_path_real(above, &r->arena, e);
        if (real != NULL)
            r->real[i] = arena_printf(&r->arena, "%s%s", real, base + text_ends(real, "/"));
        else if (e->code != ERR_NOT_FOUND)
            return false;
        else
            r->real[i] = top;
        err_clear(e);
        if (r->real[i] == NULL)
            return err_nomem(e);
    }
    return true;
}

/* Where a name of the archive belongs, "" when it was not asked for, NULL on error. */
static const char *restorer_place(struct restorer *r, struct arena *a, const char *name, struct err *e)
{
    char *path = archive_system_outside(name, a);
    if (path == NULL) {
        err_nomem(e);
        return NULL;
    }
    size_t n = strlen(path);
    if (n > 1 && path[n - 1] == '/') /* folders carry one */
        path[n - 1] = '\0';
    if (!path_plain(path, e))
        return NULL;
    if (r->tops->n == 0)
        return archive_system_way(path, NULL, e) ? path : NULL;
    for (size_t i = 0; i < r->tops->n; i++) {
        if (!path_below(path, r->tops->v[i]))
            continue;
        const char *there = arena_printf(a, "%s%s", r->real[i], path + strlen(r->tops->v[i]));
        if (there == NULL)
            err_nomem(e);
        return there != NULL && archive_system_way(there, r->real[i], e) ? there : NULL;
    }
    return "";
}

/* Notes trouble with one file and goes on: a rollback wants everything that can be had. False: no going on.
 */
static bool restorer_note(struct restorer *r, int result, const char *path, struct err *e)
{
    if (result == ARCHIVE_OK)
        return true;
    if (result == ARCHIVE_FATAL)
        return sink_blame(NULL, r->disk, path, e);
    if (r->first.code == ERR_NONE)
        sink_blame(NULL, r->disk, path, &r->first);
    return true;
}

static bool restorer_data(struct restorer *r, const char *path, struct err *e)
{
    for (;;) {
        const void *p;
        size_t n;
        la_int64_t offset;
        int got = archive_read_data_block(r->in, &p, &n, &offset);
        if (got == ARCHIVE_EOF)
            return true;
        if (got != ARCHIVE_OK) {
            sink_blame(NULL, r->in, path, e);
            e->code = ERR_PAYLOAD;
            return false;
        }
        if (archive_write_data_block(r->disk, p, n, offset) < ARCHIVE_OK)
            return sink_blame(NULL, r->disk, path, e);
    }
}

static bool restorer_write(struct restorer *r, struct archive_entry *entry, const char *path, struct err *e)
{
    archive_entry_copy_pathname(entry, path);
    int got = archive_write_header(r->disk, entry);
    if (!restorer_note(r, got, path, e))
        return false;
    if (got < ARCHIVE_WARN)
        return true;
    if (archive_entry_hardlink(entry) == NULL && archive_entry_size(entry) > 0 && !restorer_data(r, path, e))
        return false;
    return restorer_note(r, archive_write_finish_entry(r->disk), path, e);
}

static bool restorer_entry(struct restorer *r, struct archive_entry *entry, struct arena *a, struct err *e)
{
    const char *name = entry_name(entry, a, e), *link = archive_entry_hardlink(entry);
    const char *path = name != NULL ? restorer_place(r, a, name, e) : NULL;
    if (path == NULL || path[0] == '\0')
        return path != NULL;
    if (link != NULL) {
        const char *target = restorer_place(r, a, link, e);
        if (target == NULL)
            return false;
        if (target[0] == '\0')
            return err_set(e, ERR_INPUT, "%s is another name of a file that is not being restored", path);
        archive_entry_copy_hardlink(entry, target);
    }
    return restorer_write(r, entry, path, e);
}

static struct archive *reader_open(const char *from, struct err *e)
{
    struct archive *in = archive_read_new();
    if (in == NULL) {
        sink_none(e);
        return NULL;
    }
    if (archive_read_support_format_tar(in) == ARCHIVE_OK &&
        archive_read_support_filter_gzip(in) == ARCHIVE_OK &&
        archive_read_open_filename(in, from, 64 << 10) == ARCHIVE_OK)
        return in;
    sink_blame(NULL, in, from, e);
    if (archive_errno(in) != ENOENT)
        e->code = ERR_PAYLOAD;
    archive_read_free(in);
    return NULL;
}

static bool reader_next(struct archive *in, struct archive_entry **entry, const char *from, struct err *e)
{
    int r = archive_read_next_header(in, entry);
    if (r == ARCHIVE_OK)
        return true;
    *entry = NULL;
    if (r == ARCHIVE_EOF)
        return true;
    sink_blame(NULL, in, from, e);
    e->code = ERR_PAYLOAD;
    return false;
}

static bool restorer_run(struct restorer *r, const char *from, struct err *e)
{
    if (!archive_system_writer(r->disk))
        return sink_blame(NULL, r->disk, from, e);
    for (;;) {
        struct archive_entry *entry;
        if (!reader_next(r->in, &entry, from, e))
            return false;
        if (entry == NULL)
            break;
        struct arena a = ARENA_INIT;
        bool ok = restorer_entry(r, entry, &a, e);
        arena_free(&a);
        if (!ok)
            return false;
    }
    if (!restorer_note(r, archive_write_close(r->disk), from, e))
        return false;
    os_sync(); /* a power cut may follow, and what was written is spread over folders and perhaps file systems */
    *e = r->first;
    return r->first.code == ERR_NONE;
}

bool archive_restore(const char *from, const struct strs *paths, struct err *e)
{
    struct restorer r = {.tops = paths, .arena = ARENA_INIT};
    bool ok = restorer_tops(&r, e);
    r.in = ok ? reader_open(from, e) : NULL;
    r.disk = r.in != NULL ? archive_write_disk_new() : NULL;
    ok = r.in != NULL && (r.disk != NULL || sink_none(e)) && restorer_run(&r, from, e);
    archive_read_free(r.in);
    archive_write_free(r.disk);
    arena_free(&r.arena);
    return ok || err_wrap(e, "restoring from %s", from);
}

bool archive_check(const char *path, const char *digest, struct err *e)
{
    char found[DIGEST_TEXT];
    if (!os_file_digest(path, found, e))
        return false;
    if (digest != NULL && !text_eq(digest, found))
        return err_set(e, ERR_PAYLOAD, "%s has the digest %s instead of %s", path, found, digest);
    struct archive *in = reader_open(path, e);
    bool ok = in != NULL;
    struct archive_entry *entry = NULL;
    while (ok && (ok = reader_next(in, &entry, path, e)) && entry != NULL) {
        if (archive_read_data_skip(in) == ARCHIVE_OK)
            continue;
        ok = sink_blame(NULL, in, path, e);
        e->code = ERR_PAYLOAD;
    }
    archive_read_free(in);
    return ok;
}
