/*
 * environment.h - what %Name% stands for on this machine. Only for core/os/win32.
 *
 * The known folders (folders.h), then the machine's own variables. Never the environment of this process: it
 * belongs to whoever started us, who may have set any of them. A program of 32 bits means the folders of its
 * own kind: %ProgramFiles% is "C:\Program Files (x86)" to it.
 */
#ifndef AVSWAP_CORE_OS_WIN32_ENVIRONMENT_H
#define AVSWAP_CORE_OS_WIN32_ENVIRONMENT_H

#include "core/model/facts.h"

struct environment {
    struct facts folders;
    const char *root;    /* the folder of the system: "C:/Windows" */
    const char *machine; /* the key of its variables */
    bool bits32;
    struct arena *a;
};

/* Everything belongs to a. */
bool environment_open(bool bits32, struct arena *a, struct environment *ret, struct err *e) MUST_CHECK;
/* The value, NULL when there is none; name is not terminated. */
const char *environment_find(const struct environment *x, const char *name, size_t n);
/* The text with every %Name% replaced, in a; NULL: memory ran out. */
const char *environment_expand(const struct environment *x, const char *text, struct arena *a,
                               struct err *e) MUST_CHECK;
/* A path as programs write it ("%ProgramFiles%\x", perhaps in quotes) in our own form, in a; NULL: memory ran
 * out.
 */
const char *environment_path(const struct environment *x, const char *text, struct arena *a,
                             struct err *e) MUST_CHECK;

#endif
