/*
 * evidence.h - vendors/labs/<id>.json: what one published test of a laboratory measured, product by product.
 *
 * Numbers belong to the product, the settings and the weeks they were measured with. Two results are comparable only
 * when laboratory, series, segment, system and period are the same: consumer and business results never are, says
 * AV-Comparatives of its own. A result older than the ranking's limit is no evidence any more; a product without one
 * has no data, which is neither good nor bad. Every number is shown with its laboratory, period and date.
 * Several documents may hold parts of one test, as AV-TEST publishes a page a product.
 *
 * Values are decimal texts, so that a document says just what the laboratory published.
 */
#ifndef AVSWAP_CORE_MODEL_EVIDENCE_H
#define AVSWAP_CORE_MODEL_EVIDENCE_H

#include "core/base/schema.h"

enum { EVIDENCE_MONTHS = 18 }; /* how long a result counts unless the policy says otherwise */

enum evidence_segment { SEGMENT_UNSET, SEGMENT_CONSUMER, SEGMENT_BUSINESS };
extern const char *const evidence_segment_names[];

struct lab_result { /* of one product */
    const char *product; /* its id in the catalogue */
    const char *tested;  /* the name in the laboratory's report */
    const char *version;
    const char *award;
    const char *protection_percent;
    const char *protection_score;
    const char *performance_score;
    const char *usability_score;
    const char *impact_score;
    const char *false_alarms;
    const char *note;
};

struct evidence {
    const char *id;
    const char *lab;
    const char *series;   /* "Real-World Protection", "Business Security Test", "Windows" ... */
    int segment;          /* enum evidence_segment */
    const char *os;       /* family */
    const char *system;   /* what it ran on: "Windows 11" */
    instant period_from, period_to; /* days */
    long long cases;      /* samples or attacks; 0: not told */
    const char *url;
    instant published, retrieved;
    const char *note;     /* as settings that differ from the maker's */
    LIST(struct lab_result) results;
};
extern const struct schema evidence_schema;

struct evidence_metric { /* what a laboratory measures, weightiest first */
    size_t offset;        /* in struct lab_result */
    const char *text;     /* "protection", "false alarms" */
    const char *unit;     /* "%", " points", "" */
    bool lower;           /* less is better */
};
extern const struct evidence_metric evidence_metrics[]; /* ended by a NULL text */

/* The value in thousandths; false: no data. */
bool evidence_value(const struct lab_result *r, const struct evidence_metric *m, long long *ret) MUST_CHECK;

/* Published by `now`, and its period ended no more than so many calendar months before. */
bool evidence_counts(const struct evidence *t, instant now, long long months);
/* Same laboratory, series, segment, system family and period? */
bool evidence_comparable(const struct evidence *a, const struct evidence *b);

/*
 * By which test so many products may be compared: one that counts, of the segment (SEGMENT_UNSET: any), with data on at
 * least two of them; on most of them, then the newest, then the first by id. NULL: none, which is an answer.
 */
const struct evidence *evidence_common(const struct evidence *tests, size_t n, const char *const *products,
                                       size_t product_count, int segment, instant now, long long months);
/* The product's result in `t` or in another document of the same test; *where is the document. NULL: no data. */
const struct lab_result *evidence_result(const struct evidence *tests, size_t n, const struct evidence *t,
                                         const char *product, const struct evidence **where);
/* Two results of one test: < 0 when a is better, > 0 when b is, 0 when equal or when one has no data. The first metric
 * that both have and that differs decides; *by is that metric. */
int evidence_order(const struct lab_result *a, const struct lab_result *b, const struct evidence_metric **by);

/* One line with laboratory, series, segment, period, every number, date and address. NULL: out of memory. */
const char *evidence_text(struct arena *a, const struct evidence *t, const struct lab_result *r) MUST_CHECK;

#endif
