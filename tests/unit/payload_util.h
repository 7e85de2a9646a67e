/*
 * payload_util.h - what the tests of core/payload share: a private folder, files, programs, and a text that
 * says all of a tree that a package or an archive should keep.
 */
#ifndef AVSWAP_TESTS_UNIT_PAYLOAD_UTIL_H
#define AVSWAP_TESTS_UNIT_PAYLOAD_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define UTIL __attribute__((unused)) static
#define COUNT(a) (sizeof(a) / sizeof *(a))

static char top[64]; /* the private folder */

/* A path below it; the text lives until 16 more were made. */
UTIL __attribute__((format(printf, 1, 2))) const char *in(const char *fmt, ...)
{
    static char ring[16][LIMIT_PATH];
    static unsigned turn;
    char *p = ring[turn++ % 16];
    va_list args;
    int n = snprintf(p, LIMIT_PATH, "%s/", top);
    va_start(args, fmt);
    vsnprintf(p + n, LIMIT_PATH - (size_t)n, fmt, args);
    va_end(args);
    return p;
}

UTIL int make_top(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        fprintf(stderr, "these tests make files of other owners: run them as root\n");
        return -1;
    }
    snprintf(top, sizeof top, "/tmp/avswap-test-XXXXXX");
    return mkdtemp(top) != NULL && chmod(top, 0755) == 0 ? 0 : -1;
}

UTIL int drop_top(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    return os_tree_remove(top, &e) ? 0 : -1;
}

UTIL void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

UTIL void folder(const char *path)
{
    struct err e = ERR_INIT;
    assert_true(os_dir_make(path, 0755, &e));
}

/* The caller frees. */
UTIL char *get(const char *path)
{
    struct buf b;
    struct err e = ERR_INIT;
    buf_init(&b, 64u << 20);
    if (!os_file_read(path, &b, &e))
        fail_msg("%s", e.text);
    char *text = strdup(buf_str(&b));
    buf_free(&b);
    return text;
}

UTIL void holds(const char *path, const char *text)
{
    char *has = get(path);
    assert_string_equal(has, text);
    free(has);
}

/* Runs a program with its output in top/output; its exit status, 127 when there is none. */
UTIL int run_to(const char *output, const char *const *argv)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
            _exit(126);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

UTIL void run_ok(const char *const *argv)
{
    int status = run_to(in("output"), argv);
    if (status == 127)
        fail_msg("%s is missing: install it (Debian packages dpkg, rpm, openssl)", argv[0]);
    if (status != 0) {
        char *said = get(in("output"));
        fail_msg("%s ended with %d: %s", argv[0], status, said);
    }
}
#define RUN(...) run_ok((const char *const[]){__VA_ARGS__, NULL})

/* One line an entry below `path`: kind, mode, owner, size, time of files and links, name, target, digest. */
UTIL void describe(const char *path, const char *name, struct buf *out)
{
    struct stat st;
    struct err e = ERR_INIT;
    char target[LIMIT_PATH] = "", digest[DIGEST_TEXT] = "";
    assert_int_equal(lstat(path, &st), 0);
    bool dir = S_ISDIR(st.st_mode);
    if (S_ISLNK(st.st_mode))
        assert_true(readlink(path, target, sizeof target - 1) > 0);
    if (S_ISREG(st.st_mode))
        assert_true(os_file_digest(path, digest, &e));
    buf_printf(out, "%o %u:%u %lld %lld %s -> '%s' %s\n", st.st_mode, st.st_uid, st.st_gid,
               dir ? 0ll : (long long)st.st_size, dir ? 0ll : (long long)st.st_mtim.tv_sec, name, target,
               digest);
    if (!dir)
        return;
    struct dirent **list;
    int n = scandir(path, &list, NULL, alphasort);
    assert_true(n >= 0);
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0) {
            char deeper[LIMIT_PATH], called[LIMIT_PATH];
            snprintf(deeper, sizeof deeper, "%s/%s", path, list[i]->d_name);
            snprintf(called, sizeof called, "%s/%s", name, list[i]->d_name);
            describe(deeper, called, out);
        }
        free(list[i]);
    }
    free(list);
}

/* The caller frees. */
UTIL char *tree(const char *path)
{
    struct buf b;
    buf_init(&b, 16u << 20);
    describe(path, "", &b);
    assert_false(b.failed);
    char *text = strdup(buf_str(&b));
    buf_free(&b);
    return text;
}

/* Compares two texts, shows the first line that differs, and frees both. */
UTIL void same_text(char *a, char *b)
{
    size_t i = 0, line = 0;
    for (; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '\n')
            line = i + 1;
    if (a[i] != b[i])
        fail_msg("'%.*s' is not '%.*s'", (int)strcspn(a + line, "\n"), a + line, (int)strcspn(b + line, "\n"),
                 b + line);
    free(a);
    free(b);
}

UTIL void same_tree(const char *a, const char *b)
{
    same_text(tree(a), tree(b));
}

/* Nothing half-made stays in a folder. */
UTIL void no_leftovers(const char *path)
{
    DIR *d = opendir(path);
    if (d == NULL)
        return;
    for (struct dirent *x; (x = readdir(d)) != NULL;)
        if (strstr(x->d_name, ".part") != NULL || strstr(x->d_name, ".tar.gz") != NULL ||
            strstr(x->d_name, ".cpio") != NULL)
            fail_msg("%s is left in %s", x->d_name, path);
    closedir(d);
}

#endif
