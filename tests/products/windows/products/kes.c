/*
 * Kaspersky Endpoint Security for Windows (stand-in). Names of keys, values, drivers, folders and properties are public; what a
 * removal of the real one leaves is known in part only: keys without `environment`, data folders, an event log key.
 */
#include "tests/products/windows/src/standin.h"

#define ROOT "SOFTWARE\\KasperskyLab\\protected\\KES"
#define ENVIRONMENT ROOT "\\environment"
#define EVENT_LOG "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Kaspersky Endpoint Security"
#define DATA "C:\\ProgramData\\Kaspersky Lab\\KES"

const struct standin standin = {
    STANDIN_IDENTITY,
    .own = (const struct standin_value[]){
        {ENVIRONMENT, "ProductName", REG_SZ, STANDIN_TITLE, 0},
        {ENVIRONMENT, "ProductCode", REG_SZ, STANDIN_CODE, 0},
        {ENVIRONMENT, "ProductVersion", REG_SZ, STANDIN_VERSION, 0},
        {ENVIRONMENT, "ProductRoot", REG_SZ, STANDIN_FOLDER, 0},
        {ENVIRONMENT, "DataRoot", REG_SZ, DATA, 0},
        {ENVIRONMENT, "DataFolder", REG_SZ, "%DataRoot%\\Data", 0},
        {ENVIRONMENT, "Base", REG_SZ, "%DataRoot%\\Bases", 0},
        {ENVIRONMENT, "UpdateRoot", REG_SZ, "%DataFolder%\\updates.xml", 0},
        {0},
    },
    .own_keys = (const char *const[]){ENVIRONMENT, NULL},
    .left = (const struct standin_value[]){
        {ROOT "\\Data", "LastSuccessfulUpdate", REG_DWORD, NULL, 0},
        {ROOT "\\Data", "LicDaysTillExpiration", REG_DWORD, "", 90},
        {EVENT_LOG, "EventMessageFile", REG_SZ, STANDIN_PATH, 0},
        {0},
    },
    .left_keys = (const char *const[]){"SOFTWARE\\KasperskyLab\\protected", EVENT_LOG, NULL},
    .left_files = (const char *const[]){DATA "\\Bases\\base.kdc", DATA "\\Data\\updates.xml", DATA "\\Report\\report.db", NULL},
    .left_folders = (const char *const[]){"C:\\ProgramData\\Kaspersky Lab", NULL},
    .drivers = (const char *const[]){"klif.KES-21-9", "klbackupflt.KES-21-9", "klkbdflt.KES-21-9", NULL},
    .filter = "klkbdflt.KES-21-9",
    .certificate = true,
    .login = "KLLOGIN",
    .password = "KLPASSWD",
};
