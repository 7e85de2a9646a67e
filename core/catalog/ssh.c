#include "core/catalog/ssh.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/talk.h"

#include <stdlib.h>
#include <string.h>

#define GRACE_MS 3000
#define SAID_MAX 760

/* One object serves as subtransport and as its only stream: a fetch over ssh is one program that is talked to. */
struct ssh {
    git_smart_subtransport transport; /* first, as libgit2 hands it back */
    git_smart_subtransport_stream stream;
    const struct fetch *f;
    struct os_talk *talk;
    bool answered; /* something came from the other side */
};

static struct ssh *of_stream(git_smart_subtransport_stream *s)
{
    return (struct ssh *)(void *)s->subtransport;
}

static int fail(const struct err *e)
{
    git_error_set_str(GIT_ERROR_SSH, e->text);
    return -1;
}

/* The other side's login shell reads the command: quoted as git does. */
static const char *remote_command(const char *path, struct arena *a)
{
    struct buf b;
    char *text;

    buf_init(&b, LIMIT_PATH * 5);
    buf_adds(&b, "git-upload-pack '");
    for (; *path; path++) {
        if (*path == '\'' || *path == '!')
            buf_printf(&b, "'\\%c'", *path);
        else
            buf_addc(&b, *path);
    }
    buf_addc(&b, '\'');
    text = b.failed ? NULL : arena_strdup(a, buf_str(&b));
    buf_free(&b);
    return text;
}

static bool start(struct ssh *s, struct err *e)
{
    const struct source *from = &s->f->source;
    const char *argv[16] = {"ssh", "-T", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oConnectTimeout=30"};
    const char *env[2], *agent = getenv("SSH_AUTH_SOCK"), *home = getenv("HOME");
    struct arena a = ARENA_INIT;
    size_t n = 5, k = 0;
    const struct {
        const char *flag, *value;
    } flags[] = {{"-F", s->f->ssh_config}, {"-p", from->port}, {"-l", from->user}};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].value) {
            argv[n++] = flags[i].flag;
            argv[n++] = flags[i].value;
        }
    argv[n++] = "--";
    argv[n++] = from->host;
    argv[n++] = remote_command(from->path, &a);
    if (agent)
        env[k++] = arena_printf(&a, "SSH_AUTH_SOCK=%s", agent);
    if (home)
        env[k++] = arena_printf(&a, "HOME=%s", home);
    if (argv[n - 1] && (!k || env[k - 1]))
        s->talk = os_talk_start(&(struct strs){argv, n}, &(struct strs){env, k}, e);
    else
        err_nomem(e);
    arena_free(&a);
    return s->talk != NULL;
}

/* What it said as one line, without the frames of warnings; the end, where it says what it gave up for. */
static const char *one_line(struct buf *said)
{
    size_t n = 0;

    for (size_t i = 0; i < said->len; i++) {
        char c = said->data[i] == '\n' || said->data[i] == '\r' ? ' ' : said->data[i];

        if ((c == ' ' || c == '@') && n && said->data[n - 1] == c)
            continue;
        said->data[n++] = c;
    }
    while (n && said->data[n - 1] == ' ')
        n--;
    said->data[n] = '\0';
    return n > SAID_MAX ? said->data + n - SAID_MAX : said->data;
}

/* It ended before it said a word: why is on its standard error. */
static int explain(struct ssh *s)
{
    struct err e = ERR_INIT;
    struct buf said;
    int code;

    buf_init(&said, 8192);
    code = os_talk_end(s->talk, GRACE_MS, &said);
    s->talk = NULL;
    err_set(&e, ERR_CHILD, "ssh ended with status %d: %s", code, said.len ? one_line(&said) : "it said nothing");
    buf_free(&said);
    return fail(&e);
}

static int stream_read(git_smart_subtransport_stream *stream, char *p, size_t size, size_t *ret)
{
    struct ssh *s = of_stream(stream);
    struct err e = ERR_INIT;

    if (!s->talk || !os_talk_read(s->talk, p, size, ret, &e))
        return s->talk ? fail(&e) : -1;
    if (!*ret && !s->answered)
        return explain(s);
    s->answered = true;
    return 0;
}

static int stream_write(git_smart_subtransport_stream *stream, const char *p, size_t n)
{
    struct ssh *s = of_stream(stream);
    struct err e = ERR_INIT;

    return s->talk && os_talk_write(s->talk, p, n, &e) ? 0 : fail(&e);
}

/* Part of the subtransport, and ends with it. */
static void stream_free(git_smart_subtransport_stream *stream)
{
    (void)stream;
}

static int act(git_smart_subtransport_stream **ret, git_smart_subtransport *t, const char *url, git_smart_service_t action)
{
    struct ssh *s = (struct ssh *)(void *)t;
    struct err e = ERR_INIT;

    (void)url; /* was read by source_read() */
    if (action != GIT_SERVICE_UPLOADPACK_LS && action != GIT_SERVICE_UPLOADPACK) {
        git_error_set_str(GIT_ERROR_SSH, "only fetching is done here");
        return -1;
    }
    if (!s->talk && !start(s, &e))
        return fail(&e);
    *ret = &s->stream;
    return 0;
}

static int end(git_smart_subtransport *t)
{
    struct ssh *s = (struct ssh *)(void *)t;

    os_talk_end(s->talk, GRACE_MS, NULL);
    s->talk = NULL;
    s->answered = false;
    return 0;
}

static void drop(git_smart_subtransport *t)
{
    end(t);
    mem_free(t);
}

static int make(git_smart_subtransport **ret, git_transport *owner, void *arg)
{
    struct ssh *s = mem_alloc(sizeof *s);

    (void)owner;
    if (!s)
        return -1;
    memset(s, 0, sizeof *s);
    s->transport = (git_smart_subtransport){act, end, drop};
    s->stream = (git_smart_subtransport_stream){&s->transport, stream_read, stream_write, stream_free};
    s->f = arg;
    *ret = &s->transport;
    return 0;
}

int ssh_transport(git_transport **ret, git_remote *owner, const struct fetch *f)
{
    git_smart_subtransport_definition d = {make, 0, (void *)(uintptr_t)f};

    return git_transport_smart(ret, owner, &d);
}
