/* Reports: nothing from a document reaches the screen as a control sequence, lines keep to the width, memory may fail. */
#include "core/base/limits.h"
#include "core/report/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "\x1b[2J\x1b]0;title\x07 a\xe2\x80\xaez\r\nnext \xff\xfe %s%n \x01\x02\x1f \x7f\xc2\x9b" "31m end"

/* --- documents in which every text is hostile ------------------------------------------------------------------- */

struct filler {
    struct arena arena;
    unsigned turn; /* chooses enum values, so that every value comes in some turn */
};

static void fill(struct filler *f, const struct schema *s, void *obj);

static size_t names_count(const char *const *names)
{
    size_t n = 0;

    while (names[n])
        n++;
    return n;
}

static void fill_list(struct filler *f, const struct field *field, char *p)
{
    enum { N = 2 };
    LIST(char) *list = (void *)p;

    list->v = arena_array(&f->arena, N, field->sub->size);
    assert_non_null(list->v);
    list->n = N;
    for (size_t i = 0; i < N; i++)
        fill(f, field->sub, list->v + i * field->sub->size);
}

static void fill_field(struct filler *f, const struct field *field, char *p)
{
    static const char *texts[] = {HOSTILE, "plain words that have to be wrapped somewhere before the right edge"};

    switch (field->type) {
    case FIELD_STR:
        *(const char **)(void *)p = HOSTILE;
        break;
    case FIELD_STRS:
        *(struct strs *)(void *)p = (struct strs){texts, 2};
        break;
    case FIELD_INT:
        *(long long *)(void *)p = 61 + f->turn;
        break;
    case FIELD_BOOL:
        *(bool *)p = f->turn % 2;
        break;
    case FIELD_ENUM:
        *(int *)(void *)p = (int)(f->turn % names_count(field->names));
        break;
    case FIELD_INSTANT:
        *(instant *)(void *)p = 1727582400000 + f->turn;
        break;
    case FIELD_OBJ:
        *(void **)(void *)p = arena_alloc(&f->arena, field->sub->size);
        assert_non_null(*(void **)(void *)p);
        fill(f, field->sub, *(void **)(void *)p);
        break;
    case FIELD_OBJS:
        fill_list(f, field, p);
        break;
    case FIELD_JSON:
    case FIELD_MAP:
        break;
    }
}

static void fill(struct filler *f, const struct schema *s, void *obj)
{
    schema_init(s, obj);
    if (s == &cond_schema) { /* recursive: one probe is enough */
        struct cond *c = obj;

        c->probe = PROBE_PACKAGE;
        c->name = HOSTILE;
        return;
    }
    for (const struct field *field = s->fields; field->name; field++)
        fill_field(f, field, (char *)obj + field->offset);
}

struct documents {
    struct filler filler;
    struct findings findings;
    struct timeline timeline;
    struct owner owner;
    struct plan plan;
    struct outcome outcome;
    struct event event;
};

static void documents_make(struct documents *d, unsigned turn)
{
    static const char *tags[] = {HOSTILE};

    memset(d, 0, sizeof *d);
    d->filler.turn = turn;
    fill(&d->filler, &findings_schema, &d->findings);
    fill(&d->filler, &timeline_schema, &d->timeline);
    fill(&d->filler, &plan_schema, &d->plan);
    fill(&d->filler, &outcome_schema, &d->outcome);
    fill(&d->filler, &event_schema, &d->event);
    for (size_t i = 0; i < d->timeline.measures.n; i++) /* derived when read */
        d->timeline.measures.v[i].effective = (instant)turn * INSTANT_DAY * 3000;
    d->owner.jurisdictions = (struct strs){tags, 1};
    d->owner.as = HOSTILE;
}

static void documents_free(struct documents *d)
{
    arena_free(&d->filler.arena);
}

typedef void render(const struct documents *d, const struct style *s, struct buf *out);

static void render_findings(const struct documents *d, const struct style *s, struct buf *out)
{
    report_findings(&d->findings, s, out);
}

static void render_timeline(const struct documents *d, const struct style *s, struct buf *out)
{
    report_timeline(&d->timeline, &d->owner, &d->findings, 1727582400000, s, out);
}

static void render_plan(const struct documents *d, const struct style *s, struct buf *out)
{
    report_plan(&d->plan, s, out);
    report_candidates(&d->plan, s, out);
}

static void render_outcome(const struct documents *d, const struct style *s, struct buf *out)
{
    report_outcome(&d->outcome, s, out);
    report_outcome_summary(&d->outcome, s, out);
}

static void render_event(const struct documents *d, const struct style *s, struct buf *out)
{
    report_event(&d->plan, &d->event, s, out);
    report_event_dry(&d->plan, &d->event, s, out);
}

static render *const renders[] = {render_findings, render_timeline, render_plan, render_outcome, render_event};
#define RENDERS (sizeof renders / sizeof renders[0])

/* --- what must hold of any output ------------------------------------------------------------------------------- */

/* Skips one colour sequence of ours, "ESC [ digits and ; m". */
static const char *skip_colour(const char *p)
{
    assert_int_equal(p[1], '[');
    p += 2;
    p += strspn(p, "0123456789;");
    assert_int_equal(*p, 'm');
    return p;
}

static void assert_harmless(const struct buf *b, bool colour)
{
    assert_false(b->failed);
    assert_true(text_utf8_valid(buf_str(b), b->len));
    assert_int_equal(strlen(buf_str(b)), b->len);
    for (const char *p = buf_str(b); *p; p++) {
        if (*p == '\x1b' && colour)
            p = skip_colour(p);
        else if (*p != '\n')
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
        assert_false(p[0] == '\xc2' && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] <= 0x9f);
        assert_false(strncmp(p, "\xe2\x80\xae", 3) == 0);
    }
}

static void assert_width(const struct buf *b, size_t width)
{
    const char *cursor = buf_str(b), *end = cursor + b->len, *line;
    char copy[4096];
    size_t n;

    while (text_line(&cursor, end, &line, &n)) {
        assert_true(n < sizeof copy);
        memcpy(copy, line, n);
        copy[n] = '\0';
        if (text_width(copy) > width)
            fail_msg("%zu columns: %s", text_width(copy), copy);
        assert_true(n == 0 || copy[n - 1] != ' ');
    }
}

static void hostile_documents(void **state)
{
    static const struct style styles[] = {
        {.width = 80, .verbose = true}, {.width = 60}, {.width = 0, .utf8 = true, .verbose = true},
        {.width = 110, .utf8 = true, .utc_offset = -330},
    };

    (void)state;
    for (unsigned turn = 0; turn < 24; turn++) {
        struct documents d;

        documents_make(&d, turn);
        for (size_t r = 0; r < RENDERS; r++)
            for (size_t k = 0; k < sizeof styles / sizeof styles[0]; k++) {
                struct style s = styles[k];
                struct buf b;

                buf_init(&b, LIMIT_DOCUMENT);
                renders[r](&d, &s, &b);
                assert_harmless(&b, false);
                if (s.width)
                    assert_width(&b, (size_t)s.width);
                buf_clear(&b);
                s.colour = true;
                renders[r](&d, &s, &b);
                assert_harmless(&b, true);
                buf_free(&b);
            }
        documents_free(&d);
    }
}

/* Whatever allocation fails, the buf says so; a report is never silently short. */
static void memory_runs_out(void **state)
{
    static const struct style s = {.width = 80, .verbose = true};
    struct documents d;

    (void)state;
    documents_make(&d, 3);
    for (size_t r = 0; r < RENDERS; r++) {
        struct buf whole;
        bool failed = true;

        buf_init(&whole, LIMIT_DOCUMENT);
        renders[r](&d, &s, &whole);
        for (unsigned long n = 1; failed; n++) {
            struct buf b;

            buf_init(&b, LIMIT_DOCUMENT);
            mem_fail_at(n, false);
            renders[r](&d, &s, &b);
            mem_fail_at(0, false);
            failed = b.failed;
            if (!failed)
                assert_string_equal(buf_str(&b), buf_str(&whole));
            buf_free(&b);
        }
        buf_free(&whole);
    }
    documents_free(&d);
}

/* --- the page itself ---------------------------------------------------------------------------------------------- */

static void assert_page(const struct style *s, void (*make)(struct page *p), const char *expected)
{
    struct page p;
    struct buf b;

    buf_init(&b, 65536);
    page_open(&p, s, &b);
    make(&p);
    page_close(&p);
    assert_string_equal(buf_str(&b), expected);
    buf_free(&b);
}

static void make_wrapped(struct page *p)
{
    page_say(p, INK_PLAIN, "the quick brown fox jumps over the lazy dog and then sleeps");
    page_end_para(p, 0, 4);
}

static void make_kept(struct page *p)
{
    page_say(p, INK_PLAIN, "twenty-four columns here ");
    page_keep(p, INK_PLAIN, "these stay together here");
    page_end_para(p, 0, 2);
}

static void make_long_word(struct page *p)
{
    for (int i = 0; i < 50; i++)
        page_say(p, INK_PLAIN, "\xc3\xa9");
    page_end_para(p, 0, 0);
}

static void make_right(struct page *p)
{
    page_say(p, INK_BOLD, "a title that does not fit on one line");
    page_end_line(p, 0, 2, INK_BAD, "must go");
}

static void make_coloured(struct page *p)
{
    page_say(p, INK_PLAIN, "plain ");
    page_say(p, INK_BAD, "a red text that goes on over the end of its line");
    page_end_para(p, 0, 0);
}

static void page_layout(void **state)
{
    static const struct style narrow = {.width = 40}, free_width = {.width = 0};
    static const struct style colour = {.width = 40, .colour = true};

    (void)state;
    assert_page(&narrow, make_wrapped, "the quick brown fox jumps over the lazy\n    dog and then sleeps\n");
    assert_page(&free_width, make_wrapped, "the quick brown fox jumps over the lazy dog and then sleeps\n");
    assert_page(&narrow, make_kept, "twenty-four columns here\n  these stay together here\n");
    assert_page(&narrow, make_long_word,
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n");
    assert_page(&narrow, make_right, "a title that does not fit on     must go\n  one line\n");
    assert_page(&colour, make_coloured,
                "\x1b[0mplain \x1b[0m\x1b[1;31ma red text that goes on over the\x1b[0m\n"
                "\x1b[1;31mend of its line\x1b[0m\n");
}

static void times(void **state)
{
    static const struct {
        instant at;
        int offset;
        const char *text;
    } rows[] = {
        {1727582400000, 0, "2024-09-29 04:00:00 UTC"},
        {1727582400999, 0, "2024-09-29 04:00:00 UTC"},
        {1727582400000, -240, "2024-09-29 00:00:00 -04:00"},
        {1727582400000, 570, "2024-09-29 13:30:00 +09:30"},
        {INSTANT_NONE, 0, "unknown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct style s = {.utc_offset = rows[i].offset};
        struct page p = {.style = &s};
        char text[64];

        assert_string_equal(page_time(&p, rows[i].at, text, sizeof text), rows[i].text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_layout),
        cmocka_unit_test(times),
        cmocka_unit_test(hostile_documents),
        cmocka_unit_test(memory_runs_out),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
