/* A session: connection, host key, login, command, and its three streams. */
#include "cmd/avswap-ssh/ssh.h"

#include <errno.h>
#include <libssh/callbacks.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE (32u << 10) /* the most that a packet of SSH must hold (RFC 4254, 5.2, with RFC 4253, 6.1) */

static int fail(enum libssh_status status, const char *what, const char *why)
{
    fprintf(stderr, "avswap-ssh: %s%s%s\n", what, *why ? ": " : "", why);
    return status;
}

/* A PC that is gone is found out in about a minute, as with ServerAliveInterval=15 and ServerAliveCountMax=4. */
static void keep_alive(ssh_session s)
{
    static const struct {
        int level, what, value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},    {IPPROTO_TCP, TCP_KEEPIDLE, 15},          {IPPROTO_TCP, TCP_KEEPINTVL, 15},
        {IPPROTO_TCP, TCP_KEEPCNT, 4}, {IPPROTO_TCP, TCP_USER_TIMEOUT, 60 * 1000},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        (void)setsockopt(ssh_get_fd(s), options[i].level, options[i].what, &options[i].value, sizeof options[i].value);
}

static int connect_to(ssh_session s)
{
    if (ssh_connect(s) == SSH_OK) {
        keep_alive(s);
        return 0;
    }
    return fail(strstr(ssh_get_error(s), "no match for method") ? LIBSSH_NOTHING_COMMON : LIBSSH_SILENT, "no connection", ssh_get_error(s));
}

static int check_host_key(ssh_session s)
{
    switch (ssh_session_is_known_server(s)) {
    case SSH_KNOWN_HOSTS_OK:
        return 0;
    case SSH_KNOWN_HOSTS_CHANGED:
        return fail(LIBSSH_CHANGED, "the host key is another one", "");
    case SSH_KNOWN_HOSTS_OTHER:
        return fail(LIBSSH_UNKNOWN, "the host key is of a kind that known_hosts does not have for it", "");
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
        return fail(LIBSSH_UNKNOWN, "the host key is not in known_hosts", "");
    default:
        return fail(LIBSSH_FAILED, "the host key could not be checked", ssh_get_error(s));
    }
}

/* *ret: SSH_AUTH_...; a key that cannot be read without being asked is passed by, as in check.c. */
static int try_file(ssh_session s, const char *path)
{
    ssh_key key = NULL;
    int ret = SSH_AUTH_DENIED;

    if (access(path, F_OK) == 0 && ssh_pki_import_privkey_file(path, "", NULL, NULL, &key) == SSH_OK)
        ret = ssh_userauth_publickey(s, NULL, key);
    ssh_key_free(key);
    return ret;
}

static int log_in(ssh_session s, const struct request *r)
{
    int got = agent_wanted(r) ? ssh_userauth_agent(s, NULL) : SSH_AUTH_DENIED;

    for (int i = 0; got != SSH_AUTH_SUCCESS && got != SSH_AUTH_PARTIAL && ssh_is_connected(s) && i < r->n; i++)
        got = try_file(s, r->identities[i]);
    if (got == SSH_AUTH_SUCCESS)
        return 0;
    if (got == SSH_AUTH_PARTIAL)
        return fail(LIBSSH_REFUSED, "a key alone is not enough for this login", "");
    if (got != SSH_AUTH_DENIED && !strstr(ssh_get_error(s), "Too many authentication failures"))
        return fail(LIBSSH_SILENT, "the login broke off", ssh_get_error(s));
    return fail(LIBSSH_REFUSED, "no key was accepted", ssh_get_error(s));
}

/* ---- its streams ---- */

/* Blocks, so that a PC is not read faster than its bytes are taken. */
static int write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);

        if (k < 0 && errno != EINTR)
            return -1;
        p += k > 0 ? k : 0;
        n -= k > 0 ? (size_t)k : 0;
    }
    return 0;
}

static int data_came(ssh_session s, ssh_channel c, void *p, uint32_t n, int is_errors, void *arg)
{
    (void)s;
    (void)c;
    (void)arg;
    return write_all(is_errors ? STDERR_FILENO : STDOUT_FILENO, p, n) == 0 ? (int)n : SSH_ERROR;
}

struct input {
    ssh_session session;
    ssh_channel channel;
    bool over;
};

static int input_came(socket_t fd, int events, void *arg)
{
    static char piece[PIECE];
    struct input *in = arg;
    ssize_t n;

    (void)events;
    if (in->over)
        return 0;
    n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR)
        return 0;
    in->over = n <= 0 || ssh_channel_write(in->channel, piece, (uint32_t)n) != n;
    if (in->over)
        (void)ssh_channel_send_eof(in->channel);
    else
        (void)ssh_blocking_flush(in->session, -1); /* else all that the PC's window takes is held in memory */
    return 0;
}

static void pump(ssh_session s, ssh_channel c)
{
    struct input in = {s, c, false};
    ssh_event e = ssh_event_new();
    bool ok = e && ssh_event_add_session(e, s) == SSH_OK && ssh_event_add_fd(e, STDIN_FILENO, POLLIN, input_came, &in) == SSH_OK;

    for (bool listening = ok; ok && !ssh_channel_is_closed(c) && ssh_is_connected(s);) {
        if (listening && in.over) {
            ssh_event_remove_fd(e, STDIN_FILENO);
            listening = false;
        }
        ok = ssh_event_dopoll(e, -1) != SSH_ERROR;
    }
    if (e)
        ssh_event_free(e);
}

static int run(ssh_session s, const struct request *r)
{
    struct ssh_channel_callbacks_struct calls = {.channel_data_function = data_came};
    ssh_channel c = ssh_channel_new(s);
    int ret = -1;

    ssh_callbacks_init(&calls);
    if (c && ssh_set_channel_callbacks(c, &calls) == SSH_OK && ssh_channel_open_session(c) == SSH_OK &&
        ssh_channel_request_exec(c, r->command) == SSH_OK) {
        pump(s, c);
        ret = ssh_channel_get_exit_status(c);
    }
    if (ret < 0)
        ret = fail(LIBSSH_SILENT, "the connection broke off", ssh_get_error(s));
    else if (ret >= LIBSSH_FIRST)
        ret = LIBSSH_FIRST - 1; /* none of ours */
    if (c)
        ssh_channel_free(c);
    return ret;
}

int visit(const struct request *r)
{
    const char *why;
    ssh_session s = new_session(r, &why);
    int ret;

    if (!s)
        return fail(LIBSSH_FAILED, "libssh cannot be told", why);
    ret = connect_to(s);
    ret = ret ? ret : check_host_key(s);
    ret = ret ? ret : log_in(s, r);
    ret = ret ? ret : run(s, r);
    ssh_disconnect(s);
    ssh_free(s);
    return ret;
}
