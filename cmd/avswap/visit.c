#include "cmd/avswap/avswap.h"
#include "cmd/cli/input.h"
#include "core/base/secret.h"
#include "core/os/console.h"
#include "core/run/serve.h"

static bool send(void *arg, const char *p, size_t n, struct err *e)
{
    (void)arg;
    return os_console_write(OS_OUT, p, n, e);
}

static bool facts(void *arg, struct facts *ret, struct err *e)
{
    return input_facts(arg, ret, e);
}

static bool listen(struct serve *s, struct err *e)
{
    char piece[16384];
    size_t n = 1;
    bool ok = true;

    while (ok && n) {
        ok = os_console_read(piece, sizeof piece, &n, e) && (n ? serve_feed(s, piece, n, e) : serve_end(s, e));
        secret_wipe(piece, sizeof piece);
    }
    return ok;
}

static bool visit(struct cli *c, struct err *e)
{
    const struct serve_ways ways = {send, facts, c};
    struct serve s;
    bool ok = serve_begin(&s, &ways, e) && listen(&s, e);

    serve_free(&s);
    return ok;
}

static const struct option options[] = {
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "For avswap fleet, not for people: what a jump host starts on a PC, over ssh. Requests come on standard input and answers go "
    "to standard output, both as frames: a line \"#avswap TYPE LENGTH\", so many bytes, and a newline. The worker begins "
    "with a frame hello; the end of standard input ends the visit, and nothing else of it: a run that it started goes on.",
    "A request is a document avswap.visit/1, preceded by the frames that it needs, and its answer avswap.answer/1, preceded by the "
    "frames that it brings: see avswap-formats(5). Each may be repeated without harm, since the PC answers for its one run by its id.",
    "detect brings the facts of this PC. prove looks whether the secrets of a plan are here. offer tells which of a "
    "plan's installers are not here, or whether there is room for them; they follow in pieces. start begins a plan as a worker of its "
    "own; a plan that was begun already is told as such. poll brings journal records from a byte on and starts a worker "
    "again that is gone for no reason on record. collect brings the rest and the outcome. ack removes what only the run needed: "
    "secrets, installers, older workers. verify looks again whether the old product is gone, nothing would bring it back, and "
    "the new one protects.",
    NULL,
};

static const struct example examples[] = {
    {"ssh root@pc avswap visit <requests >answers", "one visit, by hand"},
    {NULL, NULL},
};

const struct command cmd_visit = {
    .name = "visit",
    .summary = "answer a jump host; for avswap fleet, not for people",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = visit,
};
