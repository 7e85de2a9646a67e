#include "core/os/file.h"
#include "core/os/win32/wide.h"
#include "core/payload/archive_system.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

bool archive_system_reader(struct archive *disk)
{
    return archive_read_disk_set_symlink_physical(disk) == ARCHIVE_OK &&
           archive_read_disk_set_behavior(disk, ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS) == ARCHIVE_OK;
}

bool archive_system_writer(struct archive *disk)
{
    return archive_write_disk_set_options(disk, ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                                    ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                                    ARCHIVE_EXTRACT_SECURE_NODOTDOT) == ARCHIVE_OK;
}

/* libarchive's own errors stand for ours: it has the place to keep them. */
static int open_wide(struct archive *a, const char *path, int (*open)(struct archive *a, const wchar_t *path))
{
    struct arena arena = ARENA_INIT;
    struct err e = ERR_INIT;
    wchar_t *w = wide_text(path, &arena, &e);
    int r;

    if (w)
        r = open(a, w);
    else
        archive_set_error(a, r = ARCHIVE_FATAL, "%s", e.text);
    arena_free(&arena);
    return r;
}

int archive_system_walk(struct archive *disk, const char *path)
{
    return open_wide(disk, path, archive_read_disk_open_w);
}

static int open_file(struct archive *a, const wchar_t *path)
{
    return archive_read_open_filename_w(a, path, 64 << 10);
}

int archive_system_open(struct archive *in, const char *path)
{
    return open_wide(in, path, open_file);
}

static const char *copy(const wchar_t *name, struct arena *a, struct err *e)
{
    const char *text = wide_path_utf8(name, wcslen(name), a);

    if (!text)
        err_nomem(e);
    return text;
}

const char *archive_system_name(struct archive_entry *entry, struct arena *a, struct err *e)
{
    const wchar_t *name = archive_entry_pathname_w(entry);

    if (name)
        return copy(name, a, e);
    err_set(e, ERR_INPUT, "a file has no name that can be read");
    return NULL;
}

bool archive_system_hardlink(struct archive_entry *entry, struct arena *a, const char **ret, struct err *e)
{
    const wchar_t *name = archive_entry_hardlink_w(entry);

    *ret = name ? copy(name, a, e) : NULL;
    return *ret || !name;
}

static bool set_wide(struct archive_entry *entry, const char *name,
                     void (*set)(struct archive_entry *, const wchar_t *), struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_text(name, &a, e);

    if (w)
        set(entry, w);
    arena_free(&a);
    return w != NULL;
}

bool archive_system_set_name(struct archive_entry *entry, const char *name, struct err *e)
{
    return set_wide(entry, name, archive_entry_copy_pathname_w, e);
}

bool archive_system_set_hardlink(struct archive_entry *entry, const char *name, struct err *e)
{
    return set_wide(entry, name, archive_entry_copy_hardlink_w, e);
}

const char *archive_system_root(const char *path)
{
    bool drive = (unsigned char)((*path | 32) - 'a') < 26 && path[1] == ':' && path[2] == '/';

    return drive ? path + 2 : NULL;
}

const char *archive_system_inside(const char *path)
{
    return path;
}

char *archive_system_outside(const char *name, struct arena *a)
{
    return arena_strdup(a, name);
}

bool archive_system_is_hidden_link(const char *path)
{
    struct err ignored = ERR_INIT; /* what cannot be looked at fails where it is read */
    struct os_stat st;

    return os_file_stat(path, &st, &ignored) && st.kind == OS_LINK;
}

bool archive_system_way(const char *path, const char *top, struct err *e)
{
    struct arena a = ARENA_INIT;
    size_t n = top ? strlen(top) : 3 + strcspn(path + 3, "/");
    bool ok = true;

    for (; ok; n += 1 + strcspn(path + n + 1, "/")) {
        const char *part = arena_strndup(&a, path, n);
        struct os_stat st;

        ok = part ? os_file_stat(part, &st, e) : err_nomem(e);
        if (ok && st.kind == OS_LINK)
            ok = err_set(e, ERR_IO, "%s is a link: nothing is restored through it", part);
        if (!path[n])
            break;
    }
    arena_free(&a);
    return ok;
}
