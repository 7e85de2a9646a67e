/* Where in a JSON text a place is. The text was parsed before, so it is JSON; what does not fit ends the search. */
#include "core/lint/rules.h"

#include <string.h>

struct scan {
    const char *p, *end;
};

static void blanks(struct scan *s)
{
    while (s->p < s->end && strchr(" \t\r\n", *s->p))
        s->p++;
}

static void skip_string(struct scan *s)
{
    for (s->p++; s->p < s->end && *s->p != '"'; s->p++)
        s->p += *s->p == '\\' && s->p + 1 < s->end;
    s->p += s->p < s->end;
}

/* Over a whole value, whatever it holds. */
static void skip_value(struct scan *s)
{
    size_t depth = 0;

    do {
        blanks(s);
        if (s->p == s->end)
            return;
        if (*s->p == '"') {
            skip_string(s);
        } else if (*s->p == '{' || *s->p == '[') {
            depth++;
            s->p++;
        } else if (*s->p == '}' || *s->p == ']') {
            depth -= depth > 0;
            s->p++;
        } else if (*s->p == ',' || *s->p == ':') {
            s->p++;
        } else {
            while (s->p < s->end && !strchr(",:]} \t\r\n", *s->p))
                s->p++;
        }
    } while (depth);
}

/* To the element of a list. */
static bool enter_index(struct scan *s, size_t index)
{
    if (s->p == s->end || *s->p != '[')
        return false;
    s->p++;
    for (;; index--) {
        blanks(s);
        if (!index || s->p == s->end || *s->p == ']')
            break;
        skip_value(s);
        blanks(s);
        s->p += s->p < s->end && *s->p == ',';
    }
    return !index && s->p < s->end && *s->p != ']';
}

/* To the value of a key; *found is where the key stands. */
static bool enter_key(struct scan *s, const char *key, const char **found)
{
    if (s->p == s->end || *s->p != '{')
        return false;
    s->p++;
    for (;;) {
        const char *name;
        size_t n;

        blanks(s);
        if (s->p == s->end || *s->p != '"')
            return false;
        name = s->p;
        skip_string(s);
        n = (size_t)(s->p - name);
        blanks(s);
        s->p += s->p < s->end && *s->p == ':';
        blanks(s);
        if (n == strlen(key) + 2 && memcmp(name + 1, key, n - 2) == 0) {
            *found = name;
            return true;
        }
        skip_value(s);
        blanks(s);
        s->p += s->p < s->end && *s->p == ',';
    }
}

/* As far as the place can be followed; a key that is written with escapes is not. */
static bool follow(struct scan *s, const struct place *at, const char **found)
{
    if (!at->up) {
        blanks(s);
        *found = s->p;
        return true;
    }
    if (!follow(s, at->up, found))
        return false;
    if (at->key)
        return enter_key(s, at->key, found);
    if (!enter_index(s, at->index))
        return false;
    *found = s->p;
    return true;
}

long long lint_line(const char *text, size_t len, const struct place *at)
{
    struct scan s = {text, text + len};
    const char *found = text;
    long long line = 1;

    if (!len)
        return 0;
    (void)follow(&s, at, &found);
    for (const char *p = text; p < found; p++)
        line += *p == '\n';
    return line;
}
