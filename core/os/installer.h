/*
 * installer.h - programs as Windows lists them, and Windows Installer. Elsewhere: empty lists, ERR_OS.
 *
 * Lists never go through WMI's Win32_Product, which repairs what it lists. What a result code means is the
 * caller's business.
 */
#ifndef AVSWAP_CORE_OS_INSTALLER_H
#define AVSWAP_CORE_OS_INSTALLER_H

#include "core/os/process.h"

/* The uninstall keys of both views and of every loaded user hive. */
bool os_uninstall_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_msi_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

struct os_msi_secret {
    const char *property;
    const struct secret *value; /* UTF-8 */
    bool hex_utf16;             /* handed over as hex digits of its UTF-16LE bytes */
};

struct os_msi_change {
    bool install;           /* else removal: always /x, whatever the uninstall entry says */
    const char *product;    /* code to remove, or path of the .msi to install */
    struct strs properties; /* NAME=value */
    LIST(struct os_msi_secret) secrets;
    const char *log; /* verbose log; the secrets are wiped from it, in ASCII and UTF-16, before this returns.
                        NULL: none */
    long long timeout_ms;
    bool (*tick)(void *arg);
    void *arg;
};

/*
 * Runs it silently and never reboots. Without secrets by msiexec.exe; with secrets by the installer's API in
 * a child of our own, which gets them on its standard input, so that they stand in no command line. ret->code
 * is the full 32-bit result.
 */
bool os_msi_run(const struct os_msi_change *c, struct os_exit *ret, struct err *e) MUST_CHECK;
/* Why a verbose log says that it failed: the line of the failing action, in UTF-8; NULL when it says nothing.
 */
const char *os_msi_cause(const char *log, struct arena *a);
/* An UninstallString to an argument vector by the rules of CreateProcess: a quoted program, or the only
 * prefix that is a file; %NAME% is a variable of the system, not of a user. ERR_INPUT when no program can be
 * found in it, or more than one: a planted C:\Program.exe must not run in place of what stands below
 * C:\Program Files. */
bool os_command_split(const char *command, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* The child that os_msi_run() starts: this program with this one argument. Reads its request from standard
 * input and returns the exit status of the process. */
#define OS_MSI_CHILD "msi-child"
int os_msi_child(void);

#endif
