#include "core/os/win32/link.h"
#include "core/base/limits.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <winioctl.h>

/* REPARSE_DATA_BUFFER of ntifs.h (learn.microsoft.com, "Reparse Point Tags"; MS-FSCC 2.1.2.4, 2.1.2.5). */
struct reparse {
    DWORD tag;
    WORD size, reserved;
    WORD target_at, target_size, shown_at, shown_size; /* bytes, from the texts on */
    unsigned char rest[MAXIMUM_REPARSE_DATA_BUFFER_SIZE];
};

bool link_target(HANDLE h, struct arena *a, const char **ret)
{
    struct reparse r;
    const unsigned char *texts = r.rest;
    wchar_t *target;
    DWORD got = 0;

    *ret = NULL;
    memset(&r, 0, sizeof r);
    if (!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &r, MAXIMUM_REPARSE_DATA_BUFFER_SIZE, &got,
                         NULL))
        return false;
    SetLastError(ERROR_NOT_A_REPARSE_POINT);
    if (r.tag != IO_REPARSE_TAG_SYMLINK && r.tag != IO_REPARSE_TAG_MOUNT_POINT)
        return false;
    if (r.tag == IO_REPARSE_TAG_SYMLINK)
        texts += sizeof(DWORD); /* its flags stand first */
    SetLastError(ERROR_INVALID_REPARSE_DATA);
    if ((size_t)(texts - (unsigned char *)&r) + r.target_at + r.target_size > got)
        return false;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    target = arena_alloc(a, r.target_size + sizeof *target);
    if (!target)
        return false;
    memcpy(target, texts + r.target_at, r.target_size);
    *ret = wide_path_utf8(target, r.target_size / sizeof *target, a);
    return *ret != NULL;
}

bool os_file_readlink(const char *path, struct buf *out, struct err *e)
{
    HANDLE h = handle_open(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING,
                           FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, e);
    struct arena a = ARENA_INIT;
    const char *target;
    bool ok;

    if (!h)
        return false;
    ok = link_target(h, &a, &target);
    if (ok) {
        buf_adds(out, target);
        ok = buf_ok(out, path, e);
    } else if (GetLastError() == ERROR_NOT_A_REPARSE_POINT) {
        err_set(e, ERR_INPUT, "'%s' is not a link", path);
    } else {
        wide_error(e, ERR_IO, GetLastError(), "reading the link '%s'", path);
    }
    arena_free(&a);
    handle_close(h);
    return ok;
}
