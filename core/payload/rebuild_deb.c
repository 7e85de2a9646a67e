/*
 * A Debian package from what dpkg keeps of it. Sources: deb(5), deb-control(5), dpkg(1) FILES, and dpkg's own
 * lib/dpkg/{fields,db-fsys-divert}.c for the status and diversions files.
 *
 * Data members are GNU tar, as dpkg's own reader knows neither pax headers nor extended attributes.
 */
#include "core/payload/rebuild_impl.h"

#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>

#define DPKG "/var/lib/dpkg"

struct deb {
    struct rebuild_job *j;
    const char *stanza; /* of the status file */
    size_t stanza_len;
    const char *package, *arch, *version;
    const char *info;       /* DPKG "/info/NAME" or "/info/NAME:ARCH" */
    struct pairs list;      /* path -> NULL, in dpkg's order */
    struct pairs parents;   /* folders that hold something listed, sorted */
    struct pairs recorded;  /* path -> MD5 the package brought, sorted */
    struct pairs diverted;  /* path -> where another's diversion put our file, sorted */
    struct pairs missing;   /* paths not on disk, sorted */
    struct archive_entry_linkresolver *links;
};

/* dpkg's own bookkeeping in a stanza, which no package may bring */
static const char *const status_only[] = {"Status",           "Conffiles",         "Config-Version",
                                          "Triggers-Pending", "Triggers-Awaited"};

/* The value of a field's first line, "" when there is none, NULL out of memory. */
static const char *deb_field(struct arena *a, const char *stanza, size_t len, const char *field)
{
    const char *line;
    size_t n, name = strlen(field);
    for (const char *at = stanza; text_line(&at, stanza + len, &line, &n);) {
        if (n <= name || strncmp(line, field, name) != 0 || line[name] != ':')
            continue;
        for (line += name + 1, n -= name + 1; n > 0 && (*line == ' ' || *line == '\t'); n--)
            line++;
        return arena_strndup(a, line, n);
    }
    return "";
}

/* The next stanza from *at; false at the end. */
static bool deb_stanza(const char **at, const char *end, const char **ret, size_t *ret_len)
{
    const char *line, *start = NULL;
    size_t n;
    while (text_line(at, end, &line, &n)) {
        if (n > 0 && start == NULL)
            start = line;
        if (n > 0)
            *ret_len = (size_t)(line + n - start);
        else if (start != NULL)
            break;
    }
    *ret = start;
    return start != NULL;
}

static bool safe_word(const char *s, const char *more)
{
    for (const char *p = s; *p != '\0'; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr(more, *p) != NULL))
            return false;
    return s[0] != '\0' && s[0] != '.';
}

/* Takes the stanza when it is the package asked for and its files are all there. */
static bool deb_take(struct deb *d, const char *stanza, size_t len, const char *name, const char *arch,
                     const char **ret_state, struct err *e)
{
    static const char *const whole[] = {" installed", " triggers-pending", " triggers-awaited",
                                        " half-configured", " unpacked"};
    struct arena *a = &d->j->arena;
    const char *package = deb_field(a, stanza, len, "Package");
    if (package == NULL)
        return err_nomem(e);
    if (!text_eq(package, name))
        return true;
    const char *has = deb_field(a, stanza, len, "Architecture"), *state = deb_field(a, stanza, len, "Status");
    const char *version = deb_field(a, stanza, len, "Version");
    if (has == NULL || state == NULL || version == NULL)
        return err_nomem(e);
    if (arch != NULL && !text_eq(arch, has))
        return true;
    *ret_state = state;
    bool there = false;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        there = there || text_ends(state, whole[i]);
    if (!there)
        return true;
    if (d->stanza != NULL)
        return err_set(e, ERR_INPUT, "it is installed for %s and %s: name one as %s:%s", d->arch, has, name, has);
    if (!safe_word(has, "-") || !safe_word(version, ".+-:~"))
        return err_set(e, ERR_INPUT, DPKG "/status gives it a version or architecture that cannot be");
    d->stanza = stanza;
    d->stanza_len = len;
    d->package = package;
    d->arch = has;
    d->version = version;
    return true;
}

static bool deb_find(struct deb *d, struct err *e)
{
    struct rebuild_job *j = d->j;
    char *name = arena_strdup(&j->arena, j->name);
    if (name == NULL)
        return err_nomem(e);
    char *arch = strchr(name, ':');
    if (arch != NULL)
        *arch++ = '\0';
    if (!safe_word(name, "+-.") || (arch != NULL && !safe_word(arch, "-")))
        return err_set(e, ERR_INPUT, "this is not a package name");
    size_t len, stanza_len = 0;
    const char *text = rebuild_text(j, DPKG "/status", false, &len, e), *stanza, *state = NULL;
    if (text == NULL)
        return false;
    for (const char *at = text; deb_stanza(&at, text + len, &stanza, &stanza_len);)
        if (!deb_take(d, stanza, stanza_len, name, arch, &state, e))
            return false;
    if (d->stanza == NULL)
        return err_set(e, ERR_NOT_FOUND, "it is not installed (dpkg: %s)", state != NULL ? state : "unknown");
    d->info = arena_printf(&j->arena, DPKG "/info/%s:%s", d->package, d->arch);
    const char *list = d->info != NULL ? arena_printf(&j->arena, "%s%s.list", j->root, d->info) : NULL;
    if (list == NULL)
        return err_nomem(e);
    if (!os_file_exists(list))
        d->info = arena_printf(&j->arena, DPKG "/info/%s", d->package);
    return d->info != NULL || err_nomem(e);
}

static const char *deb_info(struct deb *d, const char *extension, bool absent_ok, size_t *ret_len, struct err *e)
{
    const char *path = arena_printf(&d->j->arena, "%s.%s", d->info, extension);
    if (path == NULL) {
        err_nomem(e);
        return NULL;
    }
    return rebuild_text(d->j, path, absent_ok, ret_len, e);
}

static bool deb_read_list(struct deb *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    size_t len, n;
    const char *text = deb_info(d, "list", false, &len, e), *line;
    if (text == NULL)
        return false;
    for (const char *at = text; text_line(&at, text + len, &line, &n);) {
        char *path = arena_strndup(a, line, n);
        if (path == NULL)
            return err_nomem(e);
        bool top = text_eq(path, "/.");
        if (!top && !rebuild_path_ok(path))
            return err_set(e, ERR_INPUT, "%s.list: line %zu: '%.200s' is not a plain absolute path", d->info,
                           d->list.n + 1, path);
        char *above = arena_strndup(a, path, top ? 0 : (size_t)(strrchr(path, '/') - path));
        if (above == NULL)
            return err_nomem(e);
        if (!pairs_add(&d->list, a, path, NULL, e) || !pairs_add(&d->parents, a, above, NULL, e))
            return false;
    }
    pairs_sort(&d->parents);
    return true;
}

/* "md5  path" lines without the leading '/', and the status file's " /path md5 [flags]" for conffiles */
static bool deb_read_digests(struct deb *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    size_t len, n;
    const char *text = deb_info(d, "md5sums", true, &len, e), *line;
    if (text == NULL)
        return false;
    for (const char *at = text; text_line(&at, text + len, &line, &n);) {
        if (n < MD5_TEXT + 2)
            continue;
        char *path = arena_printf(a, "/%.*s", (int)(n - MD5_TEXT - 1), line + MD5_TEXT + 1);
        char *md5 = arena_strndup(a, line, MD5_TEXT - 1);
        if (path == NULL || md5 == NULL)
            return err_nomem(e);
        if (!pairs_add(&d->recorded, a, path, md5, e))
            return false;
    }
    bool inside = false;
    for (const char *at = d->stanza; text_line(&at, d->stanza + d->stanza_len, &line, &n);) {
        if (n > 0 && *line != ' ' && *line != '\t') {
            inside = n >= 10 && strncmp(line, "Conffiles:", 10) == 0;
            continue;
        }
        char *path = inside && n > 0 ? arena_strndup(a, line + 1, n - 1) : NULL;
        if (inside && n > 0 && path == NULL)
            return err_nomem(e);
        char *md5 = path != NULL ? strstr(path, " ") : NULL;
        while (md5 != NULL && strspn(md5 + 1, "0123456789abcdef") != MD5_TEXT - 1)
            md5 = strstr(md5 + 1, " ");
        if (md5 == NULL) /* "newconffile" while dpkg is between unpacking and configuring */
            continue;
        *md5++ = '\0';
        md5[MD5_TEXT - 1] = '\0';
        if (!pairs_add(&d->recorded, a, path, md5, e))
            return false;
    }
    pairs_sort(&d->recorded);
    return true;
}

/* Three lines each: what is diverted, where to, and by which package (":" the administrator). */
static bool deb_read_diversions(struct deb *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    size_t len, n, at_line = 0;
    const char *text = rebuild_text(d->j, DPKG "/diversions", true, &len, e), *line, *part[3];
    if (text == NULL)
        return false;
    for (const char *at = text; text_line(&at, text + len, &line, &n); at_line++) {
        part[at_line % 3] = arena_strndup(a, line, n);
        if (part[at_line % 3] == NULL)
            return err_nomem(e);
        if (at_line % 3 != 2 || text_eq(part[2], d->package))
            continue;
        if (!rebuild_path_ok(part[0]) || !rebuild_path_ok(part[1]))
            return err_set(e, ERR_INPUT, DPKG "/diversions: line %zu: not a plain absolute path", at_line);
        if (!pairs_add(&d->diverted, a, part[0], part[1], e))
            return false;
    }
    pairs_sort(&d->diverted);
    return true;
}

/*
 * A listed folder may since be a link (merged /usr: /lib), below which other listed files lie; the package still
 * has the folder.
 */
static bool deb_look(struct deb *d, struct rebuild_file *f, bool *ret_there, struct err *e)
{
    const struct pair *moved = pairs_find(&d->diverted, f->path);
    f->disk = arena_printf(&d->j->arena, "%s%s", d->j->root, moved != NULL ? moved->value : f->path);
    if (f->disk == NULL)
        return err_nomem(e);
    if (!rebuild_look(d->j, f, ret_there, e))
        return false;
    if (*ret_there && f->link != NULL && pairs_find(&d->parents, f->path) != NULL) {
        struct stat st;
        if (stat(f->disk, &st) == 0 && S_ISDIR(st.st_mode)) {
            f->st = st;
            f->link = NULL;
        }
    }
    return true;
}

static bool deb_pack_file(struct deb *d, struct member *m, const struct rebuild_file *f, struct archive_entry *entry,
                          struct err *e)
{
    char name[LIMIT_PATH + 2];
    snprintf(name, sizeof name, "./%s", text_eq(f->path, "/.") ? "" : f->path + 1);
    if (!rebuild_describe(d->j, f, entry, e))
        return false;
    archive_entry_copy_pathname(entry, name);
    struct archive_entry *spare = NULL;
    archive_entry_linkify(d->links, &entry, &spare);
    bool bytes = S_ISREG(f->st.st_mode) && archive_entry_hardlink(entry) == NULL;
    struct hashes h;
    if (!member_put(m, entry, bytes ? f->disk : NULL, bytes ? &h : NULL, e))
        return false;
    const struct pair *recorded = bytes ? pairs_find(&d->recorded, f->path) : NULL;
    if (recorded != NULL && !text_eq(recorded->value, h.md5_hex))
        d->j->ret->changed++;
    if (!S_ISDIR(f->st.st_mode))
        d->j->ret->files++;
    return true;
}

static bool deb_pack(struct deb *d, struct member *m, struct err *e)
{
    d->links = archive_entry_linkresolver_new();
    struct archive_entry *entry = archive_entry_new();
    bool ok = (d->links != NULL && entry != NULL) || err_nomem(e);
    if (ok)
        archive_entry_linkresolver_set_strategy(d->links, ARCHIVE_FORMAT_TAR_GNUTAR);
    for (size_t i = 0; i < d->list.n && ok; i++) {
        struct rebuild_file f = {.path = d->list.v[i].key};
        bool there;
        ok = deb_look(d, &f, &there, e);
        if (ok && !there) {
            d->j->ret->missing++;
            ok = pairs_add(&d->missing, &d->j->arena, f.path, NULL, e);
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
    for (const char *at = d->stanza; text_line(&at, d->stanza + d->stanza_len, &line, &n);) {
        if (*line != ' ' && *line != '\t')
            keep = true;
        for (size_t i = 0; i < sizeof status_only / sizeof *status_only && *line != ' ' && *line != '\t'; i++) {
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
        snprintf(path, sizeof path, "%s%.*s", n > skip && line[skip] == '/' ? "" : "/", (int)(n - skip), line + skip);
        if (pairs_find(&d->missing, path) != NULL)
            continue;
        buf_add(out, line, n);
        buf_addc(out, '\n');
    }
}

static bool deb_put_present(struct deb *d, struct member *m, const char *extension, size_t skip, struct err *e)
{
    struct buf out;
    struct os_stat st;
    size_t len;
    const char *path = arena_printf(&d->j->arena, "%s%s.%s", d->j->root, d->info, extension);
    const char *name = arena_printf(&d->j->arena, "./%s", extension);
    const char *text = deb_info(d, extension, true, &len, e);
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
    struct arena *a = &d->j->arena;
    const char *folder = arena_printf(a, "%s" DPKG "/info", d->j->root);
    const char *base = strrchr(d->info, '/') + 1;
    size_t n = strlen(base);
    struct strs names;
    if (folder == NULL)
        return err_nomem(e);
    if (!os_dir_list(folder, a, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *ext = names.v[i] + n + 1;
        if (strncmp(names.v[i], base, n) != 0 || names.v[i][n] != '.' || !safe_word(ext, "-_"))
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
    return ok && deb_put_present(d, m, "md5sums", MD5_TEXT + 1, e) && deb_put_present(d, m, "conffiles", 0, e) &&
           deb_put_info(d, m, e);
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
    struct rebuilt *ret = d->j->ret;
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
    const char *version = d->version, *colon = strchr(version, ':');
    int epoch = colon != NULL ? (int)(colon - version) : 0;
    return arena_printf(d->j->ret_arena, "%s/%s_%.*s%s%s_%s.deb", d->j->dir, d->package, epoch, version,
                        colon != NULL ? "%3a" : "", colon != NULL ? colon + 1 : version, d->arch);
}

bool rebuild_deb(struct rebuild_job *j, struct err *e)
{
    struct deb d = {.j = j};
    if (!deb_find(&d, e) || !deb_read_list(&d, e) || !deb_read_digests(&d, e) || !deb_read_diversions(&d, e))
        return false;
    j->ret->path = deb_path(&d);
    const char *control = arena_printf(&j->arena, "%s/%s.control.tar.gz", j->dir, d.package);
    const char *data = arena_printf(&j->arena, "%s/%s.data.tar.gz", j->dir, d.package);
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
