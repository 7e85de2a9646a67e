/*
 * worker.h - the run's own service: it exists from the moment a run is armed or detached until it is wound
 * up, starts at every boot, and goes on with the run. Only for core/os/win32.
 *
 * A service, as nothing else starts without anybody logging on: RunOnce waits for a logon, a task can be
 * disabled by policy and is not told that the system goes down.
 */
#ifndef AVSWAP_CORE_OS_WIN32_WORKER_H
#define AVSWAP_CORE_OS_WIN32_WORKER_H

#include "core/base/text.h"

#define WORKER_SERVICE "avswap-resume"
/* How long the system waits for us when it goes down, so that an installer in the middle can come to its end.
 */
#define WORKER_LAST_MS 180000

/* Called before anything is started that should not be cut off: never returns once the service manager wants
 * us to end. */
void worker_pause(void);

/* Creates the service, or gives the one that is there this command line. argv[0] is a path. */
bool worker_create(const struct strs *argv, struct err *e) MUST_CHECK;
/* Are we it? */
bool worker_self(void);
bool worker_running(bool *ret, struct err *e) MUST_CHECK;
/* ERR_BUSY while it runs. */
bool worker_idle(struct err *e) MUST_CHECK;
/* Starts it and returns when its process has begun. */
bool worker_start(struct err *e) MUST_CHECK;
/* For a run in a window that is being closed: starts the service, which goes on once this process has ended.
 * Does nothing where there is no entry. */
void worker_succeed(void);

#endif
