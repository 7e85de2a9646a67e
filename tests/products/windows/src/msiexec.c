/*
 * Stand-in for msiexec.exe, for the results that Wine's own cannot have: put over system32\msiexec.exe and chosen by the
 * value "msiexec.exe" = "native" below HKEY_CURRENT_USER\Software\Wine\DllOverrides.
 *
 * C:\avswap-standin\msiexec holds a line for each call to come: a code to end with at once ("1618"), or after Wine's own
 * has done its work ("do 1641"). Without a line it does its work and its own code counts. The arguments of each call are
 * added to C:\avswap-standin\msiexec.log.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define HOME "C:\\avswap-standin\\"

/* Takes the first line out of the file. */
static bool next_line(char *ret, int size)
{
    char rest[4096];
    size_t n;
    FILE *f = fopen(HOME "msiexec", "rb");

    if (!f)
        return false;
    if (!fgets(ret, size, f))
        ret[0] = '\0';
    n = fread(rest, 1, sizeof rest, f);
    fclose(f);
    f = fopen(HOME "msiexec", "wb");
    if (f) {
        fwrite(rest, 1, n, f);
        fclose(f);
    }
    ret[strcspn(ret, "\r\n")] = '\0';
    return ret[0] != '\0';
}

static void log_call(const wchar_t *command)
{
    FILE *f = fopen(HOME "msiexec.log", "a");

    if (!f)
        return;
    fprintf(f, "%ls\n", command);
    fclose(f);
}

static void choose(const char *which)
{
    HKEY k;

    if (RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\Wine\\DllOverrides", 0, NULL, 0, KEY_SET_VALUE, NULL, &k, NULL) != 0)
        return;
    RegSetValueExA(k, "msiexec.exe", 0, REG_SZ, (const BYTE *)which, (DWORD)strlen(which) + 1);
    RegCloseKey(k);
}

/* With the choice turned round Wine takes its own program for this path, and for the helpers that it starts. */
static DWORD run_own(wchar_t *command)
{
    wchar_t self[MAX_PATH];
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION child;
    DWORD code = ERROR_INSTALL_SERVICE_FAILURE;

    if (GetEnvironmentVariableW(L"STANDIN_MSIEXEC", NULL, 0)) /* it did not, and this is us again */
        return code;
    SetEnvironmentVariableW(L"STANDIN_MSIEXEC", L"1");
    GetModuleFileNameW(NULL, self, MAX_PATH);
    choose("builtin");
    if (CreateProcessW(self, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
        WaitForSingleObject(child.hProcess, INFINITE);
        GetExitCodeProcess(child.hProcess, &code);
        CloseHandle(child.hThread);
        CloseHandle(child.hProcess);
    }
    choose("native");
    return code;
}

int main(void)
{
    wchar_t *command = GetCommandLineW();
    char line[64];

    log_call(command);
    if (!next_line(line, sizeof line))
        return (int)run_own(command);
    if (strncmp(line, "do ", 3))
        return atoi(line);
    run_own(command);
    return atoi(line + 3);
}
