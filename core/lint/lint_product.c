#include "core/lint/rules.h"

#include <string.h>

/* --- sources ------------------------------------------------------------------------------------------------------------ */

/* Words of people who do not know it for sure. */
static const char *const doubts[] = {"*recalled*", "*unverified*", "*not verified*", "*untested*", "*presumabl*", "*probabl*",
                                     "*as far as i*", "*assum*", "*guess*", "*todo*", "*tbd*", "*fixme*"};

static void check_marked(struct lint *l, const char *source, const char *confidence, const struct place *at)
{
    struct place here = {at, "source", 0, NULL};

    if (!source || !confidence || strcmp(confidence, "unverified") == 0)
        return;
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++)
        if (text_glob_fold(doubts[i], source)) {
            lint_add(l, PROBLEM_UNMARKED, &here, "a source that is not sure of it, but the fact is called '%s'", confidence);
            return;
        }
}

void lint_sourced(struct lint *l, const struct schema *s, const json_t *j, const char *inherited, const struct place *at)
{
    const char *source = json_string_value(json_object_get(j, "source"));
    const char *confidence = json_string_value(json_object_get(j, "confidence"));
    json_t *obj = (json_t *)(uintptr_t)j;

    if (schema_field(s, "source") && schema_field(s, "confidence")) {
        if (s != &step_def_schema && (!source || strlen(source) < 3))
            lint_add(l, PROBLEM_UNSOURCED, at, "a %s needs 'source': where the fact comes from", s->name);
        if (s != &step_def_schema && !confidence)
            lint_add(l, PROBLEM_UNSOURCED, at, "a %s needs 'confidence': documented, field, tested or unverified", s->name);
        check_marked(l, source, confidence ? confidence : inherited, at);
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        const struct field *f = schema_field(s, json_object_iter_key(it));
        const json_t *v = json_object_iter_value(it);
        struct place here = {at, json_object_iter_key(it), 0, NULL};

        if (f && f->type == FIELD_OBJ)
            lint_sourced(l, f->sub, v, confidence, &here);
        for (size_t i = 0; f && f->type == FIELD_OBJS && i < json_array_size(v); i++) {
            struct place item = {&here, NULL, i, NULL};

            lint_sourced(l, f->sub, json_array_get(v, i), confidence, &item);
        }
    }
}

/* A section that is sure of itself and stands on something that is not. */
static void check_grounds(struct lint *l, const struct product *p, const struct place *at)
{
    struct place payload = {at, "payload", 0, NULL}, detect = {at, "detect", 0, NULL};

    for (size_t i = 0; i < p->payload.n; i++) {
        struct place item = {&payload, NULL, i, NULL};

        if (p->payload.v[i].confidence == CONFIDENCE_UNVERIFIED && p->install &&
            p->install->confidence != CONFIDENCE_UNVERIFIED)
            lint_add(l, PROBLEM_UNMARKED, &item, "'install' is called %s and installs what is unverified",
                     confidence_names[p->install->confidence]);
    }
    if (p->detect->confidence == CONFIDENCE_UNVERIFIED && p->remove && p->remove->confidence != CONFIDENCE_UNVERIFIED)
        lint_add(l, PROBLEM_UNMARKED, &detect, "'remove' is called %s and removes what is recognised by something unverified",
                 confidence_names[p->remove->confidence]);
}

/* --- references and duplicates ------------------------------------------------------------------------------------------- */

static void check_vendor(struct lint *l, const char *id, const struct place *at, const char *key)
{
    struct place here = {at, key, 0, NULL};

    if (id && !lint_known_vendor(l, id))
        lint_add(l, PROBLEM_DEAD_REFERENCE, &here, "there is no vendor '%.80s' in these files or the catalogue", id);
}

/* Two objects of a list with the same name: the second would never be found. */
static void check_twice(struct lint *l, const json_t *j, const char *list, const char *key, const struct place *at)
{
    const json_t *v = json_object_get(j, list);
    struct place here = {at, list, 0, NULL};

    for (size_t i = 1; i < json_array_size(v); i++)
        for (size_t k = 0; k < i; k++) {
            struct place item = {&here, NULL, i, NULL};
            const json_t *name = json_object_get(json_array_get(v, i), key);

            if (name && json_equal(name, json_object_get(json_array_get(v, k), key))) {
                lint_add(l, PROBLEM_DUPLICATE, &item, "the same '%s' as %s[%zu]", key, list, k);
                break;
            }
        }
}

/* Does the name stand anywhere below j, as ${name} or as a whole text that is no key? */
static bool mentions(const json_t *j, const char *name, const char *quoted)
{
    json_t *obj = (json_t *)(uintptr_t)j;
    const char *s = json_string_value(j);

    if (s)
        return strcmp(s, name) == 0 || strstr(s, quoted);
    for (size_t i = 0; i < json_array_size(j); i++)
        if (mentions(json_array_get(j, i), name, quoted))
            return true;
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it))
        if (strcmp(json_object_iter_key(it), "vars") != 0 && mentions(json_object_iter_value(it), name, quoted))
            return true;
    return false;
}

static void check_vars(struct lint *l, const struct product *p, const json_t *j, const struct place *at)
{
    static const char *const names[] = {"*passw*", "*token*", "*secret*"};
    struct place list = {at, "vars", 0, NULL};

    for (size_t i = 0; i < p->vars.n; i++) {
        const struct var *v = &p->vars.v[i];
        struct place item = {&list, NULL, i, NULL};
        const char *quoted = arena_printf(&l->doc->arena, "${%s}", v->name);

        if (!quoted) {
            l->nomem = true;
            return;
        }
        if (v->secret && v->def)
            lint_add(l, PROBLEM_SECRET_WRITTEN, &item, "the secret '%s' has a default value; a secret never stands in a file", v->name);
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            if (!v->secret && !v->file && text_glob_fold(names[k], v->name)) {
                lint_add(l, PROBLEM_SECRET_EXPOSED, &item, "'%s' sounds like a secret, but is not called one", v->name);
                lint_advise(l, "write \"secret\": true");
            }
        if (!mentions(j, v->name, quoted))
            lint_add(l, PROBLEM_UNUSED, &item, "'%s' is used nowhere", v->name);
    }
}

static const struct var *find_var(const struct product *p, const char *name)
{
    for (size_t i = 0; i < p->vars.n; i++)
        if (text_eq(p->vars.v[i].name, name))
            return &p->vars.v[i];
    return NULL;
}

static void check_payload(struct lint *l, const struct product *p, const struct place *at)
{
    struct place list = {at, "payload", 0, NULL};

    for (size_t i = 0; i < p->payload.n; i++) {
        const struct artifact *f = &p->payload.v[i];
        struct place item = {&list, NULL, i, NULL}, from = {&item, "from", 0, NULL};

        if (f->signer && !text_eq(p->os, "windows"))
            lint_add(l, PROBLEM_WRONG_SYSTEM, &item, "only on Windows do files carry who signed them");
        if (f->url && !f->sha256 && !f->signer)
            lint_add(l, PROBLEM_UNPROVED_DOWNLOAD, &item, "what a URL gives needs 'sha256', or 'signer' where it changes");
        if (f->from && !find_var(p, f->from))
            lint_add(l, PROBLEM_DEAD_REFERENCE, &from, "'%.60s' is no variable of this product", f->from);
        else if (f->from && !find_var(p, f->from)->file)
            lint_add(l, PROBLEM_DEAD_REFERENCE, &from, "the variable '%.60s' is not called a file", f->from);
    }
}

/* --- health ------------------------------------------------------------------------------------------------------------- */

static void check_health(struct lint *l, const struct product *p, const struct place *at)
{
    static const char *const names[] = {"installed", "running", "realtime", "fresh", "managed"};
    const struct health *h = p->health;
    const struct cond *conds[] = {h->installed, h->running, h->realtime, h->fresh, h->managed};
    struct place here = {at, "health", 0, NULL}, absent = {&here, "absent", 0, NULL};
    json_t *map = (json_t *)(uintptr_t)h->absent;

    for (size_t i = 0; i < 5; i++) {
        struct place item = {&absent, names[i], 0, NULL};
        const json_t *why = json_object_get(map, names[i]);

        if (!conds[i] && !why)
            lint_add(l, PROBLEM_HEALTH_GAP, &here, "nothing says when '%s' holds, nor that nothing can", names[i]);
        if (conds[i] && why)
            lint_add(l, PROBLEM_DUPLICATE, &item, "'%s' has a condition and is called absent", names[i]);
    }
    for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
        struct place item = {&absent, json_object_iter_key(it), 0, NULL};
        bool known = false;

        for (size_t i = 0; i < 5; i++)
            known = known || strcmp(names[i], json_object_iter_key(it)) == 0;
        if (!known) {
            lint_add(l, PROBLEM_DEAD_REFERENCE, &item, "no health fact is called '%.40s'", json_object_iter_key(it));
            lint_near(l, json_object_iter_key(it), names, 5);
        }
    }
    if (p->install && !h->within_s) {
        lint_add(l, PROBLEM_NO_TIMEOUT, &here, "nothing says how long after its installation it becomes healthy");
        lint_advise(l, "say it in 'within_s'");
    }
}

/* ------------------------------------------------------------------------------------------------------------------------ */

static void check_references(struct lint *l, const struct product *p, const struct place *at)
{
    struct place suppliers = {at, "engine_suppliers", 0, NULL}, others = {at, "alternatives_of", 0, NULL};

    check_vendor(l, p->vendor, at, "vendor");
    check_vendor(l, p->moved_by_vendor, at, "moved_by_vendor");
    for (size_t i = 0; i < p->engine_suppliers.n; i++) {
        struct place item = {&suppliers, NULL, i, NULL};

        check_vendor(l, p->engine_suppliers.v[i].vendor, &item, "vendor");
    }
    for (size_t i = 0; i < p->alternatives_of.n; i++) {
        struct place item = {&others, NULL, i, NULL};

        if (!lint_known_product(l, p->alternatives_of.v[i]))
            lint_add(l, PROBLEM_DEAD_REFERENCE, &item, "there is no product '%.80s'", p->alternatives_of.v[i]);
    }
}

void lint_product(struct lint *l, const struct product *p, const json_t *j, const struct place *at)
{
    const struct {
        const char *key;
        const struct section *section;
    } sections[] = {{"install", p->install}, {"activate", p->activate}, {"disarm", p->disarm},
                    {"remove", p->remove},   {"clean", p->clean}};
    static const struct {
        const char *list, *key;
    } lists[] = {{"vars", "name"}, {"payload", "id"}, {"leftovers", "id"}, {"reinstallers", "id"}, {"advice", "id"}, {"exit_codes", "code"}};

    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        struct place here = {at, sections[i].key, 0, NULL};

        if (sections[i].section)
            lint_steps(l, p, sections[i].section->steps.v, sections[i].section->steps.n, &here);
    }
    check_references(l, p, at);
    check_vars(l, p, j, at);
    check_payload(l, p, at);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        check_twice(l, j, lists[i].list, lists[i].key, at);
    if (p->health)
        check_health(l, p, at);
    check_grounds(l, p, at);
    lint_import(l, p, j, at);
    lint_probes(l, p->os, j, at);
    lint_sourced(l, &product_schema, j, NULL, at);
}
