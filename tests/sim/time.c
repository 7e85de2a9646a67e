/* Time on the simulated PC: it moves only when somebody waits or works, and what is due happens on the way. */
#include "core/os/file.h"
#include "tests/sim/pc.h"

#include <string.h>

enum { WRITEBACK_MS = 30000 };

void pc_timer(enum pc_timer_kind kind, unsigned arg, int64_t in_ms)
{
    for (size_t i = 0; i < PC_TIMERS; i++) {
        if (pc.timers[i].kind != TIMER_NONE)
            continue;
        pc.timers[i] = (struct pc_timer){(uint8_t)kind, (uint8_t)arg, pc.now + in_ms};
        return;
    }
    pc_broken("too many timers", "");
}

void pc_timer_stop(enum pc_timer_kind kind, int arg)
{
    for (size_t i = 0; i < PC_TIMERS; i++)
        if (pc.timers[i].kind == kind && (arg < 0 || pc.timers[i].arg == arg))
            pc.timers[i].kind = TIMER_NONE;
}

bool pc_timer_runs(enum pc_timer_kind kind, unsigned arg)
{
    for (size_t i = 0; i < PC_TIMERS; i++)
        if (pc.timers[i].kind == kind && pc.timers[i].arg == arg)
            return true;
    return false;
}

/* A file whose name is on the disk while its bytes are not is empty there. */
static void name_durable(struct pc_file *f)
{
    bool same = f->now.bytes.at == f->disk.bytes.at && f->disk.bytes.n <= f->now.bytes.n;

    if (f->now.here && (!f->disk.here || !same)) {
        f->disk = f->now;
        f->disk.bytes.n = f->now.kind == OS_FILE ? 0 : f->now.bytes.n;
    }
    f->disk.here = f->now.here;
}

void pc_order(void)
{
    for (uint32_t i = 0; i < pc.n_files; i++)
        name_durable(&pc.files[i]);
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        pc.services[i].enabled_disk = pc.services[i].enabled;
    for (size_t i = 0; i < PC_NAMES; i++) {
        pc.groups[i].disk = pc.groups[i].here;
        pc.users[i].disk = pc.users[i].here;
        pc.contexts[i].disk = pc.contexts[i].here;
    }
    pc.armed_disk = pc.armed;
}

void pc_sync(void)
{
    pc_order();
    for (uint32_t i = 0; i < pc.n_files; i++)
        pc.files[i].disk = pc.files[i].now;
}

void os_sync(void)
{
    pc_advance(20);
    pc_sync();
    win_sync();
}

static void fire(struct pc_timer t)
{
    switch ((enum pc_timer_kind)t.kind) {
    case TIMER_WRITEBACK:
        pc_sync();
        win_sync();
        pc_timer(TIMER_WRITEBACK, 0, WRITEBACK_MS);
        break;
    case TIMER_TASK:
        pc_task_step(t.arg);
        break;
    case TIMER_BACKGROUND:
        if (pc.setup.windows)
            win_background_removal(t.arg);
        else
            pc_background_removal(t.arg);
        break;
    case TIMER_SUPERVISOR:
        pc_supervisor_looks();
        break;
    case TIMER_AGENT:
        if (pc.setup.windows)
            win_agent_looks();
        else
            pc_agent_looks();
        break;
    case TIMER_DAEMON:
        pc_daemon_stage(t.arg);
        break;
    case TIMER_BOOT:
        if (pc.setup.windows)
            win_boot_service(t.arg);
        else
            pc_service_start(t.arg);
        break;
    case TIMER_FREE:
        pc.manager_busy = false;
        break;
    case TIMER_WIN_READY:
        win_daemon_ready(t.arg);
        break;
    case TIMER_DEFENDER:
        win_defender_looks();
        break;
    case TIMER_NONE:
        break;
    }
}

/* The earliest that is due by then, NULL: none. */
static struct pc_timer *due(int64_t by)
{
    struct pc_timer *first = NULL;

    for (size_t i = 0; i < PC_TIMERS; i++) {
        struct pc_timer *t = &pc.timers[i];

        if (t->kind != TIMER_NONE && t->at <= by && (!first || t->at < first->at))
            first = t;
    }
    return first;
}

static void set_clock(int64_t to)
{
    if (to > pc.now) {
        pc.up += to - pc.now;
        pc.now = to;
    }
}

void pc_advance(int64_t ms)
{
    int64_t by = pc.now + ms;
    struct pc_timer *t;

    while ((t = due(by))) {
        struct pc_timer copy = *t;

        t->kind = TIMER_NONE;
        set_clock(copy.at);
        fire(copy);
    }
    set_clock(by);
}

void sim_live(long long ms)
{
    pc_advance(ms);
}

void sim_off(long long ms)
{
    pc.now += ms;
    for (size_t i = 0; i < PC_TIMERS; i++)
        pc.timers[i].at += ms;
}
