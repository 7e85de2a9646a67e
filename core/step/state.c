#include "core/os/file.h"
#include "core/payload/archive.h"
#include "core/step/table.h"

struct args {
    struct strs paths;
    const char *to;
};

static const struct field fields[] = {
    FIELD(args, STRS, paths, "files and folders; absent ones are skipped", .flags = FIELD_REQUIRED),
    FIELD(args, STR, to, "archive", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"state.save", NULL, "", sizeof(struct args), fields, NULL};

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;

    (void)c;
    ret->answer = TRI_NO;
    ret->evidence = "not saved yet";
    if (!os_file_exists(a->to))
        return true;
    if (!archive_check(a->to, NULL, e)) {
        if (e->code == ERR_NOMEM)
            return false;
        err_clear(e); /* a damaged one is made again */
        return true;
    }
    ret->answer = TRI_YES;
    ret->evidence = "the state is saved and the archive can be read to its end";
    return true;
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct archive_info info;

    if (!os_dir_make(c->backup, 0700, e) || !archive_save(&a->paths, a->to, &info, e))
        return false;
    ret->data = json_pack("{s:s, s:s, s:I, s:I}", "path", a->to, "sha256", info.digest, "bytes",
                          (json_int_t)info.bytes, "entries", (json_int_t)info.entries);
    return doc_keep(c->doc, ret->data, e) &&
           effect_set(c, ret, OUTCOME_OK, e, "%lld files and folders saved", info.entries);
}

const struct verb verb_state_save = {
    .def = {.name = "state.save",
            .doc = "Saves state folders of the old product beside its rebuilt packages.",
            .args = &args_schema,
            .flags = VERB_AFTER_CRASH,
            .timeout_s = 1800,
            .no_undo = "changes nothing on the PC"},
    .probe = probe,
    .apply = apply,
};
