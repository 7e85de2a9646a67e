/*
 * scan.h - where JSON values end, found without reading them.
 *
 * The scanner knows texts and brackets only: what it steps over is JSON where somebody has parsed the same bytes before, and
 * is to be parsed else. Each function gets where a value begins and where the text ends, and gives where the next thing
 * begins; NULL: the text is not as expected.
 */
#ifndef AVSWAP_CORE_ASSIGN_SCAN_H
#define AVSWAP_CORE_ASSIGN_SCAN_H

#include "core/base/mem.h"

const char *scan_blank(const char *p, const char *end);
/* p stands on the quote. */
const char *scan_string(const char *p, const char *end);
const char *scan_value(const char *p, const char *end);
/* Over the comma or the closing bracket behind an element or member. *more: another one follows. */
const char *scan_comma(const char *p, const char *end, char close, bool *more);

/* The text of a row with its numbers and instants replaced, so that the same row of another PC is equal. What would be no
 * number or instant of ours stays as it is. */
void scan_normal(const char *p, size_t n, struct buf *out);

#endif
