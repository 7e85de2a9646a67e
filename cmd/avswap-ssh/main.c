/* avswap-ssh: see ssh.h. */
#include "cmd/avswap-ssh/ssh.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY (256u << 20)

static const char *const key_names[KEY_COUNT] = {
    [KEY_USER] = "user", [KEY_PORT] = "port", [KEY_CONNECTTIMEOUT] = "connecttimeout",
    [KEY_KEXALGORITHMS] = "kexalgorithms", [KEY_CIPHERS] = "ciphers", [KEY_MACS] = "macs",
    [KEY_HOSTKEYALGORITHMS] = "hostkeyalgorithms", [KEY_PUBKEYACCEPTEDALGORITHMS] = "pubkeyacceptedalgorithms",
    [KEY_REQUIREDRSASIZE] = "requiredrsasize",
    [KEY_USERKNOWNHOSTSFILE] = "userknownhostsfile", [KEY_GLOBALKNOWNHOSTSFILE] = "globalknownhostsfile",
    [KEY_IDENTITIESONLY] = "identitiesonly", [KEY_IDENTITYAGENT] = "identityagent", [KEY_GSSAPIAUTHENTICATION] = "gssapiauthentication",
};

static int refuse(const char *what, const char *value)
{
    fprintf(stderr, "avswap-ssh: %s '%s'\n", what, value);
    return LIBSSH_FAILED;
}

char *expand_path(const char *path)
{
    const struct passwd *p;
    char *ret = NULL;

    if (path[0] != '~' || path[1] != '/')
        return strdup(path);
    p = getpwuid(getuid());
    return p && asprintf(&ret, "%s%s", p->pw_dir, path + 1) >= 0 ? ret : NULL;
}

static int add_identity(struct request *r, const char *value)
{
    char *path = expand_path(value);

    if (!path || r->n == IDENTITIES) {
        free(path);
        return refuse("one key too many:", value);
    }
    r->identities[r->n++] = path;
    return 0;
}

static int take_option(struct request *r, char *option)
{
    char *value = strchr(option, '=');

    if (!value)
        return refuse("an option without value:", option);
    *value++ = '\0';
    if (strcmp(option, "identityfile") == 0)
        return add_identity(r, value);
    for (int i = 0; i < KEY_COUNT; i++)
        if (strcmp(option, key_names[i]) == 0) {
            r->values[i] = value;
            return 0;
        }
    return refuse("an unknown option:", option);
}

static int read_arguments(int argc, char **argv, struct request *r, bool *ret_check)
{
    int c, rc = 0;

    *ret_check = false;
    while (rc == 0 && (c = getopt(argc, argv, "no:")) != -1) {
        if (c == 'n')
            *ret_check = true;
        else
            rc = c == 'o' ? take_option(r, optarg) : LIBSSH_FAILED;
    }
    if (rc == 0 && argc - optind != (*ret_check ? 0 : 2))
        rc = refuse("how it is started: avswap-ssh [-n] [-o KEY=VALUE]... -- HOST COMMAND; not", argc > optind ? argv[optind] : "");
    if (rc == 0 && !*ret_check) {
        r->host = argv[optind];
        r->command = argv[optind + 1];
    }
    return rc;
}

/* A PC that breaks the library finds a process that can do little: no dumps, no more rights, not much memory. */
static void harden(void)
{
    static const struct {
        int what;
        rlim_t most;
    } limits[] = {
        {RLIMIT_CORE, 0},
#ifndef __SANITIZE_ADDRESS__
        {RLIMIT_AS, MEMORY},
#endif
    };

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        (void)setrlimit(limits[i].what, &(struct rlimit){limits[i].most, limits[i].most});
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int main(int argc, char **argv)
{
    struct request r = {.host = NULL};
    bool checks;
    int rc;

    harden();
    rc = read_arguments(argc, argv, &r, &checks);
    if (rc == 0 && !agent_wanted(&r))
        unsetenv("SSH_AUTH_SOCK");
    if (rc == 0)
        rc = checks ? check(&r) : visit(&r);
    fflush(NULL);
    _exit(rc); /* what the libraries would put away one by one, the system takes back at once */
}
