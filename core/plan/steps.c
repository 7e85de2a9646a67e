/* From a playbook to concrete steps: sections of the products are put in where the playbook says `use`. */
#include "core/plan/steps.h"

#include <stdio.h>
#include <string.h>

const struct verb_def *planning_verb(const struct planning *p, const char *name)
{
    for (const struct verb_def *const *v = p->r->verbs; *v; v++)
        if (text_eq((*v)->name, name))
            return *v;
    return NULL;
}

/* --- one step ------------------------------------------------------------------------------------------------ */

static struct step *new_step(struct builder *b)
{
    struct plan *plan = b->p->plan;
    struct step *s;

    if (plan->steps.n == b->max) {
        size_t max = b->max ? b->max * 2 : 32;
        struct step *v = ARENA_ARRAY(b->p->arena, max, struct step);

        if (!v)
            return NULL;
        if (plan->steps.n)
            memcpy(v, plan->steps.v, plan->steps.n * sizeof *v);
        plan->steps.v = v;
        b->max = max;
    }
    s = &plan->steps.v[plan->steps.n++];
    memset(s, 0, sizeof *s);
    s->id = arena_printf(b->p->arena, "s%02zu", plan->steps.n);
    s->stage = b->stage;
    return s->id ? s : NULL;
}

struct cond *steps_negate(struct arena *a, struct cond *c)
{
    struct cond *n = c ? ARENA_NEW(a, struct cond) : NULL;

    if (n) {
        schema_init(&cond_schema, n);
        n->not= c;
    }
    return n;
}

/* Fills what follows from the verb: expected states, undo, limits. */
static bool complete_step(struct builder *b, struct step *s, const struct verb_def *v, const struct step_def *def,
                          const struct product *x)
{
    struct planning *p = b->p;
    struct place at = {NULL, NULL, 0, x ? x->id : p->playbook->id}, in = {&at, v->name, 0, NULL};
    json_t *values = steps_plain(s->args);
    void *args;

    /* As it stands in the plan, what is still open is not judged; then as the verb will see it. */
    if (!doc_keep(p->doc, values, p->e) || !verb_args(v, s->args, p->doc, &in, &args, p->e) ||
        !verb_args(v, values, p->doc, &in, &args, p->e))
        return false;
    s->after = def->after;
    if (!s->after && v->after && !v->after(args, p->doc, &s->after, p->e))
        return false;
    if (s->after && (v->flags & VERB_MUTATES)) {
        s->before = steps_negate(p->arena, s->after);
        if (!s->before)
            return err_nomem(p->e);
    }
    s->undo = v->undo_text ? v->undo_text(args, p->arena) : NULL;
    if (v->undo_text && !s->undo)
        return err_nomem(p->e);
    if (s->undo && !*s->undo) /* this verb can be undone, but this step says nothing of how */
        s->undo = NULL;
    s->no_undo = s->undo ? NULL : def->no_undo ? def->no_undo : v->no_undo;
    s->timeout_s = def->timeout_s ? def->timeout_s : v->timeout_s;
    s->no_return = (v->flags & VERB_NO_RETURN) != 0;
    return !(v->flags & VERB_STAYS) || planning_say(p, &p->plan->warnings, "%s: %s.", s->title, v->no_undo);
}

/* The names of a list that are keys of the map. */
static bool keep_keys(struct planning *p, json_t *args, const char *list, const json_t *map)
{
    json_t *names = json_object_get(args, list);

    for (size_t i = json_array_size(names); i-- > 0;)
        if (!json_object_get(map, json_string_value(json_array_get(names, i))) && json_array_remove(names, i))
            return err_nomem(p->e);
    return true;
}

/* Secrets that a product may ask for, as an uninstall password, and that nobody gave are left out. */
static bool drop_secrets(struct planning *p, const struct product *x, json_t *args)
{
    json_t *map = json_object_get(args, "secret_properties");
    const char *property;
    json_t *value;
    void *next;

    json_object_foreach_safe(map, next, property, value) {
        const char *name = json_string_value(value);
        const struct var *var = name ? planning_find_var(x, name, strlen(name)) : NULL;

        if (!var || !var->secret)
            return err_set(p->e, ERR_INPUT, "product %s: '%.60s' is no secret of it", x ? x->id : "(playbook)",
                           name ? name : "");
        if (json_object_get(p->r->policy->secrets, name))
            continue;
        if (!planning_say(p, &p->plan->warnings, "%s may ask for a password (%s): none is given.", x->name, name) ||
            json_object_del(map, property))
            return p->e->code ? false : err_nomem(p->e);
    }
    return keep_keys(p, args, "hex_utf16", map) && keep_keys(p, args, "hex_ascii", map);
}

/* What the planner knows and a manifest does not. */
static bool fill_args(struct planning *p, const struct product *x, const struct verb_def *v, json_t *args)
{
    const char *from, *code = json_string_value(json_object_get(args, "code"));

    if (!drop_secrets(p, x, args))
        return false;
    if (!x || !code || !text_eq(v->name, "msi.remove"))
        return true;
    return planning_restore(p, x, code, &from) &&
           (!from || !json_object_set_new(args, "restore", json_string(from)) || err_nomem(p->e));
}

/* The same thing to do may follow from two facts: an entry in both views of the registry. */
static bool is_double(const struct builder *b, size_t first, const json_t *args)
{
    for (size_t i = first; i < b->p->plan->steps.n; i++)
        if (json_equal(b->p->plan->steps.v[i].args, args))
            return true;
    return false;
}

static bool make_title(struct planning *p, const struct scope *o, const struct step_def *def,
                       const struct verb_def *v, const char **ret)
{
    json_t *title = steps_expand_text(o, def->title ? def->title : v->name);

    if (!title && p->e->code == ERR_NOT_FOUND) { /* a fact without a name still needs the step */
        err_clear(p->e);
        title = json_string(v->name);
    }
    if (!title || !doc_keep(p->doc, title, p->e) || !doc_keep(p->doc, title = steps_plain(title), p->e))
        return p->e->code ? false : err_nomem(p->e);
    *ret = json_string_value(title);
    return true;
}

/* One concrete step; each: the fact that it is for. first: where the steps of this definition begin. */
static bool add_one(struct builder *b, const struct step_def *def, const struct product *x, const struct verb_def *v,
                    const json_t *each, size_t first)
{
    struct planning *p = b->p;
    struct scope o = {p, x, each};
    json_t *args = steps_expand(&o, def->args, v->args);
    const char *title = NULL;
    struct step *s;

    if (!args && p->e->code == ERR_NOT_FOUND) { /* it serves what nobody gave, or what this fact does not have */
        err_clear(p->e);
        return true;
    }
    if (!args || !doc_keep(p->doc, args, p->e))
        return p->e->code ? false : err_nomem(p->e);
    if (!fill_args(p, x, v, args))
        return false;
    if (each && is_double(b, first, args))
        return true;
    if (!make_title(p, &o, def, v, &title))
        return false;
    s = new_step(b);
    if (!s)
        return err_nomem(p->e);
    s->verb = v->name;
    s->title = title;
    s->product = x ? x->id : NULL;
    s->args = args;
    s->auxiliary = def->auxiliary;
    s->repeat = def->repeat;
    s->drops_network = def->drops_network;
    if (x) {
        s->exit_codes.v = x->exit_codes.v;
        s->exit_codes.n = x->exit_codes.n;
    }
    return complete_step(b, s, v, def, x);
}

/* Better now than in the middle of a removal. */
static bool check_uninstaller(struct planning *p, const struct verb_def *v, const json_t *entry)
{
    if (!text_eq(v->name, "exe.remove") || !json_is_true(json_object_get(entry, "command_missing")))
        return true;
    return err_set(p->e, ERR_POLICY,
                   "the uninstaller of %s is not there any more (%s), but its folder is: repair it or install the same "
                   "version over it first",
                   json_string_value(json_object_get(entry, "name")),
                   json_string_value(json_object_get(entry, json_object_get(entry, "command") ? "command" : "quiet")));
}

static bool add_each(struct builder *b, const struct step_def *def, const struct product *x, const struct verb_def *v)
{
    struct planning *p = b->p;
    size_t first = p->plan->steps.n;
    struct cond_matches found;
    struct verdict any;

    if (!cond_each(def->each, p->r->facts, p->doc, &found, p->e) ||
        !cond_judge(def->each, p->r->facts, p->arena, &any, p->e))
        return false;
    if (any.answer == TRI_UNKNOWN &&
        !planning_say(p, &p->plan->warnings, "%s: whether a step '%s' is needed could not be seen: %s.",
                      x ? x->name : p->playbook->id, v->name, any.evidence))
        return false;
    for (size_t i = 0; i < found.rows.n; i++)
        if (!check_uninstaller(p, v, found.rows.v[i].fields) || !add_one(b, def, x, v, found.rows.v[i].fields, first))
            return false;
    return true;
}

static bool add_step(struct builder *b, const struct step_def *def, const struct product *x)
{
    struct planning *p = b->p;
    const struct verb_def *v = planning_verb(p, def->verb);
    struct verdict verdict;

    if (!v)
        return err_set(p->e, ERR_INPUT, "%s: there is no verb '%.60s'", x ? x->id : p->playbook->id,
                       def->verb ? def->verb : "(none)");
    if (def->when) {
        if (!cond_judge(def->when, p->r->facts, p->arena, &verdict, p->e))
            return false;
        if (verdict.answer != TRI_YES)
            return true;
    }
    return def->each ? add_each(b, def, x, v) : add_one(b, def, x, v, NULL, 0);
}

bool steps_make(struct builder *b, const struct product *x, const char *verb, json_t *args, const char *fmt,
                const char *name)
{
    struct step_def def;

    schema_init(&step_def_schema, &def);
    def.verb = verb;
    def.title = arena_printf(b->p->arena, "%s %s", fmt, name);
    def.args = args;
    if (!args || !doc_keep(b->p->doc, args, b->p->e) || !def.title)
        return err_nomem(b->p->e);
    return add_step(b, &def, x);
}

static bool add_section(struct builder *b, const struct section *s, const struct product *x)
{
    b->p->plan->expected_s += s ? s->expected_s : 0;
    for (size_t i = 0; s && i < s->steps.n; i++)
        if (!add_step(b, &s->steps.v[i], x))
            return false;
    return true;
}

static bool installer_knows(const struct facts *f, const char *code)
{
    for (size_t i = 0; i < f->msi.n; i++)
        if (text_eq_fold(f->msi.v[i].code, code))
            return true;
    return facts_has_gap(f, "msi");
}

/* What is listed and at work, but that Windows Installer forgot: nothing here can uninstall it, and its services guard
 * themselves, so stopping them would only fail in the middle. */
static bool check_forgotten(struct planning *p, const struct product *x)
{
    for (size_t i = 0; i < x->detect->version_from.n; i++) {
        struct cond *listed = ARENA_NEW(p->arena, struct cond);
        struct cond_matches found;

        if (!listed)
            return err_nomem(p->e);
        schema_init(&cond_schema, listed);
        listed->probe = PROBE_UNINSTALL;
        listed->name = x->detect->version_from.v[i];
        if (!cond_each(listed, p->r->facts, p->doc, &found, p->e))
            return false;
        for (size_t k = 0; k < found.rows.n; k++) {
            const json_t *entry = found.rows.v[k].fields;
            const char *code = json_string_value(json_object_get(entry, "code"));

            if (code && text_eq(json_string_value(json_object_get(entry, "hive")), "HKLM") && !installer_knows(p->r->facts, code))
                return err_set(p->e, ERR_POLICY,
                               "%s is listed and at work, but Windows Installer does not know it any more (%s), so nothing here can "
                               "uninstall it: install the same version over it, or use its vendor's removal tool, then plan again",
                               x->name, code);
        }
    }
    return true;
}

static bool add_removal(struct builder *b, const struct product *x)
{
    return (!text_eq(x->os, "windows") || check_forgotten(b->p, x)) && add_section(b, x->remove, x);
}

static bool use_source(struct builder *b, enum playbook_use what, const struct product *x)
{
    bool agent = x->role == ROLE_AGENT;

    switch (what) {
    case USE_SOURCE_GUARDS:
        return use_guards(b, x);
    case USE_SOURCE_BACKUP:
        return use_backup(b, x);
    case USE_AGENT_DISARM:
        return !agent || add_section(b, x->disarm, x);
    case USE_AGENT_REMOVE:
        return !agent || add_removal(b, x);
    case USE_SOURCE_REMOVE:
        return agent || add_removal(b, x);
    default:
        return add_section(b, x->clean, x);
    }
}

static bool use_target(struct builder *b, enum playbook_use what, const struct product *x)
{
    return !x                           ? true
           : what == USE_TARGET_PAYLOAD ? use_payload(b, x)
                                        : add_section(b, what == USE_TARGET_INSTALL ? x->install : x->activate, x);
}

static bool use(struct builder *b, const char *name)
{
    enum playbook_use what = 0;

    while (what < USE_COUNT && strcmp(name, playbook_use_names[what]) != 0)
        what++;
    if (what == USE_COUNT)
        return err_set(b->p->e, ERR_INPUT, "playbook %s: '%.60s' cannot be used", b->p->playbook->id, name);
    if (what >= USE_TARGET_PAYLOAD)
        return use_target(b, what, b->p->target);
    for (size_t i = 0; i < b->p->sources.n; i++)
        if (!use_source(b, what, b->p->sources.v[i]))
            return false;
    return true;
}

static bool add_reason(struct planning *p, struct strs *list, const char *star, const char *name)
{
    const char *text = arena_printf(p->arena, "%s%s%s", star, name, star);

    if (!text)
        return err_nomem(p->e);
    return text_in(list, text) || planning_say(p, list, "%s", text);
}

/* Whose pending reboot is theirs: source packages by name; on Windows what bears one of their vendors' names. */
static bool fill_reboot_args(struct builder *b, struct step_def *def)
{
    struct planning *p = b->p;
    bool windows = text_eq(p->r->facts->os->family, "windows");
    struct strs all = {NULL, 0};
    json_t *args;

    for (size_t i = 0; i < p->sources.n; i++) {
        const struct product *x = p->sources.v[i];
        const struct vendor *m = windows ? catalog_vendor(p->r->catalog, x->vendor) : NULL;

        for (size_t k = 0; k < x->packages.n; k++)
            if (!add_reason(p, &all, "", x->packages.v[k]))
                return false;
        if (m && !add_reason(p, &all, "*", m->name))
            return false;
        for (size_t k = 0; m && k < m->aliases.n; k++)
            if (!add_reason(p, &all, "*", m->aliases.v[k]))
                return false;
    }
    args = json_pack("{s:o}", "packages", steps_strings(&all));
    def->args = args;
    return doc_keep(p->doc, args, p->e);
}

bool planning_steps(struct planning *p)
{
    struct builder b = {p, 0, 0};
    const struct playbook *k = p->playbook;

    for (size_t i = 0; i < k->stages.n; i++) {
        b.stage = k->stages.v[i].stage;
        for (size_t j = 0; j < k->stages.v[i].steps.n; j++) {
            struct step_def def = k->stages.v[i].steps.v[j];

            if (def.use ? !use(&b, def.use)
                        : (text_eq(def.verb, "reboot.if_needed") && !fill_reboot_args(&b, &def)) ||
                              !add_step(&b, &def, NULL))
                return err_wrap(p->e, "playbook %s, stage %s, step %zu", k->id, stage_names[b.stage], j + 1);
        }
    }
    return true;
}
