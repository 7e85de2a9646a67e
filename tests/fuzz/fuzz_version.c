/* Three versions, "---" between them: the order of versions is one. */
#include "tests/fuzz/fuzz.h"
#include "core/base/version.h"

#include <stdlib.h>
#include <string.h>

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *v[3];
    int order[3][3];

    for (int i = 0; i < 3; i++)
        v[i] = fuzz_part(&p, &n, NULL);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            order[i][k] = sign(version_compare(v[i], v[k]));
    fuzz_accepted = order[0][1] < 0 && order[1][2] < 0; /* the corpus's good ones are in order */
    for (int i = 0; i < 3; i++) {
        FUZZ_MUST(order[i][i] == 0, "'%s' and itself", v[i]);
        for (int k = 0; k < 3; k++) {
            FUZZ_MUST(order[i][k] == -order[k][i], "'%s' and '%s'", v[i], v[k]);
            for (int m = 0; m < 3; m++)
                FUZZ_MUST(order[i][k] > 0 || order[k][m] > 0 ||
                              (order[i][k] == 0 && order[k][m] == 0 ? order[i][m] == 0 : order[i][m] < 0),
                          "'%s', '%s', '%s'", v[i], v[k], v[m]);
        }
    }
    for (int i = 0; i < 3; i++)
        free(v[i]);
    return 0;
}
