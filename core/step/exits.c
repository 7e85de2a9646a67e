#include "core/step/exits.h"

#include <stdint.h>
#include <string.h>

const char *const exits_names[] = {"none", "msi", "inno", "dism", NULL};

static const struct exits_row msi[] = {
    {0, OUTCOME_OK, "done"},
    {2, OUTCOME_CORRUPT, "a file is missing"},                                    /* ERROR_FILE_NOT_FOUND */
    {87, OUTCOME_CONFIG_ERROR, "an argument is wrong"},                           /* ERROR_INVALID_PARAMETER */
    {112, OUTCOME_DISK_FULL, "the disk is full"},                                 /* ERROR_DISK_FULL */
    {350, OUTCOME_REBOOT_THEN_RETRY, "nothing was done: a reboot is needed first"}, /* ERROR_FAIL_NOACTION_REBOOT */
    {1601, OUTCOME_TRANSIENT, "Windows Installer could not be reached"},          /* ERROR_INSTALL_SERVICE_FAILURE */
    {1602, OUTCOME_CANCELLED, "it was cancelled"},                                /* ERROR_INSTALL_USEREXIT */
    {1603, OUTCOME_NONE, "a fatal error"},                                        /* ERROR_INSTALL_FAILURE */
    {1605, OUTCOME_ALREADY_OK, "the product is not installed"},                   /* ERROR_UNKNOWN_PRODUCT */
    {1610, OUTCOME_CORRUPT, "its registration is damaged"},                       /* ERROR_BAD_CONFIGURATION */
    {1612, OUTCOME_CORRUPT, "its installer is not to be found"},                  /* ERROR_INSTALL_SOURCE_ABSENT */
    {1613, OUTCOME_REQUIREMENTS, "it needs a newer Windows Installer"},           /* ERROR_INSTALL_PACKAGE_VERSION */
    {1614, OUTCOME_ALREADY_OK, "the product is uninstalled"},                     /* ERROR_PRODUCT_UNINSTALLED */
    {1618, OUTCOME_IN_USE_RETRY, "another installation is running"},              /* ERROR_INSTALL_ALREADY_RUNNING */
    {1619, OUTCOME_CORRUPT, "the package cannot be opened"},                      /* ERROR_INSTALL_PACKAGE_OPEN_FAILED */
    {1620, OUTCOME_CORRUPT, "the file is no package"},                            /* ERROR_INSTALL_PACKAGE_INVALID */
    {1622, OUTCOME_CONFIG_ERROR, "the log cannot be written"},                    /* ERROR_INSTALL_LOG_FAILURE */
    {1623, OUTCOME_UNSUPPORTED_OS, "this language is not supported"},             /* ERROR_INSTALL_LANGUAGE_UNSUPPORTED */
    {1624, OUTCOME_CONFIG_ERROR, "a transform cannot be applied"},                /* ERROR_INSTALL_TRANSFORM_FAILURE */
    {1625, OUTCOME_REFUSED, "a policy of this PC forbids it"},                    /* ERROR_INSTALL_PACKAGE_REJECTED */
    {1627, OUTCOME_NONE, "a function failed"},                                    /* ERROR_FUNCTION_FAILED */
    {1628, OUTCOME_CONFIG_ERROR, "an argument is wrong"},                         /* ERROR_INVALID_TABLE */
    {1633, OUTCOME_UNSUPPORTED_OS, "it is not for this kind of system"},          /* ERROR_INSTALL_PLATFORM_UNSUPPORTED */
    {1638, OUTCOME_ALREADY_OK, "another version of it is installed"},             /* ERROR_PRODUCT_VERSION */
    {1639, OUTCOME_CONFIG_ERROR, "the command line is wrong"},                    /* ERROR_INVALID_COMMAND_LINE */
    {1640, OUTCOME_REFUSED, "not allowed from a remote session"},                 /* ERROR_INSTALL_REMOTE_DISALLOWED */
    {1641, OUTCOME_OK_REBOOT, "done once the PC is rebooted"},                    /* ERROR_SUCCESS_REBOOT_INITIATED */
    {1643, OUTCOME_REFUSED, "a policy of this PC forbids it"},                    /* ERROR_PATCH_PACKAGE_REJECTED */
    {1644, OUTCOME_REFUSED, "a policy of this PC forbids its transforms"},        /* ERROR_INSTALL_TRANSFORM_REJECTED */
    {1645, OUTCOME_REFUSED, "not allowed from a remote session"},                 /* ERROR_INSTALL_REMOTE_PROHIBITED */
    {1646, OUTCOME_REFUSED, "its removal is not supported"},                      /* ERROR_PATCH_REMOVAL_UNSUPPORTED */
    {1654, OUTCOME_REFUSED, "a policy of this PC forbids it"},                    /* ERROR_INSTALL_REJECTED */
    {3010, OUTCOME_OK_REBOOT, "done once the PC is rebooted"},                    /* ERROR_SUCCESS_REBOOT_REQUIRED */
};

static const struct exits_row inno[] = {
    {0, OUTCOME_OK, "done"},
    {2, OUTCOME_CANCELLED, "it was cancelled"},
    {5, OUTCOME_CANCELLED, "it was cancelled"},
    {8, OUTCOME_REBOOT_THEN_RETRY, "nothing was done: a reboot is needed first"},
};

static const struct exits_row dism[] = {
    {0, OUTCOME_OK, "done"},
    {50, OUTCOME_UNSUPPORTED_OS, "not supported by this Windows"},                /* ERROR_NOT_SUPPORTED */
    {87, OUTCOME_CONFIG_ERROR, "an argument is wrong"},
    {112, OUTCOME_DISK_FULL, "the disk is full"},
    {3010, OUTCOME_OK_REBOOT, "done once the PC is rebooted"},
    {0x800F080C, OUTCOME_UNSUPPORTED_OS, "this Windows has no such feature"},     /* CBS_E_UNKNOWN_UPDATE */
    {0x800F081F, OUTCOME_REQUIREMENTS, "its files are not on this PC: a repair source (WIM) is needed"},
    {0x800F0906, OUTCOME_NO_NETWORK, "its files could not be downloaded"},
    {0x800F0907, OUTCOME_REFUSED, "a policy of this PC forbids the download of its files"},
    {0x800F0922, OUTCOME_FATAL, "Windows could not finish it"},
};

static const struct {
    const struct exits_row *rows;
    size_t n;
} tables[] = {
    [EXITS_MSI] = {msi, sizeof msi / sizeof msi[0]},
    [EXITS_INNO] = {inno, sizeof inno / sizeof inno[0]},
    [EXITS_DISM] = {dism, sizeof dism / sizeof dism[0]},
};

bool exits_same(long long a, long long b)
{
    return (uint32_t)a == (uint32_t)b;
}

const struct exits_row *exits_find(enum exits table, long long code)
{
    if (((uint32_t)code & 0xFFFF0000u) == 0x80070000u)
        code = (uint32_t)code & 0xFFFFu;
    for (size_t i = 0; i < tables[table].n; i++)
        if (exits_same(tables[table].rows[i].code, code))
            return &tables[table].rows[i];
    return NULL;
}

/*
 * Words of a log's failing line: what people and programs call it, in the languages in which the old products were seen.
 * None of it is documented, so nothing but the outcome rests on it: not to try again what was refused.
 */
static const struct {
    const char *word;
    int outcome;
} causes[] = {
    {"*passw*", OUTCOME_AUTH_FAILED},          {"*парол*", OUTCOME_AUTH_FAILED},
    {"*mot de passe*", OUTCOME_AUTH_FAILED},   {"*contraseña*", OUTCOME_AUTH_FAILED},
    {"*senha*", OUTCOME_AUTH_FAILED},          {"*kennwort*", OUTCOME_AUTH_FAILED},
    {"*self?defen*", OUTCOME_TAMPER_LOCKED},   {"*selfdefen*", OUTCOME_TAMPER_LOCKED},
    {"*self?protect*", OUTCOME_TAMPER_LOCKED}, {"*самозащит*", OUTCOME_TAMPER_LOCKED},
    {"*not enough disk space*", OUTCOME_DISK_FULL},
};

int exits_cause(const char *cause)
{
    for (size_t i = 0; cause && i < sizeof causes / sizeof causes[0]; i++)
        if (text_glob_fold(causes[i].word, cause))
            return causes[i].outcome;
    return OUTCOME_NONE;
}
