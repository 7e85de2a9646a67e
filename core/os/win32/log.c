#include "core/base/limits.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/wide.h"

#include <string.h>

struct os_log {
    HANDLE h;
    long long size; /* of the whole records */
    char path[LIMIT_PATH];
};

struct os_log *os_log_open(const char *path, struct err *e)
{
    struct os_log *l = mem_alloc(sizeof *l);
    LARGE_INTEGER size;

    if (!l) {
        err_nomem(e);
        return NULL;
    }
    l->h = NULL;
    if (strlen(path) >= sizeof l->path)
        err_set(e, ERR_LIMIT, "a path is longer than %u bytes", LIMIT_PATH);
    else
        l->h = handle_open_file(path, GENERIC_WRITE, OPEN_ALWAYS, e);
    if (!l->h) {
        os_log_close(l);
        return NULL;
    }
    memcpy(l->path, path, strlen(path) + 1);
    /* A new file's entry in its folder stands in NTFS' log before anything of the file, and goes to the disk
     * with it. */
    if (!GetFileSizeEx(l->h, &size) || !FlushFileBuffers(l->h)) {
        wide_error(e, ERR_IO, GetLastError(), "opening '%s'", path);
        os_log_close(l);
        return NULL;
    }
    l->size = size.QuadPart;
    return l;
}

static bool shorten(struct os_log *l, long long size)
{
    FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = size};

    return SetFileInformationByHandle(l->h, FileEndOfFileInfo, &end, sizeof end);
}

/* One write a record, so that a crash leaves at most one torn line, at the end. */
bool os_log_append(struct os_log *l, const void *p, size_t n, struct err *e)
{
    OVERLAPPED at_end = {.Offset = 0xFFFFFFFF,
                         .OffsetHigh = 0xFFFFFFFF}; /* WriteFile(): to the end of the file */
    DWORD k = 0, os = ERROR_HANDLE_DISK_FULL;

    if (n > LIMIT_RECORD)
        return err_set(e, ERR_LIMIT, "writing '%s': a record is longer than %u bytes", l->path, LIMIT_RECORD);
    if (!WriteFile(l->h, p, (DWORD)n, &k, &at_end))
        os = GetLastError();
    if (k == n) {
        l->size += (long long)n;
        return true;
    }
    wide_error(e, ERR_IO, os, "writing '%s'", l->path);
    /* Half a record must not stand between whole ones; a torn one at the end is known to the reader. */
    if (k && !shorten(l, l->size))
        err_wrap(e, "half a record stays at the end");
    return false;
}

bool os_log_sync(struct os_log *l, struct err *e)
{
    return FlushFileBuffers(l->h) ||
           wide_error(e, ERR_IO, GetLastError(), "writing '%s' to the disk", l->path);
}

bool os_log_cut(struct os_log *l, size_t size, struct err *e)
{
    if ((long long)size > l->size)
        return err_set(e, ERR_BUG, "cutting '%s' to more than it has", l->path);
    if (!shorten(l, (long long)size) || !FlushFileBuffers(l->h))
        return wide_error(e, ERR_IO, GetLastError(), "cutting '%s'", l->path);
    l->size = (long long)size;
    return true;
}

void os_log_close(struct os_log *l)
{
    if (!l)
        return;
    handle_close(l->h);
    mem_free(l);
}
