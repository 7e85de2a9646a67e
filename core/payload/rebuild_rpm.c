/*
 * An rpm from what rpm's database says (rpm_query.h) and the files as they are now. The file is a lead, a
 * signature header with digests only, the header and a gzipped cpio ("RPM v4 file format", rpm.org manual).
 *
 * Files that are gone or not this package's any more (FILESTATES) are left out; ghosts stay in the header
 * only, as they were. Of names of one file only the last carries its bytes, which is rpm's convention.
 */
#include "core/payload/rpm_query.h"

#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

struct rpm_file {
    struct rebuild_file f; /* f.disk NULL: a ghost */
    const char *recorded;  /* digest the package brought */
    long long recorded_size;
    size_t inode; /* the same for all names of one file, from 1 */
    unsigned names;
    bool last;
};

struct rpm {
    struct rebuild_job *j;
    struct rpm_package p;
    struct rpm_file *files;
    long long algorithm; /* of the recorded digests */
    long long size;      /* of all files */
    long long unpacked;  /* the payload before gzip */
    long long packed;
    char payload_digest[DIGEST_TEXT];
};

/* Columns that follow the disk exist even when the package had none (sizes beyond 32 bits were kept
 * elsewhere). */
static bool rpm_columns(struct rpm *r, struct err *e)
{
    static const enum rpm_row_id live[] = {ROW_FILESIZES,    ROW_FILEMODES,     ROW_FILERDEVS,
                                           ROW_FILEMTIMES,   ROW_FILEDIGESTS,   ROW_FILELINKTOS,
                                           ROW_FILEUSERNAME, ROW_FILEGROUPNAME, ROW_FILEINODES,
                                           ROW_FILEDEVICES,  ROW_FILEFLAGS,     ROW_DIRINDEXES};
    for (size_t i = 0; i < sizeof live / sizeof *live; i++) {
        struct rpm_column *c = &r->p.c[live[i]];
        if (c->n != 0 || r->p.files == 0)
            continue;
        c->text = ARENA_ARRAY(&r->j->arena, r->p.files, const char *);
        c->number = ARENA_ARRAY(&r->j->arena, r->p.files, long long);
        if (c->text == NULL || c->number == NULL)
            return err_nomem(e);
        for (size_t k = 0; k < r->p.files; k++)
            c->text[k] = "";
        c->n = r->p.files;
    }
    r->files = ARENA_ARRAY(&r->j->arena, r->p.files + 1, struct rpm_file);
    return r->files != NULL || err_nomem(e);
}

static const char *rpm_path(struct rpm *r, size_t i, struct err *e)
{
    const struct rpm_column *dirs = &r->p.c[ROW_DIRNAMES];
    long long dir = r->p.c[ROW_DIRINDEXES].number[i];
    const char *base = r->p.c[ROW_BASENAMES].text[i];
    if (dir < 0 || (unsigned long long)dir >= dirs->n) {
        err_set(e, ERR_INPUT, "rpm gives the file '%.200s' a folder that is not there", base);
        return NULL;
    }
    const char *path = arena_printf(&r->j->arena, "%s%s", dirs->text[dir], base);
    if (path == NULL)
        err_nomem(e);
    else if (!rebuild_path_ok(path) && !text_eq(path, "/"))
        err_set(e, ERR_INPUT, "rpm names the file '%.200s', which is not a plain absolute path", path);
    else
        return path;
    return NULL;
}

/* Moves row `from` of every column to `to`, which closes the gaps that files left out make. */
static void rpm_move(struct rpm *r, size_t from, size_t to)
{
    for (size_t c = 0; c < ROW_COUNT; c++) {
        if (rpm_rows[c].ask != RPM_EACH || r->p.c[c].n == 0)
            continue;
        r->p.c[c].text[to] = r->p.c[c].text[from];
        r->p.c[c].number[to] = r->p.c[c].number[from];
    }
}

/* The disk's view into row i of the columns. */
static void rpm_amend(struct rpm *r, size_t i, struct rpm_file *file)
{
    struct rpm_column *c = r->p.c;
    const struct stat *st = &file->f.st;
    const char *user = rebuild_owner(&r->j->users, st->st_uid),
               *group = rebuild_owner(&r->j->groups, st->st_gid);
    bool node = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
    long long mtime = st->st_mtim.tv_sec;
    file->recorded = c[ROW_FILEDIGESTS].text[i];
    file->recorded_size = c[ROW_FILESIZES].number[i];
    if (file->f.link != NULL && !text_eq(c[ROW_FILELINKTOS].text[i], file->f.link))
        r->j->ret->changed++;
    c[ROW_FILESIZES].number[i] = S_ISREG(st->st_mode) || file->f.link != NULL ? st->st_size : 0;
    c[ROW_FILEMODES].number[i] = st->st_mode & 0xffff;
    c[ROW_FILERDEVS].number[i] =
        node ? (long long)(major(st->st_rdev) << 8 | minor(st->st_rdev)) & 0xffff : 0;
    c[ROW_FILEMTIMES].number[i] = mtime < 0 ? 0 : mtime > UINT32_MAX ? UINT32_MAX : mtime;
    c[ROW_FILEDIGESTS].text[i] = "";
    c[ROW_FILELINKTOS].text[i] = file->f.link != NULL ? file->f.link : "";
    if (user != NULL) /* else the recorded name, as rpm chose the owner by it */
        c[ROW_FILEUSERNAME].text[i] = user;
    if (group != NULL)
        c[ROW_FILEGROUPNAME].text[i] = group;
    if (!S_ISDIR(st->st_mode))
        r->j->ret->files++;
}

/* Looks at file i. *ret_keep: it belongs into the package. */
static bool rpm_look(struct rpm *r, size_t i, struct rpm_file *file, bool *ret_keep, struct err *e)
{
    const struct rpm_column *c = r->p.c;
    struct rebuild_file *f = &file->f;
    *ret_keep = false;
    *file = (struct rpm_file){.f.path = rpm_path(r, i, e), .last = true, .names = 1};
    if (f->path == NULL)
        return false;
    if (c[ROW_FILESTATES].n > 0 && c[ROW_FILESTATES].number[i] != RPM_STATE_NORMAL)
        return true;
    *ret_keep = true;
    if (c[ROW_FILEFLAGS].number[i] & RPM_FILE_GHOST)
        return true;
    f->disk = arena_printf(&r->j->arena, "%s%s", r->j->root, f->path);
    if (f->disk == NULL)
        return err_nomem(e);
    if (!rebuild_look(r->j, f, ret_keep, e))
        return false;
    if (!*ret_keep) {
        r->j->ret->missing++;
        return true;
    }
    struct stat st; /* a folder that has become a link to one (merged /usr) is still the package's folder */
    if (f->link != NULL && S_ISDIR((mode_t)c[ROW_FILEMODES].number[i]) && stat(f->disk, &st) == 0 &&
        S_ISDIR(st.st_mode)) {
        f->st = st;
        f->link = NULL;
    }
    return true;
}

static bool rpm_files(struct rpm *r, struct err *e)
{
    if (!rpm_columns(r, e))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < r->p.files; i++) {
        bool keep;
        if (!rpm_look(r, i, &r->files[kept], &keep, e))
            return false;
        if (!keep)
            continue;
        rpm_move(r, i, kept);
        if (r->files[kept].f.disk != NULL)
            rpm_amend(r, kept, &r->files[kept]);
        kept++;
    }
    for (size_t c = 0; c < ROW_COUNT; c++)
        if (rpm_rows[c].ask == RPM_EACH && r->p.c[c].n != 0)
            r->p.c[c].n = kept;
    r->p.files = kept;
    return true;
}

static int twin_order(const void *a, const void *b)
{
    const struct rpm_file *x = *(struct rpm_file *const *)a, *y = *(struct rpm_file *const *)b;
    if (x->f.st.st_dev != y->f.st.st_dev)
        return x->f.st.st_dev < y->f.st.st_dev ? -1 : 1;
    if (x->f.st.st_ino != y->f.st.st_ino)
        return x->f.st.st_ino < y->f.st.st_ino ? -1 : 1;
    return x < y ? -1 : x > y;
}

static bool same_file(const struct rpm_file *x, const struct rpm_file *y)
{
    return x->f.st.st_dev == y->f.st.st_dev && x->f.st.st_ino == y->f.st.st_ino;
}

/* Finds the names of one file, and numbers files anew. */
static bool rpm_links(struct rpm *r, struct err *e)
{
    struct rpm_file **linked = ARENA_ARRAY(&r->j->arena, r->p.files + 1, struct rpm_file *);
    size_t n = 0;
    if (linked == NULL)
        return err_nomem(e);
    for (size_t i = 0; i < r->p.files; i++) {
        struct rpm_file *file = &r->files[i];
        file->inode = i + 1;
        if (file->f.disk != NULL && S_ISREG(file->f.st.st_mode) && file->f.st.st_nlink > 1)
            linked[n++] = file;
    }
    qsort(linked, n, sizeof *linked, twin_order);
    for (size_t first = 0, i = 0; i < n; i++) {
        if (!same_file(linked[i], linked[first]))
            first = i;
        linked[i]->inode = linked[first]->inode;
        linked[i]->last = i + 1 == n || !same_file(linked[i], linked[i + 1]);
        if (linked[i]->last)
            for (size_t k = first; k <= i; k++)
                linked[k]->names = (unsigned)(i - first + 1);
    }
    for (size_t i = 0; i < r->p.files; i++) {
        const struct rpm_file *file = &r->files[i];
        r->p.c[ROW_FILEINODES].number[i] = (long long)file->inode;
        r->p.c[ROW_FILEDEVICES].number[i] = 1;
        if (file->f.disk != NULL && file->last)
            r->size += r->p.c[ROW_FILESIZES].number[i];
    }
    return true;
}

static bool rpm_as_recorded(const struct rpm *r, const struct rpm_file *file, const struct hashes *h)
{
    if (r->algorithm == RPM_ALGO_SHA256)
        return text_eq(file->recorded, h->sha256_hex);
    if (r->algorithm == RPM_ALGO_MD5)
        return text_eq(file->recorded, h->md5_hex);
    return file->recorded_size == file->f.st.st_size; /* digests of other kinds cannot be compared */
}

static bool rpm_pack_file(struct rpm *r, struct member *m, struct archive_entry *entry, size_t i,
                          struct err *e)
{
    const struct rpm_file *file = &r->files[i];
    char name[LIMIT_PATH + 2];
    snprintf(name, sizeof name, ".%s", file->f.path);
    archive_entry_clear(entry);
    if (!rebuild_describe(r->j, &file->f, entry, e))
        return false;
    archive_entry_copy_pathname(entry, name);
    archive_entry_set_ino64(entry, (la_int64_t)file->inode);
    archive_entry_set_dev(entry, 0);
    archive_entry_set_nlink(entry, file->names);
    bool bytes = S_ISREG(file->f.st.st_mode) && file->last;
    if (!bytes)
        archive_entry_set_size(entry, 0);
    struct hashes h = {.want = HASH_SHA256 | (r->algorithm == RPM_ALGO_MD5 ? HASH_MD5 : 0)};
    if (!member_put(m, entry, bytes ? file->f.disk : NULL, bytes ? &h : NULL, e))
        return false;
    if (!bytes)
        return true;
    const char *digest = arena_strdup(&r->j->arena, h.sha256_hex);
    if (digest == NULL)
        return err_nomem(e);
    for (size_t k = 0; k < r->p.files && file->names > 1; k++)
        if (r->files[k].inode == file->inode)
            r->p.c[ROW_FILEDIGESTS].text[k] = digest;
    r->p.c[ROW_FILEDIGESTS].text[i] = digest;
    if (!rpm_as_recorded(r, file, &h))
        r->j->ret->changed++;
    return true;
}

static bool rpm_payload(struct rpm *r, const char *to, struct err *e)
{
    struct member m = {0};
    struct sink s = {0};
    struct archive_entry *entry = archive_entry_new();
    bool ok = (entry != NULL || sink_none(e)) &&
              member_open(&m, &s, to, archive_write_set_format_cpio_newc, true, e);
    for (size_t i = 0; i < r->p.files && ok; i++)
        if (r->files[i].f.disk != NULL)
            ok = rpm_pack_file(r, &m, entry, i, e);
    archive_entry_free(entry);
    ok = ok && member_done(&m, r->payload_digest, e);
    if (ok)
        r->unpacked = archive_filter_bytes(m.a, 0);
    r->packed = s.bytes;
    member_drop(&m);
    return ok;
}

static bool put_text(struct rpm_header *h, unsigned tag, enum rpm_type type, const char *const *v,
                     struct err *e)
{
    return rpm_header_text(h, tag, type, v, 1, e);
}

/* A size in 32 bits where it fits, else under its 64 bit tag. */
static bool put_size(struct rpm_header *h, unsigned tag, unsigned long_tag, const long long *v, struct err *e)
{
    return *v <= UINT32_MAX ? rpm_header_numbers(h, tag, RPM_INT32, v, 1, e)
                            : rpm_header_numbers(h, long_tag, RPM_INT64, v, 1, e);
}

static bool rpm_put_rows(struct rpm *r, struct rpm_header *h, struct err *e)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct rpm_column *c = &r->p.c[i];
        const struct rpm_row *row = &rpm_rows[i];
        if (c->n == 0 || i == ROW_FILESTATES || i == ROW_FILEDIGESTALGO)
            continue;
        bool numbers = row->type == RPM_INT16 || row->type == RPM_INT32 || row->type == RPM_INT64;
        /* an interpreter without arguments is one string, as rpmbuild has it */
        bool alone = row->type == RPM_STRINGS && c->n == 1 && text_ends(row->name, "PROG") &&
                     i != ROW_TRIGGERSCRIPTPROG && i != ROW_FILETRIGGERSCRIPTPROG &&
                     i != ROW_TRANSFILETRIGGERSCRIPTPROG;
        if (numbers ? !rpm_header_numbers(h, row->tag, row->type, c->number, c->n, e)
                    : !rpm_header_text(h, row->tag, alone ? RPM_STRING : row->type, c->text, c->n, e))
            return err_wrap(e, "%s", row->name);
    }
    return true;
}

static bool rpm_header(struct rpm *r, struct buf *out, struct err *e)
{
    static const char *const locale = "C", *const cpio = "cpio", *const gzip = "gzip",
                             *const level = SINK_GZIP_LEVEL;
    static const long long sha256 = RPM_ALGO_SHA256;
    const char *digest = r->payload_digest;
    struct rpm_header h = {.n = 0};
    return rpm_put_rows(r, &h, e) && put_text(&h, RPM_TAG_I18NTABLE, RPM_STRINGS, &locale, e) &&
           put_size(&h, RPM_TAG_SIZE, RPM_TAG_LONGSIZE, &r->size, e) &&
           rpm_header_numbers(&h, rpm_rows[ROW_FILEDIGESTALGO].tag, RPM_INT32, &sha256, 1, e) &&
           put_text(&h, RPM_TAG_PAYLOADFORMAT, RPM_STRING, &cpio, e) &&
           put_text(&h, RPM_TAG_PAYLOADCOMPRESSOR, RPM_STRING, &gzip, e) &&
           put_text(&h, RPM_TAG_PAYLOADFLAGS, RPM_STRING, &level, e) &&
           put_text(&h, RPM_TAG_PAYLOADDIGEST, RPM_STRINGS, &digest, e) &&
           rpm_header_numbers(&h, RPM_TAG_PAYLOADDIGESTALGO, RPM_INT32, &sha256, 1, e) &&
           rpm_header_end(&h, RPM_REGION_IMMUTABLE, out, e);
}

/* Digests only: nobody but the vendor can sign. Padded to eight bytes. */
static bool rpm_signature(struct rpm *r, const struct buf *header, struct buf *out, struct err *e)
{
    char hex[DIGEST_TEXT];
    const char *digest = hex;
    long long size = (long long)header->len + r->packed;
    struct rpm_header h = {.n = 0};
    digest_of(header->data, header->len, hex);
    bool ok = put_text(&h, RPM_SIG_SHA256, RPM_STRING, &digest, e) &&
              put_size(&h, RPM_SIG_SIZE, RPM_SIG_LONGSIZE, &size, e) &&
              put_size(&h, RPM_SIG_PAYLOADSIZE, RPM_SIG_LONGARCHIVESIZE, &r->unpacked, e) &&
              rpm_header_end(&h, RPM_REGION_SIGNATURE, out, e);
    while (ok && out->len % 8 != 0)
        buf_addc(out, '\0');
    return ok && buf_ok(out, "rpm signature", e);
}

/* The lead is obsolete but demanded: magic, version 3.0, binary package, any machine, Linux, header
 * signatures. */
static bool rpm_lead(struct sink *s, const char *nevr, struct err *e)
{
    unsigned char lead[96] = {0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1};
    memcpy(lead + 10, nevr, strnlen(nevr, 65));
    lead[77] = 1;
    lead[79] = 5;
    return sink_add(s, lead, sizeof lead, e);
}

static bool rpm_take(void *arg, const void *p, size_t n, struct err *e)
{
    return sink_add(arg, p, n, e);
}

static bool rpm_write(struct rpm *r, const char *nvr, const char *payload, struct err *e)
{
    struct buf header, signature;
    struct sink s = {0};
    buf_init(&header, LIMIT_ARENA);
    buf_init(&signature, LIMIT_STRING);
    bool ok = rpm_header(r, &header, e) && rpm_signature(r, &header, &signature, e) &&
              sink_open(&s, r->j->ret->path, LIMIT_BACKUP, e) && rpm_lead(&s, nvr, e) &&
              sink_add(&s, signature.data, signature.len, e) && sink_add(&s, header.data, header.len, e) &&
              rebuild_pour(payload, r->packed, rpm_take, &s, NULL, e);
    r->j->ret->bytes = s.bytes;
    ok = ok && sink_done(&s, r->j->ret->digest, e);
    sink_drop(&s);
    buf_free(&signature);
    buf_free(&header);
    return ok;
}

/* Where the package goes, and "name-version-release" for its lead. */
static bool rpm_paths(struct rpm *r, const char **ret_nvr, const char **ret_payload, struct err *e)
{
    static const enum rpm_row_id parts[] = {ROW_NAME, ROW_VERSION, ROW_RELEASE, ROW_ARCH};
    struct rebuild_job *j = r->j;
    const char *v[4];
    for (size_t i = 0; i < 4; i++) {
        v[i] = rpm_text(&r->p, parts[i]);
        if (v[i][0] == '\0' || v[i][0] == '.' || strpbrk(v[i], "/ \n") != NULL)
            return err_set(e, ERR_INPUT, "rpm gives it a %s that cannot be", rpm_rows[parts[i]].name);
    }
    *ret_nvr = arena_printf(&j->arena, "%s-%s-%s", v[0], v[1], v[2]);
    *ret_payload = arena_printf(&j->arena, "%s/%s.cpio.gz", j->dir, v[0]);
    j->ret->path = arena_printf(j->ret_arena, "%s/%s_%s-%s_%s.rpm", j->dir, v[0], v[1], v[2], v[3]);
    return (*ret_nvr != NULL && *ret_payload != NULL && j->ret->path != NULL) || err_nomem(e);
}

bool rebuild_rpm(struct rebuild_job *j, struct err *e)
{
    const char *nvr = NULL, *payload = NULL;
    struct rpm *r = ARENA_NEW(&j->arena, struct rpm);
    if (r == NULL)
        return err_nomem(e);
    r->j = j;
    if (!rpm_query(j, &r->p, e) || !rpm_paths(r, &nvr, &payload, e))
        return false;
    r->algorithm = r->p.c[ROW_FILEDIGESTALGO].n > 0 ? r->p.c[ROW_FILEDIGESTALGO].number[0] : RPM_ALGO_MD5;
    bool ok =
        rpm_files(r, e) && rpm_links(r, e) && rpm_payload(r, payload, e) && rpm_write(r, nvr, payload, e);
    struct err cleaning = ERR_INIT;
    bool clean = os_tree_remove(payload, &cleaning);
    if (ok && !clean)
        *e = cleaning;
    return ok && clean;
}
