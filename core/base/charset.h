/*
 * charset.h - the character sets that old Windows and Russian systems write: single bytes to code points and back.
 *
 * Source: the mappings published by the Unicode Consortium (VENDORS/MICSFT and KOI8-R). A byte that a set leaves
 * undefined is the C1 control of the same number, as Windows itself decodes it. Pure; nothing is allocated.
 */
#ifndef AVSWAP_CORE_BASE_CHARSET_H
#define AVSWAP_CORE_BASE_CHARSET_H

#include <stddef.h>

enum charset { CHARSET_UTF8, CHARSET_UTF16LE, CHARSET_UTF16BE, CHARSET_CP1251, CHARSET_CP1252, CHARSET_CP866, CHARSET_KOI8R };
extern const char *const charset_names[]; /* as people name them, in that order; NULL-terminated */

/* One byte of a single-byte set. */
unsigned charset_decode(enum charset c, unsigned char byte);
/* The byte of a code point, or -1: the set has none. */
int charset_encode(enum charset c, unsigned cp);
/* UTF-8 of a code point; its length. What is none (surrogates, too large) becomes U+FFFD. */
size_t charset_utf8(unsigned cp, char ret[4]);

#endif
