#include "core/detect/collect.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/step/guard.h"
#include "core/step/table.h"

struct args {
    const char *exe;
};

/* A wildcard in front stands for where an update keeps its copy of the folder. */
static bool check_exe(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    return guard_open(a->exe) || guard_own_path(a->exe + (*a->exe == '*')) ||
           place_error(e, at, "'%.200s' is not below a folder that is one product's own", a->exe);
}

static const struct field fields[] = {
    FIELD(args, STR, exe, "executable or pattern below the product's own folder", .flags = FIELD_REQUIRED | FIELD_PATTERN),
    FIELD_END,
};
static const struct schema args_schema = {"process.end", NULL, "", sizeof(struct args), fields, check_exe};

enum { QUIET_MS = 3000 }; /* so long nothing may come back */

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_PROCESS, .exe = ((const struct args *)args)->exe};

    return cond_copy(&here, true, d, ret, e);
}

/* Ends all that match; counts them. A deleted executable is shown as "PATH (deleted)". */
static bool sweep(const struct args *a, size_t *ended, struct err *e)
{
    struct doc d = DOC_INIT;
    struct facts f;
    const char *deleted = arena_printf(&d.arena, "%s (deleted)", a->exe);
    bool ok = deleted ? facts_collect(FACTS_PROCESSES, NULL, &d, &f, e) : err_nomem(e);

    for (size_t i = 0; ok && i < f.processes.n; i++) {
        const struct process *p = &f.processes.v[i];

        if (!p->exe || !(step_path_fits(a->exe, p->exe) || text_glob(deleted, p->exe)))
            continue;
        ok = os_process_end(p->pid, p->exe, 3000, e);
        (*ended)++;
    }
    doc_free(&d);
    return ok;
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    int64_t until = os_up_ms() + c->step->timeout_s * 1000, quiet = os_up_ms();
    size_t ended = 0;

    while (os_up_ms() - quiet < QUIET_MS) {
        size_t before = ended;

        if (!sweep(args, &ended, e))
            return false;
        if (ended != before)
            quiet = os_up_ms();
        if (os_up_ms() > until || (c->tick && !c->tick(c->tick_arg)))
            return effect_set(c, ret, OUTCOME_TIMEOUT, e, "processes keep coming back after %zu were ended", ended);
        os_sleep_ms(250);
    }
    return effect_set(c, ret, OUTCOME_OK, e, "%zu process%s ended", ended, ended == 1 ? "" : "es");
}

const struct verb verb_process_end = {
    .def = {.name = "process.end",
            .doc = "Ends processes of the old product that outlived its removal, until none has come back for three "
                   "seconds.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 60,
            .after = after,
            .no_undo = "the product's package starts them again"},
    .apply = apply,
};
