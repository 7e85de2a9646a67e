/*
 * products.h - the products that the simulated PC knows, as data: which files, accounts, services and daemons a
 * package brings, and what its removal leaves. Names, paths and leftovers are those of the stand-in packages
 * (tests/products) and of Debian's ClamAV packages.
 */
#ifndef AVSWAP_TESTS_SIM_PRODUCTS_H
#define AVSWAP_TESTS_SIM_PRODUCTS_H

#include <stdbool.h>

enum package_id {
    PKG_KESL,
    PKG_KESL_GUI,
    PKG_KLNAGENT,
    PKG_LIBCLAMAV,
    PKG_CLAMAV_BASE,
    PKG_CLAMAV_FRESHCLAM,
    PKG_CLAMAV_DAEMON,
    PKG_CLAMDSCAN,
    PACKAGE_COUNT
};

enum service_id {
    SVC_KESL,
    SVC_KLNAGENT,
    SVC_CLAMD,
    SVC_FRESHCLAM,
    SVC_CLAMONACC,
    SERVICE_COUNT,
    SVC_NONE = -1
};

/* One path a row; NULL-terminated. 'f' file, 'd' folder, 'l' link, 'c' configuration file. */
struct product_path {
    char kind;
    const char *path;
    const char *to; /* link: target */
};

struct product_package {
    const char *name, *version, *arch;
    const struct product_path *paths;
    const char *const *state;  /* folders that its setup makes */
    const char *state_file;    /* a file that its setup makes */
    const char *const *groups; /* accounts that its setup makes */
    const char *user;
    int service;            /* enum service_id */
    const char *root;       /* program folder */
    bool purge_takes_accounts; /* else they stay behind */
    int needs[4];           /* enum package_id; -1 ends */
};
extern const struct product_package product_packages[PACKAGE_COUNT];

struct product_service {
    const char *name; /* without .service */
    const char *exe;
    const char *unit, *script; /* whichever init the PC has: the service is there when this file is */
};
extern const struct product_service product_services[SERVICE_COUNT];

int product_package_named(const char *name); /* -1: unknown */

#endif
