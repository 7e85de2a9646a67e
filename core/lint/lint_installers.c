/* Rules of the catalogue for installers that no schema can say. */
#include "core/lint/rules.h"

#include <string.h>

static bool is_secret(const struct product *p, const char *name)
{
    for (size_t i = 0; i < p->vars.n; i++)
        if (text_eq(p->vars.v[i].name, name))
            return p->vars.v[i].secret;
    return false;
}

static void check_secrets(struct lint *l, const struct product *p, const json_t *args, const struct place *at)
{
    json_t *map = json_object_get(args, "secret_properties");
    struct place here = {at, "secret_properties", 0, NULL};
    const char *property;
    json_t *value;

    json_object_foreach(map, property, value) {
        struct place item = {&here, property, 0, NULL};
        const char *name = json_string_value(value);

        if (name && !is_secret(p, name))
            lint_add(l, PROBLEM_DEAD_REFERENCE, &item, "'%.60s' is no secret variable of this product", name);
    }
}

/* "*X*" is in the names of other makers' programs for X, too; uninstalling those is not ours. */
static void check_maker(struct lint *l, const struct cond *c, const struct place *at)
{
    if (c->name && *c->name == '*' && !c->publisher)
        lint_add(l, PROBLEM_WIDE_PATTERN, at, "'%.60s' fits other makers' programs, too: what is uninstalled by it needs 'publisher'", c->name);
    for (size_t i = 0; i < c->any.n; i++) {
        struct place list = {at, "any", 0, NULL}, item = {&list, NULL, i, NULL};

        check_maker(l, &c->any.v[i], &item);
    }
}

/* "${payload}/NAME": is there such an installer? */
static void check_files(struct lint *l, const struct product *p, const json_t *j, const struct place *at)
{
    static const char folder[] = "${payload}/";
    json_t *obj = (json_t *)(uintptr_t)j;
    const char *s = json_string_value(j);
    bool known = !s || !strstr(s, folder);

    for (size_t i = 0; !known && i < p->payload.n; i++)
        known = p->payload.v[i].kind == ARTIFACT_REPOSITORY ||
                (p->payload.v[i].name && text_starts(strstr(s, folder) + sizeof folder - 1, p->payload.v[i].name));
    if (!known)
        lint_add(l, PROBLEM_DEAD_REFERENCE, at, "'%.80s' is the file of no installer in 'payload'", s);
    for (size_t i = 0; i < json_array_size(j); i++) {
        struct place item = {at, NULL, i, NULL};

        check_files(l, p, json_array_get(j, i), &item);
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        struct place here = {at, json_object_iter_key(it), 0, NULL};

        check_files(l, p, json_object_iter_value(it), &here);
    }
}

/* Does a command start an installer that the administrator or a vendor supplies? */
static bool is_installer(const struct step_def *s)
{
    const json_t *argv = json_object_get(s->args, "argv");

    for (size_t i = 0; i < json_array_size(argv); i++)
        if (strstr(json_string_value(json_array_get(argv, i)), "${payload}/"))
            return true;
    return strcmp(s->verb, "exe.remove") == 0;
}

/* Of what runs a program of somebody else. */
static void check_program(struct lint *l, const struct product *p, const struct step_def *s, const struct place *at)
{
    struct place args = {at, "args", 0, NULL}, input = {&args, "input", 0, NULL};
    const char *secret = json_string_value(json_object_get(s->args, "input"));
    bool uninstaller = strcmp(s->verb, "exe.remove") == 0;

    if (!uninstaller && text_eq(p->os, "windows") && !s->after && !s->auxiliary)
        lint_add(l, PROBLEM_UNPROVED_EFFECT, at, "without 'after' nothing but an exit code says that it had its effect");
    if (secret && !is_secret(p, secret))
        lint_add(l, PROBLEM_DEAD_REFERENCE, &input, "'%.60s' is no secret variable of this product", secret);
    if (!s->timeout_s)
        lint_add(l, PROBLEM_NO_TIMEOUT, at, "nothing says how long this program may take");
    if (!p->exit_codes.n && !json_object_get(s->args, "exits") && is_installer(s))
        lint_add(l, PROBLEM_NO_EXIT_CODES, at, "nothing says what the exit codes of this %s mean",
                 uninstaller ? "uninstaller" : "installer");
    if (uninstaller && text_eq(json_string_value(json_object_get(s->args, "command")), "${each.command}") &&
        !json_array_size(json_object_get(s->args, "args")))
        lint_add(l, PROBLEM_INTERACTIVE, &args, "its entry's command is the one for people: it asks before it removes");
}

/* A verb that is told how to undo what it does, and is not. */
static void check_undo(struct lint *l, const struct step_def *s, const struct verb_def *v, const struct place *at)
{
    if (schema_field(v->args, "undo") && !json_object_get(s->args, "undo") && !s->auxiliary && !s->no_undo)
        lint_add(l, PROBLEM_NO_UNDO, at, "nothing says what undoes it, nor why nothing does");
}

void lint_installer_step(struct lint *l, const struct product *p, const struct step_def *s, const struct verb_def *v,
                         const struct place *at)
{
    struct place args = {at, "args", 0, NULL}, each = {at, "each", 0, NULL};
    const char *code = json_string_value(json_object_get(s->args, "code"));
    bool uninstaller = strcmp(v->name, "exe.remove") == 0;

    if (v->os && p->os && !text_eq(v->os, p->os))
        lint_add(l, PROBLEM_WRONG_SYSTEM, at, "only %s has the verb '%s'", v->os, v->name);
    /* The same product has other codes in other languages and versions, and one code names several (field reports). */
    if (code && *code == '{')
        lint_add(l, PROBLEM_PRODUCT_CODE, &args, "a product code is found on the PC ('each'), never written down");
    if (s->each && (strcmp(v->name, "msi.remove") == 0 || uninstaller))
        check_maker(l, s->each, &each);
    check_secrets(l, p, s->args, &args);
    if (s->args)
        check_files(l, p, s->args, &args);
    if (uninstaller || strcmp(v->name, "command.run") == 0)
        check_program(l, p, s, at);
    check_undo(l, s, v, at);
}
