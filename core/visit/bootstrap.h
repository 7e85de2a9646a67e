/*
 * bootstrap.h - what a PC is told to do before a worker is there: find it or take it, check it, become it (transport.h).
 *
 * One constant script for each kind of system; what differs is the worker's digest, its size and the state folder, which
 * are of letters, digits and a few harmless characters only. It is the one place where a shell is used, since a login gives
 * nothing else. On POSIX it is a single line without apostrophe, backslash and exclamation mark between apostrophes, which
 * sh, bash, dash, zsh, fish and csh take alike as a login shell. On Windows it is an encoded command of PowerShell, which
 * means the same below cmd.exe and PowerShell; sshd's default shell there may be either.
 *
 * Guarantees on the PC: nothing but the worker is read of standard input before the worker runs; the worker's name in
 * <state>/workers is its digest, the file is complete when it has that name, and it is checked again at every visit; what a
 * broken visit left is removed by a later one; two visits at the same time do each other no harm.
 *
 * Sources: POSIX.1-2017 sh; about_PowerShell_exe; cmd.exe's limit of 8191 characters (learn.microsoft.com, KB 830473).
 * "-InputFormat None" is not in Microsoft's list of values; without it PowerShell reads standard input itself.
 */
#ifndef AVSWAP_CORE_VISIT_BOOTSTRAP_H
#define AVSWAP_CORE_VISIT_BOOTSTRAP_H

#include "core/visit/transport.h"

#define BOOTSTRAP_WINDOWS_MAX 8191 /* characters of a command line of cmd.exe; the longest state folder fits, by test */

extern const char bootstrap_shell[];  /* the shell that runs it, on every POSIX system */
extern const char bootstrap_script[]; /* its arguments: digest, size, state folder, "gzip" or "plain" */

const char *bootstrap_state(const struct target *t);
/* The one text that ssh hands to the login shell. */
const char *bootstrap_command(const struct target *t, const struct worker_file *w, struct arena *a, struct err *e) MUST_CHECK;
/* Completes the arguments of a client of SSH: PC and command, behind a "--". ERR_INPUT: a PC that cannot be handed to it. */
bool bootstrap_arguments(const struct target *t, const struct worker_file *w, struct arena *a, struct strs *args, struct strs *ret,
                         struct err *e) MUST_CHECK;
/* The PowerShell script itself, before it is encoded. */
const char *bootstrap_powershell(const struct target *t, const struct worker_file *w, struct arena *a) MUST_CHECK;

#endif
