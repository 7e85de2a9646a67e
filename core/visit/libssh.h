/*
 * libssh.h - sessions by the library libssh instead of the OpenSSH client, of whose CPU for a visit most goes into starting it.
 *
 * The library runs in a program of its own, avswap-ssh, one process a session as with ssh: a PC that breaks it has broken into
 * nothing but its own session, and it is ended like any child. Its exit status says how the session ended, so that no text has to be
 * read for that; a remote command's own status never is one of these.
 *
 * OpenSSH remains what decides: its configuration, as it prints it itself, is what the library goes by (ssh_config.h), and where
 * anything in it is none of the library's, or the library lacks the key exchange that OpenSSH prefers, ssh is used.
 *
 * Source: libssh 0.10 (api.libssh.org).
 */
#ifndef AVSWAP_CORE_VISIT_LIBSSH_H
#define AVSWAP_CORE_VISIT_LIBSSH_H

#include "core/visit/transport.h"

enum libssh_status {
    LIBSSH_FIRST = 250,
    LIBSSH_SILENT = LIBSSH_FIRST, /* no connection, or it broke off */
    LIBSSH_CHANGED,               /* another host key than known_hosts has */
    LIBSSH_UNKNOWN,               /* a host key that known_hosts has not */
    LIBSSH_REFUSED,               /* the login */
    LIBSSH_NOTHING_COMMON,        /* no algorithm that both sides have */
    LIBSSH_FAILED,                /* all else on this machine */
};

/*
 * May sessions go by the library? Asks ssh for its configuration and avswap-ssh (program, its path) whether it can do that; two short
 * children, waited for. ret: the program and its options, in a; n = 0: no, and *ret_why says why, in a sentence for people that may
 * hold anything. program may be NULL: there is none.
 */
bool libssh_choose(const char *program, const struct transport_options *o, struct arena *a, struct strs *ret, const char **ret_why,
                   struct err *e) MUST_CHECK;

#endif
