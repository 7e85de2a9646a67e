#include "cmd/avswap/avswap.h"
#include "cmd/cli/man.h"

static const struct command *const commands[] = {
    &cmd_detect, &cmd_timeline, &cmd_plan, &cmd_run,   &cmd_migrate, &cmd_resume, &cmd_status, &cmd_rollback,
    &cmd_verify, &cmd_report,   &cmd_lint, &cmd_verbs, &cmd_catalog, &cmd_import_winget,
    &cmd_guided, &cmd_docs,   &cmd_fleet, &cmd_visit, NULL,
};

static const struct manual manuals[] = {
    {"avswap-verbs.7", man_verbs},
    {"avswap-formats.5", man_formats},
    {"avswap-policy.5", man_policy},
    {NULL, NULL},
};

static const char *const about[] = {
    "avswap moves this PC from a product that must go to another antivirus: it finds what is here, explains what the law in "
    "force means for it, plans the change down to every step and its undo, carries it out without leaving the PC unprotected "
    "unnoticed, and proves the result.",
    "Without a command, on a terminal, it guides through all of that and asks before anything changes.",
    NULL,
};

const struct program program = {
    .name = "avswap",
    .call = "avswap",
    .summary = "move a PC from one antivirus to another",
    .about = about,
    .commands = commands,
    .alone = &cmd_guided,
    .manuals = manuals,
};
