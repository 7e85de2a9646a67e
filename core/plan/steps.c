/* From a playbook to concrete steps: sections of the products are put in where the playbook says `use`. */
#include "core/plan/internal.h"

#include <stdio.h>
#include <string.h>

struct builder {
    struct planning *p;
    size_t max;
    int stage;
};

static const struct verb_def *find_verb(const struct planning *p, const char *name)
{
    for (const struct verb_def *const *v = p->r->verbs; *v; v++)
        if (text_eq((*v)->name, name))
            return *v;
    return NULL;
}

/* --- ${name} ------------------------------------------------------------------------------------------------- */

static const struct var *find_var(const struct product *x, const char *name, size_t n)
{
    for (size_t i = 0; x && i < x->vars.n; i++)
        if (strlen(x->vars.v[i].name) == n && strncmp(x->vars.v[i].name, name, n) == 0)
            return &x->vars.v[i];
    return NULL;
}

static bool runtime_name(const char *name, size_t n)
{
    static const char *const names[] = {"run", "payload", "backup"};

    for (size_t i = 0; i < 3; i++)
        if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0)
            return true;
    return false;
}

/* Where ${name} is looked up. */
struct scope {
    const struct planning *p;
    const struct product *x; /* NULL: a playbook's own step */
    const json_t *each;      /* the fact that this step is for; NULL: none */
};

/* A field of the fact. One that it does not have is like a variable that is not given. */
static bool each_text(const struct scope *o, const char *name, size_t n, bool literal, struct buf *out)
{
    const char *key = arena_strndup(o->p->arena, name, n);
    const json_t *v = key ? json_object_get(o->each, key) : NULL;
    const char *s = json_string_value(v);

    if (!key)
        return err_nomem(o->p->e);
    if (!v)
        return err_set(o->p->e, ERR_NOT_FOUND, "the fact has no '%.60s'", key);
    if (json_is_integer(v))
        buf_printf(out, "%lld", (long long)json_integer_value(v));
    else if (literal)
        s = text_literal(o->p->arena, s ? s : "");
    if (s)
        buf_adds(out, s);
    return true;
}

static bool var_text(const struct scope *o, const char *name, size_t n, struct buf *out)
{
    const struct var *v = find_var(o->x, name, n);
    const char *value;

    if (!v)
        return err_set(o->p->e, ERR_INPUT, "product %s: '${%.*s}' is no variable of it", o->x ? o->x->id : "(playbook)",
                       (int)n, name);
    if (v->secret)
        return err_set(o->p->e, ERR_INPUT, "product %s: the secret '%s' may not stand in a text; use file.secret or "
                                           "command.run's input",
                       o->x->id, v->name);
    value = planning_var(o->p, v);
    if (!value) /* an optional one: the step is left out */
        return err_set(o->p->e, ERR_NOT_FOUND, "product %s: the variable '%s' (%s) is not given", o->x->id, v->name,
                       v->label);
    buf_adds(out, value);
    return true;
}

/* literal: the text is a pattern, and a name from the PC stands in it as it is. */
static bool expand_text(const struct scope *o, const char *s, bool literal, struct buf *out)
{
    static const char each[] = "each.";
    const char *end;

    s = facts_path(o->p->r->facts, o->p->arena, s);
    if (!s)
        return err_nomem(o->p->e);

    while (*s) {
        const char *name = s + 2;
        size_t n;

        if (!text_starts(s, "${") || !(end = strchr(s, '}'))) {
            buf_addc(out, *s++);
            continue;
        }
        n = (size_t)(end - name);
        if (runtime_name(name, n))
            buf_add(out, s, n + 3);
        else if (o->each && text_starts(name, each) ? !each_text(o, name + strlen(each), n - strlen(each), literal, out)
                                                    : !var_text(o, name, n, out))
            return false;
        s = end + 1;
    }
    return buf_ok(out, "a step's argument", o->p->e);
}

static json_t *expand(const struct scope *o, const json_t *j, const struct schema *s, bool literal);

static json_t *expand_string(const struct scope *o, const char *s, bool literal)
{
    json_t *copy = NULL;
    struct buf b;

    buf_init(&b, 65536);
    if (expand_text(o, s, literal, &b)) {
        copy = json_string(buf_str(&b));
        if (!copy)
            err_nomem(o->p->e);
    }
    buf_free(&b);
    return copy;
}

static json_t *expand_object(const struct scope *o, const json_t *j, const struct schema *s)
{
    json_t *copy = json_object(), *item;

    for (void *it = json_object_iter((json_t *)(uintptr_t)j); copy && it;
         it = json_object_iter_next((json_t *)(uintptr_t)j, it)) {
        const struct field *f = s ? schema_field(s, json_object_iter_key(it)) : NULL;

        item = expand(o, json_object_iter_value(it), NULL, f && (f->flags & FIELD_PATTERN));
        if (!item || json_object_set_new(copy, json_object_iter_key(it), item)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

/* A copy of JSON with every string expanded; NULL with the error set. s: the verb's arguments, where j is them. */
static json_t *expand(const struct scope *o, const json_t *j, const struct schema *s, bool literal)
{
    json_t *copy, *item;

    if (json_is_string(j))
        return expand_string(o, json_string_value(j), literal);
    if (json_is_object(j))
        return expand_object(o, j, s);
    if (!json_is_array(j))
        return j ? json_deep_copy(j) : json_object();
    copy = json_array();
    for (size_t i = 0; copy && i < json_array_size(j); i++) {
        item = expand(o, json_array_get(j, i), NULL, literal);
        if (!item || json_array_append_new(copy, item)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
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

static struct cond *negate(struct arena *a, struct cond *c)
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
    void *args;

    if (!verb_args(v, s->args, p->doc, &in, &args, p->e))
        return false;
    s->after = def->after;
    if (!s->after && v->after && !v->after(args, p->doc, &s->after, p->e))
        return false;
    if (s->after && (v->flags & VERB_MUTATES)) {
        s->before = negate(p->arena, s->after);
        if (!s->before)
            return err_nomem(p->e);
    }
    s->undo = v->undo_text ? v->undo_text(args, p->arena) : NULL;
    if (v->undo_text && !s->undo)
        return err_nomem(p->e);
    if (s->undo && !*s->undo) /* this verb can be undone, but this step says nothing of how */
        s->undo = NULL;
    s->no_undo = s->undo ? NULL : v->no_undo;
    s->timeout_s = def->timeout_s ? def->timeout_s : v->timeout_s;
    s->no_return = (v->flags & VERB_NO_RETURN) != 0;
    return true;
}

/* The same thing to do may follow from two facts: an entry in both views of the registry. */
static bool is_double(const struct builder *b, size_t first, const json_t *args)
{
    for (size_t i = first; i < b->p->plan->steps.n; i++)
        if (json_equal(b->p->plan->steps.v[i].args, args))
            return true;
    return false;
}

/* One concrete step; each: the fact that it is for. first: where the steps of this definition begin. */
static bool add_one(struct builder *b, const struct step_def *def, const struct product *x, const struct verb_def *v,
                    const json_t *each, size_t first)
{
    struct planning *p = b->p;
    struct scope o = {p, x, each};
    json_t *args = expand(&o, def->args, v->args, false), *title;
    struct step *s;

    if (!args && p->e->code == ERR_NOT_FOUND) { /* it serves what nobody gave, or what this fact does not have */
        err_clear(p->e);
        return true;
    }
    if (!args || !doc_keep(p->doc, args, p->e))
        return p->e->code ? false : err_nomem(p->e);
    if (each && is_double(b, first, args))
        return true;
    title = expand_string(&o, def->title ? def->title : v->name, false);
    if (!title && p->e->code == ERR_NOT_FOUND) { /* a fact without a name still needs the step */
        err_clear(p->e);
        title = json_string(v->name);
    }
    if (!title || !doc_keep(p->doc, title, p->e))
        return p->e->code ? false : err_nomem(p->e);
    s = new_step(b);
    if (!s)
        return err_nomem(p->e);
    s->verb = v->name;
    s->title = json_string_value(title);
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
        if (!add_one(b, def, x, v, found.rows.v[i].fields, first))
            return false;
    return true;
}

static bool add_step(struct builder *b, const struct step_def *def, const struct product *x)
{
    struct planning *p = b->p;
    const struct verb_def *v = find_verb(p, def->verb);
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

/* A step that the planner itself makes; args is a new reference. */
static bool make_step(struct builder *b, const struct product *x, const char *verb, json_t *args, const char *fmt,
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

/* --- what `use` stands for ----------------------------------------------------------------------------------- */

static json_t *strings(const struct strs *list)
{
    json_t *a = json_array();

    for (size_t i = 0; a && i < list->n; i++)
        if (json_array_append_new(a, json_string(list->v[i]))) {
            json_decref(a);
            return NULL;
        }
    return a;
}

static bool use_guards(struct builder *b, const struct product *x)
{
    for (size_t i = 0; i < x->guards.n && !b->p->r->policy->override_guards; i++) {
        const struct removal_guard *g = &x->guards.v[i];
        struct cond *free_to_go = negate(b->p->arena, g->blocked);
        json_t *cond = free_to_go ? schema_write(&cond_schema, free_to_go) : NULL;

        if (!cond)
            return err_nomem(b->p->e);
        if (!make_step(b, x, "check.that", json_pack("{s:o, s:s}", "cond", cond, "refuse", g->text),
                       "Check that the removal is allowed:", x->name))
            return false;
    }
    return true;
}

static bool installed_packages(const struct planning *p, const struct product *x, struct strs *ret)
{
    ret->n = 0;
    ret->v = ARENA_ARRAY(p->arena, x->packages.n, const char *);
    if (!ret->v)
        return err_nomem(p->e);
    for (size_t i = 0; i < x->packages.n; i++) {
        const struct package *k = facts_package(p->r->facts, x->packages.v[i]);

        if (k && k->state >= PACKAGE_UNPACKED)
            ret->v[ret->n++] = k->name;
    }
    return true;
}

static bool use_backup(struct builder *b, const struct product *x)
{
    struct strs names;

    if (!installed_packages(b->p, x, &names))
        return false;
    if (names.n && !make_step(b, x, "package.rebuild",
                              json_pack("{s:o, s:s}", "names", strings(&names), "to", "${backup}"),
                              "Rebuild the installer of", x->name))
        return false;
    if (x->state_paths.n && !make_step(b, x, "state.save",
                                       json_pack("{s:o, s:s+}", "paths", strings(&x->state_paths), "to",
                                                 "${backup}/state-", x->id),
                                       "Save the state of", x->name))
        return false;
    return true;
}

/* The digest of an installer that the administrator supplies: "<variable>_sha256" of the policy, else the manifest's. */
static bool installer_digest(struct builder *b, const struct artifact *f, const char **ret)
{
    struct planning *p = b->p;
    const char *key = f->from ? arena_printf(p->arena, "%s_sha256", f->from) : NULL;

    if (f->from && !key)
        return err_nomem(p->e);
    *ret = key ? json_string_value(json_object_get(p->r->policy->vars, key)) : NULL;
    if (!*ret)
        *ret = f->sha256;
    if (*ret || !f->from)
        return true;
    return planning_say(p, &p->plan->warnings,
                        "Nothing says what digest the installer '%s' must have: it is taken as it is, and its digest is "
                        "recorded. \"%s_sha256\" in the policy's \"vars\" would have it checked.", f->from, f->from);
}

static bool use_payload(struct builder *b, const struct product *x)
{
    for (size_t i = 0; i < x->payload.n; i++) {
        const struct artifact *f = &x->payload.v[i];
        const struct var *from = f->from ? find_var(x, f->from, strlen(f->from)) : NULL;
        const char *path = from ? planning_var(b->p, from) : NULL, *digest;
        json_t *args;

        if (f->kind == ARTIFACT_REPOSITORY) {
            args = json_pack("{s:o, s:s}", "packages", strings(&f->packages), "dir", "${payload}");
            if (!make_step(b, x, "package.fetch", args, "Fetch the packages of", x->name))
                return false;
            continue;
        }
        if (f->from && !path)
            return err_set(b->p->e, ERR_POLICY, "product %s: the variable '%s' (path of the installer) is not set",
                           x->id, f->from);
        if (!installer_digest(b, f, &digest))
            return false;
        args = json_pack("{s:s+, s:s*, s:s*, s:s*}", "file", "${payload}/", f->name ? f->name : f->id, "from", path,
                         "url", f->url, "sha256", digest);
        if (!make_step(b, x, "payload.get", args, "Get and check the installer of", x->name))
            return false;
    }
    return true;
}

static bool use_source(struct builder *b, const char *what, const struct product *x)
{
    bool agent = x->role == ROLE_AGENT;

    if (strcmp(what, "source.guards") == 0)
        return use_guards(b, x);
    if (strcmp(what, "source.backup") == 0)
        return use_backup(b, x);
    if (strcmp(what, "agent.disarm") == 0)
        return !agent || add_section(b, x->disarm, x);
    if (strcmp(what, "source.remove") == 0)
        return agent || add_section(b, x->remove, x);
    if (strcmp(what, "agent.remove") == 0)
        return !agent || add_section(b, x->remove, x);
    if (strcmp(what, "source.clean") == 0)
        return add_section(b, x->clean, x);
    return err_set(b->p->e, ERR_INPUT, "playbook %s: '%.60s' cannot be used", b->p->playbook->id, what);
}

static bool use_target(struct builder *b, const char *what)
{
    const struct product *x = b->p->target;

    if (!x)
        return true;
    if (strcmp(what, "target.payload") == 0)
        return use_payload(b, x);
    if (strcmp(what, "target.install") == 0)
        return add_section(b, x->install, x);
    if (strcmp(what, "target.activate") == 0)
        return add_section(b, x->activate, x);
    return err_set(b->p->e, ERR_INPUT, "playbook %s: '%.60s' cannot be used", b->p->playbook->id, what);
}

static bool use(struct builder *b, const char *what)
{
    if (text_starts(what, "target."))
        return use_target(b, what);
    for (size_t i = 0; i < b->p->sources.n; i++)
        if (!use_source(b, what, b->p->sources.v[i]))
            return false;
    return true;
}

/* Names of the source packages, for the question whether a pending reboot is theirs. */
static bool fill_reboot_args(struct builder *b, struct step_def *def)
{
    json_t *all = json_array(), *args;

    for (size_t i = 0; all && i < b->p->sources.n; i++) {
        json_t *one = strings(&b->p->sources.v[i]->packages);

        if (!one || json_array_extend(all, one)) {
            json_decref(all);
            all = NULL;
        }
        json_decref(one);
    }
    args = all ? json_pack("{s:o}", "packages", all) : NULL;
    def->args = args;
    return doc_keep(b->p->doc, args, b->p->e);
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
