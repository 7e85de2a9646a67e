#include "core/os/file.h"
#include "core/payload/archive_system.h"

#include <archive.h>
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
