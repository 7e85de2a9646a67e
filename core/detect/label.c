#include "core/detect/label.h"

#include "core/base/charset.h"

#include <string.h>

#define LOST 0xFFFDu

struct range {
    unsigned first, last;
};

static bool in(const struct range *v, size_t n, unsigned cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= v[i].first && cp <= v[i].last)
            return true;
    return false;
}
#define IN(table, cp) in(table, sizeof table / sizeof table[0], cp)

/* What nobody sees: soft hyphen, combining accents, zero-width marks and turns of direction, variation selectors. */
static const struct range unseen[] = {{0xAD, 0xAD},     {0x300, 0x36F},   {0x180E, 0x180E}, {0x200B, 0x200F},
                                      {0x202A, 0x202E}, {0x2060, 0x206F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
/* Spaces, controls, quotation and trade marks. */
static const struct range blanks[] = {{0x0, 0x20},       {0x22, 0x22},     {0x60, 0x60},     {0x7F, 0xA0},
                                      {0xA9, 0xA9},      {0xAB, 0xAB},     {0xAE, 0xAE},     {0xBB, 0xBB},
                                      {0x1680, 0x1680},  {0x2000, 0x200A}, {0x201C, 0x201F}, {0x2028, 0x2029},
                                      {0x202F, 0x202F},  {0x2033, 0x2033}, {0x2039, 0x203A}, {0x205F, 0x205F},
                                      {0x2122, 0x2122},  {0x3000, 0x3000}, {0x300A, 0x300F}};
static const struct range dashes[] = {{0x2010, 0x2015}, {0x2212, 0x2212}, {0xFE58, 0xFE58}, {0xFE63, 0xFE63}};
/* Beyond ASCII: what is no letter. */
static const struct range signs[] = {{0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},
                                     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2010, 0x2BFF}, {0x3000, 0x3004},
                                     {0x3007, 0x3030}, {0xFF01, 0xFF0F}, {LOST, LOST}};

/* A code point as labels have it; 0: it is left out. */
static unsigned plain(unsigned cp)
{
    if ((cp < 0x80 && cp > 0x20 && cp != '"' && cp != '`' && cp != 0x7F) || (cp >= 0x400 && cp < 0x500))
        return text_fold(cp);
    if (IN(blanks, cp))
        return ' ';
    if (IN(unseen, cp))
        return 0;
    if (IN(dashes, cp))
        return '-';
    if (cp >= 0x2018 && cp <= 0x201B)
        return '\'';
    if (cp >= 0xFF01 && cp <= 0xFF5E)
        return plain(cp - 0xFEE0);
    return text_fold(cp);
}

static bool letter(unsigned cp)
{
    if (cp < 0x80)
        return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
    return (cp >= 0x400 && cp < 0x500) || !IN(signs, cp);
}

static bool lost(unsigned cp)
{
    return cp == '?' || cp == LOST;
}

static void add(struct label *l, unsigned cp)
{
    unsigned p = plain(cp);

    if (!p || l->n == LABEL_MAX || (p == ' ' && (!l->n || l->cp[l->n - 1] == ' ')) || (p == '\'' && !l->n))
        return;
    l->cp[l->n++] = p;
}

/* Words that stand in fields that somebody had to fill. */
static bool says_nothing(const char *s)
{
    static const char *const words[] = {"",        "-",       "--",        "unknown", "n/a",    "na",
                                        "none",    "(none)",  "null",      "nil",     "nan",    "undefined",
                                        "not available", "unbekannt", "inconnu", "desconocido", "неизвестно", "нет данных"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return *s == '@'; /* the repository of a package, as dnf tells it */
}

/* Signs that damage left behind the last letter, and the dots of what was cut off. */
static void trim(struct label *l)
{
    while (l->n) {
        unsigned cp = l->cp[l->n - 1];

        if (cp != ' ' && cp != '.' && cp != '\'' && cp != '@' && cp != '#' && cp < 0x80)
            break;
        if (cp >= 0x80 && !IN(signs, cp))
            break;
        l->n--;
    }
}

static void finish(struct label *l)
{
    size_t letters = 0, bad = 0, used = 0;

    trim(l);
    for (size_t i = 0; i < l->n; i++) {
        letters += letter(l->cp[i]);
        bad += lost(l->cp[i]);
        used += charset_utf8(l->cp[i], l->text + used);
    }
    l->text[used] = '\0';
    l->blank = says_nothing(l->text) || letters == 0 || (bad > 2 && bad >= letters);
}

static void clear(struct label *l)
{
    l->n = 0;
    l->blank = false;
}

void label_make(struct label *l, const char *s)
{
    size_t left = s ? strlen(s) : 0;

    clear(l);
    while (left && l->n < LABEL_MAX) {
        unsigned cp;
        size_t n = text_decode(s, left, &cp);

        if (!n) {
            n = 1;
            cp = LOST;
        }
        add(l, cp);
        s += n;
        left -= n;
    }
    finish(l);
}

/* Letters that look like Latin ones, folded. */
static unsigned skeleton(unsigned cp)
{
    static const struct {
        unsigned cp, as;
    } pairs[] = {
        {0x430, 'a'}, {0x435, 'e'}, {0x43A, 'k'}, {0x43E, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x443, 'y'}, {0x445, 'x'},
        {0x455, 's'}, {0x456, 'i'}, {0x458, 'j'}, {0x491, 'r'}, {0x433, 'r'}, {0x4AF, 'y'}, {0x4BB, 'h'}, {0x3B1, 'a'},
        {0x3B5, 'e'}, {0x3B9, 'i'}, {0x3BA, 'k'}, {0x3BF, 'o'}, {0x3C1, 'p'}, {0x3C5, 'u'}, {0x3B3, 'y'}, {0x3C7, 'x'},
        {'0', 'o'},   {'1', 'l'},   {'3', 'e'},   {'5', 's'},   {0x131, 'i'}, {0x138, 'k'}, {0x251, 'a'}, {0x261, 'g'},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i].cp == cp)
            return pairs[i].as;
    return cp;
}

bool word_make(struct word *w, const char *s)
{
    size_t left = strlen(s), max = sizeof w->cp / sizeof w->cp[0];

    w->n = 0;
    while (left) {
        unsigned cp;
        size_t n = text_decode(s, left, &cp);

        if (!n || w->n == max)
            return false;
        w->cp[w->n++] = text_fold(cp);
        s += n;
        left -= n;
    }
    w->first = skeleton(w->cp[0]);
    w->anywhere = w->n && w->cp[0] >= 0x590; /* behind Latin, Greek, Cyrillic and Armenian */
    return w->n > 0;
}

static size_t token_end(const struct label *l, size_t at)
{
    while (at < l->n && (letter(l->cp[at]) || lost(l->cp[at])))
        at++;
    return at;
}

/* The word against the label from `at`: whole, letters lost, cut off by the label's end, or look-alikes. */
static enum word_fit fit_at(const struct label *l, const struct word *w, size_t at, size_t *ret_end)
{
    size_t k = 0, missing = 0, alike = 0;

    for (; k < w->n && at + k < l->n; k++) {
        unsigned cp = l->cp[at + k];

        if (cp == w->cp[k])
            continue;
        if (lost(cp))
            missing++;
        else if (skeleton(cp) == skeleton(w->cp[k]))
            alike++;
        else
            return WORD_NONE;
    }
    *ret_end = at + k;
    if (missing && (alike || missing * 3 > w->n || k < w->n))
        return WORD_NONE;
    if (k < w->n)
        return k < 4 || alike ? WORD_NONE : WORD_CUT;
    return missing ? WORD_LOST : alike ? WORD_LOOKALIKE : WORD_WHOLE;
}

/* One letter too many, too few, another, or two in the wrong order. */
static bool one_mistake(const unsigned *a, size_t n, const struct word *w)
{
    size_t i = 0, tail = 0, rest;

    for (size_t k = 0; k < n; k++)
        if ((a[k] < 0x80) != (w->cp[0] < 0x80)) /* another alphabet is no slip of the hand */
            return false;
    while (i < n && i < w->n && a[i] == w->cp[i])
        i++;
    while (tail < n - i && tail < w->n - i && a[n - 1 - tail] == w->cp[w->n - 1 - tail])
        tail++;
    n -= i + tail;
    rest = w->n - i - tail;
    return (n <= 1 && rest <= 1) || (n == 2 && rest == 2 && a[i] == w->cp[i + 1] && a[i + 1] == w->cp[i]);
}

/* Nothing before it, or only the "com." of a reversed domain. */
static bool leads(const struct label *l, size_t at)
{
    if (at == 4 && strncmp(l->text, "com.", 4) == 0)
        return true;
    for (size_t i = 0; i < at; i++)
        if (letter(l->cp[i]))
            return false;
    return true;
}

/* Can the word begin with this letter at all? Most words of most names end here. */
static bool may_begin(const struct word *w, unsigned cp)
{
    return cp == w->cp[0] || lost(cp) || skeleton(cp) == w->first;
}

static void try_word(const struct label *l, const struct word *w, size_t at, size_t token, bool begins, struct word_hit *best)
{
    enum word_fit fit = WORD_NONE;
    size_t end = at;

    if ((begins || w->anywhere) && may_begin(w, l->cp[at]))
        fit = fit_at(l, w, at, &end);
    if (fit == WORD_NONE && begins && w->n >= 8 && !w->anywhere && token - at + 1 >= w->n && token - at <= w->n + 1) {
        end = token;
        fit = one_mistake(l->cp + at, end - at, w) ? WORD_TYPO : WORD_NONE;
    }
    if (fit > best->fit)
        *best = (struct word_hit){fit, at, end, w, leads(l, at)};
}

struct word_hit label_find(const struct label *l, const struct word *words, size_t n)
{
    struct word_hit best = {WORD_NONE, 0, 0, NULL, false};
    size_t token = 0;

    for (size_t at = 0; at < l->n && best.fit != WORD_WHOLE; at++) {
        bool begins = at >= token;

        if (begins) {
            token = token_end(l, at);
            if (token == at)
                continue;
        }
        if (begins || l->cp[at] >= 0x590 || lost(l->cp[at]))
            for (size_t i = 0; i < n && best.fit != WORD_WHOLE; i++)
                try_word(l, &words[i], at, token, begins, &best);
    }
    return best;
}

/* The bytes that showed as s in the character set `shown`; '?' for what it does not have. */
static size_t bytes_of(const char *s, enum charset shown, unsigned char *ret, size_t max)
{
    size_t left = strlen(s), used = 0;

    while (left && used < max) {
        unsigned cp;
        size_t n = text_decode(s, left, &cp);
        int byte;

        if (!n)
            return 0;
        byte = charset_encode(shown, cp);
        if (byte < 0 && cp >= 0x80 && cp < 0x100)
            byte = (int)cp;
        ret[used++] = byte < 0 ? '?' : (unsigned char)byte;
        s += n;
        left -= n;
    }
    return used;
}

static void read_as(const unsigned char *p, size_t n, enum charset real, struct label *ret)
{
    clear(ret);
    while (n && ret->n < LABEL_MAX) {
        unsigned cp = LOST;
        size_t used = 1;

        if (real == CHARSET_UTF8) {
            used = text_decode((const char *)p, n, &cp);
            if (!used) { /* half of a letter; its other half may have become a '?' */
                cp = LOST;
                used = n > 1 && *p >= 0xC0 && p[1] == '?' ? 2 : 1;
            }
        } else {
            cp = charset_decode(real, *p);
        }
        add(ret, cp);
        p += used;
        n -= used;
    }
    finish(ret);
}

static bool plain_cyrillic(unsigned cp)
{
    return (cp >= 0x410 && cp <= 0x44F) || cp == 0x401 || cp == 0x451 || cp == 0xAB || cp == 0xBB || cp == 0x2116 ||
           (cp >= 0x2010 && cp <= 0x2026);
}

/* Does it look like Cyrillic text read in a wrong character set? Much beyond ASCII, little of it from far away, and not
 * simply Russian as it is written. */
static bool garbled(const char *s)
{
    size_t left = strlen(s), high = 0, far = 0, odd = 0;
    bool lower = false;

    while (left) {
        unsigned cp;
        size_t n = text_decode(s, left, &cp);

        if (!n)
            return false;
        high += cp >= 0x80;
        far += cp >= 0x2600 && cp != LOST;
        odd += cp >= 0x80 && (!plain_cyrillic(cp) || (lower && cp >= 0x410 && cp <= 0x42F));
        lower = cp >= 0x430 && cp <= 0x44F;
        s += n;
        left -= n;
    }
    return high >= 5 && odd >= 2 && far * 2 <= high;
}

bool label_repair(const char *s, const struct word *words, size_t n, struct label *ret, struct word_hit *hit)
{
    static const enum charset sets[] = {CHARSET_CP1252, CHARSET_CP1251, CHARSET_CP866, CHARSET_KOI8R, CHARSET_UTF8};
    unsigned char bytes[LABEL_MAX * 2];

    if (!garbled(s))
        return false;
    for (size_t shown = 0; shown < 4; shown++) {
        size_t len = bytes_of(s, sets[shown], bytes, sizeof bytes);

        for (size_t real = 0; len && real < 5; real++) {
            if (real == shown)
                continue;
            read_as(bytes, len, sets[real], ret);
            *hit = label_find(ret, words, n);
            if (hit->fit >= WORD_LOST && hit->word->cp[0] >= 0x80) /* ASCII does not suffer from it */
                return true;
        }
    }
    return false;
}

void label_complete(const struct label *l, const struct word_hit *hit, struct label *ret)
{
    clear(ret);
    for (size_t i = 0; i < hit->at; i++)
        add(ret, l->cp[i]);
    for (size_t i = 0; i < hit->word->n; i++)
        add(ret, hit->word->cp[i]);
    for (size_t i = hit->end; i < l->n; i++)
        add(ret, l->cp[i]);
    finish(ret);
}

const char *label_from(const struct label *l, size_t at)
{
    const char *s = l->text;
    char skipped[4];

    for (size_t i = 0; i < at && i < l->n; i++)
        s += charset_utf8(l->cp[i], skipped);
    return s;
}
