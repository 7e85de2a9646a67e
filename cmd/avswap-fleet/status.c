#include "cmd/avswap-fleet/source.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"

/* For scripts: as bad as its worst PC. */
static int exit_of(const struct fleet_status *f)
{
    for (size_t i = 0; i < f->hosts.n; i++)
        if (fleet_care(&f->hosts.v[i]).alarm)
            return EXIT_UNPROTECTED;
    if (fleet_state_count(f, HOST_DOUBT) || fleet_state_count(f, HOST_HELD))
        return EXIT_IN_DOUBT;
    return fleet_state_count(f, HOST_DONE) == f->total ? EXIT_DONE : EXIT_FLEET_PARTIAL;
}

static bool show(struct cli *c, const struct fleet_status *f, struct err *e)
{
    struct buf b;

    if (c->json)
        return out_doc(&fleet_status_schema, f, e);
    buf_init(&b, LIMIT_FLEET);
    if (option_given(&c->args, "csv"))
        report_fleet_csv(f, &b);
    else
        report_fleet(f, &c->style, &b);
    return out_text(&b, e);
}

static bool status(struct cli *c, struct err *e)
{
    bool products = c->json || option_given(&c->args, "csv");
    struct source s;
    struct fleet_status f;
    bool ok;

    ok = input_now(c, e) && source_open(c, products, &s, e) && source_look(&s, c->now, &c->doc, &f, e) && show(c, &f, e);
    source_close(&s);
    if (ok)
        c->status = exit_of(&f);
    return ok;
}

static const struct option options[] = {
    {"csv", 0, NULL, "one line a PC, for a spreadsheet", false},
    OPTIONS_SOURCE,
    OPTION_END,
};

static const char *const about[] = {
    "Shows where the rollout stands: how many PCs are in which state, wave by wave; how many a day are done and how many the "
    "deadline asks for; the time without protection; and first of all which PCs need a person, why, and what to do.",
    "It only reads, so it may be asked at any time, also while avswap fleet run is at work. --verbose shows every PC.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet status", "the rollout that goes on, or the last one"},
    {"avswap fleet status --csv > fleet.csv", "every PC, for a spreadsheet"},
    {"avswap fleet status --json --id 3", "an earlier one, for a script"},
    {NULL, NULL},
};

const struct command cmd_fleet_status = {
    .name = "status",
    .summary = "where the rollout stands, and who needs hands",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_UNPROTECTED, EXIT_IN_DOUBT, EXIT_FLEET_PARTIAL, -1},
    .examples = examples,
    .run = status,
};
