/*
 * test_os_sandbox.h - this machine to try things on: sandbox_enter() moves the test into mount and network
 * namespaces of its own where /etc, /var, /opt and /usr are overlays whose changes end with the process, and
 * /run is empty. So real dpkg, rpm, update-rc.d and iptables do real work that nobody else sees. Needs root.
 */
#ifndef AVSWAP_TESTS_UNIT_TEST_OS_SANDBOX_H
#define AVSWAP_TESTS_UNIT_TEST_OS_SANDBOX_H

#include "core/os/file.h"
#include "core/os/process.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGV(...)                                                                                            \
    ((struct strs){(const char *[]){__VA_ARGS__},                                                            \
                   sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)})

static struct err e;
static struct arena arena;
static struct facts facts;

static bool sandbox_overlay(const char *name)
{
    char upper[64], work[64], options[256], target[32];

    snprintf(upper, sizeof upper, "/mnt/%s-upper", name);
    snprintf(work, sizeof work, "/mnt/%s-work", name);
    snprintf(target, sizeof target, "/%s", name);
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", target, upper, work);
    return mkdir(upper, 0755) == 0 && mkdir(work, 0755) == 0 &&
           mount("overlay", target, "overlay", 0, options) == 0;
}

/* For cmocka's group set-up. /mnt holds the layers and is the test's own folder. */
static int sandbox_enter(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/mnt", "tmpfs", 0, NULL) != 0 || mount("none", "/run", "tmpfs", 0, NULL) != 0 ||
        !sandbox_overlay("etc") || !sandbox_overlay("var") || !sandbox_overlay("opt") ||
        !sandbox_overlay("usr")) {
        perror("this test needs root and overlay mounts");
        return -1;
    }
    return 0;
}

static int sandbox_begin(void **state)
{
    (void)state;
    err_clear(&e);
    memset(&facts, 0, sizeof facts);
    return 0;
}

static int sandbox_end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static inline void put(const char *path, const char *text, unsigned mode)
{
    char folder[256];

    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0';
    if (!os_dir_make(folder, 0755, &e) || !os_file_write(path, text, strlen(text), mode, &e))
        fail_msg("%s", e.text);
}

/* The text of a file, in the arena. */
static inline const char *get(const char *path)
{
    const char *text;
    struct buf b;

    buf_init(&b, 1 << 20);
    if (!os_file_read(path, &b, &e))
        fail_msg("%s", e.text);
    text = arena_strdup(&arena, buf_str(&b));
    buf_free(&b);
    return text;
}

/* Runs a script that must succeed. */
static inline void sh(const char *script)
{
    struct os_child c = {.argv = ARGV("sh", "-ec", script), .timeout_ms = 60000};
    struct os_exit x;

    if (!os_run(&c, &x, &e))
        fail_msg("%s", e.text);
    if (x.code != 0)
        fail_msg("%s: %d: %s", script, x.code, buf_str(&x.out));
    buf_free(&x.out);
}

#define SANDBOX_TEST(f) cmocka_unit_test_setup_teardown(f, sandbox_begin, sandbox_end)

#endif
