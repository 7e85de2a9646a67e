/*
 * Programs that change the simulated PC in phases: package managers, downloads, copies. Between two phases the worker
 * that waits for them may die, they may be killed, or the power may fail.
 *
 * dpkg's phases are those of its source (remove.c, unpack.c, configure.c): a removal is half-configured before the
 * prerm runs and half-installed while files go; an unpacking is half-installed and needs to be unpacked again when it
 * is interrupted. A dpkg that did not end leaves updates that only dpkg itself merges; apt refuses to work until then.
 * rpm writes its database last, in both directions.
 */
#include "tests/sim/pc.h"
#include "tests/sim/bundle.h"

#include <stdio.h>
#include <string.h>

enum { STEP_MS = 120, NEXT = 0, HANGS = -1, DONE = 1 };

static void say(struct pc_task *t, const char *what, const char *name)
{
    snprintf(t->said, sizeof t->said, "%s %s\n", what, name);
}

static struct pc_package *current(const struct pc_task *t)
{
    return &pc.packages[t->list[t->item]];
}

static const char *current_name(const struct pc_task *t)
{
    if (t->kind == TASK_WIN_REMOVE || t->kind == TASK_WIN_INSTALL)
        return win_products[t->list[0]].name;
    return product_packages[t->list[t->item]].name;
}

static void set_state(struct pc_task *t, enum package_state state)
{
    current(t)->state = (uint8_t)state;
}

static int next_item(struct pc_task *t)
{
    t->phase = 0;
    return ++t->item < t->n ? NEXT : DONE;
}

/* --- removing --------------------------------------------------------------------------------------------------------- */

static bool needed_by_other(const struct pc_task *t, unsigned p)
{
    for (unsigned i = 0; i < PACKAGE_COUNT; i++) {
        bool goes = false, needs = false;

        for (unsigned k = 0; k < t->n; k++)
            goes = goes || t->list[k] == i;
        for (unsigned k = 0; product_packages[i].needs[k] >= 0; k++)
            needs = needs || product_packages[i].needs[k] == (int)p;
        if (needs && !goes && pc.packages[i].state > PACKAGE_CONFIG_FILES)
            return true;
    }
    return false;
}

static int fail_item(struct pc_task *t, const char *what)
{
    say(t, what, current_name(t));
    t->exit = 1;
    return next_item(t);
}

static int run_prerm(struct pc_task *t)
{
    unsigned p = t->list[t->item];
    int status;

    status = pc_script_prerm(p);
    if (status > 0) { /* dpkg: postinst abort-remove */
        current(t)->state = t->was[t->item];
        if (product_packages[p].service >= 0)
            pc_service_start((enum service_id)product_packages[p].service);
    }
    if (status < 0)
        return HANGS;
    return status ? fail_item(t, "prerm of this package failed:") : NEXT;
}

static void files_go(struct pc_task *t, unsigned half)
{
    if (half == 0 && !t->rpm)
        current(t)->state = PACKAGE_HALF_INSTALLED;
    pc_remove_files(t->list[t->item], half);
}

static int purge_dpkg(struct pc_task *t)
{
    unsigned p = t->list[t->item];
    struct pc_package *k = current(t);

    switch (t->phase++) {
    case 0:
        if (k->state == PACKAGE_ABSENT)
            return next_item(t);
        if (needed_by_other(t, p))
            return fail_item(t, "dependency problems prevent removal of");
        if (k->broken)
            return fail_item(t, "package is in a very bad inconsistent state, reinstall it before a removal:");
        t->was[t->item] = k->state;
        if (k->state == PACKAGE_CONFIG_FILES)
            t->phase = 5;
        else if (k->state >= PACKAGE_HALF_CONFIGURED)
            set_state(t, PACKAGE_HALF_CONFIGURED);
        else
            t->phase = 2;
        return NEXT;
    case 1:
        return run_prerm(t);
    case 2:
        files_go(t, 0);
        return NEXT;
    case 3:
        files_go(t, 1);
        return NEXT;
    case 4:
        pc_script_postrm(t->list[t->item]);
        set_state(t, PACKAGE_CONFIG_FILES);
        return NEXT;
    case 5:
        pc_script_purge(p);
        pc_remove_conffiles(p);
        return NEXT;
    default:
        set_state(t, PACKAGE_ABSENT);
        return next_item(t);
    }
}

static int purge_rpm(struct pc_task *t)
{
    struct pc_package *k = current(t);

    switch (t->phase++) {
    case 0:
        if (k->state == PACKAGE_ABSENT)
            return fail_item(t, "package is not installed:");
        if (needed_by_other(t, t->list[t->item]))
            return fail_item(t, "failed dependencies:");
        t->was[t->item] = k->state;
        return run_prerm(t);
    case 1:
        files_go(t, 0);
        return NEXT;
    case 2:
        files_go(t, 1);
        pc_remove_conffiles(t->list[t->item]);
        return NEXT;
    case 3:
        pc_script_postrm(t->list[t->item]);
        return NEXT;
    default:
            memset(k, 0, sizeof *k);
            return next_item(t);
    }
}

/* --- installing --------------------------------------------------------------------------------------------------------- */

static void files_come(struct pc_task *t, unsigned half)
{
    pc_place_files(t->list[t->item], half, t->files[t->item]);
}

/* Every package is unpacked first, then every one is configured: phases 0 to 2, then 3 to 5. */
static int unpack(struct pc_task *t)
{
    struct pc_package *k = current(t);

    switch (t->phase++) {
    case 0:
            k->state = PACKAGE_HALF_INSTALLED;
        k->broken = true;
        k->rpm = false;
            return NEXT;
    case 1:
        files_come(t, 0);
        return NEXT;
    default:
        files_come(t, 1);
        k->broken = false;
        set_state(t, PACKAGE_UNPACKED);
        t->phase = 0;
        if (++t->item < t->n)
            return NEXT;
        t->item = 0;
        t->phase = 3;
        return NEXT;
    }
}

static int configure(struct pc_task *t)
{
    struct pc_package *k = current(t);

    switch (t->phase++) {
    case 3:
        if (k->state != PACKAGE_UNPACKED && k->state != PACKAGE_HALF_CONFIGURED)
            break;
        set_state(t, PACKAGE_HALF_CONFIGURED);
        return NEXT;
    case 4:
        if (!pc_script_postinst(t->list[t->item]))
            return NEXT;
        say(t, "installed post-installation script failed:", current_name(t));
        t->exit = 1;
        break;
    default:
        set_state(t, PACKAGE_INSTALLED);
        break;
    }
    t->phase = 3;
    return ++t->item < t->n ? NEXT : DONE;
}

static int install_rpm(struct pc_task *t)
{
    struct pc_package *k = current(t);

    switch (t->phase++) {
    case 0:
        files_come(t, 0);
        return NEXT;
    case 1:
        files_come(t, 1);
        return NEXT;
    case 2:
        (void)pc_script_postinst(t->list[t->item]); /* its failure is only reported */
        return NEXT;
    default:
            k->state = PACKAGE_INSTALLED;
        k->rpm = true;
            return next_item(t);
    }
}

/* --- downloads and copies -------------------------------------------------------------------------------------------------- */

static void fetched_path(const struct pc_task *t, char *ret)
{
    const struct product_package *k = &product_packages[t->list[t->item]];

    snprintf(ret, PC_PATH, "%.80s/%s_%s_%s.deb", t->files[0], k->name, k->version, k->arch);
}

static int fetch(struct pc_task *t)
{
    const struct product_package *k = &product_packages[t->list[t->item]];
    char path[PC_PATH], text[160];
    const struct pc_file *f;

    snprintf(text, sizeof text, "avswap-sim %s %s\nend\n", k->name, k->version);
    fetched_path(t, path);
    f = pc_file(path);
    if (f && f->now.bytes.n == strlen(text))
        return next_item(t);
    if (pc.setup.misbehaves == SIM_FETCH_FAILS) {
        say(t, "Temporary failure resolving the mirror of", k->name);
        t->exit = 100;
        return DONE;
    }
    /* Not made durable: apt leaves that to the kernel. */
    pc_put(path, OS_FILE, 0644, text, strlen(text), false);
    return next_item(t);
}

/* cp -rT: each file is first made, then filled. */
static int copy(struct pc_task *t)
{
    const char *from = t->files[0], *to = t->files[1];
    char path[PC_PATH];

    while (t->item < pc.n_files) {
        const struct pc_file *f = &pc.files[t->item];
        size_t n = strlen(from);
        uint32_t len = f->now.bytes.n;
        instant mtime = f->now.mtime;
        char bytes[256];

        if (!f->now.here || f->now.kind != OS_FILE || strncmp(f->path, from, n) != 0 || f->path[n] != '/') {
            t->item++;
            continue;
        }
        if (len > sizeof bytes)
            pc_broken("too long to copy:", f->path);
        memcpy(bytes, pc_bytes(f), len);
        snprintf(path, sizeof path, "%.70s/%.90s", to, f->path + n + 1);
            if (t->phase == 0) {
            pc_put(path, OS_FILE, 0644, bytes, len / 2, false);
        } else {
            pc_put(path, OS_FILE, 0644, bytes, len, false)->now.mtime = mtime;
            t->item++;
        }
            t->phase = !t->phase;
        return NEXT;
    }
    return DONE;
}

/* --- the task as such --------------------------------------------------------------------------------------------------------- */

static int one_phase(struct pc_task *t)
{
    switch ((enum pc_task_kind)t->kind) {
    case TASK_PURGE:
        return t->rpm ? purge_rpm(t) : purge_dpkg(t);
    case TASK_INSTALL:
        if (t->rpm)
            return install_rpm(t);
        return t->phase < 3 ? unpack(t) : configure(t);
    case TASK_CONFIGURE:
        return configure(t);
    case TASK_FETCH:
        return fetch(t);
    case TASK_COPY:
        return copy(t);
    case TASK_WIN_REMOVE:
        return win_remove_phase(t);
    case TASK_WIN_INSTALL:
        return win_install_phase(t);
    }
    return DONE;
}

static bool locks(const struct pc_task *t)
{
    if (t->kind == TASK_WIN_REMOVE || t->kind == TASK_WIN_INSTALL)
        return win_products[t->list[0]].code != NULL;
    return t->kind == TASK_PURGE || t->kind == TASK_INSTALL || t->kind == TASK_CONFIGURE;
}

void pc_task_start(struct pc_task *t)
{
    unsigned which = locks(t) ? TASK_LOCKED : TASK_OTHER;

    t->active = true;
    t->pid = pc.next_pid++;
    pc.tasks[which] = *t;
    pc_timer(TIMER_TASK, which, STEP_MS);
}

/* What dpkg notes on its way it merges into its status at the end, in a last phase. */
static int one_step(struct pc_task *t)
{
    bool dpkg = locks(t) && !t->rpm;
    int go = DONE;

    if (dpkg && t->merges) {
        pc.dpkg_interrupted = false;
        return DONE;
    }
    if (t->n || t->kind == TASK_COPY)
        go = one_phase(t);
    if (dpkg && go != HANGS)
        pc.dpkg_interrupted = true;
    t->merges = dpkg && go == DONE;
    return t->merges ? NEXT : go;
}

/* A phase is announced as a whole. A death before it leaves it still to be done, one after it the next one. */
void pc_task_step(unsigned which)
{
    static const char *const words[] = {"removal", "installation", "configuration", "download", "copy",
                                        "uninstaller", "installer"};
    struct pc_task *t = &pc.tasks[which];
    char what[32];
    int go;

    snprintf(what, sizeof what, "%s %u.%u", words[t->kind], t->item, t->phase);
    pc_timer(TIMER_TASK, which, STEP_MS);
    pc_before(what, t->item < t->n ? current_name(t) : t->files[1]);
    pc_timer_stop(TIMER_TASK, (int)which);
    go = one_step(t);
    if (locks(t)) /* package managers make their database durable as they go */
        pc_order();
    if (go == NEXT)
        pc_timer(TIMER_TASK, which, STEP_MS);
    if (go == DONE)
        t->active = false;
    pc_after(what, "");
}

void pc_task_abort(struct pc_task *t)
{
    t->active = false;
    pc_timer_stop(TIMER_TASK, (int)(t - pc.tasks));
}
