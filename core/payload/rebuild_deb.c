/*
 * A Debian package (deb(5)) from what dpkg keeps of it (deb_query.h) and the files as they are now.
 *
 * Data members are GNU tar, as dpkg's own reader knows neither pax headers nor extended attributes.
 */
#include "core/payload/deb_query.h"

#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>

struct deb {
    struct deb_package p;
    struct pairs missing; /* paths not on disk, sorted */
    struct archive_entry_linkresolver *links;
};

/* dpkg's own bookkeeping in a stanza, which no package may bring */
static const char *const status_only[] = {"Status", "Conffiles", "Config-Version", "Triggers-Pending",
                                          "Triggers-Awaited"};

/*
 * A listed folder may since be a link (merged /usr: /lib), below which other listed files lie; the package
 * still has the folder.
 */
static bool deb_look(struct deb *d, struct rebuild_file *f, bool *ret_there, struct err *e)
{
    const struct pair *moved = pairs_find(&d->p.diverted, f->path);
    f->disk = arena_printf(&d->p.j->arena, "%s%s", d->p.j->root, moved != NULL ? moved->value : f->path);
    if (f->disk == NULL)
        return err_nomem(e);
    if (!rebuild_look(d->p.j, f, ret_there, e))
        return false;
    if (*ret_there && f->link != NULL && pairs_find(&d->p.parents, f->path) != NULL) {
        struct stat st;
        if (stat(f->disk, &st) == 0 && S_ISDIR(st.st_mode)) {
            f->st = st;
            f->link = NULL;
        }
    }
    return true;
}

static bool deb_pack_file(struct deb *d, struct member *m, const struct rebuild_file *f,
                          struct archive_entry *entry, struct err *e)
{
    char name[LIMIT_PATH + 2];
    snprintf(name, sizeof name, "./%s", text_eq(f->path, "/.") ? "" : f->path + 1);
    if (!rebuild_describe(d->p.j, f, entry, e))
        return false;
    archive_entry_copy_pathname(entry, name);
    struct archive_entry *spare = NULL;
    archive_entry_linkify(d->links, &entry, &spare);
    bool bytes = S_ISREG(f->st.st_mode) && archive_entry_hardlink(entry) == NULL;
    struct hashes h = {.want = HASH_MD5};
    if (!member_put(m, entry, bytes ? f->disk : NULL, bytes ? &h : NULL, e))
        return false;
    const struct pair *recorded = bytes ? pairs_find(&d->p.recorded, f->path) : NULL;
    if (recorded != NULL && !text_eq(recorded->value, h.md5_hex))
        d->p.j->ret->changed++;
    if (!S_ISDIR(f->st.st_mode))
        d->p.j->ret->files++;
    return true;
}

static bool deb_pack(struct deb *d, struct member *m, struct err *e)
{
    d->links = archive_entry_linkresolver_new();
    struct archive_entry *entry = archive_entry_new();
    bool ok = (d->links != NULL && entry != NULL) || sink_none(e);
    if (ok)
        archive_entry_linkresolver_set_strategy(d->links, ARCHIVE_FORMAT_TAR_GNUTAR);
    for (size_t i = 0; i < d->p.list.n && ok; i++) {
        struct rebuild_file f = {.path = d->p.list.v[i].key};
        bool there;
        ok = deb_look(d, &f, &there, e);
        if (ok && !there) {
            d->p.j->ret->missing++;
            ok = pairs_add(&d->missing, &d->p.j->arena, f.path, NULL, e);
        } else if (ok) {
            archive_entry_clear(entry);
            ok = deb_pack_file(d, m, &f, entry, e);
        }
    }
    pairs_sort(&d->missing);
    archive_entry_free(entry);
    archive_entry_linkresolver_free(d->links);
    return ok;
}

/* The control file: the stanza without dpkg's own fields. */
static void deb_control(const struct deb *d, struct buf *out)
{
    const char *line;
    size_t n;
    bool keep = true;
    for (const char *at = d->p.stanza; text_line(&at, d->p.stanza + d->p.stanza_len, &line, &n);) {
        if (*line != ' ' && *line != '\t')
            keep = true;
        for (size_t i = 0; i < sizeof status_only / sizeof *status_only && *line != ' ' && *line != '\t';
             i++) {
            size_t name = strlen(status_only[i]);
            if (n > name && strncmp(line, status_only[i], name) == 0 && line[name] == ':')
                keep = false;
        }
        if (!keep)
            continue;
        buf_add(out, line, n);
        buf_addc(out, '\n');
    }
}

/* The lines whose file (after `skip` bytes, a '/' put in front when there is none) is on disk. */
static void deb_present(const struct deb *d, const char *text, size_t len, size_t skip, struct buf *out)
{
    const char *line;
    size_t n;
    for (const char *at = text; text_line(&at, text + len, &line, &n);) {
        char path[LIMIT_PATH + 1];
        if (n < skip || n - skip >= LIMIT_PATH)
            continue;
        snprintf(path, sizeof path, "%s%.*s", n > skip && line[skip] == '/' ? "" : "/", (int)(n - skip),
                 line + skip);
        if (pairs_find(&d->missing, path) != NULL)
            continue;
        buf_add(out, line, n);
        buf_addc(out, '\n');
    }
}

static bool deb_put_present(struct deb *d, struct member *m, const char *extension, size_t skip,
                            struct err *e)
{
    struct buf out;
    struct os_stat st;
    size_t len;
    const char *path = arena_printf(&d->p.j->arena, "%s%s.%s", d->p.j->root, d->p.info, extension);
    const char *name = arena_printf(&d->p.j->arena, "./%s", extension);
    const char *text = deb_info(&d->p, extension, true, &len, e);
    if (path == NULL || name == NULL)
        return err_nomem(e);
    if (text == NULL || !os_file_stat(path, &st, e))
        return false;
    buf_init(&out, LIMIT_SYSFILE);
    deb_present(d, text, len, skip, &out);
    bool ok = buf_ok(&out, name, e) &&
              (out.len == 0 || member_text(m, name, st.mtime / 1000, out.data, out.len, e));
    buf_free(&out);
    return ok;
}

/* Scripts, templates, triggers, shlibs and whatever else the package brought beside its files. */
static bool deb_put_info(struct deb *d, struct member *m, struct err *e)
{
    static const char *const made[] = {"list", "md5sums", "conffiles", "control"};
    struct arena *a = &d->p.j->arena;
    const char *folder = arena_printf(a, "%s" DPKG "/info", d->p.j->root);
    const char *base = strrchr(d->p.info, '/') + 1;
    size_t n = strlen(base);
    struct strs names;
    if (folder == NULL)
        return err_nomem(e);
    if (!os_dir_list(folder, a, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *ext = names.v[i] + n + 1;
        if (strncmp(names.v[i], base, n) != 0 || names.v[i][n] != '.' || !deb_word(ext, "-_"))
            continue;
        bool ours = false;
        for (size_t k = 0; k < sizeof made / sizeof *made; k++)
            ours = ours || text_eq(ext, made[k]);
        if (ours)
            continue;
        const char *path = arena_printf(a, "%s/%s", folder, names.v[i]), *name = arena_printf(a, "./%s", ext);
        struct os_stat st;
        if (path == NULL || name == NULL)
            return err_nomem(e);
        if (!os_file_stat(path, &st, e) ||
            !member_copy(m, name, st.mode & 0111 ? 0755 : 0644, st.mtime / 1000, path, e))
            return false;
    }
    return true;
}

static bool deb_put_control(struct deb *d, struct member *m, struct err *e)
{
    struct buf control;
    buf_init(&control, LIMIT_SYSFILE);
    deb_control(d, &control);
    bool ok = buf_ok(&control, "control", e) && member_text(m, "./control", 0, control.data, control.len, e);
    buf_free(&control);
    return ok && deb_put_present(d, m, "md5sums", MD5_TEXT + 1, e) &&
           deb_put_present(d, m, "conffiles", 0, e) && deb_put_info(d, m, e);
}

/* One gzipped tar beside the package. */
static bool deb_tar(struct deb *d, const char *to, bool (*fill)(struct deb *, struct member *, struct err *),
                    struct err *e)
{
    struct member m = {0};
    struct sink s = {0};
    bool ok = member_open(&m, &s, to, archive_write_set_format_gnutar, true, e) && fill(d, &m, e) &&
              member_done(&m, NULL, e);
    member_drop(&m);
    return ok;
}

static bool deb_ar(struct deb *d, const char *control, const char *data, struct err *e)
{
    struct rebuilt *ret = d->p.j->ret;
    struct member m = {0};
    struct sink s = {0};
    bool ok = member_open(&m, &s, ret->path, archive_write_set_format_ar_bsd, false, e) &&
              member_text(&m, "debian-binary", 0, "2.0\n", 4, e) &&
              member_copy(&m, "control.tar.gz", 0644, 0, control, e) &&
              member_copy(&m, "data.tar.gz", 0644, 0, data, e) && member_done(&m, ret->digest, e);
    ret->bytes = s.bytes;
    member_drop(&m);
    return ok;
}

/* "1:2.3" is not kept in file names as it is; apt writes %3a. */
static const char *deb_path(const struct deb *d)
{
    const char *version = d->p.version, *colon = strchr(version, ':');
    int epoch = colon != NULL ? (int)(colon - version) : 0;
    return arena_printf(d->p.j->ret_arena, "%s/%s_%.*s%s%s_%s.deb", d->p.j->dir, d->p.package, epoch, version,
                        colon != NULL ? "%3a" : "", colon != NULL ? colon + 1 : version, d->p.arch);
}

bool rebuild_deb(struct rebuild_job *j, struct err *e)
{
    struct deb d = {.p.j = j};
    if (!deb_query(&d.p, e))
        return false;
    j->ret->path = deb_path(&d);
    const char *control = arena_printf(&j->arena, "%s/%s.control.tar.gz", j->dir, d.p.package);
    const char *data = arena_printf(&j->arena, "%s/%s.data.tar.gz", j->dir, d.p.package);
    if (j->ret->path == NULL || control == NULL || data == NULL)
        return err_nomem(e);
    /* data first: the control files leave out what it finds missing */
    bool ok = deb_tar(&d, data, deb_pack, e) && deb_tar(&d, control, deb_put_control, e) &&
              deb_ar(&d, control, data, e);
    struct err cleaning = ERR_INIT;
    bool clean = os_tree_remove(control, &cleaning) && os_tree_remove(data, &cleaning);
    if (ok && !clean)
        *e = cleaning;
    return ok && clean;
}
