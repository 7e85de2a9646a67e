#include "core/payload/rebuild_impl.h"

#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool pairs_add(struct pairs *p, struct arena *a, const char *key, const char *value, struct err *e)
{
    if (p->n >= LIMIT_LIST)
        return err_set(e, ERR_LIMIT, "a list has more than %u lines", LIMIT_LIST);
    if (p->n == p->cap) {
        size_t cap = p->cap == 0 ? 64 : p->cap * 2;
        struct pair *v = ARENA_ARRAY(a, cap, struct pair);
        if (v == NULL)
            return err_nomem(e);
        if (p->n > 0)
            memcpy(v, p->v, p->n * sizeof *v);
        p->v = v;
        p->cap = cap;
    }
    p->v[p->n++] = (struct pair){key, value};
    return true;
}

static int pair_order(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return strcmp(x->key, y->key);
}

void pairs_sort(struct pairs *p)
{
    if (p->n > 1)
        qsort(p->v, p->n, sizeof *p->v, pair_order);
}

const struct pair *pairs_find(const struct pairs *p, const char *key)
{
    struct pair wanted = {key, NULL};
    return p->n == 0 ? NULL : bsearch(&wanted, p->v, p->n, sizeof *p->v, pair_order);
}

bool rebuild_path_ok(const char *path)
{
    if (path[0] != '/' || strlen(path) >= LIMIT_PATH)
        return false;
    for (const char *p = path; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    for (const char *s = path; s != NULL; s = strchr(s + 1, '/')) {
        size_t n = strcspn(s + 1, "/");
        if (n == 0 || (n == 1 && s[1] == '.') || (n == 2 && s[1] == '.' && s[2] == '.'))
            return false;
    }
    return true;
}

const char *rebuild_text(struct rebuild_job *j, const char *path, bool absent_ok, size_t *ret_len,
                         struct err *e)
{
    struct buf b;
    buf_init(&b, LIMIT_SYSFILE);
    const char *full = arena_printf(&j->arena, "%s%s", j->root, path);
    const char *text = NULL;
    if (full == NULL) {
        err_nomem(e);
    } else if (os_file_read(full, &b, e)) {
        text = arena_strndup(&j->arena, buf_str(&b), b.len);
        *ret_len = b.len;
        if (text == NULL)
            err_nomem(e);
    } else if (e->code == ERR_NOT_FOUND && absent_ok) {
        err_clear(e);
        text = "";
        *ret_len = 0;
    }
    buf_free(&b);
    return text;
}

/* "name:x:id:..." of passwd(5) and group(5) */
static bool job_owners(struct rebuild_job *j, const char *path, struct pairs *ret, struct err *e)
{
    size_t len;
    const char *text = rebuild_text(j, path, true, &len, e);
    if (text == NULL)
        return false;
    const char *line;
    size_t n;
    for (const char *at = text; text_line(&at, text + len, &line, &n);) {
        char *name = arena_strndup(&j->arena, line, n);
        if (name == NULL)
            return err_nomem(e);
        char *password = strchr(name, ':');
        char *id = password != NULL ? strchr(password + 1, ':') : NULL;
        if (id == NULL)
            continue;
        *password = '\0';
        *id++ = '\0';
        id[strcspn(id, ":")] = '\0';
        if (!pairs_add(ret, &j->arena, id, name, e))
            return false;
    }
    pairs_sort(ret);
    return true;
}

const char *rebuild_owner(const struct pairs *names, long long id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", id);
    const struct pair *p = pairs_find(names, text);
    return p != NULL ? p->value : NULL;
}

bool rebuild_look(struct rebuild_job *j, struct rebuild_file *f, bool *ret_there, struct err *e)
{
    *ret_there = false;
    if (lstat(f->disk, &f->st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return true;
        return err_sys(e, ERR_IO, errno, "looking at %s", f->disk);
    }
    if (S_ISSOCK(f->st.st_mode)) /* no package can hold one */
        return true;
    if (S_ISLNK(f->st.st_mode)) {
        char target[LIMIT_PATH];
        ssize_t n = readlink(f->disk, target, sizeof target);
        if (n < 0)
            return err_sys(e, ERR_IO, errno, "reading the link %s", f->disk);
        if ((size_t)n == sizeof target)
            return err_set(e, ERR_LIMIT, "the link %s is too long", f->disk);
        f->link = arena_strndup(&j->arena, target, (size_t)n);
        if (f->link == NULL)
            return err_nomem(e);
    }
    *ret_there = true;
    return true;
}

bool rebuild_describe(const struct rebuild_job *j, const struct rebuild_file *f, struct archive_entry *entry,
                      struct err *e)
{
    const char *user = rebuild_owner(&j->users, f->st.st_uid),
               *group = rebuild_owner(&j->groups, f->st.st_gid);
    archive_entry_copy_stat(entry, &f->st);
    archive_entry_set_mtime(entry, f->st.st_mtim.tv_sec, 0);
    archive_entry_copy_uname(entry, user != NULL ? user : "");
    archive_entry_copy_gname(entry, group != NULL ? group : "");
    if (f->link != NULL)
        archive_entry_copy_symlink(entry, f->link);
    if (!S_ISREG(f->st.st_mode))
        archive_entry_set_size(entry, 0);
    return f->st.st_size <= (long long)LIMIT_BACKUP ||
           err_set(e, ERR_LIMIT, "%s is larger than %llu bytes", f->disk, LIMIT_BACKUP);
}

/* Hands over at most `size` bytes; a file that grew is cut there, one that shrank is an error. */
static bool pour_blocks(int fd, char *block, size_t cap, const char *path, long long size,
                        bool (*take)(void *, const void *, size_t, struct err *), void *arg, struct hashes *h,
                        struct err *e)
{
    while (size > 0) {
        ssize_t n = read(fd, block, (long long)cap < size ? cap : (size_t)size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, ERR_IO, errno, "reading %s", path);
        if (n == 0) {
            err_set(e, ERR_IO, "%s became shorter while it was read", path);
            e->retryable = true;
            return false;
        }
        if (h != NULL) {
            if (h->want & HASH_SHA256)
                digest_add(&h->sha256, block, (size_t)n);
            if (h->want & HASH_MD5)
                md5_add(&h->md5, block, (size_t)n);
        }
        if (!take(arg, block, (size_t)n, e))
            return false;
        size -= n;
    }
    return true;
}

bool rebuild_pour(const char *path, long long size, bool (*take)(void *, const void *, size_t, struct err *),
                  void *arg, struct hashes *h, struct err *e)
{
    const size_t cap = 128 << 10;
    /* O_NONBLOCK: the regular file seen before may have become a pipe. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_sys(e, ERR_IO, errno, "opening %s", path);
    char *block = mem_alloc(cap);
    if (h != NULL) {
        digest_init(&h->sha256);
        md5_init(&h->md5);
    }
    bool ok = (block != NULL || err_nomem(e)) && pour_blocks(fd, block, cap, path, size, take, arg, h, e);
    if (ok && h != NULL) {
        digest_end(&h->sha256, h->sha256_hex);
        md5_end(&h->md5, h->md5_hex);
    }
    mem_free(block);
    close(fd);
    return ok;
}

bool member_open(struct member *m, struct sink *s, const char *to, int (*format)(struct archive *), bool gzip,
                 struct err *e)
{
    m->a = archive_write_new();
    if (m->a == NULL)
        return sink_none(e);
    if (format(m->a) != ARCHIVE_OK)
        return sink_blame(NULL, m->a, to, e);
    if ((gzip && !sink_gzip(m->a, to, e)) || !sink_open(s, to, LIMIT_BACKUP, e))
        return false;
    m->sink = s;
    return sink_attach(s, m->a, e);
}

static bool member_take(void *arg, const void *p, size_t n, struct err *e)
{
    struct member *m = arg;
    return archive_write_data(m->a, p, n) == (la_ssize_t)n || sink_blame(m->sink, m->a, m->sink->to, e);
}

bool member_put(struct member *m, struct archive_entry *entry, const char *path, struct hashes *h,
                struct err *e)
{
    long long size = archive_entry_size(entry);
    if (archive_write_header(m->a, entry) != ARCHIVE_OK)
        return sink_blame(m->sink, m->a, archive_entry_pathname(entry), e);
    return path == NULL || rebuild_pour(path, size, member_take, m, h, e);
}

/* A plain file of root's. */
static struct archive_entry *member_entry(const char *name, unsigned mode, long long size, long long mtime,
                                          struct err *e)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL) {
        sink_none(e);
        return NULL;
    }
    archive_entry_copy_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, mode);
    archive_entry_set_size(entry, size);
    archive_entry_set_mtime(entry, mtime, 0);
    archive_entry_copy_uname(entry, "root");
    archive_entry_copy_gname(entry, "root");
    return entry;
}

bool member_text(struct member *m, const char *name, long long mtime, const char *p, size_t n, struct err *e)
{
    struct archive_entry *entry = member_entry(name, 0644, (long long)n, mtime, e);
    if (entry == NULL)
        return false;
    bool ok = member_put(m, entry, NULL, NULL, e) && member_take(m, p, n, e);
    archive_entry_free(entry);
    return ok;
}

bool member_copy(struct member *m, const char *name, unsigned mode, long long mtime, const char *path,
                 struct err *e)
{
    struct os_stat st;
    if (!os_file_stat(path, &st, e))
        return false;
    if (st.kind != OS_FILE)
        return err_set(e, ERR_INPUT, "%s is not a regular file", path);
    struct archive_entry *entry = member_entry(name, mode, st.size, mtime, e);
    if (entry == NULL)
        return false;
    bool ok = member_put(m, entry, path, NULL, e);
    archive_entry_free(entry);
    return ok;
}

bool member_done(struct member *m, char digest[DIGEST_TEXT], struct err *e)
{
    bool ok = archive_write_close(m->a) == ARCHIVE_OK || sink_blame(m->sink, m->a, m->sink->to, e);
    return ok && sink_done(m->sink, digest, e);
}

void member_drop(struct member *m)
{
    archive_write_free(m->a);
    m->a = NULL;
    if (m->sink != NULL)
        sink_drop(m->sink);
    m->sink = NULL;
}

bool rebuild_root(const char *root, const char *manager, const char *name, const char *dir, struct arena *a,
                  struct rebuilt *ret, struct err *e)
{
    struct rebuilt made = {0};
    struct rebuild_job j = {
        .root = root, .name = name, .dir = dir, .arena = ARENA_INIT, .ret = &made, .ret_arena = a};
    bool ok = (dir[0] == '/' || err_set(e, ERR_INPUT, "the folder '%s' is not an absolute path", dir)) &&
              os_dir_make(dir, 0700, e) && job_owners(&j, "/etc/passwd", &j.users, e) &&
              job_owners(&j, "/etc/group", &j.groups, e);
    if (ok && text_eq(manager, "dpkg"))
        ok = rebuild_deb(&j, e);
    else if (ok && text_eq(manager, "rpm"))
        ok = rebuild_rpm(&j, e);
    else if (ok)
        ok = err_set(e, ERR_INPUT, "packages of '%s' cannot be rebuilt, only of dpkg and rpm", manager);
    arena_free(&j.arena);
    if (!ok)
        return err_wrap(e, "rebuilding package %s", name);
    *ret = made;
    return true;
}

bool rebuild_package(const char *manager, const char *name, const char *dir, struct arena *a,
                     struct rebuilt *ret, struct err *e)
{
    return rebuild_root("", manager, name, dir, a, ret, e);
}
