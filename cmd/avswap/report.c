#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/run/run.h"

static bool save_text(struct cli *c, const char *id, const char *file, struct err *e)
{
    struct style plain = {.width = 100, .utf8 = true, .verbose = c->style.verbose};
    struct run_view v;
    struct buf b;
    bool ok;

    if (!run_view(id, &v, e))
        return false;
    if (c->json) {
        ok = out_save(file, &outcome_schema, &v.outcome, e);
    } else {
        buf_init(&b, LIMIT_DOCUMENT);
        report_outcome(&v.outcome, &plain, &b);
        ok = buf_ok(&b, "the report", e) && out_file(file, &b, e);
        buf_free(&b);
    }
    run_view_free(&v);
    return ok;
}

static bool report(struct cli *c, struct err *e)
{
    const char *file = option_value(&c->args, "output"), *id;

    if (!execute_pick(c, &id, e))
        return false;
    return file && !text_eq(file, "-") ? save_text(c, id, file, e) : execute_report(c, id, false, e);
}

static const struct option options[] = {
    {"output", 'o', "FILE", "write it there, for a ticket", false},
    OPTION_END,
};

static const char *const about[] = {
    "Shows how a run ended, or stands: the result, the seconds without protection and when they were, the checks with their "
    "evidence, the EICAR test, the steps, and what a person does next. It is made from the plan and the journal alone.",
    NULL,
};

static const struct example examples[] = {
    {"avswap report", "the newest run"},
    {"avswap report 3f0a9c51d2ee --json -o outcome.json", "a named one, for a script"},
    {NULL, NULL},
};

const struct command cmd_report = {
    .name = "report",
    .summary = "how a run ended, with evidence",
    .operands = "[RUN]",
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = report,
};
