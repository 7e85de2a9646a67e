/*
 * avswap.h - the commands of avswap, one file each.
 */
#ifndef AVSWAP_CMD_AVSWAP_AVSWAP_H
#define AVSWAP_CMD_AVSWAP_AVSWAP_H

#include "cmd/cli/cli.h"

extern const struct command cmd_detect, cmd_plan, cmd_run, cmd_migrate, cmd_resume, cmd_status, cmd_rollback, cmd_verify,
    cmd_report, cmd_timeline, cmd_lint, cmd_verbs, cmd_catalog, cmd_import_winget, cmd_fleet, cmd_guided, cmd_visit;

#endif
