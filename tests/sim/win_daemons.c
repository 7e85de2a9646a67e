/* Services and drivers of the simulated Windows PC, and who protects it. */
#include "tests/sim/pc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFENDER_WAKES_MS = 15000,
    DEFENDER_SLEEPS_MS = 3000,
    DELAYED_MS = 120000,
    AGENT_PATIENCE_MS = 5000,
    LOOK_MS = 1000,
};

struct pc_process *win_process(const char *exe)
{
    for (size_t i = 0; i < PC_PROCESSES; i++)
        if (pc.processes[i].pid && strcmp(pc.processes[i].exe, exe) == 0)
            return &pc.processes[i];
    return NULL;
}

static long long service_number(const char *name, const char *value)
{
    const struct win_value *v = win_get(win_below(WIN_SERVICES, name), false, value);

    return v ? strtoll(v->data, NULL, 10) : -1;
}

const char *win_service_exe(const char *name)
{
    const struct win_value *v = service_number(name, "Type") == 16 ? win_get(win_below(WIN_SERVICES, name), false, "ImagePath") : NULL;

    return v ? v->data : NULL;
}

/* --- Security Center and Defender ----------------------------------------------------------------------------------- */

static bool client(void)
{
    return pc.setup.windows == SIM_CLIENT;
}

/* On a client Defender follows what is registered. It notices after a while. */
static void security_changed(void)
{
    if (client() && !pc_timer_runs(TIMER_DEFENDER, 0))
        pc_timer(TIMER_DEFENDER, 0, pc.win.now.registered ? DEFENDER_SLEEPS_MS : DEFENDER_WAKES_MS);
}

void win_defender_looks(void)
{
    struct pc_process *p = win_process(DEFENDER_EXE);

    if (!client())
        return;
    if (pc.win.now.registered && p)
        p->pid = 0;
    if (pc.win.now.registered || p || !win_service_exe("WinDefend"))
        return;
    p = pc_spawn(DEFENDER_EXE, -1);
    p->marks = p->ready = true;
}

void win_register(enum win_product p, bool on)
{
    uint8_t bit = (uint8_t)(1u << p), was = pc.win.now.registered;

    if (!client() || !win_products[p].protects)
        return;
    pc.win.now.registered = (uint8_t)(on ? was | bit : was & ~bit);
    if (!was != !pc.win.now.registered)
        security_changed();
}

/* --- services ------------------------------------------------------------------------------------------------------------ */

int win_service_start(const char *name)
{
    const char *exe = win_service_exe(name);
    int p;

    if (!exe)
        return 1060;
    if (service_number(name, "Start") == 4)
        return 1058;
    if (win_process(exe))
        return 0;
    if (!pc_file(exe))
        return 2;
    p = win_product_of_exe(exe);
    if (p == WIN_NO_PRODUCT || (pc.setup.misbehaves == SIM_ACTIVATE_FAILS && p != WIN_KES && p != WIN_AGENT))
        return 0; /* it ended as soon as it was started */
    pc_spawn(exe, -1);
    if (p == WIN_AGENT)
        pc_timer(TIMER_AGENT, 0, AGENT_PATIENCE_MS);
    else
        pc_timer(TIMER_WIN_READY, (unsigned)p, win_products[p].ready_ms);
    return 0;
}

void win_daemon_ready(enum win_product p)
{
    struct pc_process *x = win_process(win_products[p].exe);

    if (!x)
        return;
    x->marks = x->ready = true;
    win_register(p, true);
}

void win_service_stop(const char *name)
{
    const char *exe = win_service_exe(name);
    struct pc_process *x = exe ? win_process(exe) : NULL;
    int p = exe ? win_product_of_exe(exe) : WIN_NO_PRODUCT;

    if (!x)
        return;
    x->pid = 0;
    if (p == WIN_AGENT)
        pc_timer_stop(TIMER_AGENT, -1);
    else if (p != WIN_NO_PRODUCT)
        pc_timer_stop(TIMER_WIN_READY, p);
}

/* Installs what the server wants on this PC once it has been away for a while. */
void win_agent_looks(void)
{
    struct pc_task t = {.kind = TASK_WIN_INSTALL, .orphan = true, .foreign = true, .rpm = true, .n = 1, .list = {WIN_KES}};
    bool away = !pc_file(win_products[WIN_KES].exe);

    if (!win_process(win_products[WIN_AGENT].exe))
        return;
    if (pc.setup.misbehaves == SIM_AGENT_REINSTALLS && away && !pc.tasks[TASK_LOCKED].active && !pc.manager_busy)
        pc_task_start(&t);
    pc_timer(TIMER_AGENT, 0, away ? AGENT_PATIENCE_MS : LOOK_MS);
}

/* --- drivers and boots ---------------------------------------------------------------------------------------------------- */

bool win_driver_loaded(const char *name)
{
    for (size_t i = 0; i < WIN_LOADED; i++)
        if (strcasecmp(pc.win.loaded[i], name) == 0)
            return true;
    return false;
}

void win_load_driver(const char *name)
{
    for (size_t i = 0; i < WIN_LOADED; i++) {
        if (*pc.win.loaded[i] && strcasecmp(pc.win.loaded[i], name) != 0)
            continue;
        snprintf(pc.win.loaded[i], WIN_NAME, "%s", name);
        return;
    }
    pc_broken("too many drivers", name);
}

void win_unload_driver(const char *name)
{
    for (size_t i = 0; i < WIN_LOADED; i++)
        if (strcasecmp(pc.win.loaded[i], name) == 0)
            memset(pc.win.loaded[i], 0, WIN_NAME);
}

static void pending_deletes(void)
{
    for (size_t i = 0; i < WIN_PENDING; i++)
        if (*pc.win.now.pending[i])
            pc_drop(pc.win.now.pending[i], true);
    memset(pc.win.now.pending, 0, sizeof pc.win.now.pending);
}

/* Entries that were in use when they were deleted go before anything starts. */
static void deleted_services(void)
{
    char name[WIN_KEY];

    for (size_t i = 0; win_child(WIN_SERVICES, false, i, name, sizeof name);) {
        if (service_number(name, "DeleteFlag") == 1)
            win_drop_key(win_below(WIN_SERVICES, name), false);
        else
            i++;
    }
}

void win_boot(void)
{
    char name[WIN_KEY];
    unsigned n = 0;

    pending_deletes();
    deleted_services();
    if (win_get(WIN_RUN_ONCE, true, "uninstall"))
        pc_timer(TIMER_BACKGROUND, WIN_KES, 1000);
    memset(pc.win.loaded, 0, sizeof pc.win.loaded);
    for (size_t i = 0; win_child(WIN_SERVICES, false, i, name, sizeof name); i++) {
        long long type = service_number(name, "Type"), start = service_number(name, "Start");

        if (type == 1 && start <= 1)
            win_load_driver(name);
        if (type != 16 || start != 2)
            continue;
        if (n == WIN_LOADED)
            pc_broken("too many services start with the PC:", name);
        snprintf(pc.win.starting[n], WIN_NAME, "%.39s", name);
        pc_timer(TIMER_BOOT, n, service_number(name, "DelayedAutostart") == 1 ? DELAYED_MS : 1500 + 200 * n);
        n++;
    }
    security_changed();
}

void win_boot_service(unsigned i)
{
    (void)win_service_start(pc.win.starting[i]);
}
