/*
 * version.h - comparing version numbers of products, systems and kernels.
 *
 * The order is Debian's (Debian Policy 5.6.12): an epoch before ':', then runs of digits by value and of other
 * characters by letter, '~' before everything. It orders rpm, kernel and distribution versions as well.
 */
#ifndef AVSWAP_CORE_BASE_VERSION_H
#define AVSWAP_CORE_BASE_VERSION_H

/* < 0, 0, > 0 */
int version_compare(const char *a, const char *b);

#endif
