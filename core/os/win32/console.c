#include "core/os/console.h"
#include "core/os/win32/wide.h"
#include "core/os/win32/worker.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <shellapi.h>

/* What one call takes at most: the console's own buffer was 64 KiB for long (learn.microsoft.com,
 * WriteConsole, Remarks). */
#define PIECE 8000

static bool colour[3];

static HANDLE handle_of(int stream)
{
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

    return GetStdHandle(names[stream]);
}

bool os_console_is_terminal(int stream)
{
    DWORD mode;

    return GetConsoleMode(handle_of(stream), &mode);
}

/* The arguments of main() were converted to the code page of the system, which does not hold every name. The
 * copies live as long as the process. */
static void take_arguments(int *argc, char ***argv)
{
    static struct arena kept = ARENA_INIT;
    int n = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &n);
    char **own = wide ? ARENA_ARRAY(&kept, (size_t)n + 1, char *) : NULL;

    for (int i = 0; own && i < n; i++) {
        const char *text = wide_utf8(wide[i], wcslen(wide[i]), &kept);

        own[i] = text ? arena_strdup(&kept, text) : NULL;
        if (!own[i])
            own = NULL;
    }
    LocalFree(wide);
    if (!own)
        ExitProcess(EXIT_ERROR);
    *argc = n;
    *argv = own;
}

void os_console_init(int *argc, char ***argv)
{
    take_arguments(argc, argv);
    for (int i = OS_OUT; i <= OS_ERR; i++) {
        DWORD mode;

        colour[i] =
            GetConsoleMode(handle_of(i), &mode) &&
            SetConsoleMode(handle_of(i), mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    }
}

bool os_console_has_colour(int stream)
{
    return colour[stream];
}

/* The console takes UTF-16; who reads a pipe or a file may expect the code page of the system. */
bool os_console_has_utf8(int stream)
{
    return os_console_is_terminal(stream);
}

void os_console_size(int stream, int *ret_columns, int *ret_rows)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    bool known = GetConsoleScreenBufferInfo(handle_of(stream), &info);

    *ret_columns = known ? info.srWindow.Right - info.srWindow.Left + 1 : 0;
    *ret_rows = known ? info.srWindow.Bottom - info.srWindow.Top + 1 : 0;
}

/* Bytes of the longest beginning of p that is at most PIECE and cuts no character. */
static size_t piece_of(const char *p, size_t n)
{
    size_t k = n < PIECE ? n : PIECE;

    while (k && k < n && ((unsigned char)p[k] & 0xC0) == 0x80)
        k--;
    return k ? k : n < PIECE ? n : PIECE;
}

static bool write_text(HANDLE h, const char *p, size_t n)
{
    wchar_t text[PIECE];

    while (n) {
        size_t k = piece_of(p, n);
        DWORD units = (DWORD)MultiByteToWideChar(CP_UTF8, 0, p, (int)k, text, PIECE), done;

        for (DWORD at = 0; at < units; at += done)
            if (!WriteConsoleW(h, text + at, units - at, &done, NULL) || !done)
                return false;
        p += k;
        n -= k;
    }
    return true;
}

static bool write_bytes(HANDLE h, const char *p, size_t n)
{
    while (n) {
        DWORD done;

        if (!WriteFile(h, p, n < 1u << 20 ? (DWORD)n : 1u << 20, &done, NULL))
            return false;
        p += done;
        n -= done;
    }
    return true;
}

bool os_console_write(int stream, const char *p, size_t n, struct err *e)
{
    HANDLE h = handle_of(stream);

    if (!h || h == INVALID_HANDLE_VALUE) /* a service has nobody to talk to */
        return true;
    if (os_console_is_terminal(stream) ? write_text(h, p, n) : write_bytes(h, p, n))
        return true;
    return wide_error(e, ERR_IO, GetLastError(), "writing to standard %s",
                      stream == OS_ERR ? "error" : "output");
}

/* A line of the console in UTF-8, handed out in pieces. Ctrl-Z at its beginning is the end of input. */
static struct {
    char text[PIECE * 3];
    size_t at, n;
} line;

static bool read_line(HANDLE h)
{
    wchar_t text[PIECE];
    DWORD units;

    if (!ReadConsoleW(h, text, PIECE, &units, NULL))
        return false;
    line.at = line.n = 0;
    if (units && text[0] != 26)
        line.n = (size_t)WideCharToMultiByte(CP_UTF8, 0, text, (int)units, line.text, sizeof line.text, NULL,
                                             NULL);
    return true;
}

bool os_console_read(char *p, size_t size, size_t *ret, struct err *e)
{
    HANDLE h = handle_of(OS_IN);
    DWORD n = 0;

    *ret = 0;
    if (!os_console_is_terminal(OS_IN)) {
        if (!ReadFile(h, p, (DWORD)size, &n, NULL) && GetLastError() != ERROR_BROKEN_PIPE &&
            GetLastError() != ERROR_HANDLE_EOF)
            return wide_error(e, ERR_IO, GetLastError(), "reading standard input");
        *ret = n;
        return true;
    }
    if (line.at == line.n && !read_line(h))
        return wide_error(e, ERR_IO, GetLastError(), "reading standard input");
    *ret = line.n - line.at < size ? line.n - line.at : size;
    memcpy(p, line.text + line.at, *ret);
    line.at += *ret;
    return true;
}

static volatile LONG interrupts;

/* What is held is a run. Nothing keeps a window open that is closed, so the run's own service takes over. That somebody
 * logs off only services are told (learn.microsoft.com, HandlerRoutine), whom it does not concern. */
static BOOL WINAPI on_event(DWORD event)
{
    if (event == CTRL_CLOSE_EVENT)
        worker_succeed();
    if (event == CTRL_LOGOFF_EVENT)
        return TRUE;
    return (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT) && InterlockedIncrement(&interrupts) == 1;
}

void os_console_hold(bool on)
{
    InterlockedExchange(&interrupts, 0);
    SetConsoleCtrlHandler(on_event, on);
}

bool os_console_interrupted(void)
{
    return interrupts > 0;
}

bool os_console_own_window(void)
{
    DWORD pids[2];

    return os_console_is_terminal(OS_IN) && os_console_is_terminal(OS_OUT) &&
           GetConsoleProcessList(pids, 2) == 1;
}

/* Only in the session of a person: a service's has no desktop to ask on. */
bool os_console_can_elevate(void)
{
    DWORD session;

    return ProcessIdToSessionId(GetCurrentProcessId(), &session) && session;
}

/* The command line behind the program's name, as it was given. The name ends at the closing quote or the
 * first blank (learn.microsoft.com, CommandLineToArgvW, Remarks). */
static const wchar_t *rest_of(const wchar_t *command)
{
    if (*command == L'"') {
        for (command++; *command && *command != L'"'; command++)
            ;
        return *command ? command + 1 : command;
    }
    while (*command > L' ')
        command++;
    return command;
}

bool os_console_elevate(int *ret_status, struct err *e)
{
    wchar_t self[32768], folder[32768];
    SHELLEXECUTEINFOW start = {.cbSize = sizeof start,
                               .fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_NOASYNC,
                               .lpVerb = L"runas",
                               .lpFile = self,
                               .lpParameters = rest_of(GetCommandLineW()),
                               .lpDirectory = folder,
                               .nShow = SW_SHOWNORMAL};
    DWORD n = GetModuleFileNameW(NULL, self, sizeof self / sizeof *self), status = EXIT_ERROR;
    bool ok;

    if (!n || n == sizeof self / sizeof *self ||
        !GetCurrentDirectoryW(sizeof folder / sizeof *folder, folder))
        return wide_error(e, ERR_OS, GetLastError(), "looking for this program's own file");
    if (!ShellExecuteExW(&start))
        return GetLastError() == ERROR_CANCELLED
                   ? err_set(e, ERR_PRIVILEGE, "the administrator's rights were refused")
                   : wide_error(e, ERR_OS, GetLastError(), "asking for administrator rights");
    ok = WaitForSingleObject(start.hProcess, INFINITE) == WAIT_OBJECT_0 &&
         GetExitCodeProcess(start.hProcess, &status);
    if (!ok)
        wide_error(e, ERR_OS, GetLastError(), "waiting for the program in the other window");
    CloseHandle(start.hProcess);
    *ret_status = (int)status;
    return ok;
}
