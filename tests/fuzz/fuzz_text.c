/* Text for people and from the system; patterns, numbers and lines. A pattern and a text have "---" between them. */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static void check_show(const char *s)
{
    struct buf once, twice;

    buf_init(&once, LIMIT_DOCUMENT);
    buf_init(&twice, LIMIT_DOCUMENT);
    text_show(&once, s);
    fuzz_harmless(&once, false);
    text_show(&twice, buf_str(&once));
    FUZZ_MUST(text_eq(buf_str(&once), buf_str(&twice)), "shown twice: %s", buf_str(&twice));
    FUZZ_MUST(text_width(buf_str(&once)) <= once.len, "wider than long");
    buf_free(&once);
    buf_free(&twice);
}

static void check_from_bytes(const char *p, size_t n)
{
    struct arena a = ARENA_INIT;
    char *s = text_from_bytes(&a, p, n), *again = s ? text_from_bytes(&a, s, strlen(s)) : NULL;

    FUZZ_MUST(s && again && text_utf8_valid(s, strlen(s)) && text_eq(s, again), "%s", s ? s : "(no memory)");
    FUZZ_MUST(!text_utf8_valid(p, n) || strlen(s) == strnlen(p, n), "good text was changed");
    arena_free(&a);
}

static void check_lines(const char *p, size_t n)
{
    const char *cursor = p, *line, *next = p;
    size_t len;

    while (text_line(&cursor, p + n, &line, &len)) {
        FUZZ_MUST(line == next && len <= (size_t)(p + n - line) && !memchr(line, '\n', len), "at %zu",
                  (size_t)(line - p));
        next = line + len + (line + len < p + n);
    }
    FUZZ_MUST(next == p + n, "the lines end early");
}

static void check_number(const char *s)
{
    long long v;
    char *end;

    if (text_number(s, &v))
        FUZZ_MUST(strtoll(s, &end, s[0] == '0' && s[1] == 'x' ? 16 : 10) == v && !*end, "%s", s);
}

static bool ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= 0x80)
            return false;
    return true;
}

/* The same as fnmatch(3) where both have the same rules: without sets. */
static void check_glob(const char *pattern, const char *s)
{
    struct arena a = ARENA_INIT;
    const char *literal;
    bool hit;

    if (strlen(pattern) > 256 || strlen(s) > 1024)
        return;
    hit = text_glob(pattern, s);
    /* In the C locale its '?' is a byte, and ours a code point. */
    if (!strchr(pattern, '[') && (!strchr(pattern, '?') || ascii(s)))
        FUZZ_MUST(hit == (fnmatch(pattern, s, FNM_NOESCAPE) == 0), "'%s' on '%s': %d", pattern, s, hit);
    if (!strpbrk(s, "*?["))
        FUZZ_MUST(text_glob(s, s), "'%s' on itself", s);
    FUZZ_MUST(text_glob("*", s), "* on '%s'", s);
    /* Who does not look at the case sees at least as much; a literal pattern matches its text, and another text only when
     * it is the same. */
    FUZZ_MUST(!hit || strchr(pattern, '[') || text_glob_fold(pattern, s), "'%s' on '%s' without case", pattern, s);
    FUZZ_MUST(text_eq_fold(s, s), "'%s' differs from itself", s);
    literal = text_literal(&a, pattern);
    FUZZ_MUST(literal && text_glob(literal, pattern), "'%s' is not literal", pattern);
    FUZZ_MUST(text_glob(literal, s) == (strcmp(pattern, s) == 0), "'%s' literally on '%s'", pattern, s);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const words[] = {"timeout_s", "argv", "", "package", "a"};
    const uint8_t *rest = p;
    size_t left = n;
    char *pattern = fuzz_part(&rest, &left, NULL), *s = fuzz_part(&rest, &left, NULL);

    fuzz_accepted = text_utf8_valid((const char *)p, n);
    check_show(pattern);
    check_show(s);
    check_from_bytes((const char *)p, n);
    check_lines((const char *)p, n);
    check_number(pattern);
    check_glob(pattern, s);
    (void)text_nearest(s, words, sizeof words / sizeof *words);
    free(pattern);
    free(s);
    return 0;
}
