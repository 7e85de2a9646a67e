#include "cmd/avswap/triage.h"

#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/detect/triage.h"
#include "core/detect/triage_hosts.h"
#include "core/os/console.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/path.h"

#include <string.h>

#define FLUSH (256u << 10)
#define QUIET_MS 2000

struct work {
    struct cli *c;
    struct triage_rules rules;
    struct triage_hosts hosts;
    struct inventory inventory;
    struct buf out;
    bool begun;      /* something of the document is on standard output already */
    long long rows;
    long long bytes, size; /* read; of the file, 0: not known */
    int64_t began_ms, told_ms;
    bool drawn;      /* a progress line stands on the terminal */
};

static bool flush(struct work *w, struct err *e)
{
    bool ok = buf_ok(&w->out, "the report", e) && (!w->out.len || out_bytes(buf_str(&w->out), w->out.len, e));

    w->begun = w->begun || w->out.len;
    buf_clear(&w->out);
    return ok;
}

static bool add_json(struct work *w, const struct schema *s, const void *obj, bool first, struct err *e)
{
    json_t *j = schema_write(s, obj);
    bool ok;

    buf_adds(&w->out, first ? "\n    " : ",\n    ");
    ok = json_text(j, false, &w->out, e);
    while (w->out.len && w->out.data[w->out.len - 1] == '\n')
        w->out.data[--w->out.len] = '\0';
    json_decref(j);
    return ok;
}

static bool take_row(void *arg, const struct inventory_row *in, struct err *e)
{
    struct work *w = arg;
    struct triage_row row;

    triage_row(&w->rules, in, &row);
    if (!triage_hosts_add(&w->hosts, &row, e))
        return false;
    if (row.must_go)
        w->c->status = EXIT_FOUND;
    if (!w->c->json)
        report_triage_row(&row, &w->c->style, &w->out);
    else if (!add_json(w, &triage_row_schema, &row, w->rows == 0, e))
        return false;
    w->rows++;
    return w->out.len < FLUSH || flush(w, e);
}

/* A line that is drawn again on a terminal; elsewhere one every so often. */
static void tell_progress(struct work *w)
{
    int64_t now = os_up_ms();
    struct buf b;

    if (now - w->began_ms < QUIET_MS || now - w->told_ms < (w->c->tty_err ? 250 : 10 * QUIET_MS))
        return;
    w->told_ms = now;
    buf_init(&b, 256);
    buf_printf(&b, "%sread %lld", w->c->tty_err ? "\r" : "", w->bytes >> 20);
    if (w->size)
        buf_printf(&b, " of %lld", w->size >> 20);
    buf_printf(&b, " MiB, %lld rows%s", w->rows, w->c->tty_err ? "\x1b[K" : "\n");
    out_stderr(buf_str(&b), b.len);
    w->drawn = w->c->tty_err;
    buf_free(&b);
}

static void end_progress(struct work *w)
{
    static const char erase[] = "\r\x1b[K";

    if (w->drawn)
        out_stderr(erase, sizeof erase - 1);
    w->drawn = false;
}

static bool feed(void *arg, const void *p, size_t n, struct err *e)
{
    struct work *w = arg;

    w->bytes += (long long)n;
    if (!inventory_feed(&w->inventory, p, n, e))
        return false;
    tell_progress(w);
    return true;
}

static bool read_all(struct work *w, const char *path, struct err *e)
{
    char block[32768];
    size_t n = 1;
    struct os_stat st;

    if (strcmp(path, "-") != 0) {
        path = os_path_given(path, &w->c->doc.arena, e);
        if (!path || !os_file_stat(path, &st, e))
            return false;
        w->size = st.size;
        return os_file_pour(path, feed, w, e) && inventory_end(&w->inventory, e);
    }
    while (n)
        if (!os_console_read(block, sizeof block, &n, e) || !feed(w, block, n, e))
            return false;
    return inventory_end(&w->inventory, e);
}

static int to_buf(const char *s, size_t n, void *b)
{
    buf_add(b, s, n);
    return 0;
}

static bool add_error(struct work *w, const struct err *broken, struct err *e)
{
    json_t *text = json_string(broken->text);
    bool ok;

    buf_adds(&w->out, ",\n  \"error\": ");
    ok = text && json_dump_callback(text, to_buf, &w->out, JSON_ENCODE_ANY) == 0;
    json_decref(text);
    return ok || err_nomem(e);
}

static bool finish_json(struct work *w, const struct err *broken, struct err *e)
{
    buf_adds(&w->out, w->rows ? "\n  ],\n  \"hosts\": [" : "],\n  \"hosts\": [");
    for (size_t i = 0; i < w->hosts.hosts.n; i++)
        if (!add_json(w, &triage_host_schema, &w->hosts.hosts.v[i], i == 0, e) ||
            (w->out.len >= FLUSH && !flush(w, e)))
            return false;
    buf_adds(&w->out, w->hosts.hosts.n ? "\n  ]" : "]");
    if (broken && !add_error(w, broken, e))
        return false;
    buf_adds(&w->out, "\n}\n");
    return flush(w, e);
}

static bool finish(struct work *w, struct err *e)
{
    if (w->c->json)
        return finish_json(w, NULL, e);
    report_triage_hosts(w->hosts.hosts.v, w->hosts.hosts.n, w->rows, &w->c->style, &w->out);
    return flush(w, e);
}

/* A document that others have begun to read is ended, with the error in it; else nothing of it goes out. */
static bool broken(struct work *w, struct err *e)
{
    struct err ignored = ERR_INIT;

    if (w->c->json && w->begun && finish_json(w, e, &ignored))
        w->c->json = false; /* the error's own document would be a second one */
    return false;
}

static bool word_option(const struct cli *c, const char *name, const char *const *words, int *ret, struct err *e)
{
    const char *given = option_value(&c->args, name), *near;
    size_t n = 0;

    for (; given && words[n]; n++)
        if (strcmp(words[n], given) == 0) {
            *ret = (int)n;
            return true;
        }
    if (!given)
        return true;
    near = text_nearest(given, words, n);
    return err_set(e, ERR_USAGE, "--%s '%.40s' is not known%s%s%s", name, given, near ? " (did you mean '" : "",
                   near ? near : "", near ? "'?)" : "");
}

static bool column_options(struct cli *c, struct inventory_options *o, struct err *e)
{
    for (size_t i = 0; i < c->args.n; i++) {
        const char *v = c->args.given[i].value, *equals;
        size_t f = 0;

        if (strcmp(c->args.given[i].option->name, "column") != 0)
            continue;
        equals = strchr(v, '=');
        while (equals && inventory_field_names[f] &&
               !(strlen(inventory_field_names[f]) == (size_t)(equals - v) && text_starts(v, inventory_field_names[f])))
            f++;
        if (!equals || !equals[1] || !inventory_field_names[f])
            return err_set(e, ERR_USAGE, "--column wants name=HEADER; or publisher, version, code, host, os");
        o->header[f] = equals + 1;
    }
    return true;
}

static bool given_options(struct cli *c, struct inventory_options *o, struct err *e)
{
    int format = INVENTORY_ANY, encoding = CHARSET_UTF8;

    if (!word_option(c, "format", inventory_format_names, &format, e) ||
        !word_option(c, "encoding", charset_names, &encoding, e) || !column_options(c, o, e))
        return false;
    o->format = (enum inventory_format)format;
    o->encoded = option_given(&c->args, "encoding");
    o->encoding = (enum charset)encoding;
    return true;
}

static bool run(struct work *w, const char *path, const struct owner *owner, struct err *e)
{
    struct inventory_options o = {.file = strcmp(path, "-") == 0 ? "standard input" : path};

    if (!given_options(w->c, &o, e) || !triage_make(&w->c->catalog, owner, w->c->now, &w->rules, e))
        return false;
    inventory_open(&w->inventory, &o, take_row, w);
    if (w->c->json)
        buf_adds(&w->out, "{\n  \"schema\": \"avswap.triage/1\",\n  \"rows\": [");
    if (read_all(w, path, e)) {
        end_progress(w);
        return finish(w, e);
    }
    end_progress(w);
    return broken(w, e);
}

bool triage_inventory(struct cli *c, struct err *e)
{
    const char *path = option_value(&c->args, "inventory");
    struct work *w;
    struct policy policy;
    struct owner owner;
    bool ok;

    if (option_given(&c->args, "from") || option_given(&c->args, "save"))
        return err_set(e, ERR_USAGE, "--inventory looks at no PC and no facts: --from and --save do not go with it");
    if (!input_catalog(c, true, e) || !input_policy(c, &policy, e))
        return false;
    owner = input_owner(&policy);
    w = mem_alloc(sizeof *w);
    if (!w)
        return err_nomem(e);
    memset(w, 0, sizeof *w);
    w->c = c;
    w->began_ms = os_up_ms();
    buf_init(&w->out, FLUSH + LIMIT_ROW * 8ul);
    c->status = EXIT_DONE;
    ok = run(w, path, &owner, e);
    inventory_close(&w->inventory);
    triage_hosts_free(&w->hosts);
    triage_free(&w->rules);
    buf_free(&w->out);
    mem_free(w);
    return ok;
}
