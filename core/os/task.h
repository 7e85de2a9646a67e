/*
 * task.h - scheduled tasks of Windows. Elsewhere: empty list, ERR_OS.
 */
#ifndef AVSWAP_CORE_OS_TASK_H
#define AVSWAP_CORE_OS_TASK_H

#include "core/model/facts.h"

bool os_task_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_task_remove(const char *path, struct err *e) MUST_CHECK; /* absent is no error */
/* Its XML into a file, and from a file. */
bool os_task_save(const char *path, const char *file, struct err *e) MUST_CHECK;
bool os_task_add(const char *path, const char *file, struct err *e) MUST_CHECK;

#endif
