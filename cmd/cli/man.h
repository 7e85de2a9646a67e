/*
 * man.h - manual pages and completion, made from the tables that the program itself runs by: commands, options, exit
 * statuses, errors, verbs and formats.
 */
#ifndef AVSWAP_CMD_CLI_MAN_H
#define AVSWAP_CMD_CLI_MAN_H

#include "cmd/cli/cli.h"

void man_program(struct buf *b);                           /* PROGRAM.1 */
void man_command(const struct command *cmd, struct buf *b); /* PROGRAM-COMMAND.1 */
void man_name(const struct command *cmd, struct buf *b);    /* "avswap-fleet-catalog-sync" */
void man_verbs(struct buf *b);                             /* avswap-verbs.7 */
void man_formats(struct buf *b);                           /* avswap-formats.5 */
void man_policy(struct buf *b);                            /* avswap-policy.5 */
void completion_bash(struct buf *b);

#endif
