#include "core/os/driver.h"
#include "core/base/list.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/image.h"
#include "core/os/win32/key.h"
#include "core/os/win32/service.h"

#include <string.h>
#include <windows.h>

struct listing {
    struct facts *f;
    struct arena *a;
    struct environment environment;
};

static bool add_driver(void *arg, const struct service_row *row, struct err *e)
{
    static const char *const starts[] = {"boot", "system", "auto", "manual", "disabled", NULL};
    struct listing *l = arg;
    struct driver *d = LIST_ADD(l->a, &l->f->drivers);
    const char *path;

    if (!d)
        return err_nomem(e);
    *d = (struct driver){.name = row->name,
                         .start = starts[row->start],
                         .state = row->state == SERVICE_STOPPED ? "stopped" : "running"};
    if (!row->image)
        return true;
    path = environment_expand(&l->environment, row->image, l->a, e);
    d->path = path ? image_path(path, l->environment.root, l->a) : NULL;
    return d->path || e->code != ERR_NONE ? d->path != NULL : err_nomem(e);
}

bool os_driver_list(struct facts *f, struct arena *a, struct err *e)
{
    struct listing l = {.f = f, .a = a};

    return environment_open(false, a, &l.environment, e) &&
           service_each(SERVICE_DRIVER, NULL, a, add_driver, &l, e);
}

/* Is the name one of the lines? Even of a list whose bytes are damaged: whoever doubts does not remove. */
static bool has_line(const char *lines, const char *name, struct arena *a, bool *ret)
{
    const char *cursor = lines, *line;
    size_t n;

    while (lines && text_line(&cursor, lines + strlen(lines), &line, &n)) {
        char *text = arena_strndup(a, line, n);

        if (!text)
            return false;
        *ret = *ret || text_eq_fold(text, name);
    }
    return true;
}

static bool names_it(void *key, const char *name, struct arena *a, bool *ret, struct err *e)
{
    static const char *const lists[] = {"UpperFilters", "LowerFilters"};

    *ret = false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct registry_value v;

        if (!key_value(key, lists[i], a, &v, e))
            return false;
        if (!has_line(v.data, name, a, ret))
            return err_nomem(e);
    }
    return true;
}

/* Looks at the keys so many levels below. */
static bool look(const char *at, int levels, const char *name, struct arena *a, struct strs *ret,
                 struct err *e)
{
    struct arena scratch = ARENA_INIT;
    struct strs below = {NULL, 0};
    bool ok, hit = false;
    const char **slot;
    void *key;

    if (!key_open(at, "64", KEY_READ, &key, e))
        return false;
    ok = !key || (levels ? key_children(key, &scratch, &below, e) : names_it(key, name, &scratch, &hit, e));
    key_close(key);
    for (size_t i = 0; i < below.n && ok; i++) {
        const char *path = arena_printf(&scratch, "%s/%s", at, below.v[i]);

        ok = path ? look(path, levels - 1, name, a, ret, e) : err_nomem(e);
    }
    arena_free(&scratch);
    if (!hit)
        return ok;
    slot = LIST_ADD(a, ret);
    if (slot)
        *slot = arena_strdup(a, at);
    return (slot && *slot) || err_nomem(e);
}

bool os_driver_filters(const char *name, struct arena *a, struct strs *ret, struct err *e)
{
    /* Filters of a class of devices, and of single ones: bus, device, instance. */
    return look("HKLM/SYSTEM/CurrentControlSet/Control/Class", 1, name, a, ret, e) &&
           look("HKLM/SYSTEM/CurrentControlSet/Enum", 3, name, a, ret, e);
}
