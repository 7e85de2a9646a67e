#include "core/payload/archive_system.h"

#include <archive.h>

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
