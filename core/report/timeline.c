#include "core/report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a word of a measure's `forbids` means in general, and for a product that is on the PC. */
static const struct {
    const char *token;
    const char *means;
    const char *here; /* what comes before the products' names; NULL: nothing on the PC changes by it */
} meanings[] = {
    {"use", "those it binds may not use it", "remove"},
    {"updates", "no program or signature updates may be provided: unsupported", "no updates any more for"},
    {"cloud", "the cloud reputation service may not be provided", "no cloud service any more for"},
    {"new-agreements", "no new contract, licence or renewal", "no renewal or new seat of"},
    {"resale", "no resale or redistribution", NULL},
    {"integration", "not inside other products or services", NULL},
    {"payments", "no payments to the companies listed", NULL},
    {"supply", "the companies listed may not be supplied", NULL},
};

struct view {
    struct page page;
    const struct timeline *timeline;
    const struct owner *owner;
    const struct findings *findings; /* NULL: not about a PC */
    instant now;
};

/* "784 days"; below two days with the clock as well. */
static void days_text(int64_t ms, struct buf *b)
{
    long long days = ms / INSTANT_DAY;
    char span[INSTANT_TEXT];

    buf_printf(b, "%lld day%s", days, days == 1 ? "" : "s");
    if (days < 2)
        buf_printf(b, " (%s)", instant_span(ms, span));
}

/* The products on the PC that the measure speaks of, as "A, B and C"; "" when there are none. */
static void affected(const struct view *v, const struct measure *m, struct buf *b)
{
    const char *names[64];
    size_t n = 0;

    for (size_t i = 0; v->findings && i < v->findings->findings.n && n < 64; i++) {
        const struct finding *f = &v->findings->findings.v[i];
        bool own = text_eq(f->vendor, v->timeline->vendor) &&
                   (f->kind == FINDING_PRODUCT || f->kind == FINDING_HALF_REMOVED);

        if (own || (f->kind == FINDING_WHITE_LABEL && m->white_label == WHITE_LABEL_INCLUDED))
            names[n++] = f->name ? f->name : f->product;
    }
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", names[i]);
}

static void status(const struct view *v, const struct measure *m, bool clean, struct buf *b, enum ink *ink)
{
    *ink = INK_DIM;
    if (m->effective > v->now) {
        days_text(m->effective - v->now, b);
        buf_adds(b, " left");
        *ink = INK_WARN;
    } else if (!m->forbids.n) {
        days_text(v->now - m->effective, b);
        buf_adds(b, " ago");
    } else if (clean) {
        buf_adds(b, "met: nothing of it here");
        *ink = INK_GOOD;
    } else if (text_in(&m->forbids, "use") || text_in(&m->forbids, "updates") || text_in(&m->forbids, "cloud")) {
        buf_adds(b, "overdue by "); /* what protects this owner has ended */
        days_text(v->now - m->effective, b);
        *ink = INK_BAD;
    } else {
        buf_adds(b, "in force for ");
        days_text(v->now - m->effective, b);
        *ink = INK_WARN;
    }
}

static void pair(struct view *v, const char *label, const struct buf *b)
{
    page_check(&v->page, b);
    page_pair(&v->page, 2, 11, label, INK_PLAIN, buf_str(b));
}

static void exact(struct view *v, const struct measure *m)
{
    struct buf b;
    char utc[INSTANT_TEXT];

    buf_init(&b, 4096);
    if (text_eq(m->precision, "minute"))
        buf_printf(&b, "%s, that is %s", instant_format(m->effective, utc), m->effective_text);
    else
        buf_printf(&b, "%.10s, the day only", m->effective_text);
    pair(v, "exactly", &b);
    buf_free(&b);
}

/* Whom it binds, of the groups that the owner belongs to. */
static void binds(struct view *v, const struct measure *m)
{
    const struct persona *p = timeline_persona(v->timeline, v->owner->as);
    struct buf b;

    buf_init(&b, 4096);
    buf_printf(&b, "%s, %s; speaks to ", m->jurisdiction, m->binding);
    for (size_t i = 0, n = 0; i < m->applies_to.n; i++)
        if (p && text_in(&p->tags, m->applies_to.v[i]))
            buf_printf(&b, "%s%s", n++ ? ", " : "", m->applies_to.v[i]);
    pair(v, "by", &b);
    buf_free(&b);
}

static void means(struct view *v, const struct measure *m)
{
    struct buf b;

    if (!m->forbids.n)
        return;
    buf_init(&b, 4096);
    buf_printf(&b, "%s %.10s: ", m->effective <= v->now ? "since" : "from", m->effective_text);
    for (size_t i = 0; i < m->forbids.n; i++) {
        const char *text = m->forbids.v[i];

        for (size_t k = 0; k < sizeof meanings / sizeof meanings[0]; k++)
            if (text_eq(meanings[k].token, m->forbids.v[i]))
                text = meanings[k].means;
        buf_printf(&b, "%s%s", i ? "; " : "", text);
    }
    if (!text_in(&m->forbids, "use"))
        buf_adds(&b, ". It does not forbid to use what is installed.");
    else
        buf_adds(&b, ".");
    pair(v, "means", &b);
    buf_free(&b);
}

/* What it means for the PC looked at. */
static void here(struct view *v, const struct measure *m, const char *names)
{
    struct buf b;
    bool past = m->effective <= v->now;

    buf_init(&b, 8192);
    for (size_t i = 0; *names && i < m->forbids.n; i++)
        for (size_t k = 0; k < sizeof meanings / sizeof meanings[0]; k++)
            if (meanings[k].here && text_eq(meanings[k].token, m->forbids.v[i]))
                buf_printf(&b, "%s%s %s", b.len ? "; " : past ? "" : "then ", meanings[k].here, names);
    for (size_t i = 0; v->findings && past && m->cutoff && i < v->findings->findings.n; i++) {
        const struct finding *f = &v->findings->findings.v[i];

        if (f->kind == FINDING_DATABASE && f->text)
            buf_printf(&b, "%s%s", b.len ? ". " : "", f->text);
    }
    pair(v, "this PC", &b);
    buf_free(&b);
}

static void measure(struct view *v, const struct measure *m)
{
    struct buf names, state;
    enum ink ink;

    buf_init(&names, 8192);
    buf_init(&state, 256);
    affected(v, m, &names);
    status(v, m, v->findings && !names.len, &state, &ink);
    page_check(&v->page, &names);
    page_check(&v->page, &state);
    page_blank(&v->page);
    page_mark(&v->page, ink, m->effective <= v->now ? MARK_NOW : MARK_LATER);
    page_say(&v->page, INK_BOLD, " %.10s", m->effective_text);
    page_say(&v->page, INK_NAME, "  %s", m->id);
    page_end_line(&v->page, 0, 2, ink, buf_str(&state));
    page_line(&v->page, 2, 2, INK_PLAIN, "%s", m->what);
    exact(v, m);
    binds(v, m);
    means(v, m);
    here(v, m, buf_str(&names));
    if (!text_eq(m->consequence_after, "-"))
        page_pair(&v->page, 2, 11, "effect", INK_PLAIN, m->consequence_after);
    if (v->page.style->verbose) {
        page_pair(&v->page, 2, 11, "others", INK_PLAIN,
                  m->white_label_text ? m->white_label_text : white_label_names[m->white_label]);
        page_pair(&v->page, 2, 11, "note", INK_DIM, m->note);
        page_pair(&v->page, 2, 11, "source", INK_DIM, m->source);
        page_pair(&v->page, 2, 11, "seen", INK_DIM, m->confidence);
    }
    buf_free(&names);
    buf_free(&state);
}

/* One sentence on where the owner stands. */
static void standing(struct view *v)
{
    const struct measure *use = timeline_forbids(v->timeline, v->owner, "use", v->now);
    const struct measure *updates = timeline_forbids(v->timeline, v->owner, "updates", v->now);
    char day[INSTANT_TEXT];

    if (use)
        page_line(&v->page, 0, 2, INK_BAD, "Use is forbidden for this owner's work since %.10s.", use->effective_text);
    if (updates)
        page_line(&v->page, 0, 2, use ? INK_PLAIN : INK_BAD, "Unsupported since %.10s: updates ended.",
                  updates->effective_text);
    if (!use && !updates && timeline_in_force(v->timeline, v->owner, false, v->now))
        page_line(&v->page, 0, 2, INK_WARN, "Measures are in force; none of them forbids use or ends updates by %s.",
                  instant_date(v->now, v->page.style->utc_offset, day));
}

static int by_time(const void *a, const void *b)
{
    const struct measure *x = *(const struct measure *const *)a, *y = *(const struct measure *const *)b;

    if (x->effective != y->effective)
        return x->effective < y->effective ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void head(struct view *v)
{
    const struct persona *p = timeline_persona(v->timeline, v->owner->as);
    char when[64];

    page_say(&v->page, INK_BOLD, "Measures against %s", v->timeline->vendor);
    page_say(&v->page, INK_PLAIN, " for %s", p ? p->label : "nobody known");
    page_end_para(&v->page, 0, 2);
    page_say(&v->page, INK_DIM, "jurisdiction ");
    for (size_t i = 0; i < v->owner->jurisdictions.n; i++)
        page_say(&v->page, INK_PLAIN, "%s%s", i ? ", " : "", v->owner->jurisdictions.v[i]);
    page_say(&v->page, INK_PLAIN, "%s", v->owner->jurisdictions.n ? "" : "any");
    page_say(&v->page, INK_DIM, "; seen at %s", page_time(&v->page, v->now, when, sizeof when));
    page_end_para(&v->page, 0, 2);
    standing(v);
}

void report_timeline(const struct timeline *t, const struct owner *o, const struct findings *f, instant now,
                     const struct style *s, struct buf *out)
{
    struct view v = {.timeline = t, .owner = o, .findings = f, .now = now};
    const struct measure **sorted = mem_alloc((t->measures.n + 1) * sizeof *sorted);
    size_t n = 0;

    page_open(&v.page, s, out);
    if (!sorted) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < t->measures.n; i++)
        if (timeline_applies(t, &t->measures.v[i], o))
            sorted[n++] = &t->measures.v[i];
    qsort(sorted, n, sizeof *sorted, by_time);
    head(&v);
    for (size_t i = 0; i < n; i++)
        measure(&v, sorted[i]);
    page_blank(&v.page);
    if (!n)
        page_line(&v.page, 0, 2, INK_GOOD, "No measure known here speaks to this owner.");
    else if (n < t->measures.n)
        page_line(&v.page, 0, 2, INK_DIM, "%zu more speak to others.", t->measures.n - n);
    mem_free(sorted);
    page_close(&v.page);
}
