/*
 * relevant.h - what of a PC's facts can make a difference to its plan.
 *
 * Of the hundreds of facts of a PC the catalogue's conditions look at a few, and of most of those only whether they hold.
 * So the PCs of a fleet fall into few classes whose plans differ in nothing but the machine. relevance_row() says of one
 * row of the facts what a plan could see of it: nothing (*ret_matters false), or the bytes that it adds to `out`. PCs
 * whose rows add the same bytes in the same order, and whose relevance_facts() are the same, have the same plan.
 *
 * Seen are: the answer of each condition that looks at the row; the whole row where it makes steps (`each`), where a
 * version or package is read from it, and where its text could appear in a reason that the plan gives.
 */
#ifndef AVSWAP_CORE_MODEL_RELEVANT_H
#define AVSWAP_CORE_MODEL_RELEVANT_H

#include "core/model/catalog.h"

struct look { /* one question to the facts, from one place or several of the catalogue */
    const struct cond *cond;
    const char *list;  /* the key of struct facts that it goes through; NULL: a general fact */
    bool shown_yes;    /* its evidence may appear in a plan when it holds */
    bool shown_no;     /* when it does not */
    bool whole;        /* the whole row matters */
    bool ages;         /* the answer depends on when the facts were collected */
    const char *text;  /* the condition's text: equal looks are one */
};

struct relevance {
    const char *family;
    LIST(struct look) looks;
};

/* The catalogue must outlive it. */
bool relevance_make(const struct catalog *c, const char *family, struct arena *a, struct relevance *ret,
                    struct err *e) MUST_CHECK;

struct relevant {
    bool matters;
    bool whole;
    bool ages; /* the same row may be answered otherwise on another PC */
    char link[64]; /* "": none. A row that does not matter by itself does, wholly, when one that matters has this link */
};
/*
 * `here` has the PC's os, folders and collected_at. list: a field of facts_schema that is OBJS or STRS; row: its element
 * (of STRS the text itself).
 */
bool relevance_row(const struct relevance *r, const struct facts *here, const struct field *list, const void *row,
                   struct arena *a, struct buf *out, struct relevant *ret, struct err *e) MUST_CHECK;
/* The same for the general facts whose names begin with `prefix` ("os.", "memory_mib", "disk_free_mib:" ...). */
bool relevance_facts(const struct relevance *r, const struct facts *here, const char *prefix, struct arena *a,
                     struct buf *out, struct err *e) MUST_CHECK;

#endif
