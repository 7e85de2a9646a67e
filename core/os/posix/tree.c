/*
 * Removing a tree. Every step goes through an open folder, so a name that is exchanged for a link meanwhile
 * is not followed; a folder on another mount (a bind mount of the same file system too) ends the removal with
 * an error.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/posix/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An open folder costs a descriptor each. */
#define DEPTH_MAX 200

struct removal {
    const char *path; /* as asked for, for messages */
    dev_t device;
    long mount;
    struct err *e;
};

static bool fail(struct removal *r, const char *doing, const char *name)
{
    return err_sys(r->e, ERR_OS, errno, "removing '%s': %s '%s'", r->path, doing, name);
}

/* Id of the mount that an open file is on (proc(5), /proc/PID/fdinfo); -1 when /proc cannot tell. */
static long mount_of(int fd)
{
    char path[64], text[512];
    const char *at;
    char *end;
    long id;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    if (fd_read_small(AT_FDCWD, path, text, sizeof text) < 0)
        return -1;
    at = strstr(text, "mnt_id:");
    if (!at)
        return -1;
    id = strtol(at + strlen("mnt_id:"), &end, 10);
    return end == at + strlen("mnt_id:") ? -1 : id;
}

static bool empty_folder(struct removal *r, int fd, unsigned depth);

static bool remove_folder(struct removal *r, int parent, const char *name, unsigned depth)
{
    struct stat st;
    int fd;

    if (depth == DEPTH_MAX)
        return err_set(r->e, ERR_LIMIT, "removing '%s': folders are nested deeper than %d", r->path,
                       DEPTH_MAX);
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || fail(r, "opening", name);
    if (fstat(fd, &st) != 0 || st.st_dev != r->device || mount_of(fd) != r->mount) {
        close(fd);
        return err_set(r->e, ERR_OS, "removing '%s': '%s' inside it is a mount point; unmount it first",
                       r->path, name);
    }
    if (!empty_folder(r, fd, depth))
        return false;
    if (unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        return fail(r, "removing the folder", name);
    return true;
}

static bool remove_entry(struct removal *r, int parent, const char *name, unsigned depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return true;
    /* POSIX lets unlink() of a folder fail with EPERM, Linux says EISDIR. */
    if (errno != EISDIR && errno != EPERM)
        return fail(r, "unlinking", name);
    if (errno == EPERM) {
        struct stat st;

        if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode)) {
            errno = EPERM;
            return fail(r, "unlinking (is it immutable, chattr -i?)", name);
        }
    }
    return remove_folder(r, parent, name, depth + 1);
}

/* Takes fd. Reads again until a pass finds nothing, as entries may move while they are removed. */
static bool empty_folder(struct removal *r, int fd, unsigned depth)
{
    enum { PASSES = 16 };
    DIR *d = fdopendir(fd);
    bool ok = true;

    if (!d) {
        close(fd);
        return fail(r, "reading", "a folder");
    }
    for (int pass = 0; ok && pass < PASSES; pass++) {
        struct dirent *entry;
        bool any = false;

        rewinddir(d);
        while (ok && (entry = readdir(d))) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            any = true;
            ok = remove_entry(r, dirfd(d), entry->d_name, depth);
        }
        if (!any)
            break;
    }
    closedir(d);
    return ok;
}

/* At least two parts, none of them "." or "..": "/", "/usr" and the like are never a product's tree. */
static bool allowed(const char *path)
{
    size_t parts = 0;

    if (*path != '/')
        return false;
    while (*path) {
        size_t n;

        path += strspn(path, "/");
        n = strcspn(path, "/");
        if ((n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        parts += n != 0;
        path += n;
    }
    return parts >= 2;
}

/* Splits off the last part; the folder is resolved, so that a link above cannot turn the path into "/usr". */
static bool locate(const char *path, char *folder, char *name, struct err *e)
{
    char copy[LIMIT_PATH], real[LIMIT_PATH + NAME_MAX + 2], *resolved, *slash;
    size_t n = strlen(path);

    if (n >= sizeof copy)
        return err_set(e, ERR_LIMIT, "a path is longer than %u bytes", LIMIT_PATH);
    if (!allowed(path))
        return err_set(e, ERR_INPUT, "refusing to remove '%s': not an absolute path of two parts or more",
                       path);
    memcpy(copy, path, n + 1);
    while (copy[n - 1] == '/')
        copy[--n] = '\0';
    slash = strrchr(copy, '/');
    if (strlen(slash + 1) > NAME_MAX)
        return err_set(e, ERR_INPUT, "refusing to remove '%s': its name is too long", path);
    memcpy(name, slash + 1, strlen(slash + 1) + 1);
    *slash = '\0';
    folder[0] = '\0';
    resolved = realpath(*copy ? copy : "/", NULL);
    if (!resolved)
        return errno == ENOENT || errno == ENOTDIR || err_sys(e, ERR_OS, errno, "removing '%s'", path);
    snprintf(real, sizeof real, "%s/%s", resolved, name);
    snprintf(folder, LIMIT_PATH, "%s", resolved);
    free(resolved);
    if (!allowed(real))
        return err_set(e, ERR_INPUT, "refusing to remove '%s': it is really '%s'", path, real);
    return true;
}

bool os_tree_remove(const char *path, struct err *e)
{
    char folder[LIMIT_PATH], name[NAME_MAX + 1];
    struct removal r = {.path = path, .e = e};
    struct stat st;
    int parent, top;
    bool ok;

    if (!locate(path, folder, name, e))
        return false;
    if (!*folder)
        return true;
    parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return errno == ENOENT || fail(&r, "opening", folder);
    /* A file, a link or nothing needs no mount; a folder begins on its own one. */
    top = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (top >= 0) {
        ok = fstat(top, &st) == 0;
        r.device = st.st_dev;
        r.mount = mount_of(top);
        close(top);
        ok = ok && remove_folder(&r, parent, name, 0);
    } else {
        ok = remove_entry(&r, parent, name, 0);
    }
    if (ok && fsync(parent) != 0)
        ok = fail(&r, "making it durable in", folder);
    close(parent);
    return ok;
}

/* A file in use is none that cannot be removed. */
bool os_tree_remove_used(const char *path, bool *ret_at_boot, struct err *e)
{
    *ret_at_boot = false;
    return os_tree_remove(path, e);
}

bool os_tree_keep(const char *pattern, struct err *e)
{
    (void)pattern, (void)e;
    return true;
}
