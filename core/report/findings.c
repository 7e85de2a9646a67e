#include "core/report/page.h"

#include <string.h>

/* The groups of the table, in the order people need them. */
enum group { GROUP_MUST_GO, GROUP_COMPONENT, GROUP_DATABASE, GROUP_REINSTALLER, GROUP_LEFTOVER, GROUP_ADVICE, GROUP_OTHER, GROUP_COUNT };

static const char *const titles[GROUP_COUNT] = {
    [GROUP_MUST_GO] = "MUST GO",
    [GROUP_COMPONENT] = "PARTS OF IT",
    [GROUP_DATABASE] = "SIGNATURES",
    [GROUP_REINSTALLER] = "WOULD BRING IT BACK",
    [GROUP_LEFTOVER] = "LEFTOVERS OF AN EARLIER REMOVAL",
    [GROUP_ADVICE] = "FOR A PERSON TO CHANGE",
    [GROUP_OTHER] = "OTHER PROTECTION",
};

static enum group group_of(const struct finding *f)
{
    switch ((enum finding_kind)f->kind) {
    case FINDING_DATABASE:
        return GROUP_DATABASE;
    case FINDING_REINSTALLER:
        return GROUP_REINSTALLER;
    case FINDING_LEFTOVER:
        return GROUP_LEFTOVER;
    case FINDING_ADVICE:
        return GROUP_ADVICE;
    case FINDING_PRODUCT:
    case FINDING_HALF_REMOVED:
    case FINDING_WHITE_LABEL:
    case FINDING_MOVED_BY_VENDOR:
        break;
    }
    if (!f->must_go)
        return GROUP_OTHER;
    return f->role == ROLE_COMPONENT ? GROUP_COMPONENT : GROUP_MUST_GO;
}

/* A component or agent is asked only what applies to it. */
static void health_line(struct page *p, const struct health_facts *h, bool whole)
{
    const struct {
        const char *name;
        int answer;
    } facts[] = {
        {"installed", h->installed}, {"running", h->running}, {"real-time", h->realtime},
        {"fresh signatures", h->fresh}, {"managed", h->managed},
    };
    static const enum ink inks[] = {[TRI_UNKNOWN] = INK_DIM, [TRI_NO] = INK_BAD, [TRI_YES] = INK_GOOD};
    static const enum mark marks[] = {[TRI_UNKNOWN] = MARK_UNKNOWN, [TRI_NO] = MARK_NO, [TRI_YES] = MARK_YES};

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (!whole && facts[i].answer == TRI_UNKNOWN)
            continue;
        if (p->para.len)
            page_say(p, INK_PLAIN, "   ");
        page_mark(p, inks[facts[i].answer], marks[facts[i].answer]);
        page_keep(p, facts[i].answer == TRI_UNKNOWN ? INK_DIM : INK_PLAIN, " %s", facts[i].name);
    }
    page_end_para(p, 4, 4);
}

/* What kind of finding this is, where it is not simply an installed product. */
static const char *kind_words(const struct finding *f)
{
    switch ((enum finding_kind)f->kind) {
    case FINDING_HALF_REMOVED:
        return "half removed";
    case FINDING_WHITE_LABEL:
        return f->certainty == CERTAINTY_CERTAIN ? "another name, the same engine" : "another name, perhaps the same engine";
    case FINDING_MOVED_BY_VENDOR:
        return "put here by the vendor itself";
    case FINDING_PRODUCT:
    case FINDING_LEFTOVER:
    case FINDING_DATABASE:
    case FINDING_REINSTALLER:
    case FINDING_ADVICE:
        break;
    }
    return f->role == ROLE_AGENT ? "management agent, removed last" : NULL;
}

static void evidence(struct page *p, const struct finding *f)
{
    if (!p->style->verbose)
        return;
    for (size_t i = 0; i < f->evidence.n; i++)
        page_pair(p, 4, 14, i ? "" : "because", INK_DIM, f->evidence.v[i]);
    for (size_t i = 0; f->health && i < f->health->evidence.n; i++)
        page_pair(p, 4, 14, i ? "" : "health", INK_DIM, f->health->evidence.v[i]);
}

/* "database_date" as "database date". */
static void report_name(struct page *p, const char *name)
{
    for (size_t n; *name; name += n + (name[n] == '_')) {
        n = strcspn(name, "_");
        page_say(p, INK_PLAIN, "%.*s%s", (int)n, name, name[n] ? " " : "");
    }
}

static void product(struct page *p, const struct finding *f)
{
    const char *kind = kind_words(f);

    page_say(p, INK_BOLD, "%s", f->name ? f->name : f->product);
    if (f->version)
        page_say(p, INK_PLAIN, "  %s", f->version);
    page_end_line(p, 2, 4, f->must_go ? INK_BAD : INK_DIM, f->must_go ? "must go" : "may stay");
    if (kind)
        page_line(p, 4, 4, INK_WARN, "%s", kind);
    if (f->health)
        health_line(p, f->health, f->role == ROLE_PROTECTION);
    if (f->text)
        page_line(p, 4, 4, INK_PLAIN, "%s", f->text);
    page_say(p, INK_DIM, "%s", certainty_names[f->certainty]);
    if (f->measure)
        page_say(p, INK_PLAIN, " by the measure ");
    page_say(p, INK_NAME, "%s", f->measure ? f->measure : "");
    page_end_para(p, 4, 14);
    for (size_t i = 0; i < f->reports.n; i++) {
        page_keep(p, INK_DIM, "%-10s", i ? "" : "it says");
        report_name(p, f->reports.v[i].name);
        page_say(p, INK_PLAIN, ": %s", f->reports.v[i].value);
        page_end_para(p, 4, 14);
    }
    evidence(p, f);
}

static void trace(struct page *p, const struct finding *f, enum group g)
{
    page_mark(p, g == GROUP_LEFTOVER ? INK_DIM : INK_WARN, MARK_ITEM);
    page_say(p, INK_PLAIN, " ");
    if (g == GROUP_DATABASE && f->name)
        page_say(p, INK_PLAIN, "%s: ", f->name);
    page_say(p, INK_PLAIN, "%s", f->text ? f->text : f->part ? f->part : f->name);
    if (f->certainty != CERTAINTY_CERTAIN)
        page_say(p, INK_DIM, " (%s)", certainty_names[f->certainty]);
    page_end_para(p, 2, 4);
    evidence(p, f);
}

static size_t in_group(const struct findings *f, enum group g)
{
    size_t n = 0;

    for (size_t i = 0; i < f->findings.n; i++)
        n += group_of(&f->findings.v[i]) == g;
    return n;
}

static void one_group(struct page *p, const struct findings *f, enum group g)
{
    bool first = true;

    if (!in_group(f, g))
        return;
    page_heading(p, titles[g]);
    for (size_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];

        if (group_of(x) != g)
            continue;
        if (g == GROUP_MUST_GO || g == GROUP_COMPONENT || g == GROUP_OTHER) {
            if (!first)
                page_blank(p);
            product(p, x);
        } else {
            trace(p, x, g);
        }
        first = false;
    }
}

static void summary(struct page *p, const struct findings *f)
{
    size_t go = in_group(f, GROUP_MUST_GO) + in_group(f, GROUP_COMPONENT);
    size_t left = in_group(f, GROUP_LEFTOVER);

    page_blank(p);
    if (findings_must_go(f))
        page_line(p, 0, 0, INK_BAD, "%zu product%s must go.", go, go == 1 ? "" : "s");
    else if (left)
        page_line(p, 0, 0, INK_WARN, "No product must go; %zu trace%s of an earlier removal %s here.", left,
                  left == 1 ? "" : "s", left == 1 ? "is" : "are");
    else
        page_line(p, 0, 0, INK_GOOD, "No product must go.");
    if (f->gaps.n && !findings_must_go(f))
        page_line(p, 0, 0, INK_WARN, "Not everything could be looked at: see above.");
}

void report_findings(const struct findings *f, const struct style *s, struct buf *out)
{
    struct page p;
    char when[64];

    page_open(&p, s, out);
    page_say(&p, INK_BOLD, "%s", f->hostname ? f->hostname : "this PC");
    if (f->os_name)
        page_say(&p, INK_PLAIN, "  %s", f->os_name);
    page_end_para(&p, 0, 2);
    page_line(&p, 0, 2, INK_DIM, "looked at %s", page_time(&p, f->collected_at, when, sizeof when));
    for (int g = 0; g < GROUP_COUNT; g++)
        one_group(&p, f, (enum group)g);
    if (f->gaps.n)
        page_heading(&p, "COULD NOT BE LOOKED AT");
    for (size_t i = 0; i < f->gaps.n; i++) {
        page_mark(&p, INK_WARN, MARK_UNKNOWN);
        page_say(&p, INK_PLAIN, " %s: %s", f->gaps.v[i].what, f->gaps.v[i].why);
        page_end_para(&p, 2, 4);
    }
    if (f->catalog_overlay.n)
        page_heading(&p, "CHANGED BY YOUR OVERLAY");
    page_list(&p, 2, &f->catalog_overlay);
    summary(&p, f);
    page_close(&p);
}
