/* Kaspersky Security Center Network Agent (stand-in): 1103 is its product id, the password comes as hex of UTF-16LE. */
#include "tests/products/windows/src/standin.h"

#define COMPONENTS "SOFTWARE\\KasperskyLab\\Components\\34"
#define STATE COMPONENTS "\\1103\\1.0.0.0\\Statistics\\AVState"

const struct standin standin = {
    STANDIN_IDENTITY,
    .own = (const struct standin_value[]){
        {STATE, "Protection_AvInstalled", REG_DWORD, "", 1},
        {STATE, "Protection_AvRunning", REG_DWORD, "", 1},
        {STATE, "Protection_BasesDate", REG_SZ, "28-09-2024 22-10-00", 0},
        {STATE, "Protection_AdmServer", REG_SZ, "ksc.example.test", 0},
        {STATE, "Protection_HostId", REG_SZ, "5a7d0002-0000-4000-8000-000000000001", 0},
        {0},
    },
    .own_keys = (const char *const[]){STATE, NULL},
    .left_keys = (const char *const[]){"SOFTWARE\\KasperskyLab\\Components", NULL},
    .left_files = (const char *const[]){"C:\\ProgramData\\KasperskyLab\\adminkit\\1103\\settings.dat", NULL},
    .left_folders = (const char *const[]){"C:\\ProgramData\\KasperskyLab", NULL},
    .delayed = true,
    .twin = true,
    .password = "KLUNINSTPASSWD",
    .hex = true,
};
