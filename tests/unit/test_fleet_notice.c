/* The notice of an expected change: what a plan's steps come to for those who watch the PC, each thing once. */
#include "core/base/limits.h"
#include "core/fleet/notice.h"
#include "core/os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW 1795402800000

static bool make(struct doc *d, struct notice *n, struct err *e)
{
    static struct plan_product sources[] = {{.name = "Old AV", .version = "12.0"}}, target = {.name = "New AV"};
    static struct window window = {.from = "22:00", .to = "05:00"};
    struct notice_source how = {.operator = "root", .contact = "helpdesk", .now = NOW, .begins = NOW};
    struct fleet_host h = {.name = "pc1", .os = FLEET_LINUX, .contact = "Ann"};
    const char *const args[] = {"{\"name\":\"old.service\"}", "{\"name\":\"old.service\"}", "{\"names\":[\"old\",\"old-gui\"]}",
                                "{\"packages\":[\"new\"]}", "{\"name\":\"new.service\"}", "{\"path\":\"/opt/old/secret\"}"};
    const char *const verbs[] = {"service.disable", "service.stop", "package.remove", "package.install", "service.start", "file.remove"};
    struct step steps[6] = {{.id = NULL}};
    struct plan p = {.id = "0123456789ab", .digest = "dd", .sources = {sources, 1}, .target = &target, .steps = {steps, 6}, .max_reboots = 2};

    for (size_t i = 0; i < 6; i++) {
        steps[i].verb = verbs[i];
        steps[i].args = doc_parse(d, "args", args[i], strlen(args[i]), e);
        if (!steps[i].args)
            return false;
    }
    notice_begin(&how, n);
    return notice_worker(n, "linux", "aa", d, e) && notice_add(n, &h, "m1", "canary", &window, 60, &p, d, e);
}

static void test_add(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct notice n;
    json_t *j;
    struct buf b;

    (void)state;
    assert_true(make(&d, &n, &e));
    buf_init(&b, LIMIT_DOCUMENT);
    j = schema_write(&notice_schema, &n);
    assert_true(json_text(json_object_get(j, "hosts"), false, &b, &e));
    assert_string_equal(buf_str(&b),
                        "[{\"name\":\"pc1\",\"machine\":\"m1\",\"os\":\"linux\",\"wave\":\"canary\",\"utc_offset_min\":60,"
                        "\"window\":{\"from\":\"22:00\",\"to\":\"05:00\"},\"plan\":\"0123456789ab\",\"plan_digest\":\"dd\","
                        "\"stops\":[\"Old AV 12.0\",\"service old.service\",\"package old\",\"package old-gui\"],"
                        "\"starts\":[\"New AV\",\"package new\",\"service new.service\"],\"max_reboots\":2,\"contact\":\"Ann\"}]");
    json_decref(j);
    buf_free(&b);
    doc_free(&d);
}

/* What is written can be read again, and is private. */
static void test_write(void **state)
{
    char dir[] = "/tmp/avswap-notice-XXXXXX", path[128];
    struct doc d = DOC_INIT, again = DOC_INIT;
    struct err e = ERR_INIT;
    struct notice n, read;
    struct stat st;
    struct buf b;

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_true(make(&d, &n, &e));
    n.rollout = "7";
    if (!notice_write(dir, &n, &e))
        fail_msg("%s", e.text);
    snprintf(path, sizeof path, "%s/fleet/notice-7.json", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    buf_init(&b, LIMIT_DOCUMENT);
    assert_true(os_file_read(path, &b, &e));
    assert_true(doc_read(&again, &notice_schema, path, buf_str(&b), b.len, &read, &e));
    assert_string_equal(read.hosts.v[0].stops.v[0], "Old AV 12.0");
    buf_free(&b);
    unlink(path);
    snprintf(path, sizeof path, "%s/fleet/notice-7.cef", dir);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/fleet", dir);
    rmdir(path);
    assert_int_equal(rmdir(dir), 0);
    doc_free(&d);
    doc_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_add), cmocka_unit_test(test_write)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
