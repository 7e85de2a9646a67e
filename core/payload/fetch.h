/*
 * fetch.h - getting an installer by libcurl (https, http and file URLs), resumable and bounded, digest
 * checked.
 *
 * The file appears under its name only when it is whole and its digest is right. A transfer that broke off
 * leaves
 * "<name>.part", which the next call goes on from when the digest is known. TLS is verified, and a redirect
 * never leads from TLS to plain HTTP nor to a file. Messages show the URL without user, password and query.
 *
 * Errors: ERR_PAYLOAD wrong digest or untrusted server, ERR_LIMIT too large, ERR_TIMEOUT, ERR_NOT_FOUND, else
 * ERR_IO; err.retryable says whether the same call may succeed later.
 */
#ifndef AVSWAP_CORE_PAYLOAD_FETCH_H
#define AVSWAP_CORE_PAYLOAD_FETCH_H

#include "core/base/mem.h"

struct fetch {
    const char *url;
    const char *to;
    const char *sha256;  /* NULL: none known; the digest found is reported */
    long long max_bytes; /* refused when larger */
    long long timeout_s; /* whole transfer */
    long long stall_s;   /* ends when nothing comes for so long; 0: 60 s */
    bool (*progress)(void *arg, long long done, long long total); /* may be NULL; false stops */
    void *arg;
};

bool fetch_file(const struct fetch *f, char ret_digest[65], struct err *e) MUST_CHECK;

#endif
