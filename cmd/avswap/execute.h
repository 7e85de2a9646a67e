/*
 * execute.h - running, resuming and turning back a run, and showing how it ended.
 */
#ifndef AVSWAP_CMD_AVSWAP_EXECUTE_H
#define AVSWAP_CMD_AVSWAP_EXECUTE_H

#include "cmd/cli/cli.h"

enum execute_how { EXECUTE_GO, EXECUTE_BACK };

/* Puts the plan's text into a run folder; its id goes to the cli's arena. */
bool execute_prepare(struct cli *c, const char *file, const char *text, size_t len, const char **ret_id,
                     struct err *e) MUST_CHECK;
/* Runs to the end with progress, then shows the report; sets cli->status. */
bool execute_run(struct cli *c, const char *id, enum execute_how how, struct err *e) MUST_CHECK;
/* The report (or outcome document) of a run as it stands; short for somebody who watched it. */
bool execute_report(struct cli *c, const char *id, bool watched, struct err *e) MUST_CHECK;
/* The run named on the command line, or the one to act on. */
bool execute_pick(struct cli *c, const char **ret_id, struct err *e) MUST_CHECK;
/* True with --yes or after a yes on the terminal; an error without both. */
bool execute_consent(struct cli *c, const char *question, bool *ret, struct err *e) MUST_CHECK;

#endif
