#include "core/catalog/credential.h"
#include "core/base/limits.h"
#include "core/base/secret.h"
#include "core/os/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX 8192
#define GRACE_MS 5000

/* "protocol=https", "host=...", "path=..." of a URL; no value can hold a line's end, as source_read() refuses those. */
static bool question(const char *url, const char *user, struct buf *b)
{
    const char *rest = strstr(url, "://"), *host, *slash, *at;

    if (!rest || strpbrk(url, "\r\n"))
        return false;
    host = rest + 3;
    slash = host + strcspn(host, "/");
    at = memchr(host, '@', (size_t)(slash - host));
    if (at)
        host = at + 1;
    buf_printf(b, "protocol=%.*s\nhost=%.*s\n", (int)(rest - url), url, (int)(slash - host), host);
    if (*slash && slash[1])
        buf_printf(b, "path=%s\n", slash + 1);
    if (user && !strpbrk(user, "\r\n"))
        buf_printf(b, "username=%s\n", user);
    buf_adds(b, "\n");
    return !b->failed;
}

/* All that the helper answers, into a buffer that never moves, so that wiping it leaves no copy. */
static bool talk(const struct buf *ask, char *answer, size_t size, struct err *e)
{
    const char *argv[] = {"git", "credential", "fill"}, *home = getenv("HOME");
    struct arena a = ARENA_INIT;
    const char *env[] = {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", arena_printf(&a, "HOME=%s", home ? home : "/root")};
    struct os_talk *t = env[2] ? os_talk_start(&(struct strs){argv, 3}, &(struct strs){env, 3}, e) : NULL;
    size_t have = 0, n = 1;
    bool ok = t != NULL;

    if (ok)
        ok = os_talk_write(t, buf_str(ask), ask->len, e);
    if (ok)
        os_talk_close_input(t);
    while (ok && n && have < size - 1) {
        ok = os_talk_read(t, answer + have, size - 1 - have, &n, e);
        have += ok ? n : 0;
    }
    answer[have] = '\0';
    if (os_talk_end(t, GRACE_MS, NULL) != 0 && ok)
        ok = err_set(e, ERR_SECRET, "git's credential helpers know none");
    arena_free(&a);
    return ok;
}

/* The value of "key=" in the answer, ended in place. */
static const char *value(char *answer, const char *key, char **ret_end)
{
    for (char *line = answer; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (text_starts(line, key)) {
            *ret_end = line + strcspn(line, "\n");
            return line + strlen(key);
        }
    return NULL;
}

static int give(git_credential **ret, char *answer)
{
    char *user_end = NULL, *password_end = NULL;
    const char *user = value(answer, "username=", &user_end), *password = value(answer, "password=", &password_end);

    if (!user || !password) {
        git_error_set_str(GIT_ERROR_NET, "the source wants a password, and git's credential helpers know none");
        return GIT_EAUTH;
    }
    *user_end = *password_end = '\0';
    return git_credential_userpass_plaintext_new(ret, user, password);
}

int credential_ask(git_credential **ret, const char *url, const char *user, unsigned types, struct credential_ask *ask)
{
    char answer[ANSWER_MAX], text[512];
    struct err e = ERR_INIT;
    struct buf b;
    int rc;

    if (!(types & GIT_CREDENTIAL_USERPASS_PLAINTEXT))
        return GIT_PASSTHROUGH;
    if (ask->asked) {
        git_error_set_str(GIT_ERROR_NET, "the user and password that git's credential helper gave were refused");
        return GIT_EAUTH;
    }
    ask->asked = true;
    buf_init(&b, LIMIT_PATH * 2);
    if (question(url, user, &b) && talk(&b, answer, sizeof answer, &e)) {
        rc = give(ret, answer);
    } else {
        snprintf(text, sizeof text, "the source wants a password: %.400s", e.code ? e.text : "its address cannot be asked about");
        git_error_set_str(GIT_ERROR_NET, text);
        rc = GIT_EAUTH;
    }
    secret_wipe(answer, sizeof answer);
    buf_free(&b);
    return rc;
}
