#include "core/base/limits.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <string.h>

#define NOTE_MAX 512

/*
 * A lock on one byte far behind the note, so that others can read the note while it is held. It belongs to
 * the open file, which the system closes when the holder ends, however it ends.
 */
struct os_lock {
    HANDLE h;
};

/* What the holder wrote: "pid note". */
static bool busy(HANDLE h, const char *path, struct err *e)
{
    char note[NOTE_MAX];
    struct buf shown;
    size_t n = 0;

    if (!handle_read(h, note, sizeof note - 1, &n))
        n = 0;
    note[n] = '\0';
    note[strcspn(note, "\n")] = '\0';
    buf_init(&shown, sizeof note * 8);
    text_show(&shown, note);
    err_set(e, ERR_BUSY, "'%s' is held by process %s", path, shown.len ? buf_str(&shown) : "(unknown)");
    e->retryable = true;
    buf_free(&shown);
    return false;
}

static bool take(HANDLE h, const char *path, const char *note, struct err *e)
{
    OVERLAPPED at = {.OffsetHigh = 1 << 20};
    char text[NOTE_MAX];
    int n;

    if (!LockFileEx(h, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)) {
        DWORD os = GetLastError();

        return os == ERROR_LOCK_VIOLATION || os == ERROR_IO_PENDING
                   ? busy(h, path, e)
                   : wide_error(e, ERR_IO, os, "locking '%s'", path);
    }
    n = snprintf(text, sizeof text - 1, "%lu %s", (unsigned long)GetCurrentProcessId(), note);
    if (n < 0 || (size_t)n >= sizeof text - 1)
        n = (int)sizeof text - 2;
    text[n] = '\n';
    return (SetEndOfFile(h) && handle_write(h, text, (size_t)n + 1)) ||
           wide_error(e, ERR_IO, GetLastError(), "writing '%s'", path);
}

struct os_lock *os_lock_take(const char *path, const char *note, struct err *e)
{
    struct os_lock *l = mem_alloc(sizeof *l);

    if (!l) {
        err_nomem(e);
        return NULL;
    }
    l->h = handle_open_file(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, e);
    if (l->h && take(l->h, path, note, e))
        return l;
    os_lock_release(l);
    return NULL;
}

/* The file stays: removing it would let two holders lock two files of one name. Its note is read only while
 * held. */
void os_lock_release(struct os_lock *l)
{
    if (!l)
        return;
    handle_close(l->h);
    mem_free(l);
}
