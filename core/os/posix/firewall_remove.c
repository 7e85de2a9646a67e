/* Removing one rule by what it says; the forms of a rule's text stand in firewall.c. A rule that is gone is
 * no error. */
#include "core/os/machine.h"
#include "core/os/posix/firewall.h"
#include "core/base/list.h"
#include "core/os/posix/tool.h"

#include <string.h>

/* Splits at blanks; "quoted words" may hold blanks and backslash escapes, as iptables-save writes them. */
static bool split(const char *p, struct arena *a, struct strs *ret, struct err *e)
{
    for (;;) {
        bool quoted = false;
        const char **slot;
        char *word;
        size_t n = 0;

        p += strspn(p, " ");
        if (!*p)
            return true;
        word = arena_alloc(a, strlen(p) + 1);
        slot = LIST_ADD(a, ret);
        if (!word || !slot)
            return err_nomem(e);
        for (; *p && (quoted || *p != ' '); p++) {
            if (*p == '"') {
                quoted = !quoted;
                continue;
            }
            if (quoted && *p == '\\' && p[1])
                p++;
            word[n++] = *p;
        }
        *slot = word;
    }
}

static bool malformed(const struct firewall_rule *r, struct err *e)
{
    return err_set(e, ERR_INPUT, "'%s' is no rule of %s", r->text, r->tool);
}

/* The rule may stand in the old tables or in nftables: each variant of the tool is asked first whether it has
 * it. */
static bool remove_iptables(const struct firewall_rule *r, struct arena *a, struct err *e)
{
    static const char *const variants[] = {"", "-nft", "-legacy"};
    struct strs words = {NULL, 0};

    if (!split(r->text, a, &words, e))
        return false;
    if (words.n < 4 || !text_eq(words.v[0], "-t") || !text_eq(words.v[2], "-A"))
        return malformed(r, e);
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const char *tool = arena_printf(a, "%s%s", r->tool, variants[i]);
        struct strs argv = {NULL, 0};
        struct os_exit x;
        bool has;

        if (!tool || !tool_add(a, &argv, &ARGV(tool, "-w"), e) || !tool_add(a, &argv, &words, e))
            return err_nomem(e);
        if (!tool_exists(tool))
            continue;
        argv.v[4] = "-C";
        if (!tool_run(&argv, TOOL_MS, &x, e))
            return false;
        has = x.code == 0;
        buf_free(&x.out);
        argv.v[4] = "-D";
        if (has)
            return tool_do(&argv, e);
    }
    return true;
}

struct search {
    const char *rule;
    long long handle; /* 0: not found */
};

static bool same(void *arg, const struct firewall_spot *s, const char *rule, long long handle, struct err *e)
{
    struct search *search = arg;

    (void)s;
    (void)e;
    if (!search->handle && text_eq(rule, search->rule))
        search->handle = handle;
    return true;
}

static bool remove_nft(const struct firewall_rule *r, struct arena *a, struct err *e)
{
    const char *word[3], *p = r->text;
    struct search search = {NULL, 0};
    struct os_exit x;
    bool ok;

    for (size_t i = 0; i < 3; i++) {
        size_t n = strcspn(p, " ");

        if (!n || !p[n])
            return malformed(r, e);
        word[i] = arena_strndup(a, p, n);
        if (!word[i])
            return err_nomem(e);
        p += n + 1;
    }
    search.rule = p;
    if (!tool_run(&ARGV("nft", "-n", "-s", "-a", "list", "chain", word[0], word[1], word[2]), TOOL_MS, &x, e))
        return false;
    ok = x.code != 0 || firewall_each_nft(&x.out, a, same, &search, e);
    if (x.code != 0 && !strstr(buf_str(&x.out), "No such file or directory"))
        ok = tool_failed("nft", &x, e);
    buf_free(&x.out);
    if (!ok || !search.handle)
        return ok;
    p = arena_printf(a, "%lld", search.handle);
    if (!p)
        return err_nomem(e);
    return tool_do(&ARGV("nft", "delete", "rule", word[0], word[1], word[2], "handle", p), e);
}

/* "-4 32765: from all fwmark 0x400 lookup 100"; remarks stand in brackets. */
static bool remove_rule(const struct firewall_rule *r, struct arena *a, struct err *e)
{
    struct strs words = {NULL, 0}, argv = {NULL, 0};
    struct os_exit x;
    char *pref;
    size_t n;
    bool ok;

    if (!split(r->text, a, &words, e))
        return false;
    n = words.n > 2 ? strlen(words.v[1]) : 0;
    if (n < 2 || words.v[1][n - 1] != ':' || words.v[0][0] != '-')
        return malformed(r, e);
    pref = arena_strndup(a, words.v[1], n - 1);
    if (!pref)
        return err_nomem(e);
    if (!tool_add(a, &argv, &ARGV("ip", words.v[0], "rule", "del", "pref", pref), e))
        return false;
    for (size_t i = 2; i < words.n; i++)
        if (words.v[i][0] != '[' && !tool_add(a, &argv, &ARGV(words.v[i]), e))
            return false;
    if (!tool_run(&argv, TOOL_MS, &x, e))
        return false;
    ok = x.code == 0 || strstr(buf_str(&x.out), "No such file or directory") || tool_failed("ip", &x, e);
    buf_free(&x.out);
    return ok;
}

bool os_firewall_remove(const struct firewall_rule *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok;

    if (text_eq(r->tool, "iptables") || text_eq(r->tool, "ip6tables"))
        ok = remove_iptables(r, &a, e);
    else if (text_eq(r->tool, "nft"))
        ok = remove_nft(r, &a, e);
    else if (text_eq(r->tool, "ip-rule"))
        ok = remove_rule(r, &a, e);
    else
        ok = malformed(r, e);
    arena_free(&a);
    return ok;
}
