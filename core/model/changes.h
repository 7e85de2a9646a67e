/*
 * changes.h - what is different between two catalogues: document by document, field by field.
 *
 * Pure; by what the documents mean, so that another order of keys or other blanks are no change. Everything belongs to the doc.
 */
#ifndef AVSWAP_CORE_MODEL_CHANGES_H
#define AVSWAP_CORE_MODEL_CHANGES_H

#include "core/model/catalog.h"

enum change_what { CHANGE_CHANGED, CHANGE_ADDED, CHANGE_REMOVED };
extern const char *const change_names[];

struct field_change {
    const char *path; /* "remove.steps[2].args.url" */
    const char *was;  /* compact JSON; NULL: it was not there */
    const char *is;   /* the same; NULL: it is gone */
};

struct doc_change {
    const char *kind; /* "product" */
    const char *id;
    int what; /* enum change_what */
    LIST(struct field_change) fields;
};

struct changes {
    const char *from, *to; /* what they were called: commits */
    const char *from_digest, *to_digest;
    LIST(struct doc_change) documents;
};
extern const struct schema changes_schema;

bool changes_make(const struct catalog *from, const struct catalog *to, struct doc *d, struct changes *ret,
                  struct err *e) MUST_CHECK;

#endif
