#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"

static bool rollback(struct cli *c, struct err *e)
{
    const char *id;
    bool yes;

    if (!execute_pick(c, &id, e))
        return false;
    if (!execute_consent(c, "Undo what this run did to the PC?", &yes, e) || !yes)
        return yes || e->code == ERR_NONE;
    return execute_run(c, id, EXECUTE_BACK, e);
}

static const struct option options[] = {
    OPTION_YES,
    OPTION_END,
};

static const char *const about[] = {
    "Turns a run round that is not committed yet: undoes its steps in reverse order and proves that the old product protects "
    "again. Where a measure forbids its use to this owner, the plan says which state is aimed at instead.",
    "After the commit there is nothing to turn back to: what was needed for it is gone.",
    NULL,
};

static const struct example examples[] = {
    {"avswap rollback --yes", "undo the run in hand, from a script"},
    {NULL, NULL},
};

const struct command cmd_rollback = {
    .name = "rollback",
    .summary = "undo a run that is not committed",
    .operands = "[RUN]",
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = rollback,
};
