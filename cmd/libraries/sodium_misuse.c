/* The one function of libsodium's core.c that what we take of it calls; the rest of that file names every algorithm there is and
 * would bring them all. */
#include <stdlib.h>

void sodium_misuse(void);

void sodium_misuse(void)
{
    abort();
}
