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
static struct fleet_gaps gaps = {3, 50, 41, "pc1", {unprotected, 1}};
static struct fleet_member members[] = {
    {"pc1", "m1", "berlin", "rest", HOST_UNPROTECTED, NULL, AT - 2 * HOUR, AT - 2 * HOUR, INSTANT_NONE, "Old AV", "New AV", 41, "the service does not start", "go there"},
    {"pc2", NULL, NULL, "rest", HOST_HELD, "running", AT - 30 * HOUR, AT - 31 * HOUR, INSTANT_NONE, NULL, NULL, -1, HOSTILE, "look"},
    {"pc3", NULL, NULL, "rest", HOST_RUNNING, NULL, AT - HOUR / 4, AT, AT + 60000, NULL, NULL, 3, NULL, NULL},
};

static struct fleet_status status(void)
{
    return (struct fleet_status){.rollout = "7", .at = AT, .begun = AT - 12 * HOUR, .ended = INSTANT_NONE, .operator = "root",
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
        "under way since 2026-11-22 15:00:00 UTC, begun by root\n"
        "\n"
        "#########..................................... 2 of 10 PCs done\n"
        "1 unprotected   1 held   1 running   5 queued   2 done\n"
        "\n"
        "canary       ############## 2 of 2 done, 0 of 1 failures; over\n"
        "rest         .............. 0 of 8 done, 1 at work, 1 of 2 failures; open\n"
        "pace    8 left; 4 a day so far, 2 a day are needed; all by 2026-11-25 at this...\n"
        "law     4 days left, until 2026-11-27 03:00:00 UTC; overdue by 784 days (US: ...\n"
        "gaps    UNPROTECTED NOW: pc1; 50.0 s on 3 PCs together, at worst 41.0 s (pc1)\n"
        "waits   the failure budget: as many are at work as may fail\n"
        "\n"
        "NEEDS HANDS (2)\n"
        " go there\n"
        "   pc1                  unprotected 2 h     41 s unprotected; the service doe...\n"
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
    assert_non_null(strstr(buf_str(&b), "UNPROTECTED NOW: pc1"));
    assert_true(strstr(buf_str(&b), "go there") < strstr(buf_str(&b), "the service does"));
    assert_non_null(strstr(buf_str(&b), "THE OTHERS"));
    buf_clear(&b);
    report_fleet(&none, &style, &b);
    check("no rollout", &b, "There is no rollout: avswap fleet run begins one.\n");
    buf_free(&b);
}

static void test_csv(void **state)
{
    static struct fleet_member m[] = {
        {"=1+1", NULL, "a\"b", NULL, HOST_HELD, "running", AT, INSTANT_NONE, INSTANT_NONE, "+x", "-y", -1, "  @z\r\n2", "\ttab"},
    };
    struct fleet_status f = {.hosts = {m, 1}};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet_csv(&f, &b);
    check("the CSV", &b,
          "name,machine,site,wave,state,was,since,seen,next,from,to,gap_s,text,action\r\n"
          "\"'=1+1\",\"\",\"a\"\"b\",\"\",\"held\",\"running\",2026-11-23T03:00:00Z,,,\"'+x\",\"'-y\",,"
          "\"'  @z\\x0d\\x0a2\",\"\\x09tab\"\r\n");
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

static void test_cef(void **state)
{
    static const char *stops[] = {"Old|AV", "service a=b"};
    static struct notice_worker workers[] = {{"windows", "bb"}, {"linux", "aa"}};
    static struct notice_window window = {"22:00", "05:00", {NULL, 0}};
    static struct notice_host hosts[] = {
        {.name = "pc\\1", .os = "linux", .wave = "a\nb", .plan = "p", .plan_digest = "d", .window = &window, .utc_offset_min = 60,
         .stops = {stops, 2}, .contact = HOSTILE},
    };
    struct notice n = {.at = AT, .begins = INSTANT_NONE, .tool = "1|0", .operator = "root", .workers = {workers, 2}, .hosts = {hosts, 1}};
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_DOCUMENT);
    report_notice_cef(&n, &b);
    check("the CEF", &b,
          "CEF:0|avswap|avswap|1\\|0|expected-change|Endpoint protection is going to be replaced|3|rt=1795402800000 dhost=pc\\\\1 "
          "suser=root fileHash=aa cs1Label=wave cs1=a\\nb cs2Label=stops cs2=Old|AV, service a\\=b cs4Label=planDigest cs4=d "
          "cs5Label=window cs5=22:00 to 05:00, +60 min from UTC cs6Label=contact "
          "cs6=\\\\x1b[2J\\\\x1b]0;t\\\\x07<b>\\r\\n\\=1+1|x\\\\y\\\\u{9b}31m\\\\u{202e}\n");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen), cmocka_unit_test(test_sizes),   cmocka_unit_test(test_text),
        cmocka_unit_test(test_csv),    cmocka_unit_test(test_changes), cmocka_unit_test(test_cef),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
