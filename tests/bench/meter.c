/* meter FILE COMMAND...: runs it and writes "CPU_SECONDS WALL_SECONDS PEAK_KIB STATUS" to FILE: its own use, by wait4(). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec from, to;
    struct rusage use;
    int status;
    pid_t pid;
    FILE *out;

    if (argc < 3)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    out = fopen(argv[1], "w");
    if (!out)
        return 1;
    fprintf(out, "%.3f %.3f %ld %d\n",
            (double)use.ru_utime.tv_sec + (double)use.ru_utime.tv_usec / 1e6 + (double)use.ru_stime.tv_sec +
                (double)use.ru_stime.tv_usec / 1e6,
            (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9, use.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 255);
    return fclose(out) != 0;
}
