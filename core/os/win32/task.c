#define COBJMACROS
#include "core/os/task.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/win32/task_file.h"
#include "core/os/win32/task_text.h"
#include "core/os/win32/wide.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <taskschd.h>

struct listing {
    struct facts *f;
    struct arena *a;
    struct err *e; /* the first thing that could not be read */
};

static bool keep(struct listing *l, HRESULT r, const char *what)
{
    struct err e = ERR_INIT;

    wide_error(&e, ERR_OS, (unsigned long)r, "%s", what);
    return err_keep(l->e, &e);
}

static bool add_task(struct listing *l, BSTR path, BSTR xml)
{
    struct arena scratch = ARENA_INIT;
    const char *text;
    struct task *t;

    if (l->f->tasks.n >= LIMIT_TASKS)
        return err_set(l->e, ERR_LIMIT, "more than %u scheduled tasks", LIMIT_TASKS);
    t = LIST_ADD(l->a, &l->f->tasks);
    text = t ? wide_utf8(xml, SysStringLen(xml), &scratch) : NULL;
    if (text) {
        t->path = wide_path_utf8(path, SysStringLen(path), l->a);
        t->command = task_text_commands(text, l->a);
    }
    arena_free(&scratch);
    if (!text || !t->path || !t->command)
        return err_nomem(l->e);
    if (!*t->command)
        t->command = NULL;
    return true;
}

static bool list_task(struct listing *l, IRegisteredTask *task)
{
    BSTR path = NULL, xml = NULL;
    HRESULT r = IRegisteredTask_get_Path(task, &path);
    bool ok;

    if (SUCCEEDED(r))
        r = IRegisteredTask_get_Xml(task, &xml);
    ok = SUCCEEDED(r) ? add_task(l, path, xml) : keep(l, r, "reading a scheduled task");
    SysFreeString(path);
    SysFreeString(xml);
    return ok;
}

/* Items of the collections are counted from 1. */
static VARIANT item(LONG i)
{
    VARIANT v;

    VariantInit(&v);
    V_VT(&v) = VT_I4;
    V_I4(&v) = i;
    return v;
}

static bool list_tasks(struct listing *l, ITaskFolder *folder)
{
    IRegisteredTaskCollection *tasks = NULL;
    LONG n = 0;
    HRESULT r = ITaskFolder_GetTasks(folder, TASK_ENUM_HIDDEN, &tasks);
    bool ok = true;

    if (FAILED(r))
        return keep(l, r, "listing scheduled tasks");
    r = IRegisteredTaskCollection_get_Count(tasks, &n);
    if (FAILED(r))
        ok = keep(l, r, "counting scheduled tasks");
    for (LONG i = 1; i <= n && ok; i++) {
        IRegisteredTask *task = NULL;

        r = IRegisteredTaskCollection_get_Item(tasks, item(i), &task);
        if (FAILED(r)) {
            ok = keep(l, r, "reading a scheduled task");
            continue;
        }
        ok = list_task(l, task);
        IRegisteredTask_Release(task);
    }
    IRegisteredTaskCollection_Release(tasks);
    return ok;
}

/* Takes the folder over. */
static bool list_folder(struct listing *l, ITaskFolder *folder, int depth)
{
    enum { DEPTH = 32 };
    ITaskFolderCollection *below = NULL;
    LONG n = 0;
    bool ok = list_tasks(l, folder);
    HRESULT r = ok ? ITaskFolder_GetFolders(folder, 0, &below) : S_OK;

    ITaskFolder_Release(folder);
    if (!ok)
        return false;
    if (FAILED(r))
        return keep(l, r, "listing folders of scheduled tasks");
    r = ITaskFolderCollection_get_Count(below, &n);
    if (FAILED(r))
        ok = keep(l, r, "counting folders of scheduled tasks");
    if (n && depth == DEPTH)
        ok = err_set(l->e, ERR_LIMIT, "folders of scheduled tasks are more than %d deep", DEPTH);
    for (LONG i = 1; i <= n && ok; i++) {
        ITaskFolder *next = NULL;

        r = ITaskFolderCollection_get_Item(below, item(i), &next);
        ok = SUCCEEDED(r) ? list_folder(l, next, depth + 1)
                          : keep(l, r, "opening a folder of scheduled tasks");
    }
    ITaskFolderCollection_Release(below);
    return ok;
}

static HRESULT open_root(ITaskService **service, ITaskFolder **root)
{
    BSTR path = SysAllocString(L"\\");
    VARIANT none;
    HRESULT r = path ? CoCreateInstance(&CLSID_TaskScheduler, NULL, CLSCTX_INPROC_SERVER, &IID_ITaskService,
                                        (void **)service)
                     : E_OUTOFMEMORY;

    VariantInit(&none);
    if (SUCCEEDED(r))
        r = ITaskService_Connect(*service, none, none, none, none);
    if (SUCCEEDED(r))
        r = ITaskService_GetFolder(*service, path, root);
    SysFreeString(path);
    return r;
}

/* What the Task Scheduler itself says. */
static bool ask(struct facts *f, struct arena *a, struct err *e)
{
    struct listing l = {f, a, e};
    ITaskService *service = NULL;
    ITaskFolder *root = NULL;
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED), r;

    /* Whoever called may have chosen another kind of threads already; any will do. */
    r = SUCCEEDED(com) || com == RPC_E_CHANGED_MODE ? open_root(&service, &root) : com;
    if (FAILED(r))
        wide_error(e, ERR_OS, (unsigned long)r, "opening the Task Scheduler");
    else
        list_folder(&l, root, 0);
    if (service)
        ITaskService_Release(service);
    if (SUCCEEDED(com))
        CoUninitialize();
    return e->code == ERR_NONE;
}

bool os_task_list(struct facts *f, struct arena *a, struct err *e)
{
    struct err files = ERR_INIT;

    if (ask(f, a, e))
        return true;
    if (e->code == ERR_NOMEM || e->code == ERR_LIMIT)
        return false;
    /* Its service may be switched off or damaged: what it keeps on disk tells as much. */
    f->tasks.v = NULL;
    f->tasks.n = 0;
    if (!task_file_list(f, a, &files)) {
        err_keep(e, &files);
        return false;
    }
    err_clear(e);
    return true;
}
