#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/posix/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The lock belongs to the open file, so the system gives it up when the holder ends, however it ends. */
struct os_lock {
    int fd;
};

enum { NOTE_MAX = 512 };

/* What the holder wrote: "pid note". */
static void read_note(int fd, char note[NOTE_MAX])
{
    ssize_t n = pread(fd, note, NOTE_MAX - 1, 0);

    note[n > 0 ? n : 0] = '\0';
    note[strcspn(note, "\n")] = '\0';
}

static bool busy(int fd, const char *path, struct err *e)
{
    char note[NOTE_MAX];
    struct buf shown;

    read_note(fd, note);
    buf_init(&shown, sizeof note * 8);
    text_show(&shown, note);
    err_set(e, ERR_BUSY, "'%s' is held by process %s", path, shown.len ? buf_str(&shown) : "(unknown)");
    e->retryable = true;
    buf_free(&shown);
    return false;
}

static bool take(int fd, const char *path, const char *note, struct err *e)
{
    char text[NOTE_MAX];
    int n;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return busy(fd, path, e);
        return err_sys(e, ERR_IO, errno, "locking '%s'", path);
    }
    n = snprintf(text, sizeof text - 1, "%ld %s", (long)getpid(), note);
    if (n < 0 || (size_t)n >= sizeof text - 1)
        n = (int)sizeof text - 2;
    text[n] = '\n';
    if (ftruncate(fd, 0) != 0 || !fd_write(fd, text, (size_t)n + 1))
        return err_sys(e, ERR_IO, errno, "writing '%s'", path);
    return true;
}

struct os_lock *os_lock_take(const char *path, const char *note, struct err *e)
{
    struct os_lock *l = mem_alloc(sizeof *l);

    if (!l) {
        err_nomem(e);
        return NULL;
    }
    l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (l->fd < 0) {
        err_sys(e, ERR_IO, errno, "opening '%s'", path);
        mem_free(l);
        return NULL;
    }
    if (take(l->fd, path, note, e))
        return l;
    close(l->fd);
    mem_free(l);
    return NULL;
}

/* The file stays: removing it would let two holders lock two files of one name. Its note is read only while
 * held. */
void os_lock_release(struct os_lock *l)
{
    if (!l)
        return;
    close(l->fd);
    mem_free(l);
}

bool os_lock_holder(const char *path, struct arena *a, const char **ret, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char note[NOTE_MAX] = "";
    bool held;

    *ret = NULL;
    if (fd < 0)
        return errno == ENOENT || err_sys(e, ERR_IO, errno, "opening '%s'", path);
    held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (held)
        read_note(fd, note);
    close(fd);
    *ret = held ? arena_strdup(a, *note ? note : "(unknown)") : NULL;
    return !held || *ret || err_nomem(e);
}
