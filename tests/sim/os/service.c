#include "core/os/service.h"
#include "core/base/list.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

static const char *active_word(enum service_id s)
{
    return pc_process_of(s) ? "active" : pc.services[s].failed ? "failed" : "inactive";
}

static bool asked_for(const struct strs *patterns, const char *name)
{
    char full[64];

    snprintf(full, sizeof full, "%s.service", name);
    for (size_t i = 0; patterns && i < patterns->n; i++)
        if (text_glob(patterns->v[i], name) || text_glob(patterns->v[i], full))
            return true;
    return !patterns;
}

static bool add_windows(const char *name, struct facts *f, struct arena *a, struct err *e)
{
    const char *exe = win_service_exe(name);
    const char *key = win_below(WIN_SERVICES, name);
    const struct win_value *start;
    struct unit *u;

    if (!exe)
        return true;
    start = win_get(key, false, "Start");
    u = LIST_ADD(a, &f->units);
    if (!u)
        return err_nomem(e);
    memset(u, 0, sizeof *u);
    u->name = arena_strdup(a, name);
    u->manager = "scm";
    u->active = win_process(exe) ? "active" : "inactive";
    u->enabled = !start || start->data[0] == '3' ? "manual" : start->data[0] == '2' ? "enabled" : "disabled";
    u->exe = arena_strdup(a, exe);
    u->delayed = win_get(key, false, "DelayedAutostart") != NULL;
    return (u->name && u->exe) || err_nomem(e);
}

static bool list_windows(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    char name[WIN_KEY];

    for (size_t i = 0; win_child(WIN_SERVICES, false, i, name, sizeof name); i++) {
        bool wanted = !patterns;

        for (size_t k = 0; patterns && k < patterns->n; k++)
            wanted = wanted || text_glob_fold(patterns->v[k], name);
        if (wanted && !add_windows(name, f, a, e))
            return false;
    }
    return true;
}

bool os_service_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    if (pc.setup.windows)
        return list_windows(patterns, f, a, e);
    f->units.n = 0;
    f->units.v = ARENA_ARRAY(a, SERVICE_COUNT, struct unit);
    if (!f->units.v)
        return err_nomem(e);
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        struct unit *u = &f->units.v[f->units.n];
        const char *name = product_services[i].name;

        if (!pc_service_here(i) || !asked_for(patterns, name))
            continue;
        u->name = pc.setup.sysv ? name : arena_printf(a, "%s.service", name);
        u->manager = pc.setup.sysv ? "sysv" : "systemd";
        u->load = pc.setup.sysv ? NULL : "loaded";
        u->active = active_word(i);
        u->enabled = pc.services[i].enabled ? "enabled" : "disabled";
        if (!u->name)
            return err_nomem(e);
        f->units.n++;
    }
    return true;
}

static int service_named(const char *name)
{
    char bare[64];
    size_t n = strlen(name);

    snprintf(bare, sizeof bare, "%.*s", (int)(text_ends(name, ".service") ? n - 8 : n), name);
    for (int i = 0; i < SERVICE_COUNT; i++)
        if (strcmp(product_services[i].name, bare) == 0)
            return i;
    return -1;
}

static void apply(enum os_service_action action, enum service_id s)
{
    switch (action) {
    case OS_SERVICE_START:
        pc_service_start(s);
        break;
    case OS_SERVICE_STOP:
        pc_service_stop(s);
        break;
    case OS_SERVICE_RESTART:
        pc_service_stop(s);
        pc_service_start(s);
        break;
    case OS_SERVICE_ENABLE:
        pc.services[s].enabled = true;
        break;
    case OS_SERVICE_DISABLE:
    case OS_SERVICE_MANUAL:
        pc.services[s].enabled = false;
        break;
    case OS_SERVICE_RELOAD:
        break;
    }
}

static bool holds_already(enum os_service_action action, enum service_id s)
{
    switch (action) {
    case OS_SERVICE_START:
        return pc_process_of(s) != NULL;
    case OS_SERVICE_STOP:
        return pc_process_of(s) == NULL;
    case OS_SERVICE_ENABLE:
        return pc.services[s].enabled;
    case OS_SERVICE_DISABLE:
    case OS_SERVICE_MANUAL:
        return !pc.services[s].enabled;
    default:
        return false;
    }
}

static void set_start(const char *name, const char *start)
{
    win_set(win_below(WIN_SERVICES, name), false, "Start", WIN_DWORD, start);
}

static bool change_windows(enum os_service_action action, const char *name, const char *word, struct os_exit *ret)
{
    const char *exe = win_service_exe(name);
    bool here = exe && win_process(exe);

    ret->code = exe ? 0 : 1060;
    if (!exe)
        return true;
    if ((action == OS_SERVICE_START && here) || (action == OS_SERVICE_STOP && !here))
        pc_needless(word, name);
    pc_before(word, name);
    if (action == OS_SERVICE_STOP || action == OS_SERVICE_RESTART)
        win_service_stop(name);
    if (action == OS_SERVICE_START || action == OS_SERVICE_RESTART)
        ret->code = win_service_start(name);
    if (action == OS_SERVICE_ENABLE || action == OS_SERVICE_DISABLE || action == OS_SERVICE_MANUAL)
        set_start(name, action == OS_SERVICE_ENABLE ? "2" : action == OS_SERVICE_MANUAL ? "3" : "4");
    pc_after(word, name);
    return true;
}

bool os_service_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    (void)e;
    *ret_at_boot = false;
    pc_advance(300);
    if (!win_service_exe(name))
        return true;
    pc_before("service removed", name);
    win_service_stop(name);
    win_drop_key(win_below(WIN_SERVICES, name), false);
    pc_after("service removed", name);
    return true;
}

bool os_service_change(enum os_service_action action, const char *name, long long timeout_ms, struct os_exit *ret,
                       struct err *e)
{
    static const char *const words[] = {"service start",  "service stop",    "service restart",
                                        "service enable", "service disable", "service manual", "service reload"};
    int s = action == OS_SERVICE_RELOAD || pc.setup.windows ? 0 : service_named(name);

    (void)timeout_ms;
    memset(ret, 0, sizeof *ret);
    ret->tree_empty = true;
    buf_init(&ret->out, 256);
    pc_advance(action == OS_SERVICE_ENABLE || action == OS_SERVICE_DISABLE ? 40 : 300);
    if (action == OS_SERVICE_RELOAD)
        return true;
    if (pc.setup.windows)
        return change_windows(action, name, words[action], ret);
    if (s < 0 || !pc_service_here((enum service_id)s)) {
        if (pc.setup.sysv)
            return err_set(e, ERR_NOT_FOUND, "there is no service '%s'", name);
        ret->code = 5;
        return true;
    }
    if (holds_already(action, (enum service_id)s))
        pc_needless(words[action], name);
    pc_before(words[action], name);
    apply(action, (enum service_id)s);
    pc_after(words[action], name);
    return true;
}
