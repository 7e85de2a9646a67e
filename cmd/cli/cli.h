/*
 * cli.h - what a program of ours and its commands are: const structs that drive parsing, --help, the manual and the
 * completion. Each program defines `program` (its table.c); its main() calls program_main().
 *
 * Calling order in program_main(): options_parse fills `args`, out_open decides how to print, then the command's run() is
 * called once. run() returns false with the err filled, or true with the exit status in cli->status. It prints through
 * out.h only. Everything it reads lives in cli->doc or cli->catalog, until the process ends.
 */
#ifndef AVSWAP_CMD_CLI_CLI_H
#define AVSWAP_CMD_CLI_CLI_H

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
#define OPTION_OVERLAY {"overlay", 0, "DIR", "lay the site's own vendors/ and playbooks/ in DIR over the catalogue (may be given again)", true}
#define OPTION_JURISDICTION                                                                                  \
    {"jurisdiction", 0, "J,...", "whose law applies: US, US-federal, AU-federal, DE ... (may be given again)", true}
#define OPTION_AS {"as", 0, "WHO", "who answers for the PC: business, individual, federal, msp ...", false}
#define OPTION_FROM {"from", 0, "FACTS", "work from a saved facts.json ('-': standard input) instead of this PC", false}
#define OPTION_EICAR {"eicar", 0, NULL, "prove the new engine with an EICAR test file made on the spot", false}
#define OPTION_TAG {"tag", 0, "TAG", "this PC has this tag, for the policy's groups (may be given again)", true}
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
    const char *name;                /* one word, or two: "catalog sync" */
    const char *summary;             /* begins with a small letter, no full stop */
    const char *operands;            /* as in "PLAN" or "[RUN]"; "" for none */
    size_t min_operands, max_operands;
    const char *const *about;        /* paragraphs, NULL-terminated */
    const struct option *options;    /* besides the common ones */
    const int *exits;                /* exit statuses it uses besides 0, 1 and 2; ended by -1 */
    const struct example *examples;  /* ended by a NULL command */
    const char *words;               /* what its operands may begin with, for the completion; NULL: not told */
    bool takes_all;                  /* the whole line behind its name goes to another program: only operands */
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

struct manual { /* a page that is about no single command */
    const char *name; /* "avswap-policy.5" */
    void (*make)(struct buf *b);
};

struct program {
    const char *name;    /* of its file and its manual: "avswap" */
    const char *call;    /* as people start it: "avswap", "avswap fleet" */
    const char *summary; /* begins with a small letter, no full stop */
    const char *const *about;                /* paragraphs, NULL-terminated */
    const struct command *const *commands;   /* NULL-terminated, in the order of --help */
    const struct command *alone;             /* run without a command on a terminal; NULL: the usage */
    const struct manual *manuals;            /* besides those of the program and its commands; ended by a NULL name */
};
extern const struct program program;

extern const struct option common_options[];
/* The command that argv begins with, and how many words name it; NULL when there is none. */
const struct command *command_find(char *const *argv, int argc, int *ret_words);

extern const struct command cmd_docs; /* every program has it */

/* All there is between main() and a command. argv as given to main(). */
int program_main(int argc, char **argv);

#endif
