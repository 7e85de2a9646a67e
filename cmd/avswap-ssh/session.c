#include "cmd/avswap-ssh/ssh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool agent_wanted(const struct request *r)
{
    const char *agent = r->values[KEY_IDENTITYAGENT], *only = r->values[KEY_IDENTITIESONLY];

    if ((only && strcmp(only, "yes") == 0) || (agent && strcmp(agent, "none") == 0))
        return false;
    return (agent && strcmp(agent, "SSH_AUTH_SOCK") != 0) || getenv("SSH_AUTH_SOCK");
}

char *known_hosts(const char *files)
{
    char *copy = files ? strdup(files) : NULL, *rest = NULL, *ret = NULL;

    for (char *p = copy ? strtok_r(copy, " ", &rest) : NULL; p && !ret; p = strtok_r(NULL, " ", &rest)) {
        ret = expand_path(p);
        if (ret && access(ret, F_OK) != 0) {
            free(ret);
            ret = NULL;
        }
    }
    free(copy);
    return ret;
}

static bool set_texts(ssh_session s, const struct request *r, const char **ret_why)
{
    static const struct {
        enum key key;
        enum ssh_options_e option;
    } rows[] = {
        {KEY_USER, SSH_OPTIONS_USER},
        {KEY_PORT, SSH_OPTIONS_PORT_STR},
        {KEY_KEXALGORITHMS, SSH_OPTIONS_KEY_EXCHANGE},
        {KEY_CIPHERS, SSH_OPTIONS_CIPHERS_C_S},
        {KEY_CIPHERS, SSH_OPTIONS_CIPHERS_S_C},
        {KEY_MACS, SSH_OPTIONS_HMAC_C_S},
        {KEY_MACS, SSH_OPTIONS_HMAC_S_C},
        {KEY_HOSTKEYALGORITHMS, SSH_OPTIONS_HOSTKEYS},
        {KEY_PUBKEYACCEPTEDALGORITHMS, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = r->values[rows[i].key];

        if (value && ssh_options_set(s, rows[i].option, value) != 0) {
            *ret_why = value;
            return false;
        }
    }
    return true;
}

/* Of files, none means none and not libssh's own. */
static bool set_files(ssh_session s, const struct request *r)
{
    const char *agent = r->values[KEY_IDENTITYAGENT];
    char *user = known_hosts(r->values[KEY_USERKNOWNHOSTSFILE]), *global = known_hosts(r->values[KEY_GLOBALKNOWNHOSTSFILE]);
    bool ok = ssh_options_set(s, SSH_OPTIONS_KNOWNHOSTS, user ? user : "/dev/null") == 0 &&
              ssh_options_set(s, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, global ? global : "/dev/null") == 0;

    if (ok && agent && strcmp(agent, "none") != 0 && strcmp(agent, "SSH_AUTH_SOCK") != 0)
        ok = ssh_options_set(s, SSH_OPTIONS_IDENTITY_AGENT, agent) == 0;
    free(user);
    free(global);
    return ok;
}

static bool set_numbers(ssh_session s, const struct request *r)
{
    const char *rsa = r->values[KEY_REQUIREDRSASIZE], *timeout = r->values[KEY_CONNECTTIMEOUT];
    long seconds = timeout ? strtol(timeout, NULL, 10) : 0;
    int bits = rsa ? (int)strtol(rsa, NULL, 10) : 0, yes = 1;

    return ssh_options_set(s, SSH_OPTIONS_STRICTHOSTKEYCHECK, &yes) == 0 && ssh_options_set(s, SSH_OPTIONS_NODELAY, &yes) == 0 &&
           (bits <= 0 || ssh_options_set(s, SSH_OPTIONS_RSA_MIN_SIZE, &bits) == 0) &&
           (seconds <= 0 || ssh_options_set(s, SSH_OPTIONS_TIMEOUT, &seconds) == 0);
}

ssh_session new_session(const struct request *r, const char **ret_why)
{
    ssh_session s = ssh_new();
    bool no = false, ok = s != NULL;

    *ret_why = "no memory";
    ok = ok && ssh_options_set(s, SSH_OPTIONS_PROCESS_CONFIG, &no) == 0;
    ok = ok && (!r->host || ssh_options_set(s, SSH_OPTIONS_HOST, r->host) == 0);
    ok = ok && set_files(s, r) && set_numbers(s, r) && set_texts(s, r, ret_why);
    if (!ok && s) {
        ssh_free(s);
        s = NULL;
    }
    return s;
}
