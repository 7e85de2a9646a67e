#include "core/catalog/check.h"

#include <string.h>

#define COMMITS_MAX 100000

bool check_read(git_repository *r, const char *id, struct arena *a, struct commit *ret, struct err *e)
{
    git_oid oid;
    struct buf b;
    bool ok;

    buf_init(&b, COMMIT_MAX);
    ok = git_oid_fromstr(&oid, id) == 0 ? repo_read(r, &oid, GIT_OBJECT_COMMIT, COMMIT_MAX, &b, e) && commit_read(buf_str(&b), b.len, a, ret, e)
                                        : repo_err(e, ERR_INPUT, "'%.60s'", id);
    buf_free(&b);
    return ok;
}

bool check_date(const struct commit *c, instant now, struct err *e)
{
    char text[INSTANT_TEXT];

    if (c->committed_at <= now + INSTANT_DAY)
        return true;
    return err_set(e, ERR_INPUT, "it is dated %s, which is more than a day from now: a clock is wrong here or there",
                   instant_format(c->committed_at, text));
}

static bool count(git_repository *r, const git_oid *id, const git_oid *last, long long *ret, struct err *e)
{
    git_revwalk *w;
    git_oid next;
    bool ok;

    if (git_revwalk_new(&w, r) < 0)
        return repo_err(e, ERR_IO, "walking the history");
    ok = git_revwalk_push(w, id) == 0 && git_revwalk_hide(w, last) == 0;
    for (*ret = 0; ok && *ret < COMMITS_MAX && git_revwalk_next(&next, w) == 0;)
        ++*ret;
    git_revwalk_free(w);
    return ok || repo_err(e, ERR_IO, "walking the history");
}

bool check_descends(git_repository *r, const char *id, const char *last, long long *commits, struct err *e)
{
    git_oid a, b;
    git_odb *db = NULL;
    bool known;
    int rc;

    if (git_oid_fromstr(&a, id) < 0 || git_oid_fromstr(&b, last) < 0 || git_repository_odb(&db, r) < 0)
        return repo_err(e, ERR_IO, "looking at the history");
    known = git_odb_exists(db, &b);
    git_odb_free(db);
    rc = known ? git_graph_descendant_of(r, &a, &b) : 0;
    if (rc == 1)
        return count(r, &a, &b, commits, e);
    if (rc < 0)
        return repo_err(e, ERR_IO, "looking at the history");
    rc = known ? git_graph_descendant_of(r, &b, &a) : 0;
    if (rc == 1)
        return err_set(e, ERR_HISTORY, "it is older than %.12s, which was accepted last: going back is refused", last);
    return err_set(e, ERR_HISTORY, "it does not descend from %.12s, which was accepted last: the history was rewritten", last);
}

static bool lint(const struct tree *t, const struct verb_def *const *verbs, struct err *e)
{
    struct lint_with with = {.verbs = verbs};
    struct doc d = DOC_INIT;
    struct problems found;
    struct buf b;
    bool ok = lint_files(t->files, t->n, &with, &d, &found, e);

    if (ok && found.problems.n) {
        buf_init(&b, 16384);
        lint_text(&found.problems.v[0], &b);
        ok = err_set(e, ERR_INPUT, "its catalogue has %zu problem%s, the first: %.*s", found.problems.n,
                     found.problems.n == 1 ? "" : "s", (int)strcspn(buf_str(&b), "\n"), buf_str(&b));
        buf_free(&b);
    }
    doc_free(&d);
    return ok;
}

bool check_tree(git_repository *r, const struct commit *c, const struct verb_def *const *verbs, struct arena *a,
                struct tree *tree, struct catalog *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    return tree_read(r, c->tree, a, tree, e) && (!verbs || lint(tree, verbs, e)) &&
           (catalog_make(tree->files, tree->n, ret, e) || err_wrap(e, "its catalogue"));
}
