/*
 * task_file.h - scheduled tasks by the files that the Task Scheduler keeps of them (System32/Tasks), for when
 * it does not answer itself. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_TASK_FILE_H
#define AVSWAP_CORE_OS_WIN32_TASK_FILE_H

#include "core/model/facts.h"

bool task_file_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

#endif
