#include "core/model/fleet.h"

const char *const host_state_names[] = {
    [HOST_QUEUED] = "queued",           [HOST_STARTING] = "starting", [HOST_RUNNING] = "running",
    [HOST_ENDED] = "ended",             [HOST_COLLECTED] = "collected", [HOST_UNREACHABLE] = "unreachable",
    [HOST_HELD] = "held",               [HOST_DONE] = "done",         [HOST_ROLLED_BACK] = "rolled-back",
    [HOST_REFUSED] = "refused",         [HOST_UNPROTECTED] = "unprotected", [HOST_DOUBT] = "in-doubt",
    [HOST_STATES] = NULL,
};

const char *const wave_phase_names[] = {"closed", "open", "soaks", "is looked at again", "over", "stopped", NULL};

/* Who needs hands soonest comes first; what a person does about it. The first row that fits holds. */
enum { BEGUN = 1, OFF = 2, HANDS = 4 };
static const struct {
    int state;
    int flags;           /* BEGUN: it was at work before; OFF: it has no protection now */
    const char *action, *command;
} cares[] = {
    {HOST_UNREACHABLE, BEGUN | OFF | HANDS, "silent and without protection: find it now, switch it on and connect it; what was begun there "
                                            "goes on by itself", NULL},
    {HOST_UNPROTECTED, HANDS, "no protection: go there now; avswap status on the PC says what is missing, and one put on by hand will do; "
                              "when this rollout is over, move it again", "avswap fleet run"},
    {HOST_HELD, OFF | HANDS, "it had no protection when it was held: look at the PC now; when it is the right one, go on with it", "avswap fleet ack"},
    {HOST_DOUBT, HANDS, "only a person can say how it stands: avswap status on the PC, then avswap resume or avswap rollback there; when "
                        "this rollout is over, have it looked at again", "avswap fleet run"},
    {HOST_HELD, HANDS, "find out why (another PC, another key, a login that it refuses?), then go on with it", "avswap fleet ack"},
    {HOST_ROLLED_BACK, HANDS, "it is protected as before: put right what failed; when this rollout is over, try again", "avswap fleet run"},
    {HOST_REFUSED, HANDS, "nothing was changed: put right what it names; when this rollout is over, try again", "avswap fleet run"},
    {HOST_UNREACHABLE, BEGUN, "it was at work when it went silent: switch it on and connect it; it goes on by itself", NULL},
    {HOST_RUNNING, 0, NULL, NULL},
    {HOST_STARTING, 0, NULL, NULL},
    {HOST_ENDED, 0, NULL, NULL},
    {HOST_COLLECTED, 0, NULL, NULL},
    {HOST_UNREACHABLE, 0, "switch it on or let its user know; it is asked again by itself", NULL},
    {HOST_QUEUED, 0, NULL, NULL},
    {HOST_DONE, 0, NULL, NULL},
};
_Static_assert(sizeof cares / sizeof cares[0] == FLEET_NEEDS, "each row is a need");

static int find_care(int state, int flags)
{
    int i = 0;

    while (i < FLEET_NEEDS - 1 && (cares[i].state != state || (cares[i].flags & ~flags & (BEGUN | OFF))))
        i++;
    return i;
}

struct fleet_care fleet_care(const struct fleet_member *h)
{
    bool off = h->unprotected_since != INSTANT_NONE || h->state == HOST_UNPROTECTED;
    int begun = h->was && !text_eq(h->was, host_state_names[HOST_QUEUED]) ? BEGUN : 0;
    int i = find_care(h->state, begun | (off ? OFF : 0));

    return (struct fleet_care){.action = cares[i].action, .command = cares[i].command, .need = i,
                               .hands = cares[i].flags & HANDS, .alarm = off && cares[i].flags & HANDS};
}

int fleet_order(enum host_state s)
{
    return find_care(s, 0);
}

long long fleet_state_count(const struct fleet_status *f, enum host_state s)
{
    for (size_t i = 0; i < f->states.n; i++)
        if (f->states.v[i].state == (int)s)
            return f->states.v[i].hosts;
    return 0;
}

static const struct field count_fields[] = {
    FIELD(fleet_count, ENUM, state, "the state", .names = host_state_names, .flags = FIELD_REQUIRED),
    FIELD(fleet_count, INT, hosts, "PCs in it", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema count_schema = {"count", NULL, "PCs in one state", sizeof(struct fleet_count), count_fields, NULL};

static const struct field wave_fields[] = {
    FIELD(fleet_wave, STR, name, "its name", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, ENUM, phase, "where it stands", .names = wave_phase_names, .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INT, hosts, "its PCs", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INT, begun, "of which so many were begun", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INT, at_work, "so many are at work", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INT, done, "so many are done", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INT, failures, "and so many failed", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INT, budget, "of so many that may", .flags = FIELD_REQUIRED),
    FIELD(fleet_wave, INSTANT, soaked, "when it has soaked and is looked at again"),
    FIELD_END,
};
static const struct schema wave_schema = {"wave", NULL, "one wave", sizeof(struct fleet_wave), wave_fields, NULL};

static const struct field host_fields[] = {
    FIELD(fleet_member, STR, name, "its name in the inventory", .flags = FIELD_REQUIRED),
    FIELD(fleet_member, STR, machine, "its machine id; missing: it never answered"),
    FIELD(fleet_member, STR, site, "where it is"),
    FIELD(fleet_member, STR, wave, "its wave"),
    FIELD(fleet_member, ENUM, state, "what is known of it", .names = host_state_names, .flags = FIELD_REQUIRED),
    FIELD(fleet_member, STR, was, "unreachable or held: the state before"),
    FIELD(fleet_member, INSTANT, since, "in this state since"),
    FIELD(fleet_member, INSTANT, seen, "last answered; missing: never"),
    FIELD(fleet_member, INSTANT, next, "when it is visited next; missing: not by itself"),
    FIELD(fleet_member, STR, from, "what goes"),
    FIELD(fleet_member, STR, to, "what comes"),
    FIELD(fleet_member, INT, gap_s, "seconds it was unprotected; missing: not measured", .min = -1, .max = 1ll << 40, .def = -1),
    FIELD(fleet_member, INSTANT, unprotected_since, "it has no protection now, as far as is known; missing: it has, or nothing is known"),
    FIELD(fleet_member, STR, text, "the last reason"),
    FIELD(fleet_member, STR, action, "what a person does now"),
    FIELD(fleet_member, STR, command, "and then types on the jump host"),
    FIELD_END,
};
static const struct schema host_schema = {"host", NULL, "one PC of the rollout", sizeof(struct fleet_member), host_fields, NULL};

static const struct field deadline_fields[] = {
    FIELD(fleet_deadline, STR, vendor, "against whose products", .flags = FIELD_REQUIRED),
    FIELD(fleet_deadline, STR, id, "the measure", .flags = FIELD_REQUIRED),
    FIELD(fleet_deadline, STR, jurisdiction, "whose law", .flags = FIELD_REQUIRED),
    FIELD(fleet_deadline, STR, what, "what it says", .flags = FIELD_REQUIRED),
    FIELD(fleet_deadline, INSTANT, at, "since or from when", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema deadline_schema = {"deadline", NULL, "a measure that ends updates or use for this owner",
                                              sizeof(struct fleet_deadline), deadline_fields, NULL};

#define UNKNOWN(member, text) FIELD(fleet_pace, INT, member, text, .min = -1, .max = 1ll << 40, .def = -1)

static const struct field pace_fields[] = {
    FIELD(fleet_pace, INT, left, "PCs that still have what must go", .flags = FIELD_REQUIRED),
    UNKNOWN(done_per_day, "PCs a day that were done so far; missing: too early to say"),
    FIELD(fleet_pace, INSTANT, deadline, "the next deadline ahead"),
    UNKNOWN(needed_per_day, "PCs a day that it asks for"),
    FIELD(fleet_pace, INSTANT, overdue_since, "the first deadline that has passed"),
    FIELD(fleet_pace, INSTANT, expected, "when all would be done at this pace"),
    UNKNOWN(late, "PCs that would not be done at the deadline at this pace"),
    FIELD_END,
};
static const struct schema pace_schema = {"pace", NULL, "how fast it goes and has to go", sizeof(struct fleet_pace), pace_fields, NULL};

static const struct field gaps_fields[] = {
    FIELD(fleet_gaps, INT, measured, "PCs whose journal tells", .flags = FIELD_REQUIRED),
    FIELD(fleet_gaps, INT, sum_s, "seconds unprotected, all of them together", .flags = FIELD_REQUIRED),
    FIELD(fleet_gaps, INT, worst_s, "the longest", .flags = FIELD_REQUIRED),
    FIELD(fleet_gaps, STR, worst, "whose that was"),
    FIELD(fleet_gaps, STRS, now, "PCs that are unprotected now, as far as is known"),
    FIELD_END,
};
static const struct schema gaps_schema = {"gaps", NULL, "time without protection", sizeof(struct fleet_gaps), gaps_fields, NULL};

static const struct field status_fields[] = {
    FIELD(fleet_status, STR, rollout, "its id; missing: there is none"),
    FIELD(fleet_status, INSTANT, at, "when it was looked", .flags = FIELD_REQUIRED),
    FIELD(fleet_status, INSTANT, begun, "when it was begun"),
    FIELD(fleet_status, INSTANT, ended, "when nothing was left to do"),
    FIELD(fleet_status, STR, operator, "who began it"),
    FIELD(fleet_status, STR, stopped, "why nobody else is started"),
    FIELD(fleet_status, STR, paused, "why nobody is visited until a person has looked"),
    FIELD(fleet_status, STR, limit, "what keeps the next PC from being started"),
    FIELD(fleet_status, STR, driver, "the process that moves it on; missing: none, or not known"),
    FIELD(fleet_status, INT, total, "PCs", .flags = FIELD_REQUIRED),
    FIELD(fleet_status, OBJS, states, "how many are in which state", .sub = &count_schema),
    FIELD(fleet_status, OBJS, waves, "wave by wave", .sub = &wave_schema),
    FIELD(fleet_status, OBJS, deadlines, "what the law sets", .sub = &deadline_schema),
    FIELD(fleet_status, OBJ, pace, "how fast it goes and has to go", .sub = &pace_schema),
    FIELD(fleet_status, OBJ, gaps, "time without protection", .sub = &gaps_schema),
    FIELD(fleet_status, OBJS, hosts, "the PCs, who needs hands first", .sub = &host_schema),
    FIELD_END,
};
const struct schema fleet_status_schema = {"status", "avswap.fleet-status/1", "where a rollout stands", sizeof(struct fleet_status),
                                           status_fields, NULL};

static const struct field window_fields[] = {
    FIELD(notice_window, STR, from, "when it begins, in the time of the PC", .flags = FIELD_REQUIRED),
    FIELD(notice_window, STR, to, "when it ends", .flags = FIELD_REQUIRED),
    FIELD(notice_window, STRS, days, "on which days; missing: every day"),
    FIELD_END,
};
static const struct schema window_schema = {"window", NULL, "when it may be started", sizeof(struct notice_window), window_fields, NULL};

static const struct field notice_host_fields[] = {
    FIELD(notice_host, STR, name, "its name in the inventory", .flags = FIELD_REQUIRED),
    FIELD(notice_host, STR, machine, "its machine id"),
    FIELD(notice_host, STR, address, "where it is reached"),
    FIELD(notice_host, STR, os, "its system: which of the workers runs there"),
    FIELD(notice_host, STR, site, "where it is"),
    FIELD(notice_host, STR, wave, "its wave"),
    FIELD(notice_host, INT, utc_offset_min, "its time, minutes east of UTC", .min = -1440, .max = 1440),
    FIELD(notice_host, OBJ, window, "missing: at any hour", .sub = &window_schema),
    FIELD(notice_host, STR, plan, "id of its plan, which is also that of the run", .flags = FIELD_REQUIRED),
    FIELD(notice_host, STR, plan_digest, "SHA-256 that the plan is bound by", .flags = FIELD_REQUIRED),
    FIELD(notice_host, STRS, stops, "products, services and units that are going to stop"),
    FIELD(notice_host, STRS, starts, "those that are going to start"),
    FIELD(notice_host, INT, max_reboots, "reboots at most", .max = 1000),
    FIELD(notice_host, STR, contact, "whom to ask about this PC"),
    FIELD_END,
};
static const struct schema notice_host_schema = {"host", NULL, "what is going to happen on one PC", sizeof(struct notice_host),
                                                 notice_host_fields, NULL};

static const struct field worker_fields[] = {
    FIELD(notice_worker, STR, os, "of which PCs", .flags = FIELD_REQUIRED),
    FIELD(notice_worker, STR, sha256, "of the program that does it there", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema worker_schema = {"worker", NULL, "the program that is sent", sizeof(struct notice_worker), worker_fields, NULL};

static const struct field notice_fields[] = {
    FIELD(notice, STR, rollout, "its id; missing: not begun yet"),
    FIELD(notice, INT, number, "which of the rollout's notices: 1 is given when it begins, later ones for PCs that were planned for since; "
                               "missing: none of them", .max = 1ll << 30),
    FIELD(notice, INSTANT, at, "when the notice was made", .flags = FIELD_REQUIRED),
    FIELD(notice, INSTANT, begins, "nothing is removed before"),
    FIELD(notice, STR, operator, "who does it"),
    FIELD(notice, STR, contact, "whom to ask"),
    FIELD(notice, STR, tool, "name and version of the program", .flags = FIELD_REQUIRED),
    FIELD(notice, OBJS, workers, "digests of what is going to run", .sub = &worker_schema),
    FIELD(notice, OBJS, hosts, "PC by PC", .sub = &notice_host_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema notice_schema = {"notice", "avswap.notice/1", "which protection is going to be changed where, for those who watch",
                                     sizeof(struct notice), notice_fields, NULL};
