#include "cmd/avswap/lint.h"

#include <string.h>
#include <strings.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');

    if (back && (!slash || back > slash))
        slash = back;
    return slash ? slash + 1 : path;
}

static bool is_shell(const char *program)
{
    static const char *const names[] = {"sh",  "bash",    "dash",           "ash",        "zsh",
                                        "ksh", "busybox", "cmd",            "cmd.exe",    "powershell",
                                        "fish", "pwsh",   "powershell.exe", "pwsh.exe"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(base_name(program), names[i]) == 0)
            return true;
    return false;
}

/* An option after which a shell takes text as commands: -c, -lc, /c, -Command, -EncodedCommand. */
static bool takes_text(const char *arg)
{
    return (arg[0] == '-' && arg[1] != '-' && strchr(arg, 'c')) || strcasecmp(arg, "/c") == 0 ||
           strcasecmp(arg, "/k") == 0 || (arg[0] == '-' && text_glob_fold("*command*", arg));
}

static void check_argv(struct lint *l, const json_t *argv, const struct place *at)
{
    bool shell = false;

    if (json_is_array(argv) && json_array_size(argv) == 0)
        lint_add(l, at, "an empty command");
    for (size_t i = 0; i < json_array_size(argv); i++) {
        const char *s = json_string_value(json_array_get(argv, i));

        if (s && shell && takes_text(s)) {
            lint_add(l, at, "a shell string: write the program and its arguments as separate texts");
            return;
        }
        /* A shell's own options follow it; after its script the arguments are the script's. */
        shell = s && (is_shell(s) || (shell && s[0] == '-'));
    }
}

static const struct var *find_var(const struct product *p, const char *name, size_t n)
{
    for (size_t i = 0; p && i < p->vars.n; i++)
        if (strlen(p->vars.v[i].name) == n && memcmp(p->vars.v[i].name, name, n) == 0)
            return &p->vars.v[i];
    return NULL;
}

static bool runtime_name(const char *name, size_t n)
{
    static const char *const names[] = {"run", "payload", "backup"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
            return true;
    return false;
}

/* ${name} in a text of a step. */
static void check_names(struct lint *l, const struct product *p, const char *s, bool argv, const struct place *at)
{
    while ((s = strstr(s, "${"))) {
        const char *end = strchr(s, '}');
        size_t n = end ? (size_t)(end - s) - 2 : 0;
        const struct var *v = end ? find_var(p, s + 2, n) : NULL;

        if (!end)
            lint_add(l, at, "'${' without '}'");
        else if (v && v->secret)
            lint_add(l, at, "the secret '%s' stands in %s; every user of the PC could read it", v->name,
                     argv ? "a command's arguments" : "a text");
        else if (!v && !runtime_name(s + 2, n))
            lint_add(l, at, "'${%.*s}' is neither a variable of this product nor run, payload or backup",
                     n > 60 ? 60 : (int)n, s + 2);
        s += 2;
    }
}

static void walk(struct lint *l, const struct product *p, const json_t *j, bool argv, bool expands,
                 const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)j;

    if (json_is_string(j) && expands)
        check_names(l, p, json_string_value(j), argv, at);
    for (size_t i = 0; i < json_array_size(j); i++) {
        struct place item = {at, NULL, i, NULL};

        walk(l, p, json_array_get(j, i), argv, expands, &item);
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        const char *key = json_object_iter_key(it);
        struct place here = {at, key, 0, NULL};
        bool is_argv = strcmp(key, "argv") == 0;

        if (is_argv && !expands)
            check_argv(l, json_object_iter_value(it), &here);
        walk(l, p, json_object_iter_value(it), argv || is_argv, expands, &here);
    }
}

void lint_texts(struct lint *l, const struct product *p, const json_t *j, bool expands, const struct place *at)
{
    walk(l, p, j, false, expands, at);
}
