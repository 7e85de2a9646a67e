#include "core/model/evidence.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const evidence_segment_names[] = {"unset", "consumer", "business", NULL};

#define METRIC(member, text, unit, lower) {offsetof(struct lab_result, member), text, unit, lower}
const struct evidence_metric evidence_metrics[] = {
    METRIC(protection_percent, "protection", " %", false),
    METRIC(protection_score, "protection", " points", false),
    METRIC(false_alarms, "false alarms", "", true),
    METRIC(usability_score, "usability", " points", false),
    METRIC(impact_score, "impact on speed", " points", true),
    METRIC(performance_score, "performance", " points", false),
    {0, NULL, NULL, false},
};

static bool check_result(void *obj, const struct place *at, struct err *e);
static bool check_evidence(void *obj, const struct place *at, struct err *e);

static const struct field result_fields[] = {
    FIELD(lab_result, STR, product, "product id of the catalogue", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(lab_result, STR, tested, "the product's name in the report", .flags = FIELD_REQUIRED),
    FIELD(lab_result, STR, version, "its version in the report"),
    FIELD(lab_result, STR, award, "award or certificate"),
    FIELD(lab_result, STR, protection_percent, "attacks or samples stopped, per cent, as decimal text"),
    FIELD(lab_result, STR, protection_score, "points for protection, more is better"),
    FIELD(lab_result, STR, performance_score, "points for performance, more is better"),
    FIELD(lab_result, STR, usability_score, "points for usability, more is better"),
    FIELD(lab_result, STR, impact_score, "points of impact on speed, less is better"),
    FIELD(lab_result, STR, false_alarms, "number of false alarms"),
    FIELD(lab_result, STR, note, "as settings that the report names"),
    FIELD_END,
};
static const struct schema result_schema = {"result", NULL, "what a test measured of one product",
                                            sizeof(struct lab_result), result_fields, check_result};

static const struct field evidence_fields[] = {
    FIELD(evidence, STR, id, "its id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(evidence, STR, lab, "the laboratory", .flags = FIELD_REQUIRED),
    FIELD(evidence, STR, series, "the laboratory's series of tests", .flags = FIELD_REQUIRED),
    FIELD(evidence, ENUM, segment, "consumer or business; their results are not comparable",
          .names = evidence_segment_names, .flags = FIELD_REQUIRED),
    FIELD(evidence, STR, os, "family: linux, windows or macos", .flags = FIELD_REQUIRED),
    FIELD(evidence, STR, system, "the system it ran on"),
    FIELD(evidence, INSTANT, period_from, "first day", .flags = FIELD_REQUIRED),
    FIELD(evidence, INSTANT, period_to, "last day", .flags = FIELD_REQUIRED),
    FIELD(evidence, INT, cases, "samples or attacks", .min = 0, .max = 100000000),
    FIELD(evidence, STR, url, "where it is published", .flags = FIELD_REQUIRED),
    FIELD(evidence, INSTANT, published, "day of publication", .flags = FIELD_REQUIRED),
    FIELD(evidence, INSTANT, retrieved, "day on which a person read these numbers there", .flags = FIELD_REQUIRED),
    FIELD(evidence, STR, note, "about the whole test"),
    FIELD(evidence, OBJS, results, "product by product", .sub = &result_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema evidence_schema = {"evidence", "avswap.evidence/1", "a laboratory's published test",
                                       sizeof(struct evidence), evidence_fields, check_evidence};

static const char *text_of(const struct lab_result *r, const struct evidence_metric *m)
{
    const char *s;

    memcpy(&s, (const char *)r + m->offset, sizeof s);
    return s;
}

/* "99.8" in thousandths: digits, and up to three more after a point. */
static bool decimal(const char *s, long long *ret)
{
    long long n = 0;
    int places = -1, digits = 0;

    for (; *s; s++) {
        if (*s == '.' && places < 0 && digits) {
            places = 0;
        } else if (*s >= '0' && *s <= '9' && digits < 9 && places < 3) {
            n = n * 10 + (*s - '0');
            digits++;
            places += places >= 0;
        } else {
            return false;
        }
    }
    if (!digits || places == 0)
        return false;
    for (int i = places < 0 ? 0 : places; i < 3; i++)
        n *= 10;
    *ret = n;
    return true;
}

bool evidence_value(const struct lab_result *r, const struct evidence_metric *m, long long *ret)
{
    const char *s = text_of(r, m);

    return s && decimal(s, ret);
}

static bool check_result(void *obj, const struct place *at, struct err *e)
{
    const struct lab_result *r = obj;
    long long n;
    bool any = r->award != NULL;

    for (const struct evidence_metric *m = evidence_metrics; m->text; m++) {
        if (!text_of(r, m))
            continue;
        any = true;
        if (!evidence_value(r, m, &n))
            return place_error(e, at, "'%.40s' is not a number as \"99.8\"", text_of(r, m));
        if (m == evidence_metrics && n > 100 * 1000)
            return place_error(e, at, "protection of %.40s per cent is more than all", text_of(r, m));
    }
    return any || place_error(e, at, "it gives neither a number nor an award; leave a product without data out");
}

static bool check_evidence(void *obj, const struct place *at, struct err *e)
{
    const struct evidence *t = obj;

    if (t->segment == SEGMENT_UNSET)
        return place_error(e, at, "'segment' is consumer or business");
    if (t->period_from > t->period_to)
        return place_error(e, at, "'period_from' is after 'period_to'");
    if (t->period_to > t->published || t->published > t->retrieved)
        return place_error(e, at, "a test ends before it is published, and is published before anybody reads it");
    for (size_t i = 0; i < t->results.n; i++)
        for (size_t k = 0; k < i; k++)
            if (text_eq(t->results.v[i].product, t->results.v[k].product))
                return place_error(e, at, "product %s has two results in one test", t->results.v[i].product);
    return true;
}

/* Months since the year 0 and the day of the month, of a "YYYY-MM-DD". */
static long long months_of(instant t, int *day)
{
    char s[INSTANT_TEXT];
    const char *p = instant_date(t, 0, s);

    *day = (int)strtol(p + 8, NULL, 10);
    return strtol(p, NULL, 10) * 12 + strtol(p + 5, NULL, 10);
}

bool evidence_counts(const struct evidence *t, instant now, long long months)
{
    int day_now, day_end;
    long long passed;

    if (t->published > now)
        return false;
    passed = months_of(now, &day_now) - months_of(t->period_to, &day_end);
    return passed < months || (passed == months && day_now <= day_end);
}

bool evidence_comparable(const struct evidence *a, const struct evidence *b)
{
    return a->segment == b->segment && a->period_from == b->period_from && a->period_to == b->period_to &&
           text_eq(a->lab, b->lab) && text_eq(a->series, b->series) && text_eq(a->os, b->os) &&
           text_eq(a->system, b->system);
}

const struct lab_result *evidence_result(const struct evidence *tests, size_t n, const struct evidence *t,
                                         const char *product, const struct evidence **where)
{
    for (size_t i = 0; i < n; i++) {
        if (!evidence_comparable(&tests[i], t))
            continue;
        for (size_t k = 0; k < tests[i].results.n; k++)
            if (text_eq(tests[i].results.v[k].product, product)) {
                *where = &tests[i];
                return &tests[i].results.v[k];
            }
    }
    return NULL;
}

/* Is a the better base of a comparison? Newest first, then by id. */
static bool newer(const struct evidence *a, const struct evidence *b)
{
    if (a->period_to != b->period_to)
        return a->period_to > b->period_to;
    return strcmp(a->id, b->id) < 0;
}

const struct evidence *evidence_common(const struct evidence *tests, size_t n, const char *const *products,
                                       size_t product_count, int segment, instant now, long long months)
{
    const struct evidence *best = NULL, *where;
    size_t most = 1;

    for (size_t i = 0; i < n; i++) {
        size_t covered = 0;

        if ((segment != SEGMENT_UNSET && tests[i].segment != segment) || !evidence_counts(&tests[i], now, months))
            continue;
        for (size_t k = 0; k < product_count; k++)
            covered += evidence_result(tests, n, &tests[i], products[k], &where) != NULL;
        if (covered > most || (best && covered == most && newer(&tests[i], best))) {
            best = &tests[i];
            most = covered;
        }
    }
    return best;
}

int evidence_order(const struct lab_result *a, const struct lab_result *b, const struct evidence_metric **by)
{
    *by = NULL;
    if (!a || !b)
        return 0;
    for (const struct evidence_metric *m = evidence_metrics; m->text; m++) {
        long long x, y;

        if (!evidence_value(a, m, &x) || !evidence_value(b, m, &y) || x == y)
            continue;
        *by = m;
        return (x < y) == m->lower ? -1 : 1;
    }
    return 0;
}

const char *evidence_text(struct arena *a, const struct evidence *t, const struct lab_result *r)
{
    char from[INSTANT_TEXT], to[INSTANT_TEXT], published[INSTANT_TEXT];
    const char *s = arena_printf(a, "%s, %s (%s), %s to %s, '%s'", t->lab, t->series, evidence_segment_names[t->segment],
                                 instant_date(t->period_from, 0, from), instant_date(t->period_to, 0, to), r->tested);

    if (s && r->version)
        s = arena_printf(a, "%s %s", s, r->version);
    for (const struct evidence_metric *m = evidence_metrics; s && m->text; m++)
        if (text_of(r, m))
            s = arena_printf(a, "%s, %s %s%s", s, m->text, text_of(r, m), m->unit);
    if (s && r->award)
        s = arena_printf(a, "%s, %s", s, r->award);
    if (s && t->cases)
        s = arena_printf(a, "%s, of %lld cases", s, t->cases);
    return s ? arena_printf(a, "%s; published %s, %s", s, instant_date(t->published, 0, published), t->url) : NULL;
}
