/*
 * Stand-in replacement antivirus: standin-avctl status [--json].
 * Exit status 0 running, 3 not running, 2 usage. The switch standin-av.db-date overrides the database date.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/guard.h"
#include "tests/products/src/keyval.h"

static const char *word(bool value)
{
    return value ? "true" : "false";
}

static int status(bool json)
{
    char date[32] = "1970-01-01T00:00:00Z";
    pid_t pid = daemon_running("/var/run/standin-av.pid");
    bool realtime = pid && guard_held_by(pid);

    keyval_get("/var/lib/standin-av/databases", "date", date, sizeof date);
    keyval_get(SWITCHES_FILE, "standin-av.db-date", date, sizeof date);
    if (json)
        printf("{\"running\":%s,\"realtime\":%s,\"databases\":\"%s\",\"licensed\":true}\n", word(pid), word(realtime), date);
    else
        printf("running: %s\nrealtime: %s\ndatabases: %s\nlicensed: true\n", word(pid), word(realtime), date);
    return pid ? 0 : 3;
}

int main(int argc, char **argv)
{
    bool json = argc == 3 && !strcmp(argv[2], "--json");

    if (argc == 2 && !strcmp(argv[1], "--version"))
        return puts("standin-avctl " STANDIN_VERSION " (stand-in)") < 0;
    if ((argc == 2 || json) && !strcmp(argv[1], "status"))
        return status(json);
    fputs("usage: standin-avctl status [--json] | --version\n", stderr);
    return 2;
}
