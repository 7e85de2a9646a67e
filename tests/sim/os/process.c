/* Programs and processes of the simulated PC. Only the commands that the catalogue asks for exist. */
#include "core/os/process.h"
#include "core/base/limits.h"
#include "core/os/machine.h"
#include "tests/sim/pc.h"
#include "tests/sim/sim.h"
#include "tests/sim/wait.h"

#include <stdio.h>
#include <string.h>

#define MANAGER (pc.setup.windows ? "C:/Windows/System32/msiexec.exe" : "/usr/bin/dpkg")

const char *os_program(const char *name, struct arena *a)
{
    static const char *const folders[] = {"/usr/sbin", "/usr/bin"};
    char path[PC_PATH];

    if (strchr(name, '/'))
        return pc_file_followed(name) ? arena_strdup(a, name) : NULL;
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folders[i], name);
        if (pc_file_followed(path))
            return arena_strdup(a, path);
    }
    return NULL;
}

static void kesl_control(const struct strs *argv, struct os_exit *ret)
{
    bool json = argv->n > 2 && strcmp(argv->v[2], "--json") == 0;
    bool policy = pc.setup.misbehaves == SIM_REFUSE_REMOVAL;
    const struct {
        const char *name, *value;
    } rows[] = {{"Policy", policy ? "Applied" : "Not applied"},
                {"License information", "The key is valid"},
                {"Last release date of databases", "2024-09-28 22:10:00"},
                {"Kaspersky Security Network usage", "Extended KSN mode"}};

    if (!pc_process_of(SVC_KESL)) {
        ret->code = 64;
        buf_adds(&ret->out, "The application is not running.\n");
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        buf_printf(&ret->out, json ? "%s\"%s\": \"%s\"" : "%.0s%s: %s\n", i ? ",\n" : "{\n", rows[i].name,
                   rows[i].value);
    if (json)
        buf_adds(&ret->out, "\n}\n");
}

static void clamdscan(struct os_exit *ret)
{
    const struct pc_process *p = pc_process_of(SVC_CLAMD);

    if (p && p->ready)
        return;
    ret->code = 21;
    pc_advance(1000);
}

static bool copy(const struct os_child *c, struct os_exit *ret, struct err *e)
{
    const struct strs *argv = &c->argv;
    struct pc_task t = {.kind = TASK_COPY};

    if (argv->n < 3)
        return err_set(e, ERR_BUG, "cp of nothing");
    snprintf(t.files[0], PC_PATH, "%s", argv->v[argv->n - 2]);
    snprintf(t.files[1], PC_PATH, "%s", argv->v[argv->n - 1]);
    pc_task_start(&t);
    return wait_task(TASK_OTHER, c->timeout_ms, c->tick, c->arg, ret, e);
}

/* The updater of Defender, and installers. */
static bool run_windows(const struct os_child *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = TASK_WIN_INSTALL, .rpm = true, .n = 1};
    int p = win_installer_of(c->argv.v[0]);

    if (text_ends(c->argv.v[0], "/MpCmdRun.exe")) {
        pc_advance(2000);
        return true;
    }
    if (text_ends(c->argv.v[0], "/product.console.exe")) {
        buf_printf(&ret->out, "lastSucceededTime: %lld\n", (long long)(pc.now / 1000));
        return true;
    }
    if (p == WIN_NO_PRODUCT)
        return err_set(e, ERR_BUG, "the simulated PC does not know the program '%s'", c->argv.v[0]);
    t.list[0] = (uint8_t)p;
    pc_task_start(&t);
    return wait_task(TASK_OTHER, c->timeout_ms, c->tick, c->arg, ret, e);
}

bool os_run(const struct os_child *c, struct os_exit *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path, *name = c->argv.v[0];
    bool there;

    memset(ret, 0, sizeof *ret);
    buf_init(&ret->out, LIMIT_CHILD_OUTPUT);
    ret->tree_empty = true;
    path = strchr(name, '/') ? name : os_program(name, &a);
    there = path && pc_file_followed(path);
    arena_free(&a);
    if (!there)
        return err_set(e, ERR_NOT_FOUND, "there is no program '%s'", name);
    pc_advance(30);
    if (pc.setup.windows)
        return run_windows(c, ret, e);
    if (text_ends(name, "kesl-control"))
        kesl_control(&c->argv, ret);
    else if (text_ends(name, "clamdscan"))
        clamdscan(ret);
    else if (strcmp(name, "cp") == 0)
        return copy(c, ret, e);
    else
        return err_set(e, ERR_BUG, "the simulated PC does not know the program '%s'", name);
    if (!ret->out.failed)
        return true;
    buf_free(&ret->out);
    return err_nomem(e);
}

bool os_process_list(struct facts *f, struct arena *a, struct err *e)
{
    f->processes.n = 0;
    f->processes.v = ARENA_ARRAY(a, PC_PROCESSES + TASKS, struct process);
    if (!f->processes.v)
        return err_nomem(e);
    for (size_t i = 0; i < PC_PROCESSES; i++) {
        const struct pc_process *p = &pc.processes[i];
        struct process *x = &f->processes.v[f->processes.n];

        if (!p->pid)
            continue;
        x->pid = p->pid;
        x->ppid = 1;
        x->exe = pc_exe_shown(p, a);
        x->name = arena_strdup(a, strrchr(p->exe, '/') + 1);
        if (!x->exe || !x->name)
            return err_nomem(e);
        f->processes.n++;
    }
    for (size_t i = 0; i < TASKS; i++)
        if (pc.tasks[i].active)
            f->processes.v[f->processes.n++] = (struct process){pc.tasks[i].pid, 1, 0, "task", MANAGER};
    return true;
}

bool os_fanotify_list(struct facts *f, struct arena *a, struct err *e)
{
    f->fanotify.n = 0;
    f->fanotify.v = ARENA_ARRAY(a, PC_PROCESSES, struct fanotify_holder);
    if (!f->fanotify.v)
        return err_nomem(e);
    for (size_t i = 0; i < PC_PROCESSES; i++) {
        const struct pc_process *p = &pc.processes[i];
        struct fanotify_holder *x = &f->fanotify.v[f->fanotify.n];

        if (!p->pid || !p->marks)
            continue;
        x->pid = p->pid;
        x->exe = pc_exe_shown(p, a);
        x->name = arena_strdup(a, strrchr(p->exe, '/') + 1);
        x->marks = 1;
        if (!x->exe || !x->name)
            return err_nomem(e);
        f->fanotify.n++;
    }
    return true;
}

static bool end_task(long long pid)
{
    for (size_t i = 0; i < TASKS; i++) {
        if (!pc.tasks[i].active || pc.tasks[i].pid != pid)
            continue;
        pc_before("process ended", MANAGER);
        pc_task_abort(&pc.tasks[i]);
        pc_after("process ended", MANAGER);
        return true;
    }
    return false;
}

bool os_process_end(long long pid, const char *exe, long long grace_ms, struct err *e)
{
    (void)grace_ms;
    (void)e;
    pc_advance(20);
    if (end_task(pid))
        return true;
    for (size_t i = 0; i < PC_PROCESSES; i++) {
        struct pc_process *p = &pc.processes[i];
        size_t n = strlen(p->exe);

        /* Another one may have its id by now. */
        if (p->pid != pid || strncmp(exe, p->exe, n) != 0 || (exe[n] && strcmp(exe + n, " (deleted)") != 0))
            continue;
        pc_before("process ended", exe);
        pc_end_process(p);
        pc_after("process ended", exe);
        return true;
    }
    pc_needless("process ended", exe);
    return true;
}

long long os_self_pid(void)
{
    return pc.worker;
}

bool os_self_path(struct buf *out, struct err *e)
{
    buf_adds(out, pc.setup.windows ? "C:/Windows/System32/avswap.exe" : "/usr/sbin/avswap");
    return buf_ok(out, "the program's path", e);
}

bool os_is_admin(void)
{
    return true;
}

void os_harden(void)
{
}

static char worker_line[512];

const char *sim_worker_line(void)
{
    return worker_line;
}

void pc_note_worker(const struct strs *argv)
{
    size_t n = 0;

    for (size_t i = 0; i < argv->n && n < sizeof worker_line; i++)
        n += (size_t)snprintf(worker_line + n, sizeof worker_line - n, "%s%s", i ? " " : "", argv->v[i]);
}

/* Only noted: the tests are the worker. */
bool os_detach(const struct strs *argv, const char *name, struct err *e)
{
    (void)name;
    (void)e;
    pc_note_worker(argv);
    return true;
}

bool os_session_bound(void)
{
    return false;
}

bool os_detached(bool *ret, struct err *e)
{
    (void)e;
    *ret = false;
    return true;
}

bool os_path_personal(const char *path)
{
    (void)path;
    return false;
}
