/*
 * signer.h - who signed a commit: asked of ssh-keygen(1), by the allowed signers file that OpenSSH and git use.
 *
 * The signature must be an SSH one for the namespace "git", by a key (or a certificate) that the file allows both at the
 * commit's own date and now: the date is the signer's word only, so a key that has expired cannot sign by dating back; and a
 * key cannot vouch for what was made before it was trusted.
 *
 * The allowed signers file must be writable by its owner only. The signature stands for the time of the check in a file in
 * `work`, a private folder.
 */
#ifndef AVSWAP_CORE_CATALOG_SIGNER_H
#define AVSWAP_CORE_CATALOG_SIGNER_H

#include "core/catalog/commit.h"

struct signers {
    const char *allowed; /* path of the allowed signers file */
    const char *revoked; /* path of a KRL or of a list of public keys; NULL: none */
    const char *work;
};

struct signer {
    const char *principal;
    const char *key; /* "SHA256:..." */
};

/* ERR_UNSIGNED says why not. */
bool signer_check(const struct signers *s, const struct commit *c, instant now, struct arena *a, struct signer *ret,
                  struct err *e) MUST_CHECK;

#endif
