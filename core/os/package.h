/*
 * package.h - the system's package managers, dpkg and rpm.
 *
 * Lists read the databases; changes run the managers' own programs and return their raw result: what an exit
 * code means is the caller's business.
 */
#ifndef AVSWAP_CORE_OS_PACKAGE_H
#define AVSWAP_CORE_OS_PACKAGE_H

#include "core/os/process.h"

bool os_package_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_package_lock(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

enum os_package_action {
    OS_PACKAGE_PURGE,           /* names: remove with configuration */
    OS_PACKAGE_INSTALL_FILES,   /* paths of package files: dpkg -i, rpm -U --oldpackage */
    OS_PACKAGE_FETCH,           /* names: download with dependencies into `dir`, install nothing */
    OS_PACKAGE_INSTALL_FETCHED, /* names: install from `dir` without network */
    OS_PACKAGE_CONFIGURE,       /* finish what an interrupted manager left (dpkg --configure -a) */
};

struct os_package_change {
    enum os_package_action action;
    const char *manager; /* "dpkg", "rpm"; FETCH and INSTALL_FETCHED: the family's front end (apt, dnf) */
    struct strs names;   /* or paths */
    const char *dir;
    long long timeout_ms;
    bool (*tick)(void *arg);
    void *arg;
};

bool os_package_change(const struct os_package_change *c, struct os_exit *ret, struct err *e) MUST_CHECK;
/* The manager that owns an installed package, "dpkg" first; NULL: none. */
const char *os_package_manager(const char *name);

#endif
