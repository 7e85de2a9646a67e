/*
 * options.h - reading a command line.
 *
 * Long options are written whole (no abbreviations, as a new option must not change what an old script means), as
 * "--name VALUE" or "--name=VALUE"; short ones may be joined ("-yv"). "--" ends the options. Options and operands mix.
 * Every error is ERR_USAGE and names the nearest known option.
 */
#ifndef AVSWAP_CMD_CLI_OPTIONS_H
#define AVSWAP_CMD_CLI_OPTIONS_H

#include "cmd/cli/cli.h"

/* argv without the program's and the command's name; reorders nothing, keeps pointers into it. */
bool options_parse(const struct command *cmd, int argc, char **argv, struct arena *a, struct args *ret,
                   struct err *e) MUST_CHECK;
bool option_given(const struct args *a, const char *name);
/* The value of the last one given, or NULL. */
const char *option_value(const struct args *a, const char *name);

#endif
