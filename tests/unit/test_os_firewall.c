/* Rules with marks: the kernel's own tables in a network namespace of the test. */
#include "core/os/machine.h"
#include "tests/unit/test_os_sandbox.h"

#include "core/os/posix/firewall.h"

static const struct firewall_rule *find(const char *tool, const char *part)
{
    memset(&facts, 0, sizeof facts);
    if (!os_firewall_list(&facts, &arena, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < facts.firewall.n; i++)
        if (text_eq(facts.firewall.v[i].tool, tool) && strstr(facts.firewall.v[i].text, part))
            return &facts.firewall.v[i];
    return NULL;
}

static void expect(const char *tool, const char *part, long long mark)
{
    const struct firewall_rule *r = find(tool, part);

    if (!r)
        fail_msg("no rule of %s with '%s' among %zu", tool, part, facts.firewall.n);
    assert_int_equal(r->mark, mark);
}

static void removes(const char *tool, const char *part)
{
    const struct firewall_rule *r = find(tool, part);
    size_t before = facts.firewall.n;

    assert_non_null(r);
    if (!os_firewall_remove(r, &e))
        fail_msg("%s", e.text);
    assert_null(find(tool, part));
    assert_int_equal(facts.firewall.n, before - 1);
    /* It is gone; that is what was wanted. */
    if (!os_firewall_remove(r, &e))
        fail_msg("%s", e.text);
}

static void reads_marks(void **state)
{
    static const struct {
        const char *rule;
        long long mark;
    } rows[] = {
        {"-A OUTPUT -m mark --mark 0x400/0x400 -j RETURN", 0x400},
        {"-A OUTPUT -p udp -j MARK --set-xmark 0x200/0x200", 0x200},
        {"-A OUTPUT -m mark ! --mark 0x10 -j ACCEPT", 0x10},
        {"-A OUTPUT -m mark --mark 0x0/0x400 -j RETURN", 0x400},
        {"-A OUTPUT -j MARK --set-xmark 0x0/0xffffffff", 0},
        {"-A X -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff", 0},
        {"-A X -m connmark --mark 0x7 -j DROP", 7},
        {"-A X -m comment --comment \"mark 5\" -j DROP", 0},
        {"-A X -m comment --comment \"say \\\"mark 5\\\"\" -m mark --mark 0x6 -j DROP", 6},
        {"-A X --dport 80 -j DROP", 0},
        {"meta mark & 0x00000400 != 0x00000000 return", 0x400},
        {"udp dport 123 meta mark set meta mark | 0x00000200", 0x200},
        {"ct mark 0x00000005 accept", 5},
        {"meta mark set ct mark", 0},
        {"meta mark 0x00000000 tcp dport 22 accept", 0},
        {"from all fwmark 0x400/0x400 lookup 100", 0x400},
        {"from all lookup main", 0},
        {"mark", 0},
        {"mark 99999999999999999999", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (firewall_mark(rows[i].rule) != rows[i].mark)
            fail_msg("'%s': %llx", rows[i].rule, (unsigned long long)firewall_mark(rows[i].rule));
}

static void finds_none_where_there_are_none(void **state)
{
    (void)state;
    assert_true(os_firewall_list(&facts, &arena, &e));
    assert_int_equal(facts.firewall.n, 0);
}

static void iptables_rules(void **state)
{
    (void)state;
    sh("iptables -w -t mangle -A OUTPUT -m mark --mark 0x400/0x400 -j RETURN;"
       "iptables -w -t mangle -A OUTPUT -p udp --dport 123 -j MARK --set-xmark 0x200/0x200;"
       "iptables -w -A INPUT -m comment --comment \"a \\\"b\\\" mark\" -m mark --mark 0x77 -j ACCEPT;"
       "iptables -w -A INPUT -p tcp --dport 22 -j ACCEPT;"
       "ip6tables -w -A INPUT -m mark --mark 0x400/0x400 -j ACCEPT");
    expect("iptables", "-t mangle -A OUTPUT -m mark --mark 0x400/0x400 -j RETURN", 0x400);
    expect("iptables", "--dport 123", 0x200);
    expect("iptables", "-A INPUT", 0x77);
    expect("ip6tables", "-t filter -A INPUT", 0x400);
    assert_int_equal(facts.firewall.n, 4); /* nft shows none of them a second time */
    removes("iptables", "--mark 0x400/0x400");
    removes("iptables", "--dport 123");
    removes("iptables", "0x77");
    removes("ip6tables", "0x400");
    sh("iptables-save | grep -q -- '--dport 22'");
    sh("nft flush ruleset");
}

static void nft_rules(void **state)
{
    (void)state;
    sh("nft 'add table ip kesl; add chain ip kesl bypass { type filter hook output priority mangle; };"
       "add chain ip kesl empty; add set ip kesl s { type ipv4_addr; elements = { 10.0.0.1 }; };"
       "add rule ip kesl bypass counter meta mark and 0x400 != 0 return;"
       "add rule ip kesl bypass udp dport 123 meta mark set meta mark or 0x200 comment \"x # handle 5\";"
       "add rule ip kesl bypass tcp dport 22 accept;"
       "add table inet av; add chain inet av c; add rule inet av c ct mark 0x10 accept'");
    expect("nft", "ip kesl bypass counter meta mark & 0x00000400", 0x400);
    expect("nft", "ip kesl bypass udp dport 123", 0x200);
    expect("nft", "inet av c ct mark", 0x10);
    assert_int_equal(facts.firewall.n, 3);
    removes("nft", "udp dport 123");
    removes("nft", "& 0x00000400");
    removes("nft", "ct mark");
    sh("nft list ruleset | grep -q 'dport 22'; nft flush ruleset");
    /* A table that is gone. */
    assert_true(os_firewall_remove(&(struct firewall_rule){"nft", "ip kesl bypass meta mark 0x1", 1}, &e));
}

static void routing_rules(void **state)
{
    (void)state;
    sh("ip link set lo up; ip rule add fwmark 0x400/0x400 lookup 100; ip rule add fwmark 0x200 iif none0 "
       "lookup 101;"
       "ip -6 rule add fwmark 0x30 lookup 102");
    expect("ip-rule", "fwmark 0x400", 0x400);
    expect("ip-rule", "fwmark 0x200", 0x200);
    expect("ip-rule", "-6 ", 0x30);
    assert_int_equal(facts.firewall.n, 3);
    removes("ip-rule", "fwmark 0x400");
    removes("ip-rule", "fwmark 0x200");
    removes("ip-rule", "fwmark 0x30");
    sh("ip rule show | grep -q main");
}

static void refuses_what_is_no_rule(void **state)
{
    static const struct firewall_rule rows[] = {
        {"iptables", "", 1},
        {"iptables", "-t mangle -F OUTPUT", 1},
        {"iptables", "-F", 1},
        {"nft", "ip kesl", 1},
        {"nft", "", 1},
        {"ip-rule", "32765:", 1},
        {"ip-rule", "-4 x from", 1},
        {"sh", "-c true", 1},
        {"ip-rule", "-4 5:", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(os_firewall_remove(&rows[i], &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
}

static int enter(void **state)
{
    struct arena a = ARENA_INIT;
    bool tools = os_program("iptables", &a) && os_program("nft", &a) && os_program("ip", &a);

    arena_free(&a);
    if (!tools) {
        fprintf(stderr, "this test needs the packages iptables, nftables and iproute2\n");
        return -1;
    }
    return sandbox_enter(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SANDBOX_TEST(reads_marks),    SANDBOX_TEST(finds_none_where_there_are_none),
        SANDBOX_TEST(iptables_rules), SANDBOX_TEST(nft_rules),
        SANDBOX_TEST(routing_rules),  SANDBOX_TEST(refuses_what_is_no_rule),
    };

    return cmocka_run_group_tests_name("os_firewall", tests, enter, NULL);
}
