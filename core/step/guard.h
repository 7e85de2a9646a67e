/*
 * guard.h - what no step may touch, whatever a manifest or plan says. Pure checks of arguments, by tables.
 *
 * The same checks run when a manifest is linted, when the planner makes a step and when the worker reads it. A text that
 * still holds "${" is let pass: it is checked again once it is concrete.
 *
 * Windows paths are "C:/..." or begin with a known folder ("%ProgramData%/..."); registry keys as in os/registry.h.
 */
#ifndef AVSWAP_CORE_STEP_GUARD_H
#define AVSWAP_CORE_STEP_GUARD_H

#include "core/base/text.h"

/* "${" may become anything; "$${" is a value's own "${". */
bool guard_open(const char *text);
/*
 * Is a path or pattern deep enough to be one product's own? Absolute and plain, with as many parts as the table of its
 * root asks for, none of which begins with a wildcard. Elsewhere than on Windows: three parts, two below /opt and /run.
 */
bool guard_own_path(const char *path);
/* A whole key with all below it: one product's own? */
bool guard_own_key(const char *key);
/* A value of a key may be changed: below SOFTWARE or SYSTEM, no class filter, no value of Defender's services. */
bool guard_value(const char *key, const char *name);
/* UpperFilters or LowerFilters of a class, and a name that is no driver of Windows. */
bool guard_filter(const char *key, const char *value, const char *name);
/* Defender's own services and drivers: changing how they start is unsupported and may need a re-installation of Windows
 * (learn.microsoft.com, "Troubleshoot Microsoft Defender Antivirus when migrating from a third-party solution"). */
bool guard_defender(const char *service);
/* A service or driver of Windows, or no plain name. */
bool guard_system_service(const char *service);
/* A program that runs what others tell it: a shell, a script host, msiexec. */
bool guard_interpreter(const char *program);
/* "{8-4-4-4-12 hex digits}" */
bool guard_product_code(const char *code);

#endif
