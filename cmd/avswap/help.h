/*
 * help.h - the commands' own words on a screen. The manual pages are made from the same table (docs.c, man.c).
 */
#ifndef AVSWAP_CMD_AVSWAP_HELP_H
#define AVSWAP_CMD_AVSWAP_HELP_H

#include "cmd/avswap/cli.h"

/* What the program as a whole is, as paragraphs. */
extern const char *const help_about[];

bool help_short(int stream, struct err *e) MUST_CHECK;
bool help_command(const struct command *cmd, struct err *e) MUST_CHECK;
/* "-o, --output PLAN" */
void help_option(const struct option *o, struct buf *b);

#endif
