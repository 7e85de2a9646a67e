/*
 * journal.jsonl: what parses is numbered from 1 without gaps and chained, its head is the digest of the last line, and
 * a torn last line is all that may be left over. Then the state of a run is folded from it.
 *
 * Mutations break the chain, so the records of an input are also numbered and chained here; that must parse, and with
 * one byte of it changed it must not, unless the change tears the last line.
 */
#include "tests/fuzz/fuzz.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/report/report.h"
#include "core/run/journal.h"
#include "core/run/state.h"

#include <stdlib.h>
#include <string.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* Another reading of the chain than the journal's own. */
static void check_chain(const struct journal *j, const char *text, size_t whole)
{
    const char *cursor = text, *line;
    char head[DIGEST_TEXT] = ZEROS;
    size_t len, i = 0;

    FUZZ_MUST(!whole || text[whole - 1] == '\n', "it ends inside a line");
    for (; text_line(&cursor, text + whole, &line, &len); i++) {
        FUZZ_MUST(i < j->events.n && j->events.v[i].n == (long long)i + 1, "record %zu", i);
        FUZZ_MUST(text_eq(j->events.v[i].prev, head), "record %zu does not follow", i);
        digest_of(line, len, head);
    }
    FUZZ_MUST(i == j->events.n && j->n == (long long)i, "%zu lines, %zu records", i, j->events.n);
    FUZZ_MUST(text_eq(head, j->head), "the head is not that of the last line");
}

static bool parses(struct doc *d, const char *text, size_t len, struct journal *ret)
{
    struct err e = ERR_INIT;
    size_t whole = 0;

    if (!journal_parse("input", text, len, d, ret, &whole, &e)) {
        fuzz_refused(&e);
        FUZZ_MUST(e.code == ERR_TAMPERED, "%s: %s", err_id(e.code), e.text);
        return false;
    }
    FUZZ_MUST(whole <= len && !memchr(text + whole, '\n', len - whole), "%zu of %zu bytes", whole, len);
    check_chain(ret, text, whole);
    return true;
}

/* The plan that the records speak of: its digest and steps are those they name first. */
static void fold(const struct journal *j, struct doc *d)
{
    static struct step steps[] = {{.id = "s01", .verb = "check.that", .title = "one"},
                                  {.id = "s02", .verb = "package.remove", .title = "two", .auxiliary = true}};
    const struct style style = {.utf8 = true, .width = 60};
    struct plan p = {.steps = {steps, 2}};
    struct run_state s;
    struct err e = ERR_INIT;
    struct buf b;

    for (size_t i = 0; i < j->events.n && !p.digest; i++)
        p.digest = j->events.v[i].plan;
    FUZZ_MUST(state_init(&s, &p, &d->arena, &e), "%s", e.text);
    buf_init(&b, LIMIT_DOCUMENT);
    for (size_t i = 0; i < j->events.n; i++) {
        if (!state_add(&s, &j->events.v[i], &e)) {
            fuzz_refused(&e);
            break;
        }
        report_event(&p, &j->events.v[i], &style, &b);
        report_event_dry(&p, &j->events.v[i], &style, &b);
    }
    fuzz_harmless(&b, true);
    buf_free(&b);
    FUZZ_MUST(!state_next(&s) || state_of(&s, state_next(&s))->phase != PHASE_DONE, "what is done comes next");
}

/* The input's records as a journal; what is none is left out. */
static struct buf chained(const char *text, size_t len, size_t *ret_records)
{
    const char *cursor = text, *line;
    char head[DIGEST_TEXT] = ZEROS;
    struct buf out;
    size_t n;

    buf_init(&out, LIMIT_DOCUMENT);
    *ret_records = 0;
    while (text_line(&cursor, text + len, &line, &n)) {
        struct place at = {NULL, NULL, 0, "input"};
        json_t *v = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        size_t begin = out.len;
        struct event ev;

        if (json_is_object(v) && json_object_set_new(v, "n", json_integer((json_int_t)*ret_records + 1)) == 0 &&
            json_object_set_new(v, "prev", json_string(head)) == 0 && schema_read(&event_schema, v, &d, &at, &ev, &e)) {
            FUZZ_MUST(json_text(v, false, &out, &e), "%s", e.text);
            if (out.len - begin > LIMIT_RECORD) {
                out.len = begin;
            } else {
                digest_of(out.data + begin, out.len - begin, head);
                buf_addc(&out, '\n');
                ++*ret_records;
            }
        }
        json_decref(v);
        doc_free(&d);
    }
    FUZZ_MUST(!out.failed, "no room");
    return out;
}

/* All but the last line is bound by the digest in the next one. */
static void change_one(const struct buf *text, size_t at)
{
    size_t len = text->len - 1;
    struct doc d = DOC_INIT;
    struct journal j;
    char *changed;

    while (len && text->data[len - 1] != '\n')
        len--;
    if (!len)
        return;
    at %= len;
    changed = malloc(text->len);
    if (!changed)
        abort();
    memcpy(changed, text->data, text->len);
    changed[at] ^= 1;
    FUZZ_MUST(!parses(&d, changed, text->len, &j), "byte %zu was changed in\n%s", at, text->data);
    doc_free(&d);
    free(changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct journal j;
    size_t records;
    struct buf text;

    if (parses(&d, (const char *)p, n, &j)) {
        fuzz_accepted = true;
        fold(&j, &d);
    }
    text = chained((const char *)p, n, &records);
    if (text.len) {
        FUZZ_MUST(parses(&d, text.data, text.len, &j) && j.events.n == records, "%s", text.data);
        fold(&j, &d);
        change_one(&text, n * 7919);
    }
    buf_free(&text);
    doc_free(&d);
    return 0;
}
