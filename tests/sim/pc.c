/* The simulated PC as a whole: snapshots, who watches, how workers and power end, what a person would see. */
#include "tests/sim/pc.h"
#include "core/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pc pc;

static void (*watcher)(void *arg, const struct sim_point *p);
static void *watcher_arg;

const char *const sim_switch_names[] = {"none",         "refuse-removal", "removal-fails", "removal-background",
                                        "leave-files",  "wants-reboot",   "hang",          "comes-back",
                                        "agent-reinstalls", "install-fails", "activate-fails", "fetch-fails",
                                        "manager-busy", "leave-service",  "leave-keys",     NULL};
const char *const sim_death_names[] = {"kill", "tree", "power", NULL};

void pc_broken(const char *what, const char *name)
{
    fprintf(stderr, "simulated PC: %s %s\n", what, name);
    abort();
}

/* --- snapshots ------------------------------------------------------------------------------------------------------ */

struct sim_snapshot {
    size_t n;
    char bytes[];
};

static size_t used_bytes(void)
{
    return offsetof(struct pc, pool) + pc.pool_used;
}

struct sim_snapshot *sim_snapshot(void)
{
    size_t n = used_bytes();
    struct sim_snapshot *s = malloc(sizeof *s + n);

    if (!s)
        pc_broken("no memory for", "a snapshot");
    s->n = n;
    memcpy(s->bytes, &pc, n);
    return s;
}

void sim_restore(const struct sim_snapshot *s)
{
    memcpy(&pc, s->bytes, s->n);
}

void sim_snapshot_free(struct sim_snapshot *s)
{
    free(s);
}

/* --- changes ---------------------------------------------------------------------------------------------------------- */

void sim_watch(void (*w)(void *arg, const struct sim_point *p), void *arg)
{
    watcher = w;
    watcher_arg = arg;
}

unsigned long sim_changes(void)
{
    return pc.changes;
}

static void announce(bool after, const char *what, const char *target)
{
    struct sim_point p = {pc.changes, after, what, target ? target : ""};

    /* Without a worker there is nobody to interrupt. */
    if (watcher && pc.worker)
        watcher(watcher_arg, &p);
}

void pc_before(const char *what, const char *target)
{
    pc.changes++;
    announce(false, what, target);
}

void pc_after(const char *what, const char *target)
{
    announce(true, what, target);
}

void pc_needless(const char *what, const char *target)
{
    if (!pc.needless++)
        snprintf(pc.needless_text, sizeof pc.needless_text, "%s %s", what, target);
}

unsigned long sim_needless(void)
{
    return pc.needless;
}

const char *sim_needless_text(void)
{
    return pc.needless_text;
}

/* --- names -------------------------------------------------------------------------------------------------------------- */

struct pc_name *pc_name_find(struct pc_name *list, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

void pc_name_add(struct pc_name *list, uint32_t *n, const char *name, bool durable)
{
    struct pc_name *x = pc_name_find(list, *n, name);

    if (!x) {
        if (*n == PC_NAMES)
            pc_broken("no room for the name", name);
        x = &list[(*n)++];
        memset(x, 0, sizeof *x);
        snprintf(x->name, sizeof x->name, "%s", name);
    }
    x->here = true;
    x->disk = x->disk || durable;
}

/* --- workers and power -------------------------------------------------------------------------------------------------- */

void sim_worker(void)
{
    pc.worker = pc.next_pid++;
}

static void boot(void)
{
    pc.boots++;
    pc.reboot_asked = false;
    pc.lock_held = false;
    pc.manager_busy = false;
    pc.worker = 0;
    memset(pc.timers, 0, sizeof pc.timers);
    memset(pc.tasks, 0, sizeof pc.tasks);
    memset(pc.processes, 0, sizeof pc.processes);
    pc.n_rules = pc.n_reasons = 0;
    pc_drop_below_on_boot("/run");
    pc.now += 40000;
    pc.up = 8000;
    pc_timer(TIMER_WRITEBACK, 0, 30000);
    if (pc.setup.windows)
        win_boot();
    else
        pc_boot_services();
    /* The unit or script of the run is started like any other, beside them. */
    pc_advance(3000);
}

static void cut_power(void)
{
    pc_cut_power_files();
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        pc.services[i].enabled = pc.services[i].enabled_disk;
    for (size_t i = 0; i < PC_NAMES; i++) {
        pc.groups[i].here = pc.groups[i].disk;
        pc.users[i].here = pc.users[i].disk;
        pc.contexts[i].here = pc.contexts[i].disk;
    }
    win_cut_power();
    if (pc.setup.windows)
        win_roll_back(&pc.tasks[TASK_LOCKED]);
    pc.armed = pc.armed_disk;
    boot();
}

void sim_die(enum sim_death how)
{
    pc.worker = 0;
    pc.lock_held = false;
    if (how == SIM_DEATH_POWER) {
        cut_power();
        return;
    }
    for (size_t i = 0; i < TASKS; i++) {
        if (how == SIM_DEATH_KILL)
            pc.tasks[i].orphan = true;
        else if (pc.setup.windows && i == TASK_LOCKED)
            pc.tasks[i].orphan = true; /* Windows Installer is a service: only who asked it is gone */
        else if (!pc.tasks[i].orphan)
            pc_task_abort(&pc.tasks[i]);
    }
}

void sim_reboot(void)
{
    pc_sync();
    win_sync();
    boot();
}

bool sim_reboot_asked(void)
{
    return pc.reboot_asked;
}

bool sim_armed(void)
{
    return pc.armed;
}

/* --- what a person would see ---------------------------------------------------------------------------------------------- */

bool sim_protected(void)
{
    for (size_t i = 0; i < PC_PROCESSES; i++)
        if (pc.processes[i].pid && pc.processes[i].marks)
            return true;
    return false;
}

static const char *const states[] = {"absent",          "config-files", "half-installed", "unpacked",
                                     "half-configured", "triggers",     "installed"};

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Different in each run although nothing is: the run's own records and the notes of its lock. */
static bool left_out(const char *path)
{
    static const char *const ends[] = {"/journal.jsonl", "/outcome.json", "/facts.json", "/avswap/lock",
                                       "/rebuilt.json", "/fetched.json"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (text_ends(path, ends[i]))
            return true;
    return false;
}

/* Only what ran to its end has written one. */
static bool is_log(const char *path)
{
    return text_ends(path, ".log") && strstr(path, "/avswap/runs/");
}

/* The updater may exchange them at any time: only whether one is whole tells something. */
static const char *signatures(const struct pc_file *f)
{
    size_t n = f->now.bytes.n;

    if (!text_starts(f->path, "/var/lib/clamav/") || !text_ends(f->path, ".cvd"))
        return NULL;
    return n > 4 && memcmp(pc_bytes(f) + n - 4, " END", 4) == 0 ? "whole" : "damaged";
}

static void describe_files(struct buf *out)
{
    char lines[PC_FILES][PC_PATH + 64], *order[PC_FILES];
    size_t n = 0;

    for (uint32_t i = 0; i < pc.n_files; i++) {
        const struct pc_file *f = &pc.files[i];
        char hex[65] = "-";

        if (!f->now.here || is_log(f->path) || win_pends(f->path)) /* what waits for a boot is as good as gone */
            continue;
        if (f->now.kind != OS_DIR && !left_out(f->path))
            digest_of(pc_bytes(f), f->now.bytes.n, hex);
        snprintf(lines[n], sizeof lines[n], "file %s %d %04o %.16s", f->path, f->now.kind, f->now.mode,
                 signatures(f) ? signatures(f) : hex);
        order[n] = lines[n];
        n++;
    }
    qsort(order, n, sizeof *order, by_line);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\n", order[i]);
}

static void describe_names(struct buf *out, const char *what, const struct pc_name *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (list[i].here)
            buf_printf(out, "%s %s\n", what, list[i].name);
}

static void describe_processes(struct buf *out)
{
    char lines[PC_PROCESSES][160], *order[PC_PROCESSES];
    size_t n = 0;

    for (size_t i = 0; i < PC_PROCESSES; i++) {
        const struct pc_process *p = &pc.processes[i];

        if (!p->pid)
            continue;
        snprintf(lines[n], sizeof lines[n], "process %s%s%s%s", p->exe, p->deleted ? " (deleted)" : "",
                 p->marks ? " marks" : "", p->ready ? " ready" : "");
        order[n] = lines[n];
        n++;
    }
    qsort(order, n, sizeof *order, by_line);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\n", order[i]);
}

void sim_describe(struct buf *out)
{
    if (pc.setup.windows)
        win_describe(out);
    for (size_t i = 0; i < PACKAGE_COUNT; i++)
        if (pc.packages[i].state != PACKAGE_ABSENT)
            buf_printf(out, "package %s %s%s%s\n", product_packages[i].name, states[pc.packages[i].state],
                       pc.packages[i].broken ? " broken" : "", pc.packages[i].rpm ? " rpm" : "");
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (!pc.setup.windows && (pc_service_here(i) || pc.services[i].enabled))
            buf_printf(out, "service %s %s %s\n", product_services[i].name,
                       pc_process_of(i)         ? "active"
                       : pc.services[i].failed ? "failed"
                                               : "inactive",
                       pc.services[i].enabled ? "enabled" : "disabled");
    describe_processes(out);
    for (uint32_t i = 0; i < pc.n_rules; i++)
        buf_printf(out, "rule %s\n", pc.rules[i].text);
    describe_names(out, "group", pc.groups, pc.n_groups);
    describe_names(out, "user", pc.users, pc.n_users);
    describe_names(out, "context", pc.contexts, pc.n_contexts);
    for (uint32_t i = 0; i < pc.n_reasons; i++)
        buf_printf(out, "reboot wanted by %s\n", pc.reasons[i]);
    buf_printf(out, "resume %s\n", pc.armed ? "armed" : "not armed");
    if (pc.dpkg_interrupted)
        buf_adds(out, "dpkg was interrupted\n");
    if (pc.lock_held)
        buf_adds(out, "the run lock is held\n");
    for (size_t i = 0; i < TASKS; i++)
        if (pc.tasks[i].active && !(pc.setup.windows && pc.setup.misbehaves == SIM_HANG)) /* nobody can end that one */
            buf_printf(out, "a program is still at work (%d)\n", pc.tasks[i].kind);
    describe_files(out);
}
