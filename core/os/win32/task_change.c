#define COBJMACROS
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/task.h"
#include "core/os/win32/wide.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <taskschd.h>

/* The scheduler, the folder of a task and the task's name in it. */
struct scheduler {
    bool com;
    ITaskService *service;
    ITaskFolder *folder; /* NULL: there is no such folder */
    BSTR name;
};

static bool missing(HRESULT r)
{
    return r == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) || r == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
}

static bool failed(HRESULT r, const char *doing, const char *path, struct err *e)
{
    unsigned long code = HRESULT_FACILITY(r) == FACILITY_WIN32 ? HRESULT_CODE(r) : (unsigned long)r;

    return wide_error(e, ERR_OS, code, "%s the task '%.200s'", doing, path);
}

/* "/Folder/Name": no empty part, no "..", nothing that the scheduler's own paths take for a separator. */
static bool path_ok(const char *path)
{
    return *path == '/' && path[1] && !strchr(path, '\\') && !strstr(path, "//") && !text_ends(path, "/") &&
           !strstr(path, "/..") && strlen(path) < 260;
}

static HRESULT open_scheduler(struct scheduler *s)
{
    HRESULT r = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    VARIANT none;

    s->com = SUCCEEDED(r);
    if (FAILED(r) && r != RPC_E_CHANGED_MODE)
        return r;
    VariantInit(&none);
    r = CoCreateInstance(&CLSID_TaskScheduler, NULL, CLSCTX_INPROC_SERVER, &IID_ITaskService,
                         (void **)&s->service);
    return FAILED(r) ? r : ITaskService_Connect(s->service, none, none, none, none);
}

/* path as the scheduler has it; cuts it into folder and name. */
static HRESULT open_folder(struct scheduler *s, wchar_t *path, bool make)
{
    wchar_t *last = wcsrchr(path, L'\\');
    BSTR root = SysAllocString(L"\\"), below;
    ITaskFolder *top = NULL;
    VARIANT none;
    HRESULT r;

    s->name = SysAllocString(last + 1);
    *last = L'\0';
    below = SysAllocString(last == path ? L"\\" : path);
    VariantInit(&none);
    r = root && below && s->name ? ITaskService_GetFolder(s->service, below, &s->folder) : E_OUTOFMEMORY;
    if (missing(r) && make) {
        r = ITaskService_GetFolder(s->service, root, &top);
        if (SUCCEEDED(r))
            r = ITaskFolder_CreateFolder(top, below, none, &s->folder);
    }
    if (top)
        ITaskFolder_Release(top);
    SysFreeString(root);
    SysFreeString(below);
    return r;
}

static void close_all(struct scheduler *s)
{
    if (s->folder)
        ITaskFolder_Release(s->folder);
    if (s->service)
        ITaskService_Release(s->service);
    SysFreeString(s->name);
    if (s->com)
        CoUninitialize();
}

/* False for an error; without an error and without a folder there is none. Close in any case. */
static bool open_all(struct scheduler *s, const char *path, bool make, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w;
    HRESULT r = S_OK;

    memset(s, 0, sizeof *s);
    if (!path_ok(path))
        return err_set(e, ERR_INPUT, "'%.200s' is no path of a task", path);
    w = wide_text(path, &a, e);
    for (wchar_t *p = w; p && *p; p++)
        if (*p == L'/')
            *p = L'\\';
    if (w)
        r = open_scheduler(s);
    if (w && SUCCEEDED(r))
        r = open_folder(s, w, make);
    arena_free(&a);
    return w && (SUCCEEDED(r) || (missing(r) && !make) || failed(r, "looking for", path, e));
}

bool os_task_remove(const char *path, struct err *e)
{
    struct scheduler s;
    bool ok = open_all(&s, path, false, e);
    HRESULT r = ok && s.folder ? ITaskFolder_DeleteTask(s.folder, s.name, 0) : S_OK;

    close_all(&s);
    return ok && (SUCCEEDED(r) || missing(r) || failed(r, "deleting", path, e));
}

bool os_task_save(const char *path, const char *file, struct err *e)
{
    IRegisteredTask *task = NULL;
    struct scheduler s;
    bool ok = open_all(&s, path, false, e);
    BSTR xml = NULL;
    struct buf b;
    HRESULT r = S_OK;

    buf_init(&b, LIMIT_MANIFEST);
    if (ok)
        r = s.folder ? ITaskFolder_GetTask(s.folder, s.name, &task)
                     : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (task)
        r = IRegisteredTask_get_Xml(task, &xml);
    ok = ok && (SUCCEEDED(r) || failed(r, "reading", path, e));
    if (ok) {
        buf_add(&b, "\xff\xfe", 2);
        buf_add(&b, xml, SysStringLen(xml) * sizeof(wchar_t));
        ok = buf_ok(&b, "a task", e) && os_file_write(file, b.data, b.len, 0600, e);
    }
    if (task)
        IRegisteredTask_Release(task);
    SysFreeString(xml);
    buf_free(&b);
    close_all(&s);
    return ok;
}

/* Who it runs as stands in its text; a password that it was made with cannot be put back, which the scheduler
 * says. */
static HRESULT register_task(struct scheduler *s, const struct buf *b)
{
    BSTR xml = SysAllocStringLen((const wchar_t *)(const void *)(b->data + 2), (UINT)(b->len / 2 - 1));
    IRegisteredTask *task = NULL;
    VARIANT none;
    HRESULT r;

    VariantInit(&none);
    r = xml ? ITaskFolder_RegisterTask(s->folder, s->name, xml, TASK_CREATE_OR_UPDATE, none, none,
                                       TASK_LOGON_NONE, none, &task)
            : E_OUTOFMEMORY;
    if (task)
        IRegisteredTask_Release(task);
    SysFreeString(xml);
    return r;
}

bool os_task_add(const char *path, const char *file, struct err *e)
{
    struct scheduler s;
    struct buf b;
    HRESULT r;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(file, &b, e);
    if (ok && (b.len < 4 || b.len % 2 || memcmp(b.data, "\xff\xfe", 2) != 0))
        ok = err_set(e, ERR_INPUT, "'%.300s' is no saved task", file);
    if (ok) {
        ok = open_all(&s, path, true, e);
        r = ok ? register_task(&s, &b) : S_OK;
        ok = ok && (SUCCEEDED(r) || failed(r, "adding", path, e));
        close_all(&s);
    }
    buf_free(&b);
    return ok;
}
