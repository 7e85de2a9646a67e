/*
 * triage.h - what a row of an exported inventory is, by the catalogue alone; no PC is asked.
 *
 * Of interest are vendors that have a timeline: measures name them. Their names come from vendor.json ("inventory"),
 * their products' names from the products' own detection rules. The order of what is asked:
 *   the publisher is the vendor's -> its product or part;
 *   the name is the vendor's      -> the same, unless the row speaks of an engine inside (white-label), of a tool of
 *                                    others that deals with its products, or the publisher is somebody else;
 *   else a package name, a product code that was seen, a white-label product of the catalogue; else nothing.
 * A name that only looks like the vendor's is class none with confidence possible: a person should look.
 *
 * Calling order: triage_make once, triage_row for each row, triage_free. What triage_row gives points into the row, the
 * catalogue and the struct triage, until the next call. The catalogue must outlive it.
 */
#ifndef AVSWAP_CORE_DETECT_TRIAGE_H
#define AVSWAP_CORE_DETECT_TRIAGE_H

#include "core/detect/inventory.h"
#include "core/detect/label.h"
#include "core/model/catalog.h"
#include "core/model/triage.h"

struct pattern { /* one name by which the catalogue knows a product */
    const char *glob;
    const char *publisher; /* pattern; NULL: any */
    const struct product *product;
    size_t weight;         /* letters that are not wild: the longer names more */
    unsigned first;        /* the letter it begins with; 0: any */
    bool package;
    bool named;            /* the vendor's name is part of it */
};

struct patterns {
    struct pattern *v;
    size_t n;
};

struct subject { /* a vendor that measures name */
    const struct vendor *vendor;
    const struct measure *measure, *white; /* in force for this owner; NULL: none */
    struct word words[64];
    size_t word_count;
    struct patterns own;          /* its products */
    struct patterns white_labels; /* products with its engine inside */
};

struct triage_rules {
    struct arena arena;
    const struct catalog *catalog;
    LIST(struct subject) subjects;
    struct patterns others; /* products of all other vendors */
    /* Of the row in hand. */
    struct label name, publisher, whole;
    struct word_hit hit, by;
    char reason[400];
};

bool triage_make(const struct catalog *c, const struct owner *o, instant now, struct triage_rules *ret,
                 struct err *e) MUST_CHECK;
void triage_free(struct triage_rules *r);
void triage_row(struct triage_rules *r, const struct inventory_row *row, struct triage_row *ret);

#endif
