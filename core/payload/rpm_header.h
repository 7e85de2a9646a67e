/*
 * rpm_header.h - writing the headers of an rpm file ("RPM v4 file format", rpm.org manual; rpm's
 * lib/header.c).
 *
 * Tags are added in any order; their values are borrowed until rpm_header_end(). The result is one header
 * with a region tag over all of it, as rpm demands of packages: 16 bytes of magic and sizes, an index of 16
 * bytes a tag in tag order, then the data, all big-endian.
 */
#ifndef AVSWAP_CORE_PAYLOAD_RPM_HEADER_H
#define AVSWAP_CORE_PAYLOAD_RPM_HEADER_H

#include "core/base/mem.h"

enum rpm_type {
    RPM_INT16 = 3,
    RPM_INT32 = 4,
    RPM_INT64 = 5,
    RPM_STRING = 6,
    RPM_BIN = 7,
    RPM_STRINGS = 8,
    RPM_I18N = 9,
};

#define RPM_REGION_SIGNATURE 62u
#define RPM_REGION_IMMUTABLE 63u

struct rpm_value {
    unsigned tag;
    enum rpm_type type;
    size_t n;
    const char *const *text; /* STRING, STRINGS, I18N */
    const long long *number; /* INT16, INT32, INT64 */
};

struct rpm_header {
    struct rpm_value v[160];
    size_t n;
};

/* False when there is no room, n is 0, or a number does not fit its type. */
bool rpm_header_text(struct rpm_header *h, unsigned tag, enum rpm_type type, const char *const *v, size_t n,
                     struct err *e) MUST_CHECK;
bool rpm_header_numbers(struct rpm_header *h, unsigned tag, enum rpm_type type, const long long *v, size_t n,
                        struct err *e) MUST_CHECK;
/* Appends the header to out. */
bool rpm_header_end(struct rpm_header *h, unsigned region, struct buf *out, struct err *e) MUST_CHECK;

#endif
