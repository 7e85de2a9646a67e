/*
 * Who watches files: a descriptor that is a link to "anon_inode:[fanotify]"; its fdinfo has one line a mark,
 * which begins "fanotify ino:", "fanotify mnt_id:" or "fanotify sdev:" (fs/notify/fdinfo.c). The link is
 * looked at first as it costs a fraction of reading fdinfo.
 */
#include "core/base/limits.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"
#include "core/os/posix/proc.h"
#include "core/os/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct search {
    struct facts *f;
    struct arena *a;
    struct err *e;
    bool hidden; /* some process could not be looked into */
    bool ok;
};

static bool is_mark(const char *line, size_t n)
{
    static const char *const kinds[] = {"fanotify ino:", "fanotify mnt_id:", "fanotify sdev:"};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (n >= strlen(kinds[i]) && memcmp(line, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

/* Only the beginning of each line is kept: a holder may have a mark for every folder of a disk. */
static long long count_marks(pid_t pid, const char *fd)
{
    char path[64], chunk[8192], line[32];
    long long marks = 0;
    size_t len = 0;
    ssize_t n;
    int info;

    snprintf(path, sizeof path, "/proc/%d/fdinfo/%.20s", (int)pid, fd);
    info = open(path, O_RDONLY | O_CLOEXEC);
    if (info < 0)
        return 0;
    while ((n = read(info, chunk, sizeof chunk)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            if (chunk[i] == '\n') {
                marks += is_mark(line, len);
                len = 0;
            } else if (len < sizeof line) {
                line[len++] = chunk[i];
            }
        }
    }
    close(info);
    return marks;
}

static long long marks_of(struct search *s, pid_t pid)
{
    static const char kind[] = "anon_inode:[fanotify]";
    char path[64], target[sizeof kind + 1];
    struct dirent *entry;
    long long marks = 0;
    DIR *d;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    d = opendir(path);
    if (!d) {
        s->hidden = s->hidden || errno == EACCES || errno == EPERM;
        return 0;
    }
    while ((entry = readdir(d))) {
        ssize_t n;

        if (entry->d_name[0] == '.')
            continue;
        n = readlinkat(dirfd(d), entry->d_name, target, sizeof target);
        if (n == (ssize_t)sizeof kind - 1 && memcmp(target, kind, sizeof kind - 1) == 0)
            marks += count_marks(pid, entry->d_name);
    }
    closedir(d);
    return marks;
}

static bool add_holder(void *arg, pid_t pid)
{
    struct search *s = arg;
    long long marks = marks_of(s, pid);
    struct fanotify_holder *h;
    struct proc_stat st;
    char exe[LIMIT_PATH], path[64], status[4096];
    long n;

    if (!marks || !proc_stat(pid, &st))
        return true;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (fd_read_small(AT_FDCWD, path, status, sizeof status) <= 0 || proc_contained(status))
        return true;
    n = proc_link(pid, "exe", exe, sizeof exe);
    h = LIST_ADD(s->a, &s->f->fanotify);
    if (h) {
        h->pid = pid;
        h->marks = marks;
        h->name = text_from_bytes(s->a, st.comm, strlen(st.comm));
        h->exe = n > 0 ? text_from_bytes(s->a, exe, (size_t)n) : NULL;
    }
    s->ok = h && h->name && (n <= 0 || h->exe);
    if (!s->ok)
        err_nomem(s->e);
    return s->ok;
}

/* Looks at the processes in the facts where they were listed before. */
bool os_fanotify_list(struct facts *f, struct arena *a, struct err *e)
{
    struct search s = {.f = f, .a = a, .e = e, .ok = true};

    for (size_t i = 0; s.ok && i < f->processes.n; i++)
        add_holder(&s, (pid_t)f->processes.v[i].pid);
    if (!f->processes.n && !proc_each(add_holder, &s))
        return err_sys(e, ERR_OS, errno, "reading '/proc'");
    if (s.ok && s.hidden)
        return err_set(e, ERR_PRIVILEGE, "the open files of other users' processes cannot be seen");
    return s.ok;
}
