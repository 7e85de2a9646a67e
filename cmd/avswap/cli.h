/*
 * cli.h - what a command of avswap is: one const struct that drives parsing, --help, the manual and the completion.
 *
 * Calling order in main(): options_parse fills `args`, out_open decides how to print, then the command's run() is
 * called once. run() returns false with the err filled, or true with the exit status in cli->status. It prints through
 * out.h only. Everything it reads lives in cli->doc or cli->catalog, which main() frees.
 */
#ifndef AVSWAP_CMD_AVSWAP_CLI_H
#define AVSWAP_CMD_AVSWAP_CLI_H

#include "core/model/catalog.h"
#include "core/report/report.h"

struct option {
    const char *name; /* long, without "--" */
    char letter;      /* 0: none */
    const char *arg;  /* name of its argument, NULL: it takes none */
    const char *doc;
    bool many;        /* may be given more than once */
};

#define OPTION_END                                                                                           \
    {                                                                                                        \
        NULL, 0, NULL, NULL, false                                                                           \
    }

/* Options that mean the same wherever they are. */
#define OPTION_NOW {"now", 0, "INSTANT", "reckon with this instant (2024-09-29T04:00:00Z) instead of the clock's", false}
#define OPTION_CATALOG {"catalog", 0, "DIR", "use the catalogue in DIR instead of the one inside the program", false}
#define OPTION_JURISDICTION                                                                                  \
    {"jurisdiction", 0, "J,...", "whose law applies: US, US-federal, AU-federal, DE ... (may be given again)", true}
#define OPTION_AS {"as", 0, "WHO", "who answers for the PC: business, individual, federal, msp ...", false}
#define OPTION_FROM {"from", 0, "FACTS", "work from a saved facts.json ('-': standard input) instead of this PC", false}
#define OPTION_EICAR {"eicar", 0, NULL, "prove the new engine with an EICAR test file made on the spot", false}
#define OPTION_YES {"yes", 'y', NULL, "do not ask; needed where there is no terminal", false}

struct given {
    const struct option *option;
    const char *value; /* NULL when it takes none */
};

struct args {
    struct given given[64];
    size_t n;
    const char **operands; /* NULL-terminated */
    size_t operand_count;
};

struct example {
    const char *command;
    const char *text;
};

struct cli;

struct command {
    const char *name;
    const char *summary;             /* begins with a small letter, no full stop */
    const char *operands;            /* as in "PLAN" or "[RUN]"; "" for none */
    size_t min_operands, max_operands;
    const char *const *about;        /* paragraphs, NULL-terminated */
    const struct option *options;    /* besides the common ones */
    const int *exits;                /* exit statuses it uses besides 0, 1 and 2; ended by -1 */
    const struct example *examples;  /* ended by a NULL command */
    bool (*run)(struct cli *c, struct err *e);
};

#define NO_LIMIT ((size_t)-1)

struct cli {
    const struct command *command;
    struct args args;
    int status;
    bool json;    /* the document on stdout, talk on stderr */
    bool tty_in, tty_out, tty_err;
    int height;             /* lines of the terminal, 0: none */
    struct style style;     /* of standard output */
    struct style err_style; /* of standard error */
    struct doc doc;
    struct catalog catalog;
    bool has_catalog;       /* loaded; what a failed load left is freed as well */
    instant now; /* of --now or the clock, read once */
};

extern const struct command *const commands[]; /* NULL-terminated, in the order of --help */
extern const struct option common_options[];
const struct command *command_find(const char *name);
/* Names of all commands, for suggestions; at most max. */
size_t command_names(const char **names, size_t max);

extern const struct command cmd_detect, cmd_plan, cmd_run, cmd_migrate, cmd_resume, cmd_status, cmd_rollback, cmd_verify,
    cmd_report, cmd_timeline, cmd_lint, cmd_verbs, cmd_catalog, cmd_docs, cmd_fleet, cmd_guided;

#endif
