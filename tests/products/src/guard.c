/* Stand-in products: real fanotify permission marks. */
#include "tests/products/src/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/products/src/daemon.h"

#define EICAR_LENGTH 68

static int mark(int guard, unsigned how)
{
    return fanotify_mark(guard, how | FAN_MARK_MOUNT, FAN_OPEN_PERM, AT_FDCWD, "/");
}

int guard_start(void)
{
    int guard;

    /* A core dump of this process would open a file and wait for this process: none is ever written. */
    prctl(PR_SET_DUMPABLE, 0);
    guard = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE,
                          O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_LARGEFILE);
    if (guard < 0 || mark(guard, FAN_MARK_ADD) < 0) {
        dprintf(STDERR_FILENO, "fanotify: %s\n", strerror(errno));
        return -1;
    }
    return guard;
}

static bool is_eicar(int fd)
{
    char eicar[EICAR_LENGTH + 1];
    char head[EICAR_LENGTH];
    struct stat info;

    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size < EICAR_LENGTH)
        return false;
    if (pread(fd, head, sizeof head, 0) != EICAR_LENGTH)
        return false;
    snprintf(eicar, sizeof eicar, "%s%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*");
    return !memcmp(head, eicar, EICAR_LENGTH);
}

static void report(const struct fanotify_event_metadata *event)
{
    char link[32];
    char path[4096];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", event->fd);
    length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    dprintf(STDERR_FILENO, "denied EICAR-Test-File to process %d: %s\n", event->pid, path);
}

static void answer_one(int guard, const struct fanotify_event_metadata *event, bool log)
{
    struct fanotify_response response = {.fd = event->fd, .response = FAN_ALLOW};

    if (is_eicar(event->fd))
        response.response = FAN_DENY;
    if (write(guard, &response, sizeof response) == sizeof response && response.response == FAN_DENY && log)
        report(event);
    close(event->fd);
}

static void answer_all(int guard, bool log)
{
    _Alignas(struct fanotify_event_metadata) char events[8192];
    ssize_t length;

    while ((length = read(guard, events, sizeof events)) > 0) {
        const struct fanotify_event_metadata *event = (const void *)events;

        for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
            if (event->fd >= 0)
                answer_one(guard, event, log);
    }
}

void guard_serve(int guard, int signals, bool log)
{
    struct pollfd wait[] = {{.fd = guard, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

    for (;;) {
        poll(wait, 2, -1);
        answer_all(guard, log);
        switch (daemon_signal(signals)) {
        case SIGTERM:
            close(guard);
            return;
        case SIGUSR1:
            mark(guard, FAN_MARK_REMOVE);
            break;
        case SIGUSR2:
            mark(guard, FAN_MARK_ADD);
            break;
        default:
            break;
        }
    }
}

static bool has_mount_mark(const char *fdinfo)
{
    FILE *file = fopen(fdinfo, "re");
    char line[256];
    bool found = false;

    if (!file)
        return false;
    while (!found && fgets(line, sizeof line, file))
        found = !strncmp(line, "fanotify mnt_id:", 16);
    fclose(file);
    return found;
}

bool guard_held_by(pid_t pid)
{
    char folder[64];
    char path[400];
    struct dirent *entry;
    bool found = false;
    DIR *list;

    snprintf(folder, sizeof folder, "/proc/%d/fdinfo", pid);
    list = opendir(folder);
    if (!list)
        return false;
    while (!found && (entry = readdir(list))) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        found = has_mount_mark(path);
    }
    closedir(list);
    return found;
}
