#include "core/catalog/sync.h"
#include "core/base/list.h"
#include "core/catalog/check.h"
#include "core/os/file.h"

#include <stdio.h>
#include <string.h>

struct syncing {
    struct vault *s;
    struct sync *y;
    struct sync_result *ret;
    git_repository *repo;
    struct commit commit;
    struct tree tree;
    struct catalog catalog;
    struct err *e;
};

/* The repository is made aside, so that none is ever half there. */
static bool ensure_repo(struct vault *s, struct err *e)
{
    const char *from = arena_printf(&s->doc.arena, "%s/source.git", s->work);
    struct os_stat st;

    if (!from)
        return err_nomem(e);
    if (!os_file_stat(s->repo, &st, e))
        return false;
    return st.kind == OS_DIR || (repo_make(from, e) && os_file_rename(from, s->repo, e));
}

static bool list_packs(struct vault *s, struct strs *ret, struct err *e)
{
    const char *dir = arena_printf(&s->doc.arena, "%s/objects/pack", s->repo);

    return dir ? os_dir_list(dir, &s->doc.arena, ret, e) : err_nomem(e);
}

/* Packs that were not there before, and what an interrupted fetch left. */
static void drop_packs(struct vault *s, const struct strs *before)
{
    struct err ignored = ERR_INIT;
    struct strs now;

    if (!list_packs(s, &now, &ignored))
        return;
    for (size_t i = 0; i < now.n; i++) {
        const char *path = arena_printf(&s->doc.arena, "%s/objects/pack/%s", s->repo, now.v[i]);

        if (path && !text_in(before, now.v[i]))
            (void)!os_tree_remove(path, &ignored);
    }
}

static bool full_id(const char *s)
{
    return strlen(s) == 40 && strspn(s, "0123456789abcdef") == 40;
}

/* The commit that is wanted of the branch. */
static bool choose(struct syncing *x)
{
    struct arena *a = &x->s->doc.arena;
    struct accepted *r = &x->ret->record;
    const char *pin = x->y->pin;
    git_oid tip, wanted;
    int rc;

    if (!repo_candidate(x->repo, a, &r->branch, &tip, x->e))
        return false;
    if (pin) {
        if (git_oid_fromstr(&wanted, pin) < 0)
            return repo_err(x->e, ERR_USAGE, "--pin");
        rc = git_oid_equal(&wanted, &tip) ? 1 : git_graph_descendant_of(x->repo, &tip, &wanted);
        if (rc != 1)
            return err_set(x->e, ERR_NOT_FOUND, "the commit %s is not in the history of the branch '%.100s'", pin, r->branch);
        tip = wanted;
    }
    r->commit = arena_printf(a, "%s", git_oid_tostr_s(&tip));
    return r->commit || err_nomem(x->e);
}

static bool check_history(struct syncing *x)
{
    const struct stored *last = vault_last(x->s);
    struct accepted *r = &x->ret->record;

    if (!last)
        return true;
    if (check_descends(x->repo, r->commit, last->record.commit, &r->commits, x->e))
        return true;
    if (x->e->code != ERR_HISTORY || !text_eq(x->y->accept_rewrite, r->commit))
        return false;
    err_clear(x->e);
    r->rewrite = true;
    return true;
}

/* Everything that must hold of the commit, cheapest first. */
static bool check(struct syncing *x)
{
    struct arena *a = &x->s->doc.arena;
    struct accepted *r = &x->ret->record;
    struct signer who;

    if (!check_read(x->repo, r->commit, a, &x->commit, x->e) || !check_date(&x->commit, x->y->now, x->e) ||
        !signer_check(&x->y->signers, &x->commit, x->y->now, a, &who, x->e) || !check_history(x) ||
        !check_tree(x->repo, &x->commit, x->y->verbs, a, &x->tree, &x->catalog, x->e))
        return false;
    r->tree = x->commit.tree;
    r->digest = arena_strdup(a, x->catalog.digest);
    r->files = (long long)x->tree.n;
    r->bytes = x->tree.bytes;
    r->signer = who.principal;
    r->key = who.key;
    r->committed_at = x->commit.committed_at;
    r->accepted_at = x->y->now;
    r->subject = x->commit.subject;
    r->source = x->y->fetch.source.url;
    return r->digest || err_nomem(x->e);
}

/* Keeps the commit and what it needs in the repository, should somebody tidy it up. */
static bool keep(struct syncing *x)
{
    git_reference *ref = NULL;
    char name[64];
    git_oid id;
    bool ok;

    snprintf(name, sizeof name, REPO_ACCEPTED "%06lld", x->ret->record.n);
    ok = git_oid_fromstr(&id, x->ret->record.commit) == 0 && git_reference_create(&ref, x->repo, name, &id, 1, "accepted") == 0;
    git_reference_free(ref);
    return ok || repo_err(x->e, ERR_IO, "keeping the commit");
}

static bool decide(struct syncing *x)
{
    const struct stored *last = vault_last(x->s);

    if (!choose(x))
        return false;
    if (last && text_eq(last->record.commit, x->ret->record.commit)) {
        x->ret->end = SYNC_SAME;
        x->ret->record = last->record;
        x->ret->folder = last->folder;
        return keep(x); /* what was interrupted last time */
    }
    if (!check(x))
        return err_wrap(x->e, "commit %.12s", x->ret->record.commit);
    if (x->y->dry_run) {
        x->ret->end = SYNC_WOULD_ACCEPT;
        return true;
    }
    if (!vault_accept(x->s, x->tree.files, x->tree.n, &x->ret->record, x->e))
        return false;
    x->ret->end = SYNC_ACCEPTED;
    x->ret->folder = vault_last(x->s)->folder;
    return keep(x);
}

bool sync_run(struct vault *s, struct sync *y, struct sync_result *ret, struct err *e)
{
    struct syncing x = {.s = s, .y = y, .ret = ret, .e = e};
    struct strs packs;
    bool ok;

    memset(ret, 0, sizeof *ret);
    if ((y->pin && !full_id(y->pin)) || (y->accept_rewrite && !full_id(y->accept_rewrite)))
        return err_set(e, ERR_USAGE, "a commit is named by all its 40 digits in small letters");
    y->fetch.repo = s->repo;
    y->signers.work = s->work;
    if (!repo_setup(e) || !ensure_repo(s, e) || !list_packs(s, &packs, e))
        return false;
    ok = fetch_branch(&y->fetch, e) && (x.repo = repo_open(s->repo, e)) && decide(&x);
    catalog_free(&x.catalog);
    git_repository_free(x.repo);
    if (!ok)
        drop_packs(s, &packs);
    return ok;
}

bool sync_candidate(struct vault *s, struct arena *a, const char **ret_commit, struct catalog *ret, struct err *e)
{
    git_repository *r = NULL;
    const char *branch;
    struct commit c;
    struct tree t;
    git_oid id;
    bool ok;

    memset(ret, 0, sizeof *ret);
    ok = repo_setup(e) && (r = repo_open(s->repo, e)) && repo_candidate(r, a, &branch, &id, e);
    if (ok) {
        *ret_commit = arena_printf(a, "%s", git_oid_tostr_s(&id));
        ok = *ret_commit ? check_read(r, *ret_commit, a, &c, e) && check_tree(r, &c, NULL, a, &t, ret, e) : err_nomem(e);
    }
    git_repository_free(r);
    return ok;
}
