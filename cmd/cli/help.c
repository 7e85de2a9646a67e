#include "cmd/cli/help.h"

#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/console.h"
#include "core/os/machine.h"
#include "core/report/page.h"

#include <string.h>

static void open_page(struct cli *c, struct page *p, struct buf *b)
{
    out_open(c);
    buf_init(b, LIMIT_STRING * 4);
    page_open(p, &c->style, b);
}

bool help_short(int stream, struct err *e)
{
    struct cli c = {.doc = DOC_INIT};
    struct page p;
    struct buf b;
    size_t wide = 10;

    for (size_t i = 0; program.commands[i]; i++)
        if (strlen(program.commands[i]->name) >= wide)
            wide = strlen(program.commands[i]->name) + 1;
    open_page(&c, &p, &b);
    if (stream == OS_ERR)
        p.style = &c.err_style;
    page_line(&p, 0, 0, INK_BOLD, "usage: %s [COMMAND [OPTIONS]]", program.call);
    for (size_t i = 0; program.about[i]; i++) {
        page_blank(&p);
        page_line(&p, 0, 0, INK_PLAIN, "%s", program.about[i]);
    }
    page_heading(&p, "COMMANDS");
    for (size_t i = 0; program.commands[i]; i++) {
        page_keep(&p, INK_NAME, "%-*s", (int)wide, program.commands[i]->name);
        page_say(&p, INK_PLAIN, "%s", program.commands[i]->summary);
        page_end_para(&p, 2, 2 + (int)wide);
    }
    page_heading(&p, "EXIT STATUS");
    for (int i = 0; exit_meaning(i); i++) {
        page_keep(&p, INK_NAME, "%d  ", i);
        page_say(&p, INK_PLAIN, "%s", exit_meaning(i));
        page_end_para(&p, 2, 5);
    }
    page_blank(&p);
    if (text_eq(os_family(), "windows"))
        page_line(&p, 0, 2, INK_DIM, "%s COMMAND --help explains one.", program.call);
    else
        page_line(&p, 0, 2, INK_DIM, "%s COMMAND --help explains one; man %s tells all.", program.call, program.name);
    page_close(&p);
    if (stream == OS_ERR) {
        out_stderr(buf_str(&b), b.len);
        buf_free(&b);
        return true;
    }
    return out_text(&b, e);
}

void help_option(const struct option *o, struct buf *b)
{
    if (o->letter)
        buf_printf(b, "-%c, ", o->letter);
    buf_printf(b, "--%s", o->name);
    if (o->arg)
        buf_printf(b, " %s", o->arg);
}

static void options(struct page *p, const struct option *list)
{
    struct buf b;

    for (; list && list->name; list++) {
        buf_init(&b, 256);
        help_option(list, &b);
        page_line(p, 2, 2, INK_NAME, "%s", buf_str(&b));
        page_line(p, 8, 8, INK_PLAIN, "%s", list->doc);
        buf_free(&b);
    }
}

static void exits(struct page *p, const struct command *cmd)
{
    static const int always[] = {EXIT_DONE, EXIT_ERROR, EXIT_USAGE};
    size_t n = sizeof always / sizeof always[0];

    page_heading(p, "EXIT STATUS");
    for (size_t i = 0; i < n || cmd->exits[i - n] >= 0; i++) {
        int status = i < n ? always[i] : cmd->exits[i - n];

        page_keep(p, INK_NAME, "%d  ", status);
        page_say(p, INK_PLAIN, "%s", exit_meaning(status));
        page_end_para(p, 2, 5);
    }
}

bool help_command(const struct command *cmd, struct err *e)
{
    struct cli c = {.doc = DOC_INIT};
    struct page p;
    struct buf b;

    open_page(&c, &p, &b);
    page_line(&p, 0, 2, INK_BOLD, "usage: %s %s [OPTIONS]%s%s", program.call, cmd->name, *cmd->operands ? " " : "", cmd->operands);
    for (size_t i = 0; cmd->about[i]; i++) {
        page_blank(&p);
        page_line(&p, 0, 0, INK_PLAIN, "%s", cmd->about[i]);
    }
    page_heading(&p, "OPTIONS");
    options(&p, cmd->options);
    options(&p, common_options);
    exits(&p, cmd);
    page_heading(&p, "EXAMPLES");
    for (const struct example *x = cmd->examples; x->command; x++) {
        page_line(&p, 2, 4, INK_PLAIN, "%s", x->command);
        page_line(&p, 6, 6, INK_DIM, "%s", x->text);
    }
    page_close(&p);
    return out_text(&b, e);
}
