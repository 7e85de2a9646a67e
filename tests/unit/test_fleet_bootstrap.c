/*
 * What a PC does before a worker is there, by real shells in a mount namespace of its own: found, taken, refused, cut off, twice at
 * the same time, packed, on a disk that is full, read-only or noexec. The worker is a little script of the test's. Needs root.
 */
#include "core/base/schema.h"
#include "core/visit/bootstrap.h"
#include "core/visit/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STATE "/mnt/state"
#define WORKERS STATE "/workers/"
enum { PADDING = 300000, PATIENCE_MS = 20000 };

static char worker[PADDING + 200]; /* longer than a pipe holds */
static struct worker_file file;
static struct buf packed;
static const struct target here = {.name = "here", .state = STATE};
static struct arena arena;

static const char *const shells[][3] = {{"/bin/dash"}, {"/bin/bash"}, {"/bin/bash", "--posix"}, {"/bin/busybox", "sh"}};
enum { SHELLS = sizeof shells / sizeof shells[0] };

/* A script under `shell`, with what its standard output says, up to a line, or to its end. */
struct child {
    pid_t pid;
    int in, out;
    char said[4096];
    size_t n;
};

static struct child start(const char *const *shell)
{
    struct err e = ERR_INIT;
    struct strs args;
    struct child c = {0};
    int in[2], out[2];

    if (!transport_local.launch(&here, &(struct transport_options){0}, &file, &arena, &args, &e))
        fail_msg("%s", e.text);
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        fail_msg("pipe: %s", strerror(errno));
    c.pid = fork();
    if (c.pid == 0) {
        const char *argv[16];
        size_t n = 0;

        for (size_t i = 0; i < 3 && shell[i]; i++)
            argv[n++] = shell[i];
        for (size_t i = 1; i <= args.n; i++) /* behind its own shell, with the NULL */
            argv[n++] = args.v[i];
        dup2(in[0], 0);
        dup2(out[1], 1);
        execv(argv[0], (char **)(uintptr_t)argv);
        fprintf(stderr, "%s is missing\n", argv[0]);
        _exit(125);
    }
    close(in[0]);
    close(out[1]);
    c.in = in[1];
    c.out = out[0];
    return c;
}

static bool more(struct child *c)
{
    struct pollfd p = {.fd = c->out, .events = POLLIN};
    ssize_t got;

    if (poll(&p, 1, PATIENCE_MS) != 1)
        fail_msg("it says nothing more behind '%s'", c->said);
    got = read(c->out, c->said + c->n, sizeof c->said - 1 - c->n);
    if (got > 0)
        c->n += (size_t)got;
    c->said[c->n] = '\0';
    return got > 0;
}

static void until(struct child *c, const char *words)
{
    while (!strstr(c->said, words))
        if (!more(c))
            fail_msg("it ended without '%s': '%s'", words, c->said);
}

static void give(struct child *c, const char *p, size_t n)
{
    for (ssize_t done; n; p += done, n -= (size_t)done) {
        done = write(c->in, p, n);
        if (done < 0)
            return; /* it does not want it any more */
    }
}

static int end(struct child *c)
{
    int status;

    close(c->in);
    while (more(c))
        ;
    close(c->out);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *path_of(const char *name)
{
    return arena_printf(&arena, "%s%s", WORKERS, name);
}

static void put(const char *path, const char *text, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
}

static int files_in(const char *folder)
{
    FILE *f = popen(arena_printf(&arena, "ls -A %s 2>/dev/null | wc -l", folder), "r");
    int n = -1;

    assert_int_equal(fscanf(f, "%d", &n), 1);
    pclose(f);
    return n;
}

static void fresh_disk(const char *options, unsigned long flags)
{
    umount2(STATE, MNT_DETACH);
    mkdir(STATE, 0755);
    if (mount("none", STATE, "tmpfs", flags, options) != 0)
        fail_msg("mount: %s", strerror(errno));
}

/* Is the worker offered packed? */
static void offer(bool yes)
{
    file.packed = yes ? &packed : NULL;
}

static void give_packed(struct child *c, const struct buf *bytes)
{
    const char *size = arena_printf(&arena, "%zu\n", bytes->len);

    give(c, size, strlen(size));
    give(c, bytes->data, bytes->len);
}

/* A visit that goes well: what the worker says, from the greeting on. */
static void visit(const char *const *shell, const char *greeting)
{
    struct child c = start(shell);

    until(&c, "\n");
    if (strcmp(greeting, "want") == 0)
        give(&c, worker, file.size);
    if (strcmp(greeting, "want gzip") == 0)
        give_packed(&c, &packed);
    give(&c, "behind it\n", 10);
    assert_int_equal(end(&c), 7);
    assert_string_equal(c.said, arena_printf(&arena, "avswap-visit/1 %s\n#worker visit " WORKERS "%s behind it\n", greeting, file.sha256));
}

static void fetched_once_and_kept(void **none)
{
    struct stat st;

    (void)none;
    for (size_t i = 0; i < SHELLS; i++) {
        fresh_disk("", 0);
        visit(shells[i], "want");
        visit(shells[i], "have");
        assert_int_equal(stat(path_of(file.sha256), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(st.st_size, file.size);
        assert_int_equal(stat(WORKERS, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(stat(STATE, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(files_in(WORKERS), 1);
    }
}

/* A worker under its name that is not it, as a power cut may leave one: it is taken again. */
static void a_damaged_one_is_taken_again(void **none)
{
    (void)none;
    for (size_t i = 0; i < SHELLS; i++) {
        fresh_disk("", 0);
        mkdir(WORKERS, 0777);
        put(path_of(file.sha256), "", 0);
        visit(shells[i], "want");
        put(path_of(file.sha256), "#!/bin/sh\necho evil\n", 20);
        visit(shells[i], "want");
        visit(shells[i], "have");
    }
}

/* It says so in this way, and nothing of the worker's. */
static void failed(struct child *c, int want, const char *how, const char *why)
{
    int status = end(c);

    if (status != want || !strstr(c->said, how) || !strstr(c->said, why) || strstr(c->said, "#worker"))
        fail_msg("exit %d: %s", status, c->said);
}

static void another_worker_or_half_of_it(void **none)
{
    (void)none;
    for (size_t i = 0; i < SHELLS; i++) {
        struct child c;

        fresh_disk("", 0);
        c = start(shells[i]);
        until(&c, "want\n");
        give(&c, worker, file.size - 1);
        failed(&c, 1, "\navswap-visit/1 failed ", "did not come whole");
        c = start(shells[i]);
        until(&c, "want\n");
        give(&c, worker + 1, file.size - 1);
        give(&c, "x", 1);
        failed(&c, 1, "\navswap-visit/1 failed ", "another one than was meant");
        c = start(shells[i]);
        until(&c, "want\n");
        failed(&c, 1, "\navswap-visit/1 failed ", "did not come whole");
        assert_int_equal(files_in(WORKERS), 0);
    }
}

static void packed_where_gzip_works(void **none)
{
    const char *size = arena_printf(&arena, "%zu\n", packed.len);

    (void)none;
    offer(true);
    for (size_t i = 0; i < SHELLS; i++) {
        struct child c;

        fresh_disk("", 0);
        visit(shells[i], "want gzip");
        visit(shells[i], "have");
        put(path_of(file.sha256), "x", 1);
        c = start(shells[i]); /* in pieces */
        until(&c, "want gzip\n");
        give(&c, size, 2);
        usleep(10000);
        give(&c, size + 2, strlen(size) - 2);
        give(&c, packed.data, 10);
        usleep(10000);
        give(&c, packed.data + 10, packed.len - 10);
        give(&c, "behind it\n", 10);
        assert_int_equal(end(&c), 7);
        assert_int_equal(files_in(WORKERS), 1);
    }
    for (int i = 0; i < 2; i++) { /* none, and one that cannot do it */
        fresh_disk("", 0);
        assert_int_equal(mount(i ? "/bin/false" : "/dev/null", "/usr/bin/gzip", NULL, MS_BIND, NULL), 0);
        visit(shells[0], "want");
        assert_int_equal(umount2("/usr/bin/gzip", MNT_DETACH), 0);
    }
    offer(false);
}

/* Of what unpacks to something else, to more or to nothing, or does not come whole, nothing stays. */
static void packed_streams_that_are_none(void **none)
{
    static char more[sizeof worker], zeros[64 << 20];
    const char *size = arena_printf(&arena, "%zu\n", packed.len);
    struct buf bytes[4];
    struct err e = ERR_INIT;

    (void)none;
    offer(true);
    for (size_t k = 0; k < 4; k++)
        buf_init(&bytes[k], 1 << 20);
    memcpy(more, worker, sizeof more);
    more[file.size] = 'x';
    assert_true(pack_gzip(more, file.size + 1, &bytes[0], &e)); /* the worker, and a byte */
    assert_true(pack_gzip(zeros, sizeof zeros, &bytes[1], &e)); /* a thousand times its size */
    buf_add(&bytes[2], worker, 2000);                           /* not packed at all */
    buf_add(&bytes[3], packed.data, packed.len / 2);            /* what follows is damaged */
    while (bytes[3].len < packed.len)
        buf_addc(&bytes[3], 'x');
    for (size_t i = 0; i < SHELLS; i++) {
        struct child c;

        fresh_disk("size=1m", 0);
        for (size_t k = 0; k < 4; k++) {
            c = start(shells[i]);
            until(&c, "want gzip\n");
            give_packed(&c, &bytes[k]);
            failed(&c, 1, "\navswap-visit/1 failed ", "another one than was meant");
        }
        c = start(shells[i]); /* cut off */
        until(&c, "want gzip\n");
        give(&c, size, strlen(size));
        give(&c, packed.data, packed.len - 20);
        failed(&c, 1, "\navswap-visit/1 failed ", "did not come whole");
        c = start(shells[i]); /* before its size, and with one that is none */
        until(&c, "want gzip\n");
        failed(&c, 1, "\navswap-visit/1 failed ", "");
        c = start(shells[i]);
        until(&c, "want gzip\n");
        give(&c, "$(reboot)\n", 10);
        failed(&c, 1, "\navswap-visit/1 failed ", "");
        assert_int_equal(files_in(WORKERS), 0);
    }
    offer(false);
    for (size_t k = 0; k < 4; k++)
        buf_free(&bytes[k]);
}

/* What a visit that was killed has left is removed, what a living one is taking is not. */
static void leftovers(void **none)
{
    (void)none;
    for (size_t i = 0; i < SHELLS; i++) {
        struct stat st;
        struct child c;
        pid_t gone;

        fresh_disk("", 0);
        mkdir(WORKERS, 0700);
        c = start(shells[i]);
        until(&c, "want\n");
        give(&c, worker, 100);
        kill(c.pid, SIGKILL); /* its head may live on until its pipe ends */
        gone = c.pid;
        close(c.in);
        assert_int_equal(waitpid(c.pid, NULL, 0), c.pid);
        close(c.out);
        assert_int_equal(stat(path_of(arena_printf(&arena, "new.%d", (int)gone)), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        put(path_of(arena_printf(&arena, "new.%d", (int)getpid())), "x", 1);
        visit(shells[i], "want");
        assert_int_not_equal(access(path_of(arena_printf(&arena, "new.%d", (int)gone)), F_OK), 0);
        assert_int_equal(access(path_of(arena_printf(&arena, "new.%d", (int)getpid())), F_OK), 0);
    }
}

static void two_at_the_same_time(void **none)
{
    (void)none;
    for (size_t i = 0; i < SHELLS; i++) {
        struct child a, b;

        fresh_disk("", 0);
        a = start(shells[i]);
        until(&a, "want\n");
        give(&a, worker, 1000);
        b = start(shells[(i + 1) % SHELLS]);
        until(&b, "want\n");
        give(&b, worker, file.size);
        give(&a, worker + 1000, file.size - 1000);
        assert_int_equal(end(&a), 7);
        assert_int_equal(end(&b), 7);
        assert_int_equal(files_in(WORKERS), 1);
        visit(shells[i], "have");
    }
}

static void refused_at_once(const char *const *shell, const char *why)
{
    struct child c = start(shell);

    until(&c, "\n");
    assert_true(text_starts(c.said, "avswap-visit/1 failed "));
    failed(&c, 1, "failed ", why);
}

static void disks_that_do_not_take_it(void **none)
{
    (void)none;
    for (size_t i = 0; i < SHELLS; i++) {
        int noexec = text_eq(shells[i][1], "sh") ? 126 : 1; /* busybox looks at a file's mode only */
        struct child c;

        fresh_disk("size=64k", 0);
        c = start(shells[i]);
        until(&c, "want\n");
        give(&c, worker, file.size);
        failed(&c, 1, "\navswap-visit/1 failed ", "is full or read-only");
        assert_int_equal(files_in(WORKERS), 0);

        fresh_disk("nr_inodes=2", 0); /* the folder, and no file in it */
        refused_at_once(shells[i], "read-only or full");

        fresh_disk("", MS_RDONLY);
        refused_at_once(shells[i], "read-only or full");

        fresh_disk("", 0);
        visit(shells[i], "want");
        assert_int_equal(mount("none", STATE, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
        visit(shells[i], "have"); /* nothing has to be written */
        assert_int_equal(mount("none", STATE, NULL, MS_REMOUNT | MS_NOEXEC, NULL), 0);
        c = start(shells[i]);
        failed(&c, noexec, "\navswap-visit/1 failed ", "mounted noexec");
        fresh_disk("", MS_NOEXEC);
        c = start(shells[i]);
        until(&c, "want\n");
        give(&c, worker, file.size);
        failed(&c, noexec, "\navswap-visit/1 failed ", "mounted noexec");
    }
}

/* Whoever is no root and has no sudo is told so; and gets nothing that is not his. */
static void without_rights(void **none)
{
    pid_t pid;
    int status;

    (void)none;
    fresh_disk("mode=0755", 0);
    pid = fork();
    if (pid == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        refused_at_once(shells[0], "user nobody cannot make /mnt/state/workers: root rights are missing");
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* The command as a login shell gets it, and a PC whose tools are busybox's. */
static void as_a_login_shell_runs_it(void **none)
{
    static const char *const applets[] = {"head", "sha256sum", "mkdir", "chmod", "mv", "rm", "sync", "uname", "id", "gzip"};
    struct err e = ERR_INIT;
    const char *command;

    (void)none;
    offer(true);
    command = bootstrap_command(&here, &file, &arena, &e);
    assert_non_null(command);
    for (size_t i = 0; i < 2 * SHELLS; i++) {
        const char *const *shell = shells[i % SHELLS];
        int in[2], status;
        pid_t pid;

        if (i == SHELLS)
            for (size_t j = 0; j < sizeof applets / sizeof applets[0]; j++)
                assert_int_equal(mount("/bin/busybox", arena_printf(&arena, "/usr/bin/%s", applets[j]), NULL, MS_BIND, NULL), 0);
        fresh_disk("", 0);
        assert_int_equal(pipe2(in, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
            int null = open("/dev/null", O_WRONLY);

            dup2(in[0], 0);
            dup2(null, 1);
            if (shell[1])
                execl(shell[0], shell[0], shell[1], "-c", command, NULL);
            execl(shell[0], shell[0], "-c", command, NULL);
            _exit(125);
        }
        close(in[0]);
        assert_int_equal(dprintf(in[1], "%zu\n", packed.len), strlen(arena_printf(&arena, "%zu\n", packed.len)));
        assert_int_equal(write(in[1], packed.data, packed.len), packed.len);
        close(in[1]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WEXITSTATUS(status), 7);
        assert_int_equal(files_in(WORKERS), 1);
    }
    for (size_t j = 0; j < sizeof applets / sizeof applets[0]; j++)
        umount2(arena_printf(&arena, "/usr/bin/%s", applets[j]), MNT_DETACH);
    offer(false);
}

/* Says which file it is, what it was told, and the next line that comes; then it ends in its own way. */
static int set_up(void **none)
{
    static const char script[] = "#!/bin/sh\nread -r line\necho \"#worker $* $0 $line\"\nexit 7\n";
    struct err e = ERR_INIT;
    unsigned x = 1;

    (void)none;
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof worker - 1; i++) /* so that it is long when it is packed, too */
        worker[i] = (char)('#' + (x = x * 1103515245 + 12345) / 65536 % 60);
    memcpy(worker, script, sizeof script - 1);
    file.bytes = worker;
    file.size = sizeof worker - 1;
    digest_of(worker, file.size, file.sha256);
    buf_init(&packed, sizeof worker);
    if (!pack_gzip(worker, file.size, &packed, &e) || packed.len < 128 << 10) {
        fprintf(stderr, "it is packed to %zu bytes\n", packed.len);
        return -1;
    }
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/mnt", "tmpfs", 0, NULL) != 0) {
        perror("this test needs root");
        return -1;
    }
    if (access("/bin/busybox", X_OK) != 0 || access("/bin/dash", X_OK) != 0 || access("/bin/bash", X_OK) != 0) {
        fprintf(stderr, "this test needs the shells dash, bash and busybox: apt-get install busybox\n");
        return -1;
    }
    return 0;
}

static int tear_down(void **none)
{
    (void)none;
    arena_free(&arena);
    buf_free(&packed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fetched_once_and_kept), cmocka_unit_test(a_damaged_one_is_taken_again),
        cmocka_unit_test(another_worker_or_half_of_it), cmocka_unit_test(packed_where_gzip_works),
        cmocka_unit_test(packed_streams_that_are_none), cmocka_unit_test(leftovers),
        cmocka_unit_test(two_at_the_same_time),  cmocka_unit_test(disks_that_do_not_take_it),
        cmocka_unit_test(without_rights),        cmocka_unit_test(as_a_login_shell_runs_it),
    };

    return cmocka_run_group_tests_name("fleet_bootstrap", tests, set_up, tear_down);
}
