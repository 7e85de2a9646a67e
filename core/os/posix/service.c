#include "core/os/posix/service.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/base/list.h"
#include "core/os/posix/tool.h"

#include <string.h>

bool service_systemd(void)
{
    struct os_stat st;
    struct err e = ERR_INIT;

    return os_file_stat("/run/systemd/system", &st, &e) && st.kind == OS_DIR;
}

bool service_wanted(const struct strs *patterns, const char *name)
{
    if (!patterns)
        return true;
    for (size_t i = 0; i < patterns->n; i++) {
        const char *p = patterns->v[i];
        size_t n = strlen(p), suffix = strlen(".service");
        char bare[256];

        if (text_glob(p, name))
            return true;
        if (!text_ends(p, ".service") || n - suffix >= sizeof bare)
            continue;
        memcpy(bare, p, n - suffix);
        bare[n - suffix] = '\0';
        if (text_glob(bare, name))
            return true;
    }
    return false;
}

/* The next word of a line, as text; NULL at the end or when memory ran out. */
static const char *word(const char **at, const char *end, struct arena *a)
{
    const char *p = *at, *begin;

    while (p < end && *p == ' ')
        p++;
    begin = p;
    while (p < end && *p != ' ')
        p++;
    *at = p;
    return p > begin ? text_from_bytes(a, begin, (size_t)(p - begin)) : NULL;
}

static struct unit *find(struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->units.n; i++)
        if (text_eq(f->units.v[i].name, name))
            return &f->units.v[i];
    return NULL;
}

/* "UNIT LOAD ACTIVE SUB DESCRIPTION" of list-units, or "UNIT STATE PRESET" of list-unit-files. */
static bool add_line(bool files, const char *line, size_t n, struct facts *f, struct arena *a, struct err *e)
{
    const char *end = line + n, *name = word(&line, end, a), *load, *state;
    struct unit *u;

    /* Some versions put a dot before units in trouble. */
    if (name && !text_ends(name, ".service"))
        name = word(&line, end, a);
    if (!name || !text_ends(name, ".service"))
        return true;
    load = files ? "loaded" : word(&line, end, a);
    state = word(&line, end, a);
    if (!load || !state)
        return true;
    u = files ? find(f, name) : NULL;
    if (!u) {
        u = LIST_ADD(a, &f->units);
        if (!u)
            return err_nomem(e);
        *u = (struct unit){
            .name = name, .manager = "systemd", .load = load, .active = files ? "inactive" : state};
    }
    if (files)
        u->enabled = state;
    if (files && text_starts(state, "masked"))
        u->load = "masked";
    return true;
}

static bool ask(bool files, const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    struct strs argv = {NULL, 0};
    const char *cursor, *line;
    struct os_exit x;
    bool ok;
    size_t n;

    if (!tool_add(a, &argv,
                  &ARGV("systemctl", files ? "list-unit-files" : "list-units", "--all", "--plain",
                        "--no-legend", "--no-pager", "--full", "--type=service"),
                  e))
        return false;
    if (patterns && !(tool_add(a, &argv, &ARGV("--"), e) && tool_add(a, &argv, patterns, e)))
        return false;
    if (!tool_run(&argv, TOOL_MS, &x, e))
        return false;
    /* Patterns without a match are told by the status only. */
    ok = x.code == 0 || (patterns && x.code == 1 && !x.out.len) || tool_failed("systemctl", &x, e);
    cursor = buf_str(&x.out);
    while (ok && text_line(&cursor, buf_str(&x.out) + x.out.len, &line, &n))
        ok = add_line(files, line, n, f, a, e);
    buf_free(&x.out);
    return ok;
}

/* The name of the unit file that a unit file is a link to; false: it is none. */
static bool alias_of(const char *name, struct arena *a, const char **ret, struct err *e)
{
    static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                          "/usr/lib/systemd/system", "/lib/systemd/system"};
    bool found = false;

    for (size_t i = 0; i < sizeof folders / sizeof *folders && !found; i++) {
        const char *path = arena_printf(a, "%s/%s", folders[i], name), *slash;
        struct buf target;

        buf_init(&target, LIMIT_PATH);
        found = path && os_file_readlink(path, &target, e);
        slash = strrchr(buf_str(&target), '/');
        if (found)
            *ret = text_from_bytes(a, slash ? slash + 1 : buf_str(&target),
                                   strlen(slash ? slash + 1 : buf_str(&target)));
        buf_free(&target);
        if (!path || (found && !*ret))
            return err_nomem(e);
    }
    err_clear(e);
    return found;
}

/* An alias has the state of the unit that it is another name for, which may not be among those asked about.
 */
static bool resolve_aliases(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    for (size_t i = 0, n = f->units.n; i < n; i++) {
        const char *name;
        struct unit *to;

        if (!text_eq(f->units.v[i].enabled, "alias"))
            continue;
        if (!alias_of(f->units.v[i].name, a, &name, e)) {
            if (e->code != ERR_NONE)
                return false;
            continue;
        }
        if (patterns && !find(f, name) && !ask(false, &ARGV(name), f, a, e))
            return false;
        to = find(f, name);
        if (to) {
            f->units.v[i].load = to->load;
            f->units.v[i].active = to->active;
        }
    }
    return true;
}

bool os_service_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    if (patterns && !patterns->n)
        return true;
    if (!service_systemd())
        return service_sysv_list(patterns, f, a, e);
    return ask(false, patterns, f, a, e) && ask(true, patterns, f, a, e) &&
           resolve_aliases(patterns, f, a, e);
}
