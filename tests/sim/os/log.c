/* Logs and the run lock of the simulated PC. */
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

struct os_log {
    char path[PC_PATH];
};

struct os_log *os_log_open(const char *path, struct err *e)
{
    struct os_log *l = mem_alloc(sizeof *l);

    if (!l) {
        err_nomem(e);
        return NULL;
    }
    if (!pc_parent_here(path)) {
        err_set(e, ERR_IO, "opening '%s': there is no such folder", path);
        mem_free(l);
        return NULL;
    }
    snprintf(l->path, sizeof l->path, "%s", path);
    pc_advance(1);
    if (!pc_file(path)) {
        pc_before("log made", path);
        pc_put(path, OS_FILE, 0600, NULL, 0, true);
        pc_after("log made", path);
    }
    return l;
}

bool os_log_append(struct os_log *l, const void *p, size_t n, struct err *e)
{
    struct pc_file *f = pc_file(l->path);

    if (!f)
        return err_set(e, ERR_IO, "writing '%s': it is gone", l->path);
    pc_before("log append", l->path);
    pc_append(f, p, n);
    pc_after("log append", l->path);
    return true;
}

bool os_log_sync(struct os_log *l, struct err *e)
{
    struct pc_file *f = pc_file(l->path);

    if (!f)
        return err_set(e, ERR_IO, "writing '%s': it is gone", l->path);
    pc_advance(1);
    pc_before("log sync", l->path);
    pc_make_durable(f);
    pc_after("log sync", l->path);
    return true;
}

bool os_log_cut(struct os_log *l, size_t size, struct err *e)
{
    struct pc_file *f = pc_file(l->path);

    if (!f || size > f->now.bytes.n)
        return err_set(e, ERR_BUG, "cutting '%s' to more than it has", l->path);
    pc_before("log cut", l->path);
    f->now.bytes.n = (uint32_t)size;
    pc_make_durable(f);
    pc_after("log cut", l->path);
    return true;
}

void os_log_close(struct os_log *l)
{
    mem_free(l);
}

struct os_lock {
    int32_t worker;
};

struct os_lock *os_lock_take(const char *path, const char *note, struct err *e)
{
    struct os_lock *l = mem_alloc(sizeof *l);
    char text[128];

    if (!l) {
        err_nomem(e);
        return NULL;
    }
    if (pc.lock_held || !pc_parent_here(path)) {
        err_set(e, pc.lock_held ? ERR_BUSY : ERR_IO, "'%s' is held by another process", path);
        mem_free(l);
        return NULL;
    }
    l->worker = pc.worker;
    snprintf(text, sizeof text, "%d %.100s\n", pc.worker, note);
    pc_before("lock", path);
    pc.lock_held = true;
    pc_put(path, OS_FILE, 0600, text, strlen(text), false);
    pc_after("lock", path);
    return l;
}

void os_lock_release(struct os_lock *l)
{
    if (!l)
        return;
    if (l->worker == pc.worker)
        pc.lock_held = false;
    mem_free(l);
}
