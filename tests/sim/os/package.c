#include "core/os/package.h"
#include "tests/sim/bundle.h"
#include "tests/sim/pc.h"
#include "tests/sim/wait.h"

#include <stdio.h>
#include <string.h>

enum { LOCK_WAIT_MS = 120000 };

bool os_package_list(struct facts *f, struct arena *a, struct err *e)
{
    f->packages.n = 0;
    f->packages.v = ARENA_ARRAY(a, PACKAGE_COUNT + 1, struct package);
    if (!f->packages.v)
        return err_nomem(e);
    if (pc.setup.windows)
        return true;
    f->packages.v[f->packages.n++] = (struct package){"dpkg", "base-files", "12.4", "amd64", PACKAGE_INSTALLED};
    for (size_t i = 0; i < PACKAGE_COUNT; i++) {
        const struct product_package *k = &product_packages[i];

        if (pc.packages[i].state != PACKAGE_ABSENT)
            f->packages.v[f->packages.n++] = (struct package){pc.packages[i].rpm ? "rpm" : "dpkg", k->name, k->version,
                                                              k->arch, pc.packages[i].state};
    }
    return true;
}

bool os_package_lock(struct facts *f, struct arena *a, struct err *e)
{
    f->package_lock = ARENA_NEW(a, struct package_lock);
    if (!f->package_lock)
        return err_nomem(e);
    f->package_lock->held = pc.manager_busy || pc.tasks[TASK_LOCKED].active;
    f->package_lock->ours = pc.tasks[TASK_LOCKED].active && !pc.tasks[TASK_LOCKED].foreign;
    f->package_lock->pid = pc.tasks[TASK_LOCKED].active ? pc.tasks[TASK_LOCKED].pid : 0;
    f->package_lock->holder = !f->package_lock->held ? NULL : pc.setup.windows ? "msiexec.exe" : "apt-get";
    f->package_lock->path = pc.setup.windows ? NULL : "/var/lib/dpkg/lock-frontend";
    f->package_lock->interrupted = pc.dpkg_interrupted;
    return true;
}

/* As for the real one, also names of managers themselves are asked for: "dpkg" and "apt" are packages here. */
const char *os_package_manager(const char *name)
{
    int p = product_package_named(name);

    if (pc.setup.windows)
        return NULL;
    if (strcmp(name, "dpkg") == 0 || strcmp(name, "apt") == 0)
        return "dpkg";
    if (p < 0 || pc.packages[p].state == PACKAGE_ABSENT)
        return NULL;
    return pc.packages[p].rpm ? "rpm" : "dpkg";
}

static void put_in(struct pc_task *t, int p)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->list[i] == p)
            return;
    if (t->n == PC_TASK_ITEMS)
        pc_broken("too many packages at once", "");
    t->list[t->n++] = (uint8_t)p;
}

/* With what it needs, that first. */
static void put_in_with_needs(struct pc_task *t, int p)
{
    const int *needs = product_packages[p].needs;

    for (size_t i = 0; needs[i] >= 0; i++)
        put_in_with_needs(t, needs[i]);
    put_in(t, p);
}

static bool finish(struct os_exit *ret, int code, const char *said, struct err *e)
{
    ret->code = code;
    buf_adds(&ret->out, said);
    if (!ret->out.failed)
        return true;
    buf_free(&ret->out);
    return err_nomem(e);
}

static bool locked(void)
{
    return pc.manager_busy || pc.tasks[TASK_LOCKED].active;
}

/* apt waits for the lock as long as it is told, dpkg and rpm do not. */
static bool wait_for_lock(const struct os_package_change *c, bool *ret_stop)
{
    int64_t until = pc.up + LOCK_WAIT_MS;

    *ret_stop = false;
    while (locked() && pc.up < until && !*ret_stop) {
        pc_advance(250);
        *ret_stop = c->tick && !c->tick(c->arg);
    }
    return !locked();
}

static bool run_task(const struct os_package_change *c, struct pc_task *t, struct os_exit *ret, struct err *e)
{
    pc_task_start(t);
    return wait_task(t->kind == TASK_FETCH ? TASK_OTHER : TASK_LOCKED, c->timeout_ms, c->tick, c->arg, ret, e);
}

static bool purge(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = TASK_PURGE, .rpm = strcmp(c->manager, "rpm") == 0};
    bool any = false;

    for (size_t i = 0; i < c->names.n; i++) {
        int p = product_package_named(c->names.v[i]);

        if (p < 0 || pc.packages[p].state == PACKAGE_ABSENT)
            continue;
        put_in(&t, p);
        any = true;
    }
    if (locked())
        return finish(ret, t.rpm ? 1 : 2, "the package database is locked by another process\n", e);
    if (!any)
        pc_needless("purge", c->names.v[0]);
    return run_task(c, &t, ret, e);
}

static bool install_files(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = TASK_INSTALL, .rpm = strcmp(c->manager, "rpm") == 0};
    bool all = true;

    for (size_t i = 0; i < c->names.n; i++) {
        char name[64];
        int p;

        if (!bundle_whole(c->names.v[i], name, sizeof name) || (p = product_package_named(name)) < 0)
            return finish(ret, 1, "not a package file\n", e);
        put_in(&t, p);
        snprintf(t.files[t.n - 1], PC_PATH, "%s", c->names.v[i]);
        all = all && pc.packages[p].state == PACKAGE_INSTALLED;
    }
    if (locked())
        return finish(ret, t.rpm ? 1 : 2, "the package database is locked by another process\n", e);
    if (all)
        pc_needless("install", c->names.v[0]);
    return run_task(c, &t, ret, e);
}

static bool fetch(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = TASK_FETCH};

    if (!os_dir_make(c->dir, 0700, e))
        return false;
    snprintf(t.files[0], PC_PATH, "%s", c->dir);
    for (size_t i = 0; i < c->names.n; i++) {
        int p = product_package_named(c->names.v[i]);

        if (p < 0)
            return finish(ret, 100, "E: Unable to locate a package\n", e);
        put_in_with_needs(&t, p);
    }
    return run_task(c, &t, ret, e);
}

/* From the folder alone: what is not in it, and not on the PC, cannot be installed. */
static bool fetched_here(const struct pc_task *t, const char *dir)
{
    for (unsigned i = 0; i < t->n; i++) {
        const struct product_package *k = &product_packages[t->list[i]];
        char path[PC_PATH];

        snprintf(path, sizeof path, "%.80s/%s_%s_%s.deb", dir, k->name, k->version, k->arch);
        if (!bundle_whole(path, NULL, 0))
            return false;
    }
    return true;
}

static bool install_fetched(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = TASK_INSTALL}, all = {.kind = TASK_INSTALL};
    bool stop;

    for (size_t i = 0; i < c->names.n; i++) {
        int p = product_package_named(c->names.v[i]);

        if (p < 0)
            return finish(ret, 100, "E: Unable to locate a package\n", e);
        put_in_with_needs(&all, p);
    }
    for (unsigned i = 0; i < all.n; i++)
        if (pc.packages[all.list[i]].state != PACKAGE_INSTALLED)
            put_in(&t, all.list[i]);
    if (!wait_for_lock(c, &stop))
        return finish(ret, stop ? -1 : 100, "E: Could not get lock\n", e);
    if (pc.dpkg_interrupted)
        return finish(ret, 100, "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'\n", e);
    if (!t.n)
        pc_needless("install", c->names.v[0]);
    if (!fetched_here(&t, c->dir))
        return finish(ret, 100, "E: Unable to fetch some archives\n", e);
    return run_task(c, &t, ret, e);
}

static bool configure(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = TASK_CONFIGURE, .phase = 3};

    if (locked())
        return finish(ret, 2, "the package database is locked by another process\n", e);
    for (int i = 0; i < PACKAGE_COUNT; i++)
        if (!pc.packages[i].rpm &&
            (pc.packages[i].state == PACKAGE_UNPACKED || pc.packages[i].state == PACKAGE_HALF_CONFIGURED))
            put_in(&t, i);
    return run_task(c, &t, ret, e);
}

bool os_package_change(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    ret->tree_empty = true;
    buf_init(&ret->out, 4096);
    pc_advance(50);
    switch (c->action) {
    case OS_PACKAGE_PURGE:
        return purge(c, ret, e);
    case OS_PACKAGE_INSTALL_FILES:
        return install_files(c, ret, e);
    case OS_PACKAGE_FETCH:
        return fetch(c, ret, e);
    case OS_PACKAGE_INSTALL_FETCHED:
        return install_fetched(c, ret, e);
    case OS_PACKAGE_CONFIGURE:
        return configure(c, ret, e);
    }
    return err_set(e, ERR_BUG, "an unknown change of packages");
}
