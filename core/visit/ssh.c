/*
 * The OpenSSH client. Every option that a visit needs is on its command line, where no ssh_config can change it.
 *
 * LogLevel=INFO and not ERROR: below it ssh 9.2 keeps to itself that both sides have no algorithm in common, or who closed
 * the connection. What it shows besides, the server's banner, it makes harmless itself, and so does link_quote().
 */
#include "core/visit/bootstrap.h"
#include "core/visit/link.h"

#include <string.h>
#include <sys/socket.h>

enum { SSH_FAILED = 255 }; /* ssh(1): 255 is its own failure, all else is the remote command's */

static const char *const options[] = {
    "-T", "-a", "-x",                    /* no terminal, and nothing of this machine is lent to the PC */
    "-o", "BatchMode=yes",               /* never ask */
    "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4",
    "-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=no",
    "-o", "ControlPath=none", "-o", "ClearAllForwardings=yes", "-o", "PermitLocalCommand=no", "-o", "RemoteCommand=none",
    "-o", "RequestTTY=no", "-o", "LogLevel=INFO",
};

/* Room was made for TRANSPORT_ARGS and the NULL. Want of memory, a text or the list that is not there, sticks: no list. */
static void add(struct strs *args, const char *s)
{
    if (!s || args->n == TRANSPORT_ARGS)
        args->v = NULL;
    if (!args->v)
        return;
    args->v[args->n++] = s;
    args->v[args->n] = NULL;
}

static void add_option(struct strs *args, const char *option, const char *value)
{
    add(args, option);
    add(args, value);
}

static void add_options(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *args)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        add(args, options[i]);
    add_option(args, "-o", arena_printf(a, "ConnectTimeout=%u", o->connect_s ? o->connect_s : TRANSPORT_CONNECT_S));
    if (o->kex)
        add_option(args, "-o", "KexAlgorithms=curve25519-sha256");
    if (o->ssh_config)
        add_option(args, "-F", o->ssh_config);
    if (t->port)
        add_option(args, "-p", arena_printf(a, "%lld", t->port));
    if (t->user)
        add_option(args, "-l", t->user);
}

static bool launch(const struct target *t, const struct transport_options *o, const struct worker_file *w, struct arena *a,
                   struct strs *ret, struct err *e)
{
    struct strs args = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};
    const char *command;

    if (!transport_check_target(t, e))
        return false;
    if (o->kex && strcmp(o->kex, "curve25519") != 0)
        return err_set(e, ERR_INPUT, "the key exchange '%.40s' is none that can be asked for: it is curve25519, or what OpenSSH prefers",
                       o->kex);
    if (!digest_is(w->sha256))
        return err_set(e, ERR_BUG, "a worker without a digest");
    command = bootstrap_command(t, w, a, e);
    if (!command)
        return false;
    add(&args, "ssh");
    add_options(t, o, a, &args);
    add(&args, "--");
    add(&args, t->address ? t->address : t->name);
    add(&args, command);
    if (!args.v)
        return err_nomem(e);
    *ret = args;
    return true;
}

/* --- where it would connect to ------------------------------------------------------------------------------- */

static bool way(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *ret, struct err *e)
{
    struct strs args = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};

    if (!transport_check_target(t, e))
        return false;
    add(&args, "ssh");
    add(&args, "-G");
    add_options(t, o, a, &args);
    add(&args, "--");
    add(&args, t->address ? t->address : t->name);
    if (!args.v)
        return err_nomem(e);
    *ret = args;
    return true;
}

/* The value of a line "KEY VALUE"; false: it has another key, or there is no room for it. */
static bool value_of(const char *line, size_t n, const char *key, char *ret, size_t room)
{
    size_t k = strlen(key);

    if (n <= k + 1 || n - k - 1 >= room || memcmp(line, key, k) != 0 || line[k] != ' ' || memchr(line, 0, n))
        return false;
    memcpy(ret, line + k + 1, n - k - 1);
    ret[n - k - 1] = '\0';
    return true;
}

/* What ssh -G prints, of which only what is not the default says that the way is another one. */
static bool read_way(const char *text, size_t n, struct way *ret)
{
    static const char *const detours[] = {"proxyjump", "proxycommand", "bindaddress", "bindinterface"};
    const char *p = text, *end = text + n, *line;
    char value[256];
    size_t len;

    *ret = (struct way){.family = AF_UNSPEC};
    while (text_line(&p, end, &line, &len)) {
        value_of(line, len, "hostname", ret->host, sizeof ret->host);
        value_of(line, len, "port", ret->port, sizeof ret->port);
        if (value_of(line, len, "addressfamily", value, sizeof value))
            ret->family = strcmp(value, "inet") == 0 ? AF_INET : strcmp(value, "inet6") == 0 ? AF_INET6 : AF_UNSPEC;
        for (size_t i = 0; i < sizeof detours / sizeof detours[0]; i++)
            if (len > strlen(detours[i]) && memcmp(line, detours[i], strlen(detours[i])) == 0 && line[strlen(detours[i])] == ' ')
                return false;
    }
    ret->direct = *ret->host && *ret->port;
    return ret->direct;
}

/* --- its end ------------------------------------------------------------------------------------------------- */

#define LATER "; it is tried again later"

/* ssh ended with 255. The most telling words first: a changed key also "fails verification", and a server that has refused a
 * login also closes the connection. */
static const struct link_row broken[] = {
    {"has changed and you have requested strict checking", LINK_KEY,
     "its host key is another one than known_hosts has: somebody may stand in between, or it was installed anew. Ask who looks after "
     "it; when that is so, remove the old key with ssh-keygen -R and add the new one"},
    {"REVOKED HOST KEY", LINK_KEY, "its host key was revoked: find out why before you connect to it again"},
    {"host key is known for", LINK_KEY,
     "its host key is not known here: get it from a source that you trust (ssh-keyscan only inside a network that you trust) and add it "
     "to known_hosts"},
    {"Host key verification failed", LINK_KEY, "its host key could not be verified: look at it with ssh -v, then correct known_hosts"},
    {"Too many authentication failures", LINK_LOGIN,
     "the login was refused after too many keys: name one with IdentityFile and IdentitiesOnly in ssh_config"},
    {": Permission denied (", LINK_LOGIN,
     "the login was refused: check the user, the key and the agent with ssh by hand; it is not tried again by itself"},
    {"sign_and_send_pubkey", LINK_LOGIN, "this machine could not sign with its key: is the agent running, and the key unlocked?"},
    {"Unable to negotiate with", LINK_SETUP,
     "this machine's ssh and the PC have no algorithm in common: correct ssh_config, or the PC's sshd"},
    {"Bad configuration option", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"bad configuration options", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"Bad owner or permissions on", LINK_SETUP, "this machine's ssh does not trust its configuration: only its owner may write into it"},
    {"Can't open user config file", LINK_SETUP, "the ssh configuration that was named cannot be read"},
    {"no argument after keyword", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"Bad SSH2", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"Could not resolve hostname", LINK_SILENT, "its name is not known to the name service: it may be wrong, or the PC away" LATER},
    {"Connection refused", LINK_SILENT, "nothing listens on its SSH port: sshd is not installed or not running there" LATER},
    {"timed out", LINK_SILENT, "it does not answer: switched off, away, or behind a firewall" LATER},
    {"No route to host", LINK_SILENT, "there is no way to it in the network: switched off or away" LATER},
    {"Network is unreachable", LINK_SILENT, "there is no way to its network from this machine" LATER},
    {"Timeout, server", LINK_SILENT, "the connection fell silent" LATER},
    {"kex_exchange_identification", LINK_SILENT, "it closed the connection before the login: busy, or not yet ready" LATER},
    {"Connection reset", LINK_SILENT, "the connection was reset" LATER},
    {"Connection closed", LINK_SILENT, "it closed the connection" LATER},
    {"closed by remote host", LINK_SILENT, "it closed the connection" LATER},
    {"Broken pipe", LINK_SILENT, "the connection broke off" LATER},
    {NULL, LINK_SILENT, "the connection broke off" LATER},
};

/* ssh stood, and the PC never said its greeting: what stood between the login and our script. */
static const struct link_row foreign[] = {
    {"not found", LINK_SETUP, "the login's shell did not find what it needs: is the PC's system the one that the inventory says?"},
    {"not recognized", LINK_SETUP, "the login's shell did not know the command: is the PC's system the one that the inventory says?"},
    {"sudo:", LINK_SETUP, "the login is not allowed to become root with sudo without a password: allow it there, or log in as root"},
    {NULL, LINK_SETUP, "the login ended without running what it was given: a forced command, or a shell that is none?"},
};

static const struct link_row cut = {NULL, LINK_SILENT, "the connection broke off in the middle" LATER};

static enum link classify(const struct target *t, const struct link_end *end, struct buf *text)
{
    const struct link_row *row = link_plain(end);
    bool ended = !end->signal && !end->timed_out;

    (void)t;
    /* Once the PC has spoken it may write there what it likes: that its login was refused, for one. */
    if (ended && end->greeted && end->status == SSH_FAILED)
        row = &cut;
    if (!row)
        row = link_match(end->status == SSH_FAILED ? broken : foreign, end);
    buf_adds(text, row->says);
    if (row->link != LINK_OK)
        link_quote(end, row->words, text);
    return row->link;
}

const struct transport transport_ssh = {"ssh", launch, classify, way, read_way};
