/*
 * Stand-in misbehaviour "comes-back": starts the kesl daemon again a second after it stopped.
 *
 * Keeps the daemon's program open, so it can start it even after its file was deleted. Ends when the switch is taken
 * away or on SIGTERM.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/keyval.h"

#define PAUSE_MS 1000

static int program;

static int open_supervisor(void)
{
    program = open("/opt/kaspersky/kesl/libexec/kesl", O_RDONLY | O_CLOEXEC);
    return program < 0 ? -1 : 0;
}

static void start_kesl(void)
{
    char name[] = "/opt/kaspersky/kesl/libexec/kesl";
    char *const argv[] = {name, NULL};
    pid_t child = fork();

    if (!child) {
        fexecve(program, argv, environ);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void serve(int signals)
{
    struct pollfd wait = {.fd = signals, .events = POLLIN};

    while (keyval_get(SWITCHES_FILE, "comes-back", NULL, 0)) {
        poll(&wait, 1, PAUSE_MS);
        if (daemon_signal(signals) == SIGTERM)
            return;
        if (!daemon_running("/var/run/kesl.pid"))
            start_kesl();
    }
}

int main(int argc, char **argv)
{
    static const struct daemon_spec spec = {
        .title = "kesl-supervisor " STANDIN_VERSION " (stand-in)",
        .pid_file = "/var/run/kesl-supervisor.pid",
        .log_file = "/var/log/kaspersky/kesl/kesl.log",
        .open = open_supervisor,
        .serve = serve,
    };

    return daemon_main(argc, argv, &spec);
}
