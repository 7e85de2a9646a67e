/*
 * image.h - the program of a service's ImagePath, and the file of a driver's. Pure but for `exists`. Only for
 * core/os/win32.
 *
 * A path without quotes is read as CreateProcess reads it: the shortest prefix that is a file, with ".exe"
 * tried behind it. When none is, for the program was deleted, up to the first ".exe", else the first word.
 */
#ifndef AVSWAP_CORE_OS_WIN32_IMAGE_H
#define AVSWAP_CORE_OS_WIN32_IMAGE_H

#include "core/base/text.h"

/* A path as the kernel or a service entry has it ("\SystemRoot\x", "\??\C:\x", "system32\x") in our form;
 * root is the system's folder ("C:/Windows"). NULL: memory ran out. */
const char *image_path(const char *text, const char *root, struct arena *a);
/* The program of a command whose %Name% are expanded, in our form; "" when there is none. */
const char *image_program(const char *command, const char *root, bool (*exists)(const char *path),
                          struct arena *a);

#endif
