/*
 * Stand-in products for Windows: registry, files, drivers, class filter and root certificate.
 *
 * Failures are not reported: the tests look at what is there.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/products/windows/src/standin.h"

#include <wincrypt.h>

#include "certificate.h" /* both made by build.sh */
#include "driver.h"
#include "tests/products/windows/src/switches.h"

#define UNINSTALL "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\"
#define KEYBOARDS "SYSTEM\\CurrentControlSet\\Control\\Class\\{4D36E96B-E325-11CE-BFC1-08002BE10318}"

REGSAM standin_sam(void)
{
    return KEY_ALL_ACCESS | (standin.view == 32 ? KEY_WOW64_32KEY : KEY_WOW64_64KEY);
}

/* Names in files, texts in the registry: our UTF-8 as Windows has it. */
static const WCHAR *wide(const char *text, WCHAR ret[MAX_PATH])
{
    MultiByteToWideChar(CP_UTF8, 0, text, -1, ret, MAX_PATH);
    ret[MAX_PATH - 1] = L'\0';
    return ret;
}

bool places_set(const char *key, const char *name, DWORD type, const void *data, DWORD size)
{
    HKEY k;
    bool ok;

    if (RegCreateKeyExA(HKEY_LOCAL_MACHINE, key, 0, NULL, 0, standin_sam(), NULL, &k, NULL) != 0)
        return false;
    ok = RegSetValueExA(k, name, 0, type, data, size) == 0;
    RegCloseKey(k);
    return ok;
}

void places_set_text(const char *key, const char *name, const char *text)
{
    WCHAR value[MAX_PATH], wide_name[MAX_PATH];
    HKEY k;

    wide(text, value);
    if (RegCreateKeyExA(HKEY_LOCAL_MACHINE, key, 0, NULL, 0, standin_sam(), NULL, &k, NULL) != 0)
        return;
    RegSetValueExW(k, wide(name, wide_name), 0, REG_SZ, (const BYTE *)value, (DWORD)(wcslen(value) + 1) * sizeof *value);
    RegCloseKey(k);
}

static void set_all(const struct standin_value *v)
{
    DWORD now = (DWORD)time(NULL);

    for (; v && v->key; v++) {
        if (v->type == REG_SZ)
            places_set_text(v->key, v->name, v->text);
        else
            places_set(v->key, v->name, v->type, v->text ? &v->number : &now, sizeof now);
    }
}

static void delete_keys(const char *const *keys)
{
    HKEY parent;

    for (; keys && *keys; keys++) {
        char path[512];
        char *last;

        snprintf(path, sizeof path, "%s", *keys);
        last = strrchr(path, '\\');
        *last = '\0';
        if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, path, 0, standin_sam(), &parent) != 0)
            continue;
        RegDeleteTreeA(parent, last + 1);
        RegCloseKey(parent);
    }
}

void places_make_folders(const char *path)
{
    char part[MAX_PATH];
    WCHAR w[MAX_PATH];

    for (const char *p = strchr(path, '\\'); p && (p = strchr(p + 1, '\\'));) {
        snprintf(part, sizeof part, "%.*s", (int)(p - path), path);
        CreateDirectoryW(wide(part, w), NULL);
    }
}

static void make_file(const char *path, const void *data, DWORD size)
{
    WCHAR w[MAX_PATH];
    HANDLE f;

    places_make_folders(path);
    f = CreateFileW(wide(path, w), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (f == INVALID_HANDLE_VALUE)
        return;
    WriteFile(f, data, size, &size, NULL);
    CloseHandle(f);
}

static bool delete_tree(const WCHAR *folder)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(path, MAX_PATH, L"%ls\\*", folder);
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return GetFileAttributesW(folder) == INVALID_FILE_ATTRIBUTES;
    do {
        if (!wcscmp(found.cFileName, L".") || !wcscmp(found.cFileName, L".."))
            continue;
        swprintf(path, MAX_PATH, L"%ls\\%ls", folder, found.cFileName);
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            delete_tree(path);
        else
            DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return RemoveDirectoryW(folder);
}

bool places_delete_tree(const char *folder)
{
    WCHAR w[MAX_PATH];

    return delete_tree(wide(folder, w));
}

/* ---- drivers ------------------------------------------------------------------------------------------------------------ */

static const char *driver_file(const char *name, char *ret, size_t size)
{
    snprintf(ret, size, "C:\\windows\\system32\\drivers\\%s.sys", name);
    return ret;
}

static void add_drivers(void)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    char path[MAX_PATH];

    for (const char *const *d = standin.drivers; d && *d; d++) {
        const char *file = driver_file(*d, path, sizeof path);
        SC_HANDLE s = CreateServiceA(manager, *d, *d, SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER, SERVICE_DEMAND_START,
                                     SERVICE_ERROR_IGNORE, file, NULL, NULL, NULL, NULL, NULL);

        make_file(file, driver, sizeof driver);
        if (s)
            CloseServiceHandle(s);
    }
    CloseServiceHandle(manager);
}

/* A loaded driver goes at the next boot only, entry and file. Wine forgets over the boot that the entry was to go, so its key goes
 * at once. */
static void remove_driver(SC_HANDLE manager, const char *name, bool at_boot)
{
    SC_HANDLE s = OpenServiceA(manager, name, SERVICE_ALL_ACCESS);
    SERVICE_STATUS st;
    char path[MAX_PATH];

    snprintf(path, sizeof path, "SYSTEM\\CurrentControlSet\\Services\\%s", name);
    if (s && !at_boot)
        ControlService(s, SERVICE_CONTROL_STOP, &st);
    if (s) {
        DeleteService(s);
        CloseServiceHandle(s);
    }
    if (at_boot)
        delete_keys((const char *const[]){path, NULL});
    driver_file(name, path, sizeof path);
    if (at_boot)
        MoveFileExA(path, NULL, MOVEFILE_DELAY_UNTIL_REBOOT);
    else
        DeleteFileA(path);
}

static void remove_drivers(void)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    bool keep_filter = switch_on("leave-filter");

    for (const char *const *d = standin.drivers; d && *d; d++)
        if (!keep_filter || !standin.filter || strcmp(*d, standin.filter))
            remove_driver(manager, *d, switch_on("wants-reboot"));
    CloseServiceHandle(manager);
}

static void set_filter(bool on)
{
    char list[256];
    int n = 0;

    if (!standin.filter || (!on && switch_on("leave-filter")))
        return;
    if (on)
        n = snprintf(list, sizeof list, "%s", standin.filter) + 1;
    n += snprintf(list + n, sizeof list - (size_t)n, "kbdclass") + 1;
    list[n++] = '\0';
    places_set(KEYBOARDS, "UpperFilters", REG_MULTI_SZ, list, (DWORD)n);
}

/* ---- the root certificate ---------------------------------------------------------------------------------------------- */

static void set_certificate(bool on)
{
    HCERTSTORE store;
    char key[128] = "SOFTWARE\\Microsoft\\SystemCertificates\\Root\\Certificates\\";
    BYTE sha1[20];
    DWORD size = sizeof sha1;
    size_t at = strlen(key);

    if (!standin.certificate)
        return;
    if (on) {
        store = CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, "ROOT");
        CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, certificate, sizeof certificate,
                                         CERT_STORE_ADD_REPLACE_EXISTING, NULL);
        CertCloseStore(store, 0);
        return;
    }
    if (!CryptHashCertificate(0, CALG_SHA1, 0, certificate, sizeof certificate, sha1, &size))
        return;
    for (DWORD i = 0; i < size; i++, at += 2)
        snprintf(key + at, sizeof key - at, "%02X", sha1[i]);
    RegDeleteKeyExA(HKEY_LOCAL_MACHINE, key, KEY_WOW64_64KEY, 0);
}

/* ---- all of it --------------------------------------------------------------------------------------------------------- */

static void set_entry(const char *key, const char *uninstaller)
{
    places_set_text(key, "DisplayName", standin.title);
    places_set_text(key, "Publisher", standin.maker);
    places_set_text(key, "UninstallString", uninstaller);
}

/* The second entry that the bundle around the package has made. */
static void set_twin(bool on)
{
    char key[160], uninstaller[80];

    if (!standin.twin)
        return;
    snprintf(key, sizeof key, UNINSTALL "InstallWIX_%s", standin.code);
    snprintf(uninstaller, sizeof uninstaller, "MsiExec.exe /I%s", standin.code);
    if (on)
        set_entry(key, uninstaller);
    else
        delete_keys((const char *const[]){key, NULL});
}

void places_appear(void)
{
    static const char text[] = "of a stand-in\r\n";

    set_all(standin.own);
    set_all(standin.left);
    for (const char *const *f = standin.left_files; f && *f; f++)
        make_file(*f, text, sizeof text - 1);
    add_drivers();
    set_filter(true);
    set_certificate(true);
    set_twin(true);
}

/* What an upgrade that was not finished leaves: a name without uninstaller and without folder. */
static void make_ghost(void)
{
    char key[160], location[MAX_PATH];

    snprintf(key, sizeof key, UNINSTALL "{00000000-0BAD-4000-8000-000000000000}.%s", standin.name);
    snprintf(location, sizeof location, "%s\\gone\\", standin.folder);
    set_entry(key, "");
    places_set_text(key, "InstallLocation", location);
}

void places_vanish(void)
{
    set_filter(false);
    if (!switch_on("leave-drivers"))
        remove_drivers();
    if (switch_on("leave-ghost"))
        make_ghost();
    if (!switch_on("leave-keys"))
        delete_keys(standin.own_keys);
    set_twin(false);
    if (!switch_on("clean-removal"))
        return;
    delete_keys(standin.left_keys);
    for (const char *const *f = standin.left_folders; f && *f; f++)
        places_delete_tree(*f);
    set_certificate(false);
}
