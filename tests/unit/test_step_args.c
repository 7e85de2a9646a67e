/* The folders of a run in a step's arguments: put in where the plan asks for them, and nowhere else. */
#include "core/step/verb.h"
#include "tests/unit/fixture.h"

struct put_args {
    const char *text;
};

static const struct field fields[] = {
    FIELD(put_args, STR, text, "a text"),
    FIELD_END,
};
static const struct schema schema = {"put", NULL, "a step's", sizeof(struct put_args), fields, NULL};
static const struct verb put = {.def = {.name = "put", .args = &schema}};

static void test_folders(void **state)
{
    static const struct {
        const char *text, *put;
    } rows[] = {
        {"${run}/a ${payload}/b ${backup}/c", "/r/a /r/p/b /r/b/c"},
        {"$${run}/a", "${run}/a"},       {"$$${run}", "$${run}"}, {"$${", "${"},
        {"${other} $ {} $x", "${other} $ {} $x"}, {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        json_t *args = json_pack("{s:s}", "text", rows[i].text);
        struct step step = {.id = "s01", .args = args};
        struct step_ctx c = {.step = &step, .doc = &d, .run = "/r", .payload = "/r/p", .backup = "/r/b"};
        void *ret;

        assert_true(step_args(&put, &c, &ret, &e));
        assert_string_equal(((const struct put_args *)ret)->text, rows[i].put);
        json_decref(args);
        doc_free(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_folders)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
