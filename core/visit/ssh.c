/*
 * The OpenSSH client. Every option that a visit needs is on its command line, where no ssh_config can change it.
 *
 * LogLevel=INFO and not ERROR: below it ssh 9.2 keeps to itself that both sides have no algorithm in common, or who closed
 * the connection. What it shows besides, the server's banner, it makes harmless itself, and so does link_quote().
 */
#include "core/visit/bootstrap.h"
#include "core/visit/link.h"
#include "core/visit/ssh_config.h"

#include <string.h>

enum { SSH_FAILED = 255 }; /* ssh(1): 255 is its own failure, all else is the remote command's */

static bool launch(const struct target *t, const struct transport_options *o, const struct worker_file *w, struct arena *a,
                   struct strs *ret, struct err *e)
{
    struct strs args = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};

    if (o->kex && strcmp(o->kex, "curve25519") != 0)
        return err_set(e, ERR_INPUT, "the key exchange '%.40s' is none that can be asked for: it is curve25519, or what OpenSSH prefers",
                       o->kex);
    transport_arg(&args, "ssh");
    ssh_config_arguments(t, o, a, &args);
    return bootstrap_arguments(t, w, a, &args, ret, e);
}

/* --- its end ------------------------------------------------------------------------------------------------- */

/* ssh ended with 255. The most telling words first: a changed key also "fails verification", and a server that has refused a
 * login also closes the connection. */
static const struct link_row broken[] = {
    {"has changed and you have requested strict checking", LINK_KEY, LINK_SAYS_CHANGED},
    {"REVOKED HOST KEY", LINK_KEY, "its host key was revoked: find out why before you connect to it again"},
    {"host key is known for", LINK_KEY, LINK_SAYS_UNKNOWN},
    {"Host key verification failed", LINK_KEY, "its host key could not be verified: look at it with ssh -v, then correct known_hosts"},
    {"Too many authentication failures", LINK_LOGIN,
     "the login was refused after too many keys: name one with IdentityFile and IdentitiesOnly in ssh_config"},
    {": Permission denied (", LINK_LOGIN, LINK_SAYS_REFUSED},
    {"sign_and_send_pubkey", LINK_LOGIN, "this machine could not sign with its key: is the agent running, and the key unlocked?"},
    {"Unable to negotiate with", LINK_SETUP, LINK_SAYS_NOTHING_COMMON},
    {"Bad configuration option", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"bad configuration options", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"Bad owner or permissions on", LINK_SETUP, "this machine's ssh does not trust its configuration: only its owner may write into it"},
    {"Can't open user config file", LINK_SETUP, "the ssh configuration that was named cannot be read"},
    {"no argument after keyword", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {"Bad SSH2", LINK_SETUP, "this machine's ssh does not take its configuration: correct the line"},
    {NULL, LINK_SILENT, NULL}, /* then it is one of link_silent[] */
};

static enum link classify(const struct target *t, const struct link_end *end, struct buf *text)
{
    const struct link_row *row = link_plain(end, end->status == SSH_FAILED);

    (void)t;
    if (!row)
        row = link_match(end->status == SSH_FAILED ? broken : link_foreign, end);
    if (!row->says)
        row = link_match(link_silent, end);
    return link_tell(row, end, text);
}

const struct transport transport_ssh = {"ssh", launch, classify, ssh_config_way, ssh_config_read_way};
