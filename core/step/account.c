#include "core/os/machine.h"
#include "core/step/table.h"

struct args {
    const char *name;
};

static const struct field fields[] = {
    FIELD(args, STR, name, "its name", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema group_schema = {"group.remove", NULL, "", sizeof(struct args), fields, NULL};
static const struct schema user_schema = {"user.remove", NULL, "", sizeof(struct args), fields, NULL};

static bool absent(enum probe_kind kind, const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = (int)kind, .name = ((const struct args *)args)->name};

    return cond_copy(&here, true, d, ret, e);
}

static bool no_group(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    return absent(PROBE_GROUP, args, d, ret, e);
}

static bool no_user(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    return absent(PROBE_USER, args, d, ret, e);
}

static bool remove_group(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;

    return os_group_remove(a->name, e) && effect_set(c, ret, OUTCOME_OK, e, "group %s removed", a->name);
}

static bool remove_user(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;

    return os_user_remove(a->name, e) && effect_set(c, ret, OUTCOME_OK, e, "user %s removed", a->name);
}

const struct verb verb_group_remove = {
    .def = {.name = "group.remove",
            .os = "linux",
            .doc = "Removes a group that the old product made.",
            .args = &group_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .after = no_group,
            .no_undo = "the product's package makes it again"},
    .apply = remove_group,
};

const struct verb verb_user_remove = {
    .def = {.name = "user.remove",
            .os = "linux",
            .doc = "Removes a user that the old product made.",
            .args = &user_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .after = no_user,
            .no_undo = "the product's package makes it again"},
    .apply = remove_user,
};
