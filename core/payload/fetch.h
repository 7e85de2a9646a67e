/*
 * fetch.h - getting an installer by libcurl (https, http and file URLs), resumable and bounded, digest checked.
 *
 * The file appears under its name only when it is whole and its digest is right.
 */
#ifndef AVSWAP_CORE_PAYLOAD_FETCH_H
#define AVSWAP_CORE_PAYLOAD_FETCH_H

#include "core/base/mem.h"

struct fetch {
    const char *url;
    const char *to;
    const char *sha256;    /* NULL: none known; the digest found is reported */
    long long max_bytes;   /* refused when larger */
    long long timeout_s;   /* whole transfer; a stalled one ends after 60 s */
    bool (*progress)(void *arg, long long done, long long total); /* may be NULL; false stops */
    void *arg;
};

bool fetch_file(const struct fetch *f, char ret_digest[65], struct err *e) MUST_CHECK;

#endif
