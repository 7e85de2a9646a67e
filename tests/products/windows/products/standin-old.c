/* An antivirus with an uninstaller of its own: brackets and spaces in its names, an unquoted command. */
#include "tests/products/windows/src/standin.h"

#define ROOT "SOFTWARE\\Stand-in OEM"

const struct standin standin = {
    STANDIN_IDENTITY,
    .own = (const struct standin_value[]){
        {ROOT "\\Old Antivirus", "Folder", REG_SZ, STANDIN_FOLDER, 0},
        {0},
    },
    .own_keys = (const char *const[]){ROOT "\\Old Antivirus", NULL},
    .left_keys = (const char *const[]){ROOT, NULL},
    .left_files = (const char *const[]){"C:\\ProgramData\\Stand-in OEM\\Prüfung [alt]\\bases.dat", NULL},
    .left_folders = (const char *const[]){"C:\\ProgramData\\Stand-in OEM", NULL},
    .state_key = ROOT "\\Old Antivirus",
};
