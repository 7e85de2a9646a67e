/*
 * assignment.h - assignment.json: which PCs of a fleet get which product, what it costs, why, and what would have to change.
 *
 * Made by core/assign/choose.c. Where seats are missing `feasible` is false, nothing is assigned, and `problem` names the
 * limits and the smallest change that would do.
 */
#ifndef AVSWAP_CORE_MODEL_ASSIGNMENT_H
#define AVSWAP_CORE_MODEL_ASSIGNMENT_H

#include "core/base/schema.h"

struct assigned_share { /* PCs of a class, or of all, with one product */
    const char *product;
    const char *name;
    const char *licence; /* NULL: nobody counts its seats */
    long long hosts;
    long long cost; /* of their seats */
};

struct assigned_licence {
    const char *licence;
    long long seats;   /* -1: no limit */
    long long taken;   /* by PCs outside of this plan */
    long long hosts;   /* of this plan */
    long long price;   /* what one more seat would save */
    const char *text;  /* one sentence */
};

struct assigned_other { /* a product that the class does not get, or not all of it */
    const char *product;
    const char *name;
    bool possible;
    long long too_dear; /* by how much a seat; 0 when it would do as well */
    const char *text;
};

struct assigned_class {
    const char *id;      /* c1, c2 ... */
    long long hosts;
    const char *group;   /* NULL: none */
    const char *client;
    struct strs from;    /* products that go, of the first PC */
    const char *os;
    struct strs examples; /* some of their names */
    LIST(struct assigned_share) gets;
    const char *why;
    LIST(struct assigned_other) others;
};

struct assigned_refusal { /* PCs for which no plan is possible */
    long long hosts;
    const char *group;
    const char *code; /* id of the error */
    const char *text;
    struct strs examples;
};

struct assigned_bad { /* a document that is no facts document */
    const char *where;
    const char *text;
};

struct assignment {
    instant made_at;
    const char *tool;
    const char *catalog_digest;
    long long hosts;    /* PCs whose facts were read */
    long long assigned; /* get a product */
    long long cleanup;  /* need no product, only cleaning up */
    long long clean;    /* nothing to do */
    long long refused;  /* no plan is possible */
    long long bad;      /* documents that are none */
    long long doubles;  /* earlier documents of the same machine */
    long long alike;    /* sets of PCs whose plans differ in nothing but the machine */
    bool feasible;
    bool proved; /* the optimum; else the best that was found in time */
    const char *currency;
    long long cost;  /* all */
    long long fixed; /* of it for further licences */
    struct strs problem; /* not feasible: why, and what would do */
    struct strs notes;
    LIST(struct assigned_share) products;
    LIST(struct assigned_licence) licences;
    LIST(struct assigned_class) classes;
    LIST(struct assigned_refusal) refusals;
    LIST(struct assigned_bad) bad_documents;
};
extern const struct schema assignment_schema;

#endif
