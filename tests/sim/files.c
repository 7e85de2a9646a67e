/* The simulated PC's file system: a flat table of paths, each as programs see it and as the disk has it. */
#include "tests/sim/pc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *s)
{
    uint32_t h = 2166136261u;

    while (*s)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

static struct pc_file *slot(const char *path)
{
    uint32_t h = hash_of(path);

    for (uint32_t i = 0; i < pc.n_files; i++)
        if (pc.files[i].hash == h && strcmp(pc.files[i].path, path) == 0)
            return &pc.files[i];
    return NULL;
}

struct pc_file *pc_file(const char *path)
{
    struct pc_file *f = slot(path);

    return f && f->now.here ? f : NULL;
}

struct pc_file *pc_file_followed(const char *path)
{
    struct pc_file *f = pc_file(path);
    char target[PC_PATH];

    for (int i = 0; f && f->now.kind == OS_LINK && i < 8; i++) {
        snprintf(target, sizeof target, "%.*s", (int)f->now.bytes.n, pc_bytes(f));
        f = pc_file(target);
    }
    return f;
}

const char *pc_bytes(const struct pc_file *f)
{
    return pc.pool + f->now.bytes.at;
}

static bool below(const char *path, const char *folder)
{
    size_t n = strlen(folder);

    return strncmp(path, folder, n) == 0 && path[n] == '/';
}

/* --- the pool ---------------------------------------------------------------------------------------------------- */

static void move_bytes(struct pc_bytes *b, char *to, uint32_t *used, uint32_t room)
{
    memcpy(to + *used, pc.pool + b->at, b->n);
    b->at = *used;
    *used += room;
}

/* Drops what nobody names any more. */
static void compact(void)
{
    char *to = malloc(PC_POOL);
    uint32_t used = 0;

    if (!to)
        pc_broken("no memory for", "the pool");
    for (uint32_t i = 0; i < pc.n_files; i++) {
        struct pc_file *f = &pc.files[i];
        bool shared = f->now.here && f->disk.here && f->now.bytes.at == f->disk.bytes.at;

        if (f->now.here) {
            f->room = f->now.bytes.n;
            move_bytes(&f->now.bytes, to, &used, f->room);
        }
        if (shared)
            f->disk.bytes.at = f->now.bytes.at;
        else if (f->disk.here)
            move_bytes(&f->disk.bytes, to, &used, f->disk.bytes.n);
    }
    memcpy(pc.pool, to, used);
    pc.pool_used = used;
    free(to);
}

static uint32_t take(uint32_t room)
{
    uint32_t at;

    if (pc.pool_used + room > PC_POOL)
        compact();
    if (pc.pool_used + room > PC_POOL)
        pc_broken("the pool is full", "");
    at = pc.pool_used;
    pc.pool_used += room;
    return at;
}

/* --- changing ----------------------------------------------------------------------------------------------------- */

static struct pc_file *entry(const char *path)
{
    struct pc_file *f = slot(path);

    if (f)
        return f;
    for (uint32_t i = 0; !f && i < pc.n_files; i++)
        if (!pc.files[i].now.here && !pc.files[i].disk.here)
            f = &pc.files[i];
    if (!f) {
        if (pc.n_files == PC_FILES || strlen(path) >= PC_PATH)
            pc_broken("no room for the file", path);
        f = &pc.files[pc.n_files++];
    }
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "%s", path);
    f->hash = hash_of(path);
    return f;
}

struct pc_file *pc_put(const char *path, enum os_kind kind, unsigned mode, const void *p, size_t n, bool durable)
{
    uint32_t at = take((uint32_t)n);
    struct pc_file *f = entry(path);

    if (n)
        memcpy(pc.pool + at, p, n);
    f->now = (struct pc_side){true, (uint8_t)kind, (uint16_t)mode, pc.now, {at, (uint32_t)n}};
    f->room = (uint32_t)n;
    if (durable) {
        f->disk = f->now;
        pc_order();
    }
    return f;
}

void pc_append(struct pc_file *f, const void *p, size_t n)
{
    uint32_t len = f->now.bytes.n, want = len + (uint32_t)n;

    if (want > f->room) {
        uint32_t at = take(want * 2);

        memcpy(pc.pool + at, pc.pool + f->now.bytes.at, len);
        if (f->disk.here && f->disk.bytes.at == f->now.bytes.at)
            f->disk.bytes.at = at;
        f->now.bytes.at = at;
        f->room = want * 2;
    }
    memcpy(pc.pool + f->now.bytes.at + len, p, n);
    f->now.bytes.n = want;
    f->now.mtime = pc.now;
}

void pc_make_durable(struct pc_file *f)
{
    f->disk = f->now;
    pc_order();
}

bool pc_parent_here(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PC_PATH];
    struct pc_file *f;

    if (!slash || slash == path)
        return true;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    f = pc_file(folder);
    return f && f->now.kind == OS_DIR;
}

void pc_folder(const char *path, unsigned mode, bool durable)
{
    char part[PC_PATH];

    for (const char *p = path + 1;; p++) {
        if (*p && *p != '/')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)(p - path), path);
        if (!pc_file(part))
            pc_put(part, OS_DIR, mode, NULL, 0, durable);
        if (!*p)
            return;
    }
}

static void forget(struct pc_file *f, bool durable)
{
    f->now.here = false;
    if (durable)
        f->disk.here = false;
    for (size_t i = 0; i < PC_PROCESSES; i++)
        if (pc.processes[i].pid && strcmp(pc.processes[i].exe, f->path) == 0)
            pc.processes[i].deleted = true;
}

void pc_drop(const char *path, bool durable)
{
    for (uint32_t i = 0; i < pc.n_files; i++) {
        struct pc_file *f = &pc.files[i];

        if ((f->now.here || f->disk.here) && (strcmp(f->path, path) == 0 || below(f->path, path)))
            forget(f, durable);
    }
}

void pc_drop_if_empty(const char *path, bool durable)
{
    for (uint32_t i = 0; i < pc.n_files; i++)
        if (pc.files[i].now.here && below(pc.files[i].path, path))
            return;
    if (pc_file(path))
        pc_drop(path, durable);
}

void pc_drop_below_on_boot(const char *path)
{
    for (uint32_t i = 0; i < pc.n_files; i++)
        if (below(pc.files[i].path, path))
            pc.files[i].now.here = pc.files[i].disk.here = false;
}

/* Only the disk is left. */
void pc_cut_power_files(void)
{
    for (uint32_t i = 0; i < pc.n_files; i++) {
        struct pc_file *f = &pc.files[i];

        f->now = f->disk;
        f->room = f->now.bytes.n;
    }
}

/* --- for tests ------------------------------------------------------------------------------------------------------ */

bool sim_file(const char *path, struct buf *out)
{
    const struct pc_file *f = pc_file(path);

    if (f)
        buf_add(out, pc_bytes(f), f->now.bytes.n);
    return f != NULL;
}

void sim_file_set(const char *path, const void *p, size_t n)
{
    struct pc_file *f = pc_file(path);

    pc_put(path, OS_FILE, f ? f->now.mode : 0600, p, n, true);
}
