#include "cmd/cli/options.h"

#include <string.h>

static const struct option *next_option(const struct command *cmd, size_t *i)
{
    const struct option *o;
    size_t own = 0;

    while (cmd->options && cmd->options[own].name)
        own++;
    o = *i < own ? &cmd->options[*i] : &common_options[*i - own];
    (*i)++;
    return o->name ? o : NULL;
}

static const struct option *find_long(const struct command *cmd, const char *name, size_t len)
{
    const struct option *o;

    for (size_t i = 0; (o = next_option(cmd, &i));)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct option *find_short(const struct command *cmd, char letter)
{
    const struct option *o;

    for (size_t i = 0; (o = next_option(cmd, &i));)
        if (o->letter == letter)
            return o;
    return NULL;
}

static bool unknown(const struct command *cmd, const char *text, size_t len, struct err *e)
{
    const char *names[64], *near;
    const struct option *o;
    char word[64];
    struct buf b;
    size_t n = 0;

    for (size_t i = 0; n < 64 && (o = next_option(cmd, &i));)
        names[n++] = o->name;
    if (len >= sizeof word)
        len = sizeof word - 1;
    memcpy(word, text, len);
    word[len] = '\0';
    near = text_nearest(word, names, n);
    buf_init(&b, 512);
    text_show(&b, word);
    err_set(e, ERR_USAGE, "unknown option '--%s'%s%s%s", buf_str(&b), near ? " (did you mean '--" : "", near ? near : "",
            near ? "'?)" : "");
    buf_free(&b);
    return false;
}

static bool add(struct args *ret, const struct option *o, const char *value, struct err *e)
{
    if (!o->many && option_given(ret, o->name))
        return err_set(e, ERR_USAGE, "'--%s' is given twice", o->name);
    if (ret->n == sizeof ret->given / sizeof ret->given[0])
        return err_set(e, ERR_USAGE, "too many options");
    ret->given[ret->n++] = (struct given){o, value};
    return true;
}

/* One "--name", "--name=value" or "--name value"; *i stands on it and moves over a value. */
static bool long_option(const struct command *cmd, int argc, char **argv, int *i, struct args *ret, struct err *e)
{
    const char *text = argv[*i] + 2, *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    const struct option *o = find_long(cmd, text, len);

    if (!o)
        return unknown(cmd, text, len, e);
    if (!o->arg)
        return equals ? err_set(e, ERR_USAGE, "'--%s' takes no value", o->name) : add(ret, o, NULL, e);
    if (equals)
        return add(ret, o, equals + 1, e);
    if (*i + 1 == argc)
        return err_set(e, ERR_USAGE, "'--%s' needs a value (%s)", o->name, o->arg);
    return add(ret, o, argv[++*i], e);
}

static bool short_options(const struct command *cmd, int argc, char **argv, int *i, struct args *ret, struct err *e)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct option *o = find_short(cmd, *p);

        if (!o) {
            char word[2] = {*p, '\0'};
            struct buf b;

            buf_init(&b, 64);
            text_show(&b, word);
            err_set(e, ERR_USAGE, "unknown option '-%s'", buf_str(&b));
            buf_free(&b);
            return false;
        }
        if (!o->arg) {
            if (!add(ret, o, NULL, e))
                return false;
            continue;
        }
        if (p[1])
            return add(ret, o, p + 1, e);
        if (*i + 1 == argc)
            return err_set(e, ERR_USAGE, "'-%c' needs a value (%s)", o->letter, o->arg);
        return add(ret, o, argv[++*i], e);
    }
    return true;
}

static bool operand_count(const struct command *cmd, const struct args *a, struct err *e)
{
    struct buf b;

    if (option_given(a, "help"))
        return true;
    if (a->operand_count < cmd->min_operands)
        return err_set(e, ERR_USAGE, "something is missing; write avswap %s %s", cmd->name, cmd->operands);
    if (a->operand_count <= cmd->max_operands)
        return true;
    buf_init(&b, 512);
    text_show(&b, a->operands[cmd->max_operands]);
    err_set(e, ERR_USAGE, "'%.200s' is one argument too many; write avswap %s%s%s", buf_str(&b), cmd->name,
            *cmd->operands ? " " : "", cmd->operands);
    buf_free(&b);
    return false;
}

bool options_parse(const struct command *cmd, int argc, char **argv, struct arena *a, struct args *ret, struct err *e)
{
    bool ended = false;

    memset(ret, 0, sizeof *ret);
    ret->operands = ARENA_ARRAY(a, (size_t)argc + 1, const char *);
    if (!ret->operands)
        return err_nomem(e);
    for (int i = 0; i < argc; i++) {
        bool ok = true;

        if (ended || argv[i][0] != '-' || !argv[i][1])
            ret->operands[ret->operand_count++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            ended = true;
        else if (argv[i][1] == '-')
            ok = long_option(cmd, argc, argv, &i, ret, e);
        else
            ok = short_options(cmd, argc, argv, &i, ret, e);
        if (!ok)
            return false;
    }
    return operand_count(cmd, ret, e);
}

bool option_given(const struct args *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->given[i].option->name, name) == 0)
            return true;
    return false;
}

const char *option_value(const struct args *a, const char *name)
{
    for (size_t i = a->n; i-- > 0;)
        if (strcmp(a->given[i].option->name, name) == 0)
            return a->given[i].value;
    return NULL;
}
