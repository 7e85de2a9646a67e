#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/process.h"
#include "core/visit/libssh.h"
#include "core/visit/ssh_config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 10000

/* The ssh that a session would start. NULL: there is none, or no memory. */
static const char *find_ssh(struct arena *a)
{
    const char *path = getenv("PATH");

    for (path = path ? path : "/usr/bin:/bin"; *path; path += strcspn(path, ":"), path += *path == ':') {
        const char *file = arena_printf(a, "%.*s/ssh", (int)strcspn(path, ":"), path);

        if (file && *file == '/' && access(file, X_OK) == 0)
            return file;
    }
    return NULL;
}

static void pass_on(const char *name, struct arena *a, struct strs *env)
{
    const char *value = getenv(name);

    if (value)
        transport_arg(env, arena_printf(a, "%s=%s", name, value));
}

/* What both go by: the caller's home, agent and tickets. *ret is freed by the caller; its code is -1 for one that had to be ended. */
static bool ask(const struct strs *argv, struct arena *a, struct os_exit *ret, struct err *e)
{
    struct strs env = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};

    pass_on("HOME", a, &env);
    pass_on("SSH_AUTH_SOCK", a, &env);
    pass_on("KRB5CCNAME", a, &env);
    if (!env.v)
        return err_nomem(e);
    return os_run(&(struct os_child){.argv = *argv, .env = env, .dir = ".", .timeout_ms = ANSWER_MS}, ret, e);
}

/* *ret: all files that ssh has read say the same for all PCs. */
static bool alike(const struct buf *said, struct arena *a, bool *ret, struct err *e)
{
    struct strs files;
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_DOCUMENT);
    ok = ssh_config_files(buf_str(said), said->len, a, &files, e);
    *ret = ok && files.n;
    for (size_t i = 0; *ret && ok && i < files.n; i++) {
        buf_clear(&b);
        ok = os_file_read(files.v[i], &b, e);
        *ret = ok && ssh_config_alike(buf_str(&b), b.len);
    }
    buf_free(&b);
    return ok;
}

/* The options from what ssh said. *ret_why: NULL, or why there are none. */
static bool options_from(const struct os_exit *end, struct arena *a, struct strs *ret, const char **ret_why, struct err *e)
{
    bool same;

    if (end->code != 0) {
        *ret_why = "ssh does not take its configuration";
        return true;
    }
    if (!alike(&end->out, a, &same, e))
        return false;
    if (!same) {
        *ret_why = "the ssh configuration does not say the same for all PCs";
        return true;
    }
    if (ssh_config_options(buf_str(&end->out), end->out.len, a, ret, ret_why))
        return true;
    if (*ret_why)
        *ret_why = arena_printf(a, "only OpenSSH does what its configuration says: %.200s", *ret_why);
    return *ret_why || err_nomem(e);
}

static bool ask_ssh(const struct transport_options *o, struct arena *a, struct strs *ret, const char **ret_why, struct err *e)
{
    const struct target any = {.name = SSH_CONFIG_ANY_PC};
    const char *ssh = find_ssh(a);
    struct os_exit end;
    struct strs argv;
    bool ok;

    if (!ssh) {
        *ret_why = "there is no ssh to ask for its configuration";
        return true;
    }
    if (!ssh_config_way(&any, o, a, &argv, e))
        return false;
    argv.v[0] = ssh;
    argv.v[1] = "-vG";
    if (!ask(&argv, a, &end, e))
        return false;
    ok = options_from(&end, a, ret, ret_why, e);
    buf_free(&end.out);
    return ok;
}

/* Can the library do that? */
static bool ask_library(const char *program, const struct strs *options, struct arena *a, struct strs *ret, const char **ret_why,
                        struct err *e)
{
    struct strs argv = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0}, all = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};
    struct os_exit end;

    transport_arg(&argv, program);
    transport_arg(&argv, "-n");
    transport_arg(&all, program);
    for (size_t i = 0; i < options->n; i++) {
        transport_arg(&argv, options->v[i]);
        transport_arg(&all, options->v[i]);
    }
    if (!argv.v || !all.v)
        return err_nomem(e);
    if (!ask(&argv, a, &end, e))
        return false;
    if (end.code == 0)
        *ret = all;
    else if (end.out.len)
        *ret_why = arena_strndup(a, buf_str(&end.out), strcspn(buf_str(&end.out), "\r\n"));
    else
        *ret_why = "avswap-ssh does not say whether it can";
    buf_free(&end.out);
    return end.code == 0 || *ret_why || err_nomem(e);
}

bool libssh_choose(const char *program, const struct transport_options *o, struct arena *a, struct strs *ret, const char **ret_why,
                   struct err *e)
{
    struct strs options = {NULL, 0};

    *ret = (struct strs){NULL, 0};
    *ret_why = NULL;
    if (!program)
        *ret_why = "the program avswap-ssh is not there";
    return (*ret_why || ask_ssh(o, a, &options, ret_why, e)) && (*ret_why || ask_library(program, &options, a, ret, ret_why, e));
}
