#include "core/os/posix/proc.h"
#include "core/base/schema.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool proc_stat(pid_t pid, struct proc_stat *ret)
{
    char path[64], text[1024], *open, *close;
    size_t n;
    int ppid, session;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (fd_read_small(AT_FDCWD, path, text, sizeof text) <= 0)
        return false;
    /* The name may hold blanks and parentheses of its own: it ends at the last ')'. */
    open = strchr(text, '(');
    close = strrchr(text, ')');
    if (!open || !close || close < open)
        return false;
    n = (size_t)(close - open - 1);
    if (n >= sizeof ret->comm)
        n = sizeof ret->comm - 1;
    memcpy(ret->comm, open + 1, n);
    ret->comm[n] = '\0';
    ret->pid = pid;
    if (sscanf(close + 1, " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &ret->state, &ppid, &session, &ret->start) != 4)
        return false;
    ret->ppid = ppid;
    ret->session = session;
    return true;
}

bool proc_each(bool (*f)(void *arg, pid_t pid), void *arg)
{
    DIR *d = opendir("/proc");
    struct dirent *entry;
    bool more = true;

    if (!d)
        return false;
    while (more && (entry = readdir(d))) {
        long pid = 0;

        for (const char *p = entry->d_name; *p >= '0' && *p <= '9' && pid < 1 << 24; p++)
            pid = pid * 10 + (*p - '0');
        if (pid > 0)
            more = f(arg, (pid_t)pid);
    }
    closedir(d);
    return true;
}

long proc_link(pid_t pid, const char *name, char *buf, size_t size)
{
    static const char deleted[] = " (deleted)";
    char path[64];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    n = readlink(path, buf, size - 1);
    if (n < 0)
        return -1;
    buf[n] = '\0';
    if (text_ends(buf, deleted)) {
        n -= (ssize_t)strlen(deleted);
        buf[n] = '\0';
    }
    return n;
}

bool proc_alive(pid_t pid)
{
    struct proc_stat st;

    return proc_stat(pid, &st) && st.state != 'Z' && st.state != 'X';
}

struct walk {
    struct arena *a;
    LIST(struct proc_stat) all;
    bool nomem;
};

static bool add_stat(void *arg, pid_t pid)
{
    struct walk *w = arg;
    struct proc_stat st, *slot;

    if (!proc_stat(pid, &st))
        return true;
    slot = LIST_ADD(w->a, &w->all);
    w->nomem = !slot;
    if (slot)
        *slot = st;
    return slot != NULL;
}

static int by_pid(const void *a, const void *b)
{
    const struct proc_stat *x = a, *y = b;

    return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* Whether p descends from root: up the chain of parents, which a torn picture cannot make endless. */
static bool descends(const struct walk *w, const struct proc_stat *p, pid_t root)
{
    for (size_t hops = 0; p && hops < w->all.n; hops++) {
        struct proc_stat key = {.pid = p->ppid};

        if (p->ppid == root)
            return true;
        p = bsearch(&key, w->all.v, w->all.n, sizeof key, by_pid);
    }
    return false;
}

bool proc_kin(pid_t root, pid_t session, struct arena *a, struct proc_kin *ret)
{
    struct walk w = {.a = a};

    memset(ret, 0, sizeof *ret);
    if (!proc_each(add_stat, &w) || w.nomem)
        return false;
    qsort(w.all.v, w.all.n, sizeof *w.all.v, by_pid);
    ret->work = ARENA_ARRAY(a, w.all.n, pid_t);
    ret->daemons = ARENA_ARRAY(a, w.all.n, pid_t);
    if (!ret->work || !ret->daemons)
        return false;
    for (size_t i = 0; i < w.all.n; i++) {
        const struct proc_stat *p = &w.all.v[i];

        if (p->state == 'Z' || p->state == 'X' || !descends(&w, p, root))
            continue;
        if (p->session == session)
            ret->work[ret->n_work++] = p->pid;
        else
            ret->daemons[ret->n_daemons++] = p->pid;
    }
    return true;
}

bool proc_contained(const char *status)
{
    /* "NSpid:\t812\t1": one id for each namespace from ours down (proc(5)). */
    const char *ids = strstr(status, "\nNSpid:\t");

    if (!ids)
        return false;
    ids += strlen("\nNSpid:\t");
    return ids[strspn(ids, "0123456789")] == '\t';
}
