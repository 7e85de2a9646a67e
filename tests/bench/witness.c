/*
 * witness - how long a host has nobody who holds fanotify marks, seen from outside any product.
 *
 *   witness FILE     looks fifty times a second until SIGTERM, then writes the milliseconds into FILE
 *   witness --now    exit status 0 when somebody does at this moment
 *
 * The same for every tool that is measured. Runs inside the host.
 */
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 20 };

static volatile sig_atomic_t over;

static void end(int signal)
{
    (void)signal;
    over = 1;
}

static bool holds(const char *pid)
{
    char path[300], target[64];
    struct dirent *x;
    bool found = false;
    DIR *d;

    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    d = opendir(path);
    while (d && !found && (x = readdir(d))) {
        ssize_t n;

        snprintf(path, sizeof path, "/proc/%.20s/fd/%.20s", pid, x->d_name);
        n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, "anon_inode:[fanotify]") == 0;
    }
    if (d)
        closedir(d);
    return found;
}

static bool protected_now(void)
{
    DIR *d = opendir("/proc");
    struct dirent *x;
    bool found = false;

    while (d && !found && (x = readdir(d)))
        found = isdigit((unsigned char)x->d_name[0]) && holds(x->d_name);
    if (d)
        closedir(d);
    return found;
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_handler = end};
    double gap = 0, last;
    FILE *out;

    if (argc != 2)
        return 2;
    if (strcmp(argv[1], "--now") == 0)
        return !protected_now();
    sigaction(SIGTERM, &sa, NULL);
    last = now_ms();
    while (!over) {
        bool on = protected_now();
        double now = now_ms();

        if (!on)
            gap += now - last;
        last = now;
        usleep(EVERY_MS * 1000);
    }
    out = fopen(argv[1], "w");
    if (!out || fprintf(out, "%.0f\n", gap) < 0 || fclose(out) != 0)
        return 1;
    return 0;
}
