#include "core/os/service.h"
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

bool os_service_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
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
        return !pc.services[s].enabled;
    default:
        return false;
    }
}

bool os_service_change(enum os_service_action action, const char *name, long long timeout_ms, struct os_exit *ret,
                       struct err *e)
{
    static const char *const words[] = {"service start",  "service stop",    "service restart",
                                        "service enable", "service disable", "service reload"};
    int s = action == OS_SERVICE_RELOAD ? 0 : service_named(name);

    (void)timeout_ms;
    memset(ret, 0, sizeof *ret);
    ret->tree_empty = true;
    buf_init(&ret->out, 256);
    pc_advance(action == OS_SERVICE_ENABLE || action == OS_SERVICE_DISABLE ? 40 : 300);
    if (action == OS_SERVICE_RELOAD)
        return true;
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
