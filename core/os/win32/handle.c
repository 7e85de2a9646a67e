#include "core/os/win32/handle.h"
#include "core/os/win32/acl.h"
#include "core/os/win32/wide.h"

HANDLE handle_open(const char *path, DWORD access, DWORD how, DWORD flags, struct err *e)
{
    SECURITY_ATTRIBUTES *sa = how == OPEN_EXISTING ? NULL : acl_private(e);
    struct arena a = ARENA_INIT;
    HANDLE h = INVALID_HANDLE_VALUE;
    wchar_t *w = sa || how == OPEN_EXISTING ? wide_path(path, &a, e) : NULL;

    if (w) {
        h = CreateFileW(w, access, HANDLE_SHARE, sa, how, flags, NULL);
        if (h == INVALID_HANDLE_VALUE)
            wide_error(e, ERR_IO, GetLastError(), "opening '%s'", path);
    }
    arena_free(&a);
    return h == INVALID_HANDLE_VALUE ? NULL : h;
}

HANDLE handle_open_file(const char *path, DWORD access, DWORD how, struct err *e)
{
    /* Without FILE_FLAG_BACKUP_SEMANTICS a folder would be "access denied". */
    HANDLE h = handle_open(path, access | FILE_READ_ATTRIBUTES, how,
                           FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, e);
    struct os_stat st;
    DWORD attributes;

    if (!h)
        return NULL;
    if (handle_stat(h, &attributes, &st) && st.kind == OS_FILE)
        return h;
    handle_close(h);
    err_set(e, ERR_IO, "'%s' is not a regular file", path);
    return NULL;
}

void handle_close(HANDLE h)
{
    if (h)
        CloseHandle(h);
}

bool handle_write(HANDLE h, const void *p, size_t n)
{
    const char *at = p;

    while (n) {
        DWORD k = n > 1u << 30 ? 1u << 30 : (DWORD)n;

        if (!WriteFile(h, at, k, &k, NULL))
            return false;
        at += k;
        n -= k;
    }
    return true;
}

bool handle_read(HANDLE h, void *p, size_t n, size_t *ret_n)
{
    DWORD k = 0;
    bool ok = ReadFile(h, p, (DWORD)n, &k, NULL) || GetLastError() == ERROR_HANDLE_EOF;

    *ret_n = k;
    return ok;
}

instant handle_instant(FILETIME t)
{
    /* FILETIME counts 100 ns since 1601-01-01. */
    return (instant)(((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime) / 10000) - 11644473600000;
}

enum os_kind handle_kind(DWORD attributes, DWORD tag)
{
    /* A reparse point that does not say what it is counts as a link: it is not entered. */
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) && (!tag || IsReparseTagNameSurrogate(tag)))
        return OS_LINK;
    if (attributes & FILE_ATTRIBUTE_DEVICE)
        return OS_OTHER;
    return attributes & FILE_ATTRIBUTE_DIRECTORY ? OS_DIR : OS_FILE;
}

bool handle_stat(HANDLE h, DWORD *ret_attributes, struct os_stat *ret)
{
    FILE_ATTRIBUTE_TAG_INFO tag = {0, 0};
    BY_HANDLE_FILE_INFORMATION info;

    *ret = (struct os_stat){0};
    if (!GetFileInformationByHandle(h, &info))
        return false;
    if ((info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
        !GetFileInformationByHandleEx(h, FileAttributeTagInfo, &tag, sizeof tag))
        return false;
    *ret_attributes = info.dwFileAttributes;
    ret->kind = handle_kind(info.dwFileAttributes, tag.ReparseTag);
    ret->size = (long long)((uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow);
    ret->mtime = handle_instant(info.ftLastWriteTime);
    return true;
}
