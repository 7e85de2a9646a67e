#include "cmd/avswap/man.h"

#include "core/os/machine.h"

#include <string.h>

static void word_list(struct buf *b, const struct option *list)
{
    for (; list && list->name; list++) {
        buf_printf(b, " --%s", list->name);
        if (list->letter)
            buf_printf(b, " -%c", list->letter);
    }
}

/* Options whose argument is not a file: nothing is offered for it. */
static bool takes_path(const struct option *o)
{
    static const char *const names[] = {"FACTS", "FILE", "PLAN", "DIR"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], o->arg) == 0)
            return true;
    return false;
}

/* Was an option of that name and kind already seen in a command before the i-th? */
static bool seen_before(size_t i, const struct option *o)
{
    for (size_t k = 0; k < i; k++)
        for (const struct option *x = commands[k]->options; x && x->name; x++)
            if (strcmp(x->name, o->name) == 0 && x->arg && takes_path(x) == takes_path(o))
                return true;
    return false;
}

/* Case patterns of the options after which a value stands: paths or not. */
static void value_options(struct buf *b, bool paths)
{
    bool first = true;

    for (size_t i = 0; commands[i]; i++)
        for (const struct option *o = commands[i]->options; o && o->name; o++) {
            if (!o->arg || takes_path(o) != paths || seen_before(i, o))
                continue;
            buf_printf(b, "%s--%s", first ? "" : "|", o->name);
            if (o->letter)
                buf_printf(b, "|-%c", o->letter);
            first = false;
        }
}

static void operands(struct buf *b, const struct command *cmd)
{
    if (strstr(cmd->operands, "RUN"))
        buf_printf(b, "            words+=\" $(ls %s/runs 2>/dev/null)\" ;;\n", os_state_dir());
    else if (strcmp(cmd->name, "catalog") == 0)
        buf_adds(b, "            words+=\" list show digest\" ;;\n");
    else if (strcmp(cmd->name, "docs") == 0)
        buf_adds(b, "            words+=\" man completion\" ;;\n");
    else if (*cmd->operands)
        buf_adds(b, "            files=1 ;;\n");
    else
        buf_adds(b, "            ;;\n");
}

void completion_bash(struct buf *b)
{
    buf_adds(b, "# bash completion of avswap; made by avswap docs completion\n"
                "_avswap() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= files=\n"
                "    COMPREPLY=()\n"
                "    if (( COMP_CWORD == 1 )); then\n"
                "        COMPREPLY=( $(compgen -W \"--help --version help");
    for (size_t i = 0; commands[i]; i++)
        buf_printf(b, " %s", commands[i]->name);
    buf_adds(b, "\" -- \"$cur\") )\n        return\n    fi\n    case $prev in\n        ");
    value_options(b, true);
    buf_adds(b, ")\n            compopt -o filenames; COMPREPLY=( $(compgen -f -- \"$cur\") ); return ;;\n        ");
    value_options(b, false);
    buf_adds(b, ")\n            return ;;\n    esac\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; commands[i]; i++) {
        buf_printf(b, "        %s)\n            words=\"", commands[i]->name);
        word_list(b, commands[i]->options);
        word_list(b, common_options);
        buf_adds(b, "\"\n");
        operands(b, commands[i]);
    }
    buf_adds(b, "    esac\n"
                "    COMPREPLY=( $(compgen -W \"$words\" -- \"$cur\") )\n"
                "    if [[ $files && $cur != -* ]]; then\n"
                "        compopt -o filenames; COMPREPLY=( $(compgen -f -- \"$cur\") )\n"
                "    fi\n"
                "}\n"
                "complete -F _avswap avswap\n");
}
