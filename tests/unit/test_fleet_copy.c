/* The jump host's copy of a journal: as it grows in pieces, and every way in which a PC's journal cannot be the one that it was. */
#include "core/base/limits.h"
#include "core/run/journal.h"
#include "core/fleet/copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLAN "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222222222222222222222222222"
#define SECOND 1000ll
#define T0 (1790000000ll * SECOND)

static struct step steps[] = {{.id = "s01", .verb = "package.remove", .title = "one"}};
static const struct plan plan = {.id = "20261123-090000-abc", .digest = PLAN, .steps = {steps, 1}};

/* --- journals ------------------------------------------------------------------------------------------------------- */

struct line {
    int kind;
    int at; /* seconds after T0 */
    const char *step, *text, *plan;
    int answer;
    int last_on; /* seconds after T0; 0: not told */
    int exit;
    const char *result;
};

static const struct line run[] = {
    {EVENT_RUN, 0, .plan = PLAN},
    {EVENT_START, .at = 1},
    {EVENT_PROTECTION, 2, .answer = TRI_YES},
    {EVENT_BEGIN, 3, .step = "s01"},
    {EVENT_PROTECTION, 10, .answer = TRI_NO, .last_on = 5},
    {EVENT_PROTECTION, 12, .answer = TRI_UNKNOWN},
    {EVENT_PROTECTION, 30, .answer = TRI_YES},
    {EVENT_END, 31, .step = "s01", .text = "removed"},
    {EVENT_PROTECTION, 40, .answer = TRI_NO},
    {EVENT_ROLLBACK, 41, .text = "the install failed"},
    {EVENT_STOP, 42, .text = "a person must look", .exit = EXIT_IN_DOUBT},
    {EVENT_START, .at = 50},
    {EVENT_PROTECTION, 60, .answer = TRI_YES},
    {EVENT_FINISH, 61, .text = "rolled back", .exit = EXIT_ROLLED_BACK, .result = "rolled-back"},
};
enum { LINES = sizeof run / sizeof run[0] };

/* The journal of these, as a worker writes it. */
static struct buf journal(const struct line *lines, size_t n)
{
    char head[DIGEST_TEXT], at[INSTANT_TEXT];
    struct err e = ERR_INIT;
    struct buf out;

    memset(head, '0', sizeof head - 1);
    head[sizeof head - 1] = '\0';
    buf_init(&out, LIMIT_JOURNAL);
    for (size_t i = 0; i < n; i++) {
        struct event ev;
        size_t begin = out.len;
        json_t *j, *data = NULL;

        schema_init(&event_schema, &ev);
        ev.n = (long long)i + 1;
        ev.at = T0 + lines[i].at * SECOND;
        ev.boot = "b";
        ev.up_ms = lines[i].at * SECOND;
        ev.kind = lines[i].kind;
        ev.step = lines[i].step;
        ev.text = lines[i].text;
        ev.plan = lines[i].plan;
        ev.answer = lines[i].answer;
        ev.exit = lines[i].exit;
        ev.result = lines[i].result;
        ev.prev = head;
        ev.outcome = lines[i].kind == EVENT_END ? OUTCOME_OK : OUTCOME_NONE;
        if (lines[i].last_on) {
            data = json_pack("{s:s}", "last_on", instant_format(T0 + lines[i].last_on * SECOND, at));
            ev.data = data;
        }
        j = schema_write(&event_schema, &ev);
        assert_true(j && json_text(j, false, &out, &e));
        json_decref(j);
        json_decref(data);
        digest_of(out.data + begin, out.len - begin, head);
        buf_addc(&out, '\n');
    }
    assert_false(out.failed);
    return out;
}

static size_t length(const struct buf *b, size_t lines)
{
    const char *p = b->data;

    while (lines--)
        p = strchr(p, '\n') + 1;
    return (size_t)(p - b->data);
}

/* --- as it grows ------------------------------------------------------------------------------------------------------ */

static void grows_in_pieces(void **none)
{
    struct buf text = journal(run, LINES);
    char hex[DIGEST_TEXT], got[DIGEST_TEXT];

    (void)none;
    for (size_t piece = 1; piece < 2 * text.len; piece = piece * 2 + 1) {
        struct err e = ERR_INIT;
        struct buf kept;
        struct copy c;

        buf_init(&kept, LIMIT_JOURNAL);
        copy_init(&c, &plan);
        copy_digest(&c, got);
        assert_string_equal(got, "");
        for (size_t at = 0; at < text.len; at += piece) {
            assert_true(copy_add(&c, text.data + at, text.len - at < piece ? text.len - at : piece, &kept, &e));
            /* What is kept is what the digest is of, and ends with a line. */
            assert_int_equal(kept.len, c.size);
            assert_true(!kept.len || kept.data[kept.len - 1] == '\n');
            if (kept.len) {
                copy_digest(&c, got);
                digest_of(kept.data, kept.len, hex);
                assert_string_equal(got, hex);
            }
        }
        assert_string_equal(buf_str(&kept), text.data);
        assert_true(c.finished && !c.stopped && c.exit == EXIT_ROLLED_BACK && c.result == RESULT_ROLLED_BACK);
        assert_int_equal(c.records, LINES);
        assert_string_equal(c.text, "rolled back");
        assert_string_equal(c.digest_of_plan, PLAN);
        assert_int_equal(c.gap_ms, (30 - 5 + 60 - 40) * SECOND);
        copy_free(&c);
        buf_free(&kept);
    }
    buf_free(&text);
}

/* Half a line is asked for again: what comes then need not be what came before (a torn line is cut at the PC's next start). */
static void half_a_line_is_asked_for_again(void **none)
{
    struct line others[LINES];
    struct buf text = journal(run, LINES), changed;
    struct err e = ERR_INIT;
    struct buf kept;
    struct copy c;

    (void)none;
    memcpy(others, run, sizeof others);
    others[5].text = "written after the crash instead";
    changed = journal(others, LINES);
    buf_init(&kept, LIMIT_JOURNAL);
    copy_init(&c, &plan);
    assert_true(copy_add(&c, text.data, length(&text, 5) + 20, &kept, &e));
    assert_int_equal(c.size, length(&text, 5));
    copy_from(&c);
    assert_true(copy_add(&c, changed.data + c.size, changed.len - c.size, &kept, &e));
    assert_string_equal(buf_str(&kept), changed.data);
    copy_free(&c);
    /* From the file that is there: nothing is to be written twice. */
    copy_init(&c, &plan);
    assert_true(copy_add(&c, text.data, length(&text, 7), NULL, &e));
    buf_clear(&kept);
    assert_true(copy_add(&c, text.data + c.size, text.len - c.size, &kept, &e));
    assert_string_equal(buf_str(&kept), text.data + length(&text, 7));
    copy_free(&c);
    buf_free(&kept);
    buf_free(&text);
    buf_free(&changed);
}

/* With the one that is open at that moment. */
static int64_t gap(const struct copy *c, instant now)
{
    return c->gap_ms + (c->off_since == INSTANT_NONE ? 0 : now - c->off_since);
}

static void what_the_records_say(void **none)
{
    static const struct {
        size_t lines;
        int answer;
        bool looked, stopped;
        long long gap; /* seconds, at second 100 */
        const char *text;
    } rows[] = {
        {1, TRI_UNKNOWN, false, false, 0, ""},
        {4, TRI_YES, true, false, 0, ""},
        {5, TRI_NO, true, false, 95, ""},
        {6, TRI_UNKNOWN, true, false, 95, ""},
        {7, TRI_YES, true, false, 25, ""},
        {9, TRI_NO, true, false, 25 + 60, ""},
        {10, TRI_NO, true, false, 25 + 60, "the install failed"},
        {11, TRI_NO, true, true, 25 + 60, "a person must look"},
        {12, TRI_NO, true, false, 25 + 60, "a person must look"},
        {13, TRI_YES, true, false, 45, "a person must look"},
        {14, TRI_YES, true, false, 45, "rolled back"},
    };
    struct buf text = journal(run, LINES);

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = ERR_INIT;
        struct copy c;

        copy_init(&c, &plan);
        assert_true(copy_add(&c, text.data, length(&text, rows[i].lines), NULL, &e));
        if (c.answer != rows[i].answer || c.looked != rows[i].looked || c.stopped != rows[i].stopped ||
            gap(&c, T0 + 100 * SECOND) != rows[i].gap * SECOND || !text_eq(c.text, rows[i].text))
            fail_msg("%zu lines: %d %d %d %lld '%s'", rows[i].lines, c.answer, c.looked, c.stopped,
                     (long long)gap(&c, T0 + 100 * SECOND), c.text);
        assert_int_equal(c.finished, rows[i].lines == LINES);
        copy_free(&c);
    }
    buf_free(&text);
}

/* A gap that is open at the end stays so. */
static void unprotected_at_the_end(void **none)
{
    static const struct line lines[] = {{EVENT_RUN, 0, .plan = PLAN},
                                        {EVENT_PROTECTION, 10, .answer = TRI_NO},
                                        {EVENT_FINISH, 30, .exit = EXIT_UNPROTECTED, .result = "unprotected"}};
    struct buf text = journal(lines, 3);
    struct err e = ERR_INIT;
    struct copy c;

    (void)none;
    copy_init(&c, &plan);
    assert_true(copy_add(&c, text.data, text.len, NULL, &e));
    assert_int_equal(c.result, RESULT_UNPROTECTED);
    assert_true(c.off_since == T0 + 10 * SECOND && c.gap_ms == 0);
    copy_free(&c);
    buf_free(&text);
}

/* Read on from any line, a journal is what it is when it is read at once. */
static void read_on(void **none)
{
    struct buf text = journal(run, LINES);

    (void)none;
    for (size_t i = 0; i <= LINES; i++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct journal j, all;
        size_t whole, n = length(&text, i);

        assert_true(journal_parse("all", text.data, text.len, &d, &all, &whole, &e));
        assert_true(journal_parse("part", text.data, n, &d, &j, &whole, &e));
        assert_true(journal_continue("part", text.data + n, text.len - n, &j, &whole, &e));
        assert_int_equal(whole, text.len - n);
        assert_int_equal(j.size, all.size);
        assert_int_equal(j.n, all.n);
        assert_int_equal(j.events.n, all.events.n);
        assert_string_equal(j.head, all.head);
        doc_free(&d);
    }
    buf_free(&text);
}

/* --- at the end --------------------------------------------------------------------------------------------------------- */

static void is_it_whole(void **none)
{
    struct buf text = journal(run, LINES);
    struct outcome good = {.plan = plan.id, .exit = EXIT_ROLLED_BACK, .result = RESULT_ROLLED_BACK}, o;
    struct err e = ERR_INIT;
    struct copy c, half;

    (void)none;
    copy_init(&c, &plan);
    assert_true(copy_add(&c, text.data, text.len, NULL, &e));
    good.journal_head = c.head;
    assert_true(copy_whole(&c, text.len, &good, &e));
    assert_false(copy_whole(&c, text.len + 1, &good, &e));
    assert_false(copy_whole(&c, text.len - 1, &good, &e));
    assert_false(copy_whole(&c, text.len, NULL, &e));
    o = good, o.plan = "20261123-090000-abd";
    assert_false(copy_whole(&c, text.len, &o, &e));
    o = good, o.journal_head = OTHER;
    assert_false(copy_whole(&c, text.len, &o, &e));
    o = good, o.journal_head = NULL;
    assert_false(copy_whole(&c, text.len, &o, &e));
    o = good, o.exit = EXIT_DONE;
    assert_false(copy_whole(&c, text.len, &o, &e));
    o = good, o.result = RESULT_MIGRATED;
    assert_false(copy_whole(&c, text.len, &o, &e));
    assert_int_equal(e.code, ERR_TAMPERED);
    /* Stopped until a person has looked is an end, too; at work is none. */
    copy_init(&half, &plan);
    assert_true(copy_add(&half, text.data, length(&text, 11), NULL, &e));
    o = good, o.journal_head = half.head, o.exit = EXIT_IN_DOUBT, o.result = RESULT_IN_DOUBT;
    assert_true(copy_whole(&half, half.size, &o, &e));
    assert_true(copy_add(&half, text.data + half.size, length(&text, 12) - half.size, NULL, &e));
    o.journal_head = half.head;
    assert_false(copy_whole(&half, half.size, &o, &e));
    /* and half a line more than it says */
    assert_true(copy_add(&c, "", 0, NULL, &e));
    copy_free(&half);
    copy_free(&c);
    buf_free(&text);
}

/* --- bad ones ----------------------------------------------------------------------------------------------------------- */

static void refused(const char *what, const struct plan *p, const char *text, size_t len, enum err_code code, const char *says)
{
    for (size_t piece = 1; piece <= len; piece = piece < 64 ? 64 : piece < 5000 ? 5000 : len + (piece == len)) {
        struct err e = ERR_INIT, again = ERR_INIT;
        struct buf kept;
        struct copy c;
        size_t at = 0;
        bool ok = true;

        buf_init(&kept, LIMIT_JOURNAL);
        copy_init(&c, p);
        for (; ok && at < len; at += piece)
            ok = copy_add(&c, text + at, len - at < piece ? len - at : piece, &kept, &e);
        if (ok || e.code != code || !strstr(e.text, says))
            fail_msg("%s: %s %s", what, err_id(e.code), ok ? "taken" : e.text);
        for (const char *q = e.text; *q; q++)
            assert_true((unsigned char)*q >= ' ' && *q != 0x7f);
        /* What was good before it is kept, and nothing more is taken. */
        assert_int_equal(kept.len, c.size);
        assert_true(c.size < len);
        assert_memory_equal(buf_str(&kept), text, kept.len);
        assert_false(copy_add(&c, "x", 1, &kept, &again));
        assert_false(copy_whole(&c, c.size, NULL, &again));
        copy_free(&c);
        buf_free(&kept);
    }
}

static void bad_ones(void **none)
{
    static const struct line foreign_plan[] = {{EVENT_RUN, 0, .plan = OTHER}}, no_plan[] = {{EVENT_RUN, 0, .plan = "\033[2J"}},
                             late[] = {{EVENT_START, .at = 0}}, twice[] = {{EVENT_RUN, 0, .plan = PLAN}, {EVENT_RUN, 1, .plan = PLAN}},
                             other_step[] = {{EVENT_RUN, 0, .plan = PLAN}, {EVENT_BEGIN, 1, .step = "s02"}},
                             behind[] = {{EVENT_RUN, 0, .plan = PLAN}, {EVENT_FINISH, 1, .result = "migrated"}, {EVENT_START, .at = 2}};
    static const struct {
        const char *what;
        const struct line *lines;
        size_t n;
        const char *says;
    } rows[] = {
        {"another plan", foreign_plan, 1, "another plan"},   {"no plan", no_plan, 1, "does not name a plan"},
        {"no first record", late, 1, "begins with the plan"}, {"two first records", twice, 2, "begins with the plan"},
        {"another's step", other_step, 2, "a step that the plan does not have"}, {"behind its end", behind, 3, "goes on behind its end"},
    };
    static const char *const lines[][2] = {
        {"\n", "damaged"},
        {"hello\n", "damaged"},
        {"[]\n", "damaged"},
        {"{\"n\": 1}\n", "damaged"},
        {"\xff\xfe\n", "damaged"},
        {"{\"\\u001b[2J\": 1}\n", "damaged"},
        {"\033[2J\033]0;x\n", "damaged"},
        {"{\"n\": 1, \"at\": \"\\u001b[2J\\u009b\", \"boot\": \"b\"}\n", "damaged"},
        {"{\"n\": \033[2J}\n", "damaged"},
        {"{\"n\": \"\033[2J\"}\n", "damaged"},
    };
    struct buf text = journal(run, LINES), cut;

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b = journal(rows[i].lines, rows[i].n);

        refused(rows[i].what, &plan, b.data, b.len, ERR_TAMPERED, rows[i].says);
        buf_free(&b);
    }
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        refused(lines[i][0], NULL, lines[i][0], strlen(lines[i][0]), ERR_TAMPERED, lines[i][1]);
    /* Each byte of each record but the last one is bound by the next. */
    for (size_t at = 0; at < length(&text, LINES - 1); at += 7) {
        text.data[at] ^= 1;
        refused("a changed byte", NULL, text.data, text.len, ERR_TAMPERED, "");
        text.data[at] ^= 1;
    }
    /* A record that is missing. */
    buf_init(&cut, LIMIT_JOURNAL);
    buf_add(&cut, text.data, length(&text, 3));
    buf_add(&cut, text.data + length(&text, 4), text.len - length(&text, 4));
    refused("a record that is missing", &plan, cut.data, cut.len, ERR_TAMPERED, "has number 5");
    buf_free(&cut);
    buf_free(&text);
}

/* A journal that goes on otherwise than the copy: the same numbers, another chain. */
static void forked(void **none)
{
    struct line others[LINES];
    struct buf text = journal(run, LINES), fork;
    struct err e = ERR_INIT;
    struct copy c;
    size_t from;

    (void)none;
    memcpy(others, run, sizeof others);
    others[2].text = "not the same";
    fork = journal(others, LINES);
    copy_init(&c, &plan);
    assert_true(copy_add(&c, text.data, length(&text, 6), NULL, &e));
    from = length(&fork, 6);
    assert_false(copy_add(&c, fork.data + from, fork.len - from, NULL, &e));
    assert_int_equal(e.code, ERR_TAMPERED);
    assert_non_null(strstr(e.text, "does not follow"));
    copy_free(&c);
    buf_free(&text);
    buf_free(&fork);
}

/* Longer than a journal may be, and a line without an end: refused at the bound, not later. */
static void endless(void **none)
{
    static char block[1 << 16];
    struct err e = ERR_INIT;
    size_t taken = 0;
    struct copy c;

    (void)none;
    memset(block, 'x', sizeof block);
    copy_init(&c, &plan);
    while (taken < 1u << 30 && copy_add(&c, block, sizeof block, NULL, &e))
        taken += sizeof block;
    assert_true(taken <= LIMIT_RECORD);
    assert_int_equal(e.code, ERR_TAMPERED);
    copy_free(&c);
    /* At the bound of the whole. */
    copy_init(&c, &plan);
    c.size = LIMIT_JOURNAL - 10;
    err_clear(&e);
    assert_true(copy_add(&c, block, 10, NULL, &e));
    assert_false(copy_add(&c, block, 1, NULL, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    copy_free(&c);
}

/* Gaps that no clock could have made do not overflow. */
static void absurd_clocks(void **none)
{
    struct line lines[2002] = {{EVENT_RUN, 0, .plan = PLAN}};
    struct err e = ERR_INIT;
    struct buf text;
    struct copy c;

    (void)none;
    for (size_t i = 1; i < sizeof lines / sizeof lines[0]; i++)
        lines[i] = (struct line){EVENT_PROTECTION, i % 2 ? -2000000000 : 2000000000, .answer = i % 2 ? TRI_NO : TRI_YES};
    text = journal(lines, sizeof lines / sizeof lines[0]);
    copy_init(&c, &plan);
    assert_true(copy_add(&c, text.data, text.len, NULL, &e));
    assert_true(c.gap_ms > 0);
    copy_free(&c);
    buf_free(&text);
}


int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_in_pieces), cmocka_unit_test(half_a_line_is_asked_for_again), cmocka_unit_test(what_the_records_say),
        cmocka_unit_test(is_it_whole),     cmocka_unit_test(bad_ones), cmocka_unit_test(forked),
        cmocka_unit_test(endless),         cmocka_unit_test(absurd_clocks), cmocka_unit_test(unprotected_at_the_end), cmocka_unit_test(read_on),
    };

    mem_setup();
    return cmocka_run_group_tests_name("fleet_copy", tests, NULL, NULL);
}
