/*
 * json.h - jansson's parser, made to survive running out of memory.
 *
 * jansson (2.14) does not look whether its scanner could make room for a text: out of memory it drops letters and may
 * read on behind them. So a parse is left at the first allocation that fails, and what it had allocated is freed here.
 *
 * json_setup() comes before any other use of jansson (mem_setup() calls it). One thread only.
 */
#ifndef AVSWAP_CORE_BASE_JSON_H
#define AVSWAP_CORE_BASE_JSON_H

#include "core/base/err.h"

#include <jansson.h>

void json_setup(void);
/* A new reference; NULL with ERR_NOMEM, or with ERR_INPUT and `where` filled. flags: as json_loadb. */
json_t *json_parse(const char *text, size_t len, size_t flags, json_error_t *where, struct err *e) MUST_CHECK;
/* A copy in which `f` made each text anew; NULL: f gave NULL, or no memory. Keys stay as they are. */
json_t *json_map_texts(const json_t *j, json_t *(*f)(void *arg, const char *text), void *arg);

#endif
