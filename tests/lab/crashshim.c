/*
 * crashshim: the end of avswap at a chosen journal record. Preloaded into every program of a lab host
 * (/etc/ld.so.preload); it wakes up only in avswap. On Wine PCs (tests/windows/crash.sh) other files say what to do, and the journal
 * alone tells which program is meant.
 *
 * /etc/crashshim holds one line a crash still to come: "HOW N DELAY_MS". When record N of the journal has been
 * written, the line is taken out of the file and, after the delay:
 *
 *   kill   the process ends by SIGKILL
 *   torn   the same, and half of record N never reached the disk
 *   cut    the file /run/crashshim.cut asks whoever watches the host from outside to cut its power; without a delay
 *          the process does nothing more
 *   hold   the same, but the process goes on when that file is taken away
 *
 * With a delay the process goes on meanwhile, so that it ends in the middle of what record N announced.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CRASHSHIM_PLAN
#define CRASHSHIM_PLAN "/etc/crashshim"
#define CRASHSHIM_CUT "/run/crashshim.cut"
#define CRASHSHIM_PROGRAM "/avswap"
#define CRASHSHIM_SYNC fdatasync
#endif
#define NAME_OF(x) #x
#define NAME(x) NAME_OF(x)

int CRASHSHIM_SYNC(int fd);

static const char plan_path[] = CRASHSHIM_PLAN;
static const char cut_path[] = CRASHSHIM_CUT;

static bool is_avswap(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    path[n > 0 ? n : 0] = '\0';
    return n > (ssize_t)sizeof CRASHSHIM_PROGRAM - 1 && strcmp(path + n - (sizeof CRASHSHIM_PROGRAM - 1), CRASHSHIM_PROGRAM) == 0;
}

/* Path of the journal behind fd; false when it is another file. */
static bool journal_path(int fd, char path[PATH_MAX])
{
    static const char name[] = "/journal.jsonl";
    char link[64];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > (ssize_t)sizeof name && strcmp(path + n - (sizeof name - 1), name) == 0;
}

/* Number of records, and where the last one begins. */
static long records(const char *path, off_t *ret_last, off_t *ret_size)
{
    FILE *f = fopen(path, "re");
    long n = 0;
    int c, before = '\n';

    *ret_last = *ret_size = 0;
    if (!f)
        return -1;
    for (; (c = getc(f)) != EOF; before = c) {
        if (before == '\n')
            *ret_last = *ret_size;
        (*ret_size)++;
        n += c == '\n';
    }
    fclose(f);
    return n;
}

/* Takes the first line out of the plan; the rest stays for the process that goes on. */
static bool next_crash(char how[8], long *ret_record, long *ret_delay, bool take)
{
    char text[4096];
    int fd = open(plan_path, O_RDWR | O_CLOEXEC), used = 0;
    ssize_t n;
    bool ok;

    if (fd < 0)
        return false;
    n = read(fd, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    ok = sscanf(text, "%7s %ld %ld\n%n", how, ret_record, ret_delay, &used) == 3;
    if (ok && take)
        ok = ftruncate(fd, 0) == 0 && pwrite(fd, text + used, strlen(text + used), 0) >= 0;
    close(fd);
    return ok;
}

static void ask_for_cut(void)
{
    int fd = open(cut_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
}

static void crash(const char *how, pid_t who)
{
    if (strcmp(how, "cut") == 0 || strcmp(how, "hold") == 0)
        ask_for_cut();
    else
        kill(who, SIGKILL);
}

/* A process that avswap does not know of and will not wait for. */
static void crash_later(const char *how, long delay_ms)
{
    pid_t who = getpid(), pid = fork();

    if (pid == 0) {
        if (fork() == 0) {
            usleep((useconds_t)delay_ms * 1000);
            crash(how, who);
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

int CRASHSHIM_SYNC(int fd)
{
    int (*real)(int) = (int (*)(int))(uintptr_t)dlsym(RTLD_NEXT, NAME(CRASHSHIM_SYNC));
    char path[PATH_MAX], how[8];
    long record, delay_ms;
    off_t last, size;
    int r = real(fd);

    if (!is_avswap() || !journal_path(fd, path) || !next_crash(how, &record, &delay_ms, false) ||
        records(path, &last, &size) < record || !next_crash(how, &record, &delay_ms, true))
        return r;
    if (strcmp(how, "torn") == 0 && truncate(path, last + (size - last) / 2) != 0)
        abort();
    if (delay_ms) {
        crash_later(how, delay_ms);
        return r;
    }
    crash(how, getpid());
    while (strcmp(how, "hold") != 0 || access(cut_path, F_OK) == 0)
        usleep(10000);
    return r;
}
