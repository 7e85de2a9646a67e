/* Installers on their way to a PC: piece by piece, gone on with, and every answer by which a PC could want what is not its own. */
#include "core/fleet/push.h"
#include "core/os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BIG = 70 << 20, SMALL = 1000 };

static char folder[] = "/tmp/avswap-push.XXXXXX";
static char big[DIGEST_TEXT], small[DIGEST_TEXT], other[DIGEST_TEXT];
static struct shelf shelf;
static struct arena arena = ARENA_INIT;

static const char *in_folder(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

static void write_file(const char *name, size_t n, int seed, char hex[DIGEST_TEXT])
{
    FILE *f = fopen(in_folder(name), "w");
    uint32_t x = (uint32_t)seed;
    struct err e = ERR_INIT;

    assert_non_null(f);
    for (size_t i = 0; i < n / 4; i++) {
        x = x * 1664525u + 1013904223u;
        assert_int_equal(fwrite(&x, 4, 1, f), 1);
    }
    assert_int_equal(fclose(f), 0);
    assert_true(os_file_digest(in_folder(name), hex, &e));
}

static int set_up(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("big.bin", BIG, 1, big);
    write_file("small.msi", SMALL, 2, small);
    digest_of("other", 5, other);
    assert_int_equal(symlink("/etc/passwd", in_folder("link.deb")), 0);
    assert_true(os_file_write(in_folder("empty.deb"), "", 0, 0600, &e));
    shelf_open(&shelf, folder);
    return 0;
}

static int tear_down(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    shelf_close(&shelf);
    arena_free(&arena);
    return os_tree_remove(folder, &e) ? 0 : -1;
}

struct row { /* a step of a plan */
    const char *name, *sha256;
};

static struct plan plan_of(const struct row *rows, size_t n)
{
    struct step *steps = ARENA_ARRAY(&arena, n, struct step);
    struct plan p = {.id = "20261123-090000-abc"};

    assert_non_null(steps);
    for (size_t i = 0; i < n; i++)
        steps[i] = (struct step){.id = "s01", .verb = "payload.get",
                                 .args = json_pack("{s:s, s:s*, s:s*}", "file", "${payload}/x", "sent", rows[i].name, "sha256", rows[i].sha256)};
    p.steps.v = steps;
    p.steps.n = n;
    return p;
}

static void plan_end(struct plan *p)
{
    for (size_t i = 0; i < p->steps.n; i++)
        json_decref((json_t *)(uintptr_t)p->steps.v[i].args);
}

static void open_both(struct push *p, struct plan *plan)
{
    struct err e = ERR_INIT;

    *plan = plan_of((struct row[]){{"big.bin", big}, {NULL, NULL}, {"small.msi", small}, {"small.msi", small}}, 4);
    assert_true(push_open(p, &shelf, plan, &arena, &e));
    assert_int_equal(p->n, 2);
}

static bool answer(struct push *p, struct visit_file *lacks, size_t n, struct err *e)
{
    struct visit_answer a = {.what = DO_OFFER, .event = ANSWER_PROGRESS, .lacks = {lacks, n}};

    err_clear(e);
    return push_answer(p, &a, e);
}

/* A PC as it should be: takes pieces in order and tells what it lacks. */
struct pc {
    struct digest digest[2];
    long long have[2];
    size_t offers, most;
};

static void take_piece(struct pc *pc, const struct buf *b)
{
    char hex[DIGEST_TEXT];
    long long from, size;
    int head = 0, i;

    assert_int_equal(sscanf(buf_str(b), "%64s %lld %lld%n", hex, &from, &size, &head), 3);
    head++; /* its newline */
    i = strcmp(hex, big) == 0 ? 0 : 1;
    assert_string_equal(hex, i ? small : big);
    assert_int_equal(size, i ? SMALL : BIG);
    assert_int_equal(from, pc->have[i]);
    assert_true(b->len - (size_t)head <= PUSH_PIECE);
    digest_add(&pc->digest[i], b->data + head, b->len - (size_t)head);
    pc->have[i] += (long long)b->len - head;
}

static void serve(struct push *p, struct pc *pc)
{
    struct visit_request q = {.what = DO_OFFER};
    struct err e = ERR_INIT;

    for (;;) {
        struct visit_file lacks[2];
        const struct buf *piece;
        size_t n = 0, bytes = 0;

        push_offer(p, &q);
        pc->offers++;
        assert_int_equal(q.files.n, 2);
        if (pc->have[0] < BIG)
            lacks[n++] = (struct visit_file){big, pc->have[0]};
        if (pc->have[1] < SMALL)
            lacks[n++] = (struct visit_file){small, pc->have[1]};
        assert_true(answer(p, lacks, n, &e));
        if (!push_rest(p))
            return;
        for (;;) {
            assert_true(push_piece(p, &piece, &e));
            if (!piece)
                break;
            bytes += piece->len;
            take_piece(pc, piece);
        }
        assert_true(bytes > 0);
        pc->most = bytes > pc->most ? bytes : pc->most;
    }
}

static void test_whole(void **state)
{
    struct pc pc = {.offers = 0};
    struct push p;
    struct plan plan;
    char hex[DIGEST_TEXT];

    (void)state;
    digest_init(&pc.digest[0]);
    digest_init(&pc.digest[1]);
    open_both(&p, &plan);
    serve(&p, &pc);
    digest_end(&pc.digest[0], hex);
    assert_string_equal(hex, big);
    digest_end(&pc.digest[1], hex);
    assert_string_equal(hex, small);
    assert_int_equal(pc.offers, 4); /* 70 MiB in turns of 32, and the last question */
    assert_true(pc.most < VISIT_TURN + 2 * PUSH_PIECE);
    assert_true(p.piece.cap <= 2 * PUSH_PIECE);
    push_close(&p);
    plan_end(&plan);
}

/* The next visit begins where the PC says; what it has is not sent again. */
static void test_goes_on(void **state)
{
    struct pc pc = {.have = {BIG - 5, SMALL}};
    struct push p;
    struct plan plan;

    (void)state;
    open_both(&p, &plan);
    serve(&p, &pc);
    assert_int_equal(pc.have[0], BIG);
    assert_int_equal(pc.offers, 2);
    push_close(&p);
    plan_end(&plan);
    pc = (struct pc){.have = {BIG, SMALL}};
    open_both(&p, &plan);
    serve(&p, &pc);
    assert_int_equal(pc.offers, 1);
    push_close(&p);
    plan_end(&plan);
}

/* What a hostile PC may want first, and behind a first turn in which it was sent the beginning of `big`. */
static const struct {
    const char *name;
    bool second;
    struct row_lack {
        const char *sha256;
        long long bytes;
    } lacks[3];
    bool ok;
} rows[] = {
    {"nothing", false, {{NULL, 0}}, true},
    {"both", false, {{big, 0}, {small, 10}}, true},
    {"another file", false, {{other, 0}}, false},
    {"another file besides", false, {{big, 0}, {other, 0}}, false},
    {"a path", false, {{"../../../etc/shadow", 0}}, false},
    {"twice", false, {{big, 0}, {big, 5}}, false},
    {"twice besides", false, {{big, 0}, {small, 0}, {big, 5}}, false},
    {"all bytes", false, {{big, BIG}}, false},
    {"more than there are", false, {{small, SMALL + 1}}, false},
    {"what it was sent", true, {{big, VISIT_TURN}, {small, 0}}, true},
    {"less", true, {{big, VISIT_TURN - 1}, {small, 0}}, false},
    {"more", true, {{big, VISIT_TURN + 1}, {small, 0}}, false},
    {"from the beginning", true, {{big, 0}, {small, 0}}, false},
    {"one no longer", true, {{big, VISIT_TURN}}, false},
    {"none", true, {{NULL, 0}}, false},
};

static void test_hostile(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct visit_file lacks[3], first[] = {{big, 0}, {small, 0}};
        struct visit_request q = {.what = DO_OFFER};
        const struct buf *piece;
        struct err e = ERR_INIT;
        struct plan plan;
        struct push p;
        size_t n = 0;
        bool ok;

        open_both(&p, &plan);
        push_offer(&p, &q);
        if (rows[i].second) {
            assert_true(answer(&p, first, 2, &e));
            do
                assert_true(push_piece(&p, &piece, &e));
            while (piece);
            push_offer(&p, &q);
        }
        for (; n < 3 && rows[i].lacks[n].sha256; n++)
            lacks[n] = (struct visit_file){rows[i].lacks[n].sha256, rows[i].lacks[n].bytes};
        ok = answer(&p, lacks, n, &e);
        if (ok != rows[i].ok || (!ok && e.code != ERR_INPUT))
            fail_msg("%s: %s", rows[i].name, ok ? "is believed" : e.text);
        push_close(&p);
        plan_end(&plan);
    }
}

static const struct {
    const char *name, *sha256;
    enum err_code code;
    const char *says;
} bad_files[] = {
    {"none.deb", small, ERR_PAYLOAD, "there is no installer"},
    {"small.msi", big, ERR_PAYLOAD, "another file than the one that is meant"},
    {"link.deb", small, ERR_PAYLOAD, "no regular file"},
    {"empty.deb", small, ERR_PAYLOAD, "has 0 bytes"},
    {"../passwd", small, ERR_INPUT, "plain name"},
    {"/etc/passwd", small, ERR_INPUT, "plain name"},
    {".hidden", small, ERR_INPUT, "plain name"},
    {"a\nb", small, ERR_INPUT, "plain name"},
    {"small.msi", "x", ERR_INPUT, "its digest"},
    {"small.msi", NULL, ERR_INPUT, "its digest"},
};

static void test_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
        struct plan plan = plan_of(&(struct row){bad_files[i].name, bad_files[i].sha256}, 1);
        struct err e = ERR_INIT;
        struct push p;

        if (push_open(&p, &shelf, &plan, &arena, &e) || e.code != bad_files[i].code || !strstr(e.text, bad_files[i].says))
            fail_msg("%s: %s", bad_files[i].name, e.text);
        push_close(&p);
        plan_end(&plan);
    }
}

static void test_changes(void **state)
{
    struct visit_file lacks[] = {{big, 0}};
    struct plan plan = plan_of(&(struct row){"small.msi", small}, 1);
    const struct shelf_file *file;
    const struct buf *piece;
    struct err e = ERR_INIT;
    struct push p;

    (void)state;
    lacks[0].sha256 = small;
    assert_true(push_open(&p, &shelf, &plan, &arena, &e) && answer(&p, lacks, 1, &e));
    assert_int_equal(truncate(in_folder("small.msi"), 0), 0);
    assert_false(push_piece(&p, &piece, &e));
    assert_int_equal(e.code, ERR_PAYLOAD);
    assert_non_null(strstr(e.text, "has changed"));
    err_clear(&e);
    assert_false(shelf_find(&shelf, "small.msi", small, &file, &e));
    write_file("small.msi", SMALL, 2, small);
    err_clear(&e);
    assert_true(shelf_find(&shelf, "small.msi", small, &file, &e));
    assert_int_equal(file->size, SMALL);
    push_close(&p);
    plan_end(&plan);
}

/* --- policies --------------------------------------------------------------------------------------------------------- */

static struct artifact artifacts[] = {{.id = "a", .kind = ARTIFACT_FILE, .from = "small_installer"}, {.id = "b", .from = "pinned", .sha256 = other}};
static struct product products[] = {{.id = "p", .payload = {artifacts, 2}}};
static const struct catalog catalog = {.products = {products, 1}};

static const struct {
    const char *vars;
    bool must, ok;
    const char *digest; /* that small_installer_sha256 has afterwards */
    const char *says;
} policies[] = {
    {"{\"small_installer\": \"small.msi\"}", true, true, small, ""},
    {"{\"small_installer\": \"/on/the/pc.msi\"}", true, true, NULL, ""},
    {"{\"small_installer\": \"none.msi\"}", true, false, NULL, "the policy's 'small_installer': there is no installer"},
    {"{\"small_installer\": \"none.msi\"}", false, true, NULL, ""},
    {"{\"small_installer\": \"small.msi\", \"small_installer_sha256\": \"00\"}", true, false, "00", "another file"},
    {"{\"small_installer\": \"small.msi\", \"small_installer_sha256\": \"00\"}", false, true, "00", ""},
    {"{\"pinned\": \"small.msi\"}", true, false, NULL, "another file"},
    {"{\"unknown\": \"none.msi\"}", true, true, NULL, ""},
};

static void check_policy(size_t i, bool in_group)
{
    json_t *vars = json_loads(policies[i].vars, 0, NULL), *set = json_pack("{s:O}", "vars", vars);
    struct group g = {.name = "g", .set = set};
    struct policy p = {.vars = in_group ? NULL : vars, .groups = {in_group ? &g : NULL, in_group}};
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    bool ok = shelf_policy(&shelf, &catalog, policies[i].must, &d, &p, &e);
    const json_t *now = in_group ? json_object_get(g.set, "vars") : p.vars;
    const char *digest = json_string_value(json_object_get(now, "small_installer_sha256"));

    if (ok != policies[i].ok || !strstr(e.text, policies[i].says) || (ok && !text_eq(digest, policies[i].digest)))
        fail_msg("%s: %s, %s", policies[i].vars, e.text, digest ? digest : "no digest");
    doc_free(&d);
    json_decref(set);
    json_decref(vars);
}

static void test_policies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        check_policy(i, false);
        check_policy(i, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),     cmocka_unit_test(test_goes_on), cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_bad_files), cmocka_unit_test(test_changes), cmocka_unit_test(test_policies),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
