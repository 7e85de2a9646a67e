/* Stand-in products: firewall rules with the marks of kesl.ini. */
#include "tests/products/src/fwmarks.h"

#include <stdio.h>

#include "tests/products/src/daemon.h"
#include "tests/products/src/keyval.h"

#define KESL_INI "/var/opt/kaspersky/kesl/common/kesl.ini"
#define WORDS_MAX 12
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct rule {
    const char *key; /* in kesl.ini */
    const char *mark;
    bool left_behind;                /* by a removal that does not clean */
    const char *iptables[WORDS_MAX]; /* the rule; MARKED stands for mark/mark */
    const char *chain;               /* of nft */
    const char *nft[2];              /* the rule before and after the mark */
};

static const char MARKED[] = "MARK/MARK";

static const struct rule rules[] = {
    {"BypassFwMark", "0x400", true,
     {"OUTPUT", "-m", "mark", "--mark", MARKED, "-j", "RETURN"},
     "bypass", {"meta mark and ", " != 0 return"}},
    {"NtpFwMark", "0x200", false,
     {"OUTPUT", "-p", "udp", "--dport", "123", "-j", "MARK", "--set-xmark", MARKED},
     "ntp", {"udp dport 123 meta mark set meta mark or ", ""}},
};

static bool have(const char *tool)
{
    return daemon_run((const char *const[]){tool, "--version", NULL}) == 0;
}

static void mark_of(const struct rule *rule, char *mark, size_t size)
{
    if (!keyval_get(KESL_INI, rule->key, mark, size))
        snprintf(mark, size, "%s", rule->mark);
}

/* `action` is -C to ask, -A to add, -D to delete. */
static int iptables(const char *action, const struct rule *rule)
{
    const char *argv[WORDS_MAX + 6] = {"iptables", "-w", "-t", "mangle", action};
    char mark[32];
    char masked[72];

    mark_of(rule, mark, sizeof mark);
    snprintf(masked, sizeof masked, "%s/%s", mark, mark);
    for (int i = 0; rule->iptables[i]; i++)
        argv[5 + i] = rule->iptables[i] == MARKED ? masked : rule->iptables[i];
    return daemon_run(argv);
}

/* Adding a table or chain that exists is no error to nft; the flush keeps a second start from doubling the rule. */
static void nft_add(const struct rule *rule)
{
    char mark[32];
    char script[400];

    mark_of(rule, mark, sizeof mark);
    snprintf(script, sizeof script,
             "add table ip kesl; add chain ip kesl %s { type filter hook output priority mangle; }; "
             "flush chain ip kesl %s; add rule ip kesl %s %s%s%s",
             rule->chain, rule->chain, rule->chain, rule->nft[0], mark, rule->nft[1]);
    daemon_run((const char *const[]){"nft", script, NULL});
}

static void nft_remove(const struct rule *rule)
{
    daemon_run((const char *const[]){"nft", "delete", "chain", "ip", "kesl", rule->chain, NULL});
}

void fwmarks_add(void)
{
    bool use_iptables = have("iptables");

    if (!use_iptables && !have("nft"))
        return;
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (!use_iptables)
            nft_add(&rules[i]);
        else if (iptables("-C", &rules[i]))
            iptables("-A", &rules[i]);
    }
}

void fwmarks_remove(bool all)
{
    bool use_iptables = have("iptables");

    if (!use_iptables && !have("nft"))
        return;
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (rules[i].left_behind && !all)
            continue;
        if (use_iptables)
            iptables("-D", &rules[i]);
        else
            nft_remove(&rules[i]);
    }
}
