/* From a command line to a command. */
#include "cmd/cli/help.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/base/version_tool.h"
#include "core/os/console.h"
#include "core/os/process.h"

#include <string.h>

const struct option common_options[] = {
    {"json", 0, NULL, "one JSON document on standard output; talk goes to standard error", false},
    {"verbose", 'v', NULL, "with evidence, conditions, arguments and digests", false},
    {"help", 'h', NULL, "explain the command", false},
    OPTION_END,
};

/* Of a name of two words, how many argv begins with: 2, or 1 when only the first is there. */
static int words_of(const char *name, char *const *argv, int argc)
{
    const char *space = strchr(name, ' ');
    size_t n = space ? (size_t)(space - name) : strlen(name);

    if (argc < 1 || strlen(argv[0]) != n || memcmp(argv[0], name, n) != 0)
        return 0;
    return space && argc > 1 && strcmp(argv[1], space + 1) == 0 ? 2 : 1;
}

const struct command *command_find(char *const *argv, int argc, int *ret_words)
{
    const struct command *found = NULL;

    *ret_words = 0;
    for (size_t i = 0; program.commands[i]; i++) {
        const char *name = program.commands[i]->name;
        int n = words_of(name, argv, argc);

        if (n > *ret_words && n == (strchr(name, ' ') ? 2 : 1)) {
            found = program.commands[i];
            *ret_words = n;
        }
    }
    return found;
}

/* Does argv[0] begin commands of two words? */
static bool is_group(char *const *argv)
{
    for (size_t i = 0; program.commands[i]; i++)
        if (strchr(program.commands[i]->name, ' ') && words_of(program.commands[i]->name, argv, 1))
            return true;
    return false;
}

static bool unknown_command(char *const *argv, int argc, struct err *e)
{
    const char *names[64] = {NULL}, *near;
    struct buf word, shown;
    size_t n = 0;

    buf_init(&word, LIMIT_STRING);
    buf_init(&shown, 1024);
    buf_adds(&word, argv[0]);
    if (is_group(argv) && argc > 1 && argv[1][0] != '-')
        buf_printf(&word, " %s", argv[1]);
    for (size_t i = 0; program.commands[i] && n < 64; i++)
        names[n++] = program.commands[i]->name;
    near = text_nearest(buf_str(&word), names, n);
    text_show(&shown, buf_str(&word));
    err_set(e, ERR_USAGE, "there is no command '%.200s'%s%s%s%s%s", buf_str(&shown), near ? " (did you mean '" : "",
            near ? near : "", near ? "'?)" : "; see ", near ? "" : program.call, near ? "" : " --help");
    buf_free(&word);
    buf_free(&shown);
    return false;
}

static bool no_command(struct cli *c, struct err *e)
{
    if (program.alone && c->tty_in && c->tty_out)
        return program.alone->run(c, e);
    c->status = EXIT_USAGE;
    return help_short(OS_ERR, e);
}

static bool run_command(struct cli *c, int argc, char **argv, struct err *e)
{
    int words;

    c->command = command_find(argv, argc, &words);
    if (!c->command)
        return unknown_command(argv, argc, e);
    argv += words;
    argc -= words;
    if (c->command->takes_all) {
        c->args.operands = ARENA_ARRAY(&c->doc.arena, (size_t)argc + 1, const char *);
        if (!c->args.operands)
            return err_nomem(e);
        for (int i = 0; i < argc; i++)
            c->args.operands[c->args.operand_count++] = argv[i];
    } else {
        /* Known before the rest is read, as a wrong command line is an error object too. */
        for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
            c->json = c->json || strcmp(argv[i], "--json") == 0;
        if (!options_parse(c->command, argc, argv, &c->doc.arena, &c->args, e))
            return false;
    }
    if (option_given(&c->args, "help"))
        return help_command(c->command, e);
    c->style.verbose = option_given(&c->args, "verbose");
    return input_now(c, e) && c->command->run(c, e);
}

static bool help(int argc, char **argv, struct err *e)
{
    const struct command *cmd;
    int words;

    if (argc == 0)
        return help_short(OS_OUT, e);
    cmd = command_find(argv, argc, &words);
    return cmd ? help_command(cmd, e) : unknown_command(argv, argc, e);
}

static bool dispatch(struct cli *c, int argc, char **argv, struct err *e)
{
    static const char version[] = " " AVSWAP_VERSION "\n";

    if (argc < 2)
        return no_command(c, e);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help_short(OS_OUT, e);
    if (strcmp(argv[1], "help") == 0)
        return help(argc - 2, argv + 2, e);
    if (strcmp(argv[1], "--version") == 0)
        return out_bytes(program.name, strlen(program.name), e) && out_bytes(version, sizeof version - 1, e);
    if (argv[1][0] == '-')
        return err_set(e, ERR_USAGE, "an option before the command: write %s COMMAND %.60s", program.call, argv[1]);
    return run_command(c, argc - 1, argv + 1, e);
}

int program_main(int argc, char **argv)
{
    /* Catalogue and documents live as long as the process: taking thousands of small objects apart at its end would
     * only cost time. */
    static struct cli c = {.doc = DOC_INIT};
    struct err e = ERR_INIT;
    char line[8];

    mem_setup();
    os_harden();
    out_open(&c);
    if (!dispatch(&c, argc, argv, &e)) {
        out_error(&c, &e);
        c.status = err_exit(e.code);
    }
    if (os_console_own_window()) {
        out_talk(&c, "\nPress Enter to close this window.");
        (void)out_read_line(line, sizeof line);
    }
    return c.status;
}
