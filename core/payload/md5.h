/*
 * md5.h - MD5 (RFC 1321), only to compare files with what dpkg and old rpms recorded of them. Never for
 * security.
 */
#ifndef AVSWAP_CORE_PAYLOAD_MD5_H
#define AVSWAP_CORE_PAYLOAD_MD5_H

#include <stddef.h>
#include <stdint.h>

#define MD5_TEXT 33

struct md5 {
    uint32_t state[4];
    uint64_t bytes;
    unsigned char block[64];
};

void md5_init(struct md5 *m);
void md5_add(struct md5 *m, const void *p, size_t n);
void md5_end(struct md5 *m, char hex[MD5_TEXT]);

#endif
