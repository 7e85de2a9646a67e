/*
 * jsonschema.h - the field tables as JSON Schema (draft 2020-12), for editors and for validators that are not ours.
 *
 * What a table says comes over whole: keys, types, words, ranges, ids, instants; conditions by the table of probes; the arguments of
 * a step by its verb. What only a check of code says does not: such a schema refuses nothing that we read, and less than we refuse.
 */
#ifndef AVSWAP_CORE_MODEL_JSONSCHEMA_H
#define AVSWAP_CORE_MODEL_JSONSCHEMA_H

#include "core/model/verb.h"

/* The schema of a document; a new reference, NULL when memory ran out. */
json_t *jsonschema_make(const struct schema *s, const struct verb_def *const *verbs) MUST_CHECK;
/* "product" of "avswap.product/1"; "journal-record" where there is no format. At most size - 1 bytes. */
void jsonschema_name(const struct schema *s, char *name, size_t size);

#endif
