/*
 * Removing a tree. Every step goes through an open folder, as Windows' own calls know paths only: a name that
 * is exchanged for a junction meanwhile is not followed, and the length of paths and dots at the end of names
 * do not matter.
 *
 * NTFS writes its log in order, so the next file that is flushed on the volume (our journal) makes a removal
 * durable with it.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/win32/link.h"
#include "core/os/win32/nt.h"
#include "core/os/win32/privilege.h"
#include "core/os/win32/removable.h"
#include "core/os/win32/wide.h"

#include <string.h>

/* An open folder costs memory each. */
#define DEPTH_MAX 200
#define LIST_BYTES (16u << 10)
#define PATH_UNITS 32767
/* Who looks into files for a moment (search, backup, antivirus) may delay a removal; more than so many pauses
 * in all, and what is open is in use. */
#define PAUSES 20
#define PAUSE_MS 50

#define ACCESS (DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES)

struct removal {
    const char *path; /* as asked for, for messages */
    struct err *e;    /* the first failure */
    bool failed;
    bool used;       /* what is in use goes at the next boot */
    size_t left;     /* entries that will */
    unsigned pauses; /* made so far */
    size_t len;
    wchar_t at[PATH_UNITS + 1]; /* what is being removed */
};

static bool wait_a_moment(struct removal *r)
{
    if (r->pauses == PAUSES)
        return false;
    r->pauses++;
    Sleep(PAUSE_MS);
    return true;
}

static bool refuse(struct removal *r, enum err_code code, const char *why)
{
    struct arena a = ARENA_INIT;
    const char *at = wide_path_utf8(r->at, r->len, &a);

    if (!r->failed)
        err_set(r->e, code, "removing '%s': '%s' %s", r->path, at ? at : "?", why);
    r->e->retryable = code == ERR_BUSY;
    r->failed = true;
    arena_free(&a);
    return false;
}

/* Keeps the first failure; removal goes on with the rest. */
static bool fail(struct removal *r, DWORD os, const char *doing)
{
    struct arena a = ARENA_INIT;
    const char *at = wide_path_utf8(r->at, r->len, &a);

    if (os == ERROR_USER_MAPPED_FILE)
        refuse(r, ERR_BUSY, "is a program or library in use");
    else if (os == ERROR_SHARING_VIOLATION)
        refuse(r, ERR_BUSY, "is open in another program");
    else if (!r->failed)
        wide_error(r->e, ERR_OS, os, "removing '%s': %s '%s'", r->path, doing, at ? at : "?");
    r->failed = true;
    arena_free(&a);
    return false;
}

/* The present entry could not be removed now; a folder goes at boot when all that is left in it does. */
static bool later(struct removal *r, DWORD os, const char *doing)
{
    if (!r->used ||
        (os != ERROR_USER_MAPPED_FILE && os != ERROR_SHARING_VIOLATION && os != ERROR_DIR_NOT_EMPTY))
        return fail(r, os, doing);
    if (!MoveFileExW(r->at, NULL, MOVEFILE_DELAY_UNTIL_REBOOT))
        return fail(r, GetLastError(), "leaving to the next boot");
    r->left++;
    return true;
}

static bool gone(DWORD os)
{
    return os == ERROR_FILE_NOT_FOUND || os == ERROR_PATH_NOT_FOUND || os == ERROR_DELETE_PENDING;
}

/* Takes the name away at once where the file system can; else it goes with the last handle, and read-only
 * files have to be made writable.
 */
static DWORD delete_open(HANDLE h, DWORD attributes)
{
    FILE_BASIC_INFO plain = {.FileAttributes = FILE_ATTRIBUTE_NORMAL};
    DWORD os = nt_delete(h, true);

    if (os != ERROR_NOT_SUPPORTED)
        return os;
    if ((attributes & FILE_ATTRIBUTE_READONLY) &&
        !SetFileInformationByHandle(h, FileBasicInfo, &plain, sizeof plain))
        return GetLastError();
    return nt_delete(h, false);
}

/* A link goes, not what it names; but a mounted volume an administrator has to dismount. */
static bool is_volume(HANDLE h)
{
    struct arena a = ARENA_INIT;
    const char *target;
    bool volume = link_target(h, &a, &target) && text_starts(target, "Volume{");

    arena_free(&a);
    return volume;
}

static bool empty_folder(struct removal *r, HANDLE folder, unsigned depth);

/* The entry in r->at; `listed` are its attributes as its folder has them. */
static bool remove_open(struct removal *r, HANDLE h, DWORD listed, unsigned depth)
{
    size_t left = r->left;
    struct os_stat st;
    DWORD attributes, os;

    if (!handle_stat(h, &attributes, &st))
        return fail(r, GetLastError(), "looking at");
    /* The folder knows of a link and the open file does not: it may be what the link names. */
    if ((listed & FILE_ATTRIBUTE_REPARSE_POINT) && !(attributes & FILE_ATTRIBUTE_REPARSE_POINT))
        return refuse(r, ERR_OS, "is a link that cannot be removed without following it");
    if (st.kind == OS_LINK && is_volume(h))
        return refuse(r, ERR_OS, "is a mounted volume; dismount it first");
    if (st.kind == OS_DIR && !empty_folder(r, h, depth))
        return false;
    do
        os = delete_open(h, attributes);
    while (os == ERROR_DIR_NOT_EMPTY && r->left == left && wait_a_moment(r));
    return os == ERROR_SUCCESS || gone(os) || later(r, os, "removing");
}

static bool remove_entry(struct removal *r, HANDLE folder, const FILE_ID_BOTH_DIR_INFO *entry, unsigned depth)
{
    size_t n = entry->FileNameLength / sizeof(wchar_t), len = r->len;
    HANDLE h;
    DWORD os;
    bool ok;

    if (len + 1 + n > PATH_UNITS)
        return refuse(r, ERR_LIMIT, "holds a path that is too long");
    r->at[r->len++] = '\\';
    memcpy(r->at + r->len, entry->FileName, n * sizeof(wchar_t));
    r->len += n;
    r->at[r->len] = '\0';
    do
        os = nt_open(folder, entry->FileName, n, ACCESS, &h);
    while (os == ERROR_SHARING_VIOLATION && wait_a_moment(r));
    if (os == ERROR_SUCCESS) {
        ok = remove_open(r, h, entry->FileAttributes, depth);
        CloseHandle(h);
    } else {
        ok = gone(os) || later(r, os, "opening");
    }
    r->at[r->len = len] = '\0';
    return ok;
}

static bool is_dots(const FILE_ID_BOTH_DIR_INFO *entry)
{
    size_t n = entry->FileNameLength / sizeof(wchar_t);

    return (n == 1 || n == 2) && entry->FileName[0] == '.' && entry->FileName[n - 1] == '.';
}

/* Removes what one reading of a folder names; false when there is no more to read. */
static bool one_block(struct removal *r, HANDLE list, FILE_INFO_BY_HANDLE_CLASS what, unsigned char *bytes,
                      unsigned depth, size_t *seen)
{
    const unsigned char *at = bytes;

    if (!GetFileInformationByHandleEx(list, what, bytes, LIST_BYTES)) {
        DWORD os = GetLastError();

        if (os != ERROR_NO_MORE_FILES && os != ERROR_FILE_NOT_FOUND)
            fail(r, os, "reading");
        return false;
    }
    for (;;) {
        const FILE_ID_BOTH_DIR_INFO *entry = (const void *)at;

        if (!is_dots(entry)) {
            ++*seen;
            (void)!remove_entry(r, list, entry, depth);
        }
        if (!entry->NextEntryOffset)
            return true;
        at += entry->NextEntryOffset;
    }
}

/* Reads again until nothing is found, as entries may move while others are removed; but what stays, stays. */
static bool empty_folder(struct removal *r, HANDLE folder, unsigned depth)
{
    enum { PASSES = 16 };
    size_t left = r->left, seen = 1;
    unsigned char *bytes;
    HANDLE list;
    DWORD os;

    if (depth == DEPTH_MAX)
        return refuse(r, ERR_LIMIT, "is nested too deep");
    os = nt_open(folder, NULL, 0, FILE_LIST_DIRECTORY, &list);
    if (os != ERROR_SUCCESS)
        return fail(r, os, "reading");
    bytes = mem_alloc(LIST_BYTES);
    if (!bytes)
        refuse(r, ERR_NOMEM, "cannot be read: out of memory");
    for (int pass = 0; bytes && seen && !r->failed && r->left == left && pass < PASSES; pass++) {
        FILE_INFO_BY_HANDLE_CLASS what = FileIdBothDirectoryRestartInfo;

        for (seen = 0; one_block(r, list, what, bytes, depth + 1, &seen); what = FileIdBothDirectoryInfo)
            ;
    }
    mem_free(bytes);
    CloseHandle(list);
    return !r->failed;
}

/* The top is opened by its path and looked at; from there on only what is open counts. */
static bool remove_top(struct removal *r)
{
    const DWORD flags = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
    DWORD listed = GetFileAttributesW(r->at), os;
    HANDLE seen = CreateFileW(r->at, FILE_READ_ATTRIBUTES, HANDLE_SHARE, NULL, OPEN_EXISTING, flags, NULL), h;
    bool ok;

    if (seen == INVALID_HANDLE_VALUE) {
        os = GetLastError();
        return gone(os) || os == ERROR_DIRECTORY || fail(r, os, "opening");
    }
    if (!removable_open(r->path, seen, r->e)) {
        CloseHandle(seen);
        return false;
    }
    do {
        h = ReOpenFile(seen, ACCESS | SYNCHRONIZE, HANDLE_SHARE, flags);
        os = h == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
    } while (os == ERROR_SHARING_VIOLATION && wait_a_moment(r));
    CloseHandle(seen);
    if (os != ERROR_SUCCESS)
        return gone(os) || later(r, os, "opening");
    ok = remove_open(r, h, listed == INVALID_FILE_ATTRIBUTES ? 0 : listed, 0);
    CloseHandle(h);
    return ok;
}

static bool remove_tree(const char *path, bool used, bool *ret_at_boot, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct removal *r;
    wchar_t *w;
    bool ok;

    *ret_at_boot = false;
    if (!removable_path(path, e))
        return false;
    w = wide_path(path, &a, e);
    r = w ? ARENA_NEW(&a, struct removal) : NULL;
    if (w && !r)
        err_nomem(e);
    if (!r) {
        arena_free(&a);
        return false;
    }
    r->path = path;
    r->e = e;
    r->used = used;
    r->len = wcslen(w);
    memcpy(r->at, w, r->len * sizeof *w);
    /* What a product closed to administrators goes all the same, as for root elsewhere. Who has no such
     * rights uses his own. */
    privilege_enable(SE_BACKUP_NAME);
    privilege_enable(SE_RESTORE_NAME);
    ok = remove_top(r);
    *ret_at_boot = r->left != 0;
    arena_free(&a);
    return ok;
}

bool os_tree_remove(const char *path, struct err *e)
{
    bool at_boot;

    return remove_tree(path, false, &at_boot, e);
}

bool os_tree_remove_used(const char *path, bool *ret_at_boot, struct err *e)
{
    return remove_tree(path, true, ret_at_boot, e);
}
