/*
 * help.h - the commands' own words on a screen. The manual pages are made from the same table (docs.c, man.c).
 */
#ifndef AVSWAP_CMD_CLI_HELP_H
#define AVSWAP_CMD_CLI_HELP_H

#include "cmd/cli/cli.h"

bool help_short(int stream, struct err *e) MUST_CHECK;
bool help_command(const struct command *cmd, struct err *e) MUST_CHECK;
/* "-o, --output PLAN" */
void help_option(const struct option *o, struct buf *b);

#endif
