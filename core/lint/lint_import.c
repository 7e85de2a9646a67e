/* What a machine took over is nobody's word until a person has looked at it. */
#include "core/lint/rules.h"

#include <string.h>

/* "documented" and "tested" are for a person to say. */
static void check_confidence(struct lint *l, const json_t *j, const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)j;

    for (size_t i = 0; i < json_array_size(j); i++) {
        struct place item = {at, NULL, i, NULL};

        check_confidence(l, json_array_get(j, i), &item);
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        struct place here = {at, json_object_iter_key(it), 0, NULL};
        const char *word = json_string_value(json_object_iter_value(it));

        if (word && strcmp(here.key, "confidence") == 0 && (strcmp(word, "documented") == 0 || strcmp(word, "tested") == 0))
            lint_add(l, PROBLEM_UNREVIEWED, &here, "a candidate's facts are 'field' or 'unverified': '%s' is for its reviewer to say", word);
        check_confidence(l, json_object_iter_value(it), &here);
    }
}

void lint_import(struct lint *l, const struct product *p, const json_t *j, const struct place *at)
{
    struct place here = {at, "import", 0, NULL}, todo = {&here, "todo", 0, NULL};

    if (!p->import)
        return;
    if (p->import->candidate)
        check_confidence(l, j, at);
    else if (p->import->todo.n)
        lint_add(l, PROBLEM_UNREVIEWED, &todo, "what is to be found out is not found out while it stands here: a product that is no candidate has none");
}
