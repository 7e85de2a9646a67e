/*
 * label.h - names and publishers as inventories give them, made comparable, and a vendor's name found in them.
 *
 * A label is the text without case, quotation marks, zero-width and control characters, with one kind of space and
 * dash and full-width letters as plain ones. '?' and U+FFFD stand for letters that were lost on the way.
 *
 * A vendor's name (struct word) is looked for at the beginning of words; names in scripts that set no blanks between
 * words, anywhere. It may be whole, with some letters lost, or cut off at the end of the text; spelled with one mistake or
 * with letters of another alphabet that only look alike, it is told apart from these.
 *
 * label_repair() undoes what happens to Cyrillic text that was read in the wrong character set. Pure; nothing is
 * allocated, and over-long texts count by their beginning.
 */
#ifndef AVSWAP_CORE_DETECT_LABEL_H
#define AVSWAP_CORE_DETECT_LABEL_H

#include "core/base/text.h"

#define LABEL_MAX 400 /* code points */

struct label {
    unsigned cp[LABEL_MAX];
    size_t n;
    char text[LABEL_MAX * 4 + 1]; /* the same as UTF-8 */
    bool blank; /* says nothing: empty, "unknown", a repository's name, lost letters only */
};

struct word {
    unsigned cp[40];
    size_t n;
    unsigned first; /* what its first letter looks like */
    bool anywhere;
};

enum word_fit { WORD_NONE, WORD_LOOKALIKE, WORD_TYPO, WORD_CUT, WORD_LOST, WORD_WHOLE };
struct word_hit {
    enum word_fit fit;
    size_t at, end;          /* code points of the label */
    const struct word *word;
    bool lead;               /* no other word before it */
};

void label_make(struct label *l, const char *s);
/* False: too long or empty. */
bool word_make(struct word *w, const char *s) MUST_CHECK;
/* The best hit of all words. */
struct word_hit label_find(const struct label *l, const struct word *words, size_t n);
/* s read again in the character sets it may come from, until one of the words is in it. */
bool label_repair(const char *s, const struct word *words, size_t n, struct label *ret, struct word_hit *hit);
/* The label with its hit replaced by the whole word. */
void label_complete(const struct label *l, const struct word_hit *hit, struct label *ret);

/* The label's text from a code point on. */
const char *label_from(const struct label *l, size_t at);

#endif
