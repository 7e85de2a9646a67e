#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/process.h"
#include "core/run/run.h"

struct dry {
    const struct cli *cli;
    json_t *steps;
};

static void dry_event(void *arg, const struct plan *plan, const struct event *ev)
{
    struct dry *d = arg;
    struct err ignored = ERR_INIT;
    struct buf b;

    if (!ev)
        return;
    if (ev->kind == EVENT_END && d->cli->json)
        json_array_append_new(d->steps, json_pack("{ss? ss ss?}", "step", ev->step, "outcome",
                                                  outcome_names[ev->outcome], "text", ev->text));
    if (d->cli->json)
        return;
    buf_init(&b, LIMIT_RECORD * 2);
    report_event_dry(plan, ev, &d->cli->style, &b);
    (void)!out_text(&b, &ignored);
}

static bool dry(struct cli *c, const char *file, const struct buf *text, struct err *e)
{
    struct dry d = {c, json_array()};
    struct run_options o = {
        .dry_run = true, .eicar = option_given(&c->args, "eicar"), .progress = dry_event, .arg = &d};

    if (!run_dry(file, buf_str(text), text->len, &o, &c->status, e)) {
        json_decref(d.steps);
        return false;
    }
    if (c->json)
        return out_json(json_pack("{ss si so}", "schema", "avswap.dry-run/1", "status", c->status, "steps", d.steps), e);
    json_decref(d.steps);
    out_talk(c, "\nDry run: nothing was changed.");
    return true;
}

static bool detach(struct cli *c, const char *id, struct err *e)
{
    struct run_options o = {.eicar = option_given(&c->args, "eicar")};
    struct buf self;
    bool ok;

    buf_init(&self, LIMIT_PATH);
    ok = os_self_path(&self, e) && run_detach(id, buf_str(&self), &o, e);
    buf_free(&self);
    if (!ok)
        return false;
    if (c->json)
        return out_json(json_pack("{ss ss}", "schema", "avswap.started/1", "run", id), e);
    out_talk(c, "Run %s goes on by itself. Look at it with: avswap status %s --follow", id, id);
    return true;
}

static bool with_plan(struct cli *c, const char *file, const struct buf *text, struct err *e)
{
    const char *id;
    bool yes;

    if (option_given(&c->args, "dry-run"))
        return dry(c, file, text, e);
    if (option_given(&c->args, "detach") && !run_check_detach(file, buf_str(text), text->len, e))
        return false;
    if (!execute_consent(c, "Change this PC as the plan says?", &yes, e) || !yes)
        return yes || e->code == ERR_NONE;
    if (!execute_prepare(c, file, buf_str(text), text->len, &id, e))
        return false;
    return option_given(&c->args, "detach") ? detach(c, id, e) : execute_run(c, id, EXECUTE_GO, e);
}

static bool run(struct cli *c, struct err *e)
{
    const char *file = c->args.operands[0];
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_DOCUMENT);
    ok = input_file(file, &text, e) && with_plan(c, file, &text, e);
    buf_free(&text);
    return ok;
}

static const struct option options[] = {
    {"detach", 'd', NULL, "start it as a worker of its own that outlives this session, and return", false},
    {"dry-run", 'n', NULL, "look at every step with the same code and change nothing", false},
    OPTION_YES,
    OPTION_EICAR,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "Executes a plan on this PC: checks that what it rests on still holds, prepares everything that can fail, and only then "
    "touches the protection. Every step is journalled before it acts. When a step fails, the PC is brought to the highest "
    "safe state that can be reached, and the report says which.",
    "Losing the terminal does not end a run; on Windows its own service does the work, and neither closing the window nor "
    "logging off ends it. After a crash or a reboot, resume goes on where it was.",
    NULL,
};

static const struct example examples[] = {
    {"avswap run plan.json --dry-run", "what would happen"},
    {"avswap run plan.json --yes --detach", "from a script or over a line that may drop"},
    {NULL, NULL},
};

const struct command cmd_run = {
    .name = "run",
    .summary = "execute a plan on this PC",
    .operands = "PLAN",
    .min_operands = 1,
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REBOOT, EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = run,
};
