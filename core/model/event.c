#include "core/model/event.h"

const char *const event_kind_names[] = {"none",     "run",        "start", "begin", "end",    "reboot", "rollback",
                                        "undo-begin", "undo-end", "protection", "note", "try", "commit", "stop",
                                        "finish",   NULL};

const char *const outcome_names[] = {
    "none",         "ok",          "ok-reboot",      "reboot-then-retry", "already-ok", "in-use-retry",
    "auth-failed",  "tamper-locked", "refused",      "conflict-av",       "unsupported-os", "requirements",
    "disk-full",    "no-network",  "bad-token",      "cancelled",         "corrupt",    "config-error",
    "transient",    "timeout",     "doubt",          "fatal",             NULL};

bool outcome_is_good(int outcome)
{
    return outcome == OUTCOME_OK || outcome == OUTCOME_OK_REBOOT || outcome == OUTCOME_ALREADY_OK;
}

static const struct field event_fields[] = {
    FIELD(event, INT, n, "number, from 1", .flags = FIELD_REQUIRED),
    FIELD(event, INSTANT, at, "wall clock", .flags = FIELD_REQUIRED),
    FIELD(event, STR, boot, "boot id", .flags = FIELD_REQUIRED),
    FIELD(event, INT, up_ms, "milliseconds since that boot", .flags = FIELD_REQUIRED),
    FIELD(event, ENUM, kind, "what happened", .names = event_kind_names, .flags = FIELD_REQUIRED),
    FIELD(event, STR, step, "step id"),
    FIELD(event, INT, attempt, "which try"),
    FIELD(event, ENUM, outcome, "of a step", .names = outcome_names),
    FIELD(event, STR, text, "for people"),
    FIELD(event, STR, plan, "run: the plan's digest"),
    FIELD(event, INT, pid, "start: the worker's process"),
    FIELD(event, ENUM, answer, "protection: is the PC protected", .names = tri_names),
    FIELD(event, STRS, by, "protection: products whose real-time protection is on"),
    FIELD(event, STR, rung, "rollback, finish: the safe state"),
    FIELD(event, STR, result, "finish: how the run ended"),
    FIELD(event, INT, exit, "finish, stop: exit status", .def = -1),
    FIELD(event, JSON, data, "evidence"),
    FIELD(event, STR, prev, "SHA-256 of the line before", .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema event_schema = {"journal record", NULL, "one line of journal.jsonl", sizeof(struct event),
                                    event_fields, NULL};
