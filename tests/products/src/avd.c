/*
 * Stand-in replacement antivirus: its daemon, /opt/standin-av/sbin/avd. Guards as the kesl stand-in does.
 * On start it writes the instant of its (imagined) database update to /var/lib/standin-av/databases.
 */
#include <stdio.h>
#include <time.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/guard.h"

static int guard;

static int write_database_date(void)
{
    char date[32];
    time_t now = time(NULL);
    struct tm utc;
    FILE *file = fopen("/var/lib/standin-av/databases", "we");

    if (!file)
        return -1;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    fprintf(file, "date=%s\n", date);
    return fclose(file);
}

static int open_avd(void)
{
    if (write_database_date())
        return -1;
    guard = guard_start();
    return guard < 0 ? -1 : 0;
}

static void serve(int signals)
{
    guard_serve(guard, signals, true);
}

int main(int argc, char **argv)
{
    static const struct daemon_spec spec = {
        .title = "standin-av " STANDIN_VERSION " (stand-in)",
        .pid_file = "/var/run/standin-av.pid",
        .log_file = "/var/log/standin-av.log",
        .open = open_avd,
        .serve = serve,
    };

    return daemon_main(argc, argv, &spec);
}
