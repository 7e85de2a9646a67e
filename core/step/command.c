#include "core/os/file.h"
#include "core/step/secrets.h"
#include "core/step/table.h"

struct args {
    struct strs argv;
    struct strs undo;
    const char *input;
    bool wait_tree;
};

static const struct field fields[] = {
    FIELD(args, STRS, argv, "program and arguments; no shell, no secrets", .flags = FIELD_REQUIRED),
    FIELD(args, STRS, undo, "program and arguments that undo it"),
    FIELD(args, STR, input, "name of a secret that the program reads from standard input"),
    FIELD(args, BOOL, wait_tree, "wait also for what it leaves running"),
    FIELD_END,
};
static const struct schema args_schema = {"command.run", NULL, "", sizeof(struct args), fields, NULL};

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

    if (a->input && !secret_resolve(c->plan, a->input, &s, e))
        return false;
    ok = os_run(&child, &x, e);
    secret_clear(&s);
    os_sync(); /* what it wrote, before its end is on record */
    if (!ok || !effect_exit(c, ret, a->argv.n ? a->argv.v[0] : "", &x, e))
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
    return os_run(&child, &x, e) && effect_exit(c, ret, a->undo.v[0], &x, e);
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
