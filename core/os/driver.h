/*
 * driver.h - kernel drivers of Windows. Elsewhere: empty list, ERR_OS.
 *
 * A driver's file is never removed here: deleting it while a class filter (UpperFilters, LowerFilters of
 * Control/Class) still names its service leaves keyboard or disks without a driver. The service entry may go
 * once no filter names it.
 */
#ifndef AVSWAP_CORE_OS_DRIVER_H
#define AVSWAP_CORE_OS_DRIVER_H

#include "core/model/facts.h"

bool os_driver_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
/* The class keys whose filters name the driver, into ret. */
bool os_driver_filters(const char *name, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* Deletes the service entry (it goes at the next boot while the driver is loaded: *ret_at_boot). ERR_BUSY
 * while a filter names it. */
bool os_driver_remove(const char *name, bool *ret_at_boot, struct err *e) MUST_CHECK;

#endif
