/* Points in time: what parses has a text that parses to the same, in the one form of our files. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *s = fuzz_part(&p, &n, NULL), text[INSTANT_TEXT], again[INSTANT_TEXT], day[INSTANT_TEXT], span[INSTANT_TEXT];
    instant t, same;

    if (instant_parse(s, &t)) {
        fuzz_accepted = true;
        instant_format(t, text);
        FUZZ_MUST(strlen(text) == 20 || strlen(text) == 24, "%s", text);
        FUZZ_MUST(instant_parse(text, &same) && same == t, "%s", text);
        FUZZ_MUST(text_eq(instant_format(same, again), text), "%s", text);
        FUZZ_MUST(text_starts(text, instant_date(t, 0, day)) && strlen(day) == 10, "%s is of %s", text, day);
        FUZZ_MUST(strlen(instant_date(t, 14 * 60, day)) >= 10, "%s", day);
        FUZZ_MUST(*instant_span(t, span), "%s", text);
    }
    free(s);
    return 0;
}
