#include "core/model/visit.h"
#include "core/base/digest.h"
#include "core/base/limits.h"

const char *const visit_do_names[] = {"detect", "prove", "offer", "start", "poll", "collect", "ack", "verify", "attach", NULL};

const char *const visit_event_names[] = {"started", "other-run", "no-start", "progress", "none-yet", "over",
                                         "whole",   "acked",     "proved",   "broken",   NULL};

/* "do" is a word of C. */
#define FIELD_DO(structure)                                                                                  \
    {                                                                                                        \
        .name = "do", .type = FIELD_ENUM, .offset = offsetof(struct structure, what), .flags = FIELD_REQUIRED, \
        .names = visit_do_names, .doc = "what is asked for"                                                  \
    }

static const struct field hello_fields[] = {
    FIELD(visit_hello, STR, tool, "version of avswap", .flags = FIELD_REQUIRED),
    FIELD(visit_hello, STR, machine, "stable id of the PC", .flags = FIELD_REQUIRED),
    FIELD(visit_hello, STR, hostname, "its name"),
    FIELD(visit_hello, STR, os, "linux or windows", .flags = FIELD_REQUIRED),
    FIELD(visit_hello, STR, boot, "changes at every boot"),
    FIELD(visit_hello, INSTANT, at, "by the PC's clock", .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema visit_hello_schema = {"hello", "avswap.hello/1", "who the worker is that a jump host visits",
                                          sizeof(struct visit_hello), hello_fields, NULL};

static bool check_file(void *obj, const struct place *at, struct err *e)
{
    const struct visit_file *f = obj;

    return digest_is(f->sha256) || place_error(e, at, "'sha256' is no SHA-256");
}

static const struct field file_fields[] = {
    FIELD(visit_file, STR, sha256, "its digest", .flags = FIELD_REQUIRED),
    FIELD(visit_file, INT, bytes, "offered: of the whole file; lacking: of it, that are there", .max = (long long)LIMIT_PAYLOAD),
    FIELD_END,
};
static const struct schema file_schema = {"file", NULL, "an installer", sizeof(struct visit_file), file_fields, check_file};

/* Every request about a run says which. */
static bool check_request(void *obj, const struct place *at, struct err *e)
{
    struct visit_request *r = obj;

    if (r->digest && !*r->digest)
        r->digest = NULL;
    if (r->digest && !digest_is(r->digest))
        return place_error(e, at, "'digest' is no SHA-256");
    if (r->from && !r->digest)
        return place_error(e, at, "'from' needs the digest of the bytes before it");
    if (r->files.n > VISIT_OFFERED)
        return place_error(e, at, "more than %u files", VISIT_OFFERED);
    if ((r->what == DO_OFFER || r->what >= DO_POLL) && !r->run)
        return place_error(e, at, "'%s' needs a run", visit_do_names[r->what]);
    return true;
}

static const struct field request_fields[] = {
    FIELD_DO(visit_request),
    FIELD(visit_request, STR, run, "id of the plan; of all that are about a run"),
    FIELD(visit_request, INT, from, "bytes of the journal that the jump host has", .max = LIMIT_JOURNAL),
    FIELD(visit_request, STR, digest, "SHA-256 of these bytes"),
    FIELD(visit_request, OBJS, files, "offer: the installers that the plan's run needs of the jump host", .sub = &file_schema),
    FIELD_END,
};
const struct schema visit_request_schema = {"request", "avswap.visit/1", "what a jump host asks of a worker",
                                            sizeof(struct visit_request), request_fields, check_request};

static const struct field answer_fields[] = {
    FIELD_DO(visit_answer),
    FIELD(visit_answer, ENUM, event, "what follows for the jump host", .flags = FIELD_REQUIRED, .names = visit_event_names),
    FIELD(visit_answer, STR, run, "which run it is about; with other-run the one that is in the way"),
    FIELD(visit_answer, INT, status, "exit status of what is over or was not begun", .max = 255),
    FIELD(visit_answer, STR, text, "why, for people"),
    FIELD(visit_answer, INT, size, "bytes of the journal on the PC", .max = LIMIT_JOURNAL),
    FIELD(visit_answer, OBJS, lacks, "offer: those that are not here", .sub = &file_schema),
    FIELD(visit_answer, STR, error, "forked: the bytes that the jump host has are not this PC's; else the id of an error"),
    FIELD_END,
};
const struct schema visit_answer_schema = {"answer", "avswap.answer/1", "what a worker answers a jump host",
                                           sizeof(struct visit_answer), answer_fields, NULL};
