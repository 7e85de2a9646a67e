/* A rollout for people: golden screens, a screen that fits whatever the size, nothing that a PC said acts on a terminal, a
 * spreadsheet or a collector of events. */
#include "core/base/limits.h"
#include "core/report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define AT 1795402800000 /* 2026-11-23T03:00:00Z */
#define HOUR 3600000ll
#define HOSTILE "\x1b[2J\x1b]0;t\x07<b>\r\n=1+1|x\\y\xc2\x9b" "31m\xe2\x80\xae"

static struct fleet_count states[] = {{HOST_RUNNING, 1}, {HOST_HELD, 1}, {HOST_QUEUED, 5}, {HOST_DONE, 2}, {HOST_UNPROTECTED, 1}};
static struct fleet_wave waves[] = {
    {"canary", WAVE_OVER, 2, 2, 0, 2, 0, 1, INSTANT_NONE},
    {"rest", WAVE_OPEN, 8, 3, 1, 0, 1, 2, INSTANT_NONE},
};
static struct fleet_deadline deadlines[] = {{"kaspersky", "us-updates", "US", "no updates any more", 1727582400000}};
static struct fleet_pace pace = {8, 4, AT + 4 * INSTANT_DAY, 2, 1727582400000, AT + 2 * INSTANT_DAY, 0};
static const char *unprotected[] = {"pc1"};
static struct fleet_gaps gaps = {3, 7209, 7200, "pc1", {unprotected, 1}};
static struct fleet_member members[] = {
    {"pc1", "m1", "berlin", "rest", HOST_UNPROTECTED, NULL, AT - 2 * HOUR, AT - 2 * HOUR, INSTANT_NONE, "Old AV", "New AV", 7200, AT - 2 * HOUR, "the service does not start", "go there", "avswap fleet run pc1"},
    {"pc2", NULL, NULL, "rest", HOST_HELD, "running", AT - 30 * HOUR, AT - 31 * HOUR, INSTANT_NONE, NULL, NULL, -1, INSTANT_NONE, HOSTILE, "look", "avswap fleet ack pc2"},
    {"pc3", NULL, NULL, "rest", HOST_RUNNING, NULL, AT - HOUR / 4, AT, AT + 60000, NULL, NULL, 3, INSTANT_NONE, NULL, NULL, NULL},
};

static struct fleet_status status(void)
{
    return (struct fleet_status){.rollout = "7", .at = AT, .begun = AT - 12 * HOUR, .ended = INSTANT_NONE, .operator = "root", .driver = "12 avswap fleet run",
                                 .limit = "the failure budget: as many are at work as may fail", .total = 10,
                                 .states = {states, 5}, .waves = {waves, 2}, .deadlines = {deadlines, 1}, .pace = &pace,
                                 .gaps = &gaps, .hosts = {members, 3}};
}

static void check(const char *what, const struct buf *b, const char *want)
{
    if (strcmp(buf_str(b), want) != 0)
        fail_msg("%s is\n%s\nbut should be\n%s", what, buf_str(b), want);
}

/* No byte that a terminal obeys, but line ends. */
static void check_harmless(const char *s)
{
    for (const unsigned char *p = (const void *)s; *p; p++)
        if ((*p < 0x20 && *p != '\n') || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) || (*p == 0xe2 && p[1] == 0x80 && p[2] == 0xae))
            fail_msg("byte %02x in %s", *p, s);
}

static void test_screen(void **state)
{
    static const char want[] =
        "avswap fleet 7  2026-11-23 03:00:00 UTC  q leaves, the rollout goes on\n"
        "UNPROTECTED NOW (1)\n"
        " go there\n"
        "   pc1                  since 01:00:00, 2 h 00 min; unprotected; the service ...\n"
        "under way since 2026-11-22 15:00:00 UTC, begun by root, moved on by process 1...\n"
        "\n"
        "#########..................................... 2 of 10 PCs done\n"
        "1 unprotected   1 held   1 running   5 queued   2 done\n"
        "\n"
        "canary       ############## 2 of 2 done, 0 of 1 failures; over\n"
        "rest         .............. 0 of 8 done, 1 at work, 1 of 2 failures; open\n"
        "pace    8 left; 4 a day so far, 2 a day are needed; all by 2026-11-25 at this...\n"
        "law     4 days left, until 2026-11-27 03:00:00 UTC; overdue by 784 days (US: ...\n"
        "gaps    2 h 00 min on 3 PCs together, at worst 2 h 00 min (pc1)\n"
        "waits   the failure budget: as many are at work as may fail\n"
        "\n"
        "NEEDS HANDS (1)\n"
        " look\n"
        "   pc2                  held        30 h    was running; \\x1b[2J\\x1b]0;t\\x07<...\n"
        "\n"
        "UNDER WAY (1)\n"
        "   pc3                  running     15 min  3 s unprotected\n";
    struct style style = {.width = 80};
    struct fleet_status f = status();
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet_screen(&f, &style, 24, &b);
    check("the screen", &b, want);
    buf_free(&b);
}

/* Any size: no more lines than the height, none wider than the width. */
static void test_sizes(void **state)
{
    struct fleet_status f = status();

    (void)state;
    for (int width = 40; width <= 200; width += 7)
        for (int height = 10; height <= 60; height += 5)
            for (int marks = 0; marks < 2; marks++) {
                struct style style = {.width = width, .utf8 = marks};
                const char *p, *end, *line;
                struct buf b;
                size_t n;
                int lines = 0;

                buf_init(&b, LIMIT_DOCUMENT);
                report_fleet_screen(&f, &style, height, &b);
                check_harmless(buf_str(&b));
                p = buf_str(&b);
                end = p + b.len;
                while (text_line(&p, end, &line, &n)) {
                    char one[1024];

                    snprintf(one, sizeof one, "%.*s", (int)n, line);
                    assert_true(text_width(one) <= (size_t)width);
                    lines++;
                }
                assert_in_range(lines, 5, height);
                buf_free(&b);
            }
}

static void test_text(void **state)
{
    struct style style = {.width = 80, .verbose = true};
    struct fleet_status f = status(), none = {.at = AT};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet(&f, &style, &b);
    check_harmless(buf_str(&b));
    assert_non_null(strstr(buf_str(&b), "UNPROTECTED NOW (1)\n  go there\n    pc1                  since 01:00:00, 2 h 00 min; unprotected; "));
    assert_non_null(strstr(buf_str(&b), "\n    avswap fleet run pc1\n"));
    assert_null(strstr(buf_str(&b), "nobody moves it on"));
    assert_true(strstr(buf_str(&b), "go there") < strstr(buf_str(&b), "the service"));
    assert_non_null(strstr(buf_str(&b), "THE OTHERS"));
    buf_clear(&b);
    f.driver = NULL;
    report_fleet(&f, &style, &b);
    assert_non_null(strstr(buf_str(&b), "nobody moves it on now (avswap fleet run)"));
    buf_clear(&b);
    report_fleet(&none, &style, &b);
    check("no rollout", &b, "There is no rollout: avswap fleet run begins one.\n");
    buf_free(&b);
}

/* Who went silent without protection is first; a PC that is just being moved counts, too, behind those that need hands. */
static void test_alarms(void **state)
{
    static struct fleet_member m[] = {
        {.name = "lost", .state = HOST_UNREACHABLE, .was = "running", .since = AT - 60000, .seen = AT - 120000, .gap_s = 862,
         .unprotected_since = AT - 862000, .text = HOSTILE, .action = "find it"},
        {.name = "moving", .state = HOST_RUNNING, .since = AT - 60000, .seen = AT, .gap_s = 5, .unprotected_since = AT - 30 * HOUR},
        {.name = "well", .state = HOST_RUNNING, .since = AT - 60000, .seen = AT, .gap_s = -1, .unprotected_since = INSTANT_NONE},
    };
    static const char want[] =
        "UNPROTECTED NOW (2)\n"
        "  find it\n"
        "    lost                 since 02:45:38, 14 min 22 s; unreachable; seen 2 min ago; was running;\n"
        "                         \\x1b[2J\\x1b]0;t\\x07<b>\\x0d\\x0a=1+1|x\\y\\u{9b}31m\\u{202e}\n"
        "  being moved just now: nothing to do unless it lasts\n"
        "    moving               since 2026-11-21 21:00:00, 30 h 00 min; running\n"
        "\n"
        "  PCs      ";
    struct fleet_status f = {.rollout = "7", .at = AT, .begun = AT - HOUR, .ended = INSTANT_NONE, .driver = "x", .hosts = {m, 3}};
    struct style style = {.width = 100};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet(&f, &style, &b);
    check_harmless(buf_str(&b));
    if (!strstr(buf_str(&b), want))
        fail_msg("%s\nlacks\n%s", buf_str(&b), want);
    for (int height = 10; height < 60; height += 7)
        for (style.width = 40; style.width < 130; style.width += 40) {
            buf_clear(&b);
            report_fleet_screen(&f, &style, height, &b);
            assert_non_null(strstr(buf_str(&b), "\nUNPROTECTED NOW (2)\n find it\n   lost   "));
            assert_true(strstr(buf_str(&b), "UNPROTECTED NOW") < strstr(buf_str(&b), "under way"));
        }
    buf_clear(&b);
    report_fleet_changes(NULL, &f, &style, &b);
    assert_non_null(strstr(buf_str(&b), "lost unreachable, UNPROTECTED since 2026-11-23 02:45:38 UTC (14 min 22 s so far)"));
    buf_free(&b);
}

/* What is typed stands whole on a line, however long the names; lines are filled. */
static void test_commands(void **state)
{
    static char names[30][201], typed[30][7000];
    static struct fleet_member m[30];
    struct fleet_status f = {.rollout = "7", .at = AT, .begun = AT - HOUR, .ended = INSTANT_NONE, .driver = "x", .hosts = {m, 30}};
    struct style style = {.width = 80, .verbose = true};
    size_t lines = 0;
    struct buf b;

    (void)state;
    for (size_t i = 0; i < 30; i++) {
        snprintf(names[i], sizeof names[i], "%s%0*zu", i == 3 ? "\xe6\xbc\xa2" : "pc", i == 7 ? 190 : 2, i);
        snprintf(typed[i], sizeof typed[i], "avswap fleet ack %s", names[i]);
        m[i] = (struct fleet_member){.name = names[i], .state = HOST_HELD, .since = AT, .seen = AT, .gap_s = -1,
                                     .unprotected_since = INSTANT_NONE, .action = "look", .command = typed[i]};
    }
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet(&f, &style, &b);
    for (const char *p = strstr(buf_str(&b), "    avswap fleet ack"); p; p = strstr(p + 1, "\n    avswap fleet ack")) {
        size_t n = strcspn(p + 1, "\n");

        lines++;
        assert_true(n <= 80 || (n > 190 && n < 230));
    }
    assert_in_range(lines, 3, 5);
    for (size_t i = 0; i < 30; i++)
        assert_non_null(strstr(strstr(buf_str(&b), "    avswap fleet ack"), names[i]));
    style.verbose = false;
    buf_clear(&b);
    report_fleet(&f, &style, &b);
    assert_non_null(strstr(buf_str(&b), "and 24 more: --verbose shows all"));
    assert_null(strstr(buf_str(&b), "pc12"));
    for (size_t i = 0; i < 30; i++) { /* each thing to do is shown, however many there are of another; and what most of them say */
        m[i].action = i < 28 ? "look" : "another thing";
        m[i].text = i % 3 ? "the disk is full" : NULL;
    }
    buf_clear(&b);
    report_fleet(&f, &style, &b);
    assert_non_null(strstr(buf_str(&b), "and 22 more: --verbose shows all; 18 of 28 say: the disk is full\n"));
    assert_non_null(strstr(buf_str(&b), "  another thing\n    pc28 "));
    buf_free(&b);
}

static void test_csv(void **state)
{
    static struct fleet_member m[] = {
        {"=1+1", NULL, "a\"b", NULL, HOST_HELD, "running", AT, INSTANT_NONE, INSTANT_NONE, "+x", "-y", -1, AT, "  @z\r\n2", "\ttab", "\t=1"},
    };
    struct fleet_status f = {.hosts = {m, 1}};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet_csv(&f, &b);
    check("the CSV", &b,
          "name,machine,site,wave,state,was,since,seen,next,from,to,gap_s,text,action,unprotected_since,command\r\n"
          "\"'=1+1\",\"\",\"a\"\"b\",\"\",\"held\",\"running\",2026-11-23T03:00:00Z,,,\"'+x\",\"'-y\",,"
          "\"'  @z\\x0d\\x0a2\",\"\\x09tab\",2026-11-23T03:00:00Z,\"\\x09=1\"\r\n");
    buf_free(&b);
}

static void test_changes(void **state)
{
    static struct fleet_member later[3];
    struct style style = {.width = 100};
    struct fleet_status before = status(), f = status();
    struct buf b;

    (void)state;
    memcpy(later, members, sizeof later);
    later[2].state = HOST_DONE;
    f.hosts.v = later;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet_changes(&before, &before, &style, &b);
    check("no change", &b, "");
    report_fleet_changes(&before, &f, &style, &b);
    check("one change", &b, "2026-11-23 03:00:00 UTC pc3 done\n");
    buf_clear(&b);
    report_fleet_changes(NULL, &f, &style, &b);
    assert_non_null(strstr(buf_str(&b), "under way since"));
    buf_clear(&b);
    f.hosts.v = members;
    f.ended = AT;
    report_fleet_changes(&before, &f, &style, &b);
    assert_non_null(strstr(buf_str(&b), "over since"));
    buf_free(&b);
}

static void test_move(void **state)
{
    struct style style = {.width = 60};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet_move(&(struct fleet_move){"pc1", HOST_COLLECTED, "x", 1, 3}, &style, &b);
    check("book-keeping", &b, "");
    report_fleet_move(&(struct fleet_move){"pc1", HOST_RUNNING, "", 1, 3}, &style, &b);
    report_fleet_move(&(struct fleet_move){"pc1", HOST_DONE, NULL, 2, 3}, &style, &b);
    report_fleet_move(&(struct fleet_move){"pc2", HOST_REFUSED, "a policy of\x1b[2J the administration server is applied", 3, 3}, &style, &b);
    check("moves", &b,
          "pc1                  running\n"
          "pc1                  done (2 of 3 over)\n"
          "pc2                  refused (3 of 3 over): a policy\n"
          "                     of\\x1b[2J the administration server is\n"
          "                     applied\n");
    buf_clear(&b);
    style.verbose = true;
    report_fleet_move(&(struct fleet_move){"pc1", HOST_COLLECTED, "x", 1, 3}, &style, &b);
    check("verbose", &b, "pc1                  collected\n");
    buf_free(&b);
}

static void test_cef(void **state)
{
    static const char *stops[] = {"Old|AV", "service a=b"};
    static struct notice_worker workers[] = {{"windows", "bb"}, {"linux", "aa"}};
    static struct notice_window window = {"22:00", "05:00", {NULL, 0}};
    static struct notice_host hosts[] = {
        {.name = "pc\\1", .os = "linux", .wave = "a\nb", .plan = "p", .plan_digest = "d", .window = &window, .utc_offset_min = 60,
         .stops = {stops, 2}, .contact = HOSTILE},
    };
    struct notice n = {.rollout = "7", .number = 2, .at = AT, .begins = INSTANT_NONE, .tool = "1|0", .operator = "root", .workers = {workers, 2}, .hosts = {hosts, 1}};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_notice_cef(&n, &b);
    check("the CEF", &b,
          "CEF:0|avswap|avswap|1\\|0|expected-change|Endpoint protection is going to be replaced|3|rt=1795402800000 externalId=7 cn1Label=notice cn1=2 dhost=pc\\\\1 "
          "suser=root fileHash=aa cs1Label=wave cs1=a\\nb cs2Label=stops cs2=Old|AV, service a\\=b cs4Label=planDigest cs4=d "
          "cs5Label=window cs5=22:00 to 05:00, +60 min from UTC cs6Label=contact "
          "cs6=\\\\x1b[2J\\\\x1b]0;t\\\\x07<b>\\r\\n\\=1+1|x\\\\y\\\\u{9b}31m\\\\u{202e}\n");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen), cmocka_unit_test(test_sizes),   cmocka_unit_test(test_text),
        cmocka_unit_test(test_csv),    cmocka_unit_test(test_changes), cmocka_unit_test(test_move), cmocka_unit_test(test_cef),
        cmocka_unit_test(test_alarms), cmocka_unit_test(test_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
