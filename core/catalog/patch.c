#include "core/catalog/patch.h"
#include "core/catalog/repo.h"

static int take_line(const git_diff_delta *delta, const git_diff_hunk *hunk, const git_diff_line *line, void *arg)
{
    struct buf *out = arg;

    (void)delta;
    (void)hunk;
    if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION || line->origin == GIT_DIFF_LINE_DELETION)
        buf_addc(out, line->origin);
    buf_add(out, line->content, line->content_len);
    return out->failed ? -1 : 0;
}

static bool find_tree(git_repository *r, const char *id, git_commit **commit, git_tree **tree, struct err *e)
{
    git_oid oid;

    return (git_oid_fromstr(&oid, id) == 0 && git_commit_lookup(commit, r, &oid) == 0 && git_commit_tree(tree, *commit) == 0) ||
           repo_err(e, ERR_IO, "commit %.12s", id);
}

bool patch_make(const struct vault *s, const char *from, const char *to, struct buf *out, struct err *e)
{
    git_repository *r = NULL;
    git_commit *commits[2] = {NULL, NULL};
    git_tree *trees[2] = {NULL, NULL};
    git_diff *diff = NULL;
    bool ok = repo_setup(e) && (r = repo_open(s->repo, e)) && find_tree(r, from, &commits[0], &trees[0], e) &&
              find_tree(r, to, &commits[1], &trees[1], e);

    if (ok && (git_diff_tree_to_tree(&diff, r, trees[0], trees[1], NULL) < 0 ||
               git_diff_print(diff, GIT_DIFF_FORMAT_PATCH, take_line, out) < 0))
        ok = out->failed ? buf_ok(out, "the difference", e) : repo_err(e, ERR_IO, "comparing");
    git_diff_free(diff);
    for (int i = 0; i < 2; i++) {
        git_tree_free(trees[i]);
        git_commit_free(commits[i]);
    }
    git_repository_free(r);
    return ok;
}
