/*
 * finding.h - findings: what the facts of a PC mean, product by product.
 *
 * Made by core/detect/match.c from facts, catalogue, timeline and owner; also the JSON of `avswap detect --json`.
 */
#ifndef AVSWAP_CORE_MODEL_FINDING_H
#define AVSWAP_CORE_MODEL_FINDING_H

#include "core/model/product.h"
#include "core/model/timeline.h"

enum finding_kind {
    FINDING_PRODUCT,        /* installed */
    FINDING_HALF_REMOVED,   /* parts of it still here, not whole */
    FINDING_LEFTOVER,       /* files, groups, rules of an earlier removal */
    FINDING_WHITE_LABEL,    /* another vendor's product with this vendor's engine */
    FINDING_MOVED_BY_VENDOR, /* what the vendor put in place of its own product */
    FINDING_DATABASE,       /* database dated after updates ended */
    FINDING_REINSTALLER,    /* something that would bring the product back */
    FINDING_ADVICE,         /* for a person: a setting that leans on the product; changes no decision */
};
extern const char *const finding_kind_names[];

enum certainty { CERTAINTY_POSSIBLE, CERTAINTY_LIKELY, CERTAINTY_CERTAIN };
extern const char *const certainty_names[];

struct health_facts { /* enum tri each */
    int installed;
    int running;
    int realtime;
    int fresh;
    int managed;
    struct strs evidence; /* one line a fact, in that order */
};
extern const struct schema health_facts_schema;

struct report_value {
    const char *name; /* "database_date", "ksn" */
    const char *value;
};

struct finding {
    int kind;
    const char *product; /* id */
    const char *vendor;  /* id */
    const char *name;    /* for people */
    const char *part;    /* id of a leftover, reinstaller or advice */
    int role;            /* enum product_role */
    const char *version;
    int certainty;
    bool must_go;           /* a measure in force binds or addresses this owner */
    const char *measure;    /* id of that measure */
    const char *text;       /* one sentence for people */
    struct strs evidence;
    struct health_facts *health; /* products only */
    LIST(struct report_value) reports;
};

struct findings {
    const char *machine_id;
    const char *hostname;
    const char *os_name;
    instant collected_at;
    struct strs catalog_overlay; /* what the site's own folders changed in the catalogue, as sentences */
    LIST(struct finding) findings;
    LIST(struct gap) gaps; /* what could not be looked at */
};
extern const struct schema findings_schema;

/* Any product, half-removed product or white-label product that must go? (exit status 3) */
bool findings_must_go(const struct findings *f);
/* The same, or traces of an earlier removal: there is something for a plan to do. */
bool findings_to_clean(const struct findings *f);

#endif
