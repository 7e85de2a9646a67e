#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/win32/folders.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/wide.h"

#include <bcrypt.h>
#include <stdio.h>
#include <string.h>

const char *os_family(void)
{
    return "windows";
}

instant os_now(void)
{
    FILETIME t;

    GetSystemTimeAsFileTime(&t);
    return handle_instant(t);
}

/* Counts while the PC sleeps too (learn.microsoft.com, GetTickCount64). */
int64_t os_up_ms(void)
{
    return (int64_t)GetTickCount64();
}

void os_sleep_ms(long long ms)
{
    for (; ms > 0; ms -= 1 << 30)
        Sleep(ms > 1 << 30 ? 1u << 30 : (DWORD)ms);
}

int os_utc_offset(instant t)
{
    uint64_t ticks = ((uint64_t)t + 11644473600000) * 10000;
    FILETIME utc = {(DWORD)ticks, (DWORD)(ticks >> 32)}, local;
    TIME_ZONE_INFORMATION zone;
    SYSTEMTIME there, here;

    if (t < -11644473600000 || t > 253402300799999 || !FileTimeToSystemTime(&utc, &there))
        return 0;
    /* By the rules of the year that t lies in. */
    if (!GetTimeZoneInformationForYear(there.wYear, NULL, &zone) ||
        !SystemTimeToTzSpecificLocalTime(&zone, &there, &here) || !SystemTimeToFileTime(&here, &local))
        return 0;
    return (int)((handle_instant(local) - handle_instant(utc)) / 60000);
}

/* 16 random bytes as hex digits. */
static bool random_name(wchar_t name[33], struct err *e)
{
    static const wchar_t digits[] = L"0123456789abcdef";
    unsigned char bytes[16];

    if (BCryptGenRandom(NULL, bytes, sizeof bytes, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0)
        return err_set(e, ERR_OS, "asking the system for random bytes");
    for (size_t i = 0; i < sizeof bytes; i++) {
        name[2 * i] = digits[bytes[i] >> 4];
        name[2 * i + 1] = digits[bytes[i] & 15];
    }
    name[32] = L'\0';
    return true;
}

/*
 * Windows has no id of a boot; the time of it, reckoned from clock and uptime, wanders with every correction
 * of the clock. So the first who asks makes a key that lives in memory only (REG_OPTION_VOLATILE: "not
 * preserved when the system is restarted") and gives it a random class, which is part of making it: nobody
 * can see the key without its class, or change that later. What keeps the kernel's memory keeps the key:
 * sleep, hibernation, and a shutdown with "fast startup", which is no reboot for drivers and pending renames
 * either.
 */
bool os_boot_id(char *ret, size_t size, struct err *e)
{
    static const wchar_t path[] = L"SOFTWARE\\avswap-boot";
    wchar_t id[33];
    DWORD n = sizeof id / sizeof *id;
    LONG r;
    HKEY key;

    r = RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ | KEY_WOW64_64KEY, &key);
    if (r == ERROR_FILE_NOT_FOUND) {
        if (!random_name(id, e))
            return false;
        r = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, id, REG_OPTION_VOLATILE, KEY_READ | KEY_WOW64_64KEY,
                            NULL, &key, NULL);
    }
    if (r != ERROR_SUCCESS)
        return wide_error(e, ERR_OS, (DWORD)r, "the boot's id");
    memset(id, 0, sizeof id);
    r = RegQueryInfoKeyW(key, id, &n, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    RegCloseKey(key);
    if (r != ERROR_SUCCESS || !n)
        return err_set(e, ERR_OS, "the key 'HKLM/SOFTWARE/avswap-boot' was not made by avswap: remove it");
    if ((size_t)snprintf(ret, size, "%ls", id) >= size)
        return err_set(e, ERR_BUG, "no room for the boot's id");
    return true;
}

const char *os_state_dir(void)
{
    static char path[LIMIT_PATH];
    static bool known;
    struct arena a = ARENA_INIT;
    struct err ignored = ERR_INIT;
    struct facts f = {0};
    const char *data;

    if (known)
        return path;
    data = folders_fill(&f, &a, &ignored) ? folders_path(&f, "ProgramData") : NULL;
    snprintf(path, sizeof path, "%s/avswap", data ? data : "C:/ProgramData");
    known = data != NULL;
    arena_free(&a);
    return path;
}
