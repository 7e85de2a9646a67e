/*
 * Running a program: its output, its limits, and the end of all that it started.
 *
 * The program and whatever it starts are in a job. Should we end in whatever way, the job ends with them, so
 * that a run that goes on later never meets an installer which is still at work. When we let go in order,
 * what is left lives on: it may be the new protection itself. What leaves the job is a daemon as far as
 * anybody can tell from outside: a child that asked for it (CREATE_BREAKAWAY_FROM_JOB), and what services do
 * on a program's behalf - Windows Installer above all. It is not waited for; probes catch it.
 *
 * One completion port tells of output and of the job. Messages of a job may be lost (learn.microsoft.com,
 * JOBOBJECT_ASSOCIATE_COMPLETION_PORT, Remarks), so they only wake us up: what counts is the job's own count
 * of processes, looked at every LOOK_MS at the latest.
 */
#include "core/os/win32/run.h"
#include "core/base/limits.h"
#include "core/os/win32/wide.h"
#include "core/os/win32/worker.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <bcrypt.h>

/* LINGER_MS: a console's host takes a moment longer than the program in it. */
enum {
    LOOK_MS = 250,
    LINGER_MS = 200,
    KILL_MS = 5000,
    CHUNK = 64 << 10,
    OF_JOB = 1,
    OF_OUTPUT = 2,
    ENDED_BY_US = 9
};

struct run {
    const struct os_child *child;
    struct os_exit *ret;
    HANDLE job, port, process, out;
    OVERLAPPED read;
    bool reading;     /* the system holds `read` and the room behind ret->out */
    long long exited; /* when the program itself ended; 0: it did not */
    long long deadline, next_tick;
    long long stopped; /* when the run was given up; 0: it was not */
};

/* Time asleep does not count: a laptop that wakes up has not used up a limit. */
static long long now_ms(void)
{
    ULONGLONG t;

    QueryUnbiasedInterruptTime(&t);
    return (long long)(t / 10000);
}

/* The tail is kept: twice the limit is there from the start, so that a long run cannot fail for want of
 * memory. */
static bool out_init(struct buf *b, struct err *e)
{
    buf_init(b, 2 * LIMIT_CHILD_OUTPUT);
    b->data = mem_alloc(b->max + 1);
    if (!b->data)
        return err_nomem(e);
    b->cap = b->max + 1;
    b->data[0] = '\0';
    return true;
}

static void out_trim(struct buf *b)
{
    size_t excess = b->len > LIMIT_CHILD_OUTPUT ? b->len - LIMIT_CHILD_OUTPUT : 0;

    memmove(b->data, b->data + excess, b->len - excess);
    b->len -= excess;
    b->data[b->len] = '\0';
}

/* Asks for more output; a pipe whose last writer has gone gives none. */
static void out_ask(struct run *r)
{
    struct buf *b = &r->ret->out;

    if (b->max - b->len < CHUNK)
        out_trim(b);
    memset(&r->read, 0, sizeof r->read);
    r->reading =
        ReadFile(r->out, b->data + b->len, CHUNK, NULL, &r->read) || GetLastError() == ERROR_IO_PENDING;
}

/* Waits for output or news of the job. False: nothing came in that time. */
static bool hear(struct run *r, DWORD ms)
{
    OVERLAPPED *about = NULL;
    ULONG_PTR of = 0;
    DWORD n = 0;
    BOOL ok = GetQueuedCompletionStatus(r->port, &n, &of, &about, ms);

    if (!ok && !about)
        return false;
    if (of == OF_OUTPUT) {
        r->reading = false;
        r->ret->out.len += n;
        r->ret->out.data[r->ret->out.len] = '\0';
        if (ok)
            out_ask(r);
    }
    return true;
}

/* Takes what is there already, but never so long that a program which never stops writing keeps us from
 * ending; then the room belongs to us again. */
static void out_finish(struct run *r)
{
    for (int i = 0; i < 64 && r->reading && hear(r, 0); i++)
        ;
    if (r->reading)
        CancelIoEx(r->out, &r->read);
    while (r->reading && hear(r, INFINITE))
        ;
    out_trim(&r->ret->out);
}

static bool job_empty(const struct run *r)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION all;

    return QueryInformationJobObject(r->job, JobObjectBasicAccountingInformation, &all, sizeof all, NULL) &&
           all.ActiveProcesses == 0;
}

static void give_up(struct run *r, long long now)
{
    r->stopped = now;
    TerminateJobObject(r->job, ENDED_BY_US);
}

/* One look at where the run stands; true: it is over. */
static bool look(struct run *r, long long now)
{
    const struct os_child *c = r->child;

    if (!r->exited && WaitForSingleObject(r->process, 0) == WAIT_OBJECT_0)
        r->exited = now;
    if (r->exited && (job_empty(r) || (!r->stopped && !c->wait_tree && now - r->exited >= LINGER_MS)))
        return true;
    if (r->stopped)
        return now - r->stopped >= KILL_MS;
    if (now >= r->deadline) {
        r->ret->timed_out = true;
        give_up(r, now);
    } else if (c->tick && now >= r->next_tick) {
        r->next_tick = now + LOOK_MS;
        if (!c->tick(c->arg))
            give_up(r, now);
    }
    return false;
}

static void watch(struct run *r)
{
    long long now = now_ms();

    r->deadline = now + r->child->timeout_ms;
    r->next_tick = now + LOOK_MS;
    while (!look(r, now)) {
        long long left = r->deadline - now;

        hear(r, left > 0 && left < LOOK_MS ? (DWORD)left : LOOK_MS);
        now = now_ms();
    }
}

static void conclude(struct run *r)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION none;
    DWORD code;

    if (r->exited && GetExitCodeProcess(r->process, &code) && !(r->stopped && code == ENDED_BY_US))
        r->ret->code = (int)code;
    else
        r->ret->signal = ENDED_BY_US;
    r->ret->tree_empty = job_empty(r);
    /* What is left lives on without us. */
    memset(&none, 0, sizeof none);
    SetInformationJobObject(r->job, JobObjectExtendedLimitInformation, &none, sizeof none);
}

static bool make_job(struct run *r, struct err *e)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT port = {.CompletionKey = (void *)OF_JOB};

    memset(&limits, 0, sizeof limits);
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    r->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    r->job = CreateJobObjectW(NULL, NULL);
    port.CompletionPort = r->port;
    if (!r->port || !r->job ||
        !SetInformationJobObject(r->job, JobObjectExtendedLimitInformation, &limits, sizeof limits) ||
        !SetInformationJobObject(r->job, JobObjectAssociateCompletionPortInformation, &port, sizeof port))
        return wide_error(e, ERR_OS, GetLastError(), "making a job");
    return true;
}

/* Only a pipe with a name can be read without waiting; nobody guesses the name or comes in second. */
static HANDLE make_output(struct run *r, SECURITY_ATTRIBUTES *inherit)
{
    char name[64];
    ULONGLONG number;

    if (BCryptGenRandom(NULL, (UCHAR *)&number, sizeof number, BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0)
        return INVALID_HANDLE_VALUE;
    snprintf(name, sizeof name, "\\\\.\\pipe\\avswap-%016llx", number);
    r->out =
        CreateNamedPipeA(name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, CHUNK, CHUNK, 0, NULL);
    if (r->out == INVALID_HANDLE_VALUE || !CreateIoCompletionPort(r->out, r->port, OF_OUTPUT, 0))
        return INVALID_HANDLE_VALUE;
    return CreateFileA(name, GENERIC_WRITE, 0, inherit, OPEN_EXISTING, 0, NULL);
}

/* The secret waits in the pipe before the child starts, so nobody has to feed it. */
static HANDLE make_input(const struct secret *s, SECURITY_ATTRIBUTES *inherit)
{
    HANDLE from, to;
    DWORD n = 0;
    bool ok;

    if (!s)
        return CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, inherit, OPEN_EXISTING,
                           0, NULL);
    if (!CreatePipe(&from, &to, inherit, LIMIT_SECRET + 1))
        return INVALID_HANDLE_VALUE;
    SetHandleInformation(to, HANDLE_FLAG_INHERIT, 0);
    ok = s->len <= LIMIT_SECRET && WriteFile(to, s->bytes, (DWORD)s->len, &n, NULL) && n == s->len;
    CloseHandle(to);
    if (ok)
        return from;
    CloseHandle(from);
    return INVALID_HANDLE_VALUE;
}

/* Starts it in the job from its first instruction on, with these two handles and no other of ours. */
static bool create(struct run *r, const struct program *p, const wchar_t *dir, HANDLE in, HANDLE out,
                   struct err *e)
{
    STARTUPINFOEXW s = {.StartupInfo = {.cb = sizeof s,
                                        .dwFlags = STARTF_USESTDHANDLES | STARTF_USESHOWWINDOW,
                                        .wShowWindow = SW_HIDE,
                                        .hStdInput = in,
                                        .hStdOutput = out,
                                        .hStdError = out}};
    HANDLE handles[] = {in, out};
    PROCESS_INFORMATION made;
    char room[512];
    SIZE_T size = sizeof room;
    DWORD failed = 0;

    s.lpAttributeList = (void *)room;
    if (!InitializeProcThreadAttributeList(s.lpAttributeList, 2, 0, &size) ||
        !UpdateProcThreadAttribute(s.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                   sizeof handles, NULL, NULL) ||
        !UpdateProcThreadAttribute(s.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, &r->job,
                                   sizeof r->job, NULL, NULL))
        return wide_error(e, ERR_OS, GetLastError(), "preparing a program's start");
    if (CreateProcessW(p->path, p->line, NULL, NULL, TRUE,
                       CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT, p->env,
                       dir, &s.StartupInfo, &made)) {
        CloseHandle(made.hThread);
        r->process = made.hProcess;
    } else {
        failed = GetLastError();
    }
    DeleteProcThreadAttributeList(s.lpAttributeList);
    return r->process || wide_error(e, ERR_OS, failed, "starting '%s'", p->name);
}

static bool start(struct run *r, const struct program *p, struct arena *a, struct err *e)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    wchar_t system[MAX_PATH], *dir = system;
    HANDLE in, out;
    bool ok;

    if (r->child->dir && !(dir = program_path(r->child->dir, a, e)))
        return false;
    if (!r->child->dir && !GetSystemDirectoryW(system, MAX_PATH))
        return wide_error(e, ERR_OS, GetLastError(), "finding the folder of Windows");
    if (!make_job(r, e))
        return false;
    in = make_input(r->child->input, &inherit);
    out = make_output(r, &inherit);
    if (in == INVALID_HANDLE_VALUE || out == INVALID_HANDLE_VALUE)
        ok = wide_error(e, ERR_OS, GetLastError(), "making the pipes of '%s'", p->name);
    else
        ok = create(r, p, dir, in, out, e);
    if (in != INVALID_HANDLE_VALUE)
        CloseHandle(in);
    if (out != INVALID_HANDLE_VALUE)
        CloseHandle(out);
    return ok;
}

static void close_all(struct run *r)
{
    HANDLE all[] = {r->process, r->out, r->job, r->port};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] && all[i] != INVALID_HANDLE_VALUE)
            CloseHandle(all[i]);
}

bool run_program(const struct os_child *c, const struct program *p, struct os_exit *ret, struct err *e)
{
    struct run r = {.child = c, .ret = ret};
    struct arena a = ARENA_INIT;
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->code = -1;
    if (c->timeout_ms <= 0)
        return err_set(e, ERR_BUG, "a program without a time limit");
    worker_pause();
    ok = out_init(&ret->out, e) && start(&r, p, &a, e);
    if (ok) {
        out_ask(&r);
        watch(&r);
        out_finish(&r);
        conclude(&r);
    }
    close_all(&r);
    arena_free(&a);
    if (!ok)
        buf_free(&ret->out);
    return ok;
}

bool os_run(const struct os_child *c, struct os_exit *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct program p;
    struct buf line;
    bool ok;

    memset(ret, 0, sizeof *ret);
    buf_init(&line, PROGRAM_LINE);
    ok = c->argv.n || err_set(e, ERR_INPUT, "a command without a program");
    ok = ok && program_make(c->argv.v[0], &c->env, &a, &p, e) && program_line(p.name, &c->argv, &line, e) &&
         (p.line = wide_text(buf_str(&line), &a, e)) && run_program(c, &p, ret, e);
    buf_free(&line);
    arena_free(&a);
    return ok;
}
