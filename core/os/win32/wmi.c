#define COBJMACROS
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/security.h"
#include "core/os/win32/wide.h"
#include "core/os/win32/wmi.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <wbemcli.h>

/*
 * What the thread and who waits for it share. The thread writes text and nothing else: NAME NUL VALUE NUL for
 * each property, NUL at the end of an instance. Whoever leaves last frees it. Its memory is the system's own,
 * as our allocator is for one thread only.
 */
struct question {
    volatile LONG users;
    HRESULT result;
    DWORD next_ms; /* how long one instance may take */
    BSTR space, class, query, language;
    size_t n;
    wchar_t text[LIMIT_WMI / sizeof(wchar_t)];
};

enum { UNITS = LIMIT_WMI / sizeof(wchar_t) };

static void leave(struct question *q)
{
    if (InterlockedDecrement(&q->users))
        return;
    SysFreeString(q->space);
    SysFreeString(q->class);
    SysFreeString(q->query);
    SysFreeString(q->language);
    VirtualFree(q, 0, MEM_RELEASE);
}

/* False when the answer is too long. */
static bool put(struct question *q, const wchar_t *text, size_t n)
{
    if (n >= UNITS - q->n)
        return false;
    memcpy(q->text + q->n, text, n * sizeof *text);
    q->n += n;
    q->text[q->n++] = L'\0';
    return true;
}

/* A value as text in `ret`, which the caller frees; NULL: it has none. Texts come as they are, numbers in
 * decimal, truth as "true" or "false", lists with line ends between. */
static BSTR scalar(VARIANT *v)
{
    const LCID neutral = MAKELCID(MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL), SORT_DEFAULT);
    VARIANT text;

    if (V_VT(v) == VT_BOOL)
        return SysAllocString(V_BOOL(v) ? L"true" : L"false");
    VariantInit(&text);
    if (V_VT(v) == VT_NULL || V_VT(v) == VT_EMPTY || V_VT(v) == VT_UNKNOWN || V_VT(v) == VT_DISPATCH ||
        FAILED(VariantChangeTypeEx(&text, v, neutral, 0, VT_BSTR)))
        return NULL;
    return V_BSTR(&text);
}

static bool put_scalar(struct question *q, const wchar_t *name, VARIANT *v)
{
    BSTR text = scalar(v);
    bool ok = !text || (put(q, name, wcslen(name)) && put(q, text, wcsnlen(text, SysStringLen(text))));

    SysFreeString(text);
    return ok;
}

static bool put_list(struct question *q, const wchar_t *name, VARIANT *v)
{
    LONG first, last;

    if (SafeArrayGetDim(V_ARRAY(v)) != 1 || FAILED(SafeArrayGetLBound(V_ARRAY(v), 1, &first)) ||
        FAILED(SafeArrayGetUBound(V_ARRAY(v), 1, &last)) || last < first)
        return true;
    if (!put(q, name, wcslen(name)))
        return false;
    for (LONG i = first; i <= last; i++) {
        VARIANT item;
        BSTR text;
        bool ok;

        VariantInit(&item);
        V_VT(&item) = V_VT(v) & VT_TYPEMASK;
        if (FAILED(SafeArrayGetElement(V_ARRAY(v), &i,
                                       V_VT(&item) == VT_VARIANT ? (void *)&item : (void *)&V_I8(&item))))
            return false;
        text = scalar(&item);
        /* The end of the one before becomes the line end. */
        if (i > first)
            q->text[q->n - 1] = L'\n';
        ok = put(q, text ? text : L"", text ? wcsnlen(text, SysStringLen(text)) : 0);
        SysFreeString(text);
        VariantClear(&item);
        if (!ok)
            return false;
    }
    return true;
}

static HRESULT put_instance(struct question *q, IWbemClassObject *o)
{
    HRESULT r = IWbemClassObject_BeginEnumeration(o, WBEM_FLAG_NONSYSTEM_ONLY);
    bool ok = SUCCEEDED(r);

    while (ok) {
        BSTR name = NULL;
        VARIANT v;

        VariantInit(&v);
        r = IWbemClassObject_Next(o, 0, &name, &v, NULL, NULL);
        if (r != WBEM_S_NO_ERROR)
            break;
        ok = V_VT(&v) & VT_ARRAY ? put_list(q, name, &v) : put_scalar(q, name, &v);
        VariantClear(&v);
        SysFreeString(name);
    }
    if (FAILED(r))
        return r;
    return ok && put(q, L"", 0) ? S_OK : WBEM_E_BUFFER_TOO_SMALL;
}

/* WMI has to act with our rights, not only know who we are. */
static void impersonate(IUnknown *proxy)
{
    CoSetProxyBlanket(proxy, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_DEFAULT, COLE_DEFAULT_PRINCIPAL,
                      RPC_C_AUTHN_LEVEL_DEFAULT, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_DEFAULT);
}

static HRESULT read_all(struct question *q, IEnumWbemClassObject *rows)
{
    for (;;) {
        IWbemClassObject *o = NULL;
        ULONG n = 0;
        HRESULT r = IEnumWbemClassObject_Next(rows, (LONG)q->next_ms, 1, &o, &n);

        if (r == WBEM_S_TIMEDOUT)
            return WBEM_E_TIMED_OUT;
        if (r != WBEM_S_NO_ERROR || !n)
            return FAILED(r) ? r : S_OK;
        r = put_instance(q, o);
        IWbemClassObject_Release(o);
        if (FAILED(r))
            return r;
    }
}

static HRESULT ask(struct question *q)
{
    const LONG how = WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY;
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    IEnumWbemClassObject *rows = NULL;
    HRESULT r = CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator,
                                 (void **)&locator);

    if (SUCCEEDED(r))
        r = IWbemLocator_ConnectServer(locator, q->space, NULL, NULL, NULL, WBEM_FLAG_CONNECT_USE_MAX_WAIT,
                                       NULL, NULL, &services);
    if (SUCCEEDED(r)) {
        impersonate((IUnknown *)services);
        r = IWbemServices_ExecQuery(services, q->language, q->query, how, NULL, &rows);
    }
    if (SUCCEEDED(r)) {
        impersonate((IUnknown *)rows);
        r = read_all(q, rows);
    }
    if (rows)
        IEnumWbemClassObject_Release(rows);
    if (services)
        IWbemServices_Release(services);
    if (locator)
        IWbemLocator_Release(locator);
    return r;
}

static DWORD WINAPI thread_main(void *arg)
{
    struct question *q = arg;
    HRESULT r = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    q->result = SUCCEEDED(r) ? ask(q) : r;
    if (SUCCEEDED(r))
        CoUninitialize();
    leave(q);
    return 0;
}

static BSTR bstr_of(const char *text, struct arena *a, struct err *e)
{
    wchar_t *w = wide_text(text, a, e);
    BSTR b = w ? SysAllocString(w) : NULL;

    if (w && !b)
        err_nomem(e);
    return b;
}

static struct question *new_question(const char *space, const char *class, long long timeout_ms,
                                     struct err *e)
{
    struct question *q = VirtualAlloc(NULL, sizeof *q, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    struct arena scratch = ARENA_INIT;
    char *slashes = arena_strdup(&scratch, space), *query = arena_printf(&scratch, "SELECT * FROM %s", class);
    bool ok = q && slashes && query;

    if (!ok)
        err_nomem(e);
    for (char *p = slashes; p && *p; p++)
        if (*p == '/')
            *p = '\\';
    if (q) {
        q->users = 1;
        q->next_ms = (DWORD)timeout_ms;
    }
    if (ok) {
        q->space = bstr_of(slashes, &scratch, e);
        q->query = q->space ? bstr_of(query, &scratch, e) : NULL;
        q->language = q->query ? bstr_of("WQL", &scratch, e) : NULL;
        ok = q->language != NULL;
    }
    arena_free(&scratch);
    if (!ok && q)
        leave(q);
    return ok ? q : NULL;
}

static bool no_such_thing(HRESULT r)
{
    /* What Defender's provider answers while its service does not run, as beside another antivirus. */
    const HRESULT defender_off = (HRESULT)0x800106ba;

    return r == defender_off || r == (HRESULT)WBEM_E_INVALID_NAMESPACE ||
           r == (HRESULT)WBEM_E_INVALID_CLASS || r == (HRESULT)WBEM_E_NOT_FOUND ||
           r == (HRESULT)WBEM_E_PROVIDER_NOT_FOUND || r == REGDB_E_CLASSNOTREG;
}

static bool add_row(const struct wmi_value *row, const wchar_t *name, const wchar_t *value, struct arena *a,
                    struct wmi_rows *ret)
{
    struct wmi_value *x = LIST_ADD(a, ret);

    if (!x)
        return false;
    *x = *row;
    x->name = wide_utf8(name, wcslen(name), a);
    x->value = wide_utf8(value, wcslen(value), a);
    return x->name && x->value;
}

static bool decode(const struct question *q, struct wmi_value row, struct arena *a, struct wmi_rows *ret)
{
    for (size_t i = 0; i < q->n;) {
        const wchar_t *name = q->text + i, *value;

        if (!*name) {
            row.row++;
            i++;
            continue;
        }
        value = name + wcslen(name) + 1;
        if (!add_row(&row, name, value, a, ret))
            return false;
        i = (size_t)(value + wcslen(value) + 1 - q->text);
    }
    return true;
}

bool wmi_ask(const char *space, const char *class, long long timeout_ms, struct arena *a,
             struct wmi_rows *ret, struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    struct wmi_value row = {.space = space, .class = class};
    struct question *q;
    HANDLE thread;
    HRESULT r = WBEM_E_TIMED_OUT;
    bool ok = true;

    if (strspn(class, letters) != strlen(class))
        return err_set(e, ERR_INPUT, "'%s' is no name of a class", class);
    q = new_question(space, class, timeout_ms, e);
    if (!q)
        return false;
    q->users = 2;
    thread = CreateThread(NULL, 0, thread_main, q, 0, NULL);
    if (!thread) {
        wide_error(e, ERR_OS, GetLastError(), "starting a thread");
        q->users = 1;
        leave(q);
        return false;
    }
    if (WaitForSingleObject(thread, (DWORD)timeout_ms) == WAIT_OBJECT_0)
        r = q->result;
    CloseHandle(thread);
    if (r == (HRESULT)WBEM_E_TIMED_OUT)
        ok = err_set(e, ERR_TIMEOUT, "WMI did not answer within %lld s about '%s' of '%s'", timeout_ms / 1000,
                     class, space);
    else if (FAILED(r) && !no_such_thing(r))
        ok = wide_error(e, ERR_OS, (unsigned long)r, "asking WMI about '%s' of '%s'", class, space);
    else if (SUCCEEDED(r))
        ok = decode(q, row, a, ret) || err_nomem(e);
    leave(q);
    return ok;
}

/* Has a class of the same name space run out of time already? Then the others would, too. */
static bool silent(const struct questions *q, const bool *timed_out, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (timed_out[k] && text_eq_fold(q->wmi.v[k].space, q->wmi.v[i].space))
            return true;
    return false;
}

bool os_wmi(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    enum { TIMEOUT_MS = 20000 };
    bool *timed_out = ARENA_ARRAY(a, q->wmi.n, bool);
    struct wmi_rows rows = {f->wmi.v, f->wmi.n};

    if (!timed_out)
        return err_nomem(e);
    for (size_t i = 0; i < q->wmi.n; i++) {
        struct err here = ERR_INIT;

        if (silent(q, timed_out, i) ||
            wmi_ask(q->wmi.v[i].space, q->wmi.v[i].class, TIMEOUT_MS, a, &rows, &here))
            continue;
        timed_out[i] = here.code == ERR_TIMEOUT;
        if (!err_keep(e, &here))
            return false;
    }
    f->wmi.v = rows.v;
    f->wmi.n = rows.n;
    return e->code == ERR_NONE;
}
