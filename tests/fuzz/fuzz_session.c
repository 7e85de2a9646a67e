/*
 * What a PC says in a visit, from its first byte on, to a jump host that asks for everything: in one piece and in many the same
 * comes of it; texts are harmless; after nonsense nothing more is taken or written; and what it sends as its journal is
 * either a journal or refused, whatever the frames in which it came.
 */
#include "core/base/frame.h"
#include "core/base/limits.h"
#include "core/run/journal.h"
#include "core/fleet/copy.h"
#include "core/visit/session.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static struct buf packed = {.max = 1 << 10};
static const struct worker_file worker = {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "WORKER", 6, &packed};
static const struct visit_request asks[] = {
    {.what = DO_DETECT},           {.what = DO_START, .run = "r"},   {.what = DO_POLL, .run = "r"}, {.what = DO_COLLECT, .run = "r"},
    {.what = DO_VERIFY, .run = "r"}, {.what = DO_ACK, .run = "r"},
};
enum { ASKS = sizeof asks / sizeof asks[0] };

struct side {
    struct session *s;
    size_t asked, answered, hellos;
    struct buf log;
    struct buf journal; /* all that came as one */
    struct buf kept;
    struct copy copy;
    bool refused; /* by the copy */
};

static void check_text(const struct err *e)
{
    struct buf text;

    fuzz_refused(e);
    buf_init(&text, sizeof e->text);
    buf_adds(&text, e->text);
    fuzz_harmless(&text, false);
    buf_free(&text);
}

static bool next(struct side *x, struct err *e)
{
    if (x->asked < ASKS)
        FUZZ_MUST(session_ask(x->s, &asks[x->asked++], e), "%s", e->text);
    return true;
}

static bool hello(void *arg, const struct visit_hello *h, struct err *e)
{
    struct side *x = arg;

    FUZZ_MUST(h->machine && ++x->hellos == 1, "it said hello %zu times", x->hellos);
    buf_printf(&x->log, "hello %s\n", h->machine);
    return next(x, e);
}

static bool data(void *arg, const char *type, const char *p, size_t n, struct err *e)
{
    struct side *x = arg;

    FUZZ_MUST(n <= FRAME_MAX && x->asked > x->answered, "data that nobody asked for");
    buf_printf(&x->log, "%s ", type);
    buf_add(&x->log, p, n);
    if (!text_eq(type, "journal"))
        return true;
    buf_add(&x->journal, p, n);
    if (!x->refused && !copy_add(&x->copy, p, n, &x->kept, e)) {
        check_text(e);
        FUZZ_MUST(e->code == ERR_TAMPERED || e->code == ERR_LIMIT, "%s: %s", err_id(e->code), e->text);
        x->refused = true;
        err_clear(e);
    }
    return true;
}

static bool answer(void *arg, const struct visit_answer *a, struct err *e)
{
    struct side *x = arg;

    FUZZ_MUST(a->what == asks[x->asked - 1].what && ++x->answered == x->asked, "it answers what it was not asked");
    buf_printf(&x->log, "answer %d %d %lld %s\n", a->what, a->event, a->size, a->text ? a->text : "");
    return next(x, e);
}

static bool converse(struct side *x, const char *p, size_t n, size_t piece, struct err *e)
{
    const struct session_calls calls = {x, hello, data, answer};
    bool ok = true;
    const char *out;
    size_t len;

    memset(x, 0, sizeof *x);
    buf_init(&x->log, LIMIT_JOURNAL);
    buf_init(&x->journal, LIMIT_JOURNAL);
    buf_init(&x->kept, LIMIT_JOURNAL);
    copy_init(&x->copy, NULL);
    x->s = session_new(&worker, NULL, &calls, e);
    for (size_t at = 0; ok && at < n; at += piece) {
        ok = session_input(x->s, p + at, n - at < piece ? n - at : piece, e);
        while (session_output(x->s, &out, &len)) {
            FUZZ_MUST(ok && len, "it writes after nonsense, or nothing");
            session_wrote(x->s, len > 3 ? len / 2 : len);
        }
    }
    FUZZ_MUST(session_sent_worker(x->s) <= session_greeted(x->s), "a worker went out before the greeting");
    FUZZ_MUST(x->asked <= x->answered + 1 && (x->hellos || !x->asked), "asked before it was answered");
    return ok && session_end(x->s, e);
}

/* What was kept of the journal is one by the journal's own reading. */
static void check_copy(struct side *x)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    char hex[DIGEST_TEXT], had[DIGEST_TEXT];
    struct journal j;
    size_t whole;

    FUZZ_MUST(x->kept.len == x->copy.size && x->kept.len <= x->journal.len, "%zu of %zu", x->kept.len, x->journal.len);
    FUZZ_MUST(!x->kept.len || memcmp(x->kept.data, x->journal.data, x->kept.len) == 0, "it keeps other bytes than came");
    FUZZ_MUST(journal_parse("kept", buf_str(&x->kept), x->kept.len, &d, &j, &whole, &e) && whole == x->kept.len, "%s", e.text);
    FUZZ_MUST(j.n == x->copy.records && text_eq(j.head, x->copy.head), "%lld records", x->copy.records);
    FUZZ_MUST(x->copy.gap_ms >= 0, "a gap below nothing");
    copy_digest(&x->copy, had);
    digest_of(buf_str(&x->kept), x->kept.len, hex);
    FUZZ_MUST(x->kept.len ? text_eq(had, hex) : !*had, "another digest");
    doc_free(&d);
}

static void drop(struct side *x)
{
    session_free(x->s);
    copy_free(&x->copy);
    buf_free(&x->log);
    buf_free(&x->journal);
    buf_free(&x->kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct side one, many;
    struct err e = ERR_INIT, f = ERR_INIT;
    bool ok = converse(&one, (const char *)p, n, n ? n : 1, &e);

    FUZZ_MUST(converse(&many, (const char *)p, n, 1 + n % 5, &f) == ok && e.code == f.code, "%s | %s", e.text, f.text);
    FUZZ_MUST(text_eq(e.text, f.text), "'%s' '%s'", e.text, f.text);
    FUZZ_MUST(one.log.len == many.log.len && memcmp(buf_str(&one.log), buf_str(&many.log), one.log.len) == 0, "it heard otherwise in pieces");
    FUZZ_MUST(one.kept.len == many.kept.len, "it kept otherwise in pieces");
    if (ok) {
        fuzz_accepted = !one.refused;
    } else {
        check_text(&e);
        FUZZ_MUST(e.code == ERR_INPUT || e.code == ERR_OS || e.code == ERR_IO, "%s: %s", err_id(e.code), e.text);
        FUZZ_MUST(e.code == ERR_IO || !session_input(one.s, "x", 1, &f), "it takes more after nonsense");
    }
    check_copy(&one);
    drop(&one);
    drop(&many);
    return 0;
}
