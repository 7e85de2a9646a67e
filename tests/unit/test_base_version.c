#include "tests/unit/fixture.h"
#include "core/base/version.h"

/* Debian Policy 5.6.12 and deb-version(7); what dpkg --compare-versions says. */
static const struct row {
    const char *name, *a, *b;
    int order;
} rows[] = {
    {"equal", "1.0", "1.0", 0},
    {"numbers by value", "1.9", "1.10", -1},
    {"longer is later", "1.0", "1.0.1", -1},
    {"tilde before the end", "1.0~rc1", "1.0", -1},
    {"tildes", "1.0~~", "1.0~", -1},
    {"tilde before a letter", "1.0~a", "1.0a", -1},
    {"letters before others", "1.0a", "1.0+", -1},
    {"leading zeros", "1.007", "1.7", 0},
    {"epoch wins", "1:0.1", "9.9", 1},
    {"epoch of zero", "0:1.0", "1.0", 0},
    {"revision", "11.4.0-1127", "11.4.0-1128", -1},
    {"kernel releases", "6.1.0-18-amd64", "6.1.0-9-amd64", 1},
    {"distribution versions", "9.10", "9.9", 1},
    {"bookworm and ubuntu", "22.04", "12", 1},
    {"empty is first", "", "0.1", -1},
    {"empty and zero", "", "0", 0},
    {"letters by letter", "1.0b", "1.0a", 1},
    {"long numbers", "99999999999999999999999", "100000000000000000000000", -1},
    {"upper before lower", "1.0A", "1.0a", -1},
    {"rpm release", "1.2-3.el8", "1.2-3.el9", -1},
    {"high bytes are no letters of ours", "1.\xFF", "1.a", 1},
};

static int sign(int x)
{
    return x < 0 ? -1 : x > 0;
}

static void test_order(void **state)
{
    const struct row *r = *state;

    assert_int_equal(sign(version_compare(r->a, r->b)), r->order);
    assert_int_equal(sign(version_compare(r->b, r->a)), -r->order);
    assert_int_equal(version_compare(r->a, r->a), 0);
}

/* An order is transitive; an answer that is not would depend on who asks first. */
static void test_transitive(void **state)
{
    static const char *const all[] = {"",     "~",   "~~a", "0",   "1",   "1~", "1a", "1A", "1+",  "1.0",  "1.0~rc1",
                                      "01.0", "1-1", "1-a", "1:0", "2:~", "a",  "a1", "a~", "a.b", "1.10", "1.9"};
    const size_t n = sizeof all / sizeof all[0];

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t m = 0; m < n; m++)
                if (version_compare(all[i], all[k]) <= 0 && version_compare(all[k], all[m]) <= 0 &&
                    version_compare(all[i], all[m]) > 0)
                    fail_msg("'%s' <= '%s' <= '%s', but not '%s' <= '%s'", all[i], all[k], all[m], all[i], all[m]);
}

int main(void)
{
    ADD_ROWS(rows, test_order);
    ADD(test_transitive);
    return fixture_run("base/version");
}
