/*
 * environment.h - what %Name% stands for on this machine. Only for core/os/win32.
 *
 * The known folders of the facts come first, as a user may set environment variables. A program of 32 bits
 * means the folders of its own kind: %ProgramFiles% is "C:\Program Files (x86)" to it.
 */
#ifndef AVSWAP_CORE_OS_WIN32_ENVIRONMENT_H
#define AVSWAP_CORE_OS_WIN32_ENVIRONMENT_H

#include "core/model/facts.h"

struct environment {
    const struct facts *f; /* NULL: environment variables only */
    bool bits32;
    struct arena *a; /* owns what is returned */
};

/* The value, NULL when there is none; name is not terminated. */
const char *environment_find(const struct environment *x, const char *name, size_t n);
/* A path as programs write it ("%ProgramFiles%\x", perhaps in quotes) in our own form; NULL: memory ran out.
 */
const char *environment_path(const struct environment *x, const char *text, struct err *e) MUST_CHECK;
/* The folder of the system: "C:/Windows". NULL: memory ran out. */
const char *environment_root(struct arena *a);

#endif
