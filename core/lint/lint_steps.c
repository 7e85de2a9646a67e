#include "core/lint/rules.h"
#include "core/model/playbook.h"

#include <string.h>

const struct verb_def *lint_verb(const struct lint *l, const char *name)
{
    for (size_t i = 0; l->with->verbs[i]; i++)
        if (strcmp(l->with->verbs[i]->name, name) == 0)
            return l->with->verbs[i];
    return NULL;
}

static void unknown_verb(struct lint *l, const struct place *at, const char *word)
{
    const char *names[128];
    size_t n = 0;

    for (; l->with->verbs[n] && n < 128; n++)
        names[n] = l->with->verbs[n]->name;
    lint_add(l, PROBLEM_UNKNOWN_VERB, at, "there is no verb '%.80s'", word);
    lint_near(l, word, names, n);
}

void lint_verb_args(struct lint *l, const char *verb, const json_t *args, const struct place *at)
{
    const struct verb_def *v = lint_verb(l, verb);
    struct place here = {at, "args", 0, NULL}, name = {at, "verb", 0, NULL};
    struct err e = ERR_INIT;
    json_t *none = NULL;

    if (!v) {
        unknown_verb(l, &name, verb);
        return;
    }
    if (!args) {
        none = json_object();
        if (!doc_keep(l->doc, none, &e)) {
            l->nomem = true;
            return;
        }
        args = none;
    }
    lint_structure(l, v->args, args, PROBLEM_ARGUMENTS, &here);
}

static void check_use(struct lint *l, const struct step_def *s, const struct place *at)
{
    struct place here = {at, "use", 0, NULL}, each = {at, "each", 0, NULL};
    bool known = false;

    for (size_t i = 0; i < USE_COUNT; i++)
        known = known || strcmp(playbook_use_names[i], s->use) == 0;
    if (!known) {
        lint_add(l, PROBLEM_DEAD_REFERENCE, &here, "there is no section to use '%.80s'", s->use);
        lint_near(l, s->use, playbook_use_names, USE_COUNT);
    }
    if (s->each)
        lint_add(l, PROBLEM_STEP_FORM, &each, "'each' is of no use with 'use': the section's own steps have theirs");
}

static void check_form(struct lint *l, const struct product *p, const struct step_def *s, const struct place *at)
{
    if (p && (!s->verb || s->use))
        lint_add(l, PROBLEM_STEP_FORM, at, "a product's step names a 'verb' and no 'use'");
    if (!p && !s->verb == !s->use)
        lint_add(l, PROBLEM_STEP_FORM, at, "a playbook's step names either a 'verb' or a 'use'");
    if (!p && s->use)
        check_use(l, s, at);
}

static void check_step(struct lint *l, const struct product *p, const struct step_def *s, const struct place *at)
{
    struct place args = {at, "args", 0, NULL}, title = {at, "title", 0, NULL};
    const struct verb_def *v = s->verb ? lint_verb(l, s->verb) : NULL;
    bool explained;

    check_form(l, p, s, at);
    explained = s->verb && s->args && lint_forbidden(l, s->verb, s->args, &args);
    if (s->verb && !explained) /* better than the verb itself could */
        lint_verb_args(l, s->verb, s->args, at);
    if (p && v)
        lint_installer_step(l, p, s, v, at);
    if (s->title)
        lint_name(l, p, s->each, s->title, &title);
    if (s->args)
        lint_names(l, p, s->each, s->args, &args);
}

void lint_steps(struct lint *l, const struct product *p, const struct step_def *v, size_t n, const struct place *at)
{
    struct place list = {at, "steps", 0, NULL};

    for (size_t i = 0; i < n; i++) {
        struct place item = {&list, NULL, i, NULL};

        check_step(l, p, &v[i], &item);
    }
}
