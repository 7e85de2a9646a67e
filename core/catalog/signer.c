#include "core/catalog/signer.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/path.h"
#include "core/os/process.h"

#include <string.h>

#define KEYGEN_MS 20000
#define PRINCIPALS_MAX 16
#define SIGNATURE_FILE "signature"
#define BEGIN_SSH "-----BEGIN SSH SIGNATURE-----"

struct checker {
    const struct signers *s;
    const struct commit *c;
    const char *allowed; /* with links followed */
    const char *file;    /* of the signature */
    struct arena *arena;
    char said[1024];     /* by the last ssh-keygen */
};

/* "-Overify-time=20261123065000Z" */
static const char *verify_time(instant t, struct arena *a)
{
    char text[INSTANT_TEXT], digits[INSTANT_TEXT];
    size_t n = 0;

    instant_format(t - t % 1000, text);
    for (const char *p = text; *p; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    digits[n] = '\0';
    return arena_printf(a, "-Overify-time=%sZ", digits);
}

static void keep_said(struct checker *k, const char *text)
{
    size_t n = strlen(text);

    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    n = n < sizeof k->said - 1 ? n : sizeof k->said - 1;
    memcpy(k->said, text, n);
    k->said[n] = '\0';
    for (char *p = k->said; *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = ';';
}

/* ssh-keygen with these arguments; *ok: it was content. What it said belongs to the arena. */
static bool keygen(struct checker *k, const char *const *args, size_t n, const char **ret_said, bool *ok, struct err *e)
{
    const char *argv[20] = {"ssh-keygen"};
    struct secret input = {NULL, 0};
    struct os_child c = {.argv = {argv, n + 1}, .timeout_ms = KEYGEN_MS, .input = &input};
    struct os_exit x;
    bool ran;

    memcpy(argv + 1, args, n * sizeof *args);
    if (!secret_set(&input, k->c->payload, k->c->payload_len, e))
        return false;
    ran = os_run(&c, &x, e);
    secret_clear(&input);
    if (!ran)
        return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "signatures are checked by ssh-keygen, which is not "
                                                                    "installed (package openssh-client)")
                                        : false;
    *ok = x.code == 0;
    keep_said(k, buf_str(&x.out));
    *ret_said = arena_strndup(k->arena, buf_str(&x.out), x.out.len);
    ran = !x.timed_out || err_set(e, ERR_TIMEOUT, "ssh-keygen did not end");
    buf_free(&x.out);
    return ran && (*ret_said || err_nomem(e));
}

/* The signature fits the commit, whoever made it. */
static bool check_whole(struct checker *k, struct signer *ret, struct err *e)
{
    const char *const args[] = {"-Y", "check-novalidate", "-n", "git", "-s", k->file};
    const char *said, *key;
    bool ok;

    if (!keygen(k, args, sizeof args / sizeof args[0], &said, &ok, e))
        return false;
    if (!ok && strstr(said, "namespace"))
        return err_set(e, ERR_UNSIGNED, "it was signed for another purpose than git (%.300s)", k->said);
    if (!ok)
        return err_set(e, ERR_UNSIGNED, "its signature does not fit it: one of the two was changed (%.300s)", k->said);
    key = strstr(said, " key SHA256:");
    if (!key)
        return err_set(e, ERR_UNSIGNED, "ssh-keygen names no key for its signature (%.300s)", k->said);
    key += strlen(" key ");
    ret->key = arena_strndup(k->arena, key, strcspn(key, " \r\n"));
    return ret->key || err_nomem(e);
}

/* One principal at one instant. */
static bool allows(struct checker *k, const char *principal, instant at, const char *revoked, bool *ret, struct err *e)
{
    const char *args[14] = {"-Y", "verify", "-f", k->allowed, "-I", principal, "-n", "git", "-s", k->file,
                            verify_time(at, k->arena)};
    const char *said;
    size_t n = 11;

    if (!args[10])
        return err_nomem(e);
    if (revoked) {
        args[n++] = "-r";
        args[n++] = revoked;
    }
    return keygen(k, args, n, &said, ret, e);
}

static bool find(struct checker *k, instant at, struct strs *ret, struct err *e)
{
    const char *const args[] = {"-Y", "find-principals", "-f", k->allowed, "-s", k->file, verify_time(at, k->arena)};
    const char *said, *end, *line;
    size_t n;
    bool ok;

    if (!args[6])
        return err_nomem(e);
    if (!keygen(k, args, sizeof args / sizeof args[0], &said, &ok, e))
        return false;
    end = said + strlen(said);
    while (ok && ret->n < PRINCIPALS_MAX && text_line(&said, end, &line, &n))
        if (n && !list_add_text(k->arena, ret, line, n, e))
            return false;
    return true;
}

static bool refuse(const struct checker *k, const struct signer *s, const char *when, struct err *e)
{
    if (strstr(k->said, "has expired"))
        return err_set(e, ERR_UNSIGNED, "the key %s that signed it had expired %s (%.300s)", s->key, when, k->said);
    if (strstr(k->said, "not yet valid"))
        return err_set(e, ERR_UNSIGNED, "the key %s that signed it was not valid yet %s (%.300s)", s->key, when, k->said);
    if (strstr(k->said, "namespace"))
        return err_set(e, ERR_UNSIGNED, "the key %s is not allowed to sign for git (%.300s)", s->key, k->said);
    return err_set(e, ERR_UNSIGNED, "it was signed by a stranger: no line of '%s' allows the key %s (%.200s)", k->allowed,
                   s->key, k->said);
}

/* A principal that the key may sign as at that instant; fills ret->principal. */
static bool check_at(struct checker *k, instant at, const char *when, struct signer *ret, struct err *e)
{
    struct strs principals = {NULL, 0};
    bool yes = false;

    if (!find(k, at, &principals, e))
        return false;
    for (size_t i = 0; i < principals.n && !yes; i++) {
        if (!allows(k, principals.v[i], at, NULL, &yes, e))
            return false;
        ret->principal = principals.v[i];
    }
    if (!yes)
        return refuse(k, ret, when, e);
    if (k->s->revoked && !allows(k, ret->principal, at, k->s->revoked, &yes, e)) /* of which ssh-keygen says nothing */
        return false;
    return yes || err_set(e, ERR_UNSIGNED, "the key %s that signed it is revoked", ret->key);
}

static bool check_file(struct checker *k, struct err *e)
{
    struct os_stat st;

    k->allowed = os_path_real(k->s->allowed, k->arena, e);
    if (!k->allowed)
        return err_wrap(e, "the allowed signers file '%s'", k->s->allowed);
    if (!os_file_stat(k->allowed, &st, e))
        return false;
    if (st.kind != OS_FILE)
        return err_set(e, ERR_INPUT, "the allowed signers file '%s' is no file", k->allowed);
    return !(st.mode & 022) || err_set(e, ERR_INPUT, "the allowed signers file '%s' can be written by others than its owner: "
                                                     "chmod 644", k->allowed);
}

static bool check_kind(const struct commit *c, struct err *e)
{
    if (!c->signature)
        return err_set(e, ERR_UNSIGNED, "it is not signed");
    if (text_starts(c->signature, BEGIN_SSH))
        return true;
    if (text_starts(c->signature, "-----BEGIN PGP"))
        return err_set(e, ERR_UNSIGNED, "it was signed with GPG; an SSH key is wanted (git config gpg.format ssh)");
    return err_set(e, ERR_UNSIGNED, "its signature is no SSH signature");
}

static bool check_all(struct checker *k, instant now, struct signer *ret, struct err *e)
{
    struct signer then = {NULL, NULL};

    if (!check_whole(k, ret, e))
        return false;
    then.key = ret->key;
    return check_at(k, k->c->committed_at, "at the commit's date", &then, e) && check_at(k, now, "by now", ret, e);
}

bool signer_check(const struct signers *s, const struct commit *c, instant now, struct arena *a, struct signer *ret,
                  struct err *e)
{
    struct checker k = {.s = s, .c = c, .arena = a};
    struct err ignored = ERR_INIT;
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (!check_kind(c, e) || !check_file(&k, e))
        return false;
    k.file = arena_printf(a, "%s/" SIGNATURE_FILE, s->work);
    if (!k.file)
        return err_nomem(e);
    ok = os_dir_make(s->work, 0700, e) && os_file_write(k.file, c->signature, strlen(c->signature), 0600, e) &&
         check_all(&k, now, ret, e);
    (void)!os_tree_remove(k.file, &ignored);
    return ok;
}
