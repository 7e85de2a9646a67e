/*
 * wait.h - how a worker on the simulated PC waits for a program that it started: as core/os/posix/run.c does, with a
 * tick four times a second, a limit, and the end of the whole tree when either says so.
 */
#ifndef AVSWAP_TESTS_SIM_WAIT_H
#define AVSWAP_TESTS_SIM_WAIT_H

#include "core/os/process.h"

/* ret->out is initialised by the caller, and freed here when this fails. */
bool wait_task(unsigned which, long long timeout_ms, bool (*tick)(void *arg), void *arg, struct os_exit *ret,
               struct err *e);

#endif
