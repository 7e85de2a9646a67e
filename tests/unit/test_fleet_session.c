/*
 * One visit's conversation, and the copy of a journal, with PCs that behave and PCs that do not: in pieces of every size, endless, in the
 * wrong order, of somebody else, with escapes and HTML in every text.
 */
#include "core/base/frame.h"
#include "core/base/limits.h"
#include "core/fleet/copy.h"
#include "core/visit/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RUN "20261123-090000-abc"
#define HELLO "{\"schema\": \"avswap.hello/1\", \"tool\": \"1.0\", \"machine\": \"m-1\", \"os\": \"linux\", \"at\": \"2026-11-23T09:00:00Z\"}"
#define ANSWER(what, event, more)                                                                            \
    "{\"schema\": \"avswap.answer/1\", \"do\": \"" what "\", \"event\": \"" event "\"" more "}"
#define EVIL "\\u001b[2J\\u202e<script>alert(1)</script>"

static struct buf packed;
static const struct worker_file worker = {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "WORKER", 6, &packed};

/* --- the driver's side ---------------------------------------------------------------------------------------------- */

struct seen {
    struct session *s;
    char log[4096];
    size_t data;                        /* bytes */
    const struct visit_request *asks;   /* one after the other; n of them */
    size_t n, asked;
    bool refuse;
};

static void note(struct seen *x, const char *what, const char *text)
{
    size_t n = strlen(x->log);

    snprintf(x->log + n, sizeof x->log - n, "%s(%s) ", what, text);
}

static bool next(struct seen *x, struct err *e)
{
    return x->asked == x->n || session_ask(x->s, &x->asks[x->asked++], e);
}

static bool hello(void *arg, const struct visit_hello *h, struct err *e)
{
    note(arg, "hello", h->machine);
    return next(arg, e);
}

static bool data(void *arg, const char *type, const char *p, size_t n, struct err *e)
{
    struct seen *x = arg;

    (void)p;
    x->data += n;
    note(x, "data", type);
    return !x->refuse || err_set(e, ERR_LIMIT, "the jump host's disk is full");
}

static bool answer(void *arg, const struct visit_answer *a, struct err *e)
{
    note(arg, visit_do_names[a->what], visit_event_names[a->event]);
    return next(arg, e);
}

static void begin(struct seen *x, const char *machine, const struct visit_request *asks, size_t n)
{
    const struct session_calls calls = {x, hello, data, answer};
    struct err e = ERR_INIT;

    memset(x, 0, sizeof *x);
    x->asks = asks;
    x->n = n;
    x->s = session_new(&worker, machine, &calls, &e);
    assert_non_null(x->s);
}

static void frame(struct buf *b, const char *type, const char *text)
{
    struct err e = ERR_INIT;

    assert_true(frame_write(b, type, text, strlen(text), &e));
}

/* Everything that is to be written now, in pieces of at most `piece` bytes. */
static void drain(struct seen *x, size_t piece, struct buf *out)
{
    const char *p;
    size_t n;

    while (session_output(x->s, &p, &n)) {
        assert_true(n > 0);
        if (n > piece)
            n = piece;
        buf_add(out, p, n);
        session_wrote(x->s, n);
    }
}

static bool feed(struct seen *x, const char *p, size_t n, size_t piece, struct err *e)
{
    for (size_t at = 0; at < n; at += piece)
        if (!session_input(x->s, p + at, n - at < piece ? n - at : piece, e))
            return false;
    return true;
}

/* --- a good PC ------------------------------------------------------------------------------------------------------ */

static const struct visit_request three[] = {
    {.what = DO_DETECT}, {.what = DO_POLL, .run = RUN, .from = 10, .digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    {.what = DO_ACK, .run = RUN}};

/* The whole of a visit, whatever the pieces in which its bytes come and go. */
static void a_visit(void **none)
{
    (void)none;
    for (size_t piece = 1; piece < 4000; piece = piece * 3 + 1) {
        struct err e = ERR_INIT;
        struct buf in, out, want;
        struct seen x;

        buf_init(&in, 1 << 20);
        buf_init(&out, 1 << 20);
        buf_init(&want, 1 << 20);
        begin(&x, "m-1", three, 3);
        assert_false(session_greeted(x.s));
        assert_false(session_end(x.s, &e));
        assert_int_equal(e.code, ERR_IO);
        err_clear(&e);
        buf_adds(&in, "Welcome to \033[31mpc-1\navswa avswap-visit/1 want\n");
        assert_true(feed(&x, in.data, in.len, piece, &e));
        assert_true(session_greeted(x.s) && session_sent_worker(x.s) && !session_idle(x.s));
        drain(&x, piece, &out);
        assert_string_equal(buf_str(&out), "WORKER");
        assert_false(session_end(x.s, &e));
        assert_int_equal(e.code, ERR_IO);
        err_clear(&e);
        buf_clear(&in);
        frame(&in, "hello", HELLO);
        assert_true(feed(&x, in.data, in.len, piece, &e));
        drain(&x, piece, &out);
        buf_clear(&in);
        frame(&in, "facts", "{}");
        frame(&in, "facts", "more");
        frame(&in, "answer", ANSWER("detect", "progress", ""));
        assert_true(feed(&x, in.data, in.len, piece, &e));
        drain(&x, piece, &out);
        buf_clear(&in);
        frame(&in, "journal", "12345");
        frame(&in, "answer", ANSWER("poll", "progress", ", \"run\": \"" RUN "\", \"size\": 15"));
        assert_true(feed(&x, in.data, in.len, piece, &e));
        drain(&x, piece, &out);
        assert_false(session_end(x.s, &e)); /* ack is not answered */
        err_clear(&e);
        buf_clear(&in);
        frame(&in, "answer", ANSWER("ack", "acked", ", \"size\": 15"));
        assert_true(feed(&x, in.data, in.len, piece, &e));
        assert_true(session_idle(x.s));
        assert_true(session_end(x.s, &e));
        assert_string_equal(x.log, "hello(m-1) data(facts) data(facts) detect(progress) data(journal) poll(progress) ack(acked) ");
        buf_adds(&want, "WORKER");
        frame(&want, "request", "{\"schema\":\"avswap.visit/1\",\"do\":\"detect\"}");
        frame(&want, "request", "{\"schema\":\"avswap.visit/1\",\"do\":\"poll\",\"run\":\"" RUN "\",\"from\":10,\"digest\":\""
                                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}");
        frame(&want, "request", "{\"schema\":\"avswap.visit/1\",\"do\":\"ack\",\"run\":\"" RUN "\"}");
        assert_string_equal(buf_str(&out), buf_str(&want));
        session_free(x.s);
        buf_free(&in);
        buf_free(&out);
        buf_free(&want);
    }
}

/* Frames that a request needs go out before it, uncopied and in their order. */
static void frames_before_a_request(void **none)
{
    static const char plan[] = "{\"plan\": 1}", secret[] = "{\"token\": \"x\"}";
    const struct visit_request start = {.what = DO_START, .run = RUN};
    struct err e = ERR_INIT;
    struct buf in, out;
    const char *p;
    struct seen x;
    size_t n;

    (void)none;
    buf_init(&in, 1 << 20);
    buf_init(&out, 1 << 20);
    begin(&x, NULL, NULL, 0);
    assert_false(session_frame(x.s, "plan", plan, strlen(plan), &e));
    assert_int_equal(e.code, ERR_BUG);
    assert_false(session_ask(x.s, &start, &e));
    buf_adds(&in, "avswap-visit/1 have\r\n");
    frame(&in, "hello", HELLO);
    assert_true(feed(&x, in.data, in.len, in.len, &e));
    assert_false(session_sent_worker(x.s));
    assert_true(session_frame(x.s, "plan", plan, strlen(plan), &e));
    assert_true(session_frame(x.s, "secrets", secret, strlen(secret), &e));
    assert_true(session_ask(x.s, &start, &e));
    assert_int_equal(session_pending(x.s), 3);
    assert_true(session_output(x.s, &p, &n));
    session_wrote(x.s, n);
    assert_true(session_output(x.s, &p, &n));
    assert_ptr_equal(p, plan);
    buf_adds(&out, "#avswap plan 11\n");
    drain(&x, 5, &out);
    assert_string_equal(buf_str(&out), "#avswap plan 11\n{\"plan\": 1}\n#avswap secrets 14\n{\"token\": \"x\"}\n"
                                       "#avswap request 68\n{\"schema\":\"avswap.visit/1\",\"do\":\"start\",\"run\":\"" RUN "\"}\n");
    assert_int_equal(session_pending(x.s), 0);
    assert_false(session_ask(x.s, &start, &e)); /* one at a time */
    assert_int_equal(e.code, ERR_BUG);
    assert_false(session_frame(x.s, "plan", plan, strlen(plan), &e));
    session_free(x.s);
    /* No more than so many, and none that is too long. */
    begin(&x, NULL, NULL, 0);
    assert_true(feed(&x, in.data, in.len, in.len, &e));
    for (int i = 0; i < SESSION_FRAMES; i++)
        assert_true(session_frame(x.s, "file", plan, strlen(plan), &e));
    assert_false(session_frame(x.s, "file", plan, strlen(plan), &e));
    assert_int_equal(e.code, ERR_BUG);
    assert_false(session_frame(x.s, "plan", plan, FRAME_MAX + 1, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    session_free(x.s);
    buf_free(&in);
    buf_free(&out);
}

/* --- bad ones ----------------------------------------------------------------------------------------------------------- */

static const struct visit_request detect = {.what = DO_DETECT}, poll = {.what = DO_POLL, .run = RUN, .from = 10, .digest = "x"},
                                  begun = {.what = DO_START, .run = RUN}, collect = {.what = DO_COLLECT, .run = RUN},
                                  attach = {.what = DO_ATTACH, .run = RUN}, offer = {.what = DO_OFFER, .run = RUN};
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LACKS ", \"lacks\": [{\"sha256\": \"" DIGEST "\"}]"

/* Frames in a row: type, text; behind "have" and, where it begins with "!", without a good hello. */
static const struct {
    const char *what;
    const struct visit_request *ask;
    const char *frames[8];
    enum err_code code;
    const char *says;
} bad[] = {
    {"data before the hello", &detect, {"!facts", "{}"}, ERR_INPUT, "should have said hello"},
    {"another PC", &detect, {"!hello", "{\"schema\": \"avswap.hello/1\", \"tool\": \"1\", \"machine\": \"m-2" EVIL "\", \"os\": \"linux\", \"at\": \"2026-11-23T09:00:00Z\"}"},
     ERR_INPUT, "another PC answers"},
    {"no JSON", &detect, {"!hello", "hello"}, ERR_INPUT, "cannot be read"},
    {"no UTF-8", &detect, {"!hello", "{\"schema\": \"\xff\xfe\"}"}, ERR_INPUT, "cannot be read"},
    {"an unknown key", &detect, {"!hello", "{\"schema\": \"avswap.hello/1\", \"" EVIL "\": 1}"}, ERR_INPUT, "cannot be read"},
    {"a key twice", &detect, {"!hello", "{\"schema\": \"avswap.hello/1\", \"tool\": \"1\", \"tool\": \"1\"}"}, ERR_INPUT, "cannot be read"},
    {"no object", &detect, {"!hello", "[]"}, ERR_INPUT, "cannot be read"},
    {"another format", &detect, {"!hello", "{\"schema\": \"avswap.answer/1\"}"}, ERR_INPUT, "cannot be read"},
    {"a second hello", &detect, {"hello", HELLO}, ERR_INPUT, "nobody asked for"},
    {"a frame unasked", NULL, {"facts", "{}"}, ERR_INPUT, "without being asked"},
    {"an answer unasked", NULL, {"answer", ANSWER("detect", "progress", "")}, ERR_INPUT, "without being asked"},
    {"other data", &detect, {"journal", "x"}, ERR_INPUT, "nobody asked for"},
    {"unknown data", &detect, {"virus", "x"}, ERR_INPUT, "nobody asked for"},
    {"a client's frame", &detect, {"secrets", "x"}, ERR_INPUT, "nobody asked for"},
    {"facts for a poll", &poll, {"facts", "{}"}, ERR_INPUT, "nobody asked for"},
    {"data for a start", &begun, {"journal", "x"}, ERR_INPUT, "nobody asked for"},
    {"no facts", &detect, {"answer", ANSWER("detect", "progress", "")}, ERR_INPUT, "sent none"},
    {"another answer", &detect, {"facts", "{}", "answer", ANSWER("poll", "progress", "")}, ERR_INPUT, "answered to poll"},
    {"an event that is none", &detect, {"facts", "{}", "answer", ANSWER("detect", "silent", "")}, ERR_INPUT, "cannot be read"},
    {"an event that cannot be", &detect, {"facts", "{}", "answer", ANSWER("detect", "proved", "")}, ERR_INPUT, "is no answer to"},
    {"whole for a poll", &poll, {"answer", ANSWER("poll", "whole", ", \"size\": 10")}, ERR_INPUT, "is no answer to"},
    {"another run", &poll, {"answer", ANSWER("poll", "progress", ", \"run\": \"" EVIL "\"")}, ERR_INPUT, "another run"},
    {"another run, started", &begun, {"answer", ANSWER("start", "started", ", \"run\": \"20261123-090000-abd\"")}, ERR_INPUT, "another run"},
    {"more than it has", &poll, {"journal", "12345", "answer", ANSWER("poll", "progress", ", \"size\": 14")}, ERR_INPUT, "more of the journal"},
    {"a negative size", &poll, {"answer", ANSWER("poll", "progress", ", \"size\": -1")}, ERR_INPUT, "cannot be read"},
    {"a status that is none", &begun, {"answer", ANSWER("start", "no-start", ", \"status\": 1000000")}, ERR_INPUT, "cannot be read"},
    {"whole without an outcome", &collect, {"journal", "x", "answer", ANSWER("collect", "whole", ", \"size\": 1")}, ERR_INPUT, "no outcome"},
    {"no plan of its run", &attach, {"answer", ANSWER("attach", "progress", "")}, ERR_INPUT, "sent none"},
    {"files that nobody offered", &begun, {"answer", ANSWER("start", "started", LACKS)}, ERR_INPUT, "nobody offered"},
    {"files of a proof", &poll, {"answer", ANSWER("poll", "progress", LACKS)}, ERR_INPUT, "nobody offered"},
    {"files, and no", &offer, {"answer", ANSWER("offer", "no-start", LACKS)}, ERR_INPUT, "nobody offered"},
    {"files without a digest", &offer, {"answer", ANSWER("offer", "progress", ", \"lacks\": [{\"sha256\": \"../../etc/shadow\"}]")}, ERR_INPUT, "cannot be read"},
    {"files before their beginning", &offer, {"answer", ANSWER("offer", "progress", ", \"lacks\": [{\"sha256\": \"" DIGEST "\", \"bytes\": -1}]")}, ERR_INPUT, "cannot be read"},
    {"data for an offer", &offer, {"file", "x"}, ERR_INPUT, "nobody asked for"},
    {"a plan unasked", &poll, {"plan", "{}"}, ERR_INPUT, "nobody asked for"},
    {"words behind the answer", &detect, {"facts", "{}", "answer", ANSWER("detect", "progress", ""), "facts", "{}"}, ERR_INPUT, "without being asked"},
};

static void harmless(const char *text)
{
    assert_true(*text && text_utf8_valid(text, strlen(text)) && strlen(text) < 1024);
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f || strstr(text, "\xe2\x80\xae"))
            fail_msg("'%s'", text);
}

/* What is nonsense stays so: no further input, nothing more to write, the same words. */
static void stays(struct seen *x, const struct err *first)
{
    struct err e = ERR_INIT;
    const char *p;
    size_t n;

    assert_false(session_input(x->s, "#", 1, &e));
    assert_string_equal(e.text, first->text);
    assert_int_equal(e.code, first->code);
    assert_false(session_output(x->s, &p, &n));
    assert_false(session_end(x->s, &e));
    assert_string_equal(e.text, first->text);
    assert_false(session_ask(x->s, &detect, &e));
    assert_false(session_idle(x->s));
}

static void bad_ones(void **none)
{
    (void)none;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (size_t piece = 1; piece < 10000; piece += 4999) {
            bool greet = bad[i].frames[0][0] != '!', took;
            struct err e = ERR_INIT;
            struct buf in;
            struct seen x;

            buf_init(&in, 1 << 20);
            begin(&x, "m-1", bad[i].ask, bad[i].ask != NULL);
            buf_adds(&in, "avswap-visit/1 have\n");
            if (greet)
                frame(&in, "hello", HELLO);
            for (size_t j = 0; bad[i].frames[j]; j += 2)
                frame(&in, bad[i].frames[j] + (j == 0 && !greet), bad[i].frames[j + 1]);
            took = feed(&x, in.data, in.len, piece, &e);
            if (took || e.code != bad[i].code || !strstr(e.text, bad[i].says))
                fail_msg("%s: %s", bad[i].what, took ? "it was taken" : e.text);
            harmless(e.text);
            stays(&x, &e);
            session_free(x.s);
            buf_free(&in);
        }
}

/* A document that is one, with more blanks than a document may have. */
static void too_long_a_hello(void **none)
{
    static char text[SESSION_DOCUMENT + 2];

    (void)none;
    for (int over = 0; over < 2; over++) {
        struct err e = ERR_INIT;
        struct buf in;
        struct seen x;

        memset(text, ' ', sizeof text);
        memcpy(text, HELLO, strlen(HELLO));
        text[SESSION_DOCUMENT + over] = '\0';
        buf_init(&in, 1 << 20);
        begin(&x, NULL, NULL, 0);
        buf_adds(&in, "avswap-visit/1 have\n");
        frame(&in, "hello", text);
        assert_int_equal(session_input(x.s, in.data, in.len, &e), !over);
        assert_int_equal(e.code, over ? ERR_INPUT : ERR_NONE);
        session_free(x.s);
        buf_free(&in);
    }
}

/* It goes as it is wanted, and packed only when there is something packed. */
static void a_packed_worker(void **none)
{
    static const char want[] = "avswap-visit/1 want gzip\n";
    const struct session_calls calls = {NULL, hello, data, answer};
    struct worker_file bare = worker;
    struct err e = ERR_INIT;
    const char *head;
    struct seen x;
    struct buf out;

    (void)none;
    buf_init(&out, 1 << 20);
    buf_init(&packed, 1 << 10);
    begin(&x, NULL, NULL, 0);
    assert_true(feed(&x, want, strlen(want), 1, &e));
    assert_true(session_greeted(x.s) && session_sent_worker(x.s) && !session_idle(x.s));
    drain(&x, 3, &out);
    head = out.data ? memchr(out.data, '\n', out.len) : NULL;
    assert_non_null(head);
    assert_int_equal(strtoul(out.data, NULL, 10), packed.len);
    assert_int_equal(out.data + out.len - head - 1, packed.len);
    assert_memory_equal(head + 1, packed.data, packed.len);
    assert_memory_equal(packed.data, "\x1f\x8b", 2);
    assert_int_equal(session_pending(x.s), 0);
    session_free(x.s);
    buf_free(&packed); /* want of memory is not the PC's doing */
    buf_init(&packed, 1 << 10);
    begin(&x, NULL, NULL, 0);
    mem_fail_at(1, true);
    assert_false(session_input(x.s, want, strlen(want), &e));
    mem_fail_at(0, false);
    assert_int_equal(e.code, ERR_NOMEM);
    session_free(x.s);
    err_clear(&e);
    bare.packed = NULL;
    x.s = session_new(&bare, NULL, &calls, &e);
    assert_non_null(x.s);
    assert_false(session_input(x.s, want, strlen(want), &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_non_null(strstr(e.text, "not offered"));
    stays(&x, &e);
    session_free(x.s);
    buf_free(&packed);
    buf_free(&out);
}

/* Not frames at all, and greetings that are none. */
static void bad_bytes(void **none)
{
    static const struct {
        const char *bytes;
        enum err_code code;
        const char *says;
    } rows[] = {
        {"avswap-visit/1 maybe\n", ERR_INPUT, "not a greeting"},
        {"avswap-visit/1 have\033[2J\n", ERR_INPUT, "not a greeting"},
        {"avswap-visit/1 failed the disk is \033[2J<b>full\n", ERR_OS, "could not take the worker: the disk is \\x1b[2J<b>full"},
        {"avswap-visit/1 failed\n", ERR_OS, "does not say why"},
        {"avswap-visit/1 have\navswap-visit/1 failed noexec\n", ERR_OS, "noexec"},
        {"avswap-visit/1 want\navswap-visit/1 failed full\n", ERR_OS, "full"},
        {"avswap-visit/1 want\navswap-visit/1 want\n", ERR_INPUT, "greeted twice"},
        {"avswap-visit/1 want gzip\navswap-visit/1 want\n", ERR_INPUT, "greeted twice"},
        {"avswap-visit/1 want gzip gzip\n", ERR_INPUT, "not a greeting"},
        {"avswap-visit/1 have\navswap-visit/1 have\n", ERR_INPUT, "greeted twice"},
        {"avswap-visit/1 have\n#avswap Hello 5\n", ERR_INPUT, "small letters"},
        {"avswap-visit/1 have\n#avswap hello -5\n", ERR_INPUT, "decimal"},
        {"avswap-visit/1 have\n#avswap hello 05\n", ERR_INPUT, "decimal"},
        {"avswap-visit/1 have\n#avswap hello 99999999999999999999\n", ERR_INPUT, ""},
        {"avswap-visit/1 have\n#avswap hello 4194305\n", ERR_INPUT, "longer than allowed"},
        {"avswap-visit/1 have\n#avswap hello 2\n{}x", ERR_INPUT, "behind its end"},
        {"avswap-visit/1 have\n#avswap hallohallohallohallohallohallohallo", ERR_INPUT, ""},
    };

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t piece = 1; piece < 100; piece += 98) {
            struct err e = ERR_INIT;
            struct seen x;

            begin(&x, NULL, NULL, 0);
            if (feed(&x, rows[i].bytes, strlen(rows[i].bytes), piece, &e) || e.code != rows[i].code || !strstr(e.text, rows[i].says))
                fail_msg("row %zu: %s %s", i, err_id(e.code), e.text);
            harmless(e.text);
            stays(&x, &e);
            session_free(x.s);
        }
}

/* Gigabytes of everything: refused early, at a bound that does not depend on how much comes. */
static void endless(void **none)
{
    static char block[1 << 16];
    static const struct {
        const char *first, *says;
        size_t most; /* bytes taken at most */
    } rows[] = {
        {"", "no greeting within", (64 << 10) + 1024},
        {"avswap-visit/1 ", "greeting is longer", 1024},
        {"avswap-visit/1 have\n", "", (64 << 10) + 2048},
        {"avswap-visit/1 want\n", "", (64 << 10) + 2048},
        {"avswap-visit/1 have\n#avswap ", "", 1024},
        {"avswap-visit/1 have\n#avswap hello 4194304\n", "", (4 << 20) + 1024},
        {"avswap-visit/1 have\n#avswap hello 65537\n", "", (64 << 10) + 1024},
    };

    (void)none;
    memset(block, 'x', sizeof block);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = ERR_INIT;
        size_t taken = 0;
        struct seen x;

        begin(&x, NULL, NULL, 0);
        assert_true(session_input(x.s, rows[i].first, strlen(rows[i].first), &e));
        while (taken < 1u << 30 && session_input(x.s, block, sizeof block, &e))
            taken += sizeof block;
        if (e.code != ERR_INPUT || taken > rows[i].most || !strstr(e.text, rows[i].says))
            fail_msg("row %zu: %zu bytes: %s", i, taken, e.text);
        session_free(x.s);
    }
}

/* Each frame allowed, and no end of them. */
static void endless_frames(void **none)
{
    static const struct {
        const struct visit_request *ask;
        const char *type;
        size_t size, most;
    } rows[] = {
        {&detect, "facts", FRAME_MAX, LIMIT_DOCUMENT},
        {&poll, "journal", 1000, VISIT_PIECE},
        {&poll, "journal", VISIT_PIECE + 1, 0},
        {&collect, "journal", FRAME_MAX, LIMIT_JOURNAL},
        {&collect, "outcome", 1 << 20, LIMIT_DOCUMENT},
    };
    static char bytes[FRAME_MAX];

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = ERR_INIT;
        struct buf in, one;
        struct seen x;

        buf_init(&in, 1 << 20);
        buf_init(&one, FRAME_MAX + 64);
        begin(&x, NULL, rows[i].ask, 1);
        buf_adds(&in, "avswap-visit/1 have\n");
        frame(&in, "hello", HELLO);
        assert_true(session_input(x.s, in.data, in.len, &e));
        assert_true(frame_write(&one, rows[i].type, bytes, rows[i].size, &e));
        for (int j = 0; j < 100000 && session_input(x.s, one.data, one.len, &e); j++)
            ;
        if (e.code != ERR_INPUT || !strstr(e.text, "it sends more than") || x.data > rows[i].most || x.data + rows[i].size <= rows[i].most)
            fail_msg("row %zu: %zu bytes: %s", i, x.data, e.text);
        session_free(x.s);
        buf_free(&in);
        buf_free(&one);
    }
}

/* What goes wrong on the jump host is not the PC's fault. */
static void our_own_errors(void **none)
{
    struct err e = ERR_INIT;
    struct buf in;
    struct seen x;

    (void)none;
    buf_init(&in, 1 << 20);
    begin(&x, NULL, &detect, 1);
    x.refuse = true;
    buf_adds(&in, "avswap-visit/1 have\n");
    frame(&in, "hello", HELLO);
    frame(&in, "facts", "{}");
    assert_false(session_input(x.s, in.data, in.len, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.text, "the jump host's disk is full");
    session_free(x.s);
    buf_free(&in);
}

/* Cut off anywhere: never a good end before the last answer, never nonsense. */
static void cut_off_anywhere(void **none)
{
    struct buf in;

    (void)none;
    buf_init(&in, 1 << 20);
    buf_adds(&in, "motd\navswap-visit/1 want\n");
    frame(&in, "hello", HELLO);
    frame(&in, "facts", "{}");
    frame(&in, "answer", ANSWER("detect", "progress", ""));
    for (size_t n = 0; n <= in.len; n++) {
        struct err e = ERR_INIT;
        struct seen x;
        bool good;

        begin(&x, NULL, &detect, 1);
        assert_true(n == 0 || session_input(x.s, in.data, n, &e));
        good = session_end(x.s, &e);
        if (good != (n == in.len) || (!good && (e.code != ERR_IO || !e.retryable)))
            fail_msg("after %zu of %zu bytes: %s", n, in.len, e.text);
        session_free(x.s);
    }
    buf_free(&in);
}

/* Pieces of a file are on their way, and nothing is asked yet. */
static void cut_off_while_sending(void **none)
{
    struct err e = ERR_INIT;
    struct seen x;
    struct buf in;

    (void)none;
    buf_init(&in, 1 << 20);
    buf_adds(&in, "avswap-visit/1 have\n");
    frame(&in, "hello", HELLO);
    begin(&x, NULL, NULL, 0);
    assert_true(session_input(x.s, in.data, in.len, &e));
    buf_free(&in);
    assert_true(session_frame(x.s, "file", "x", 1, &e));
    assert_false(session_end(x.s, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_true(e.retryable && strstr(e.text, "while it was sent"));
    session_free(x.s);
}

static void no_memory(void **none)
{
    struct buf in;
    unsigned long n = 0;
    bool done = false;

    (void)none;
    buf_init(&in, 1 << 20);
    buf_adds(&in, "avswap-visit/1 want\n");
    frame(&in, "hello", HELLO);
    frame(&in, "facts", "{}");
    frame(&in, "answer", ANSWER("detect", "progress", ""));
    while (!done) {
        struct err e = ERR_INIT;
        struct seen x = {.asks = &detect, .n = 1};
        const struct session_calls calls = {&x, hello, data, answer};

        mem_fail_at(++n, true);
        x.s = session_new(&worker, "m-1", &calls, &e);
        done = x.s && session_input(x.s, in.data, in.len, &e);
        mem_fail_at(0, false);
        if (!done && e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", n, e.text);
        session_free(x.s);
    }
    assert_true(n > 10);
    buf_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visit), cmocka_unit_test(a_packed_worker),        cmocka_unit_test(frames_before_a_request), cmocka_unit_test(bad_ones),
        cmocka_unit_test(bad_bytes),      cmocka_unit_test(endless),                 cmocka_unit_test(endless_frames),
        cmocka_unit_test(our_own_errors), cmocka_unit_test(cut_off_anywhere),        cmocka_unit_test(no_memory),
        cmocka_unit_test(cut_off_while_sending),
        cmocka_unit_test(too_long_a_hello),
    };

    mem_setup();
    return cmocka_run_group_tests_name("fleet_session", tests, NULL, NULL);
}
