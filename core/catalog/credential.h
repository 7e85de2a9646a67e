/*
 * credential.h - a user and a password for libgit2, from git's credential helpers ("git credential fill", gitcredentials(7)).
 *
 * They are asked once for one connection: when the server refuses what they gave, that is the answer. The password is in no
 * argument vector and no environment, and is wiped here after it was handed over.
 */
#ifndef AVSWAP_CORE_CATALOG_CREDENTIAL_H
#define AVSWAP_CORE_CATALOG_CREDENTIAL_H

#include <git2.h>

#include <stdbool.h>

struct credential_ask {
    bool asked;
};

/* As git_credential_acquire_cb. */
int credential_ask(git_credential **ret, const char *url, const char *user, unsigned types, struct credential_ask *ask);

#endif
