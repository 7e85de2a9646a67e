/*
 * task_text.h - what a scheduled task runs, from its XML. Pure. Only for core/os/win32.
 *
 * The form is the Task Scheduler's own (learn.microsoft.com, Task Scheduler Schema): <Exec><Command>, of
 * which a task may have several.
 */
#ifndef AVSWAP_CORE_OS_WIN32_TASK_TEXT_H
#define AVSWAP_CORE_OS_WIN32_TASK_TEXT_H

#include "core/base/text.h"

/* The commands, with line ends between; "" when there is none. NULL: memory ran out. */
const char *task_text_commands(const char *xml, struct arena *a);

#endif
