/*
 * visit.h - what a jump host and the worker on a PC say to each other in one visit; core/base/frame.h is how.
 *
 * The worker begins with a frame `hello`. Then for each `request` of the client, which follows the frames it needs, come
 * data frames and one `answer`. The end of the client's bytes ends the visit. Each request may be repeated without harm.
 *
 *     do       needs           brings            event of its answer
 *     detect                   facts             progress
 *     prove    plan (secrets)                    proved, broken
 *     offer    (file)                            progress, other-run, no-start
 *     start    plan (secrets)                    started, over, other-run, no-start; none-yet: ask again
 *     poll                     journal           progress, over, none-yet, other-run
 *     collect                  journal outcome   whole; as poll while it is not over
 *     ack                                        acked, none-yet; as poll while it is not over
 *     verify                                     proved, broken; progress: could not be established; none-yet
 *     attach                   plan              progress; none-yet, other-run: of a run that was begun from elsewhere, to follow it
 *
 * What goes wrong on the PC is told in `error`. With progress, "forked" and "tampered" (its own journal or plan was changed) need
 * a person; any other may be gone at the next visit. What was wrong with a frame that a request needs is told in its answer.
 *
 * Frames besides: `plan` and `facts` and `outcome` are the documents; `journal` is bytes of journal.jsonl as they are, from
 * `from` on and whole records only, at most VISIT_PIECE in one frame, in one frame for a poll; `secrets` is a JSON object
 * name -> value. Those whose source in the plan is "sent" go into files of <state>/VISIT_SECRETS, where the run finds them, and
 * go with its end.
 *
 * Installers that the plan calls `sent` are offered before it is started: `files` of the request are all of them by digest and
 * size, and `lacks` of the answer are those that the PC does not have, each with the bytes of it that are there from an earlier
 * try. They follow as frames `file`: a line "SHA256 OFFSET SIZE", and behind its newline the piece's bytes; offset and size
 * are the whole file's, and the pieces of a file come in order. Then they are offered again, after VISIT_TURN bytes at the latest,
 * until nothing is lacking: that tells what came, and what went wrong with it, before more is sent. Whole and with the
 * right digest a file lies in <state>/VISIT_FILES/SHA256; a piece of a file that is there already is passed over.
 */
#ifndef AVSWAP_CORE_MODEL_VISIT_H
#define AVSWAP_CORE_MODEL_VISIT_H

#include "core/base/schema.h"

#define VISIT_PIECE (256u << 10) /* journal bytes in one frame */
#define VISIT_SECRETS "secrets"  /* folders of the PC's state folder */
#define VISIT_FILES "files"
#define VISIT_WORKERS "workers"
#define VISIT_SENT "sent"            /* source of a secret that the jump host sends */
#define VISIT_TURN (32u << 20)       /* bytes of installers between two offers */
#define VISIT_OFFERED 32u            /* installers of one plan */

enum visit_do { DO_DETECT, DO_PROVE, DO_OFFER, DO_START, DO_POLL, DO_COLLECT, DO_ACK, DO_VERIFY, DO_ATTACH, DO_COUNT };
extern const char *const visit_do_names[]; /* NULL-terminated */

/* Those of the host's events (core/rollout/host.h) that a worker can answer with, by the same names. */
enum visit_event {
    ANSWER_STARTED,
    ANSWER_OTHER,
    ANSWER_NO_START,
    ANSWER_PROGRESS,
    ANSWER_NONE_YET,
    ANSWER_OVER,
    ANSWER_WHOLE,
    ANSWER_ACKED,
    ANSWER_PROVED,
    ANSWER_BROKEN,
    ANSWER_COUNT
};
extern const char *const visit_event_names[];

struct visit_hello {
    const char *tool; /* version of avswap */
    const char *machine;
    const char *hostname;
    const char *os; /* family: "linux" */
    const char *boot;
    instant at; /* by the PC's own clock */
};

struct visit_file {
    const char *sha256;
    long long bytes; /* offered: of the whole file; lacking: of it, that are there */
};

struct visit_request {
    int what;           /* "do" */
    const char *run;    /* the plan's id; NULL where there is none: detect, prove, start */
    long long from;     /* journal bytes that the client has */
    const char *digest; /* of these bytes; NULL at 0 */
    LIST(struct visit_file) files; /* offer */
};

struct visit_answer {
    int what;          /* "do" of the request */
    int event;
    const char *run;   /* other-run: of the other one */
    long long status;  /* over, no-start: exit status; else 0 */
    const char *text;  /* why, for people; bytes of the PC */
    long long size;    /* of the journal: bytes of its whole records */
    LIST(struct visit_file) lacks; /* offer */
    const char *error; /* "forked": the client's bytes are not those of this PC; else id of an err code; NULL: none */
};
#define VISIT_FORKED "forked"

extern const struct schema visit_hello_schema;
extern const struct schema visit_request_schema;
extern const struct schema visit_answer_schema;

#endif
