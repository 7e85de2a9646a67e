#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"

/* Without a terminal too: the unit or service that a run has at boot and a detached run start this. */
static bool resume(struct cli *c, struct err *e)
{
    const char *id;

    return execute_pick(c, &id, e) && execute_run(c, id, EXECUTE_GO, e);
}

static const struct option options[] = {
    OPTION_EICAR,
    OPTION_END,
};

static const char *const about[] = {
    "Goes on with a run that a crash, a reboot or a person interrupted: the newest unfinished one when none is named. A step "
    "that had begun is looked at first and applied again only if its effect does not hold.",
    "A finished run is only reported. This is what a run's own unit, on Windows its service, starts at boot; it asks nothing.",
    NULL,
};

static const struct example examples[] = {
    {"avswap resume", "after a power cut"},
    {NULL, NULL},
};

const struct command cmd_resume = {
    .name = "resume",
    .summary = "go on with an interrupted run",
    .operands = "[RUN]",
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REBOOT, EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = resume,
};
