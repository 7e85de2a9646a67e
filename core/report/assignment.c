/* A fleet's assignment for people. */
#include "core/report/page.h"

static const char *plural(long long n)
{
    return n == 1 ? "" : "s";
}

static void money(struct page *p, const struct assignment *a, long long n)
{
    page_say(p, INK_PLAIN, "%lld%s%s", n, a->currency ? " " : "", a->currency ? a->currency : "");
}

static void head(struct page *p, const struct assignment *a)
{
    page_say(p, INK_BOLD, "%lld PC%s", a->hosts, plural(a->hosts));
    page_say(p, INK_PLAIN, ": %lld get a new product, %lld need only cleaning up, %lld have nothing to do", a->assigned,
             a->cleanup, a->clean);
    if (a->refused)
        page_say(p, INK_WARN, ", %lld cannot be planned for", a->refused);
    page_say(p, INK_PLAIN, ".");
    if (p->style->verbose)
        page_say(p, INK_DIM, " %lld set%s of PCs that plan alike.", a->alike, plural(a->alike));
    page_end_para(p, 0, 2);
    if (a->bad)
        page_line(p, 0, 2, INK_WARN, "%lld document%s told no facts.", a->bad, plural(a->bad));
    if (a->doubles)
        page_line(p, 0, 2, INK_DIM, "%lld earlier document%s of the same machines did not count.", a->doubles,
                  plural(a->doubles));
}

static void problem(struct page *p, const struct assignment *a)
{
    if (a->feasible)
        return;
    page_heading(p, "NOT POSSIBLE");
    page_list(p, 2, &a->problem);
}

static void products(struct page *p, const struct assignment *a)
{
    if (!a->products.n)
        return;
    page_heading(p, "WHAT THEY GET");
    for (size_t i = 0; i < a->products.n; i++) {
        const struct assigned_share *s = &a->products.v[i];

        page_keep(p, INK_PLAIN, "%6lld", s->hosts);
        page_say(p, INK_BOLD, "  %s", s->name);
        if (s->licence)
            page_say(p, INK_DIM, "  licence %s", s->licence);
        if (s->cost) {
            page_say(p, INK_DIM, ", ");
            money(p, a, s->cost);
        }
        page_end_para(p, 2, 10);
    }
    page_say(p, INK_PLAIN, "Cost: ");
    money(p, a, a->cost);
    if (a->fixed) {
        page_say(p, INK_PLAIN, ", of it ");
        money(p, a, a->fixed);
        page_say(p, INK_PLAIN, " for further licences");
    }
    page_say(p, INK_PLAIN, "%s.", a->proved ? "; no assignment costs less" : "; the best that was found in the time given");
    page_end_para(p, 2, 4);
}

static void licences(struct page *p, const struct assignment *a)
{
    if (!a->licences.n)
        return;
    page_heading(p, "SEATS");
    for (size_t i = 0; i < a->licences.n; i++) {
        const struct assigned_licence *l = &a->licences.v[i];
        bool out = l->seats >= 0 && l->taken + l->hosts >= l->seats;

        page_mark(p, out ? INK_WARN : INK_GOOD, out ? MARK_ITEM : MARK_YES);
        page_say(p, INK_BOLD, " %s", l->licence);
        page_say(p, INK_PLAIN, "  %s", l->text);
        if (l->taken)
            page_say(p, INK_DIM, " (%lld by other PCs)", l->taken);
        page_end_para(p, 2, 4);
    }
}

static void names(struct page *p, const struct strs *list, long long all)
{
    for (size_t i = 0; i < list->n; i++)
        page_say(p, INK_DIM, "%s%s", i ? ", " : "", list->v[i]);
    if (all > (long long)list->n)
        page_say(p, INK_DIM, " ...");
}

static void others(struct page *p, const struct assigned_class *k)
{
    for (size_t i = 0; i < k->others.n; i++) {
        const struct assigned_other *o = &k->others.v[i];

        if (!o->possible && !p->style->verbose)
            continue;
        page_mark(p, o->possible ? INK_DIM : INK_BAD, o->possible ? MARK_ITEM : MARK_NO);
        page_say(p, INK_BOLD, " %s", o->name);
        page_say(p, INK_PLAIN, "  %s", o->text);
        page_end_para(p, 6, 8);
    }
}

static void classes(struct page *p, const struct assignment *a)
{
    if (!a->classes.n)
        return;
    page_heading(p, "WHO, AND WHY");
    for (size_t i = 0; i < a->classes.n; i++) {
        const struct assigned_class *k = &a->classes.v[i];

        page_say(p, INK_NAME, "%s", k->id);
        page_say(p, INK_BOLD, "  %lld PC%s", k->hosts, plural(k->hosts));
        if (k->group)
            page_say(p, INK_PLAIN, " of group %s", k->group);
        if (k->os)
            page_say(p, INK_PLAIN, ", %s", k->os);
        page_say(p, INK_PLAIN, " (");
        names(p, &k->examples, k->hosts);
        page_say(p, INK_PLAIN, ")");
        page_end_para(p, 2, 6);
        for (size_t g = 0; g < k->gets.n; g++) {
            page_keep(p, INK_GOOD, "%lld", k->gets.v[g].hosts);
            page_say(p, INK_GOOD, " get %s", k->gets.v[g].name);
            page_end_para(p, 6, 8);
        }
        if (k->why)
            page_line(p, 6, 6, INK_PLAIN, "%s", k->why);
        others(p, k);
    }
}

static void refusals(struct page *p, const struct assignment *a)
{
    if (!a->refusals.n)
        return;
    page_heading(p, "NOT PLANNED FOR");
    for (size_t i = 0; i < a->refusals.n; i++) {
        const struct assigned_refusal *r = &a->refusals.v[i];

        page_mark(p, INK_BAD, MARK_NO);
        page_say(p, INK_BOLD, " %lld PC%s", r->hosts, plural(r->hosts));
        if (r->group)
            page_say(p, INK_PLAIN, " of group %s", r->group);
        page_say(p, INK_PLAIN, " (");
        names(p, &r->examples, r->hosts);
        page_say(p, INK_PLAIN, "): %s", r->text);
        page_end_para(p, 2, 4);
    }
}

static void bad_documents(struct page *p, const struct assignment *a)
{
    size_t n = p->style->verbose ? a->bad_documents.n : a->bad_documents.n < 5 ? a->bad_documents.n : 5;

    if (!n)
        return;
    page_heading(p, "NO FACTS");
    for (size_t i = 0; i < n; i++) {
        page_mark(p, INK_BAD, MARK_NO);
        page_say(p, INK_PLAIN, " %s", a->bad_documents.v[i].text);
        page_end_para(p, 2, 4);
    }
}

void report_assignment(const struct assignment *a, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    head(&p, a);
    problem(&p, a);
    products(&p, a);
    licences(&p, a);
    classes(&p, a);
    refusals(&p, a);
    bad_documents(&p, a);
    if (a->notes.n)
        page_heading(&p, "KNOW THIS");
    page_list(&p, 2, &a->notes);
    page_close(&p);
}
