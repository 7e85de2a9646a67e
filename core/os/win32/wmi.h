/*
 * wmi.h - asking WMI for all instances of a class. Only for core/os/win32.
 *
 * A provider may hang for ever, and a call into it cannot be ended. So each question has a thread of its own,
 * and who waits goes away when the time is over; the thread then ends by itself whenever the provider
 * answers, and frees what both had.
 */
#ifndef AVSWAP_CORE_OS_WIN32_WMI_H
#define AVSWAP_CORE_OS_WIN32_WMI_H

#include "core/model/facts.h"

/* Adds a row of `ret` for each property that has a value; space as "root/cimv2". No such name space or class:
 * no rows, and no error. ERR_TIMEOUT after timeout_ms. */
struct wmi_rows {
    struct wmi_value *v;
    size_t n;
};
bool wmi_ask(const char *space, const char *class, long long timeout_ms, struct arena *a,
             struct wmi_rows *ret, struct err *e) MUST_CHECK;

#endif
