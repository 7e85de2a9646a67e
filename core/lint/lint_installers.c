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

void lint_installer_step(struct lint *l, const struct product *p, const struct step_def *s, const struct verb_def *v,
                         const struct place *at)
{
    struct place args = {at, "args", 0, NULL}, each = {at, "each", 0, NULL};
    const char *code = json_string_value(json_object_get(s->args, "code"));

    if (v->os && p->os && !text_eq(v->os, p->os))
        lint_add(l, PROBLEM_WRONG_SYSTEM, at, "only %s has the verb '%s'", v->os, v->name);
    /* The same product has other codes in other languages and versions, and one code names several (field reports). */
    if (code && *code == '{')
        lint_add(l, PROBLEM_PRODUCT_CODE, &args, "a product code is found on the PC ('each'), never written down");
    if (s->each && (strcmp(v->name, "msi.remove") == 0 || strcmp(v->name, "exe.remove") == 0))
        check_maker(l, s->each, &each);
    check_secrets(l, p, s->args, &args);
    if (text_eq(p->os, "windows") && strcmp(v->name, "command.run") == 0 && !s->after && !s->auxiliary)
        lint_add(l, PROBLEM_UNPROVED_EFFECT, at, "without 'after' nothing but an exit code says that it had its effect");
}

void lint_artifacts(struct lint *l, const struct product *p, const struct place *at)
{
    struct place list = {at, "payload", 0, NULL};

    for (size_t i = 0; i < p->payload.n; i++) {
        const struct artifact *f = &p->payload.v[i];
        struct place item = {&list, NULL, i, NULL};

        if (f->signer && !text_eq(p->os, "windows"))
            lint_add(l, PROBLEM_WRONG_SYSTEM, &item, "only on Windows do files carry who signed them");
        if (f->url && !f->sha256 && !f->signer)
            lint_add(l, PROBLEM_UNPROVED_DOWNLOAD, &item, "what a URL gives needs 'sha256', or 'signer' where it changes");
    }
}
