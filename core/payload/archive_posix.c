#include "core/payload/archive_system.h"

#include <archive.h>
#include <archive_entry.h>

bool archive_system_reader(struct archive *disk)
{
    return archive_read_disk_set_symlink_physical(disk) == ARCHIVE_OK &&
           archive_read_disk_set_standard_lookup(disk) == ARCHIVE_OK &&
           archive_read_disk_set_behavior(disk, ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS) == ARCHIVE_OK;
}

bool archive_system_writer(struct archive *disk)
{
    int flags = ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_ACL |
                ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT;

    return archive_write_disk_set_options(disk, flags) == ARCHIVE_OK &&
           archive_write_disk_set_standard_lookup(disk) == ARCHIVE_OK;
}

int archive_system_walk(struct archive *disk, const char *path)
{
    return archive_read_disk_open(disk, path);
}

int archive_system_open(struct archive *in, const char *path)
{
    return archive_read_open_filename(in, path, 64 << 10);
}

static const char *copy(const char *name, struct arena *a, struct err *e)
{
    const char *text = arena_strdup(a, name);

    if (!text)
        err_nomem(e);
    return text;
}

const char *archive_system_name(struct archive_entry *entry, struct arena *a, struct err *e)
{
    const char *name = archive_entry_pathname(entry);

    if (name)
        return copy(name, a, e);
    err_set(e, ERR_INPUT, "a file has no name that can be read");
    return NULL;
}

bool archive_system_hardlink(struct archive_entry *entry, struct arena *a, const char **ret, struct err *e)
{
    const char *name = archive_entry_hardlink(entry);

    *ret = name ? copy(name, a, e) : NULL;
    return *ret || !name;
}

bool archive_system_set_name(struct archive_entry *entry, const char *name, struct err *e)
{
    (void)e;
    archive_entry_copy_pathname(entry, name);
    return true;
}

bool archive_system_set_hardlink(struct archive_entry *entry, const char *name, struct err *e)
{
    (void)e;
    archive_entry_copy_hardlink(entry, name);
    return true;
}

const char *archive_system_root(const char *path)
{
    return *path == '/' ? path : NULL;
}

const char *archive_system_inside(const char *path)
{
    return path + 1;
}

char *archive_system_outside(const char *name, struct arena *a)
{
    return arena_printf(a, "/%s", name);
}

bool archive_system_is_hidden_link(const char *path)
{
    (void)path;
    return false;
}

bool archive_system_way(const char *path, const char *top, struct err *e)
{
    (void)path, (void)top, (void)e;
    return true;
}
