/*
 * Stand-in for kesl-control of Kaspersky Endpoint Security for Linux.
 *
 * Exit codes are the documented ones: 0 done, 1 wrong arguments, 64 the application is not running, 65 other error,
 * 66 databases not loaded (only --app-info), 68 refused because a policy is applied.
 * Field names of --app-info are those of the 12.x command line reference ("Extended KSN mode, Basic KSN mode or
 * Disabled") and of public inventory tools that parse it; the name of the line with the KSN mode is unverified.
 * The database date and the KSN mode come from the switches db-date (or db-date=none) and ksn.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/guard.h"
#include "tests/products/src/keyval.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { DONE = 0, ARGUMENTS = 1, NOT_RUNNING = 64, OTHER = 65, NO_DATABASES = 66, UNDER_POLICY = 68 };

struct field {
    const char *name;
    const char *value;
};

static const struct field ksn_modes[] = {
    {"extended", "Extended KSN mode"},
    {"basic", "Basic KSN mode"},
    {"disabled", "Disabled"},
};

static bool under_policy(void)
{
    return keyval_get(SWITCHES_FILE, "refuse-removal", NULL, 0);
}

static bool parameter(const char *name, char *value, size_t size)
{
    return keyval_get(SWITCHES_FILE, name, value, size) && *value;
}

/* "2024-09-28T22:10:00Z" of the switch -> "2024-09-28 22:10:00" as the product prints it; what is no date is cut. */
static bool database_date(char *date, size_t size)
{
    if (!parameter("db-date", date, size))
        snprintf(date, size, "2024-09-28T22:10:00Z");
    if (!strcmp(date, "none"))
        return false;
    date[strspn(date, "0123456789-:T ")] = '\0';
    date[strcspn(date, "T")] = date[strcspn(date, "T")] ? ' ' : '\0';
    return true;
}

static const char *ksn_mode(void)
{
    char name[32];

    if (parameter("ksn", name, sizeof name))
        for (size_t i = 0; i < COUNT(ksn_modes); i++)
            if (!strcmp(name, ksn_modes[i].name))
                return ksn_modes[i].value;
    return ksn_modes[0].value;
}

/* No value holds a character that JSON would have to escape. */
static void print_fields(const struct field *fields, size_t count, bool json)
{
    for (size_t i = 0; i < count; i++) {
        if (json)
            printf("%s    \"%s\": \"%s\"", i ? ",\n" : "{\n", fields[i].name, fields[i].value);
        else
            printf("%s:%*s%s\n", fields[i].name, (int)(48 - strlen(fields[i].name)), "", fields[i].value);
    }
    if (json)
        puts("\n}");
}

static int app_info(pid_t pid, bool json)
{
    char date[64];
    bool loaded = database_date(date, sizeof date);
    const struct field fields[] = {
        {"Name", "Kaspersky Endpoint Security 12.1 for Linux (stand-in)"},
        {"Version", STANDIN_APP_VERSION},
        {"Policy", under_policy() ? "Applied" : "Not applied"},
        {"License information", "The key is valid"},
        {"License expiration date", "2027-06-30 00:00:00"},
        {"Storage state", "No time limit for objects in Storage"},
        {"Storage space usage", "Storage size is unlimited"},
        {"Last run date of the Scan_My_Computer task", "Never run"},
        {"Last release date of databases", loaded ? date : "1970-01-01 00:00:00"},
        {"Application databases loaded", loaded ? "Yes" : "No"},
        {"Kaspersky Security Network usage", ksn_mode()},
        {"Kaspersky Security Network infrastructure", "Kaspersky Security Network"},
        {"File Threat Protection", guard_held_by(pid) ? "Available and running" : "Available and stopped"},
        {"Application update state", "No application updates available"},
    };

    print_fields(fields, COUNT(fields), json);
    return loaded ? DONE : NO_DATABASES;
}

static int set_protection(pid_t pid, int signal)
{
    if (under_policy()) {
        fputs("The operation is refused: the application is under a policy.\n", stderr);
        return UNDER_POLICY;
    }
    return kill(pid, signal) < 0 ? OTHER : DONE;
}

/* Only task 1, File_Threat_Protection, exists. */
static int task(pid_t pid, const char *verb)
{
    if (!strcmp(verb, "--start-task"))
        return set_protection(pid, SIGUSR2);
    if (!strcmp(verb, "--stop-task"))
        return set_protection(pid, SIGUSR1);
    printf("Name:  File_Threat_Protection\nId:    1\nState: %s\n", guard_held_by(pid) ? "Started" : "Stopped");
    return DONE;
}

static int usage(void)
{
    fputs("usage: kesl-control --app-info [--json]\n"
          "       kesl-control --get-task-state | --start-task | --stop-task {1 | File_Threat_Protection}\n"
          "       kesl-control --version\n",
          stderr);
    return ARGUMENTS;
}

static bool is_task_call(int argc, char **argv)
{
    static const char *const verbs[] = {"--get-task-state", "--start-task", "--stop-task"};

    if (argc != 3 || (strcmp(argv[2], "1") && strcmp(argv[2], "File_Threat_Protection")))
        return false;
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (!strcmp(argv[1], verbs[i]))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    bool json = argc == 3 && !strcmp(argv[2], "--json");
    bool info = argc >= 2 && !strcmp(argv[1], "--app-info") && (argc == 2 || json);
    pid_t pid;

    if (argc == 2 && !strcmp(argv[1], "--version")) {
        puts("kesl-control " STANDIN_APP_VERSION " (stand-in)");
        return DONE;
    }
    if (!info && !is_task_call(argc, argv))
        return usage();
    pid = daemon_running("/var/run/kesl.pid");
    if (!pid) {
        fputs("The application is not running.\n", stderr);
        return NOT_RUNNING;
    }
    return info ? app_info(pid, json) : task(pid, argv[1]);
}
