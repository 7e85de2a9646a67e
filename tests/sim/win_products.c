/*
 * The products that the simulated Windows PC knows, as data. Names, keys, services and drivers are those that the
 * catalogue looks for; what lies in the files is not.
 */
#include "tests/sim/windows.h"

#include <stddef.h>
#include <string.h>

#define KES_CODE "{7EC66A9F-0A49-4DC0-A9E8-460333EA8013}"
#define AGENT_CODE "{ED1C2D7E-5C7A-48D8-A697-57D1C080ABA7}"
#define ESET_CODE "{5B1D4F6A-3C2E-4A57-9D0E-7F1B2C3D4E5F}"
#define KES_FOLDER "C:/Program Files (x86)/Kaspersky Lab/Kaspersky Endpoint Security for Windows"
#define AGENT_FOLDER "C:/Program Files (x86)/Kaspersky Lab/NetworkAgent"
#define ESET_FOLDER "C:/Program Files/ESET/ESET Security"
#define DRIVERS "C:/Windows/System32/drivers/"
#define BEST_FOLDER "C:/Program Files/Bitdefender/Endpoint Security"

static const char *const kes_files[] = {
    KES_FOLDER "/",
    KES_FOLDER "/avp.exe",
    KES_FOLDER "/avpui.exe",
    KES_FOLDER "/klif.dll",
    KES_FOLDER "/de-DE/",
    KES_FOLDER "/de-DE/texts [1].loc",
    "C:/ProgramData/Kaspersky Lab/KES/",
    "C:/ProgramData/Kaspersky Lab/KES/Bases/",
    "C:/ProgramData/Kaspersky Lab/KES/Bases/base.kdc",
    DRIVERS "klif.KES-21-9.sys",
    DRIVERS "klkbdflt.KES-21-9.sys",
    NULL,
};
static const struct win_driver kes_drivers[] = {
    {"klif.KES-21-9", DRIVERS "klif.KES-21-9.sys", NULL},
    {"klkbdflt.KES-21-9", DRIVERS "klkbdflt.KES-21-9.sys", WIN_KEYBOARDS},
    {NULL, NULL, NULL},
};
static const struct win_row kes_rows[] = {
    {"HKLM/SOFTWARE/KasperskyLab/KES/environment", "ProductCode", KES_CODE, WIN_SZ, true},
    {"HKLM/SOFTWARE/KasperskyLab/KES/environment", "ProductVersion", "11.6.0.394", WIN_SZ, true},
    {"HKLM/SOFTWARE/KasperskyLab/KES/Data", "LastSuccessfulUpdate", "1727500000", WIN_DWORD, true},
    {"HKLM/SYSTEM/CurrentControlSet/Services/EventLog/Kaspersky Endpoint Security", "", "", WIN_NOTHING, false},
    {"HKLM/SOFTWARE/Mozilla/NativeMessagingHosts/com.kaspersky.kav.host", "", "", WIN_NOTHING, false},
    {WIN_ROOTS "/0123456789ABCDEF0123456789ABCDEF01234567", "Subject",
     "CN=Kaspersky Endpoint Security Root, O=AO Kaspersky Lab", WIN_SZ, false},
    {NULL, NULL, NULL, WIN_NOTHING, false},
};

static const char *const agent_files[] = {
    AGENT_FOLDER "/",
    AGENT_FOLDER "/klnagent.exe",
    AGENT_FOLDER "/klnagchk.exe",
    "C:/ProgramData/KasperskyLab/adminkit/",
    "C:/ProgramData/KasperskyLab/adminkit/cache/",
    NULL,
};
#define AV_STATE "HKLM/SOFTWARE/KasperskyLab/Components/34/1103/1.0.0.0/Statistics/AVState"
static const struct win_row agent_rows[] = {
    {AV_STATE, "Protection_BasesDate", "28-09-2024 05-06-40", WIN_SZ, true},
    {AV_STATE, "Protection_AdmServer", "ksc.example", WIN_SZ, true},
    {NULL, NULL, NULL, WIN_NOTHING, false},
};

static const char *const eset_files[] = {
    ESET_FOLDER "/", ESET_FOLDER "/ekrn.exe", ESET_FOLDER "/egui.exe", ESET_FOLDER "/em000_64.dll", NULL,
};
static const struct win_row eset_rows[] = {
    {"HKLM/SOFTWARE/ESET/ESET Security/CurrentVersion/Info", "ScannerVersion", "29000", WIN_SZ, false},
    {NULL, NULL, NULL, WIN_NOTHING, false},
};

static const char *const best_files[] = {
    BEST_FOLDER "/", BEST_FOLDER "/EPSecurityService.exe", BEST_FOLDER "/product.console.exe", NULL,
};
static const struct win_row best_rows[] = {
    {"HKLM/SOFTWARE/Bitdefender/Endpoint Security", "Version", "7.9", WIN_SZ, false},
    {NULL, NULL, NULL, WIN_NOTHING, false},
};

const struct win_product_def win_products[WIN_PRODUCTS] = {
    [WIN_KES] = {.name = "Kaspersky Endpoint Security for Windows",
                 .publisher = "AO Kaspersky Lab",
                 .version = "11.6.0.394",
                 .code = KES_CODE,
                 .entry = KES_CODE,
                 .cached = "C:/Windows/Installer/1a2b.msi",
                 .folder = KES_FOLDER,
                 .files = kes_files,
                 .service = "AVP.KES.21.9",
                 .exe = KES_FOLDER "/avp.exe",
                 .drivers = kes_drivers,
                 .rows = kes_rows,
                 .protects = "Kaspersky Endpoint Security for Windows",
                 .password = "KLPASSWD",
                 .ready_ms = 4000},
    [WIN_AGENT] = {.name = "Агент администрирования Kaspersky Security Center",
                   .publisher = "\"Лаборатория Касперского\"",
                   .version = "14.2.0.26967",
                   .code = AGENT_CODE,
                   .entry = AGENT_CODE,
                   .twin = "InstallWIX_" AGENT_CODE,
                   .cached = "C:/Windows/Installer/3c4d.msi",
                   .folder = AGENT_FOLDER,
                   .files = agent_files,
                   .service = "klnagent",
                   .exe = AGENT_FOLDER "/klnagent.exe",
                   .delayed = true,
                   .rows = agent_rows,
                   .password = "KLUNINSTPASSWD",
                   .password_hex = true,
                   .ready_ms = 1000},
    [WIN_ESET] = {.name = "ESET Endpoint Antivirus",
                  .publisher = "ESET, spol. s r.o.",
                  .version = "11.1.2039",
                  .code = ESET_CODE,
                  .entry = ESET_CODE,
                  .cached = "C:/Windows/Installer/5e6f.msi",
                  .folder = ESET_FOLDER,
                  .files = eset_files,
                  .service = "ekrn",
                  .exe = ESET_FOLDER "/ekrn.exe",
                  .rows = eset_rows,
                  .protects = "ESET Security",
                  .ready_ms = 6000},
    [WIN_BEST] = {.name = "Bitdefender Endpoint Security Tools",
                  .publisher = "Bitdefender",
                  .version = "7.9.9.381",
                  .entry = "Endpoint Security",
                  .folder = BEST_FOLDER,
                  .files = best_files,
                  .service = "EPSecurityService",
                  .exe = BEST_FOLDER "/EPSecurityService.exe",
                  .rows = best_rows,
                  .protects = "Bitdefender Endpoint Security Tools Antimalware",
                  .ready_ms = 8000},
};

int win_product_of_code(const char *code)
{
    for (int i = 0; i < WIN_PRODUCTS; i++)
        if (win_products[i].code && text_eq_fold(win_products[i].code, code))
            return i;
    return WIN_NO_PRODUCT;
}

int win_product_of_exe(const char *exe)
{
    for (int i = 0; i < WIN_PRODUCTS; i++)
        if (strcmp(win_products[i].exe, exe) == 0)
            return i;
    return WIN_NO_PRODUCT;
}
