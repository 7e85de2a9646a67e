#include "cmd/avswap/cli.h"

#include <string.h>

const struct command *const commands[] = {
    &cmd_detect, &cmd_timeline, &cmd_plan, &cmd_run,   &cmd_migrate, &cmd_resume,  &cmd_status, &cmd_rollback,
    &cmd_verify, &cmd_report,   &cmd_lint, &cmd_verbs, &cmd_catalog, &cmd_guided, &cmd_docs,    &cmd_fleet, NULL,
};

const struct option common_options[] = {
    {"json", 0, NULL, "one JSON document on standard output; talk goes to standard error", false},
    {"verbose", 'v', NULL, "with evidence, conditions, arguments and digests", false},
    {"help", 'h', NULL, "explain the command", false},
    OPTION_END,
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

size_t command_names(const char **names, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; commands[i] && n < max; i++)
        names[n++] = commands[i]->name;
    return n;
}
