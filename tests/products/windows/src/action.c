/*
 * Stand-in products for Windows: the custom actions of NAME.msi.
 *
 *   before_install, before_removal  at once, before anything changes
 *   install, removal                in the script, after everything has changed
 *
 * ERROR_INSTALL_FAILURE makes msiexec end with 1603. The property STANDIN_REBOOT makes it end with 3010.
 */
#include "tests/products/windows/src/standin.h"

#include <msi.h>
#include <msiquery.h>
#include <stdio.h>
#include <string.h>

#include "tests/products/windows/src/switches.h"

UINT WINAPI before_install(MSIHANDLE h);
UINT WINAPI before_removal(MSIHANDLE h);
UINT WINAPI install(MSIHANDLE h);
UINT WINAPI removal(MSIHANDLE h);

static UINT fail(MSIHANDLE h, const char *why)
{
    MSIHANDLE record = MsiCreateRecord(1);

    standin_log(why);
    MsiRecordSetStringA(record, 0, why);
    MsiProcessMessage(h, INSTALLMESSAGE_ERROR, record);
    MsiCloseHandle(record);
    return ERROR_INSTALL_FAILURE;
}

/* As the hex form of the agent: 4100 for "A". */
static void hex_of(const char *text, char *ret, size_t size)
{
    WCHAR wide[128];
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, 128) - 1;
    size_t at = 0;

    ret[0] = '\0';
    for (int i = 0; i < n && at + 5 <= size; i++, at += 4)
        snprintf(ret + at, size - at, "%02X%02X", wide[i] & 0xff, wide[i] >> 8);
}

static bool property_is(MSIHANDLE h, const char *name, const char *wanted, bool any_case)
{
    WCHAR property[64], value[512] = L"", expected[512];
    DWORD n = 512;

    MultiByteToWideChar(CP_UTF8, 0, name, -1, property, 64);
    MultiByteToWideChar(CP_UTF8, 0, wanted, -1, expected, 512);
    return MsiGetPropertyW(h, property, value, &n) == ERROR_SUCCESS && !(any_case ? _wcsicmp : wcscmp)(value, expected);
}

static bool password_right(MSIHANDLE h)
{
    char password[128], hex[513];

    if (!standin.password || !switch_text("password", password, sizeof password))
        return true;
    hex_of(password, hex, sizeof hex);
    return (!standin.login || property_is(h, standin.login, "KLAdmin", true)) &&
           property_is(h, standin.password, standin.hex ? hex : password, standin.hex);
}

UINT WINAPI before_install(MSIHANDLE h)
{
    standin_log("install");
    if (!strcmp(standin.name, "kes") && !(property_is(h, "EULA", "1", false) && property_is(h, "PRIVACYPOLICY", "1", false)))
        return fail(h, "EULA=1 and PRIVACYPOLICY=1 are missing");
    if (switch_on("install-hangs"))
        Sleep(INFINITE);
    if (switch_on("install-wants-reboot"))
        MsiSetPropertyA(h, "STANDIN_REBOOT", "1");
    return ERROR_SUCCESS;
}

UINT WINAPI before_removal(MSIHANDLE h)
{
    standin_log("removal");
    if (!password_right(h))
        return fail(h, "The user name or password is wrong");
    if (switch_on("refuse-removal"))
        return fail(h, "The policy does not allow the removal");
    if (switch_on("removal-fails"))
        return fail(h, "The removal fails");
    if (switch_on("hang"))
        Sleep(INFINITE);
    if (switch_on("wants-reboot"))
        MsiSetPropertyA(h, "STANDIN_REBOOT", "1");
    stay_prepare();
    return ERROR_SUCCESS;
}

UINT WINAPI install(MSIHANDLE h)
{
    if (switch_on("install-fails"))
        return fail(h, "The installation fails");
    places_appear();
    service_settle();
    standin_log("installed");
    return ERROR_SUCCESS;
}

UINT WINAPI removal(MSIHANDLE h)
{
    if (switch_on("removal-breaks"))
        return fail(h, "The removal fails in its middle");
    places_vanish();
    stay_behind();
    standin_log("removed");
    return ERROR_SUCCESS;
}
