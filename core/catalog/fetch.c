#include "core/catalog/fetch.h"
#include "core/catalog/credential.h"
#include "core/catalog/repo.h"
#include "core/catalog/ssh.h"
#include "core/os/talk.h"

#include <stdio.h>
#include <string.h>

struct fetching {
    const struct fetch *f;
    struct credential_ask source, proxy;
    git_remote *remote;
    struct err *e;
};

static int progress(const git_indexer_progress *p, void *arg)
{
    (void)arg;
    if (p->received_bytes <= FETCH_BYTES_MAX)
        return 0;
    git_error_set_str(GIT_ERROR_NET, "more than 64 MiB came, which is no catalogue");
    return -1;
}

static int use_ssh(git_transport **ret, git_remote *owner, void *arg)
{
    const struct fetching *x = arg;

    if (x->f->source.kind != SOURCE_SSH)
        return GIT_PASSTHROUGH;
    return ssh_transport(ret, owner, x->f);
}

static int source_credential(git_credential **ret, const char *url, const char *user, unsigned types, void *arg)
{
    return credential_ask(ret, url, user, types, &((struct fetching *)arg)->source);
}

static int proxy_credential(git_credential **ret, const char *url, const char *user, unsigned types, void *arg)
{
    return credential_ask(ret, url, user, types, &((struct fetching *)arg)->proxy);
}

static void set_callbacks(struct fetching *x, git_remote_callbacks *c, git_proxy_options *p)
{
    c->transfer_progress = progress;
    c->credentials = source_credential;
    c->payload = x;
    if (x->f->source.kind == SOURCE_SSH)
        c->transport = use_ssh;
    p->type = x->f->proxy ? GIT_PROXY_SPECIFIED : GIT_PROXY_AUTO;
    p->url = x->f->proxy;
    p->credentials = proxy_credential;
    p->payload = x;
}

/* "refs/heads/main" of the source's HEAD, or of the branch asked for. */
static bool find_branch(struct fetching *x, char *ret, size_t size)
{
    git_buf name = GIT_BUF_INIT;
    const git_remote_head **heads;
    size_t n;

    if (git_remote_ls(&heads, &n, x->remote) < 0)
        return repo_err(x->e, ERR_OS, "asking for the branches");
    if (!x->f->branch) {
        if (git_remote_default_branch(&name, x->remote) < 0)
            return err_set(x->e, ERR_NOT_FOUND, "%s", n ? "it has no default branch: name one with --branch" : "it is empty");
        snprintf(ret, size, "%s", name.ptr);
        git_buf_dispose(&name);
    } else {
        snprintf(ret, size, "refs/heads/%s", x->f->branch);
    }
    for (size_t i = 0; i < n; i++)
        if (strcmp(heads[i]->name, ret) == 0 && text_starts(ret, "refs/heads/"))
            return true;
    return err_set(x->e, ERR_NOT_FOUND, "it has no branch '%.200s'", text_starts(ret, "refs/heads/") ? ret + 11 : ret);
}

static bool drop_candidates(git_repository *r, struct err *e)
{
    git_reference_iterator *it;
    git_reference *ref;
    bool ok = true;

    if (git_reference_iterator_glob_new(&it, r, REPO_CANDIDATE "*") < 0)
        return repo_err(e, ERR_IO, "looking for what was fetched before");
    while (ok && git_reference_next(&ref, it) == 0) {
        ok = git_reference_delete(ref) == 0 || repo_err(e, ERR_IO, "dropping what was fetched before");
        git_reference_free(ref);
    }
    git_reference_iterator_free(it);
    return ok;
}

static bool download(struct fetching *x, const char *branch)
{
    git_fetch_options o;
    char spec[700];
    char *specs[] = {spec};
    git_strarray list = {specs, 1};

    if (git_fetch_options_init(&o, GIT_FETCH_OPTIONS_VERSION) < 0)
        return repo_err(x->e, ERR_BUG, "libgit2");
    set_callbacks(x, &o.callbacks, &o.proxy_opts);
    o.update_fetchhead = 0;
    o.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    o.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    snprintf(spec, sizeof spec, "+%s:%s%s", branch, REPO_CANDIDATE, branch + strlen("refs/heads/"));
    return git_remote_fetch(x->remote, &list, &o, "fetched") == 0 || repo_err(x->e, ERR_OS, "fetching");
}

static bool connect_and_fetch(struct fetching *x, git_repository *r)
{
    git_remote_connect_options o;
    git_remote_create_options create;
    char branch[300];
    int rc;

    if (git_remote_connect_options_init(&o, GIT_REMOTE_CONNECT_OPTIONS_VERSION) < 0 ||
        git_remote_create_options_init(&create, GIT_REMOTE_CREATE_OPTIONS_VERSION) < 0)
        return repo_err(x->e, ERR_BUG, "libgit2");
    create.repository = r;
    create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    if (git_remote_create_with_opts(&x->remote, x->f->source.url, &create) < 0)
        return repo_err(x->e, ERR_INPUT, "the address");
    set_callbacks(x, &o.callbacks, &o.proxy_opts);
    o.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    rc = git_remote_connect_ext(x->remote, GIT_DIRECTION_FETCH, &o);
    if (rc < 0)
        return repo_err(x->e, ERR_OS, "connecting");
    return find_branch(x, branch, sizeof branch) && drop_candidates(r, x->e) && download(x, branch);
}

/* libgit2 reads a repository of this machine itself, and only its owner's, as git does; its own words for that lead nowhere. */
static bool check_owner(const char *path, struct err *e)
{
    git_repository *r = NULL;
    int rc = git_repository_open_ext(&r, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);

    git_repository_free(r);
    /* Without any configuration 1.5 stumbles over the exception that it looks for, and loses GIT_EOWNER. */
    if (rc == GIT_EOWNER || (rc < 0 && git_error_last() && strstr(git_error_last()->message, "safe.directory")))
        return err_set(e, ERR_PRIVILEGE, "the repository belongs to another user: chown it, or fetch it over ssh");
    return rc == 0 || repo_err(e, ERR_NOT_FOUND, "no repository");
}

static bool work(void *arg, struct err *e)
{
    struct fetching x = {.f = arg, .e = e};
    git_repository *r;
    bool ok;

    if (!repo_setup(e))
        return false;
    if (x.f->ca && git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, x.f->ca, NULL) < 0)
        return repo_err(e, ERR_INPUT, "the authorities in '%s'", x.f->ca);
    if (x.f->source.kind == SOURCE_FILE && !check_owner(x.f->source.url, e))
        return false;
    r = repo_open(x.f->repo, e);
    if (!r)
        return false;
    ok = connect_and_fetch(&x, r);
    git_remote_free(x.remote);
    git_repository_free(r);
    return ok;
}

static bool check_branch(const char *branch, struct err *e)
{
    char name[300];
    int valid = 0;

    if (!branch)
        return true;
    if (snprintf(name, sizeof name, "refs/heads/%s", branch) >= 250 || git_reference_name_is_valid(&valid, name) < 0 || !valid)
        return err_set(e, ERR_USAGE, "'%.100s' is no name of a branch", branch);
    return true;
}

bool fetch_branch(const struct fetch *f, struct err *e)
{
    struct fetch copy = *f;

    return check_branch(f->branch, e) && (os_apart(work, &copy, f->timeout_ms, e) || err_wrap(e, "%s", f->source.url));
}
