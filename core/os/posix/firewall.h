/*
 * firewall.h - reading what nft(8) prints; shared by listing and removal.
 */
#ifndef AVSWAP_CORE_OS_POSIX_FIREWALL_H
#define AVSWAP_CORE_OS_POSIX_FIREWALL_H

#include "core/base/text.h"

struct firewall_spot { /* where in a ruleset: "table FAMILY NAME {", "chain NAME {" */
    const char *family, *table, *chain;
};

typedef bool firewall_nft_fn(void *arg, const struct firewall_spot *s, const char *rule, long long handle,
                             struct err *e);

/* Calls f for each rule in the output of `nft -a list ...` until it returns false. */
bool firewall_each_nft(const struct buf *out, struct arena *a, firewall_nft_fn *f, void *arg,
                       struct err *e) MUST_CHECK;
/* The mark that a rule of any tool matches or sets; 0: none. */
long long firewall_mark(const char *rule);

#endif
