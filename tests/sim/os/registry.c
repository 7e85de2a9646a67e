/* The simulated PC's registry as core/os/registry.h wants it. Written keys are not flushed: see windows.h. */
#include "core/os/registry.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {NULL, "sz", "multi", "dword"};

/* The first parts of a key, as many as the pattern has. */
static bool prefix(const char *key, const char *pattern, char *ret, size_t size)
{
    size_t want = 0, n = 0;

    for (const char *p = pattern; *p; p++)
        want += *p == '/';
    for (; key[n]; n++)
        if (key[n] == '/' && !want--)
            break;
    snprintf(ret, size, "%.*s", (int)n, key);
    return want == (key[n] ? (size_t)-1 : 0);
}

static bool matches(const char *pattern, const char *key)
{
    while (*pattern && *key) {
        char x[WIN_KEY], y[WIN_KEY];
        size_t n = strcspn(pattern, "/"), k = strcspn(key, "/");

        snprintf(x, sizeof x, "%.*s", (int)n, pattern);
        snprintf(y, sizeof y, "%.*s", (int)k, key);
        if (!text_glob_fold(x, y))
            return false;
        pattern += n + (pattern[n] == '/');
        key += k + (key[k] == '/');
    }
    return !*pattern && !*key;
}

static bool seen(const struct facts *f, const char *key, const char *view)
{
    for (size_t i = 0; i < f->registry.n; i++)
        if (!f->registry.v[i].name && text_eq(f->registry.v[i].view, view) && text_eq_fold(f->registry.v[i].key, key))
            return true;
    return false;
}

static bool add(struct facts *f, struct arena *a, const char *key, const char *view, const struct win_value *v)
{
    struct registry_value *row = LIST_ADD(a, &f->registry);

    if (!row)
        return false;
    memset(row, 0, sizeof *row);
    row->key = arena_strdup(a, key);
    row->view = view;
    if (!v)
        return row->key != NULL;
    row->name = arena_strdup(a, v->name);
    row->type = types[v->type];
    row->data = arena_strdup(a, v->data);
    return row->key && row->name && row->data;
}

static bool add_key(struct facts *f, struct arena *a, const char *key, bool view32, struct err *e)
{
    const char *view = view32 ? "32" : "64";

    if (seen(f, key, view))
        return true;
    if (!add(f, a, key, view, NULL))
        return err_nomem(e);
    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        const struct win_value *v = &pc.win.now.values[i];

        if (v->type != WIN_NOTHING && strcasecmp(v->key, key) == 0 && (!win_two_views(key) || v->view32 == view32) &&
            !add(f, a, key, view, v))
            return err_nomem(e);
    }
    return true;
}

bool os_registry_read(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    char key[WIN_KEY];

    for (size_t i = 0; i < patterns->n; i++)
        for (uint32_t k = 0; k < pc.win.now.n; k++) {
            const struct win_value *v = &pc.win.now.values[k];

            if (prefix(v->key, patterns->v[i], key, sizeof key) && matches(patterns->v[i], key) &&
                !add_key(f, a, key, v->view32, e))
                return false;
        }
    return true;
}

bool os_registry_set(const struct registry_value *v, struct err *e)
{
    size_t t = 1;

    (void)e;
    while (t < 3 && !text_eq(types[t], v->type))
        t++;
    pc_advance(1);
    pc_before("registry value", v->key);
    win_set(v->key, text_eq(v->view, "32"), v->name, (enum win_type)t, v->data);
    pc_after("registry value", v->key);
    return true;
}

bool os_registry_remove(const char *key, const char *view, const char *name, struct err *e)
{
    bool view32 = text_eq(view, "32");
    size_t parts = 1;

    for (const char *p = key; *p; p++)
        parts += *p == '/';
    if (parts < 3)
        return err_set(e, ERR_INPUT, "'%s' is too much to remove", key);
    pc_advance(1);
    if (name ? !win_get(key, view32, name) : !win_key_here(key, view32))
        return true; /* both views are asked to be without it */
    pc_before("registry removed", key);
    if (name)
        win_drop_value(key, view32, name);
    else
        win_drop_key(key, view32);
    pc_after("registry removed", key);
    return true;
}

/* One value a line; the lines of a list are parted by a control character. */
bool os_registry_save(const char *key, const char *view, const char *file, struct err *e)
{
    size_t n = strlen(key);
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    buf_adds(&b, "REG\n");
    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        const struct win_value *v = &pc.win.now.values[i];
        size_t at = b.len;

        if (strncasecmp(v->key, key, n) != 0 || (v->key[n] && v->key[n] != '/') ||
            (win_two_views(key) && v->view32 != text_eq(view, "32")))
            continue;
        buf_printf(&b, "%s\t%s\t%d\t%s", v->key, v->name, v->type, v->data);
        for (char *p = b.data ? b.data + at : NULL; p && (p = strchr(p, '\n'));)
            *p = '\1';
        buf_addc(&b, '\n');
    }
    ok = buf_ok(&b, file, e) && os_file_write(file, buf_str(&b), b.len, 0600, e);
    buf_free(&b);
    return ok;
}

static void load_line(const char *line, size_t n, const char *view)
{
    char text[WIN_KEY + WIN_NAME + WIN_DATA + 16], *part[4] = {text, NULL, NULL, NULL};

    snprintf(text, sizeof text, "%.*s", (int)n, line);
    for (size_t i = 1; i < 4; i++) {
        part[i] = strchr(part[i - 1], '\t');
        if (!part[i])
            pc_broken("a registry file with the line", text);
        *part[i]++ = '\0';
    }
    for (char *p = part[3]; (p = strchr(p, '\1'));)
        *p = '\n';
    win_set(part[0], text_eq(view, "32"), part[1], (enum win_type)atoi(part[2]), part[3]);
}

bool os_registry_load(const char *file, const char *view, struct err *e)
{
    const char *cursor, *line;
    struct buf b;
    size_t n;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(file, &b, e);
    if (ok && !text_starts(buf_str(&b), "REG\n"))
        ok = err_set(e, ERR_INPUT, "'%s' holds no keys", file);
    pc_advance(2);
    if (ok) {
        pc_before("registry put back", file);
        cursor = buf_str(&b) + 4;
        while (text_line(&cursor, buf_str(&b) + b.len, &line, &n))
            load_line(line, n, view);
        pc_after("registry put back", file);
    }
    buf_free(&b);
    return ok;
}
