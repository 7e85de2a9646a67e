/*
 * netlink.h - asking the kernel whether there are packet filter tables and routing rules at all.
 *
 * The tools for it cost a process each; most machines have none of either, which one message tells
 * (netlink(7), rtnetlink(7)).
 */
#ifndef AVSWAP_CORE_OS_POSIX_NETLINK_H
#define AVSWAP_CORE_OS_POSIX_NETLINK_H

#include "core/base/err.h"

#include <stdint.h>

/* Calls f for each nftables table: its family (NFPROTO_IPV4 ...) and name. None without nftables in the
 * kernel. */
bool netlink_tables(void (*f)(void *arg, int family, const char *name), void *arg, struct err *e) MUST_CHECK;
/* Calls f for each routing rule with a mark; family is AF_INET or AF_INET6. */
bool netlink_marks(int family, void (*f)(void *arg, uint32_t mark), void *arg, struct err *e) MUST_CHECK;

#endif
