#include "tests/lab/labboot.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/lab/labguard.h"

#define BOOT_FAILED 99

/* What a host sees besides its files. Relative to its root, in order; source NULL means the type's name. */
static const struct mount_row {
    const char *target, *source, *type;
    unsigned long flags;
    const char *data;
} mounts[] = {
    {"proc", NULL, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
    {"sys", NULL, "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
    {"sys/fs/cgroup", NULL, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
    {"run", NULL, "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=755"},
    {"dev", NULL, "tmpfs", MS_NOSUID, "size=1m,mode=755"},
    {"dev/shm", NULL, "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=1777"},
    {"dev/pts", NULL, "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,gid=5"},
    {"proc/sysrq-trigger", "dev/null", NULL, MS_BIND, NULL},
    {"proc/sys", "proc/sys", NULL, MS_BIND, NULL},
    {"proc/sys", NULL, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
};

/* The host's own nodes, not the machine's bound in: a chmod in a host must not reach the machine. There is no
 * console to read. */
static const struct node_row {
    const char *path;
    unsigned int minor; /* of the memory devices, major 1 */
} nodes[] = {{"dev/null", 3},   {"dev/zero", 5},    {"dev/full", 7},
             {"dev/random", 8}, {"dev/urandom", 9}, {"dev/console", 3}};

static const struct link_row {
    const char *to, *path;
} links[] = {
    {"pts/ptmx", "dev/ptmx"},          {"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"},
    {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"},
};

#define ROWS(a) (sizeof(a) / sizeof *(a))

static void fail(const char *what)
{
    fprintf(stderr, "labboot: %s: %s\n", what, strerror(errno));
    _exit(BOOT_FAILED);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) < 0)
        fail(path);
}

/* The host's cgroup: below the machine's version 2 hierarchy, wherever that is mounted. */
static bool cgroup_path(const struct labboot *b, char *out, size_t size)
{
    FILE *mtab = setmntent("/proc/self/mounts", "r");
    struct mntent *m;
    bool found = false;

    while (mtab && !found && (m = getmntent(mtab)) != NULL) {
        found = strcmp(m->mnt_type, "cgroup2") == 0;
        if (found)
            snprintf(out, size, "%s/avlab-%s-%s", m->mnt_dir, b->id, b->name);
    }
    if (mtab)
        endmntent(mtab);
    if (!found)
        errno = ENOENT;
    return found;
}

static int remove_dir(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)at;
    if (type == FTW_DP)
        rmdir(path);
    return 0;
}

void labboot_clean(const struct labboot *b)
{
    char path[256];

    /* The kernel lets go of a dead process's cgroup a moment after the wait for it. */
    for (int tries = 0; tries < 50 && cgroup_path(b, path, sizeof path) && access(path, F_OK) == 0; tries++) {
        if (tries > 0)
            usleep(20000);
        nftw(path, remove_dir, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static void enter_cgroup(const struct labboot *b)
{
    char path[256], procs[sizeof "/cgroup.procs" + 256];

    if (!cgroup_path(b, path, sizeof path))
        fail("no version 2 cgroup hierarchy is mounted");
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        fail(path);
    snprintf(procs, sizeof procs, "%s/cgroup.procs", path);
    write_file(procs, "0");
    if (unshare(CLONE_NEWCGROUP) < 0)
        fail("unshare cgroup");
}

static void enter_network(const struct labboot *b)
{
    char path[128];
    int fd;

    snprintf(path, sizeof path, "/run/netns/avlab-%s-%s", b->id, b->name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        fail(path);
    close(fd);
}

static void mount_root(const struct labboot *b)
{
    char root[512], data[2048];

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        fail("private mounts");
    snprintf(root, sizeof root, "%s/hosts/%s/root", b->dir, b->name);
    snprintf(data, sizeof data, "lowerdir=%s/layer:%s,upperdir=%s/hosts/%s/up,workdir=%s/hosts/%s/work",
             b->dir, b->base, b->dir, b->name, b->dir, b->name);
    if (mount("overlay", root, "overlay", MS_NODEV, data) < 0)
        fail(root);
    if (chdir(root) < 0)
        fail(root);
}

static void make_nodes(void)
{
    for (size_t i = 0; i < ROWS(nodes); i++)
        if (mknod(nodes[i].path, S_IFCHR | 0666, makedev(1, nodes[i].minor)) < 0)
            fail(nodes[i].path);
    if (mknod("dev/tty", S_IFCHR | 0666, makedev(5, 0)) < 0)
        fail("dev/tty");
}

static void mount_row(const struct mount_row *m)
{
    /* What a kernel was built without needs no covering. */
    if (strncmp(m->target, "proc/", 5) == 0 && access(m->target, F_OK) < 0)
        return;
    if (strncmp(m->target, "dev/", 4) == 0 && mkdir(m->target, 0755) < 0)
        fail(m->target);
    if (mount(m->source ? m->source : m->type, m->target, m->type, m->flags, m->data) < 0)
        fail(m->target);
}

/* Neither the boot id nor the uptime is namespaced; the boot id is what proves a reboot, so every boot gets a
 * new one. */
static void fresh_boot_id(void)
{
    unsigned char r[16];
    char text[40];

    if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
        fail("getrandom");
    snprintf(text, sizeof text, "%02x%02x%02x%02x-%02x%02x-4%x%02x-8%x%02x-%02x%02x%02x%02x%02x%02x\n", r[0],
             r[1], r[2], r[3], r[4], r[5], r[6] & 15, r[7], r[8] & 15, r[9], r[10], r[11], r[12], r[13],
             r[14], r[15]);
    write_file("run/lab/boot_id", text);
    if (mount("run/lab/boot_id", "proc/sys/kernel/random/boot_id", NULL, MS_BIND, NULL) < 0)
        fail("boot_id");
}

static void furnish(void)
{
    char pidns[LABGUARD_MAX];

    for (size_t i = 0; i < ROWS(mounts); i++) {
        mount_row(&mounts[i]);
        if (strcmp(mounts[i].target, "dev") == 0)
            make_nodes();
    }
    for (size_t i = 0; i < ROWS(links); i++)
        if (symlink(links[i].to, links[i].path) < 0)
            fail(links[i].path);
    if (mkdir("run/lab", 0755) < 0)
        fail("run/lab");
    if (!labguard_link("proc/self/ns/pid", pidns))
        fail("proc/self/ns/pid");
    write_file(LABGUARD_MARK, pidns);
    fresh_boot_id();
}

static void switch_root(void)
{
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        fail("pivot_root");
}

int labboot_drop_caps(void)
{
    static const int reach_through[] = {CAP_SYS_TIME, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYSLOG,
                                        CAP_WAKE_ALARM};

    for (size_t i = 0; i < ROWS(reach_through); i++)
        if (prctl(PR_CAPBSET_DROP, reach_through[i], 0, 0, 0) < 0)
            return -1;
    return 0;
}

static void become_init(const struct labboot *b)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", container[] = "container=lab";
    char *env[] = {path, container, NULL};
    char *init = strdup(b->init);
    char *argv[] = {init, NULL};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    umask(0);
    setsid();
    enter_cgroup(b);
    enter_network(b);
    mount_root(b);
    furnish();
    switch_root();
    umask(022);
    if (sethostname(b->name, strlen(b->name)) < 0)
        fail("sethostname");
    if (labboot_drop_caps() < 0)
        fail("capabilities");
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    execve(init, argv, env);
    fail(init);
}

pid_t labboot_start(const struct labboot *b)
{
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD,
                               0, 0, 0, 0);

    if (pid == 0)
        become_init(b);
    return pid;
}
