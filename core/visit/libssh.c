#include "core/visit/libssh.h"

#include "core/visit/bootstrap.h"
#include "core/visit/link.h"
#include "core/visit/ssh_config.h"

#include <string.h>

static void add_option(struct strs *args, const char *option)
{
    transport_arg(args, "-o");
    transport_arg(args, option);
}

/* What the inventory says of this PC goes before what the configuration says of all. */
static void add_target(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *args)
{
    add_option(args, arena_printf(a, "connecttimeout=%u", o->connect_s ? o->connect_s : TRANSPORT_CONNECT_S));
    if (t->port)
        add_option(args, arena_printf(a, "port=%lld", t->port));
    if (t->user)
        add_option(args, arena_printf(a, "user=%s", t->user));
}

static bool launch(const struct target *t, const struct transport_options *o, const struct worker_file *w, struct arena *a,
                   struct strs *ret, struct err *e)
{
    struct strs args = {ARENA_ARRAY(a, TRANSPORT_ARGS + 1, const char *), 0};

    for (size_t i = 0; i < o->libssh.n; i++)
        transport_arg(&args, o->libssh.v[i]);
    add_target(t, o, a, &args);
    return bootstrap_arguments(t, w, a, &args, ret, e);
}

static const struct link_row *row_of(const struct link_end *end)
{
    static const struct link_row rows[] = {
        [LIBSSH_CHANGED - LIBSSH_FIRST] = {NULL, LINK_KEY, LINK_SAYS_CHANGED},
        [LIBSSH_UNKNOWN - LIBSSH_FIRST] = {NULL, LINK_KEY, LINK_SAYS_UNKNOWN},
        [LIBSSH_REFUSED - LIBSSH_FIRST] = {NULL, LINK_LOGIN, LINK_SAYS_REFUSED},
        [LIBSSH_NOTHING_COMMON - LIBSSH_FIRST] = {NULL, LINK_SETUP, LINK_SAYS_NOTHING_COMMON},
        [LIBSSH_FAILED - LIBSSH_FIRST] = {NULL, LINK_SETUP, "libssh could not do it: try --client openssh"},
    };

    return end->status == LIBSSH_SILENT ? link_match(link_silent, end) : &rows[end->status - LIBSSH_FIRST];
}

static enum link classify(const struct target *t, const struct link_end *end, struct buf *text)
{
    bool broken = end->status >= LIBSSH_FIRST && end->status <= LIBSSH_FAILED;
    const struct link_row *row = link_plain(end, broken);

    (void)t;
    if (!row)
        row = broken ? row_of(end) : link_match(link_foreign, end);
    return link_tell(row, end, text);
}

const struct transport transport_libssh = {"libssh", launch, classify, ssh_config_way, ssh_config_read_way};
