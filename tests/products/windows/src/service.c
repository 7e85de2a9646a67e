/*
 * Stand-in products for Windows: its service.
 *
 * It protects nothing: on-access scanning is a kernel driver's work. It says so only in the way that the product's health
 * is asked for: a value RealTime below its state key, 1 while it runs.
 */
#include <stdio.h>

#include "tests/products/windows/src/standin.h"
#include "tests/products/windows/src/switches.h"

static SC_HANDLE open_service(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    SC_HANDLE s = manager ? OpenServiceA(manager, standin.service, access) : NULL;

    if (manager)
        CloseServiceHandle(manager);
    return s;
}

/* While somebody still holds the one before, its name is taken. */
static SC_HANDLE create(SC_HANDLE manager, const char *command)
{
    SC_HANDLE s = NULL;

    for (int i = 0; i < 50 && !s; i++) {
        s = CreateServiceA(manager, standin.service, standin.service_title, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                           SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);
        if (!s && GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE && GetLastError() != ERROR_SERVICE_EXISTS)
            break;
        if (!s)
            Sleep(100);
    }
    return s;
}

bool service_add(const char *program)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS), s;
    char command[MAX_PATH + 16];

    snprintf(command, sizeof command, "\"%s\" --service", program);
    s = create(manager, command);
    CloseServiceHandle(manager);
    if (!s)
        return false;
    CloseServiceHandle(s);
    service_settle();
    return true;
}

/* Wine obeys the setting and does not keep it over a boot; its value in the registry stays. */
void service_settle(void)
{
    SC_HANDLE s = open_service(SERVICE_CHANGE_CONFIG);
    DWORD on = 1;
    char key[160];

    if (s && standin.delayed) {
        ChangeServiceConfig2A(s, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &(SERVICE_DELAYED_AUTO_START_INFO){TRUE});
        snprintf(key, sizeof key, "SYSTEM\\CurrentControlSet\\Services\\%s", standin.service);
        places_set(key, "DelayedAutostart", REG_DWORD, &on, sizeof on);
    }
    if (s)
        CloseServiceHandle(s);
}

bool service_start(void)
{
    SC_HANDLE s = open_service(SERVICE_START);
    bool ok = s && (StartServiceA(s, 0, NULL) || GetLastError() == ERROR_SERVICE_ALREADY_RUNNING);

    if (s)
        CloseServiceHandle(s);
    return ok;
}

static DWORD state_of(SC_HANDLE s)
{
    SERVICE_STATUS st;

    return QueryServiceStatus(s, &st) ? st.dwCurrentState : SERVICE_STOPPED;
}

bool service_running(void)
{
    SC_HANDLE s = open_service(SERVICE_QUERY_STATUS);
    bool running = s && state_of(s) == SERVICE_RUNNING;

    if (s)
        CloseServiceHandle(s);
    return running;
}

bool service_remove(void)
{
    SC_HANDLE s = open_service(SERVICE_ALL_ACCESS);
    SERVICE_STATUS st;
    bool ok;

    if (!s)
        return true;
    ControlService(s, SERVICE_CONTROL_STOP, &st);
    for (int i = 0; i < 100 && state_of(s) != SERVICE_STOPPED; i++)
        Sleep(50);
    ok = DeleteService(s);
    CloseServiceHandle(s);
    return ok;
}

/* ---- the service itself ------------------------------------------------------------------------------------------------ */

static SERVICE_STATUS_HANDLE handle;
static HANDLE ended;

static void tell(DWORD state)
{
    DWORD accepted = switch_on("refuse-stop") ? 0 : SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN;
    SERVICE_STATUS st = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS, .dwCurrentState = state, .dwControlsAccepted = accepted};

    SetServiceStatus(handle, &st);
}

/* Where its key is: not before the installer has made it, not after the uninstaller took it away. */
static void set_protecting(bool on)
{
    DWORD value = on && !switch_on("unhealthy");
    HKEY k;

    if (!standin.state_key || RegOpenKeyExA(HKEY_LOCAL_MACHINE, standin.state_key, 0, standin_sam(), &k) != 0)
        return;
    RegSetValueExA(k, "RealTime", 0, REG_DWORD, (const BYTE *)&value, sizeof value);
    RegCloseKey(k);
}

/* Its first driver is the one that filters files; it stays loaded when the service ends. */
static void load_driver(void)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT), s;

    if (!standin.drivers)
        return;
    for (int i = 0; i < 50; i++) { /* the installer makes its entry after it starts the service */
        s = OpenServiceA(manager, standin.drivers[0], SERVICE_START);
        if (s) {
            StartServiceA(s, 0, NULL);
            CloseServiceHandle(s);
            break;
        }
        if (WaitForSingleObject(ended, 100) != WAIT_TIMEOUT)
            break;
    }
    CloseServiceHandle(manager);
}

static void WINAPI control(DWORD what)
{
    if (what == SERVICE_CONTROL_STOP || what == SERVICE_CONTROL_SHUTDOWN)
        SetEvent(ended);
}

/* The agent with the switch agent-reinstalls[=5]: so many seconds after the service of kes went, it installs kes again from the
 * package in its cache. */
static void watch_over_kes(void)
{
    char command[] = "msiexec.exe /i C:\\ProgramData\\KasperskyLab\\adminkit\\cache\\kes.msi EULA=1 PRIVACYPOLICY=1 /qn /norestart";
    STARTUPINFOA start = {.cb = sizeof start};
    PROCESS_INFORMATION child;
    SC_HANDLE manager, kes;
    long seconds;

    if (!switch_number("agent-reinstalls", &seconds, 5))
        return;
    manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    kes = OpenServiceA(manager, "avp.kes.21.9", SERVICE_QUERY_STATUS);
    CloseServiceHandle(manager);
    if (kes) {
        CloseServiceHandle(kes);
        return;
    }
    if (WaitForSingleObject(ended, (DWORD)seconds * 1000) != WAIT_TIMEOUT)
        return;
    standin_log("installs kes again");
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &child))
        return;
    WaitForSingleObject(child.hProcess, INFINITE);
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
}

static void WINAPI run(DWORD argc, char **argv)
{
    (void)argc;
    (void)argv;
    ended = CreateEventA(NULL, TRUE, FALSE, NULL);
    handle = RegisterServiceCtrlHandlerA(standin.service, control);
    tell(SERVICE_RUNNING);
    if (!switch_on("unhealthy"))
        load_driver();
    do {
        set_protecting(true);
        watch_over_kes();
    } while (WaitForSingleObject(ended, 300) == WAIT_TIMEOUT);
    set_protecting(false);
    tell(SERVICE_STOPPED);
}

int service_main(void)
{
    char name[] = ""; /* the only service of its process: the name does not count */
    SERVICE_TABLE_ENTRYA table[] = {{name, run}, {NULL, NULL}};

    return StartServiceCtrlDispatcherA(table) ? 0 : 1;
}
