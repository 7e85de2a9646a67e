/*
 * Stand-in products: the firewall rules that carry the marks of Kaspersky Endpoint Security.
 *
 * Marks are BypassFwMark (0x400) and NtpFwMark (0x200) of kesl.ini, which an administrator may change. The rules go into
 * the mangle table by iptables, or into a table of their own by nft where iptables is absent, or nowhere where neither
 * is. They change no traffic: marked packets return, NTP packets get a mark.
 * The real product's chain names are not public; only the marks are meant to be recognised.
 *
 * Stand-in behaviour, on purpose: fwmarks_remove(false) takes the NTP rule away and leaves the bypass rule, because
 * firewall marks are found on real hosts after a removal. fwmarks_remove(true) takes both.
 */
#ifndef STANDIN_FWMARKS_H
#define STANDIN_FWMARKS_H

#include <stdbool.h>

void fwmarks_add(void);
void fwmarks_remove(bool all);

#endif
