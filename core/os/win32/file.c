#include "core/os/file.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/win32/acl.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (64u << 10)

bool os_file_read(const char *path, struct buf *out, struct err *e)
{
    HANDLE h = handle_open(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, e);
    char chunk[CHUNK];
    struct os_stat st;
    DWORD attributes;
    bool ok = true;
    size_t k = 1;

    if (!h)
        return false;
    if (!handle_stat(h, &attributes, &st) || st.kind != OS_FILE)
        ok = err_set(e, ERR_IO, "reading '%s': it is not a regular file", path);
    while (ok && k) {
        ok = handle_read(h, chunk, sizeof chunk, &k) ||
             wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path);
        if (ok && k) {
            buf_add(out, chunk, k);
            ok = buf_ok(out, path, e);
        }
    }
    handle_close(h);
    return ok;
}

/* --- writing: beside, flushed, then renamed ---------------------------------------------------------------
 */

struct beside {
    const char *path;
    wchar_t *to, *temp;
    HANDLE h;
    struct arena a;
};

/* A new, empty file in the folder of path. Private until it is known to be otherwise. */
static bool beside_open(struct beside *b, const char *path, bool private, struct err *e)
{
    const char *slash = strrchr(path, '/');
    SECURITY_ATTRIBUTES *sa = private ? acl_private(e) : NULL;

    *b = (struct beside){.path = path, .a = ARENA_INIT, .h = INVALID_HANDLE_VALUE};
    b->to = (sa || !private) ? wide_path(path, &b->a, e) : NULL;
    for (unsigned i = 0; b->to && b->h == INVALID_HANDLE_VALUE; i++) {
        const char *temp = arena_printf(&b->a, "%.*s/.avswap-%lx-%x.new", (int)(slash - path), path,
                                        (unsigned long)GetCurrentProcessId(), i);

        b->temp = temp ? wide_path(temp, &b->a, e) : NULL;
        if (!temp)
            err_nomem(e);
        if (!b->temp)
            break;
        b->h = CreateFileW(b->temp, GENERIC_WRITE | READ_CONTROL | WRITE_DAC,
                           FILE_SHARE_READ | FILE_SHARE_DELETE, sa, CREATE_NEW, 0, NULL);
        if (b->h != INVALID_HANDLE_VALUE || GetLastError() == ERROR_FILE_EXISTS)
            continue;
        wide_error(e, ERR_IO, GetLastError(), "creating '%s'", path);
        break;
    }
    if (b->h != INVALID_HANDLE_VALUE)
        return true;
    arena_free(&b->a);
    return false;
}

static bool beside_discard(struct beside *b)
{
    CloseHandle(b->h);
    DeleteFileW(b->temp);
    arena_free(&b->a);
    return false;
}

/*
 * Renames over what is there, on disk when it returns. Those who look into every new file (antivirus, search,
 * backup) hold it for a moment, so what they cause is tried again for a second.
 */
static DWORD move_over(const wchar_t *from, const wchar_t *to)
{
    DWORD os = ERROR_SUCCESS;
    HANDLE h;

    for (unsigned i = 0; i < 20; i++) {
        if (MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
            return ERROR_SUCCESS;
        os = GetLastError();
        if (os != ERROR_ACCESS_DENIED && os != ERROR_SHARING_VIOLATION && os != ERROR_LOCK_VIOLATION)
            return os;
        Sleep(50);
    }
    /* "Access denied" also means that somebody holds the old file open. */
    h = CreateFileW(to, DELETE, HANDLE_SHARE, NULL, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (h != INVALID_HANDLE_VALUE)
        CloseHandle(h);
    else if (GetLastError() == ERROR_SHARING_VIOLATION)
        os = ERROR_SHARING_VIOLATION;
    return os;
}

/* Gives the written file its name, durably. On failure nothing of it is left. */
static bool beside_commit(struct beside *b, unsigned mode, struct err *e)
{
    DWORD was = GetFileAttributesW(b->to), os;

    if (was != INVALID_FILE_ATTRIBUTES && (was & FILE_ATTRIBUTE_DIRECTORY)) {
        err_set(e, ERR_IO, "writing '%s': it is a folder", b->path);
        return beside_discard(b);
    }
    if (!FlushFileBuffers(b->h)) {
        wide_error(e, ERR_IO, GetLastError(), "writing '%s'", b->path);
        return beside_discard(b);
    }
    CloseHandle(b->h);
    if (!(mode & 0200))
        SetFileAttributesW(b->temp, FILE_ATTRIBUTE_READONLY);
    /* On POSIX what may be replaced is the folder's business; here a read-only file would refuse it. */
    if (was != INVALID_FILE_ATTRIBUTES && (was & FILE_ATTRIBUTE_READONLY))
        SetFileAttributesW(b->to, was & ~(DWORD)FILE_ATTRIBUTE_READONLY);
    os = move_over(b->temp, b->to);
    if (os != ERROR_SUCCESS) {
        wide_error(e, ERR_IO, os, "writing '%s'", b->path);
        SetFileAttributesW(b->temp, FILE_ATTRIBUTE_NORMAL);
        DeleteFileW(b->temp);
    }
    arena_free(&b->a);
    return os == ERROR_SUCCESS;
}

bool os_file_write(const char *path, const void *p, size_t n, unsigned mode, struct err *e)
{
    struct beside b;

    if (!beside_open(&b, path, !(mode & 077), e))
        return false;
    if (!handle_write(b.h, p, n)) {
        wide_error(e, ERR_IO, GetLastError(), "writing '%s'", path);
        return beside_discard(&b);
    }
    return beside_commit(&b, mode, e);
}

static bool copy_bytes(HANDLE in, struct beside *b, const char *from, struct err *e)
{
    char chunk[CHUNK];
    size_t k;

    do {
        if (!handle_read(in, chunk, sizeof chunk, &k))
            return wide_error(e, ERR_IO, GetLastError(), "reading '%s'", from);
        if (!handle_write(b->h, chunk, k))
            return wide_error(e, ERR_IO, GetLastError(), "writing '%s'", b->path);
    } while (k);
    return true;
}

bool os_file_copy(const char *from, const char *to, struct err *e)
{
    HANDLE in = handle_open_file(from, GENERIC_READ, OPEN_EXISTING, e);
    struct os_stat st;
    struct beside b;
    DWORD attributes = 0;
    bool ok;

    if (!in)
        return false;
    ok = beside_open(&b, to, true, e);
    if (ok && (!handle_stat(in, &attributes, &st) || !copy_bytes(in, &b, from, e) || !acl_copy(in, b.h, e)))
        ok = beside_discard(&b);
    ok = ok && beside_commit(&b, attributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0644, e);
    handle_close(in);
    return ok;
}

bool os_file_rename(const char *from, const char *to, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *source = wide_path(from, &a, e), *target = source ? wide_path(to, &a, e) : NULL;
    DWORD os = target ? move_over(source, target) : ERROR_SUCCESS;

    if (os != ERROR_SUCCESS)
        wide_error(e, ERR_IO, os, "renaming '%s' to '%s'", from, to);
    arena_free(&a);
    return target && os == ERROR_SUCCESS;
}

/* --- looking ----------------------------------------------------------------------------------------------
 */

/* What the folder says of a file that may not be opened. A drive's root stands in no folder. */
static bool stat_entry(const wchar_t *w, struct os_stat *ret)
{
    WIN32_FIND_DATAW d;
    HANDLE h = FindFirstFileExW(w, FindExInfoBasic, &d, FindExSearchNameMatch, NULL, 0);

    if (h == INVALID_HANDLE_VALUE)
        return false;
    FindClose(h);
    ret->kind = handle_kind(d.dwFileAttributes, d.dwReserved0);
    ret->size = (long long)((uint64_t)d.nFileSizeHigh << 32 | d.nFileSizeLow);
    ret->mode = 0644;
    ret->mtime = handle_instant(d.ftLastWriteTime);
    return true;
}

static DWORD stat_path(const wchar_t *w, struct os_stat *ret)
{
    DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, attributes, os = ERROR_SUCCESS;
    struct os_stat entry;
    HANDLE h =
        CreateFileW(w, FILE_READ_ATTRIBUTES | READ_CONTROL, HANDLE_SHARE, NULL, OPEN_EXISTING, flags, NULL);

    if (h == INVALID_HANDLE_VALUE) {
        os = GetLastError();
        if (os != ERROR_ACCESS_DENIED && os != ERROR_SHARING_VIOLATION)
            return os;
        return stat_entry(w, ret) ? ERROR_SUCCESS : os;
    }
    if (!handle_stat(h, &attributes, ret))
        os = GetLastError();
    else
        ret->mode = acl_mode(h, attributes);
    CloseHandle(h);
    /* Wine opens what a link of the system below names, and tells by the path only that it is one. */
    if (os == ERROR_SUCCESS && ret->kind == OS_DIR && stat_entry(w, &entry) && entry.kind == OS_LINK)
        ret->kind = OS_LINK;
    return os;
}

bool os_file_stat(const char *path, struct os_stat *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_path(path, &a, e);
    struct err why = ERR_INIT;
    DWORD os;

    memset(ret, 0, sizeof *ret);
    if (!w) {
        arena_free(&a);
        return false;
    }
    os = stat_path(w, ret);
    arena_free(&a);
    if (os == ERROR_SUCCESS)
        return true;
    memset(ret, 0, sizeof *ret);
    wide_error(&why, ERR_IO, os, "looking at '%s'", path);
    if (why.code == ERR_NOT_FOUND)
        return true;
    *e = why;
    return false;
}

bool os_file_exists(const char *path)
{
    struct err ignored = ERR_INIT;
    struct os_stat st;

    return os_file_stat(path, &st, &ignored) && st.kind != OS_ABSENT;
}

bool os_mode_same(unsigned is, unsigned mode)
{
    return ((mode & 077) || !(is & 077)) && !(mode & 0200) == !(is & 0200);
}

bool os_file_pour(const char *path, bool (*take)(void *arg, const void *p, size_t n, struct err *e),
                  void *arg, struct err *e)
{
    HANDLE h = handle_open_file(path, GENERIC_READ, OPEN_EXISTING, e);
    char chunk[CHUNK];
    bool ok = h != NULL;
    size_t k = 1;

    while (ok && k) {
        ok = handle_read(h, chunk, sizeof chunk, &k) ||
             wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path);
        if (ok && k)
            ok = take(arg, chunk, k, e);
    }
    handle_close(h);
    return ok;
}

bool os_file_part(const char *path, long long from, size_t n, struct buf *out, struct err *e)
{
    HANDLE h = handle_open_file(path, GENERIC_READ, OPEN_EXISTING, e);
    LARGE_INTEGER at = {.QuadPart = from};
    char chunk[CHUNK];
    bool ok = h && (SetFilePointerEx(h, at, NULL, FILE_BEGIN) || wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path));
    size_t k = 1;

    while (ok && k && n) {
        ok = handle_read(h, chunk, n < sizeof chunk ? n : sizeof chunk, &k) ||
             wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path);
        if (ok)
            buf_add(out, chunk, k);
        n -= ok ? k : 0;
    }
    handle_close(h);
    return ok && buf_ok(out, path, e);
}

static bool add_to_digest(void *arg, const void *p, size_t n, struct err *e)
{
    (void)e;
    digest_add(arg, p, n);
    return true;
}

bool os_file_digest(const char *path, char hex[65], struct err *e)
{
    struct digest d;

    digest_init(&d);
    if (!os_file_pour(path, add_to_digest, &d, e))
        return false;
    digest_end(&d, hex);
    return true;
}
