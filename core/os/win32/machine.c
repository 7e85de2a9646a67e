#include "core/os/machine.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/win32/folders.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>
#include <winternl.h>

#define CURRENT "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion"

NTSYSAPI NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW info);

static const char *host_name(struct arena *a)
{
    wchar_t name[256];
    DWORD n = sizeof name / sizeof *name;

    return GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &n) ? wide_utf8(name, n, a) : NULL;
}

/* MachineGuid is made when Windows is set up; a PC that was cloned without sysprep shares it with its
 * original. */
static bool fill_machine(struct facts *f, struct arena *a, struct err *e)
{
    struct machine *m = ARENA_NEW(a, struct machine);
    char boot[64];

    if (!m)
        return err_nomem(e);
    if (!hklm_text("HKLM/SOFTWARE/Microsoft/Cryptography", "MachineGuid", a, &m->id, e))
        return false;
    m->hostname = host_name(a);
    if (!m->hostname)
        return err_set(e, ERR_OS, "asking for the name of this PC");
    if (!m->id)
        m->id = arena_printf(a, "host-%s", m->hostname);
    f->machine = m;
    if (!m->id)
        return err_nomem(e);
    /* Only an administrator makes the boot's id; somebody else sees it once it is there, and does not need
     * it. */
    if (os_boot_id(boot, sizeof boot, e)) {
        m->boot_id = arena_strdup(a, boot);
        return m->boot_id || err_nomem(e);
    }
    if (e->code != ERR_PRIVILEGE)
        return false;
    err_clear(e);
    return true;
}

/* The processor's own architecture, also where this program runs in emulation. */
static const char *architecture(void)
{
    typedef BOOL(WINAPI * question)(HANDLE process, USHORT * ret_process, USHORT * ret_native);
    question ask = (question)(void *)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "IsWow64Process2");
    USHORT process, native = IMAGE_FILE_MACHINE_UNKNOWN;
    SYSTEM_INFO info;

    if (ask && ask(GetCurrentProcess(), &process, &native) && native == IMAGE_FILE_MACHINE_ARM64)
        return "aarch64";
    GetNativeSystemInfo(&info);
    switch (info.wProcessorArchitecture) {
    case PROCESSOR_ARCHITECTURE_AMD64:
        return "x86_64";
    case PROCESSOR_ARCHITECTURE_ARM64:
        return "aarch64";
    case PROCESSOR_ARCHITECTURE_INTEL:
        return "i686";
    default:
        return "other";
    }
}

/* As people name it: "Windows 11 Pro 23H2". */
static bool full_name(struct os_facts *o, unsigned long build, struct arena *a, struct err *e)
{
    const char *product, *release, ten[] = "Windows 10";
    const char *at;

    if (!hklm_text(CURRENT, "ProductName", a, &product, e) ||
        !hklm_text(CURRENT, "DisplayVersion", a, &release, e))
        return false;
    if (!product)
        return true;
    /* Windows 11 still says "Windows 10" there; its builds begin at 22000. */
    at = text_eq(o->type, "client") && build >= 22000 ? strstr(product, ten) : NULL;
    o->name = arena_printf(a, "%.*s%s%s%s%s", at ? (int)(at - product) : (int)strlen(product), product,
                           at ? "Windows 11" : "", at ? at + strlen(ten) : "", release ? " " : "",
                           release ? release : "");
    return o->name || err_nomem(e);
}

static bool fill_os(struct facts *f, struct arena *a, struct err *e)
{
    RTL_OSVERSIONINFOEXW v = {.dwOSVersionInfoSize = sizeof v};
    struct os_facts *o = ARENA_NEW(a, struct os_facts);
    unsigned long long patch;

    if (!o)
        return err_nomem(e);
    /* GetVersionEx() tells what the manifest wants to hear. */
    if (RtlGetVersion((PRTL_OSVERSIONINFOW)&v) != 0)
        return err_set(e, ERR_OS, "asking for the version of Windows");
    if (!hklm_number(CURRENT, "UBR", &patch, e))
        return false;
    o->family = o->id = "windows";
    o->version_id = arena_printf(a, "%lu.%lu.%lu", v.dwMajorVersion, v.dwMinorVersion, v.dwBuildNumber);
    o->kernel =
        arena_printf(a, "%lu.%lu.%lu.%llu", v.dwMajorVersion, v.dwMinorVersion, v.dwBuildNumber, patch);
    o->arch = architecture();
    o->init = "scm";
    o->type = v.wProductType == VER_NT_WORKSTATION ? "client" : "server";
    f->os = o;
    if (!o->version_id || !o->kernel)
        return err_nomem(e);
    return hklm_text(CURRENT, "EditionID", a, &o->edition, e) && full_name(o, v.dwBuildNumber, a, e);
}

static bool fill_disks(struct facts *f, struct arena *a, struct err *e)
{
    const char *const paths[] = {os_state_dir(), folders_path(f, "ProgramData"),
                                 folders_path(f, "ProgramFiles"), folders_path(f, "SystemRoot")};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct disk *d = paths[i] ? LIST_ADD(a, &f->disks) : NULL;

        if (!paths[i])
            continue;
        if (!d)
            return err_nomem(e);
        d->path = paths[i];
        if (!os_disk_free(d->path, &d->free_mib, &d->total_mib, e))
            return false;
    }
    return true;
}

bool os_machine(struct facts *f, struct arena *a, struct err *e)
{
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};

    if (!GlobalMemoryStatusEx(&memory))
        return wide_error(e, ERR_OS, GetLastError(), "asking for the memory");
    f->memory_mib = (long long)(memory.ullTotalPhys >> 20);
    f->cpus = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return fill_machine(f, a, e) && fill_os(f, a, e) && folders_fill(f, a, e) && fill_disks(f, a, e);
}
