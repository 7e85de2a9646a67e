#include "core/base/list.h"
#include "core/catalog/check.h"
#include "core/catalog/sync.h"
#include "core/detect/load.h"

#include <stdio.h>
#include <string.h>

struct verifying {
    struct vault *s;
    struct signers *signers;
    git_repository *repo; /* NULL: it is gone */
    struct arena *arena;
    struct strs *problems;
};

/* A problem of one accepted commit; false only when memory ran out. */
static bool problem(struct verifying *v, const struct stored *x, struct err *why, struct err *e)
{
    const char **line = LIST_ADD(v->arena, v->problems);

    if (why->code == ERR_NOMEM || !line)
        return err_nomem(e);
    *line = arena_printf(v->arena, "%lld %.12s: %s", x->record.n, x->record.commit, why->text);
    err_clear(why);
    return *line || err_nomem(e);
}

/* The files on disk fit the record. */
static bool check_folder(const struct stored *x, struct err *why)
{
    struct catalog c;
    bool ok = catalog_load(x->folder, NULL, &c, why);

    catalog_free(&c);
    return ok;
}

/* The record fits the signed commit. */
static bool check_commit(struct verifying *v, const struct stored *x, struct err *why)
{
    const struct accepted *r = &x->record;
    struct signer who;
    struct catalog c;
    struct commit m;
    struct tree t;
    bool ok;

    if (!check_read(v->repo, r->commit, v->arena, &m, why) || !signer_check(v->signers, &m, r->accepted_at, v->arena, &who, why))
        return false;
    if (!text_eq(who.key, r->key))
        return err_set(why, ERR_TAMPERED, "its record names the key %s, but %s signed it", r->key, who.key);
    if (!text_eq(m.tree, r->tree) || m.committed_at != r->committed_at)
        return err_set(why, ERR_TAMPERED, "its record is of another tree or date than the commit");
    ok = check_tree(v->repo, &m, NULL, v->arena, &t, &c, why);
    if (ok && strcmp(c.digest, r->digest) != 0)
        ok = err_set(why, ERR_TAMPERED, "its record has the digest %.12s, but the commit's tree has %.12s", r->digest, c.digest);
    catalog_free(&c);
    return ok;
}

static bool check_order(struct verifying *v, const struct stored *x, struct err *why)
{
    long long commits;

    return !x->record.previous || x->record.rewrite ||
           check_descends(v->repo, x->record.commit, x->record.previous, &commits, why);
}

static bool verify_one(struct verifying *v, const struct stored *x, struct err *e)
{
    struct err why = ERR_INIT;

    if (!check_folder(x, &why) && !problem(v, x, &why, e))
        return false;
    if (!v->repo)
        return true;
    if (!check_commit(v, x, &why))
        return problem(v, x, &why, e);
    return check_order(v, x, &why) || problem(v, x, &why, e);
}

/* A folder that was taken away at the end leaves its reference behind. */
static bool check_end(struct verifying *v, struct err *e)
{
    struct err why = ERR_INIT;
    struct stored none = {.record = {.n = (long long)v->s->all.n + 1, .commit = "?"}};
    char name[64];
    git_oid id;

    snprintf(name, sizeof name, REPO_ACCEPTED "%06lld", none.record.n);
    if (!v->repo || git_reference_name_to_id(&id, v->repo, name) != 0)
        return true;
    none.record.commit = git_oid_tostr_s(&id);
    err_set(&why, ERR_TAMPERED, "it was accepted, but its folder is gone");
    return problem(v, &none, &why, e);
}

bool sync_verify(struct vault *s, struct signers *signers, struct arena *a, struct strs *problems, struct err *e)
{
    struct verifying v = {s, signers, NULL, a, problems};
    struct err why = ERR_INIT;
    bool ok;

    memset(problems, 0, sizeof *problems);
    signers->work = s->work;
    if (!repo_setup(e))
        return false;
    v.repo = repo_open(s->repo, &why);
    ok = v.repo || !s->all.n || problem(&v, &s->all.v[s->all.n - 1], &why, e);
    for (size_t i = 0; ok && i < s->all.n; i++)
        ok = verify_one(&v, &s->all.v[i], e);
    ok = ok && check_end(&v, e);
    git_repository_free(v.repo);
    return ok;
}
