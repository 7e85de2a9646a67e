#include "core/visit/ssh_config.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* --- its arguments -------------------------------------------------------------------------------------------- */

static const char *const options[] = {
    "-T", "-a", "-x",                    /* no terminal, and nothing of this machine is lent to the PC */
    "-o", "BatchMode=yes",               /* never ask */
    "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4",
    "-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=no",
    "-o", "ControlPath=none", "-o", "ClearAllForwardings=yes", "-o", "PermitLocalCommand=no", "-o", "RemoteCommand=none",
    "-o", "RequestTTY=no", "-o", "LogLevel=INFO",
};

static void add_option(struct strs *args, const char *option, const char *value)
{
    transport_arg(args, option);
    transport_arg(args, value);
}

void ssh_config_arguments(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *args)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        transport_arg(args, options[i]);
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

/* --- where it would connect to ------------------------------------------------------------------------------- */

bool ssh_config_way(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *ret, struct err *e)
{
    struct strs args = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};

    if (!transport_check_target(t, e))
        return false;
    transport_arg(&args, "ssh");
    transport_arg(&args, "-G");
    ssh_config_arguments(t, o, a, &args);
    transport_arg(&args, "--");
    transport_arg(&args, t->address ? t->address : t->name);
    if (!args.v)
        return err_nomem(e);
    *ret = args;
    return true;
}

/* The value of a line "KEY VALUE"; NULL: it has another key. */
static const char *value_of(const char *line, size_t n, const char *key, size_t *ret_n)
{
    size_t k = strlen(key);

    if (n <= k + 1 || memcmp(line, key, k) != 0 || line[k] != ' ' || memchr(line, 0, n))
        return NULL;
    *ret_n = n - k - 1;
    return line + k + 1;
}

static void keep(const char *line, size_t n, const char *key, char *ret, size_t room)
{
    size_t len;
    const char *value = value_of(line, n, key, &len);

    if (value && len < room) {
        memcpy(ret, value, len);
        ret[len] = '\0';
    }
}

/* Of what ssh -G prints, only what is not the default says that the way is another one. */
bool ssh_config_read_way(const char *text, size_t n, struct way *ret)
{
    static const char *const detours[] = {"proxyjump", "proxycommand", "bindaddress", "bindinterface"};
    const char *p = text, *end = text + n, *line;
    char family[8] = "";
    size_t len, ignored;

    *ret = (struct way){.family = AF_UNSPEC};
    while (text_line(&p, end, &line, &len)) {
        keep(line, len, "hostname", ret->host, sizeof ret->host);
        keep(line, len, "port", ret->port, sizeof ret->port);
        keep(line, len, "addressfamily", family, sizeof family);
        for (size_t i = 0; i < sizeof detours / sizeof detours[0]; i++)
            if (value_of(line, len, detours[i], &ignored))
                return false;
    }
    ret->family = text_eq(family, "inet") ? AF_INET : text_eq(family, "inet6") ? AF_INET6 : AF_UNSPEC;
    ret->direct = *ret->host && *ret->port;
    return ret->direct;
}

/* --- is it the same for all ---------------------------------------------------------------------------------- */

bool ssh_config_files(const char *text, size_t n, struct arena *a, struct strs *ret, struct err *e)
{
    static const char says[] = "debug1: Reading configuration data ";
    const char *p = text, *end = text + n, *line;
    size_t len;

    *ret = (struct strs){ARENA_ARRAY(a, SSH_CONFIG_FILES, const char *), 0};
    if (!ret->v)
        return err_nomem(e);
    while (text_line(&p, end, &line, &len)) {
        if (len < sizeof says || memcmp(line, says, sizeof says - 1) != 0)
            continue;
        if (ret->n == SSH_CONFIG_FILES)
            return err_set(e, ERR_INPUT, "the ssh configuration is in more than %d files", SSH_CONFIG_FILES);
        if (line[len - 1] == '\r')
            len--;
        ret->v[ret->n] = arena_strndup(a, line + sizeof says - 1, len - (sizeof says - 1));
        if (!ret->v[ret->n++])
            return err_nomem(e);
    }
    return true;
}

/* "KEYWORD ARGUMENTS" or "KEYWORD=ARGUMENTS", as ssh_config(5) has it: is it that keyword, with other arguments than these? */
static bool narrows(const char *line, size_t n, const char *keyword, const char *all)
{
    size_t k = strlen(keyword), at = k;

    if (n < k || strncasecmp(line, keyword, k) != 0)
        return false;
    while (at < n && strchr(" \t=\"", line[at]) && line[at])
        at++;
    if (at == k && n > k)
        return false; /* a longer word */
    while (n > at && strchr(" \t\r\"", line[n - 1]) && line[n - 1])
        n--;
    return n - at != strlen(all) || strncasecmp(line + at, all, n - at) != 0;
}

bool ssh_config_alike(const char *text, size_t n)
{
    const char *p = text, *end = text + n, *line;
    size_t len;

    while (text_line(&p, end, &line, &len)) {
        for (; len && (*line == ' ' || *line == '\t' || *line == '"'); line++)
            len--;
        if (narrows(line, len, "host", "*") || narrows(line, len, "match", "all"))
            return false;
    }
    return true;
}

/* --- can another do it ---------------------------------------------------------------------------------------- */

/* What ssh -G prints: keys without effect on such a session, keys with the only values that are allowed, keys that are handed on. */
static const struct {
    const char *key;
    enum { NOTHING, ONLY, HANDED } rule;
    const char *values; /* ONLY: between bars */
} keys[] = {
    {"host", NOTHING, NULL},
    {"hostname", ONLY, "|" SSH_CONFIG_ANY_PC "|"},
    {"user", HANDED, NULL},
    {"port", HANDED, NULL},
    {"addressfamily", ONLY, "|any|"},
    {"addkeystoagent", ONLY, "|false|no|"},
    {"batchmode", NOTHING, NULL},
    {"canonicaldomains", NOTHING, NULL},
    {"canonicalizefallbacklocal", NOTHING, NULL},
    {"canonicalizehostname", ONLY, "|false|no|"},
    {"canonicalizemaxdots", NOTHING, NULL},
    {"canonicalizePermittedcnames", NOTHING, NULL},
    {"casignaturealgorithms", NOTHING, NULL}, /* known_hosts with authorities are OpenSSH's */
    {"checkhostip", ONLY, "|no|"},
    {"ciphers", HANDED, NULL},
    {"clearallforwardings", NOTHING, NULL},
    {"compression", ONLY, "|no|"},
    {"connectionattempts", ONLY, "|1|"},
    {"connecttimeout", HANDED, NULL},
    {"controlmaster", NOTHING, NULL},
    {"controlpath", NOTHING, NULL},
    {"controlpersist", NOTHING, NULL},
    {"enableescapecommandline", NOTHING, NULL},
    {"enablesshkeysign", ONLY, "|no|"},
    {"escapechar", NOTHING, NULL},
    {"exitonforwardfailure", NOTHING, NULL},
    {"fingerprinthash", NOTHING, NULL},
    {"forkafterauthentication", ONLY, "|no|"},
    {"forwardagent", NOTHING, NULL},
    {"forwardx11", NOTHING, NULL},
    {"forwardx11timeout", NOTHING, NULL},
    {"forwardx11trusted", NOTHING, NULL},
    {"gatewayports", NOTHING, NULL},
    {"globalknownhostsfile", HANDED, NULL},
    {"gssapiauthentication", HANDED, NULL},
    {"gssapidelegatecredentials", NOTHING, NULL},
    {"gssapikexalgorithms", NOTHING, NULL},
    {"gssapikeyexchange", ONLY, "|no|"},
    {"gssapirenewalforcesrekey", NOTHING, NULL},
    {"gssapitrustdns", NOTHING, NULL},
    {"hashknownhosts", NOTHING, NULL},
    {"hostbasedacceptedalgorithms", NOTHING, NULL},
    {"hostbasedauthentication", ONLY, "|no|"},
    {"hostkeyalgorithms", HANDED, NULL},
    {"identitiesonly", HANDED, NULL},
    {"identityagent", HANDED, NULL},
    {"identityfile", HANDED, NULL},
    {"ipqos", NOTHING, NULL},
    {"kbdinteractiveauthentication", NOTHING, NULL}, /* nobody is there to be asked */
    {"kexalgorithms", HANDED, NULL},
    {"logverbose", NOTHING, NULL},
    {"loglevel", NOTHING, NULL},
    {"macs", HANDED, NULL},
    {"nohostauthenticationforlocalhost", ONLY, "|no|"},
    {"numberofpasswordprompts", NOTHING, NULL},
    {"passwordauthentication", NOTHING, NULL},
    {"permitlocalcommand", NOTHING, NULL},
    {"permitremoteopen", NOTHING, NULL},
    {"preferredauthentications", ONLY, "|publickey|"},
    {"proxyusefdpass", NOTHING, NULL},
    {"pubkeyacceptedalgorithms", HANDED, NULL},
    {"pubkeyauthentication", ONLY, "|true|yes|"},
    {"rekeylimit", ONLY, "|0 0|"},
    {"remotecommand", NOTHING, NULL},
    {"requesttty", NOTHING, NULL},
    {"requiredrsasize", HANDED, NULL},
    {"securitykeyprovider", ONLY, "|internal|"},
    {"sendenv", NOTHING, NULL}, /* the worker goes by no variable of a session */
    {"serveralivecountmax", NOTHING, NULL},
    {"serveraliveinterval", NOTHING, NULL},
    {"sessiontype", ONLY, "|default|"},
    {"stdinnull", ONLY, "|no|"},
    {"streamlocalbindmask", NOTHING, NULL},
    {"streamlocalbindunlink", NOTHING, NULL},
    {"stricthostkeychecking", NOTHING, NULL}, /* always */
    {"syslogfacility", NOTHING, NULL},
    {"tcpkeepalive", NOTHING, NULL},
    {"tunnel", ONLY, "|false|no|"},
    {"tunneldevice", NOTHING, NULL},
    {"updatehostkeys", NOTHING, NULL},
    {"userknownhostsfile", HANDED, NULL},
    {"verifyhostkeydns", ONLY, "|false|no|"},
    {"visualhostkey", NOTHING, NULL},
    {"xauthlocation", NOTHING, NULL},
};

/* The value of this line, and which of the keys it has. NULL: none that is known here. */
static const char *find_key(const char *line, size_t n, size_t *ret, size_t *ret_n)
{
    const char *value = NULL;

    for (size_t i = 0; !value && i < sizeof keys / sizeof keys[0]; i++) {
        value = value_of(line, n, keys[i].key, ret_n);
        *ret = i;
    }
    return value;
}

static bool one_of(const char *values, const char *value, struct arena *a)
{
    const char *between = arena_printf(a, "|%s|", value);

    return between && strstr(values, between);
}

/* A value of ssh's own making, with nothing left in it that ssh would put something else for. */
static bool plain(const char *value)
{
    return !strpbrk(value, "%\"'|\\") && !strstr(value, "${");
}

static bool take(const char *line, size_t n, struct arena *a, struct strs *ret)
{
    size_t i, len;
    const char *value = find_key(line, n, &i, &len);

    value = value ? arena_strndup(a, value, len) : NULL;
    if (!value)
        return false;
    if (keys[i].rule == ONLY)
        return one_of(keys[i].values, value, a);
    if (keys[i].rule == HANDED) {
        transport_arg(ret, "-o");
        transport_arg(ret, arena_printf(a, "%s=%s", keys[i].key, value));
        return plain(value) && ret->v;
    }
    return true;
}

static bool begins(const char *line, size_t n, const char *with)
{
    return n >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

bool ssh_config_options(const char *text, size_t n, struct arena *a, struct strs *ret, const char **ret_why)
{
    const char *p = text, *end = text + n, *line;
    struct strs args = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};
    size_t len;

    *ret_why = NULL;
    while (args.v && text_line(&p, end, &line, &len)) {
        if (len && line[len - 1] == '\r')
            len--;
        if (!len || begins(line, len, "debug1: ") || begins(line, len, "OpenSSH_")) /* what -v adds */
            continue;
        if (!take(line, len, a, &args)) {
            *ret_why = arena_strndup(a, line, len);
            return false;
        }
    }
    *ret = args;
    return args.v != NULL;
}
