/* Inventories of every format: what is taken is harmless for a terminal, a file name and ssh's command line, and is the same
 * when it is written as JSON lines and read again. The first byte is the format's: n c j i y l, or another: guess it. */
#include "core/base/limits.h"
#include "core/inventory/inventory.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static int format_of(char c)
{
    static const char letters[] = "?ncjiyl";
    const char *p = c ? strchr(letters, c) : NULL;

    return p ? (int)(p - letters) : INVENTORY_AUTO;
}

static bool read_in(struct fleet_inventory *v, const char *text, size_t n, int format, struct err *e)
{
    memset(v, 0, sizeof *v);
    return fleet_inventory_text(v, "fuzz", text, n, format, e) && fleet_inventory_end(v, e);
}

static void check_host(const struct fleet_host *h)
{
    const char *const texts[] = {h->name, h->address, h->user, h->site, h->zone, h->window, h->contact};
    struct buf shown;

    FUZZ_MUST(h->name && *h->name && *h->name != '-' && !strpbrk(h->name, "/\\ '\"$`;&|<>()*?@\n"), "name '%s'", h->name);
    FUZZ_MUST(!h->address || (*h->address && *h->address != '-'), "address '%s'", h->address);
    FUZZ_MUST(!h->user || (*h->user && *h->user != '-'), "user '%s'", h->user);
    FUZZ_MUST(h->port >= 0 && h->port <= 65535, "port %lld", h->port);
    buf_init(&shown, LIMIT_DOCUMENT);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i])
            buf_adds(&shown, texts[i]);
    fuzz_harmless(&shown, false);
    buf_free(&shown);
}

static void write_all(const struct fleet_inventory *v, struct buf *out)
{
    for (size_t i = 0; i < v->hosts.n; i++) {
        json_t *j = schema_write(&fleet_host_schema, &v->hosts.v[i]);
        struct err e = ERR_INIT;

        FUZZ_MUST(j && json_text(j, false, out, &e), "%s", e.text);
        buf_addc(out, '\n');
        json_decref(j);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fleet_inventory v, again;
    struct err e = ERR_INIT, why = ERR_INIT;
    struct buf text;

    if (!n)
        return 0;
    fuzz_accepted = read_in(&v, (const char *)p + 1, n - 1, format_of((char)*p), &e);
    if (!fuzz_accepted) {
        fuzz_refused(&e);
        fleet_inventory_free(&v);
        return 0;
    }
    buf_init(&text, LIMIT_FLEET);
    for (size_t i = 0; i < v.hosts.n; i++)
        check_host(&v.hosts.v[i]);
    write_all(&v, &text);
    FUZZ_MUST(read_in(&again, buf_str(&text), text.len, INVENTORY_JSONL, &why), "%s", why.text);
    FUZZ_MUST(again.hosts.n == v.hosts.n, "%zu, %zu", again.hosts.n, v.hosts.n);
    for (size_t i = 0; i < v.hosts.n; i++)
        FUZZ_MUST(fleet_host_same(&v.hosts.v[i], &again.hosts.v[i]), "%s", v.hosts.v[i].name);
    buf_free(&text);
    fleet_inventory_free(&again);
    fleet_inventory_free(&v);
    return 0;
}
