#include "core/os/win32/worker.h"
#include "core/os/console.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/win32/key.h"
#include "core/os/win32/program.h"
#include "core/os/win32/scm.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <winternl.h>

/*
 * Where the service manager started us, its control handler runs in the first thread and the work in another.
 * Asked to end, we let what has been started come to its end within the time there is, start nothing more,
 * and end without any farewell: the journal is made for that, and the next start goes on from it.
 */
static struct worker {
    int (*work)(int argc, char **argv);
    int argc;
    char **argv;
    int status;
    SERVICE_STATUS_HANDLE handle;
    HANDLE rest; /* the work has ended, or waits in worker_pause() */
    volatile LONG stopping;
} self;

void worker_pause(void)
{
    if (!self.stopping)
        return;
    SetEvent(self.rest);
    for (;;)
        Sleep(INFINITE);
}

/* A reboot on the way and a rollback are ends as they should be: no failure of the service for the event log. */
static bool came_to_its_end(int status)
{
    return status == EXIT_DONE || status == EXIT_REBOOT || status == EXIT_ROLLED_BACK;
}

static void report(DWORD state, DWORD hint_ms)
{
    SERVICE_STATUS s = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS, .dwCurrentState = state, .dwWaitHint = hint_ms};

    if (state == SERVICE_RUNNING)
        s.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN | SERVICE_ACCEPT_SHUTDOWN;
    if (state == SERVICE_STOPPED && !came_to_its_end(self.status)) {
        s.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
        s.dwServiceSpecificExitCode = (DWORD)self.status;
    }
    SetServiceStatus(self.handle, &s);
}

static DWORD WINAPI end_within(void *ms)
{
    WaitForSingleObject(self.rest, (DWORD)(ULONG_PTR)ms);
    report(SERVICE_STOPPED, 0);
    TerminateProcess(GetCurrentProcess(), (UINT)self.status);
    return 0;
}

/* In a thread of its own: the service manager waits for its handler, and would take our end in it for a
 * failure. */
static void end_soon(ULONG_PTR ms)
{
    HANDLE thread;

    if (InterlockedExchange(&self.stopping, TRUE))
        return;
    report(SERVICE_STOP_PENDING, (DWORD)ms + 1000);
    thread = CreateThread(NULL, 0, end_within, (void *)ms, 0, NULL);
    if (thread)
        CloseHandle(thread);
    else
        end_within((void *)ms);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *arg)
{
    /* What a person who stops it waits for, and what WaitToKillServiceTimeout leaves. */
    enum { STOP_MS = 25000, SHUTDOWN_MS = 4000 };

    (void)type, (void)data, (void)arg;
    switch (code) {
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    case SERVICE_CONTROL_STOP:
        end_soon(STOP_MS);
        return NO_ERROR;
    case SERVICE_CONTROL_PRESHUTDOWN:
        end_soon(WORKER_LAST_MS - 5000);
        return NO_ERROR;
    case SERVICE_CONTROL_SHUTDOWN:
        end_soon(SHUTDOWN_MS);
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* Waits for the end of whom we succeed: until then it holds the lock. */
static void await_end(const wchar_t *pid)
{
    enum { END_MS = 30000 }; /* a window that is closed has 5 s */
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)wcstoul(pid, NULL, 10));

    if (!process)
        return;
    WaitForSingleObject(process, END_MS);
    CloseHandle(process);
}

/* argv[0] is the service's name. */
static void WINAPI serve(DWORD argc, wchar_t **argv)
{
    self.handle = RegisterServiceCtrlHandlerExW(L"" WORKER_SERVICE, control, NULL);
    report(SERVICE_RUNNING, 0);
    if (argc > 1)
        await_end(argv[1]);
    self.status = self.work(self.argc, self.argv);
    SetEvent(self.rest);
    if (!self.stopping)
        report(SERVICE_STOPPED, 0);
}

/* Is our parent the service manager? Asking the dispatcher would tell as well, but takes ten seconds on some
 * systems when it is not. */
static bool by_service_manager(void)
{
    wchar_t path[MAX_PATH], system[MAX_PATH];
    PROCESS_BASIC_INFORMATION me;
    DWORD n = MAX_PATH, folder = GetSystemDirectoryW(system, MAX_PATH);
    HANDLE parent;
    bool same;

    memset(&me, 0, sizeof me);
    if (NtQueryInformationProcess(GetCurrentProcess(), ProcessBasicInformation, &me, sizeof me, NULL) < 0)
        return false;
    parent = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)me.InheritedFromUniqueProcessId);
    if (!parent)
        return false;
    same = QueryFullProcessImageNameW(parent, 0, path, &n) && folder && folder < MAX_PATH && n > folder &&
           _wcsnicmp(path, system, folder) == 0 && _wcsicmp(path + folder, L"\\services.exe") == 0;
    CloseHandle(parent);
    return same;
}

int os_worker_run(int (*work)(int argc, char **argv), int argc, char **argv)
{
    wchar_t name[] = L"" WORKER_SERVICE;
    SERVICE_TABLE_ENTRYW table[] = {{name, serve}, {NULL, NULL}};

    if (!by_service_manager())
        return work(argc, argv);
    self.work = work;
    self.argc = argc;
    self.argv = argv;
    self.rest = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!self.rest || !StartServiceCtrlDispatcherW(table))
        return work(argc, argv);
    return self.status;
}

/* --- the entry in the service manager --- */

/* So that a power cut behind us cannot lose it. */
static bool flush_entry(struct err *e)
{
    void *key;
    LONG r;

    if (!key_open("HKLM/SYSTEM/CurrentControlSet/Services/" WORKER_SERVICE, "64", KEY_READ, &key, e))
        return false;
    r = key ? RegFlushKey(key) : ERROR_FILE_NOT_FOUND;
    key_close(key);
    return r == ERROR_SUCCESS || wide_error(e, ERR_IO, (DWORD)r, "writing the service's entry to the disk");
}

/* What the entry says beyond its command: a person who finds it, and the system when it goes down. */
static bool describe(SC_HANDLE service)
{
    wchar_t text[] =
        L"Goes on with the change of this computer's antivirus after a restart. Removes itself when the "
        L"change is done.";
    SERVICE_DESCRIPTIONW description = {text};
    SERVICE_PRESHUTDOWN_INFO last = {WORKER_LAST_MS};

    return ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description) &&
           ChangeServiceConfig2W(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &last);
}

static DWORD create_or_change(SC_HANDLE manager, const wchar_t *line)
{
    const DWORD rights = SERVICE_CHANGE_CONFIG | SERVICE_QUERY_STATUS;
    SC_HANDLE service = CreateServiceW(manager, L"" WORKER_SERVICE, L"avswap: change of antivirus", rights,
                                       SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                                       line, NULL, NULL, NULL, NULL, NULL);
    DWORD failed = service ? 0 : GetLastError();

    if (failed == ERROR_SERVICE_EXISTS) {
        service = OpenServiceW(manager, L"" WORKER_SERVICE, rights);
        failed =
            service && ChangeServiceConfigW(service, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                                            SERVICE_ERROR_NORMAL, line, NULL, NULL, NULL, NULL, NULL, NULL)
                ? 0
                : GetLastError();
    }
    if (!failed && !describe(service))
        failed = GetLastError();
    if (service)
        CloseServiceHandle(service);
    return failed;
}

/* The entry of a run that has just ended is marked for deletion until that process is gone. */
static bool put_entry(const wchar_t *line, struct err *e)
{
    enum { LOOKS = 100, LOOK_MS = 100 };
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    DWORD failed = manager ? ERROR_SERVICE_MARKED_FOR_DELETE : GetLastError();

    for (int i = 0; i < LOOKS && failed == ERROR_SERVICE_MARKED_FOR_DELETE; i++) {
        if (i)
            os_sleep_ms(LOOK_MS);
        failed = create_or_change(manager, line);
    }
    if (manager)
        CloseServiceHandle(manager);
    return !failed || wide_error(e, ERR_OS, failed, "making the service '%s'", WORKER_SERVICE);
}

bool worker_create(const struct strs *argv, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *program = argv->n ? argv->v[0] : "", *found;
    wchar_t *line = NULL;
    char *pattern;
    struct buf text;
    bool ok;

    buf_init(&text, PROGRAM_LINE);
    ok = program_find(program, &a, &found, e) &&
         ((found && strchr(program, '/')) ||
          err_set(e, ERR_INPUT, "what is to run after the reboot needs the whole path of a program"));
    /* A run that ended here left its program, this same file, to the next boot's removal. */
    ok = ok && ((pattern = text_literal(&a, program)) || err_nomem(e)) && os_tree_keep(pattern, e);
    ok = ok && program_line(program, argv, &text, e) && (line = wide_text(buf_str(&text), &a, e)) &&
         put_entry(line, e) && flush_entry(e);
    buf_free(&text);
    arena_free(&a);
    return ok;
}

bool worker_self(void)
{
    return self.handle != NULL;
}

/* A worker that was ended is gone before the service manager says so, and Wine's never does. */
static bool lives(DWORD pid)
{
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, pid);
    bool yes = process ? WaitForSingleObject(process, 0) == WAIT_TIMEOUT : GetLastError() != ERROR_INVALID_PARAMETER;

    if (process)
        CloseHandle(process);
    return yes;
}

bool worker_running(bool *ret, struct err *e)
{
    SERVICE_STATUS_PROCESS s = {.dwCurrentState = SERVICE_STOPPED};
    DWORD failed = 0, n;
    struct scm scm;

    if (!scm_open(WORKER_SERVICE, SERVICE_QUERY_STATUS, &scm, e))
        return false;
    if (scm.service && !QueryServiceStatusEx(scm.service, SC_STATUS_PROCESS_INFO, (BYTE *)&s, sizeof s, &n))
        failed = GetLastError();
    scm_close(&scm);
    *ret = s.dwCurrentState != SERVICE_STOPPED && (!s.dwProcessId || lives(s.dwProcessId));
    return !failed || wide_error(e, ERR_OS, failed, "looking at the service '%s'", WORKER_SERVICE);
}

bool worker_idle(struct err *e)
{
    bool running;

    return worker_running(&running, e) &&
           (!running || err_set(e, ERR_BUSY, "a run is at work already, as the service '%s'", WORKER_SERVICE));
}

bool worker_start(struct err *e)
{
    struct scm scm;
    DWORD failed = 0;

    if (!scm_open(WORKER_SERVICE, SERVICE_START, &scm, e))
        return false;
    if (!scm.service || !StartServiceW(scm.service, 0, NULL))
        failed = scm.service ? GetLastError() : scm.failed;
    scm_close(&scm);
    return !failed || wide_error(e, ERR_OS, failed, "starting the service '%s'", WORKER_SERVICE);
}

void worker_succeed(void)
{
    struct err ignored = ERR_INIT;
    struct scm scm;
    wchar_t pid[16];
    const wchar_t *argv[] = {pid};

    _ultow(GetCurrentProcessId(), pid, 10);
    if (!scm_open(WORKER_SERVICE, SERVICE_START, &scm, &ignored))
        return;
    if (scm.service)
        StartServiceW(scm.service, 1, argv);
    scm_close(&scm);
}
