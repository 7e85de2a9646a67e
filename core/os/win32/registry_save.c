/* Keys as files of regedit: UTF-16LE with its mark, as regedit writes them, so that a person can put one back
 * by hand. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/registry.h"
#include "core/os/win32/key.h"
#include "core/os/win32/reg_file.h"
#include "core/os/win32/registry_change.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

enum { NAME_UNITS = 16384, KEY_UNITS = 256, DEPTH = 500, VALUE_BYTES = 16 << 20, FILE_BYTES = 128 << 20 };

static const struct {
    const char *ours, *theirs;
} hives[] = {{"HKLM", "HKEY_LOCAL_MACHINE"}, {"HKU", "HKEY_USERS"}};
#define HIVES (sizeof hives / sizeof *hives)

/* Ours to theirs: '/' and '\' change places. */
static void swap_slashes(char *s)
{
    for (; *s; s++)
        if (*s == '/' || *s == '\\')
            *s = *s == '/' ? '\\' : '/';
}

/* --- saving --- */

struct saving {
    struct buf out;
    unsigned char *bytes; /* one value */
    wchar_t *name;        /* its name */
    REGSAM view;
    struct err *e;
};

/* A name that would not come back as it was is an error: the key must not be removed then. */
static const char *name_text(struct saving *s, const wchar_t *w, size_t n, struct arena *a)
{
    const char *text = wide_utf8(w, n, a);
    wchar_t *back = text ? wide_text(text, a, s->e) : NULL;

    if (!text)
        err_nomem(s->e);
    if (!back)
        return NULL;
    if (wcslen(back) == n && wmemcmp(back, w, n) == 0 && reg_name_ok(text))
        return text;
    err_set(s->e, ERR_INPUT, "a name in it is no text");
    return NULL;
}

static bool save_value(struct saving *s, HKEY key, DWORD i, bool *ret_more)
{
    struct arena a = ARENA_INIT;
    DWORD n = NAME_UNITS, size = VALUE_BYTES, type;
    LONG r = RegEnumValueW(key, i, s->name, &n, NULL, &type, s->bytes, &size);
    const char *name;

    *ret_more = r != ERROR_NO_MORE_ITEMS;
    if (r == ERROR_NO_MORE_ITEMS)
        return true;
    if (r != ERROR_SUCCESS)
        return wide_error(s->e, ERR_OS, (DWORD)r, "reading a value");
    if (type == REG_LINK)
        return err_set(s->e, ERR_INPUT, "it holds a link to another key");
    name = name_text(s, s->name, n, &a);
    if (name)
        reg_put_value(&s->out, &(struct reg_value){name, type, s->bytes, size});
    arena_free(&a);
    return name && buf_ok(&s->out, "the file of a key", s->e);
}

static bool save_key(struct saving *s, HKEY key, const char *path, int depth);

/* *ret_more false: there is no such child. */
static bool save_child(struct saving *s, HKEY key, DWORD i, const char *path, int depth, bool *ret_more)
{
    struct arena a = ARENA_INIT;
    wchar_t name[KEY_UNITS];
    DWORD n = KEY_UNITS;
    LONG r = RegEnumKeyExW(key, i, name, &n, NULL, NULL, NULL, NULL);
    const char *text, *below;
    HKEY child;
    bool ok;

    *ret_more = r != ERROR_NO_MORE_ITEMS;
    if (r == ERROR_NO_MORE_ITEMS)
        return true;
    if (r == ERROR_SUCCESS)
        r = RegOpenKeyExW(key, name, REG_OPTION_OPEN_LINK, KEY_READ | s->view, &child);
    if (r != ERROR_SUCCESS)
        return wide_error(s->e, ERR_OS, (DWORD)r, "opening a key below");
    text = name_text(s, name, n, &a);
    below = text ? arena_printf(&a, "%s\\%s", path, text) : NULL;
    ok = below ? save_key(s, child, below, depth + 1) : text ? err_nomem(s->e) : false;
    RegCloseKey(child);
    arena_free(&a);
    return ok;
}

static bool save_key(struct saving *s, HKEY key, const char *path, int depth)
{
    bool ok = depth < DEPTH || err_set(s->e, ERR_LIMIT, "it is more than %d keys deep", DEPTH), more = true;

    reg_put_key(&s->out, path);
    for (DWORD i = 0; ok && more; i++)
        ok = save_value(s, key, i, &more);
    more = true;
    for (DWORD i = 0; ok && more; i++)
        ok = save_child(s, key, i, path, depth, &more);
    return ok;
}

/* The path as the file has it. */
static char *their_path(const char *key, struct arena *a)
{
    for (size_t i = 0; i < HIVES; i++) {
        size_t n = strlen(hives[i].ours);
        char *path = NULL;

        if (strncmp(key, hives[i].ours, n) == 0 && key[n] == '/')
            path = arena_printf(a, "%s%s", hives[i].theirs, key + n);
        if (path) {
            swap_slashes(path);
            return path;
        }
    }
    return NULL;
}

static bool write_file(const char *file, const struct buf *text, struct err *e)
{
    size_t n = text->len;
    wchar_t *w = mem_alloc((n + 1) * sizeof *w);
    int units;
    bool ok;

    if (!w)
        return err_nomem(e);
    w[0] = 0xFEFF;
    units = MultiByteToWideChar(CP_UTF8, 0, buf_str(text), (int)n, w + 1, (int)n);
    ok = os_file_write(file, w, ((size_t)units + 1) * sizeof *w, 0600, e);
    mem_free(w);
    return ok;
}

static bool save_open(struct saving *s, void *key, const char *path, const char *view, const char *file)
{
    bool ok;

    if (!path)
        return err_nomem(s->e);
    s->bytes = mem_alloc(VALUE_BYTES);
    s->name = mem_alloc(NAME_UNITS * sizeof *s->name);
    buf_init(&s->out, FILE_BYTES);
    reg_put_head(&s->out, text_eq(view, "32")
                              ? "of the registry's 32-bit view: import it by SysWOW64\\reg.exe"
                              : "of the registry's 64-bit view");
    ok = ((s->bytes && s->name) || err_nomem(s->e)) && save_key(s, key, path, 0) &&
         write_file(file, &s->out, s->e);
    mem_free(s->bytes);
    mem_free(s->name);
    buf_free(&s->out);
    return ok;
}

bool os_registry_save(const char *key, const char *view, const char *file, struct err *e)
{
    struct saving s = {.view = text_eq(view, "32") ? KEY_WOW64_32KEY : KEY_WOW64_64KEY, .e = e};
    struct arena a = ARENA_INIT;
    void *opened;
    bool ok;

    if (!key_open(key, view, KEY_READ, &opened, e))
        return false;
    ok = opened ? save_open(&s, opened, their_path(key, &a), view, file)
                : err_set(e, ERR_NOT_FOUND, "there is no such key");
    key_close(opened);
    arena_free(&a);
    return ok || err_wrap(e, "saving the key '%.300s'", key);
}

/* --- loading --- */

/* The key in our notation; NULL: an err. */
static const char *our_key(const char *path, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < HIVES; i++) {
        size_t n = strlen(hives[i].theirs);
        char *below;

        if (strncmp(path, hives[i].theirs, n) != 0 || path[n] != '\\' || !path[n + 1])
            continue;
        below = arena_strdup(a, path + n);
        if (!below) {
            err_nomem(e);
            return NULL;
        }
        swap_slashes(below);
        below = arena_printf(a, "%s%s", hives[i].ours, below);
        if (!below)
            err_nomem(e);
        return below;
    }
    err_set(e, ERR_INPUT, "the key '%.200s' is neither the machine's nor a user's", path);
    return NULL;
}

static bool load_key(const struct reg_key *k, const char *key, const char *view, struct err *e)
{
    void *opened = registry_change_open(key, view, e);
    bool ok = opened;

    for (size_t i = 0; ok && i < k->n; i++)
        ok = registry_change_put(opened, k->v[i].name, k->v[i].type, k->v[i].bytes, k->v[i].n, e);
    if (opened)
        ok = registry_change_close(opened, e) && ok;
    return ok;
}

/* Nothing is written before all is understood. */
static bool load(const struct reg_file *f, const char *view, struct arena *a, struct err *e)
{
    const char **keys = ARENA_ARRAY(a, f->n + 1, const char *);

    if (!keys)
        return err_nomem(e);
    for (size_t i = 0; i < f->n; i++)
        if (!(keys[i] = our_key(f->v[i].path, a, e)))
            return false;
    for (size_t i = 0; i < f->n; i++)
        if (!load_key(&f->v[i], keys[i], view, e))
            return false;
    return true;
}

/* The caller frees; NULL: an err. */
static char *to_utf8(const struct buf *b, size_t *ret_n, struct err *e)
{
    const wchar_t *w = (const void *)(buf_str(b) + 2);
    size_t units = b->len / 2;
    char *text;

    if (b->len < 2 || b->len % 2 || memcmp(b->data, "\xff\xfe", 2) != 0 || wmemchr(w, L'\0', units - 1)) {
        err_set(e, ERR_INPUT, "not UTF-16 with its mark");
        return NULL;
    }
    text = mem_alloc(units * 3);
    if (text)
        *ret_n = (size_t)WideCharToMultiByte(CP_UTF8, 0, w, (int)units - 1, text, (int)units * 3, NULL, NULL);
    else
        err_nomem(e);
    return text;
}

bool os_registry_load(const char *file, const char *view, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct reg_file f;
    char *text = NULL;
    struct buf b;
    size_t n = 0;
    bool ok;

    buf_init(&b, 2 * (FILE_BYTES + 1));
    ok = os_file_read(file, &b, e) && (text = to_utf8(&b, &n, e)) && reg_parse(text, n, &a, &f, e) &&
         load(&f, view, &a, e);
    mem_free(text);
    buf_free(&b);
    arena_free(&a);
    return ok || err_wrap(e, "putting back '%.300s'", file);
}
