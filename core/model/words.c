#include "core/model/accepted.h"
#include "core/model/words.h"

#include "core/model/assignment.h"
#include "core/model/event.h"
#include "core/model/evidence.h"
#include "core/model/facts.h"
#include "core/model/fleet.h"
#include "core/model/import.h"
#include "core/model/outcome.h"
#include "core/model/policy.h"
#include "core/model/problem.h"
#include "core/model/rehearsal.h"
#include "core/model/rollout.h"
#include "core/model/triage.h"
#include "core/model/visit.h"

const char *words_type(const struct field *f)
{
    static const char *const names[] = {
        [FIELD_STR] = "text",
        [FIELD_INT] = "integer",
        [FIELD_BOOL] = "true or false",
        [FIELD_ENUM] = "word",
        [FIELD_INSTANT] = "instant",
        [FIELD_STRS] = "list of texts",
        [FIELD_OBJ] = "object",
        [FIELD_OBJS] = "list of objects",
        [FIELD_JSON] = "any JSON",
        [FIELD_MAP] = "object of texts",
    };

    return names[f->type];
}

const struct words_flag words_flags[] = {
    {VERB_MUTATES, "mutates", "changes the PC; not called in a dry run"},
    {VERB_PROTECTION, "protection", "may change who protects the PC: the ledger watches while it runs"},
    {VERB_REBOOTS, "reboots", "restarts the PC"},
    {VERB_NETWORK, "network", "needs the network, so it comes before protection is touched"},
    {VERB_NO_RETURN, "no-return", "cannot be undone once it acted"},
    {VERB_AFTER_CRASH, "after-crash", "has no probe; after a crash it may simply be applied again"},
    {VERB_NOTICED, "noticed", "changes nothing for good, but others notice it: left out of a dry run"},
    {VERB_MAY_REBOOT, "may-reboot", "may need a reboot: one that is pending after an interruption is taken as its own"},
    {VERB_STAYS, "stays", "a rollback leaves its effect: the plan warns of it"},
    {0, NULL, NULL},
};

const struct words_format words_formats[] = {
    {&facts_schema, "avswap detect --save FILE; facts.json of a run"},
    {&findings_schema, "avswap detect --json"},
    {&triage_schema, "avswap detect --inventory FILE --json"},
    {&plan_schema, "avswap plan; plan.json of a run"},
    {&event_schema, "one line of journal.jsonl of a run"},
    {&outcome_schema, "avswap report --json; outcome.json of a run"},
    {&assignment_schema, "avswap fleet plan --json; assignment.json of its folder"},
    {&fleet_status_schema, "avswap fleet status --json"},
    {&notice_schema, "avswap fleet notice; notice-ROLLOUT.json of the jump host's state"},
    {&rollout_schema, "written by the administrator, for avswap fleet run and rehearse"},
    {&scenario_schema, "written by the administrator, for avswap fleet rehearse"},
    {&forecast_schema, "avswap fleet rehearse --json"},
    {&visit_hello_schema, "frame hello of avswap visit"},
    {&visit_request_schema, "frame request to avswap visit"},
    {&visit_answer_schema, "frame answer of avswap visit"},
    {&policy_schema, "written by the administrator; see avswap-policy(5)"},
    {&problems_schema, "avswap lint --json"},
    {&import_result_schema, "avswap catalog import-winget --json"},
    {&vendor_schema, "vendors/VENDOR/vendor.json of a catalogue"},
    {&product_schema, "vendors/VENDOR/PRODUCT.json of a catalogue"},
    {&timeline_schema, "vendors/VENDOR/timeline.json of a catalogue"},
    {&evidence_schema, "vendors/labs/TEST.json of a catalogue"},
    {&playbook_schema, "playbooks/STRATEGY.json of a catalogue"},
    {&accepted_schema, "avswap fleet catalog sync; accepted.json of the folder it writes"},
    {NULL, NULL},
};
