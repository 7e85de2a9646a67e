#include "core/payload/md5.h"

#include <stdio.h>
#include <string.h>

/* RFC 1321, 3.4: floor(2^32 * abs(sin(i + 1))) */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
static const unsigned char turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    switch (round) {
    case 0:
        return (b & c) | (~b & d);
    case 1:
        return (b & d) | (c & ~d);
    case 2:
        return b ^ c ^ d;
    default:
        return c ^ (b | ~d);
    }
}

static void md5_block(struct md5 *m)
{
    static const unsigned char step[4] = {1, 5, 3, 7}, start[4] = {0, 1, 5, 0};
    uint32_t x[16], a = m->state[0], b = m->state[1], c = m->state[2], d = m->state[3];
    for (unsigned i = 0; i < 16; i++) {
        const unsigned char *p = m->block + (size_t)i * 4;
        x[i] = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    }
    for (unsigned i = 0; i < 64; i++) {
        unsigned round = i / 16, turn = turns[round][i % 4];
        uint32_t f = a + mix(round, b, c, d) + sines[i] + x[(step[round] * i + start[round]) % 16];
        a = d;
        d = c;
        c = b;
        b += f << turn | f >> (32 - turn);
    }
    m->state[0] += a;
    m->state[1] += b;
    m->state[2] += c;
    m->state[3] += d;
}

void md5_init(struct md5 *m)
{
    static const struct md5 begin = {.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
    *m = begin;
}

void md5_add(struct md5 *m, const void *p, size_t n)
{
    const unsigned char *from = p;
    while (n > 0) {
        size_t have = m->bytes % 64, take = 64 - have < n ? 64 - have : n;
        memcpy(m->block + have, from, take);
        m->bytes += take;
        from += take;
        n -= take;
        if (m->bytes % 64 == 0)
            md5_block(m);
    }
}

void md5_end(struct md5 *m, char hex[MD5_TEXT])
{
    uint64_t bits = m->bytes * 8;
    unsigned char length[8];
    for (unsigned i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (8 * i));
    md5_add(m, "\x80", 1);
    while (m->bytes % 64 != 56)
        md5_add(m, "", 1);
    md5_add(m, length, sizeof length);
    for (unsigned i = 0; i < 16; i++)
        snprintf(hex + (size_t)i * 2, 3, "%02x", (m->state[i / 4] >> (8 * (i % 4))) & 0xff);
}
