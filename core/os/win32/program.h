/*
 * program.h - what a program is started with: a path in the system's own folders, a command line, a clean
 * environment. Only for core/os/win32.
 *
 * Windows hands a program one text that every program cuts up by itself, most by the rules of Microsoft's C
 * runtime (learn.microsoft.com, "Parsing C command-line arguments"; CommandLineToArgvW). program_line()
 * writes a text that these rules cut into argv again. It puts no more between quotes than it must:
 * msiexec.exe knows PROPERTY="a b" but not "PROPERTY=a b", rundll32.exe knows "C:\a b.dll",Entry but not
 * "C:\a b.dll,Entry", and by the rules both forms are the same.
 */
#ifndef AVSWAP_CORE_OS_WIN32_PROGRAM_H
#define AVSWAP_CORE_OS_WIN32_PROGRAM_H

#include "core/base/text.h"

#include <wchar.h>

#define PROGRAM_LINE 32766 /* characters of a command line; CreateProcessW() */

struct program {      /* ready for CreateProcessW() */
    const char *name; /* its path in our form */
    const wchar_t *path;
    wchar_t *line;
    wchar_t *env;
};

/* The path ("C:/Windows/System32/x.exe") of a program in the system's folders, or the one given if it is a
 * path itself. *ret NULL: there is none. */
bool program_find(const char *name, struct arena *a, const char **ret, struct err *e) MUST_CHECK;
/* Appends the command line of a program; argv[0] is not looked at. ERR_INPUT when path holds a quote. */
bool program_line(const char *path, const struct strs *argv, struct buf *out, struct err *e) MUST_CHECK;
/* A path as programs expect it: backslashes, and the prefix for long ones only where they are long. */
wchar_t *program_path(const char *path, struct arena *a, struct err *e) MUST_CHECK;
/* All but the line. env may be NULL. ERR_NOT_FOUND when there is no such program, ERR_INPUT for a batch file:
 * cmd.exe would read its arguments as a shell does. */
bool program_make(const char *name, const struct strs *env, struct arena *a, struct program *ret,
                  struct err *e) MUST_CHECK;

#endif
