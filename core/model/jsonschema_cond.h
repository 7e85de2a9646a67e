/*
 * jsonschema_cond.h - conditions as JSON Schema, from the table of probes. For jsonschema.c only.
 */
#ifndef AVSWAP_CORE_MODEL_JSONSCHEMA_COND_H
#define AVSWAP_CORE_MODEL_JSONSCHEMA_COND_H

#include "core/model/cond.h"

/* New reference; refers to itself as "#/$defs/condition". */
json_t *jsonschema_cond(void) MUST_CHECK;

#endif
