#include "core/os/file.h"
#include "core/step/guard.h"
#include "core/step/secrets.h"
#include "core/step/table.h"

struct args {
    struct strs argv;
    struct strs undo;
    const char *input;
    bool wait_tree;
    const char *signer;
    int exits;
};

/* "sc config windefend start= disabled" would leave a PC without the last protection it has. */
static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    for (size_t i = 0; i < a->argv.n; i++)
        if (guard_defender(a->argv.v[i]))
            return place_error(e, at, "a command that is about '%.40s': that service is left to Windows", a->argv.v[i]);
    return true;
}

static const struct field fields[] = {
    FIELD(args, STRS, argv, "program and arguments; no shell, no secrets", .flags = FIELD_REQUIRED),
    FIELD(args, STRS, undo, "program and arguments that undo it"),
    FIELD(args, STR, input, "name of a secret that the program reads from standard input"),
    FIELD(args, BOOL, wait_tree, "wait also for what it leaves running"),
    FIELD(args, STR, signer, "Windows: name or pattern of who must have signed the program", .flags = FIELD_PATTERN),
    FIELD(args, ENUM, exits, "whose exit codes it has where the product's own say nothing", .names = exits_names),
    FIELD_END,
};
static const struct schema args_schema = {"command.run", NULL, "", sizeof(struct args), fields, check};

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct secret s = {NULL, 0};
    struct os_child child = {.argv = a->argv,
                             .input = a->input ? &s : NULL,
                             .timeout_ms = c->step->timeout_s * 1000,
                             .wait_tree = a->wait_tree,
                             .tick = c->tick,
                             .arg = c->tick_arg};
    struct os_exit x;
    bool ok;

    if (a->argv.n && !effect_signer(c, ret, a->argv.v[0], a->signer, &ok, e))
        return false;
    if (a->argv.n && !ok)
        return true;
    if (a->input && !secret_resolve(c->plan, a->input, &s, e))
        return false;
    ok = os_run(&child, &x, e);
    secret_clear(&s);
    os_sync(); /* what it wrote, before its end is on record */
    if (!ok || !effect_exit(c, ret, a->argv.n ? a->argv.v[0] : "", (enum exits)a->exits, &x, e))
        return false;
    /* Without a condition to look at, an exit status that nobody explained is a failure. */
    if (ret->outcome == OUTCOME_NONE && !c->step->after)
        ret->outcome = OUTCOME_FATAL;
    return true;
}

static const char *undo_text(const void *args, struct arena *arena)
{
    const struct args *a = args;

    return a->undo.n ? arena_printf(arena, "run %s", a->undo.v[0]) : "";
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct os_child child = {.argv = a->undo,
                             .timeout_ms = c->step->timeout_s * 1000,
                             .wait_tree = a->wait_tree,
                             .tick = c->tick,
                             .arg = c->tick_arg};
    struct os_exit x;

    if (!a->undo.n || !os_program(a->undo.v[0], &c->doc->arena))
        return effect_set(c, ret, OUTCOME_OK, e, "there is nothing to run");
    return os_run(&child, &x, e) && effect_exit(c, ret, a->undo.v[0], EXITS_NONE, &x, e);
}

const struct verb verb_command_run = {
    .def = {.name = "command.run",
            .doc = "Runs a program of a product, as its own installer or activation command. The step's `after` says when "
                   "its effect holds; the product's exit codes say what its status means.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 600,
            .undo_text = undo_text,
            .no_undo = "its package's removal undoes it"},
    .apply = apply,
    .undo = undo,
};
