#include "tests/unit/fixture.h"
#include "core/base/digest.h"

/* FIPS 180-4's examples, and the empty text. */
static const struct row {
    const char *name, *text, *hex;
} rows[] = {
    {"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void test_vector(void **state)
{
    const struct row *r = *state;
    char whole[DIGEST_TEXT], parts[DIGEST_TEXT];
    struct digest d;

    digest_of(r->text, strlen(r->text), whole);
    assert_string_equal(whole, r->hex);
    digest_init(&d);
    for (const char *p = r->text; *p; p++)
        digest_add(&d, p, 1);
    digest_end(&d, parts);
    assert_string_equal(parts, r->hex);
    assert_true(digest_is(whole));
}

static void test_million(void **state)
{
    char hex[DIGEST_TEXT], block[1000];
    struct digest d;

    (void)state;
    memset(block, 'a', sizeof block);
    digest_init(&d);
    for (int i = 0; i < 1000; i++)
        digest_add(&d, block, sizeof block);
    digest_end(&d, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_form(void **state)
{
    char hex[DIGEST_TEXT + 1];

    (void)state;
    digest_of("x", 1, hex);
    hex[10] = 'A';
    assert_false(digest_is(hex));
    hex[10] = 'g';
    assert_false(digest_is(hex));
    hex[10] = '0';
    assert_true(digest_is(hex));
    hex[DIGEST_TEXT - 1] = '0';
    hex[DIGEST_TEXT] = '\0';
    assert_false(digest_is(hex));
    hex[DIGEST_TEXT - 2] = '\0';
    assert_false(digest_is(hex));
    assert_false(digest_is(""));
}

int main(void)
{
    ADD_ROWS(rows, test_vector);
    ADD(test_million);
    ADD(test_form);
    return fixture_run("base/digest");
}
