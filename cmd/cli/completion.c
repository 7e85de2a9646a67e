#include "cmd/cli/man.h"

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
        for (const struct option *x = program.commands[k]->options; x && x->name; x++)
            if (strcmp(x->name, o->name) == 0 && x->arg && takes_path(x) == takes_path(o))
                return true;
    return false;
}

/* Case patterns of the options after which a value stands: paths or not. */
static void value_options(struct buf *b, bool paths)
{
    bool first = true;

    for (size_t i = 0; program.commands[i]; i++)
        for (const struct option *o = program.commands[i]->options; o && o->name; o++) {
            if (!o->arg || takes_path(o) != paths || seen_before(i, o))
                continue;
            buf_printf(b, "%s--%s", first ? "" : "|", o->name);
            if (o->letter)
                buf_printf(b, "|-%c", o->letter);
            first = false;
        }
}

/* The other words of the commands of two whose first is the one given. */
static void second_words(struct buf *b, const char *first)
{
    size_t n = strlen(first);

    for (size_t i = 0; program.commands[i]; i++)
        if (strncmp(program.commands[i]->name, first, n) == 0 && program.commands[i]->name[n] == ' ')
            buf_printf(b, " %s", program.commands[i]->name + n + 1);
}

/* Did a command before the i-th begin with the same word? */
static bool began_before(size_t i)
{
    const char *name = program.commands[i]->name;
    size_t n = strcspn(name, " ");

    for (size_t k = 0; k < i; k++)
        if (strncmp(program.commands[k]->name, name, n) == 0 && strcspn(program.commands[k]->name, " ") == n)
            return true;
    return false;
}

/* First words, each once. */
static void first_words(struct buf *b)
{
    for (size_t i = 0; program.commands[i]; i++)
        if (!began_before(i))
            buf_printf(b, " %.*s", (int)strcspn(program.commands[i]->name, " "), program.commands[i]->name);
}

static void operands(struct buf *b, const struct command *cmd)
{
    if (cmd->words)
        buf_printf(b, "            words+=\" %s\" ;;\n", cmd->words);
    else if (strstr(cmd->operands, "RUN"))
        buf_printf(b, "            words+=\" $(ls %s/runs 2>/dev/null)\" ;;\n", os_state_dir());
    else if (*cmd->operands)
        buf_adds(b, "            files=1 ;;\n");
    else
        buf_adds(b, "            ;;\n");
}

/* Commands of one word or of two; the latter come first, as the patterns of the former fit them, too. */
static void command_words(struct buf *b, bool two)
{
    for (size_t i = 0; program.commands[i]; i++) {
        const struct command *cmd = program.commands[i];
        const char *space = strchr(cmd->name, ' ');

        if (two != (space != NULL))
            continue;
        if (two)
            buf_printf(b, "        \"%s\")\n            words=\"", cmd->name);
        else
            buf_printf(b, "        %s|%s\\ *)\n            words=\"", cmd->name, cmd->name);
        word_list(b, cmd->options);
        word_list(b, common_options);
        if (!two)
            second_words(b, cmd->name);
        buf_adds(b, "\"\n");
        operands(b, cmd);
    }
}

/* First words that are no command by themselves. */
static void groups(struct buf *b)
{
    char word[64];

    for (size_t i = 0; program.commands[i]; i++) {
        const char *name = program.commands[i]->name;
        size_t n = strcspn(name, " ");

        if (!name[n] || n >= sizeof word || began_before(i)) /* a command of that one word stands before them */
            continue;
        memcpy(word, name, n);
        word[n] = '\0';
        buf_printf(b, "        %s|%s\\ *)\n            words=\"", word, word);
        second_words(b, word);
        buf_adds(b, "\" ;;\n");
    }
}

void completion_bash(struct buf *b)
{
    struct buf name;

    buf_init(&name, 64);
    for (const char *p = program.name; *p; p++)
        buf_addc(&name, *p == '-' ? '_' : *p);
    buf_printf(b, "# bash completion of %s; made by %s docs completion\n_%s() {\n", program.name, program.name, buf_str(&name));
    buf_adds(b, "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= files=\n"
                "    COMPREPLY=()\n"
                "    if (( COMP_CWORD == 1 )); then\n"
                "        COMPREPLY=( $(compgen -W \"--help --version help");
    first_words(b);
    buf_adds(b, "\" -- \"$cur\") )\n        return\n    fi\n    case $prev in\n        ");
    value_options(b, true);
    buf_adds(b, ")\n            compopt -o filenames; COMPREPLY=( $(compgen -f -- \"$cur\") ); return ;;\n        ");
    value_options(b, false);
    buf_adds(b, ")\n            return ;;\n    esac\n    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
    command_words(b, true);
    command_words(b, false);
    groups(b);
    buf_adds(b, "    esac\n"
                "    COMPREPLY=( $(compgen -W \"$words\" -- \"$cur\") )\n"
                "    if [[ $files && $cur != -* ]]; then\n"
                "        compopt -o filenames; COMPREPLY=( $(compgen -f -- \"$cur\") )\n"
                "    fi\n"
                "}\n");
    buf_printf(b, "complete -F _%s %s\n", buf_str(&name), program.name);
    buf_free(&name);
}
