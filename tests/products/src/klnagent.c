/*
 * Stand-in for the daemon of Kaspersky Security Center Network Agent: /opt/kaspersky/klnagent64/sbin/klnagent.
 *
 * Idle, except for the switch agent-reinstalls[=seconds] (5 when bare): when the daemon program of kesl has been absent
 * that long, it installs the first package of its cache, as a policy would make the real agent do. A package manager
 * that is busy makes it try again a second later.
 */
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/keyval.h"

#define CACHE "/var/opt/kaspersky/klnagent64/cache"
#define PAUSE_MS 1000

static int open_agent(void)
{
    return 0;
}

static void install(const char *package)
{
    const char *end = strrchr(package, '.');
    int status;

    if (!strcmp(end, ".deb"))
        status = daemon_run((const char *const[]){"dpkg", "--force-confold", "-i", package, NULL});
    else
        status = daemon_run((const char *const[]){"rpm", "-U", package, NULL});
    dprintf(STDERR_FILENO, "installed %s: status %d\n", package, status);
}

static void install_from_cache(void)
{
    glob_t found;

    if (!glob(CACHE "/*.deb", 0, NULL, &found) || !glob(CACHE "/*.rpm", 0, NULL, &found)) {
        install(found.gl_pathv[0]);
        globfree(&found);
    }
}

static void serve(int signals)
{
    struct pollfd wait = {.fd = signals, .events = POLLIN};
    long absent = 0;
    long patience;

    while (daemon_signal(signals) != SIGTERM) {
        poll(&wait, 1, PAUSE_MS);
        if (!access("/opt/kaspersky/kesl/libexec/kesl", F_OK))
            absent = 0;
        else if (keyval_switch("agent-reinstalls", &patience, 5) && ++absent >= patience)
            install_from_cache();
    }
}

int main(int argc, char **argv)
{
    static const struct daemon_spec spec = {
        .title = "Kaspersky Security Center Network Agent " STANDIN_VERSION " (stand-in)",
        .pid_file = "/var/run/klnagent.pid",
        .log_file = "/var/log/kaspersky/klnagent64/klnagent.log",
        .open = open_agent,
        .serve = serve,
    };

    return daemon_main(argc, argv, &spec);
}
