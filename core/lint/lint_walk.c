#include "core/lint/rules.h"

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
        lint_add(l, PROBLEM_SHELL_STRING, at, "an empty command");
    for (size_t i = 0; i < json_array_size(argv); i++) {
        const char *s = json_string_value(json_array_get(argv, i));

        if (s && shell && takes_text(s)) {
            lint_add(l, PROBLEM_SHELL_STRING, at, "'%.80s' takes the text behind it as a shell's commands", s);
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

/* ${each.FIELD}: does the fact have such a field? */
static void check_each(struct lint *l, const struct cond *each, const char *name, size_t n, const struct place *at)
{
    const struct schema *s = each && cond_lists(each) ? cond_each_schema(each) : NULL;
    const char *names[64], *key = arena_strndup(&l->doc->arena, name, n);
    size_t count = 0;

    if (!key) {
        l->nomem = true;
        return;
    }
    if (!each) {
        lint_add(l, PROBLEM_UNKNOWN_NAME, at, "'${each.%.60s}' in a step without 'each'", key);
        lint_advise(l, "say in 'each' which facts the step is for");
        return;
    }
    for (; s && s->fields[count].name && count < 64; count++)
        names[count] = s->fields[count].name;
    if (!s || schema_field(s, key))
        return;
    lint_add(l, PROBLEM_UNKNOWN_NAME, at, "a %s has no '%.60s'", s->name, key);
    lint_near(l, key, names, count);
}

/* ${name} in a text of a step. */
static void check_names(struct lint *l, const struct product *p, const struct cond *each, const char *s, bool argv,
                        const struct place *at)
{
    for (const char *text = s; (s = strstr(s, "${"));) {
        const char *end = strchr(s, '}'), *name = s + 2;
        size_t n = end ? (size_t)(end - name) : 0;
        const struct var *v = end ? find_var(p, name, n) : NULL;

        if (s > text && s[-1] == '$')
            ; /* "$${" is no name */
        else if (!end)
            lint_add(l, PROBLEM_UNKNOWN_NAME, at, "'${' without '}'");
        else if (text_starts(name, "each."))
            check_each(l, each, name + 5, n - 5, at);
        else if (v && v->secret)
            lint_add(l, PROBLEM_SECRET_EXPOSED, at, "the secret '%s' stands in %s; every user of the PC could read it", v->name,
                     argv ? "a command's arguments" : "a text");
        else if (!v && !runtime_name(name, n))
            lint_add(l, PROBLEM_UNKNOWN_NAME, at, "'${%.*s}' is neither a variable of this product nor run, payload or backup",
                     n > 60 ? 60 : (int)n, name);
        s += 2;
    }
}

void lint_name(struct lint *l, const struct product *p, const struct cond *each, const char *text, const struct place *at)
{
    check_names(l, p, each, text, false, at);
}

/* Calls f for j and everything below it. */
struct walk {
    struct lint *l;
    const struct product *p;
    const struct cond *each;
    const char *family;
    void (*f)(const struct walk *w, const json_t *j, bool argv, const struct place *at);
};

static void walk(const struct walk *w, const json_t *j, bool argv, const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)j;

    w->f(w, j, argv, at);
    for (size_t i = 0; i < json_array_size(j); i++) {
        struct place item = {at, NULL, i, NULL};

        walk(w, json_array_get(j, i), argv, &item);
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        const char *key = json_object_iter_key(it);
        struct place here = {at, key, 0, NULL};

        walk(w, json_object_iter_value(it), argv || strcmp(key, "argv") == 0, &here);
    }
}

static void visit_text(const struct walk *w, const json_t *j, bool argv, const struct place *at)
{
    if (json_is_string(j))
        check_names(w->l, w->p, w->each, json_string_value(j), argv, at);
}

void lint_names(struct lint *l, const struct product *p, const struct cond *each, const json_t *j, const struct place *at)
{
    const struct walk w = {.l = l, .p = p, .each = each, .f = visit_text};

    walk(&w, j, false, at);
}

static void visit_command(const struct walk *w, const json_t *j, bool argv, const struct place *at)
{
    const json_t *list = json_object_get(j, "argv");
    struct place here = {at, "argv", 0, NULL};

    (void)argv;
    if (list)
        check_argv(w->l, list, &here);
}

void lint_commands(struct lint *l, const json_t *j, const struct place *at)
{
    const struct walk w = {.l = l, .f = visit_command};

    walk(&w, j, false, at);
}

static void visit_probe(const struct walk *w, const json_t *j, bool argv, const struct place *at)
{
    const char *name = json_string_value(json_object_get(j, "probe"));

    (void)argv;
    for (int i = PROBE_NONE + 1; name && i < PROBE_COUNT; i++)
        if (strcmp(probe_names[i], name) == 0 && !probe_on(i, w->family))
            lint_add(w->l, PROBLEM_WRONG_SYSTEM, at, "a %s probe finds nothing on %.40s", name, w->family);
}

void lint_probes(struct lint *l, const char *family, const json_t *j, const struct place *at)
{
    const struct walk w = {.l = l, .family = family, .f = visit_probe};

    walk(&w, j, false, at);
}
