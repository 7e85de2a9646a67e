/* The general facts by name, as a "fact" probe asks for them. */
#include "core/model/judge.h"

#include <string.h>

static const char *const fact_names[] = {
    "os.family", "os.id",   "os.id_like",     "os.version",     "os.kernel",    "os.arch",          "os.init",
    "os.type",   "os.edition", "memory_mib",  "cpus",           "disk_free_mib:", "reboot_pending", "package_lock",
    "fanotify_holders", "packages.manager",
};

const char *const *cond_fact_names(size_t *n)
{
    *n = sizeof fact_names / sizeof fact_names[0];
    return fact_names;
}

static const char *number(struct arena *a, long long n)
{
    return arena_printf(a, "%lld", n);
}

const char *judge_join(struct arena *a, const struct strs *list)
{
    const char *s = "";

    for (size_t i = 0; s && i < list->n; i++)
        s = arena_printf(a, "%s%s%s", s, i ? " " : "", list->v[i]);
    return s;
}

/* Who holds it is worth more to a person than "true". */
static const char *lock(struct arena *a, const struct package_lock *l)
{
    return l->held ? arena_printf(a, "held by %s (process %lld)", l->holder ? l->holder : "a program", l->pid) : "false";
}

/* "/" holds everything and "C:/" all of its drive; else a part of the path ends where the folder does. */
static bool holds(const struct judge *j, const char *folder, const char *path)
{
    const char *all = arena_printf(j->arena, "%s%s*", folder, text_ends(folder, "/") ? "" : "/");

    return all && (judge_name(j, folder, path) || judge_name(j, all, path));
}

/* The space of the longest folder listed that holds path. */
static const char *disk_free(const struct judge *j, const char *named)
{
    const char *path = facts_path(j->facts, j->arena, named);
    const struct disk *best = NULL;

    for (size_t i = 0; path && i < j->facts->disks.n; i++) {
        const struct disk *d = &j->facts->disks.v[i];
        size_t n = strlen(d->path);

        if (!holds(j, d->path, path))
            continue;
        if (!best || n > strlen(best->path))
            best = d;
    }
    return best ? number(j->arena, best->free_mib) : NULL;
}

static const char *os_fact(const struct judge *j, const char *name)
{
    const struct os_facts *os = j->facts->os;

    if (!os)
        return NULL;
    if (strcmp(name, "family") == 0)
        return os->family;
    if (strcmp(name, "id") == 0)
        return os->id;
    if (strcmp(name, "id_like") == 0)
        return judge_join(j->arena, &os->id_like);
    if (strcmp(name, "version") == 0)
        return os->version_id;
    if (strcmp(name, "kernel") == 0)
        return os->kernel;
    if (strcmp(name, "arch") == 0)
        return os->arch;
    if (strcmp(name, "type") == 0)
        return os->type;
    return strcmp(name, "edition") == 0 ? os->edition : os->init;
}

const char *judge_fact_value(const struct judge *j, const char *name, int *decode)
{
    const struct facts *f = j->facts;

    if (text_starts(name, "os.")) {
        if (*decode == DECODE_TEXT && (strcmp(name, "os.version") == 0 || strcmp(name, "os.kernel") == 0))
            *decode = DECODE_VERSION;
        return os_fact(j, name + 3);
    }
    if (strcmp(name, "reboot_pending") == 0)
        return facts_has_gap(f, "reboot") ? NULL : f->reboot_pending ? "true" : "false";
    if (strcmp(name, "package_lock") == 0)
        return f->package_lock ? lock(j->arena, f->package_lock) : NULL;
    if (strcmp(name, "packages.manager") == 0)
        return f->packages.n ? f->packages.v[0].manager : NULL;
    *decode = DECODE_NUMBER;
    if (strcmp(name, "memory_mib") == 0)
        return f->memory_mib ? number(j->arena, f->memory_mib) : NULL;
    if (strcmp(name, "cpus") == 0)
        return f->cpus ? number(j->arena, f->cpus) : NULL;
    if (strcmp(name, "fanotify_holders") == 0)
        return facts_has_gap(f, "fanotify") ? NULL : number(j->arena, (long long)f->fanotify.n);
    return disk_free(j, name + strlen("disk_free_mib:"));
}
