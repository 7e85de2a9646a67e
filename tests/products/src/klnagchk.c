/*
 * Stand-in for klnagchk, the connection check of Kaspersky Security Center Network Agent.
 * Exit status 0 when the agent runs, 1 when it does not.
 */
#include <stdio.h>
#include <string.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/keyval.h"

int main(int argc, char **argv)
{
    char server[128] = "not configured";
    pid_t pid = daemon_running("/var/run/klnagent.pid");

    if (argc == 2 && !strcmp(argv[1], "--version"))
        return puts("klnagchk " STANDIN_VERSION " (stand-in)") < 0;
    keyval_get("/etc/opt/kaspersky/klnagent64/klnagent.conf", "Server", server, sizeof server);
    printf("Network Agent " STANDIN_VERSION " (stand-in)\n"
           "Administration Server address: %s\n"
           "Network Agent is %s\n",
           server, pid ? "running" : "not running");
    return pid ? 0 : 1;
}
