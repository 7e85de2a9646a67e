/*
 * text.h - small string tools without memory of their own.
 */
#ifndef AVSWAP_CORE_BASE_TEXT_H
#define AVSWAP_CORE_BASE_TEXT_H

#include "core/base/mem.h"

struct strs {
    const char **v;
    size_t n;
};

bool text_eq(const char *a, const char *b); /* NULL is equal only to NULL */
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
bool text_in(const struct strs *list, const char *s);
/* Shell-like pattern over the whole string: * ? and [set], of code points; '*' also matches '/'. */
bool text_glob(const char *pattern, const char *s);
/* The same without regard to case, as Windows compares names: Latin, Greek and Cyrillic letters. */
bool text_glob_fold(const char *pattern, const char *s);
unsigned text_fold(unsigned cp); /* a code point without its case */
bool text_eq_fold(const char *a, const char *b); /* NULL is equal only to NULL */
/* A pattern that matches just s: for names from a PC, which may hold brackets. */
char *text_literal(struct arena *a, const char *s) MUST_CHECK;
/* The candidate nearest to `word` by edit distance, or NULL when none is near enough to suggest. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);
/* A decimal or 0x number that fills the whole string. */
bool text_number(const char *s, long long *ret) MUST_CHECK;
bool text_utf8_valid(const char *s, size_t n);
/* The bare name of a file as it may be put behind a folder on any system: no separator, drive, variable or control, not hidden. */
bool text_is_name(const char *s);
/* Decodes one code point; its length in bytes, 0 when the bytes are not UTF-8 or n is 0. */
size_t text_decode(const char *s, size_t n, unsigned *cp);

/*
 * Appends s so that it is harmless on a terminal and in a log line: control characters (C0, C1, DEL), bidirectional
 * overrides and bytes that are not UTF-8 become \xNN or \u{N}. Everything that came from a PC goes through here.
 */
void text_show(struct buf *b, const char *s);
/* Bytes from the system (file names, command output) as valid UTF-8: bad bytes become U+FFFD, NUL ends. */
char *text_from_bytes(struct arena *a, const char *p, size_t n) MUST_CHECK;
/* Columns that s takes on a terminal (a code point one; East Asian wide ones two, combining marks none). */
size_t text_width(const char *s);

/* Walks the lines of a text: returns false at the end; the line is not terminated. */
bool text_line(const char **cursor, const char *end, const char **line, size_t *n);
/* Copies a list. */
bool strs_copy(struct arena *a, const struct strs *from, struct strs *to) MUST_CHECK;

#endif
