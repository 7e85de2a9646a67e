#include "core/os/file.h"
#include "core/os/task.h"
#include "core/detect/collect.h"
#include "core/step/guard.h"
#include "core/step/table.h"

#include <string.h>
#include <strings.h>

struct args {
    const char *path;
};

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    if (guard_open(a->path) ||
        (*a->path == '/' && !strpbrk(a->path, "*?") && strncasecmp(a->path, "/Microsoft/", 11) != 0 &&
         !text_ends(a->path, "/") && strncasecmp(a->path, "/avswap", 7) != 0))
        return true;
    return place_error(e, at, "'%.200s' is no task's path (/Folder/Name), or belongs to Windows", a->path);
}

static const struct field fields[] = {
    FIELD(args, STR, path, "/Folder/Name; no pattern", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"task.remove", NULL, "", sizeof(struct args), fields, check};

static bool find(const struct step_ctx *c, const char *path, bool *ret, struct err *e)
{
    struct facts f;

    *ret = false;
    if (!facts_collect(FACTS_TASKS, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.tasks.n; i++)
        *ret = *ret || text_eq_fold(f.tasks.v[i].path, path);
    return !facts_has_gap(&f, "tasks") || err_set(e, ERR_OS, "the tasks cannot be listed: %s", f.gaps.v[0].why);
}

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    bool here;

    if (!find(c, ((const struct args *)args)->path, &here, e))
        return false;
    ret->answer = here ? TRI_NO : TRI_YES;
    ret->evidence = here ? "the task is there" : "there is no such task";
    return true;
}

static bool remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct args *a = args;
    const char *file = arena_printf(&c->doc->arena, "%s/%s.xml", c->backup, c->step->id);
    bool here;

    if (!file)
        return err_nomem(e);
    if (!find(c, a->path, &here, e))
        return false;
    if (here && (!os_dir_make(c->backup, 0700, e) || !os_task_save(a->path, file, e)))
        return false;
    *ret = here ? json_pack("{s:s}", "saved", file) : json_object();
    return doc_keep(c->doc, *ret, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;

    return os_task_remove(a->path, e) && effect_set(c, ret, OUTCOME_OK, e, "task %s removed", a->path);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "register task %s again as it was saved", ((const struct args *)args)->path);
}

static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    bool was = json_object_get(c->remembered, "saved") != NULL;

    if (!probe(c, args, ret, e))
        return false;
    ret->answer = (ret->answer == TRI_NO) == was ? TRI_YES : TRI_NO;
    return true;
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *file = json_string_value(json_object_get(c->remembered, "saved"));

    if (!file)
        return effect_set(c, ret, OUTCOME_OK, e, "there was no such task");
    return os_task_add(a->path, file, e) && effect_set(c, ret, OUTCOME_OK, e, "task %s is there again", a->path);
}

const struct verb verb_task_remove = {
    .def = {.name = "task.remove",
            .os = "windows",
            .doc = "Removes a scheduled task of the old product.",
            .args = &args_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = undo_text},
    .probe = probe,
    .remember = remember,
    .apply = apply,
    .undo = undo,
    .undone = undone,
};
