/*
 * outcome.h - outcome.json: how a run ended, made from plan and journal. Input of the reports.
 */
#ifndef AVSWAP_CORE_MODEL_OUTCOME_H
#define AVSWAP_CORE_MODEL_OUTCOME_H

#include "core/model/event.h"
#include "core/model/plan.h"

enum run_result {
    RESULT_RUNNING,
    RESULT_MIGRATED,
    RESULT_NOTHING_TO_DO,
    RESULT_ROLLED_BACK,
    RESULT_OTHER_PROTECTION, /* neither product, but something protects */
    RESULT_UNPROTECTED,
    RESULT_REFUSED,
    RESULT_IN_DOUBT,
    RESULT_REBOOT_NEEDED,
};
extern const char *const run_result_names[];

struct step_result {
    const char *id;
    const char *verb;
    const char *title;
    int stage;
    int outcome;
    bool undone;
    long long ms;
    const char *text;
};

struct check_result {
    const char *what;
    int answer; /* enum tri */
    const char *evidence;
};

struct gap_interval {
    instant from;
    instant to; /* INSTANT_NONE: still open */
    long long ms;
};

struct outcome {
    const char *plan;
    const char *machine_id;
    const char *hostname;
    const char *tool;
    int result;
    long long exit;
    const char *rung;
    const char *why;
    const char *next; /* what a person does now; NULL: nothing */
    instant started;
    instant ended;
    const char *source_names;
    const char *target_name;
    const char *strategy;
    long long reboots;
    long long unprotected_ms;
    LIST(struct gap_interval) gaps;
    LIST(struct step_result) steps;
    LIST(struct check_result) checks;
    const char *eicar; /* "blocked by ClamAV", NULL: not asked */
    struct strs notes; /* advice: settings that a person should change */
    const char *journal_head; /* SHA-256 of the last journal line */
};
extern const struct schema outcome_schema;

#endif
