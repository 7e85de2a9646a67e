#include "cmd/avswap-fleet/jump.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/fleet/standing.h"
#include "core/model/fleet.h"
#include "core/os/machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell(void *arg, const char *host, enum host_state was, enum host_state is, const char *text)
{
    struct jump *j = arg;
    struct style style = j->c->json ? j->c->err_style : j->c->style;
    struct err ignored = ERR_INIT;
    struct buf b;

    style.verbose = j->c->style.verbose;
    if (!(j->c->json ? j->c->tty_err : j->c->tty_out) && !getenv("COLUMNS"))
        style.width = 0; /* in a log each is one line, unless somebody says how wide it is */
    j->over += (is >= HOST_DONE) - (was >= HOST_DONE);
    buf_init(&b, LIMIT_STRING);
    report_fleet_move(&(struct fleet_move){host, is, text, j->over, j->members}, &style, &b);
    if (j->c->json)
        out_stderr(buf_str(&b), b.len);
    else
        (void)!out_bytes(buf_str(&b), b.len, &ignored);
    buf_free(&b);
}

static void say(void *arg, const char *text)
{
    struct jump *j = arg;

    out_talk(j->c, "%s", text);
}

/* ---- a new rollout ---- */

/* One wave, at any hour, where no document says otherwise. */
static bool document(struct jump *j, struct rollout *r, struct buf *text, struct err *e)
{
    const char *file = option_value(&j->c->args, "rollout"), *n = option_value(&j->c->args, "at-once");
    json_t *json;
    bool ok;

    schema_init(&rollout_schema, r);
    if (file && !input_doc(j->c, &rollout_schema, file, r, e))
        return false;
    if (n && (!text_number(n, &r->at_once) || r->at_once < 1 || r->at_once > 1000))
        return err_set(e, ERR_USAGE, "--at-once '%.20s' is no number from 1 to 1000", n);
    json = schema_write(&rollout_schema, r);
    ok = json ? json_text(json, false, text, e) : err_nomem(e);
    json_decref(json);
    return ok;
}

static const char *operator_name(void)
{
    const char *by = getenv("SUDO_USER");

    if (!by || !*by)
        by = getenv("USER");
    return by && *by ? by : "root";
}

static bool consent(struct jump *j, size_t n, bool *ret, struct err *e)
{
    *ret = option_given(&j->c->args, "yes");
    if (*ret)
        return true;
    if (!j->c->tty_in)
        return err_set(e, ERR_USAGE, "this changes PCs and there is no terminal to ask on: add --yes");
    *ret = out_ask(j->c, NULL, "Begin a rollout over %zu PC%s?", n, n == 1 ? "" : "s");
    if (!*ret)
        out_talk(j->c, "Nothing was begun.");
    return true;
}

static bool begin(struct jump *j, bool *ret_yes, struct err *e)
{
    struct strs names = {j->c->args.operands, j->c->args.operand_count};
    struct rollout r;
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_DOCUMENT);
    ok = consent(j, names.n ? names.n : j->roster.hosts.n, ret_yes, e) &&
         (!*ret_yes || (document(j, &r, &text, e) &&
                        drive_begin(&j->request, &r, buf_str(&text), names.n ? &names : NULL, operator_name(), os_now(), e)));
    buf_free(&text);
    return ok;
}

/* Who lacks a password is told before anything is touched, not in the middle of the night by the PC itself. */
static bool prove_secrets(struct jump *j, struct err *e)
{
    struct survey_result r;

    if (!jump_prove(j, &r, e))
        return false;
    if (r.asked)
        out_talk(j->c, "Passwords and tokens: in order on %zu of %zu PCs whose plans need any; the others will refuse, and nothing is changed there.",
                 r.answered, r.asked);
    return true;
}

/* ---- how it stands at the end ---- */

static bool sum_up(struct jump *j, struct drive *d, struct err *e)
{
    const struct schedule *s = drive_schedule(d);
    size_t by[HOST_STATES] = {0}, waiting = 0, off = 0, hands;

    for (size_t i = 0; i < s->n; i++) {
        by[s->hosts[i].state]++;
        waiting += !host_is_final(&s->hosts[i]);
        off += standing_off_since(drive_record(d, (uint32_t)i)) != INSTANT_NONE;
    }
    hands = by[HOST_HELD] + by[HOST_ROLLED_BACK] + by[HOST_REFUSED] + by[HOST_DOUBT];
    if (off)
        j->c->status = EXIT_UNPROTECTED;
    else if (by[HOST_DONE] != s->n)
        j->c->status = EXIT_FLEET_PARTIAL;
    if (j->c->json)
        return out_json(json_pack("{ss sI sI sI sI sI sI sI sb}", "schema", "avswap.fleet-run/1", "hosts", (json_int_t)s->n, "done",
                                  (json_int_t)by[HOST_DONE], "rolled_back", (json_int_t)by[HOST_ROLLED_BACK], "refused",
                                  (json_int_t)by[HOST_REFUSED], "in_doubt", (json_int_t)by[HOST_DOUBT], "waiting", (json_int_t)waiting,
                                  "unprotected", (json_int_t)off, "ended", drive_ended(d)), e);
    out_talk(j->c, "%s", s->paused ? "Paused for refused logins; nothing was lost. After avswap fleet ack, go on by avswap fleet run."
                         : drive_ended(d) ? "The rollout has ended." : "The rollout goes on with the next avswap fleet run.");
    if (off)
        out_talk(j->c, "%zu UNPROTECTED: avswap fleet status says since when and what to do.", off);
    else if (hands)
        out_talk(j->c, "%zu need a person: avswap fleet status says why and what to do.", hands);
    out_talk(j->c, "fleet: %zu hosts, done %zu, rolled back %zu, refused %zu, waiting %zu, unprotected %zu", s->n, by[HOST_DONE],
             by[HOST_ROLLED_BACK], by[HOST_REFUSED], waiting, off);
    return true;
}

static bool go(struct jump *j, struct err *e)
{
    struct drive *d = drive_open(&j->request, os_now(), e);
    bool yes = true, ok;

    if (d && (option_given(&j->c->args, "rollout") || j->c->args.operand_count))
        out_talk(j->c, "A rollout is under way; it is gone on with as it was begun.");
    if (!d && !e->code && prove_secrets(j, e) && begin(j, &yes, e) && yes)
        d = drive_open(&j->request, os_now(), e);
    if (!d)
        return !e->code;
    j->members = drive_schedule(d)->n;
    for (size_t i = 0; i < j->members; i++)
        j->over += host_is_final(&drive_schedule(d)->hosts[i]);
    ok = drive_run(d, e) && sum_up(j, d, e);
    drive_close(d);
    return ok;
}

static bool run(struct cli *c, struct err *e)
{
    const char *patience = option_value(&c->args, "patience");
    long long seconds = -1;
    struct jump j;
    bool ok;

    if (patience && (!text_number(patience, &seconds) || seconds < 0))
        return err_set(e, ERR_USAGE, "--patience '%.40s' is no number of seconds", patience);
    ok = jump_open(&j, c, "avswap fleet run", e) && jump_plans(&j, e);
    j.request.patience_ms = seconds < 0 ? -1 : seconds * 1000;
    j.request.contact = option_value(&c->args, "contact");
    j.request.tell = tell;
    j.request.say = say;
    ok = ok && go(&j, e);
    jump_close(&j);
    return ok;
}

static const struct option options[] = {
    {"rollout", 0, "FILE", "waves, windows and limits (avswap.rollout/1); without it: one wave, at any hour", false},
    {"policy", 0, "FILE", "the administrator's wishes, for PCs that are planned for when they are visited", false},
    {"patience", 0, "SECONDS", "leave when for so long nothing but absent PCs and such that wait for a person are left", false},
    {"contact", 0, "TEXT", "whom the notice of expected changes names", false},
    OPTIONS_VISIT,
    OPTION_PAYLOAD,
    OPTION_YES,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Moves the PCs of the inventory, or those named, in waves: each gets its plan and the worker, is started, asked after, its "
    "journal is collected and checked, and it is told that all is here. What a PC has begun it brings to its end by itself, with "
    "no connection and whatever happens to this program.",
    "A rollout that has not ended is gone on with: after a crash, a reboot of this machine, or Ctrl-C. Nothing is lost and no PC is "
    "started twice. A run that is at work on a PC already, begun by another jump host or by a person there, is followed to its end. PCs "
    "that do not answer hold nothing up and count for nothing; they are tried again.",
    "What the policy calls sent goes along: installers that it gives by their name alone, from --payload, and the passwords of --secret. A PC "
    "is asked which installers it lacks, so one that is there is not sent again, and one that broke off goes on where it ended. A PC "
    "whose installer is missing here or another one than was planned, that has no room for it, or whose password is not given, is "
    "refused before anything is touched. Passwords are needed again when a rollout is gone on with; a PC loses them at the end of its run.",
    "A changed host key, an answer that cannot be right, or a refused login holds that PC until a person has looked: avswap fleet ack. "
    "A refused login is never tried again by itself, since a directory may count them over all PCs and lock the account. Whether it is "
    "that PC's matter or this machine's is seen by the next ones: when a PC with the same user lets avswap in, the rollout goes on; when "
    "so many in a row as the rollout's \"refusals\" says (3) refuse and none lets it in, all pause, also over a restart, until avswap "
    "fleet ack HOST or avswap fleet ack --others. Before the first PC of a user has let it in, and while there are refusals in a row, no "
    "more sessions of that user are open than may still be refused.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet run --rollout waves.json --policy office.json", "begin, or go on"},
    {"avswap fleet run --yes --patience 600", "from a timer: what can be done now"},
    {NULL, NULL},
};

const struct command cmd_fleet_run = {
    .name = "run",
    .summary = "move the PCs of the inventory, in waves",
    .operands = "[HOST...]",
    .max_operands = NO_LIMIT,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_FLEET_PARTIAL, -1},
    .examples = examples,
    .run = run,
};
