/*
 * words.h - the model's tables in words, for verbs, manuals and the linter.
 */
#ifndef AVSWAP_CORE_MODEL_WORDS_H
#define AVSWAP_CORE_MODEL_WORDS_H

#include "core/model/verb.h"

/* "text", "integer", "list of step" ... */
const char *words_type(const struct field *f);

struct words_flag {
    unsigned flag;
    const char *id;
    const char *text;
};
extern const struct words_flag words_flags[]; /* ended by a NULL text */

/* Every document of ours that people read or write: its schema and where it is found. */
struct words_format {
    const struct schema *schema;
    const char *where;
};
extern const struct words_format words_formats[]; /* ended by a NULL schema */

#endif
