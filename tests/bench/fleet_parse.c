/* fleet_parse: the peer: parses facts from standard input, one document a line, with jansson, and drops each. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *line = NULL;
    size_t max = 0, n = 0;
    ssize_t len;

    while ((len = getline(&line, &max, stdin)) > 0) {
        json_t *j = json_loadb(line, (size_t)len, JSON_REJECT_DUPLICATES, NULL);

        if (!j)
            return 1;
        json_decref(j);
        n++;
    }
    free(line);
    printf("%zu\n", n);
    return n == 0;
}
