#include "core/detect/collect.h"
#include "core/os/machine.h"
#include "core/os/service.h"
#include "core/step/guard.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    const char *name;
};

static bool check_start(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    return !guard_defender(a->name) ||
           place_error(e, at, "how '%.80s' starts is Windows' own business: changing it may need a new Windows", a->name);
}

static const struct field fields[] = {
    FIELD(args, STR, name, "service, on Linux with .service", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"service", NULL, "", sizeof(struct args), fields, NULL};
static const struct schema start_schema = {"service", NULL, "", sizeof(struct args), fields, check_start};
static const struct field no_fields[] = {FIELD_END};
static const struct schema no_args = {"service.reload", NULL, "", sizeof(struct args), no_fields, NULL};

static bool state_cond(const void *args, const char *state, bool not, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_UNIT, .name = ((const struct args *)args)->name, .state = state};

    return cond_copy(&here, not, d, ret, e);
}

static bool active(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    return state_cond(args, "active", false, d, ret, e);
}

static bool inactive(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    return state_cond(args, "active", true, d, ret, e);
}

static bool enabled(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    return state_cond(args, "enabled", false, d, ret, e);
}

static bool disabled(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    return state_cond(args, "enabled", true, d, ret, e);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    const struct args *a = args;

    return arena_printf(arena, "put %s back into the state it was in", a->name);
}

/* The facts of this service only. */
static bool look(const struct step_ctx *c, const char *name, struct facts *f, struct err *e)
{
    struct questions q;

    memset(&q, 0, sizeof q);
    return questions_add_unit(&q, &c->doc->arena, name, e) && facts_collect(FACTS_UNITS, &q, c->doc, f, e);
}

/* Windows starts some services minutes after the boot: one that is not there by then would have been. */
static bool starts_yet(const struct facts *f, const char *name)
{
    const struct unit *u = facts_unit(f, name);

    return u && u->delayed && text_eq(u->enabled, "enabled") && os_up_ms() < OS_BOOT_MS;
}

/* Starts it only when somebody asks, which neither "enabled" nor its contrary says? */
static bool is_manual(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->units.n; i++)
        if (text_eq_fold(f->units.v[i].name, name) && text_eq(f->units.v[i].enabled, "manual"))
            return true;
    return false;
}

/* {"active": bool, "enabled": bool, "manual": bool} before the step; a service that is not there has none. */
static bool remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct args *a = args;
    struct cond on = {.probe = PROBE_UNIT, .name = a->name, .state = "active"};
    struct cond boot = {.probe = PROBE_UNIT, .name = a->name, .state = "enabled"};
    struct verdict v, w;
    struct facts f;

    if (!look(c, a->name, &f, e) || !cond_judge(&on, &f, &c->doc->arena, &v, e) ||
        !cond_judge(&boot, &f, &c->doc->arena, &w, e))
        return false;
    *ret = json_pack("{s:b, s:b, s:b}", "active", v.answer == TRI_YES || starts_yet(&f, a->name), "enabled",
                     w.answer == TRI_YES, "manual", is_manual(&f, a->name));
    return doc_keep(c->doc, *ret, e);
}

static bool act(const struct step_ctx *c, enum os_service_action action, const char *name, const char *doing,
                struct effect *ret, struct err *e)
{
    struct os_exit x;

    if (!os_service_change(action, name, c->step->timeout_s * 1000, &x, e))
        return false;
    return effect_exit(c, ret, arena_printf(&c->doc->arena, "%s %s", doing, name ? name : ""), EXITS_NONE, &x, e);
}

static bool start(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    return act(c, OS_SERVICE_START, ((const struct args *)args)->name, "starting", ret, e);
}

static bool stop(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    return act(c, OS_SERVICE_STOP, ((const struct args *)args)->name, "stopping", ret, e);
}

static bool restart(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    return act(c, OS_SERVICE_RESTART, ((const struct args *)args)->name, "restarting", ret, e);
}

static bool enable(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    return act(c, OS_SERVICE_ENABLE, ((const struct args *)args)->name, "enabling", ret, e);
}

static bool disable(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    return act(c, OS_SERVICE_DISABLE, ((const struct args *)args)->name, "disabling", ret, e);
}

static bool reload(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    (void)args;
    return act(c, OS_SERVICE_RELOAD, NULL, "re-reading the service files", ret, e);
}

static bool was(const struct step_ctx *c, const char *what)
{
    return json_is_true(json_object_get(c->remembered, what));
}

/* Is the service still known? Undoing the start of a service whose package is gone is done already. */
static bool exists(const struct step_ctx *c, const char *name, bool *ret, struct err *e)
{
    struct cond any = {.probe = PROBE_UNIT, .name = name};
    struct verdict v;
    struct facts f;

    if (!look(c, name, &f, e) || !cond_judge(&any, &f, &c->doc->arena, &v, e))
        return false;
    *ret = v.answer != TRI_NO;
    return true;
}

static bool back(const struct step_ctx *c, const char *name, const char *what, struct verdict *ret, struct err *e)
{
    struct cond now = {.probe = PROBE_UNIT, .name = name, .state = what};
    struct facts f;

    if (!look(c, name, &f, e) || !cond_judge(&now, &f, &c->doc->arena, ret, e))
        return false;
    if (ret->answer != TRI_UNKNOWN)
        ret->answer = (ret->answer == TRI_YES) == was(c, what) ? TRI_YES : TRI_NO;
    if (text_eq(what, "enabled") && was(c, "manual") && ret->answer == TRI_YES && !is_manual(&f, name))
        ret->answer = TRI_NO;
    return true;
}

static bool put_back(const struct step_ctx *c, const char *name, const char *what, enum os_service_action on,
                     enum os_service_action off, struct effect *ret, struct err *e)
{
    struct verdict v;

    if (!back(c, name, what, &v, e))
        return false;
    if (v.answer == TRI_YES)
        return effect_set(c, ret, OUTCOME_OK, e, "%s is as it was", name);
    return act(c, was(c, what) ? on : off, name, "putting back", ret, e) &&
           (ret->outcome != OUTCOME_NONE || (ret->outcome = OUTCOME_FATAL));
}

/* Windows starts nothing that is disabled; whatever undoes that starts it, too. */
static bool waits(const struct step_ctx *c, const char *name, bool *ret, struct err *e)
{
    struct facts f;

    *ret = false;
    if (!look(c, name, &f, e))
        return false;
    for (size_t i = 0; i < f.units.n; i++)
        *ret = *ret || (text_eq_fold(f.units.v[i].name, name) && text_eq(f.units.v[i].manager, "scm") &&
                        text_eq(f.units.v[i].enabled, "disabled") && was(c, "active"));
    return true;
}

/*
 * Both facts, whichever of them the step was about: a service that was only disabled is not running either once the
 * PC was booted.
 */
static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    bool here;

    if (!exists(c, a->name, &here, e))
        return false;
    if (!here)
        return effect_set(c, ret, OUTCOME_OK, e, "there is no service %s any more", a->name);
    if (!put_back(c, a->name, "enabled", OS_SERVICE_ENABLE, was(c, "manual") ? OS_SERVICE_MANUAL : OS_SERVICE_DISABLE, ret,
                  e) ||
        !waits(c, a->name, &here, e))
        return false;
    if (here && outcome_is_good(ret->outcome))
        return effect_set(c, ret, OUTCOME_OK, e, "%s is disabled and starts once it is no longer", a->name);
    return !outcome_is_good(ret->outcome) ||
           put_back(c, a->name, "active", OS_SERVICE_START, OS_SERVICE_STOP, ret, e);
}

static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;

    return back(c, a->name, "enabled", ret, e) &&
           (ret->answer != TRI_YES || back(c, a->name, "active", ret, e));
}

const struct verb verb_service_start = {
    .def = {.name = "service.start",
            .doc = "Starts a service.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 180,
            .after = active,
            .undo_text = undo_text},
    .remember = remember,
    .apply = start,
    .undo = undo,
    .undone = undone,
};

const struct verb verb_service_stop = {
    .def = {.name = "service.stop",
            .doc = "Stops a service.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 180,
            .after = inactive,
            .undo_text = undo_text},
    .remember = remember,
    .apply = stop,
    .undo = undo,
    .undone = undone,
};

const struct verb verb_service_restart = {
    .def = {.name = "service.restart",
            .doc = "Restarts a service, so that it reads its configuration.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION | VERB_AFTER_CRASH,
            .timeout_s = 180,
            .no_undo = "the state before is the state after"},
    .apply = restart,
};

const struct verb verb_service_enable = {
    .def = {.name = "service.enable",
            .doc = "Lets a service start at boot.",
            .args = &start_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .after = enabled,
            .undo_text = undo_text},
    .remember = remember,
    .apply = enable,
    .undo = undo,
    .undone = undone,
};

const struct verb verb_service_disable = {
    .def = {.name = "service.disable",
            .doc = "Keeps a service from starting at boot.",
            .args = &start_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .after = disabled,
            .undo_text = undo_text},
    .remember = remember,
    .apply = disable,
    .undo = undo,
    .undone = undone,
};

const struct verb verb_service_reload = {
    .def = {.name = "service.reload",
            .os = "linux",
            .doc = "Lets the service manager re-read its files.",
            .args = &no_args,
            .flags = VERB_MUTATES | VERB_AFTER_CRASH,
            .timeout_s = 60,
            .no_undo = "it only reads"},
    .apply = reload,
};
