#include "core/model/playbook.h"

const char *const stage_names[] = {"preflight", "prepare", "install", "remove",
                                   "clean",     "activate", "verify", "commit", NULL};
const char *const playbook_use_names[] = {"source.guards", "source.backup",  "source.remove",  "source.clean",    "agent.disarm",
                                          "agent.remove",  "target.payload", "target.install", "target.activate", NULL};

static const struct field stage_fields[] = {
    FIELD(playbook_stage, ENUM, stage, "which stage", .names = stage_names, .flags = FIELD_REQUIRED),
    FIELD(playbook_stage, OBJS, steps, "its steps", .sub = &step_def_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema stage_schema = {"stage", NULL, "a stage", sizeof(struct playbook_stage), stage_fields,
                                           NULL};

static const struct field playbook_fields[] = {
    FIELD(playbook, STR, id, "strategy", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(playbook, STR, title, "for people", .flags = FIELD_REQUIRED),
    FIELD(playbook, STR, doc, "when it fits and what it costs", .flags = FIELD_REQUIRED),
    FIELD(playbook, BOOL, installs, "needs a target that is not yet there"),
    FIELD(playbook, BOOL, awakes, "the target is part of the system and becomes active once the old one is gone"),
    FIELD(playbook, BOOL, passive, "the target must be installable without its on-access engine running"),
    FIELD(playbook, INT, rank, "tried in this order, lowest first", .min = 0, .max = 1000),
    FIELD(playbook, OBJS, stages, "stages in order of the run", .sub = &stage_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema playbook_schema = {"playbook", "avswap.playbook/1", "a strategy", sizeof(struct playbook),
                                       playbook_fields, NULL};
