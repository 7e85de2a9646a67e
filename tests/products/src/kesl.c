/*
 * Stand-in for the daemon of Kaspersky Endpoint Security for Linux: /opt/kaspersky/kesl/libexec/kesl.
 *
 * Holds a real fanotify permission mark on "/" and firewall marks. With the switch comes-back it leaves a helper behind
 * when it is told to stop, and the helper starts it again. kesl.conf: LogBlocked=no silences the log of denied files.
 */
#include <string.h>
#include <unistd.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/fwmarks.h"
#include "tests/products/src/guard.h"
#include "tests/products/src/keyval.h"

static int guard;
static bool log_blocked = true;

static int open_kesl(void)
{
    char value[16];

    if (keyval_get("/etc/opt/kaspersky/kesl/kesl.conf", "LogBlocked", value, sizeof value))
        log_blocked = strcmp(value, "no") != 0;
    fwmarks_add();
    guard = guard_start();
    return guard < 0 ? -1 : 0;
}

static void serve(int signals)
{
    guard_serve(guard, signals, log_blocked);
    fwmarks_remove(keyval_get(SWITCHES_FILE, "clean-removal", NULL, 0));
    if (keyval_get(SWITCHES_FILE, "comes-back", NULL, 0))
        daemon_run((const char *const[]){"/opt/kaspersky/kesl/libexec/kesl-supervisor", NULL});
}

int main(int argc, char **argv)
{
    static const struct daemon_spec spec = {
        .title = "Kaspersky Endpoint Security 12.1 for Linux " STANDIN_VERSION " (stand-in)",
        .pid_file = "/var/run/kesl.pid",
        .log_file = "/var/log/kaspersky/kesl/kesl.log",
        .open = open_kesl,
        .serve = serve,
    };

    return daemon_main(argc, argv, &spec);
}
