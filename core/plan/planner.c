#include "core/plan/planner.h"
#include "core/base/list.h"
#include "core/plan/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Takes the text as it is, NULL: out of memory. */
static bool add_line(struct planning *p, struct strs *list, const char *text)
{
    const char **v = ARENA_ARRAY(p->arena, list->n + 1, const char *);

    if (!v || !text)
        return err_nomem(p->e);
    if (list->n)
        memcpy(v, list->v, list->n * sizeof *v);
    v[list->n] = text;
    list->v = v;
    list->n++;
    return true;
}

bool planning_say(struct planning *p, struct strs *list, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return add_line(p, list, arena_strdup(p->arena, text));
}

/* --- what goes ------------------------------------------------------------------------------------------------ */

static bool goes(const struct planning *p, const struct finding *f)
{
    if (f->kind != FINDING_PRODUCT && f->kind != FINDING_HALF_REMOVED && f->kind != FINDING_LEFTOVER)
        return false;
    return catalog_timeline(p->r->catalog, f->vendor) != NULL; /* white-label products are for a person to judge */
}

/* On Windows a password may stand before the protection: where it is refused, nothing else must be gone by then. */
static int removal_order(const struct planning *p, const struct product *x)
{
    bool windows = text_eq(p->r->facts->os->family, "windows");

    return x->role == ROLE_AGENT ? 2 : (x->role == ROLE_PROTECTION) == windows ? 0 : 1;
}

static bool has_source(const struct planning *p, const struct product *x)
{
    for (size_t i = 0; i < p->sources.n; i++)
        if (p->sources.v[i] == x)
            return true;
    return false;
}

static bool nothing_goes(struct planning *p)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];

        if (f->kind == FINDING_WHITE_LABEL && f->must_go)
            return err_set(p->e, ERR_POLICY, "%s: which one it is, and how it goes, is for a person to find out", f->name);
    }
    return err_set(p->e, ERR_NOT_FOUND, "nothing that has to go was found on this PC");
}

/* Components first, then protection (on Windows the other way round), agents last; by id within each. */
static bool find_sources(struct planning *p)
{
    const struct findings *f = p->r->findings;

    p->sources.v = ARENA_ARRAY(p->arena, f->findings.n, const struct product *);
    if (!p->sources.v)
        return err_nomem(p->e);
    for (size_t i = 0; i < f->findings.n; i++) {
        const struct product *x = catalog_product(p->r->catalog, f->findings.v[i].product);
        size_t k;

        if (!x || !goes(p, &f->findings.v[i]) || has_source(p, x))
            continue;
        for (k = p->sources.n++; k > 0; k--) {
            const struct product *y = p->sources.v[k - 1];
            int order = removal_order(p, x) - removal_order(p, y);

            if (order > 0 || (order == 0 && strcmp(x->id, y->id) > 0))
                break;
            p->sources.v[k] = y;
        }
        p->sources.v[k] = x;
    }
    return p->sources.n || nothing_goes(p);
}

/* What is removed by hand is told step by step; nothing is planned around it. */
static bool refuse_manual(struct planning *p, const struct product *x)
{
    const struct manual_work *m = x->manual_remove;
    bool unsure = m->confidence == CONFIDENCE_UNVERIFIED;

    if (!planning_say(p, &p->plan->explain, "%s is removed by a person: %s%s", x->name, m->why,
                      unsure ? " (How it goes is not verified on the real product.)" : ""))
        return false;
    for (size_t i = 0; i < m->steps.n; i++)
        if (!planning_say(p, &p->plan->explain, "Step %zu: %s", i + 1, m->steps.v[i]))
            return false;
    return true;
}

/* More of it than leftovers? */
static bool is_here(const struct planning *p, const struct product *x)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];

        if (text_eq(f->product, x->id) && (f->kind == FINDING_PRODUCT || f->kind == FINDING_HALF_REMOVED))
            return true;
    }
    return false;
}

static bool check_manual(struct planning *p)
{
    const struct product *first = NULL;

    for (size_t i = 0; i < p->sources.n; i++) {
        const struct product *x = p->sources.v[i];

        if (!x->manual_remove || (x->clean && !is_here(p, x)))
            continue;
        if (!refuse_manual(p, x))
            return false;
        first = first ? first : x;
    }
    return !first || err_set(p->e, ERR_POLICY, "%s is not removed unattended; a person removes it, step by step as told",
                             first->name);
}

static bool check_sources(struct planning *p)
{
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct product *x = p->sources.v[i];
        const char *part = product_unverified(x, true);
        bool present = planning_finding(p, x->id) != NULL;

        if (present && !x->remove)
            return err_set(p->e, ERR_POLICY, "how to remove %s unattended is not known", x->name);
        if (part && !p->r->policy->allow_unverified)
            return err_set(p->e, ERR_UNVERIFIED, "%s: the facts of its part '%s' are not verified", x->name, part);
        if (part && !planning_say(p, &p->plan->unverified, "%s: %s", x->id, part))
            return false;
    }
    return true;
}

/* --- how ------------------------------------------------------------------------------------------------------- */

static const char *playbook_misfit(const struct planning *p, const struct playbook *k, const struct product *x)
{
    if (strcmp(k->id, "cleanup") == 0)
        return x ? "there is a product to replace" : NULL;
    if (!x)
        return "nothing new is needed";
    if (planning_healthy_here(p, x))
        return k->installs || k->awakes ? "the replacement is already here and protects" : NULL;
    if (k->awakes)
        return planning_awakes(p, x) ? NULL : "the replacement does not become active by itself";
    if (!k->installs)
        return "the replacement is not yet here";
    if (!x->install)
        return "the replacement is part of the system and not installed";
    if (k->passive && !x->capabilities->passive)
        return "the replacement cannot be installed without its on-access engine running";
    return NULL;
}

const struct playbook *planning_way(const struct planning *p, const struct product *x, const char **why)
{
    const char *asked = p->r->policy->strategy;
    const struct catalog *c = p->r->catalog;
    const struct playbook *best = NULL;

    *why = "no playbook fits";
    for (size_t i = 0; i < c->playbooks.n; i++) {
        const struct playbook *k = &c->playbooks.v[i];
        const char *misfit = playbook_misfit(p, k, x);

        if (asked && strcmp(asked, k->id) != 0)
            continue;
        if (asked && misfit)
            *why = arena_printf(p->arena, "the strategy '%s' does not fit: %s", asked, misfit);
        else if (!misfit && (!best || k->rank < best->rank))
            best = k;
    }
    return best;
}

static bool choose_playbook(struct planning *p)
{
    const char *why;

    p->playbook = planning_way(p, p->target, &why);
    if (!p->playbook)
        return why ? err_set(p->e, ERR_POLICY, "%s", why) : err_nomem(p->e);
    p->plan->strategy = p->playbook->id;
    return planning_say(p, &p->plan->explain, "Strategy '%s': %s", p->playbook->id, p->playbook->doc);
}

/* --- what the worker must know ---------------------------------------------------------------------------------- */

static bool all_of(struct planning *p, struct cond **list, size_t n, struct cond **ret)
{
    struct cond *c = ARENA_NEW(p->arena, struct cond);

    if (!c)
        return err_nomem(p->e);
    schema_init(&cond_schema, c);
    c->all.v = ARENA_ARRAY(p->arena, n, struct cond);
    if (!c->all.v)
        return err_nomem(p->e);
    for (size_t i = 0; i < n; i++) {
        if (!list[i])
            continue;
        schema_init(&cond_schema, &c->all.v[c->all.n]);
        c->all.v[c->all.n++].not= list[i];
    }
    *ret = c;
    return true;
}

/* The folder of the EICAR test is a concrete one in a plan. */
static bool fill_eicar(struct planning *p, const struct product *x, struct plan_product *k)
{
    k->eicar = x->eicar;
    if (!x->eicar || !x->eicar->dir)
        return true;
    k->eicar = ARENA_NEW(p->arena, struct eicar_def);
    if (!k->eicar)
        return err_nomem(p->e);
    *k->eicar = *x->eicar;
    k->eicar->dir = facts_path(p->r->facts, p->arena, x->eicar->dir);
    return k->eicar->dir || err_nomem(p->e);
}

static bool fill_product(struct planning *p, const struct product *x, struct plan_product *k, bool source)
{
    struct cond *parts[2] = {x->detect->installed, x->detect->half_removed};
    const struct finding *f = planning_finding(p, x->id);

    k->product = x->id;
    k->name = x->name;
    k->version = f ? f->version : NULL;
    k->role = x->role;
    k->health = x->health;
    k->leftovers.v = x->leftovers.v;
    k->leftovers.n = x->leftovers.n;
    k->reinstallers.v = x->reinstallers.v;
    k->reinstallers.n = x->reinstallers.n;
    return fill_eicar(p, x, k) && (!source || all_of(p, parts, 2, &k->gone));
}

static bool fill_products(struct planning *p)
{
    struct plan *plan = p->plan;

    plan->sources.v = ARENA_ARRAY(p->arena, p->sources.n, struct plan_product);
    if (!plan->sources.v)
        return err_nomem(p->e);
    for (size_t i = 0; i < p->sources.n; i++)
        if (!fill_product(p, p->sources.v[i], &plan->sources.v[plan->sources.n++], true))
            return false;
    if (!p->target)
        return true;
    plan->target = ARENA_NEW(p->arena, struct plan_product);
    return plan->target ? fill_product(p, p->target, plan->target, false) : err_nomem(p->e);
}

static bool assume(struct planning *p, struct cond *c, const char *fmt, const char *what)
{
    struct assumption *x = &p->plan->assumptions.v[p->plan->assumptions.n++];

    x->cond = c;
    x->text = arena_printf(p->arena, "%s%s", fmt, what);
    return x->text || err_nomem(p->e);
}

static bool assume_version(struct planning *p, const struct product *x, const char *version)
{
    struct cond *c = ARENA_NEW(p->arena, struct cond);

    if (!c)
        return err_nomem(p->e);
    if (!cond_version(x->detect->version_from.v[0], p->r->facts, p->arena, c))
        return true; /* the finding stands on other facts than these */
    c->op = OP_EQ;
    c->value = version;
    return assume(p, c, "the version is still the one found: ", arena_printf(p->arena, "%s %s", x->name, version));
}

/* The facts that the plan rests on; `run` checks them again before it changes anything. */
static bool fill_assumptions(struct planning *p)
{
    size_t max = p->sources.n * 2 + (p->target ? p->target->requires.n + 1 : 0);

    p->plan->assumptions.v = ARENA_ARRAY(p->arena, max, struct assumption);
    if (!p->plan->assumptions.v)
        return err_nomem(p->e);
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct product *x = p->sources.v[i];
        const struct finding *f = planning_finding(p, x->id);

        if (!f)
            continue;
        if (!assume(p, x->detect->installed, "still installed: ", x->name))
            return false;
        if (f->version && x->detect->version_from.n == 1 && !assume_version(p, x, f->version))
            return false;
    }
    for (size_t i = 0; p->target && i < p->target->requires.n; i++)
        if (!assume(p, p->target->requires.v[i].cond, "the new product still has ", p->target->requires.v[i].text))
            return false;
    return true;
}

static bool add_secrets(struct planning *p, const struct product *x)
{
    for (size_t i = 0; i < x->vars.n; i++)
        if (x->vars.v[i].secret && json_object_get(p->r->policy->secrets, x->vars.v[i].name) &&
            !text_in(&p->plan->secrets, x->vars.v[i].name) &&
            !planning_say(p, &p->plan->secrets, "%s", x->vars.v[i].name))
            return false;
    return true;
}

static bool fill_secrets(struct planning *p)
{
    const char *fleeting;

    p->plan->secret_sources = p->r->policy->secrets;
    for (size_t i = 0; i < p->sources.n; i++)
        if (!add_secrets(p, p->sources.v[i]))
            return false;
    if (p->target && !add_secrets(p, p->target))
        return false;
    fleeting = plan_fleeting_secret(p->plan);
    return !fleeting || p->plan->no_reboot || !p->plan->max_reboots ||
           planning_say(p, &p->plan->warnings,
                        "The secret '%s' comes from the environment, which is gone after a reboot: give it as file:/path, or "
                        "the run may fail when it goes on.", fleeting);
}

static bool take_advice(struct planning *p, const struct product *x, const char *id)
{
    struct advice *slot;

    for (size_t i = 0; i < p->plan->advice.n; i++)
        if (text_eq(p->plan->advice.v[i].id, id))
            return true;
    for (size_t i = 0; i < x->advice.n; i++) {
        if (!text_eq(x->advice.v[i].id, id))
            continue;
        slot = LIST_ADD(p->arena, &p->plan->advice);
        if (!slot)
            return err_nomem(p->e);
        *slot = x->advice.v[i];
    }
    return true;
}

/* What was found for a person to change is told, and goes along for the run to look again. */
static bool fill_advice(struct planning *p)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];
        const struct product *x = catalog_product(p->r->catalog, f->product);

        if (f->kind == FINDING_ADVICE && x && (!add_line(p, &p->plan->warnings, f->text) || !take_advice(p, x, f->part)))
            return false;
    }
    return true;
}

static bool fill_notes(struct planning *p)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];

        if (f->kind == FINDING_REINSTALLER &&
            !planning_say(p, &p->plan->warnings, "%s: %s. It is disarmed first and looked for again at the end.",
                          f->name, f->text))
            return false;
        if (f->kind == FINDING_WHITE_LABEL &&
            !planning_say(p, &p->plan->warnings,
                          "%s %s an engine that has to go; it is reported, never removed by itself.", f->name,
                          f->certainty == CERTAINTY_CERTAIN ? "contains" : "may contain"))
            return false;
    }
    for (size_t i = 0; i < p->sources.n; i++)
        for (size_t k = 0; k < p->sources.v[i]->notes.n; k++)
            if (!planning_say(p, &p->plan->warnings, "%s: %s", p->sources.v[i]->name, p->sources.v[i]->notes.v[k]))
                return false;
    if (p->r->policy->override_guards &&
        !planning_say(p, &p->plan->warnings, "The policy overrides what the old product says against its removal."))
        return false;
    for (size_t i = 0; p->target && i < p->target->notes.n; i++)
        if (!planning_say(p, &p->plan->warnings, "%s: %s", p->target->name, p->target->notes.v[i]))
            return false;
    if (p->r->facts->reboot_pending &&
        !planning_say(p, &p->plan->warnings, "A reboot is already pending on this PC."))
        return false;
    return true;
}

static bool explain_sources(struct planning *p)
{
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct product *x = p->sources.v[i];
        const struct finding *f = planning_finding(p, x->id);
        const struct timeline *t = catalog_timeline(p->r->catalog, x->vendor);
        const struct measure *m = t ? timeline_in_force(t, &p->owner, false, p->r->now) : NULL;
        char days[64] = "";

        if (m)
            snprintf(days, sizeof days, "overdue by %lld days",
                     (long long)((p->r->now - m->effective) / INSTANT_DAY));
        if (!planning_say(p, &p->plan->explain, "%s%s%s goes%s%s%s%s%s.", x->name, f && f->version ? " " : "",
                          f && f->version ? f->version : f ? "" : " (what is left of it)", m ? ": " : "",
                          m ? m->id : "", m ? " (" : "", days, m ? ")" : ""))
            return false;
    }
    if (p->target)
        return planning_say(p, &p->plan->explain, "%s takes its place%s.", p->target->name,
                            p->target_present ? ": it already protects this PC" : "");
    return true;
}

static bool seal(struct planning *p)
{
    struct plan *plan = p->plan;
    char hex[65];

    plan->id = NULL;
    plan->digest = NULL;
    if (!plan_digest(plan, hex, p->e))
        return false;
    plan->id = arena_strndup(p->arena, hex, 12);
    if (!plan->id || !plan_digest(plan, hex, p->e))
        return err_nomem(p->e);
    plan->digest = arena_strdup(p->arena, hex);
    return plan->digest || err_nomem(p->e);
}

/* Something of the old products is still there that protects or is half there: then a replacement is needed. */
static bool only_leftovers(const struct planning *p)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];

        if (goes(p, f) && f->kind != FINDING_LEFTOVER && f->role == ROLE_PROTECTION)
            return false;
    }
    return true;
}

static void fill_head(struct planning *p)
{
    const struct policy *y = p->r->policy;
    struct plan *plan = p->plan;

    plan->made_at = p->r->now;
    plan->tool = p->r->tool;
    plan->catalog_digest = p->r->catalog->digest;
    plan->catalog_commit = p->r->catalog->commit;
    plan->catalog_overlay = p->r->catalog->overlay_texts;
    plan->machine = p->r->facts->machine;
    plan->max_reboots = y->max_reboots;
    plan->no_reboot = y->no_reboot;
    plan->eicar = y->eicar;
}

/* An agent or a task that would bring the old product back, where the policy wants somebody to take it away first. */
static bool check_reinstallers(struct planning *p)
{
    for (size_t i = 0; i < p->r->findings->findings.n; i++) {
        const struct finding *f = &p->r->findings->findings.v[i];

        if (f->kind == FINDING_REINSTALLER && p->r->policy->reinstallers == REINSTALL_REFUSE)
            return err_set(p->e, ERR_POLICY,
                           "%s: %s, and the policy refuses to plan until that has been taken away (reinstallers: refuse)",
                           f->name, f->text);
    }
    return true;
}

static bool check_policy(struct planning *p)
{
    const char *asked = p->r->policy->strategy;

    if (asked && !catalog_playbook(p->r->catalog, asked))
        return err_set(p->e, ERR_NOT_FOUND, "no playbook %.60s fits: the catalogue has none of that name", asked);
    return policy_doubts(p->r->policy, p->r->catalog, p->arena, &p->plan->warnings, p->e);
}

/* What goes, and what takes its place (p->target NULL: nothing has to). */
static bool decide(struct planning *p)
{
    fill_head(p);
    planning_owner(p);
    if (!check_policy(p) || !find_sources(p) || !check_manual(p) || !check_sources(p) || !check_reinstallers(p))
        return false;
    /* Cleaning up after an earlier removal needs no replacement where something protects already. */
    return (only_leftovers(p) && planning_other_protection(p)) || planning_choose(p);
}

/* Reboots that may come before the new product was seen to protect. */
static long long reboots_in_gap(const struct planning *p)
{
    long long n = 0;

    for (size_t i = 0; i < p->plan->steps.n && !p->plan->no_reboot; i++) {
        const struct verb_def *v = planning_verb(p, p->plan->steps.v[i].verb);

        n += p->plan->steps.v[i].stage < STAGE_VERIFY && v && (v->flags & VERB_REBOOTS);
    }
    return n < p->plan->max_reboots ? n : p->plan->max_reboots;
}

/* How long the PC may be without protection: a run that is as slow as such runs are must not be turned round for it. */
static bool fill_limit(struct planning *p)
{
    enum { LEAST_S = 600, BOOT_S = 300, SERVER_BOOT_S = 600 };
    bool server = text_eq(p->r->facts->os->type, "server");
    long long n = reboots_in_gap(p), needed = p->plan->expected_s + n * (server ? SERVER_BOOT_S : BOOT_S);
    char span[INSTANT_TEXT];

    p->plan->unprotected_limit_s = p->r->policy->unprotected_limit_s;
    if (p->plan->unprotected_limit_s)
        return true;
    p->plan->unprotected_limit_s = needed > LEAST_S ? (needed + 59) / 60 * 60 : LEAST_S;
    return needed <= LEAST_S ||
           planning_say(p, &p->plan->explain, "It may be without protection for at most %s: as long as such a change usually takes%s. "
                                              "\"unprotected_limit_s\" in the policy sets another limit.",
                        instant_span(p->plan->unprotected_limit_s * 1000, span),
                        n > 1 ? ", with its reboots" : n ? ", with its reboot" : "");
}

static bool build(struct planning *p)
{
    return decide(p) && choose_playbook(p) && explain_sources(p) && planning_ladder(p) && fill_products(p) &&
           fill_assumptions(p) && fill_secrets(p) && fill_notes(p) && fill_advice(p) && planning_steps(p) && fill_limit(p) && seal(p);
}

static bool begin(const struct plan_request *r, struct plan *ret, struct err *e)
{
    schema_init(&plan_schema, ret);
    if (!r->facts->os || !r->facts->machine)
        return err_set(e, ERR_INPUT, "the facts do not tell which machine and system this is");
    return true;
}

bool plan_make(const struct plan_request *r, struct doc *d, struct plan *ret, struct err *e)
{
    struct planning p = {.r = r, .doc = d, .arena = &d->arena, .plan = ret, .e = e};
    unsigned long failures = mem_failures();

    /* json_pack() leaves an optional argument out when memory runs out: that would be another plan. */
    return begin(r, ret, e) && build(&p) && (mem_failures() == failures || err_nomem(e));
}

bool plan_rank(const struct plan_request *r, struct doc *d, struct plan *ret, bool *ret_needed, struct err *e)
{
    struct planning p = {.r = r, .doc = d, .arena = &d->arena, .plan = ret, .e = e};

    *ret_needed = false;
    if (!begin(r, ret, e) || !decide(&p))
        return false;
    *ret_needed = p.target != NULL;
    return true;
}
