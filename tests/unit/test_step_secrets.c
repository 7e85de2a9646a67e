/* A secret from a file: what editors and shells put around it is not part of it. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/step/secrets.h"
#include "tests/unit/fixture.h"

#include <string.h>

struct row {
    const char *file;
    size_t n;
    const char *secret; /* NULL: refused */
};

#define FILE_OF(text) text, sizeof(text) - 1

static const struct row rows[] = {
    {FILE_OF("S3cret"), "S3cret"},
    {FILE_OF("S3cret\n"), "S3cret"},
    {FILE_OF("S3cret\r\n"), "S3cret"},
    {FILE_OF("\xef\xbb\xbfS3cret\r\n"), "S3cret"},
    {FILE_OF("\xef\xbb\xbf\xd0\xbf\n"), "\xd0\xbf"},
    {FILE_OF("S3cret \n"), "S3cret "},
    {FILE_OF("two\n\n"), "two\n"},
    {FILE_OF("S3cret\r"), "S3cret\r"},
    {FILE_OF("\n"), ""},
    {FILE_OF("\r\n"), ""},
    {FILE_OF(""), ""},
    {FILE_OF("\xff\xfeS\0003\0\r\0\n\0"), NULL},
    {FILE_OF("S3\0cret"), NULL},
};

static void test_file(void **state)
{
    const char *folder, *path;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan p;
    struct buf self;

    (void)state;
    memset(&p, 0, sizeof p);
    buf_init(&self, LIMIT_PATH);
    assert_true(os_self_path(&self, &e));
    folder = arena_printf(&d.arena, "%s.folder", buf_str(&self)); /* beside this program */
    buf_free(&self);
    path = arena_printf(&d.arena, "%s/pw", folder);
    p.secret_sources = json_pack("{s:s+}", "pw", "file:", path);
    assert_true(doc_keep(&d, (json_t *)(uintptr_t)p.secret_sources, &e));
    assert_true(os_dir_make(folder, 0700, &e));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secret s = {NULL, 0};

        assert_true(os_file_write(path, rows[i].file, rows[i].n, 0600, &e));
        assert_int_equal(secret_resolve(&p, "pw", &s, &e), rows[i].secret != NULL);
        assert_int_equal(e.code, rows[i].secret ? ERR_NONE : ERR_SECRET);
        if (rows[i].secret) {
            assert_int_equal(s.len, strlen(rows[i].secret));
            assert_memory_equal(s.bytes, rows[i].secret, s.len);
        }
        secret_clear(&s);
        err_clear(&e);
    }
    assert_true(os_tree_remove(folder, &e));
    doc_free(&d);
}

/* A file that others may read is refused, with what closes it on this system. */
static void test_open_file(void **state)
{
    struct secret s = {NULL, 0};
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    const char *path;
    struct plan p;
    struct buf self;

    (void)state;
    memset(&p, 0, sizeof p);
    buf_init(&self, LIMIT_PATH);
    assert_true(os_self_path(&self, &e));
    path = arena_printf(&d.arena, "%s.open", buf_str(&self));
    buf_free(&self);
    p.secret_sources = json_pack("{s:s+}", "pw", "file:", path);
    assert_true(doc_keep(&d, (json_t *)(uintptr_t)p.secret_sources, &e));
    assert_true(os_file_write(path, "x", 1, 0644, &e));
    assert_false(secret_resolve(&p, "pw", &s, &e));
    expect_err(&e, ERR_SECRET, "is readable by others");
    expect_contains(e.text, text_eq(os_family(), "windows") ? "icacls" : "chmod 600");
    assert_null(strstr(e.text, text_eq(os_family(), "windows") ? "chmod" : "icacls"));
    assert_true(os_tree_remove(path, &e));
    doc_free(&d);
}

int main(void)
{
    ADD(test_file);
    ADD(test_open_file);
    return fixture_run("secrets");
}
