/* Probes of PCs that were away: connections on this machine alone, and the real ssh where it is asked for the way. */
#include "core/os/file.h"
#include "core/visit/probe.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];

static void expect_way(const char *text, bool direct, const char *host, const char *port, int family)
{
    struct way w;

    assert_int_equal(transport_ssh.read_way(text, strlen(text), &w), direct);
    assert_int_equal(w.direct, direct);
    if (!direct)
        return;
    assert_string_equal(w.host, host);
    assert_string_equal(w.port, port);
    assert_int_equal(w.family, family);
}

static void ways(void **none)
{
    char longer[400];

    (void)none;
    expect_way("host x\nuser root\nhostname x.lan\nport 77\naddressfamily inet6\nproxyusefdpass no\n", true, "x.lan", "77", AF_INET6);
    expect_way("hostname ::1\nport 22\naddressfamily any", true, "::1", "22", AF_UNSPEC);
    expect_way("hostname x\nport 22\nproxyjump gate\n", false, NULL, NULL, 0);
    expect_way("hostname x\nport 22\nproxycommand nc %h %p\n", false, NULL, NULL, 0);
    expect_way("hostname x\nport 22\nbindaddress 192.0.2.1\n", false, NULL, NULL, 0);
    expect_way("hostname x\nport 22\nbindinterface eth9\n", false, NULL, NULL, 0);
    expect_way("hostname x\nport 222222\n", false, NULL, NULL, 0);
    expect_way("port 22\n", false, NULL, NULL, 0);
    expect_way("", false, NULL, NULL, 0);
    snprintf(longer, sizeof longer, "hostname %0300d\nport 22\n", 1);
    expect_way(longer, false, NULL, NULL, 0);
}

/* ---- real ones ---- */

struct told {
    int times;
    enum probe_end end;
    struct way way;
};

static void over(void *arg, enum probe_end end, const struct way *way)
{
    struct told *t = arg;

    t->times++;
    t->end = end;
    t->way = *way;
}

static struct told probe(const struct transport *transport, const struct target *target, const char *config, const struct way *way)
{
    struct transport_options options = {.ssh_config = config, .connect_s = 1};
    struct told told = {0};
    struct err e = ERR_INIT;
    uv_loop_t loop;

    uv_loop_init(&loop);
    if (!probe_open(&loop, &(struct probe_request){transport, target, &options, way, over, &told}, &e))
        fail_msg("%s", e.text);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(told.times, 1);
    assert_int_equal(uv_loop_close(&loop), 0); /* nothing is left open */
    return told;
}

/* A socket on loopback that takes connections, or a port that does not. */
static int port_on_loopback(bool listens, int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    if (listens)
        assert_int_equal(listen(fd, 5), 0);
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static void connections(void **none)
{
    struct target t = {.name = "pc", .address = "127.0.0.1"};
    struct told told;
    int port, fd = port_on_loopback(true, &port);

    (void)none;
    t.port = port;
    told = probe(&transport_ssh, &t, "none", NULL);
    assert_int_equal(told.end, PROBE_ANSWERS);
    assert_true(told.way.direct);
    assert_string_equal(told.way.host, "127.0.0.1");
    told = probe(&transport_ssh, &(struct target){.name = "-F"}, "none", &told.way); /* known: ssh is not asked */
    assert_int_equal(told.end, PROBE_ANSWERS);
    close(fd);
    fd = port_on_loopback(false, &port);
    t.port = port;
    assert_int_equal(probe(&transport_ssh, &t, "none", NULL).end, PROBE_SILENT);
    close(fd);
    assert_int_equal(probe(&transport_ssh, &t, NULL, &(struct way){true, "no.such.name.invalid", "22", AF_UNSPEC}).end, PROBE_SILENT);
    assert_int_equal(probe(&transport_local, &t, NULL, NULL).end, PROBE_CANNOT);
}

static void write_file(const char *path, const char *text, unsigned mode)
{
    struct err e = ERR_INIT;

    if (!os_file_write(path, text, strlen(text), mode, &e))
        fail_msg("%s", e.text);
}

/* What stands in ssh's configuration is heeded; where ssh does not answer as it should, only a visit can tell. */
static void what_ssh_says(void **none)
{
    static const char *const fakes[] = {"#!/bin/sh\nexec yes hostname x\n", "#!/bin/sh\nexit 255\n", "#!/bin/sh\nkill -9 $$\n",
                                        "#!/bin/sh\nprintf 'hostname 127.0.0.1\\nport 1\\n'; exit 1\n"};
    struct target t = {.name = "pc"};
    char config[128], fake[128], path[512];
    const char *before = getenv("PATH");
    struct told told;
    int port, fd = port_on_loopback(true, &port);

    (void)none;
    snprintf(config, sizeof config, "%s/config", dir);
    snprintf(path, sizeof path, "Host pc\n HostName 127.0.0.1\n Port %d\nHost far\n ProxyJump pc\n", port);
    write_file(config, path, 0600);
    told = probe(&transport_ssh, &t, config, NULL);
    assert_int_equal(told.end, PROBE_ANSWERS);
    assert_string_equal(told.way.host, "127.0.0.1");
    assert_int_equal(probe(&transport_ssh, &(struct target){.name = "far"}, config, NULL).end, PROBE_CANNOT);
    close(fd);
    snprintf(fake, sizeof fake, "%s/ssh", dir);
    snprintf(path, sizeof path, "%s:%s", dir, before);
    setenv("PATH", path, 1);
    for (size_t i = 0; i < sizeof fakes / sizeof fakes[0]; i++) {
        write_file(fake, fakes[i], 0700);
        assert_int_equal(probe(&transport_ssh, &t, NULL, NULL).end, PROBE_CANNOT);
    }
    setenv("PATH", path + strlen(dir) + 1, 1);
}

static void not_begun(void **none)
{
    struct transport_options options = {.connect_s = 1};
    struct told told = {0};
    struct err e = ERR_INIT;
    uv_loop_t loop;

    (void)none;
    uv_loop_init(&loop);
    assert_false(probe_open(&loop, &(struct probe_request){&transport_ssh, &(struct target){.name = "-oProxyCommand=x"}, &options, NULL, over, &told}, &e));
    assert_int_equal(e.code, ERR_INPUT);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(told.times, 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static int set_up(void **none)
{
    (void)none;
    snprintf(dir, sizeof dir, "/tmp/avswap-probe.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **none)
{
    struct err e = ERR_INIT;

    (void)none;
    return os_tree_remove(dir, &e) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways), cmocka_unit_test(connections), cmocka_unit_test(what_ssh_says), cmocka_unit_test(not_begun),
    };

    mem_setup();
    return cmocka_run_group_tests_name("fleet_probe", tests, set_up, tear_down);
}
