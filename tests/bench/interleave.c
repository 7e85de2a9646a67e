/*
 * interleave - CPU time and wall time of commands that take turns.
 *
 *   interleave ROUNDS COMMAND [ARG...] [-- COMMAND [ARG...]]...
 *
 * Each round runs every command once, output thrown away; every second round runs them in reverse order, so that no
 * command always profits from the one before it. The first round is for the caches and is not counted. A line for each
 * command: median CPU in microseconds, median wall in microseconds, exit status.
 *
 * CPU is user + system time of the command and of everything it started: whatever outlives its parent becomes a child
 * of this program (subreaper) and is waited for, so that RUSAGE_CHILDREN has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 8, MAX_ROUNDS = 10000 };

struct command {
    char **argv;
    double *cpu, *wall; /* microseconds, one for each round; the first is not counted */
    int status;
};

static void die(const char *what)
{
    fprintf(stderr, "interleave: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double wall_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double microseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static double cpu_of_children(void)
{
    struct rusage u;

    getrusage(RUSAGE_CHILDREN, &u);
    return microseconds(u.ru_utime) + microseconds(u.ru_stime);
}

static void child(char **argv)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        _exit(127);
    execvp(argv[0], argv);
    fprintf(stderr, "interleave: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* The wall time ends with the command itself, the CPU time with the last of its descendants. */
static int run(const struct command *c, double *ret_cpu, double *ret_wall)
{
    double cpu = cpu_of_children(), start = wall_now();
    pid_t pid = fork();
    int status;

    if (pid < 0)
        die("fork");
    if (pid == 0)
        child(c->argv);
    if (waitpid(pid, &status, 0) < 0)
        die("waitpid");
    *ret_wall = wall_now() - start;
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    *ret_cpu = cpu_of_children() - cpu;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

static int split(char **argv, struct command *c)
{
    int n = 0;

    while (*argv && n < MAX_COMMANDS) {
        c[n++].argv = argv;
        while (*argv && strcmp(*argv, "--") != 0)
            argv++;
        if (*argv)
            *argv++ = NULL;
    }
    return n;
}

static void round_of(struct command *c, int n, int round)
{
    for (int k = 0; k < n; k++) {
        struct command *x = &c[round % 2 ? n - 1 - k : k];
        int status = run(x, &x->cpu[round], &x->wall[round]);

        if (round == 0)
            x->status = status;
        if (x->status != status) {
            fprintf(stderr, "interleave: %s ended with status %d, before with %d\n", x->argv[0], status, x->status);
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    struct command c[MAX_COMMANDS] = {{0}};
    long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    int n = argc > 2 ? split(argv + 2, c) : 0;

    if (n == 0 || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: interleave ROUNDS COMMAND [ARG...] [-- COMMAND [ARG...]]...\n");
        return 2;
    }
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        die("prctl");
    for (int k = 0; k < n; k++) {
        c[k].cpu = calloc((size_t)rounds + 1, sizeof(double));
        c[k].wall = calloc((size_t)rounds + 1, sizeof(double));
        if (!c[k].cpu || !c[k].wall)
            die("calloc");
    }
    for (int round = 0; round <= rounds; round++)
        round_of(c, n, round);
    for (int k = 0; k < n; k++)
        printf("%.0f %.0f %d\n", median(c[k].cpu + 1, (int)rounds), median(c[k].wall + 1, (int)rounds), c[k].status);
    return 0;
}
