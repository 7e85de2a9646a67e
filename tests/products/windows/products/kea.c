/* Kaspersky Endpoint Agent (stand-in). The name of its service is not public knowledge: soyuz is that of its event channel. */
#include "tests/products/windows/src/standin.h"

#define DATA "C:\\ProgramData\\Kaspersky Lab\\Endpoint Agent"

const struct standin standin = {
    STANDIN_IDENTITY,
    .left_files = (const char *const[]){DATA "\\Logs\\trace.log", NULL},
    .left_folders = (const char *const[]){DATA, NULL},
};
