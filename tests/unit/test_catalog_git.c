/* What is read of a stranger's repository without a repository: commit objects, names in a tree, addresses. */
#include "core/catalog/commit.h"
#include "core/catalog/names.h"
#include "core/catalog/source.h"
#include "tests/unit/fixture.h"

#include <string.h>

#define TREE "0123456789abcdef0123456789abcdef01234567"
#define HEAD_LINES "tree " TREE "\nparent " TREE "\nauthor A <a@b> 1700000000 +0100\ncommitter A <a@b> 1700000001 +0100\n"
#define SIG_LINES "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n -----END SSH SIGNATURE-----\n"

static void test_commit(void **state)
{
    static const char text[] = HEAD_LINES SIG_LINES "\nSubject\n\nBody\ngpgsig not one\n";
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct commit c;

    (void)state;
    if (!commit_read(text, sizeof text - 1, &a, &c, &e))
        fail_msg("%s", e.text);
    assert_string_equal(c.tree, TREE);
    assert_int_equal(c.parents.n, 1);
    assert_int_equal(c.committed_at, 1700000001000);
    assert_string_equal(c.subject, "Subject");
    assert_string_equal(c.signature, "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n");
    assert_string_equal(c.payload, HEAD_LINES "\nSubject\n\nBody\ngpgsig not one\n");
    assert_int_equal(c.payload_len, strlen(c.payload));
    arena_free(&a);
}

/* Every beginning of a commit is read or refused, and never read beyond. */
static void test_commit_cut(void **state)
{
    static const char text[] = HEAD_LINES SIG_LINES "\nSubject\n";
    struct arena a = ARENA_INIT;

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct err e = ERR_INIT;
        char *copy = arena_strndup(&a, text, n);
        struct commit c;

        assert_non_null(copy);
        assert_int_equal(commit_read(copy, n, &a, &c, &e), n >= strlen(HEAD_LINES SIG_LINES "\n"));
    }
    arena_free(&a);
}

static const struct bad_commit {
    const char *name, *text, *error;
} bad_commits[] = {
    {"two signatures", HEAD_LINES SIG_LINES SIG_LINES "\nx\n", "two signatures"},
    {"another signature header", HEAD_LINES "gpgsig-sha256 x\n\nx\n", "a header that is not expected"},
    {"a second tree", HEAD_LINES "tree " TREE "\n\nx\n", "a header that is not expected"},
    {"short tree", "tree 0123\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n", "does not begin with its tree"},
    {"no date", "tree " TREE "\nauthor A <a@b> 1 +0000\ncommitter A <a@b>\n\n", "no committer with a date"},
    {"letters for a date", "tree " TREE "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> x +0000\n\n", "no committer with a date"},
    {"no author", "tree " TREE "\ncommitter A <a@b> 1 +0000\n\n", "no author"},
    {"no end", HEAD_LINES, "its headers do not end"},
};

static void test_bad_commit(void **state)
{
    const struct bad_commit *r = *state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct commit c;

    assert_false(commit_read(r->text, strlen(r->text), &a, &c, &e));
    if (!strstr(e.text, r->error))
        fail_msg("'%s' does not say '%s'", e.text, r->error);
    arena_free(&a);
}

static const struct name_row {
    const char *name, *folder, *entry;
    unsigned mode;
    const char *error; /* NULL: taken */
    enum name_use use;
} name_rows[] = {
    {"vendors", "", "vendors", 040000, NULL, NAME_FOLDER},
    {"a vendor", "vendors", "eset", 040000, NULL, NAME_FOLDER},
    {"a product", "vendors/eset", "eea.json", 0100644, NULL, NAME_DOCUMENT},
    {"a playbook", "playbooks", "replace.json", 0100644, NULL, NAME_DOCUMENT},
    {"a readme", "", "README.md", 0100644, NULL, NAME_TEXT},
    {"a file called vendors", "", "vendors", 0100644, "what no catalogue holds", 0},
    {"a folder called README", "", "README", 040000, "what no catalogue holds", 0},
    {"a folder in a vendor", "vendors/eset", "x.json", 040000, "what no catalogue holds", 0},
    {"a folder in playbooks", "playbooks", "x.json", 040000, "what no catalogue holds", 0},
    {"only an ending", "playbooks", ".json", 0100644, "begins with a dot", 0},
    {"capital letters", "playbooks", "A.json", 0100644, "what no catalogue holds", 0},
    {"device", "playbooks", "aux.json", 0100644, "is a device on Windows", 0},
    {"device with a number", "playbooks", "com1", 0100644, "is a device on Windows", 0},
    {"no device", "playbooks", "common.json", 0100644, NULL, NAME_DOCUMENT},
    {"stream", "playbooks", "a.json:b", 0100644, "parts paths on Windows", 0},
    {"escape", "playbooks", "a\033[2J.json", 0100644, "a control character", 0},
    {"slash", "playbooks", "a/b.json", 0100644, "not every system stores", 0},
    {"nothing", "playbooks", "", 0100644, "without a name", 0},
    {"link", "playbooks", "a.json", 0120000, "a symbolic link", 0},
    {"submodule", "vendors", "a", 0160000, "a submodule", 0},
    {"executable", "playbooks", "a.json", 0100755, "an executable", 0},
    {"old mode", "playbooks", "a.json", 0100664, "something of mode 100664", 0},
};

static void test_name(void **state)
{
    const struct name_row *r = *state;
    struct err e = ERR_INIT;
    enum name_use use;
    bool ok = names_check(r->folder, r->entry, r->mode, &use, &e);

    if (r->error && (ok || !strstr(e.text, r->error)))
        fail_msg("'%s' does not say '%s'", e.text, r->error);
    if (!r->error && (!ok || use != r->use))
        fail_msg("refused: %s", e.text);
}

static const struct source_row {
    const char *name, *given, *error; /* NULL: read as below */
    enum source_kind kind;
    const char *user, *host, *port, *path;
} source_rows[] = {
    {"https", "https://git.example.org/a.git", NULL, SOURCE_HTTPS, NULL, "git.example.org", NULL, "/a.git"},
    {"https with a port", "https://me@h:8443/a", NULL, SOURCE_HTTPS, "me", "h", "8443", "/a"},
    {"ssh", "ssh://git@h:22/srv/a.git", NULL, SOURCE_SSH, "git", "h", "22", "/srv/a.git"},
    {"ssh home", "ssh://h/~me/a", NULL, SOURCE_SSH, NULL, "h", NULL, "~me/a"},
    {"ssh v6", "ssh://[::1]:22/a", NULL, SOURCE_SSH, NULL, "::1", "22", "/a"},
    {"short", "git@h:a/b.git", NULL, SOURCE_SSH, "git", "h", NULL, "a/b.git"},
    {"password", "https://me:word@h/a", "holds a password", 0, NULL, NULL, NULL, NULL},
    {"option for a host", "ssh://-oX/a", "begins with '-'", 0, NULL, NULL, NULL, NULL},
    {"option for a user", "ssh://-l@h/a", "begins with '-'", 0, NULL, NULL, NULL, NULL},
    {"no host", "ssh:///a", "no host", 0, NULL, NULL, NULL, NULL},
    {"no repository", "https://h", "names no repository", 0, NULL, NULL, NULL, NULL},
    {"bad port", "https://h:x/a", "no port number", 0, NULL, NULL, NULL, NULL},
    {"open bracket", "ssh://[::1/a", "is not closed", 0, NULL, NULL, NULL, NULL},
    {"line", "https://h/a\nb", "control characters", 0, NULL, NULL, NULL, NULL},
    {"http", "http://h/a", "'http' is no way", 0, NULL, NULL, NULL, NULL},
    {"nothing", "", "a source is", 0, NULL, NULL, NULL, NULL},
    {"no such path", "/nonexistent/x", "No such file", 0, NULL, NULL, NULL, NULL},
};

static void test_source(void **state)
{
    const struct source_row *r = *state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct source s;
    bool ok = source_read(r->given, &a, &s, &e);

    if (r->error && (ok || !strstr(e.text, r->error)))
        fail_msg("'%s' does not say '%s'", e.text, r->error);
    if (!r->error && (!ok || s.kind != r->kind || !text_eq(s.user, r->user) || !text_eq(s.host, r->host) || !text_eq(s.port, r->port) ||
                      !text_eq(s.path, r->path)))
        fail_msg("read otherwise: %s", e.text);
    arena_free(&a);
}

int main(void)
{
    ADD(test_commit);
    ADD(test_commit_cut);
    ADD_ROWS(bad_commits, test_bad_commit);
    ADD_ROWS(name_rows, test_name);
    ADD_ROWS(source_rows, test_source);
    return fixture_run("catalog/git");
}
