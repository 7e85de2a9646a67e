/*
 * ssh.h - libgit2's smart transport over the OpenSSH client as a child process.
 *
 * libgit2 (1.5) has one of its own over libssh2, which knows neither ssh_config nor jump hosts, certificates or security
 * keys, and asks for host keys in another order than they are known. The client asks nothing (BatchMode) and takes no
 * host key that is not known (StrictHostKeyChecking), whatever its configuration says.
 */
#ifndef AVSWAP_CORE_CATALOG_SSH_H
#define AVSWAP_CORE_CATALOG_SSH_H

#include "core/catalog/fetch.h"

#include <git2.h>
#include <git2/sys/transport.h>

/* A git_transport for this fetch, whose source is ssh; as git_transport_cb. */
int ssh_transport(git_transport **ret, git_remote *owner, const struct fetch *f);

#endif
