/*
 * fetch.h - a branch of a source into the bare repository. What arrives is believed in nothing.
 *
 * It runs in a process of its own (os_apart), as it reads what a stranger's server says: a defect, an endless answer or a server
 * that stops answering ends there. ssh is the OpenSSH client, so its configuration, agents, jump hosts and known hosts count,
 * and an unknown or changed host key is refused; the certificate of https must be vouched for; passwords come from git's
 * credential helpers, and are asked for once. Redirections to another host are not followed.
 */
#ifndef AVSWAP_CORE_CATALOG_FETCH_H
#define AVSWAP_CORE_CATALOG_FETCH_H

#include "core/catalog/source.h"

#define FETCH_BYTES_MAX (64u << 20) /* of one pack, as it comes over the line */

struct fetch {
    struct source source;
    const char *branch;     /* NULL: the one that the source's HEAD names */
    const char *repo;       /* path */
    const char *proxy;      /* URL; NULL: from the environment (https_proxy, no_proxy) */
    const char *ca;         /* PEM file: the only authorities for https; NULL: the system's */
    const char *ssh_config; /* for ssh -F; NULL: the user's */
    long long timeout_ms;
};

/* Then repo_candidate() tells the branch and its tip. */
bool fetch_branch(const struct fetch *f, struct err *e) MUST_CHECK;

#endif
