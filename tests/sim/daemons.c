/* Services and processes of the simulated PC: how each daemon starts, what it holds, how it ends. */
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

#define SUPERVISOR "/opt/kaspersky/kesl/libexec/kesl-supervisor"
#define CACHE "/var/opt/kaspersky/klnagent64/cache/"

enum {
    CLAMD_LOADS_MS = 9000,
    CLAMONACC_MS = 700,
    PING_MS = 1000,
    FRESHCLAM_MS = 20000,
    LOOK_MS = 1000,
    AGENT_PATIENCE_MS = 5000
};

bool pc_service_here(enum service_id s)
{
    const struct product_service *d = &product_services[s];

    return pc_file(pc.setup.sysv ? d->script : d->unit) != NULL;
}

static struct pc_process *process_named(const char *exe)
{
    for (size_t i = 0; i < PC_PROCESSES; i++)
        if (pc.processes[i].pid && strcmp(pc.processes[i].exe, exe) == 0)
            return &pc.processes[i];
    return NULL;
}

struct pc_process *pc_process_of(enum service_id s)
{
    return process_named(product_services[s].exe);
}

struct pc_process *pc_spawn(const char *exe, int service)
{
    for (size_t i = 0; i < PC_PROCESSES; i++) {
        struct pc_process *p = &pc.processes[i];

        if (p->pid)
            continue;
        memset(p, 0, sizeof *p);
        p->pid = pc.next_pid++;
        p->service = service;
        snprintf(p->exe, sizeof p->exe, "%s", exe);
        return p;
    }
    pc_broken("too many processes", exe);
}

const char *pc_exe_shown(const struct pc_process *p, struct arena *a)
{
    return arena_printf(a, "%s%s", p->exe, p->deleted ? " (deleted)" : "");
}

void pc_rule_add(uint32_t mark)
{
    for (uint32_t i = 0; i < pc.n_rules; i++)
        if (pc.rules[i].mark == mark)
            return;
    if (pc.n_rules == PC_RULES)
        pc_broken("too many rules", "");
    snprintf(pc.rules[pc.n_rules].text, sizeof pc.rules[0].text, "-t mangle -A OUTPUT -m mark --mark 0x%x -j ACCEPT",
             mark);
    pc.rules[pc.n_rules++].mark = mark;
}

void pc_rule_remove(uint32_t mark)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < pc.n_rules; i++)
        if (pc.rules[i].mark != mark)
            pc.rules[n++] = pc.rules[i];
    pc.n_rules = n;
}

static bool signatures(const char *name)
{
    char path[PC_PATH];
    const struct pc_file *f;
    size_t n;

    snprintf(path, sizeof path, "/var/lib/clamav/%s.cvd", name);
    f = pc_file(path);
    n = f ? f->now.bytes.n : 0;
    /* A cut one has no end mark. */
    return n > 8 && memcmp(pc_bytes(f), "CVD ", 4) == 0 && memcmp(pc_bytes(f) + n - 4, " END", 4) == 0;
}

static bool database_there(void)
{
    return pc_file("/var/lib/clamav/main.cvd") && pc_file("/var/lib/clamav/daily.cvd");
}

/* --- starting ------------------------------------------------------------------------------------------------------------ */

static void start_kesl(void)
{
    struct pc_process *p = process_named(product_services[SVC_KESL].exe);

    p->marks = p->ready = true;
    pc_rule_add(0x400);
    pc_rule_add(0x200);
}

/* The configuration of the replacement has to be such that the scanner can work at all. */
static bool clamonacc_configured(void)
{
    return pc_file("/etc/clamav/clamonacc.conf") != NULL;
}

void pc_service_start(enum service_id s)
{
    struct pc_service *v = &pc.services[s];

    if (!pc_service_here(s) || pc_process_of(s) || !pc_file(product_services[s].exe))
        return;
    /* Units of clamd have a condition on the database: not met, they do not start and do not fail. */
    if (s == SVC_CLAMD && !database_there())
        return;
    v->failed = false;
    pc_spawn(product_services[s].exe, (int)s);
    switch (s) {
    case SVC_KESL:
        start_kesl();
        break;
    case SVC_KLNAGENT:
        pc_timer(TIMER_AGENT, 0, AGENT_PATIENCE_MS);
        break;
    case SVC_CLAMD:
        pc_timer(TIMER_DAEMON, s, CLAMD_LOADS_MS);
        break;
    case SVC_FRESHCLAM:
        pc_timer(TIMER_DAEMON, s, FRESHCLAM_MS);
        break;
    case SVC_CLAMONACC:
        pc_timer(TIMER_DAEMON, s, CLAMONACC_MS);
        break;
    default:
        break;
    }
}

static void gone(struct pc_process *p, bool failed)
{
    int s = p->service;

    p->pid = 0;
    if (s < 0)
        return;
    pc.services[s].failed = failed;
    pc_timer_stop(TIMER_DAEMON, s);
}

static void freshclam_updates(void)
{
    static const char *const names[] = {"bytecode", "daily", "main"};

    if (pc.setup.misbehaves == SIM_FETCH_FAILS)
        return;
    for (size_t i = 0; i < 3; i++) {
        char path[PC_PATH], text[64];

        snprintf(path, sizeof path, "/var/lib/clamav/%s.cvd", names[i]);
        if (pc_file(path))
            continue;
        snprintf(text, sizeof text, "CVD %s from a mirror END", names[i]);
        pc_put(path, OS_FILE, 0644, text, strlen(text), false);
    }
}

void pc_daemon_stage(enum service_id s)
{
    struct pc_process *p = pc_process_of(s), *clamd = pc_process_of(SVC_CLAMD);

    if (!p)
        return;
    if (s == SVC_CLAMD) {
        if (signatures("main") && signatures("daily"))
            p->ready = true;
        else
            gone(p, true);
    } else if (s == SVC_FRESHCLAM) {
        freshclam_updates();
    } else if (s == SVC_CLAMONACC) {
        if (!clamonacc_configured() || pc.setup.misbehaves == SIM_ACTIVATE_FAILS)
            gone(p, true);
        else if (clamd && clamd->ready)
            p->marks = p->ready = true;
        else
            pc_timer(TIMER_DAEMON, s, PING_MS);
    }
}

/* --- ending ---------------------------------------------------------------------------------------------------------------- */

void pc_end_process(struct pc_process *p)
{
    bool kesl = strcmp(p->exe, product_services[SVC_KESL].exe) == 0;

    if (strcmp(p->exe, SUPERVISOR) == 0)
        pc_timer_stop(TIMER_SUPERVISOR, -1);
    if (strcmp(p->exe, product_services[SVC_KLNAGENT].exe) == 0)
        pc_timer_stop(TIMER_AGENT, -1);
    gone(p, false);
    if (!kesl)
        return;
    pc_rule_remove(0x200); /* the other mark stays behind, as it does on real hosts */
    if (pc.setup.misbehaves == SIM_COMES_BACK && pc_file(SUPERVISOR) && !process_named(SUPERVISOR)) {
        pc_spawn(SUPERVISOR, SVC_NONE);
        pc_timer(TIMER_SUPERVISOR, 0, LOOK_MS);
    }
}

void pc_service_stop(enum service_id s)
{
    struct pc_process *p = pc_process_of(s);

    if (p)
        pc_end_process(p);
}

/* It keeps the daemon's program open, so it starts it even after its file was deleted. */
void pc_supervisor_looks(void)
{
    const char *exe = product_services[SVC_KESL].exe;

    if (!process_named(SUPERVISOR))
        return;
    if (!process_named(exe)) {
        pc_spawn(exe, SVC_KESL)->deleted = !pc_file(exe);
        start_kesl();
    }
    pc_timer(TIMER_SUPERVISOR, 0, LOOK_MS);
}

/* Installs kesl from its cache once it has been away for a while; a busy package manager makes it try again. */
void pc_agent_looks(void)
{
    struct pc_task t = {.kind = TASK_INSTALL, .orphan = true, .foreign = true, .rpm = pc.setup.rpm, .n = 1, .list = {PKG_KESL}};
    bool away = !pc_file(product_services[SVC_KESL].exe);

    if (!pc_process_of(SVC_KLNAGENT))
        return;
    if (pc.setup.misbehaves == SIM_AGENT_REINSTALLS && away && !pc.tasks[TASK_LOCKED].active && !pc.manager_busy &&
        (pc_file(CACHE "kesl.deb") || pc_file(CACHE "kesl.rpm")))
        pc_task_start(&t);
    pc_timer(TIMER_AGENT, 0, away ? AGENT_PATIENCE_MS : LOOK_MS);
}

void pc_boot_services(void)
{
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        pc.services[i].failed = false;
        if (pc.services[i].enabled && pc_service_here(i))
            pc_timer(TIMER_BOOT, i, 1500 + i * 200);
    }
}
