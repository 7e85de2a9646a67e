/*
 * Stand-in products for Windows: the program of a product, in all its roles.
 *
 *   --service            the service
 *   status [--json]      exit status 0 running, 3 not running
 *   --linger SECONDS     the end of a removal that said it was over
 *   /S                   installs (setup.h); /remove [/S] removes; --late SECONDS: both, so many seconds later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/products/windows/src/setup.h"
#include "tests/products/windows/src/standin.h"
#include "tests/products/windows/src/switches.h"

static bool given(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], word))
            return true;
    return false;
}

static const char *word(bool value)
{
    return value ? "true" : "false";
}

static int status(bool json)
{
    bool running = service_running(), realtime = running && !switch_on("unhealthy");

    if (json)
        printf("{\"running\":%s,\"realtime\":%s,\"licensed\":true}\n", word(running), word(realtime));
    else
        printf("running: %s\nrealtime: %s\nlicensed: true\n", word(running), word(realtime));
    return running ? 0 : 3;
}

int main(int argc, char **argv)
{
    bool silent = given(argc, argv, "/S");

    if (given(argc, argv, "--service"))
        return service_main();
    if (given(argc, argv, "status"))
        return status(given(argc, argv, "--json"));
    if (argc == 3 && !strcmp(argv[1], "--linger"))
        return stay_linger(atol(argv[2]));
    if (given(argc, argv, "--late"))
        Sleep((DWORD)atol(argv[argc - 1]) * 1000);
    if (given(argc, argv, "/remove"))
        return setup_remove(silent);
    if (silent || argc == 1)
        return setup_install(silent);
    fprintf(stderr, "usage: %s status [--json] | [/S] | /remove [/S]\n", standin.program);
    return 2;
}
