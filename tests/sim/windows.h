/*
 * windows.h - what the simulated PC has when it runs Windows; only for tests/sim.
 *
 * Nearly everything that Windows knows of itself is one registry: programs, products of Windows Installer, services,
 * drivers, certificates, tasks. So it is here: lists are read out of keys, and a program that changes keys changes what
 * is listed. Security Center and the renames that wait for the next boot lie beside.
 *
 * The registry reaches the disk only now and then: not with each change, as RegFlushKey was seen to do nothing under
 * Wine, but when os_sync() asks for it and at the end of what Windows Installer does. So after a power cut it may be older
 * than the files and than the journal.
 *
 * What products do when they are installed, start, fail or are removed: win_products.c and win_installer.c.
 */
#ifndef AVSWAP_TESTS_SIM_WINDOWS_H
#define AVSWAP_TESTS_SIM_WINDOWS_H

#include "core/model/facts.h"

enum {
    WIN_VALUES = 240,
    WIN_KEY = 136,
    WIN_NAME = 40,
    WIN_DATA = 128,
    WIN_PENDING = 6,
    WIN_LOADED = 8,
};

enum win_type { WIN_NOTHING, WIN_SZ, WIN_MULTI, WIN_DWORD };

struct win_value { /* name "" with type WIN_NOTHING: only the key */
    char key[WIN_KEY], name[WIN_NAME], data[WIN_DATA];
    uint8_t type;
    bool view32; /* HKLM/SOFTWARE has two views, all else one */
};

struct win_hives { /* as programs see them, or as the disk has them */
    uint32_t n;
    struct win_value values[WIN_VALUES];
    uint8_t registered; /* with Security Center: a bit for each product */
    char pending[WIN_PENDING][168]; /* files and folders to be deleted by the next boot; "": none */
};

struct pc_windows {
    struct win_hives now, disk;
    char loaded[WIN_LOADED][WIN_NAME];   /* drivers, until the next boot */
    char starting[WIN_LOADED][WIN_NAME]; /* services that this boot starts */
};

/* --- products (win_products.c) --- */
enum win_product { WIN_KES, WIN_AGENT, WIN_ESET, WIN_BEST, WIN_PRODUCTS, WIN_NO_PRODUCT = -1 };

struct win_row { /* one value of a key that a product brings */
    const char *key, *name, *data;
    enum win_type type;
    bool view32;
};

struct win_driver {
    const char *name, *file;
    const char *filter_of; /* the class whose filter it is; NULL: none */
};

struct win_product_def {
    const char *name, *publisher, *version;
    const char *code;     /* of Windows Installer; NULL: an installer of its own */
    const char *entry;    /* its key among the programs */
    const char *twin;     /* a second one; NULL: none */
    const char *cached;   /* the installer that Windows keeps */
    const char *folder;
    const char *const *files; /* NULL-terminated; those that end in '/' are folders */
    const char *service, *exe;
    bool delayed;         /* starts two minutes after the boot */
    const struct win_driver *drivers; /* ended by one without name; NULL: none */
    const struct win_row *rows; /* ended by a row without key */
    const char *protects; /* its name in Security Center; NULL: it is no antivirus */
    const char *password; /* the property that its removal asks for; NULL: none */
    bool password_hex;    /* as hex digits of UTF-16LE */
    int ready_ms;         /* from its start until it protects */
};
extern const struct win_product_def win_products[WIN_PRODUCTS];
#define WIN_PASSWORD "Kl-secret 1"

int win_product_of_code(const char *code);
int win_product_of_exe(const char *exe);

/* --- registry (win_registry.c); keys as in core/os/registry.h --- */
const struct win_value *win_get(const char *key, bool view32, const char *name);
void win_set(const char *key, bool view32, const char *name, enum win_type type, const char *data);
void win_drop_value(const char *key, bool view32, const char *name);
void win_drop_key(const char *key, bool view32); /* with all below */
bool win_key_here(const char *key, bool view32);
bool win_two_views(const char *key);
/* The i-th key just below; false when there are no more. */
bool win_child(const char *key, bool view32, size_t i, char *ret, size_t size);
/* KEY/NAME; good until three more were asked for. */
const char *win_below(const char *key, const char *name);
void win_sync(void);
void win_cut_power(void);
void win_pend(const char *path); /* deleted at the next boot */
void win_unpend(const char *path);
bool win_pends(const char *path); /* it, or a folder above it */
#define WIN_SERVICES "HKLM/SYSTEM/CurrentControlSet/Services"
#define WIN_UNINSTALL "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall"
#define WIN_INSTALLER "HKLM/SOFTWARE/Classes/Installer/Products"
#define WIN_ROOTS "HKLM/SOFTWARE/Microsoft/SystemCertificates/Root/Certificates"
#define WIN_TASKS "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion/Schedule/TaskCache/Tree"
#define WIN_RUN_ONCE "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/RunOnce"
#define WIN_CLASSES "HKLM/SYSTEM/CurrentControlSet/Control/Class"
#define WIN_KEYBOARDS WIN_CLASSES "/{4d36e96b-e325-11ce-bfc1-08002be10318}"

/* --- services, drivers, Security Center (win_daemons.c) --- */
#define DEFENDER_EXE "C:/ProgramData/Microsoft/Windows Defender/Platform/MsMpEng.exe"
struct pc_process *win_process(const char *exe);
/* Exit code of the service manager: 0, 1060 no such service, 1058 disabled, 2 its program is not there. */
int win_service_start(const char *name);
void win_service_stop(const char *name);
const char *win_service_exe(const char *name); /* NULL: no such service */
void win_daemon_ready(enum win_product p); /* TIMER_WIN_READY */
void win_defender_looks(void);             /* TIMER_DEFENDER */
void win_agent_looks(void);                /* TIMER_AGENT */
void win_register(enum win_product p, bool on);
void win_load_driver(const char *name);
void win_unload_driver(const char *name);
bool win_driver_loaded(const char *name);
void win_boot(void);
void win_boot_service(unsigned i); /* TIMER_BOOT: the i-th of those that the boot starts */

/* --- installers (win_installer.c) --- */
struct pc_task;
int win_remove_phase(struct pc_task *t);  /* as the phases of tasks.c: 0 next, -1 hangs, 1 done */
int win_install_phase(struct pc_task *t);
void win_roll_back(const struct pc_task *t); /* what a power cut interrupted, as the next boot finds it */
void win_background_removal(enum win_product p); /* TIMER_BACKGROUND */
void win_install_now(enum win_product p);        /* for setups */
/* Which product an installer file holds; WIN_NO_PRODUCT: none. */
int win_installer_of(const char *path);

void win_setup(void);
void win_describe(struct buf *out);

#endif
