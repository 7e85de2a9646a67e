/* A replacement antivirus. It blocks nothing; it only says that it does. */
#include "tests/products/windows/src/standin.h"

#define ROOT "SOFTWARE\\Stand-in AV"

const struct standin standin = {
    STANDIN_IDENTITY,
    .own = (const struct standin_value[]){
        {ROOT, "Version", REG_SZ, STANDIN_VERSION, 0},
        {ROOT, "Databases", REG_DWORD, NULL, 0},
        {0},
    },
    .own_keys = (const char *const[]){ROOT, NULL},
    .state_key = ROOT,
};
