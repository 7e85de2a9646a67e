/* Stand-in products for Windows: what stays behind after a removal that says it is over. */
#include <stdio.h>

#include "tests/products/windows/src/standin.h"
#include "tests/products/windows/src/switches.h"

/* Not below the product's folder, which goes. */
static const char *copy_path(char *ret, size_t size)
{
    snprintf(ret, size, STANDIN_HOME "\\%s-copy.exe", standin.name);
    return ret;
}

static bool program_wanted(void)
{
    return switch_on("leave-files") || switch_on("leave-service") || switch_on("removal-background");
}

void stay_prepare(void)
{
    char copy[MAX_PATH];

    if (program_wanted())
        CopyFileA(standin.path, copy_path(copy, sizeof copy), FALSE);
}

/* Outside of the installer's job, as the real ones are, whose work the Windows Installer service does. */
static void linger(long seconds)
{
    char copy[MAX_PATH], command[MAX_PATH + 32];
    STARTUPINFOA start = {.cb = sizeof start};
    PROCESS_INFORMATION child;
    DWORD flags = DETACHED_PROCESS | CREATE_BREAKAWAY_FROM_JOB;

    snprintf(command, sizeof command, "%s --linger %ld", copy_path(copy, sizeof copy), seconds);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, flags, NULL, "C:\\", &start, &child) &&
        !CreateProcessA(NULL, command, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, "C:\\", &start, &child))
        return;
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
}

void stay_behind(void)
{
    char copy[MAX_PATH];
    long seconds;
    bool background = switch_number("removal-background", &seconds, 5);

    if (background || switch_on("leave-files")) {
        places_make_folders(standin.path);
        CopyFileA(copy_path(copy, sizeof copy), standin.path, FALSE);
    }
    if (background || switch_on("leave-service"))
        service_add(standin.path);
    if (!background)
        return;
    service_start();
    linger(seconds);
}

int stay_linger(long seconds)
{
    Sleep((DWORD)seconds * 1000);
    service_remove();
    for (int i = 0; i < 50 && !places_delete_tree(standin.folder); i++)
        Sleep(100); /* the service's process may still hold its file */
    return 0;
}
