/* Stand-in products for Windows: installer and uninstaller as a plain program. */
#include "tests/products/windows/src/setup.h"

#include <stdio.h>
#include <string.h>

#include "tests/products/windows/src/standin.h"
#include "tests/products/windows/src/switches.h"

#define UNINSTALLER "C:\\Program Files\\Common Files\\Stand-in Setup\\%s.exe"
#define UNINSTALL "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
#define WANTS_REBOOT 3010

/* A copy of this program, started and not waited for. */
static int later(const char *role, long seconds)
{
    char self[MAX_PATH], command[2 * MAX_PATH];
    STARTUPINFOA start = {.cb = sizeof start};
    PROCESS_INFORMATION child;

    GetModuleFileNameA(NULL, self, sizeof self);
    snprintf(command, sizeof command, "\"%s\" %s %ld", self, role, seconds);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &start, &child))
        return 1;
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
    return 0;
}

static void set_entry(const char *name, const char *text)
{
    char key[160];

    snprintf(key, sizeof key, UNINSTALL "\\%s", standin.name);
    places_set_text(key, name, text);
}

static void set_entries(const char *uninstaller)
{
    char command[MAX_PATH + 16];

    set_entry("DisplayName", standin.title);
    set_entry("Publisher", standin.maker);
    set_entry("DisplayVersion", standin.version);
    set_entry("InstallLocation", standin.folder);
    snprintf(command, sizeof command, "%s /remove", uninstaller); /* not quoted, as too many are not */
    set_entry("UninstallString", command);
    snprintf(command, sizeof command, "\"%s\" /remove /S", uninstaller);
    set_entry("QuietUninstallString", command);
}

static void delete_entry(void)
{
    HKEY k;

    if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, UNINSTALL, 0, standin_sam(), &k) != 0)
        return;
    RegDeleteTreeA(k, standin.name);
    RegCloseKey(k);
}

int setup_install(bool silent)
{
    char self[MAX_PATH], uninstaller[MAX_PATH];
    long seconds;

    standin_log("install");
    if (!silent || switch_on("install-hangs"))
        Sleep(INFINITE);
    if (switch_on("install-does-nothing"))
        return 0;
    if (switch_on("install-fails"))
        return 1;
    if (switch_number("install-background", &seconds, 5) && !strstr(GetCommandLineA(), "--late"))
        return later("/S --late", seconds);
    GetModuleFileNameA(NULL, self, sizeof self);
    snprintf(uninstaller, sizeof uninstaller, UNINSTALLER, standin.name);
    places_make_folders(standin.path);
    places_make_folders(uninstaller);
    if (!CopyFileA(self, standin.path, FALSE) || !CopyFileA(self, uninstaller, FALSE) || !service_add(standin.path))
        return 1;
    set_entries(uninstaller);
    places_appear();
    standin_log("installed");
    if (!service_start())
        return 1;
    return switch_on("install-wants-reboot") ? WANTS_REBOOT : 0;
}

static int remove_all(void)
{
    stay_prepare();
    service_remove();
    for (int i = 0; i < 50 && !places_delete_tree(standin.folder); i++)
        Sleep(100);
    if (!switch_on("leave-keys"))
        delete_entry();
    places_vanish();
    if (!switch_on("removal-background"))
        stay_behind();
    standin_log("removed");
    return switch_on("wants-reboot") ? WANTS_REBOOT : 0;
}

int setup_remove(bool silent)
{
    long seconds;

    standin_log("removal");
    if (!silent || switch_on("hang"))
        Sleep(INFINITE);
    if (switch_on("does-nothing"))
        return 0;
    if (switch_on("refuse-removal"))
        return 5;
    if (switch_on("removal-fails"))
        return 1;
    if (switch_number("removal-background", &seconds, 5) && !strstr(GetCommandLineA(), "--late"))
        return later("/remove /S --late", seconds);
    return remove_all();
}
