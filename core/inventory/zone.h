/*
 * zone.h - how far a place is from UTC at an instant: "Europe/Berlin" by the system's time zone database, "+02:00", "UTC".
 *
 * The C library's own conversion knows one zone for the whole process, and a fleet has many. Format: RFC 8536 (TZif), and
 * for instants behind its last transition the rule in its footer (POSIX TZ).
 */
#ifndef AVSWAP_CORE_INVENTORY_ZONE_H
#define AVSWAP_CORE_INVENTORY_ZONE_H

#include "core/base/instant.h"

/* Minutes east of UTC. NULL is UTC. ERR_INPUT: no such zone, or the database is not there. */
bool zone_offset(const char *zone, instant at, int *ret, struct err *e) MUST_CHECK;
/* The same from the bytes of a file of the database; false: they are none. */
bool zone_offset_of(const char *bytes, size_t n, instant at, int *ret) MUST_CHECK;

#endif
