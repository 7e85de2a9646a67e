/*
 * code.c: what tests need inside of a Wine PC. Tests only.
 *
 *   code COMMANDLINE       runs it as it stands in this one argument, and prints "code N" with its whole exit code, of which a
 *                          Wine process has only eight bits outside
 *   code --trust FILE      adds a certificate (DER) to the machine's root store
 *   code --hives FOLDER    the registry as it is in memory, as Wine's files of it, which it writes only at times: system.reg, user.reg
 */
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

#include <shellapi.h>
#include <wincrypt.h>

static int run(wchar_t *command)
{
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION child;
    DWORD code = 0;

    if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
        printf("code none, error %lu\n", GetLastError());
        return 1;
    }
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    printf("code %lu\n", code);
    return 0;
}

static int trust(const wchar_t *file)
{
    FILE *f = _wfopen(file, L"rb");
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, "ROOT");
    BYTE der[8192];
    DWORD n = f ? (DWORD)fread(der, 1, sizeof der, f) : 0;

    return CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, der, n, CERT_STORE_ADD_REPLACE_EXISTING, NULL) &&
                   CertCloseStore(store, 0)
               ? 0
               : 1;
}

static bool save(HKEY root, const wchar_t *folder, const wchar_t *name)
{
    wchar_t path[MAX_PATH];

    _snwprintf(path, MAX_PATH, L"%ls\\%ls", folder, name);
    DeleteFileW(path);
    return RegSaveKeyW(root, path, NULL) == ERROR_SUCCESS;
}
static int hives(const wchar_t *folder)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1, .Privileges = {{.Attributes = SE_PRIVILEGE_ENABLED}}};
    HANDLE token;

    return LookupPrivilegeValueW(NULL, L"SeBackupPrivilege", &wanted.Privileges[0].Luid) &&
                   OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token) &&
                   AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) && save(HKEY_LOCAL_MACHINE, folder, L"system.reg") &&
                   save(HKEY_CURRENT_USER, folder, L"user.reg")
               ? 0
               : 1;
}

int main(void)
{
    int argc;
    wchar_t **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (argc == 3 && !wcscmp(argv[1], L"--trust"))
        return trust(argv[2]);
    if (argc == 3 && !wcscmp(argv[1], L"--hives"))
        return hives(argv[2]);
    if (argc == 2)
        return run(argv[1]);
    return 2;
}
