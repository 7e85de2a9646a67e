/*
 * triage_hosts.h - the rows of an inventory summed up for each PC, in the order in which the PCs first appear.
 *
 * Calling order: zeroed struct, triage_hosts_add for each row, then `hosts`; triage_hosts_free. Names are copied; product
 * ids are the catalogue's. A PC's lists hold at most HOST_ITEMS items each: enough to see what is there.
 */
#ifndef AVSWAP_CORE_DETECT_TRIAGE_HOSTS_H
#define AVSWAP_CORE_DETECT_TRIAGE_HOSTS_H

#include "core/model/triage.h"

#define HOST_ITEMS 32

struct triage_hosts {
    struct arena arena;
    LIST(struct triage_host) hosts;
    size_t max;      /* room in hosts */
    uint32_t *table; /* number of a host plus one, by the hash of its name; 0: free */
    size_t slots;    /* a power of two */
};

bool triage_hosts_add(struct triage_hosts *h, const struct triage_row *row, struct err *e) MUST_CHECK;
void triage_hosts_free(struct triage_hosts *h);

#endif
