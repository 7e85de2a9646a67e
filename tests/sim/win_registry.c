/* The simulated PC's registry: a flat list of values, in memory and on disk. */
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

bool win_two_views(const char *key)
{
    static const char prefix[] = "HKLM/SOFTWARE";
    size_t n = sizeof prefix - 1;

    /* Of what is below SOFTWARE some keys are shared: certificates and what Windows Installer keeps. */
    return strncasecmp(key, prefix, n) == 0 && (!key[n] || key[n] == '/') &&
           strncasecmp(key, WIN_ROOTS, sizeof WIN_ROOTS - 1) != 0 &&
           strncasecmp(key, WIN_INSTALLER, sizeof WIN_INSTALLER - 1) != 0 &&
           strncasecmp(key, WIN_TASKS, sizeof WIN_TASKS - 1) != 0;
}

static bool in_view(const struct win_value *v, const char *key, bool view32)
{
    return !win_two_views(key) || v->view32 == view32;
}

static bool below(const char *path, const char *key)
{
    size_t n = strlen(key);

    return strncasecmp(path, key, n) == 0 && path[n] == '/';
}

static struct win_value *find(const char *key, bool view32, const char *name)
{
    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        struct win_value *v = &pc.win.now.values[i];

        if (strcasecmp(v->key, key) == 0 && in_view(v, key, view32) && strcasecmp(v->name, name) == 0)
            return v;
    }
    return NULL;
}

const struct win_value *win_get(const char *key, bool view32, const char *name)
{
    const struct win_value *v = find(key, view32, name);

    return v && v->type != WIN_NOTHING ? v : NULL;
}

void win_set(const char *key, bool view32, const char *name, enum win_type type, const char *data)
{
    struct win_value *v = find(key, view32, name);

    if (!v) {
        if (pc.win.now.n == WIN_VALUES || strlen(key) >= WIN_KEY || strlen(name) >= WIN_NAME)
            pc_broken("no room for the registry value", key);
        v = &pc.win.now.values[pc.win.now.n++];
    }
    if (strlen(data) >= WIN_DATA)
        pc_broken("no room for the data of", key);
    memset(v, 0, sizeof *v);
    snprintf(v->key, sizeof v->key, "%s", key);
    snprintf(v->name, sizeof v->name, "%s", name);
    snprintf(v->data, sizeof v->data, "%s", data);
    v->type = (uint8_t)type;
    v->view32 = view32 && win_two_views(key);
}

/* The order of the others stays. */
static void drop_at(uint32_t i)
{
    memmove(&pc.win.now.values[i], &pc.win.now.values[i + 1], (--pc.win.now.n - i) * sizeof pc.win.now.values[0]);
    memset(&pc.win.now.values[pc.win.now.n], 0, sizeof pc.win.now.values[0]);
}

void win_drop_value(const char *key, bool view32, const char *name)
{
    struct win_value *v = find(key, view32, name);

    if (!v)
        return;
    drop_at((uint32_t)(v - pc.win.now.values));
    if (!win_key_here(key, view32))
        win_set(key, view32, "", WIN_NOTHING, ""); /* an empty key is still a key */
}

void win_drop_key(const char *key, bool view32)
{
    for (uint32_t i = pc.win.now.n; i-- > 0;) {
        const struct win_value *v = &pc.win.now.values[i];

        if (in_view(v, key, view32) && (strcasecmp(v->key, key) == 0 || below(v->key, key)))
            drop_at(i);
    }
}

bool win_key_here(const char *key, bool view32)
{
    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        const struct win_value *v = &pc.win.now.values[i];

        if (in_view(v, key, view32) && (strcasecmp(v->key, key) == 0 || below(v->key, key)))
            return true;
    }
    return false;
}

bool win_child(const char *key, bool view32, size_t i, char *ret, size_t size)
{
    char seen[WIN_VALUES][WIN_KEY];
    size_t n = 0, len = strlen(key);

    for (uint32_t k = 0; k < pc.win.now.n; k++) {
        const struct win_value *v = &pc.win.now.values[k];
        size_t old = 0;

        if (!below(v->key, key) || !in_view(v, key, view32))
            continue;
        snprintf(seen[n], sizeof seen[n], "%.*s", (int)strcspn(v->key + len + 1, "/"), v->key + len + 1);
        while (old < n && strcasecmp(seen[old], seen[n]) != 0)
            old++;
        if (old < n)
            continue;
        if (n++ == i) {
            snprintf(ret, size, "%s", seen[i]);
            return true;
        }
    }
    return false;
}

const char *win_below(const char *key, const char *name)
{
    static char texts[4][2 * WIN_KEY];
    static unsigned next;
    char *s = texts[next++ % 4];

    snprintf(s, sizeof texts[0], "%.130s/%.130s", key, name);
    return s;
}

void win_sync(void)
{
    pc.win.disk = pc.win.now;
}

void win_cut_power(void)
{
    pc.win.now = pc.win.disk;
}

void win_unpend(const char *path)
{
    for (size_t i = 0; i < WIN_PENDING; i++)
        if (strcmp(pc.win.now.pending[i], path) == 0)
            memset(pc.win.now.pending[i], 0, sizeof pc.win.now.pending[0]);
}

bool win_pends(const char *path)
{
    for (size_t i = 0; i < WIN_PENDING; i++) {
        const char *p = pc.win.now.pending[i];

        if (*p && (strcmp(p, path) == 0 || below(path, p)))
            return true;
    }
    return false;
}

void win_pend(const char *path)
{
    for (size_t i = 0; i < WIN_PENDING; i++) {
        char *p = pc.win.now.pending[i];

        if (strcmp(p, path) == 0)
            return;
        if (!*p) {
            snprintf(p, sizeof pc.win.now.pending[0], "%s", path);
            return;
        }
    }
    pc_broken("too many renames for the next boot", path);
}
