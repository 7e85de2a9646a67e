/*
 * import.h - what became of a package that somebody else describes: avswap.import/1.
 */
#ifndef AVSWAP_CORE_MODEL_IMPORT_H
#define AVSWAP_CORE_MODEL_IMPORT_H

#include "core/base/schema.h"

enum import_fate { IMPORT_UNSET, IMPORT_CANDIDATE, IMPORT_REJECTED };

struct import_result {
    int result;               /* enum import_fate */
    const char *id, *version; /* of the package; "" when not even that can be told */
    struct strs reasons;      /* for a rejection */
    struct strs notes;        /* worth knowing */
    struct strs todo;         /* what the reviewer of a candidate has to find out */
    const json_t *product;    /* the candidate (avswap.product/1); NULL: rejected */
};
extern const struct schema import_result_schema;

#endif
