/* avswap: the program on the PC that is migrated. */
#include "cmd/avswap/help.h"
#include "cmd/avswap/input.h"
#include "cmd/avswap/options.h"
#include "cmd/avswap/out.h"
#include "core/base/version_tool.h"
#include "core/os/console.h"
#include "core/os/installer.h"
#include "core/os/process.h"

#include <string.h>

static const char version[] = "avswap " AVSWAP_VERSION "\n";

static bool no_command(struct cli *c, struct err *e)
{
    if (c->tty_in && c->tty_out)
        return cmd_guided.run(c, e);
    c->status = EXIT_USAGE;
    return help_short(OS_ERR, e);
}

static bool unknown_command(const char *word, struct err *e)
{
    const char *names[64] = {NULL}, *near = text_nearest(word, names, command_names(names, 64));
    struct buf b;

    buf_init(&b, 1024);
    text_show(&b, word);
    err_set(e, ERR_USAGE, "there is no command '%.200s'%s%s%s", buf_str(&b), near ? " (did you mean '" : "",
            near ? near : "", near ? "'?)" : "; see avswap --help");
    buf_free(&b);
    return false;
}

static bool run_command(struct cli *c, int argc, char **argv, struct err *e)
{
    c->command = command_find(argv[0]);
    if (!c->command)
        return unknown_command(argv[0], e);
    /* The fleet program has options of its own. */
    if (c->command != &cmd_fleet) {
        /* Known before the rest is read, as a wrong command line is an error object too. */
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
            c->json = c->json || strcmp(argv[i], "--json") == 0;
        if (!options_parse(c->command, argc - 1, argv + 1, &c->doc.arena, &c->args, e))
            return false;
    } else {
        c->args.operands = ARENA_ARRAY(&c->doc.arena, (size_t)argc, const char *);
        if (!c->args.operands)
            return err_nomem(e);
        for (int i = 1; i < argc; i++)
            c->args.operands[c->args.operand_count++] = argv[i];
    }
    if (option_given(&c->args, "help"))
        return help_command(c->command, e);
    c->style.verbose = option_given(&c->args, "verbose");
    return input_now(c, e) && c->command->run(c, e);
}

static bool dispatch(struct cli *c, int argc, char **argv, struct err *e)
{
    if (argc < 2)
        return no_command(c, e);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help_short(OS_OUT, e);
    if (strcmp(argv[1], "help") == 0)
        return argc < 3 ? help_short(OS_OUT, e)
               : command_find(argv[2]) ? help_command(command_find(argv[2]), e)
                                       : unknown_command(argv[2], e);
    if (strcmp(argv[1], "--version") == 0)
        return out_bytes(version, sizeof version - 1, e);
    if (argv[1][0] == '-')
        return err_set(e, ERR_USAGE, "an option before the command: write avswap COMMAND %.60s", argv[1]);
    return run_command(c, argc - 1, argv + 1, e);
}

static int work(int argc, char **argv)
{
    /* Catalogue and documents live as long as the process: taking thousands of small objects apart at its end would
     * only cost time. */
    static struct cli c = {.doc = DOC_INIT};
    struct err e = ERR_INIT;
    char line[8];

    mem_setup();
    os_harden();
    if (argc == 2 && strcmp(argv[1], OS_MSI_CHILD) == 0) /* started by this program itself, never by people */
        return os_msi_child();
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

int main(int argc, char **argv)
{
    os_console_init(&argc, &argv);
    return os_worker_run(work, argc, argv);
}
