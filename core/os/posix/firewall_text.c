#include "core/os/posix/firewall.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Words that may stand between the name of a mark and its number. */
static bool joins(const char *p, size_t n)
{
    static const char *const words[] = {"set", "and", "or", "xor", "meta", "ct", "mark", "&",
                                        "|",   "^",   "!=", "==",  "<",    "<=", ">",    ">="};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && memcmp(words[i], p, n) == 0)
            return true;
    return false;
}

/* The first number other than 0 from p on. Of "0x0/0x400" it is the mask; a mask of all bits says nothing. */
static long long number_from(const char *p)
{
    for (;;) {
        unsigned long long v;
        char *end;
        size_t n;

        p += strspn(p, " ");
        n = strcspn(p, " ");
        if (!n)
            return 0;
        if (!isdigit((unsigned char)*p)) {
            if (!joins(p, n))
                return 0;
            p += n;
            continue;
        }
        v = strtoull(p, &end, 0);
        if (!v && *end == '/')
            v = strtoull(end + 1, &end, 0);
        if (v && v < UINT32_MAX)
            return (long long)v;
        p += n;
    }
}

/* "--set-xmark 0x200/0x200", "meta mark & 0x00000400 != 0x0", "fwmark 0x1"; comments in quotes do not count.
 */
long long firewall_mark(const char *rule)
{
    bool quoted = false;

    for (const char *p = rule; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (*p == '\\' && p[1])
            p++;
        else if (!quoted && strncmp(p, "mark ", 5) == 0) {
            long long mark = number_from(p + 5);

            if (mark)
                return mark;
        }
    }
    return 0;
}

/* Length of the rule without its " # handle N" at the end; 0 when the line has none. */
static size_t rule_end(const char *line, size_t n, long long *handle)
{
    static const char sign[] = " # handle ";
    size_t k = sizeof sign - 1, at = n;

    while (at && isdigit((unsigned char)line[at - 1]))
        at--;
    if (at == n || at < k || memcmp(line + at - k, sign, k) != 0)
        return 0;
    *handle = strtoll(line + at, NULL, 10);
    return at - k;
}

/* The word with that number, "" when there are fewer. */
static const char *nth_word(const char *line, size_t n, size_t nth, struct arena *a)
{
    const char *p = line, *end = line + n;
    size_t k = 0;

    for (size_t i = 0; i < nth; i++) {
        p = memchr(p, ' ', (size_t)(end - p));
        if (!p)
            return "";
        p++;
    }
    while (p + k < end && p[k] != ' ')
        k++;
    return text_from_bytes(a, p, k);
}

/* "table FAMILY NAME {", "chain NAME {" and "}" move the place; false: the line is something else. */
static bool moves(struct firewall_spot *s, const char *line, size_t n, struct arena *a)
{
    if (n > 6 && memcmp(line, "table ", 6) == 0) {
        s->family = nth_word(line, n, 1, a);
        s->table = nth_word(line, n, 2, a);
        s->chain = "";
    } else if (n > 6 && memcmp(line, "chain ", 6) == 0) {
        s->chain = nth_word(line, n, 1, a);
    } else if (n == 1 && *line == '}') {
        s->chain = "";
    } else {
        return false;
    }
    return true;
}

/* Rules are what has a handle inside a chain and does not open anything. */
bool firewall_each_nft(const struct buf *out, struct arena *a, firewall_nft_fn *f, void *arg, struct err *e)
{
    const char *cursor = buf_str(out), *line;
    struct firewall_spot s = {"", "", ""};
    size_t n;

    while (text_line(&cursor, buf_str(out) + out->len, &line, &n)) {
        long long handle = 0;
        const char *rule;
        size_t k;

        while (n && (*line == '\t' || *line == ' '))
            line++, n--;
        if (moves(&s, line, n, a)) {
            if (!s.family || !s.table || !s.chain)
                return err_nomem(e);
            continue;
        }
        k = rule_end(line, n, &handle);
        if (!k || !*s.chain)
            continue;
        rule = text_from_bytes(a, line, k);
        if (!rule)
            return err_nomem(e);
        if (!f(arg, &s, rule, handle, e))
            return false;
    }
    return true;
}
