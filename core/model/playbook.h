/*
 * playbook.h - playbooks/<strategy>.json: a strategy as stages of steps in terms of "source" and "target".
 */
#ifndef AVSWAP_CORE_MODEL_PLAYBOOK_H
#define AVSWAP_CORE_MODEL_PLAYBOOK_H

#include "core/model/product.h"

enum stage {
    STAGE_PREFLIGHT,
    STAGE_PREPARE,
    STAGE_INSTALL,
    STAGE_REMOVE,
    STAGE_CLEAN,
    STAGE_ACTIVATE,
    STAGE_VERIFY,
    STAGE_COMMIT,
    STAGE_COUNT
};
extern const char *const stage_names[];

/* What `use` of a step may name: a section of the products, or what the planner makes for them. */
enum playbook_use {
    USE_SOURCE_GUARDS,
    USE_SOURCE_BACKUP,
    USE_SOURCE_REMOVE,
    USE_SOURCE_CLEAN,
    USE_AGENT_DISARM,
    USE_AGENT_REMOVE,
    USE_TARGET_PAYLOAD, /* from here on of the target */
    USE_TARGET_INSTALL,
    USE_TARGET_ACTIVATE,
    USE_COUNT
};
extern const char *const playbook_use_names[];

struct playbook_stage {
    int stage; /* enum stage; their order in the file is the order of the run */
    LIST(struct step_def) steps;
};

struct playbook {
    const char *id; /* "replace", "overlap", "builtin", "remove-only" */
    const char *title;
    const char *doc;
    bool installs;      /* needs a target that is not yet there */
    bool awakes;        /* the target is part of the system and becomes active once the old one is gone */
    bool passive;       /* the target must be installable without its on-access engine running */
    long long rank;     /* strategies are tried in this order, lowest first */
    LIST(struct playbook_stage) stages;
};
extern const struct schema playbook_schema;

#endif
