/* Can libssh do what OpenSSH would? What its configuration says was looked at before (core/visit/ssh_config.h); this is about what it
 * finds on this machine, and what this version of the library can do. */
#include "cmd/avswap-ssh/ssh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* sshd breaks off at the sixth key that it does not know (MaxAuthTries, sshd_config(5)). OpenSSH tries those first that its configuration
 * names; libssh goes by the agent's order, so there must be room for all. */
enum { KEYS = 5 };

static bool no(const char *what, const char *value)
{
    printf("%s%s\n", what, value);
    return false;
}

/* Every one of them: it would be a lower choice than OpenSSH's, where the library had to leave the first ones out. */
static bool check_key_exchange(const struct request *r)
{
    const char *list = r->values[KEY_KEXALGORITHMS];
    char *copy = list ? strdup(list) : NULL, *rest = NULL;
    ssh_session s = ssh_new();
    bool ok = (copy && s) || no("no key exchange is given", "");

    for (char *p = ok ? strtok_r(copy, ",", &rest) : NULL; ok && p; p = strtok_r(NULL, ",", &rest))
        ok = ssh_options_set(s, SSH_OPTIONS_KEY_EXCHANGE, p) == 0 || no("libssh has no key exchange ", p);
    if (s)
        ssh_free(s);
    free(copy);
    return ok;
}

static bool check_options(const struct request *r)
{
    const char *why;
    ssh_session s = new_session(r, &why);

    if (!s)
        return no("libssh cannot be told ", why);
    ssh_free(s);
    return true;
}

/* One file of each kind, without marks: libssh knows neither authorities nor revoked keys. */
static bool check_known_hosts_file(const char *path)
{
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    bool ok = true;

    if (!f)
        return no("libssh could not read ", path);
    while (ok && getline(&line, &room, f) != -1)
        ok = line[strspn(line, " \t")] != '@';
    free(line);
    fclose(f);
    return ok || no("libssh does not know the marks (@) in ", path);
}

/* *ret_n: adds those that are there. */
static bool check_known_hosts(const char *files, int *ret_n)
{
    char *copy = files ? strdup(files) : NULL, *rest = NULL;
    int n = 0;
    bool ok = true;

    for (char *p = copy ? strtok_r(copy, " ", &rest) : NULL; ok && p; p = strtok_r(NULL, " ", &rest)) {
        char *path = expand_path(p);

        if (strcmp(p, "none") == 0) {
            free(path);
            continue;
        }
        ok = path && (*path == '/' || no("libssh takes no such path: ", p));
        if (ok && access(path, F_OK) == 0) {
            ok = n++ == 0 || no("libssh reads one file of known hosts, not also ", p);
            ok = ok && check_known_hosts_file(path);
        }
        free(path);
    }
    free(copy);
    *ret_n += n;
    return ok;
}

/* A key that needs a passphrase or a token is the agent's. A certificate beside it is for OpenSSH. */
static bool check_identity(const char *path, bool agent, int *ret_n)
{
    ssh_key key = NULL;
    char *certificate = NULL;
    bool ok;

    if (access(path, F_OK) != 0)
        return true;
    ok = asprintf(&certificate, "%s-cert.pub", path) >= 0;
    if (ok && access(certificate, F_OK) == 0)
        ok = no("libssh does not take the certificate ", certificate);
    if (ok && ssh_pki_import_privkey_file(path, "", NULL, NULL, &key) != SSH_OK)
        ok = agent || no("libssh cannot use the key ", path);
    else if (ok)
        (*ret_n)++;
    ssh_key_free(key);
    free(certificate);
    return ok;
}

/* Tickets may log in where no key does. */
static bool check_kerberos(const struct request *r)
{
    const char *gss = r->values[KEY_GSSAPIAUTHENTICATION];

    if (!gss || strcmp(gss, "yes") != 0 || (!getenv("KRB5CCNAME") && access("/etc/krb5.conf", F_OK) != 0))
        return true;
    return no("this machine may log in by Kerberos", "");
}

/* How many keys the agent has: REQUEST_IDENTITIES and its answer (draft-ietf-sshm-ssh-agent, 3.5). -1: it does not answer. */
static int count_agent(const char *path)
{
    static const unsigned char ask[] = {0, 0, 0, 1, 11};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    unsigned char answer[9]; /* its length, 12, and the number */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && strlen(path) < sizeof at.sun_path;

    if (ok) {
        memcpy(at.sun_path, path, strlen(path) + 1);
        ok = connect(fd, (const struct sockaddr *)&at, sizeof at) == 0 && write(fd, ask, sizeof ask) == (ssize_t)sizeof ask &&
             recv(fd, answer, sizeof answer, MSG_WAITALL) == (ssize_t)sizeof answer && answer[4] == 12 && !answer[5] && !answer[6];
    }
    if (fd >= 0)
        close(fd);
    return ok ? answer[7] << 8 | answer[8] : -1;
}

static bool check_agent(const struct request *r, int *ret_n)
{
    const char *given = r->values[KEY_IDENTITYAGENT];
    const char *path = given && strcmp(given, "SSH_AUTH_SOCK") != 0 ? given : getenv("SSH_AUTH_SOCK");
    int n;

    if (!agent_wanted(r))
        return true;
    if (!path || *path != '/')
        return no("libssh is not told the agent by ", path ? path : "nothing");
    n = count_agent(path);
    if (n > 0)
        *ret_n += n;
    return n >= 0 || no("the agent does not answer at ", path);
}

int check(const struct request *r)
{
    int known = 0, keys = 0;
    bool ok = check_key_exchange(r) && check_options(r) && check_known_hosts(r->values[KEY_USERKNOWNHOSTSFILE], &known) &&
              check_known_hosts(r->values[KEY_GLOBALKNOWNHOSTSFILE], &known) && check_kerberos(r);

    ok = ok && (known || no("there are no known hosts", ""));
    ok = ok && check_agent(r, &keys);
    for (int i = 0; ok && i < r->n; i++)
        ok = check_identity(r->identities[i], keys > 0, &keys);
    ok = ok && (keys || no("there is no key for a login", "")) && (keys <= KEYS || no("there are more keys than a server lets be tried", ""));
    return !ok;
}
