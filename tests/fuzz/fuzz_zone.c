/* Files of the time zone database: whatever is taken gives less than a day, at the ends of time too. */
#include "core/inventory/zone.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const instant at[] = {INT64_MIN + 1, INT64_MIN / 1000, -1, 0, 1732320000000, 4102444800000, INT64_MAX / 1000, INT64_MAX};

    fuzz_accepted = true;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        int minutes;

        if (!zone_offset_of((const char *)p, n, at[i], &minutes))
            fuzz_accepted = false;
        else
            FUZZ_MUST(minutes > -1440 && minutes < 1440, "%d", minutes);
    }
    if (!fuzz_accepted) {
        struct err e = ERR_INIT;

        err_set(&e, ERR_INPUT, "no time zone file");
        fuzz_refused(&e);
    }
    return 0;
}
