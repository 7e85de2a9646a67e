#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/step/guard.h"
#include "core/step/secrets.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    const char *name;
    const char *command;
    struct strs argv;
    struct strs args;
    bool bare;
    const char *signer;
    const char *input;
    int exits;
};

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    if (!a->command == !a->argv.n)
        return place_error(e, at, "either 'command' or 'argv' says what runs");
    if (a->argv.n && guard_interpreter(a->argv.v[0]))
        return place_error(e, at, "'%.200s' is no uninstaller but runs what it is told; msi.remove is for Windows Installer",
                           a->argv.v[0]);
    return true;
}

static const struct field fields[] = {
    FIELD(args, STR, name, "name of its uninstall entry, which must be gone in the end", .flags = FIELD_REQUIRED),
    FIELD(args, STR, command, "command of an uninstall entry, as it stands there"),
    FIELD(args, STRS, argv, "or program and arguments; no shell, no secrets"),
    FIELD(args, STRS, args, "more arguments, as those that make it silent"),
    FIELD(args, BOOL, bare, "without the arguments that 'command' itself has"),
    FIELD(args, STR, signer, "name or pattern of who must have signed the program", .flags = FIELD_PATTERN),
    FIELD(args, STR, input, "name of a secret that the program reads from standard input"),
    FIELD(args, ENUM, exits, "whose exit codes it has where the product's own say nothing", .names = exits_names),
    FIELD_END,
};
static const struct schema args_schema = {"exe.remove", NULL, "", sizeof(struct args), fields, check};

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    struct cond here = {.probe = PROBE_UNINSTALL, .name = text_literal(&d->arena, ((const struct args *)args)->name)};

    return here.name ? cond_copy(&here, true, d, ret, e) : err_nomem(e);
}

static bool command_line(const struct step_ctx *c, const struct args *a, struct strs *ret, struct err *e)
{
    struct strs own = a->argv, all = {NULL, 0};

    if (a->command && !os_command_split(a->command, &c->doc->arena, &own, e))
        return false;
    if (guard_interpreter(own.v[0]))
        return err_set(e, ERR_INPUT, "'%.200s' is no uninstaller but runs what it is told", own.v[0]);
    all.v = ARENA_ARRAY(&c->doc->arena, own.n + a->args.n, const char *);
    if (!all.v)
        return err_nomem(e);
    for (size_t i = 0; i < (a->command && a->bare ? 1 : own.n); i++)
        all.v[all.n++] = own.v[i];
    for (size_t i = 0; i < a->args.n; i++)
        all.v[all.n++] = a->args.v[i];
    *ret = all;
    return true;
}

/* The program may return long before its copy in a temporary folder is done: the whole tree is waited for. */
static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct secret s = {NULL, 0};
    struct os_child child = {.input = a->input ? &s : NULL,
                             .timeout_ms = c->step->timeout_s * 1000,
                             .wait_tree = true,
                             .tick = c->tick,
                             .arg = c->tick_arg};
    struct os_exit x;
    bool good, ok;

    if (!command_line(c, a, &child.argv, e))
        return false;
    if (!os_file_exists(child.argv.v[0]))
        return effect_set(c, ret, OUTCOME_NONE, e, "its uninstaller %s is not there", child.argv.v[0]);
    if (!effect_signer(c, ret, child.argv.v[0], a->signer, &good, e))
        return false;
    if (!good)
        return true;
    if (a->input && !secret_resolve(c->plan, a->input, &s, e))
        return false;
    ok = os_run(&child, &x, e);
    secret_clear(&s);
    os_sync();
    return ok && effect_exit(c, ret, child.argv.v[0], (enum exits)a->exits, &x, e);
}

const struct verb verb_exe_remove = {
    .def = {.name = "exe.remove",
            .os = "windows",
            .doc = "Runs a product's own uninstaller, from its uninstall entry or as given, and waits for all that it "
                   "starts. Done when the entry is gone and the step's own condition holds.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION | VERB_MAY_REBOOT,
            .timeout_s = 1800,
            .after = after,
            .no_undo = "only its own installer brings it back"},
    .apply = apply,
};
