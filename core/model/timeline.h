/*
 * timeline.h - vendors/<vendor>/timeline.json: measures of states against a vendor.
 *
 * Instants are kept as the law gives them (with offset); `precision` day means that only the date is fixed.
 */
#ifndef AVSWAP_CORE_MODEL_TIMELINE_H
#define AVSWAP_CORE_MODEL_TIMELINE_H

#include "core/base/schema.h"

enum white_label { WHITE_LABEL_UNSTATED, WHITE_LABEL_INCLUDED, WHITE_LABEL_EXCLUDED };
extern const char *const white_label_names[];

struct persona { /* whom somebody means by --as */
    const char *id;
    const char *label;
    struct strs tags; /* groups of people that measures apply to */
};

struct measure {
    const char *id;
    const char *jurisdiction; /* "US", "US-federal", "AU-federal", "DE" ... */
    struct strs applies_to;   /* tags */
    const char *what;
    const char *effective_text; /* as the source gives it */
    instant effective;          /* filled when read */
    const char *precision;      /* "day", "minute" */
    const char *binding;        /* "law", "directive", "warning", "guidance" ... */
    struct strs forbids;        /* "use", "new-agreements", "updates", "cloud", "resale", "integration", "payments" */
    bool cutoff;                /* updates end here: a database dated later is a finding */
    int white_label;
    const char *white_label_text;
    const char *consequence_after;
    const char *source;
    const char *confidence;
    const char *note;
};

struct timeline {
    const char *vendor;
    LIST(struct persona) personas;
    LIST(struct measure) measures;
};
extern const struct schema timeline_schema;

struct owner { /* who answers for the PC */
    struct strs jurisdictions; /* empty: all */
    const char *as;            /* persona id; NULL: "business" */
};

const struct persona *timeline_persona(const struct timeline *t, const char *id);
/* Does m speak to this owner? "US" covers "US-federal" only for personas with one of its tags. */
bool timeline_applies(const struct timeline *t, const struct measure *m, const struct owner *o);
/* The measure in force at `now` that forbids `what` to this owner (the earliest), or NULL. */
const struct measure *timeline_forbids(const struct timeline *t, const struct owner *o, const char *what,
                                       instant now);
/* The weightiest measure in force for this owner: one that forbids use, else one that forbids anything, else a
 * warning; the earliest of its kind. white: only those that count white-label products. */
const struct measure *timeline_in_force(const struct timeline *t, const struct owner *o, bool white, instant now);
/* When updates ended for this owner; INSTANT_NONE when they did not. */
instant timeline_cutoff(const struct timeline *t, const struct owner *o);

#endif
