/*
 * Stand-in products for Windows: one table a product (products/NAME.c), and what its installer, its service and its
 * uninstaller do with it.
 *
 * The same code makes a DLL with the custom actions of NAME.msi (action.c), the program that NAME.msi installs, and an
 * installer without Windows Installer (main.c). Registry keys are below HKEY_LOCAL_MACHINE.
 *
 * products/NAME.c is built with the words of products/NAME.meta as macros STANDIN_NAME, STANDIN_TITLE ..., see build.sh.
 */
#ifndef STANDIN_WINDOWS_H
#define STANDIN_WINDOWS_H

#include <stdbool.h>
#include <windows.h>

struct standin_value {
    const char *key, *name;
    DWORD type;       /* REG_SZ, REG_DWORD */
    const char *text; /* NULL with REG_DWORD: seconds since 1970 now */
    DWORD number;
};

struct standin {
    const char *name;           /* prefix of its switches, see switches.h */
    const char *title, *maker;  /* UTF-8 */
    const char *version, *code; /* code: ProductCode */
    const char *service, *service_title;
    const char *folder, *program; /* the folder is absolute */
    const char *path;             /* of its program */
    int view;                     /* 32 or 64: the part of the registry that it writes */
    const struct standin_value *own;  /* goes with the product; ends with a NULL key */
    const char *const *own_keys;      /* the keys that a removal deletes, NULL-terminated */
    const struct standin_value *left; /* stays after a removal */
    const char *const *left_keys;
    const char *const *left_files; /* below the folders that stay, too */
    const char *const *left_folders;
    const char *const *drivers; /* entries and files, NULL-terminated */
    const char *filter;         /* the one that stands in the keyboard's UpperFilters */
    bool certificate;           /* adds a root certificate, which stays */
    bool delayed;               /* its service starts about two minutes after the boot */
    bool twin;                  /* a second uninstall entry, InstallWIX_{ProductCode} */
    const char *login, *password; /* names of the properties that a removal must give; NULL: none */
    bool hex;                     /* the password comes as hex digits of its UTF-16LE bytes */
    const char *state_key;        /* the service tells here whether it protects (RealTime) */
};

extern const struct standin standin;

/* ---- places.c: the marks of a product outside its service and its program ---------------------------------------- */

void places_appear(void);
/* Obeys clean-removal, leave-keys, leave-filter. */
void places_vanish(void);
bool places_set(const char *key, const char *name, DWORD type, const void *data, DWORD size);
void places_set_text(const char *key, const char *name, const char *text); /* text in UTF-8 */
/* A folder with everything in it. */
bool places_delete_tree(const char *folder);
void places_make_folders(const char *path); /* those that lead to path */

/* ---- service.c --------------------------------------------------------------------------------------------------- */

bool service_add(const char *program);
/* What MSI's own tables cannot say of it: its delayed start. */
void service_settle(void);
bool service_start(void);
/* Ends and deletes it; true when there is none any more. */
bool service_remove(void);
bool service_running(void);
int service_main(void); /* the program as a service */

/* ---- stay.c: a removal that ends before it is over, or leaves something ------------------------------------------- */

/* Before the program goes: keeps a copy of it when a switch will want one. */
void stay_prepare(void);
/* After everything went: puts back what the switches leave (leave-files, leave-service, removal-background). */
void stay_behind(void);
/* The program that stay_behind() starts: waits, then removes the rest. */
int stay_linger(long seconds);

#define STANDIN_IDENTITY \
    .name = STANDIN_NAME, .title = STANDIN_TITLE, .maker = STANDIN_MAKER, .version = STANDIN_VERSION, .code = STANDIN_CODE, \
    .service = STANDIN_SERVICE, .service_title = STANDIN_SERVICE_TITLE, .folder = STANDIN_FOLDER, .program = STANDIN_PROGRAM, \
    .path = STANDIN_PATH, .view = STANDIN_VIEW
#define STANDIN_PATH STANDIN_FOLDER "\\" STANDIN_PROGRAM
#define STANDIN_HOME "C:\\avswap-standin"

/* Access to the product's view of the registry. */
REGSAM standin_sam(void);
/* Adds a line to STANDIN_HOME\log. */
void standin_log(const char *what);

#endif
