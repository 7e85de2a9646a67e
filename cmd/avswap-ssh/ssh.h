/*
 * ssh.h - avswap-ssh: one session of libssh, as a program that is started like ssh(1), by avswap-fleet (core/visit/libssh.h).
 *
 *     avswap-ssh [-n] [-o KEY=VALUE]... -- HOST COMMAND
 *
 * KEY and VALUE are what ssh -G prints. A later value counts; identityfile adds up. Host keys are always checked strictly, nobody is
 * ever asked, and a login is by key alone: the agent's, unless identitiesonly says otherwise, then those of the files. -n makes no
 * connection: it says in one line why libssh cannot do this as OpenSSH would, and exits with 1; nothing and 0 when it can.
 *
 * Standard input, output and errors are the remote command's; so is the exit status, below LIBSSH_FIRST. From there on it is one of
 * enum libssh_status, with a line on standard error. Memory: about 7 MiB with its libraries, bounded by an rlimit.
 *
 * Sources: libssh 0.10 (api.libssh.org); ssh_config(5).
 */
#ifndef AVSWAP_CMD_AVSWAP_SSH_SSH_H
#define AVSWAP_CMD_AVSWAP_SSH_SSH_H

#include "core/visit/libssh.h"

#include <libssh/libssh.h>

enum key {
    KEY_USER, KEY_PORT, KEY_CONNECTTIMEOUT,
    KEY_KEXALGORITHMS, KEY_CIPHERS, KEY_MACS, KEY_HOSTKEYALGORITHMS, KEY_PUBKEYACCEPTEDALGORITHMS, KEY_REQUIREDRSASIZE,
    KEY_USERKNOWNHOSTSFILE, KEY_GLOBALKNOWNHOSTSFILE,
    KEY_IDENTITIESONLY, KEY_IDENTITYAGENT, KEY_GSSAPIAUTHENTICATION,
    KEY_COUNT,
};
enum { IDENTITIES = 32 };

struct request {
    const char *host, *command;
    const char *values[KEY_COUNT]; /* NULL: not given */
    char *identities[IDENTITIES];  /* paths */
    int n;
};

/* Prints why not, on standard output. */
int check(const struct request *r);
/* An exit status. */
int visit(const struct request *r);

/* A session with all options set. NULL: *ret_why is what was not taken. */
ssh_session new_session(const struct request *r, const char **ret_why);
/* Are the agent's keys tried? */
bool agent_wanted(const struct request *r);
/* "~/" is the home that the system's users have, as ssh has it. Freed by the caller. NULL: no memory, or no home. */
char *expand_path(const char *path);
/* The first of these files, blanks between them, that is there. Freed by the caller. NULL: none. */
char *known_hosts(const char *files);

#endif
