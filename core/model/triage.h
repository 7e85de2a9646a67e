/*
 * triage.h - "avswap.triage/1": what each row of an exported inventory is, and what that means for each host.
 *
 * Made by core/detect/triage.c row by row; the JSON of `avswap detect --inventory FILE --json`. One row for each row of
 * the input, in its order. `vendor` and `product` are "" where nothing is known.
 */
#ifndef AVSWAP_CORE_MODEL_TRIAGE_H
#define AVSWAP_CORE_MODEL_TRIAGE_H

#include "core/model/finding.h"

enum triage_class {
    TRIAGE_NONE,        /* not of a vendor that a measure names; with confidence "possible" a person should look */
    TRIAGE_PRODUCT,     /* a product of such a vendor */
    TRIAGE_COMPONENT,   /* a part of one: agent, console, plug-in, module */
    TRIAGE_WHITE_LABEL, /* another maker's product with such a vendor's engine inside */
};
extern const char *const triage_class_names[];

struct triage_row {
    long long n; /* from 1 */
    int class;
    const char *vendor;
    const char *product;
    int confidence; /* enum certainty */
    const char *reason;
    const char *name; /* as the inventory gives it */
    const char *publisher;
    const char *version;
    const char *host;
    const char *os;
    long long line; /* of the file, where the row begins */
    bool must_go;   /* a measure in force addresses this owner */
    const char *measure;
};
extern const struct schema triage_row_schema;

struct triage_host {
    const char *host; /* "": the inventory does not name one */
    long long rows;
    struct strs products, components, white_labels; /* ids, or names where the catalogue has none; each once */
    long long doubtful;                             /* rows a person should look at */
    bool must_go;
};
extern const struct schema triage_host_schema;

struct triage {
    LIST(struct triage_row) rows;
    LIST(struct triage_host) hosts;
    const char *error; /* set: the input broke off here, and what is above is not all */
};
extern const struct schema triage_schema;

#endif
