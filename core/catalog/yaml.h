/*
 * yaml.h - a YAML text as a JSON tree, by libyaml.
 *
 * Every scalar becomes a string with its text as it stands ("1.10" stays "1.10", and what `false` means is for the reader of
 * the tree to say), save a plain null, ~ or nothing, which becomes null. Refused is what manifests do not need and attacks
 * do: more than one document, directives, tags, anchors and aliases, keys that are no texts or that come twice, NUL inside
 * of a text, deep nesting, what is not UTF-8. A byte order mark and CRLF are fine.
 *
 * The tree belongs to the document given. NULL: ERR_INPUT with the line, ERR_LIMIT, ERR_NOMEM.
 */
#ifndef AVSWAP_CORE_CATALOG_YAML_H
#define AVSWAP_CORE_CATALOG_YAML_H

#include "core/base/schema.h"

const json_t *yaml_read(struct doc *d, const char *text, size_t len, struct err *e) MUST_CHECK;

#endif
