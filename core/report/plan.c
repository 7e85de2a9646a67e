#include "core/report/page.h"

#include <stdio.h>
#include <string.h>

static const char *const rung_words[RUNG_COUNT] = {
    [RUNG_NEW_HEALTHY] = "the new product protects",
    [RUNG_OLD_RESTORED] = "the old product is put back",
    [RUNG_OTHER_PROTECTION] = "something else that is already here protects",
    [RUNG_UNPROTECTED] = "unprotected: a person is called",
};

static void head(struct page *p, const struct plan *plan)
{
    char when[64], what[96];

    page_say(p, INK_BOLD, "Plan %s", plan->id ? plan->id : "");
    if (plan->machine && plan->machine->hostname)
        page_say(p, INK_PLAIN, "  for %s", plan->machine->hostname);
    page_end_para(p, 0, 2);
    snprintf(what, sizeof what, "made %s", page_time(p, plan->made_at, when, sizeof when));
    page_line(p, 0, 2, INK_DIM, "%s, strategy %s", what, plan->strategy);
    page_blank(p);
    for (size_t i = 0; i < plan->sources.n; i++) {
        const struct plan_product *s = &plan->sources.v[i];

        page_keep(p, INK_DIM, "%-6s", i ? "" : "from");
        page_say(p, INK_BOLD, "%s", s->name);
        if (s->version)
            page_say(p, INK_PLAIN, "  %s", s->version);
        page_end_para(p, 2, 8);
    }
    page_keep(p, INK_DIM, "%-6s", "to");
    page_say(p, plan->target ? INK_GOOD : INK_WARN, "%s", plan->target ? plan->target->name : "nothing new");
    page_end_para(p, 2, 8);
}

static void points(struct page *p, const struct candidate *c)
{
    if (!c->points || !p->style->verbose)
        return;
    page_say(p, INK_DIM, " Points: preference %lld, fit %lld, evidence %lld, cost %lld", c->points->preference,
             c->points->fit, c->points->evidence, c->points->cost);
    if (c->points->total)
        page_say(p, INK_DIM, "; weighed %lld", c->points->total);
    page_say(p, INK_DIM, ".");
}

/* What speaks for the chosen one is said where people ask for more. */
static void chosen(struct page *p, const struct plan *plan)
{
    for (size_t i = 0; i < plan->candidates.n && p->style->verbose; i++) {
        const struct candidate *c = &plan->candidates.v[i];

        if (c->fate != CANDIDATE_CHOSEN)
            continue;
        page_mark(p, INK_GOOD, MARK_YES);
        page_say(p, INK_BOLD, " %s ", c->name ? c->name : c->product);
        for (size_t k = 0; k < c->reasons.n; k++)
            page_say(p, INK_PLAIN, " %s", c->reasons.v[k]);
        points(p, c);
        page_end_para(p, 2, 4);
    }
}

static void candidates(struct page *p, const struct plan *plan)
{
    bool titled = false;

    for (size_t i = 0; i < plan->candidates.n; i++) {
        const struct candidate *c = &plan->candidates.v[i];
        static const char *const words[] = {"cannot: ", "could, but: ", ""};

        if (c->fate == CANDIDATE_CHOSEN)
            continue;
        if (!titled)
            page_heading(p, "WHY NOT ANOTHER");
        titled = true;
        page_mark(p, c->fate == CANDIDATE_REJECTED ? INK_BAD : INK_DIM,
                  c->fate == CANDIDATE_REJECTED ? MARK_NO : MARK_ITEM);
        page_say(p, INK_BOLD, " %s", c->name ? c->name : c->product);
        page_say(p, INK_DIM, "  %s", words[c->fate]);
        for (size_t k = 0; k < c->reasons.n; k++)
            page_say(p, INK_PLAIN, "%s%s", k ? " " : "", c->reasons.v[k]);
        points(p, c);
        page_end_para(p, 2, 4);
    }
}

static void ladder(struct page *p, const struct plan *plan)
{
    if (!plan->ladder.n)
        return;
    page_heading(p, "WHERE IT MAY END, BEST FIRST");
    for (size_t i = 0; i < plan->ladder.n; i++) {
        const struct ladder_rung *r = &plan->ladder.v[i];

        page_say(p, INK_PLAIN, "%zu. ", i + 1);
        page_say(p, r->allowed ? INK_PLAIN : INK_DIM, "%s", rung_words[r->rung]);
        if (!r->allowed)
            page_say(p, INK_WARN, " - not done");
        if (r->why)
            page_say(p, INK_DIM, " (%s)", r->why);
        page_end_para(p, 2, 5);
    }
}

/* A MAP is an object whose values are all strings. */
static const char *map_value(const json_t *map, const char *key)
{
    return json_string_value(json_object_get(map, key));
}

static void needs(struct page *p, const struct plan *plan)
{
    if (!plan->secrets.n)
        return;
    page_heading(p, "PASSWORDS AND TOKENS IT NEEDS");
    for (size_t i = 0; i < plan->secrets.n; i++) {
        const char *from = map_value(plan->secret_sources, plan->secrets.v[i]);

        page_mark(p, from ? INK_GOOD : INK_BAD, from ? MARK_YES : MARK_NO);
        page_say(p, INK_BOLD, " %s", plan->secrets.v[i]);
        if (from)
            page_say(p, INK_DIM, " from %s", from);
        else
            page_say(p, INK_WARN, " is not supplied");
        page_end_para(p, 2, 4);
    }
}

static void cautions(struct page *p, const struct plan *plan)
{
    if (!plan->warnings.n && !plan->unverified.n)
        return;
    page_heading(p, "KNOW THIS BEFORE");
    for (size_t i = 0; i < plan->warnings.n; i++) {
        page_mark(p, INK_WARN, MARK_ITEM);
        page_say(p, INK_PLAIN, " %s", plan->warnings.v[i]);
        page_end_para(p, 2, 4);
    }
    for (size_t i = 0; i < plan->unverified.n; i++) {
        page_mark(p, INK_WARN, MARK_ITEM);
        page_say(p, INK_WARN, " not verified on the real product: %s", plan->unverified.v[i]);
        page_end_para(p, 2, 4);
    }
}

static void condition(struct page *p, const char *label, const struct cond *c)
{
    struct arena a = ARENA_INIT;
    const char *text = c ? cond_text(c, &a) : NULL;

    if (c && !text)
        p->out->failed = true;
    page_pair(p, 8, 16, label, INK_DIM, text);
    arena_free(&a);
}

static void details(struct page *p, const struct step *s)
{
    struct buf b;
    struct err e = ERR_INIT;

    condition(p, "before", s->before);
    condition(p, "after", s->after);
    page_pair(p, 8, 16, "verb", INK_DIM, s->verb);
    buf_init(&b, 1 << 20);
    if (s->args && !json_text(s->args, false, &b, &e))
        p->out->failed = true;
    page_pair(p, 8, 16, "args", INK_DIM, buf_str(&b));
    buf_free(&b);
}

/* "limit 15 min", "limit 90 s" */
static const char *limit_text(long long s, char *buf, size_t size)
{
    if (!s)
        buf[0] = '\0';
    else if (s % 60 == 0)
        snprintf(buf, size, "limit %lld min", s / 60);
    else
        snprintf(buf, size, "limit %lld s", s);
    return buf;
}

static void step(struct page *p, const struct step *s)
{
    char right[32];

    limit_text(s->timeout_s, right, sizeof right);
    page_say(p, INK_DIM, "%s  ", s->id);
    page_say(p, INK_PLAIN, "%s", s->title);
    if (s->auxiliary)
        page_say(p, INK_DIM, " (never stops the run)");
    page_end_line(p, 4, 9, INK_DIM, right);
    if (s->undo)
        page_pair(p, 9, 16, "undo", INK_DIM, s->undo);
    else if (s->no_return)
        page_pair(p, 9, 16, "undo", INK_WARN, s->no_undo ? s->no_undo : "there is none: no return from here");
    if (p->style->verbose)
        details(p, s);
}

static void steps(struct page *p, const struct plan *plan)
{
    int stage = -1;

    page_heading(p, "STEPS");
    for (size_t i = 0; i < plan->steps.n; i++) {
        if (plan->steps.v[i].stage != stage) {
            stage = plan->steps.v[i].stage;
            page_line(p, 2, 2, INK_NAME, "%s", stage_names[stage]);
        }
        step(p, &plan->steps.v[i]);
    }
}

static void foot(struct page *p, const struct plan *plan)
{
    char span[INSTANT_TEXT];

    page_blank(p);
    page_say(p, INK_PLAIN, "%zu steps; ", plan->steps.n);
    if (plan->no_reboot)
        page_say(p, INK_PLAIN, "never reboots by itself; ");
    else
        page_say(p, INK_PLAIN, "at most %lld reboot%s; ", plan->max_reboots, plan->max_reboots == 1 ? "" : "s");
    if (plan->expected_s)
        page_say(p, INK_PLAIN, "usually %s; ", instant_span(plan->expected_s * 1000, span));
    page_say(p, INK_PLAIN, "at most %s unprotected; ", instant_span(plan->unprotected_limit_s * 1000, span));
    page_say(p, INK_PLAIN, "EICAR test: %s.", plan->eicar ? "yes" : "no (--eicar adds it)");
    page_end_para(p, 0, 2);
    if (p->style->verbose) {
        page_pair(p, 0, 11, "digest", INK_DIM, plan->digest);
        page_pair(p, 0, 11, "catalogue", INK_DIM, plan->catalog_digest);
        page_pair(p, 0, 11, "commit", INK_DIM, plan->catalog_commit);
    }
}

static void summary(struct page *p, const struct plan *plan)
{
    head(p, plan);
    if (plan->explain.n)
        page_heading(p, "WHY THIS");
    page_list(p, 2, &plan->explain);
    chosen(p, plan);
    candidates(p, plan);
    cautions(p, plan);
    needs(p, plan);
    ladder(p, plan);
    if (plan->catalog_overlay.n)
        page_heading(p, "CHANGED BY YOUR OVERLAY");
    page_list(p, 2, &plan->catalog_overlay);
    if (!plan->assumptions.n || !p->style->verbose)
        return;
    page_heading(p, "HOLDS ONLY WHILE");
    for (size_t i = 0; i < plan->assumptions.n; i++) {
        page_mark(p, INK_DIM, MARK_ITEM);
        page_say(p, INK_PLAIN, " %s", plan->assumptions.v[i].text);
        page_end_para(p, 2, 4);
    }
}

void report_plan(const struct plan *plan, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    summary(&p, plan);
    steps(&p, plan);
    foot(&p, plan);
    page_close(&p);
}

void report_plan_summary(const struct plan *plan, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    summary(&p, plan);
    foot(&p, plan);
    page_close(&p);
}

void report_plan_steps(const struct plan *plan, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    steps(&p, plan);
    page_close(&p);
}

void report_candidates(const struct plan *plan, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    page_list(&p, 2, &plan->explain);
    candidates(&p, plan);
    page_close(&p);
}
