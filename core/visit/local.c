/* This machine: the same visit without a network, for a jump host that is to be moved itself, and for trying things out. */
#include "core/visit/bootstrap.h"
#include "core/visit/link.h"

static bool launch(const struct target *t, const struct transport_options *o, const struct worker_file *w, struct arena *a,
                   struct strs *ret, struct err *e)
{
    const char *const args[] = {bootstrap_shell, "-c", bootstrap_script, "avswap", w->sha256, arena_printf(a, "%zu", w->size),
                                bootstrap_state(t), w->packed ? "gzip" : "plain"};
    enum { N = sizeof args / sizeof args[0], SUDO = 2 };
    struct strs list = {ARENA_ARRAY(a, SUDO + N + 1, const char *), 0};

    (void)o;
    if (!transport_check_target(t, e))
        return false;
    if (t->os == TARGET_WINDOWS)
        return err_set(e, ERR_INPUT, "'%.60s' runs Windows, and this machine does not", t->name);
    if (!digest_is(w->sha256))
        return err_set(e, ERR_BUG, "a worker without a digest");
    if (!list.v || !args[5])
        return err_nomem(e);
    if (t->become) {
        list.v[list.n++] = "sudo";
        list.v[list.n++] = "-n";
    }
    for (size_t i = 0; i < N; i++)
        list.v[list.n++] = args[i];
    list.v[list.n] = NULL;
    *ret = list;
    return true;
}

static const struct link_row unsaid[] = {
    {"sudo:", LINK_SETUP, "this user may not become root with sudo without a password"},
    {NULL, LINK_SETUP, "the visit ended before it began"},
};

static enum link classify(const struct target *t, const struct link_end *end, struct buf *text)
{
    const struct link_row *row = link_plain(end, false);

    (void)t;
    return link_tell(row ? row : link_match(unsaid, end), end, text);
}

const struct transport transport_local = {"local", launch, classify, NULL, NULL};
