/*
 * Rules that carry a mark. Tools are started only for what the kernel says is there: tables of the old packet
 * filter
 * (/proc/net/ip_tables_names), nftables tables, routing rules with a mark.
 *
 * A rule's text begins with what finds it again:
 *   iptables, ip6tables   "-t TABLE -A CHAIN ..."        as iptables-save(8) prints it
 *   nft                   "FAMILY TABLE CHAIN RULE"      as nft(8) prints it without counters
 *   ip-rule               "-4 PREF: from all fwmark ..." as ip-rule(8) prints it, the family in front
 * so a rule is removed by what it says, never by a number that may have moved to another one.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"
#include "core/os/posix/firewall.h"
#include "core/base/list.h"
#include "core/os/posix/netlink.h"
#include "core/os/posix/tool.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

/* What nftables has: tables that belong to iptables' own names, and others. */
struct tables {
    bool iptables[2]; /* ip, ip6 */
    bool other;
};

struct listing {
    struct facts *f;
    struct arena *a;
    struct tables tables;
    struct strs seen; /* "ip mangle": listed by iptables, nft need not show it again */
    struct err *e;
};

static bool iptables_name(const char *table)
{
    return text_eq(table, "filter") || text_eq(table, "nat") || text_eq(table, "mangle") ||
           text_eq(table, "raw") || text_eq(table, "security");
}

static void see_table(void *arg, int family, const char *name)
{
    struct tables *t = arg;

    if (family == AF_INET && iptables_name(name))
        t->iptables[0] = true;
    else if (family == AF_INET6 && iptables_name(name))
        t->iptables[1] = true;
    else
        t->other = true;
}

static bool add(struct listing *l, const char *tool, const char *text, long long mark)
{
    struct firewall_rule *r = LIST_ADD(l->a, &l->f->firewall);

    if (!r || !text)
        return err_nomem(l->e);
    *r = (struct firewall_rule){.tool = tool, .text = text, .mark = mark};
    return true;
}

/* "*TABLE" opens a table, "-A CHAIN ..." is a rule of it. `family` is noted where the tool reads nftables. */
static bool parse_save(struct listing *l, const char *tool, const char *family, const struct buf *out)
{
    const char *cursor = buf_str(out), *line, *table = NULL;
    size_t n;

    while (text_line(&cursor, buf_str(out) + out->len, &line, &n)) {
        const char *text;
        long long mark;

        if (n && *line == '*') {
            table = text_from_bytes(l->a, line + 1, n - 1);
            text = table ? arena_printf(l->a, "%s %s", family, table) : NULL;
            if (!text || !list_add_text(l->a, &l->seen, text, strlen(text), l->e))
                return err_nomem(l->e);
        }
        if (!table || n < 3 || memcmp(line, "-A ", 3) != 0 || !memmem(line, n, "mark", 4))
            continue;
        text = text_from_bytes(l->a, line, n);
        if (!text)
            return err_nomem(l->e);
        mark = firewall_mark(text);
        if (mark && !add(l, tool, arena_printf(l->a, "-t %s %s", table, text), mark))
            return false;
    }
    return true;
}

static const char *first_tool(const char *a, const char *b)
{
    return tool_exists(a) ? a : tool_exists(b) ? b : NULL;
}

/* A family's rules may stand in the old tables, in nftables or in both; each has its own variant of the tool.
 */
static bool list_iptables(struct listing *l, bool six)
{
    const char *tool = six ? "ip6tables" : "iptables", *family = six ? "ip6" : "ip";
    const char *old = six ? "ip6tables-legacy-save" : "iptables-legacy-save";
    const char *nft = six ? "ip6tables-nft-save" : "iptables-nft-save";
    const char *any = six ? "ip6tables-save" : "iptables-save";
    char text[64];
    bool has_old = fd_read_small(AT_FDCWD, six ? "/proc/net/ip6_tables_names" : "/proc/net/ip_tables_names",
                                 text, sizeof text) > 0;
    const struct {
        const char *program, *family;
    } runs[] = {
        {has_old ? first_tool(old, any) : NULL, "old"},
        {l->tables.iptables[six] ? first_tool(nft, any) : NULL, family},
    };
    struct buf out;

    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        bool ok;

        if (!runs[i].program || (i && text_eq(runs[0].program, runs[1].program)))
            continue;
        if (!tool_ask(&ARGV(runs[i].program), &out, l->e))
            return false;
        ok = parse_save(l, tool, runs[i].family, &out);
        buf_free(&out);
        if (!ok)
            return false;
    }
    return true;
}

static bool add_nft(void *arg, const struct firewall_spot *s, const char *rule, long long handle,
                    struct err *e)
{
    struct listing *l = arg;
    long long mark = firewall_mark(rule);
    const char *table;

    (void)handle;
    if (!mark)
        return true;
    table = arena_printf(l->a, "%s %s", s->family, s->table);
    if (!table)
        return err_nomem(e);
    if (text_in(&l->seen, table))
        return true;
    return add(l, "nft", arena_printf(l->a, "%s %s %s", table, s->chain, rule), mark);
}

static bool list_nft(struct listing *l)
{
    struct tables *t = &l->tables;
    struct buf out;
    bool ok;

    if ((!t->other && !t->iptables[0] && !t->iptables[1]) || !tool_exists("nft"))
        return true;
    if (!tool_ask(&ARGV("nft", "-n", "-s", "-a", "list", "ruleset"), &out, l->e))
        return false;
    ok = firewall_each_nft(&out, l->a, add_nft, l, l->e);
    buf_free(&out);
    return ok;
}

static void see_mark(void *arg, uint32_t mark)
{
    *(bool *)arg = mark != 0;
}

static bool list_rules(struct listing *l, int family, const char *option)
{
    const char *cursor, *line;
    bool any = false, ok = true;
    struct buf out;
    size_t n;

    if (!netlink_marks(family, see_mark, &any, l->e))
        return false;
    if (!any || !tool_exists("ip"))
        return true;
    if (!tool_ask(&ARGV("ip", option, "rule", "show"), &out, l->e))
        return false;
    cursor = buf_str(&out);
    while (ok && text_line(&cursor, buf_str(&out) + out.len, &line, &n)) {
        char *text = text_from_bytes(l->a, line, n);
        long long mark;

        if (!text)
            return buf_free(&out), err_nomem(l->e);
        for (char *p = text; *p; p++)
            if (*p == '\t')
                *p = ' ';
        mark = firewall_mark(text);
        ok = !mark || add(l, "ip-rule", arena_printf(l->a, "%s %s", option, text), mark);
    }
    buf_free(&out);
    return ok;
}

bool os_firewall_list(struct facts *f, struct arena *a, struct err *e)
{
    struct listing l = {.f = f, .a = a, .e = e};

    return netlink_tables(see_table, &l.tables, e) && list_iptables(&l, false) && list_iptables(&l, true) &&
           list_nft(&l) && list_rules(&l, AF_INET, "-4") && list_rules(&l, AF_INET6, "-6");
}
