/*
 * What the OpenSSH client says of its configuration, and whether a library may do it in its place. The text is what ssh -vG of OpenSSH
 * 9.2p1 of Debian 12 prints with avswap's options, lists shortened.
 */
#include "core/visit/ssh_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static const char recorded[] =
    "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026\r\n"
    "debug1: Reading configuration data /etc/ssh/ssh_config\r\n"
    "debug1: /etc/ssh/ssh_config line 19: include /etc/ssh/ssh_config.d/*.conf matched no files\r\n"
    "debug1: /etc/ssh/ssh_config line 21: Applying options for *\r\n"
    "debug1: Reading configuration data /srv/other config\r\n"
    "host avswap-any-pc\nuser ops\nhostname avswap-any-pc\nport 2222\naddressfamily any\nbatchmode yes\ncanonicalizefallbacklocal yes\n"
    "canonicalizehostname false\ncheckhostip no\ncompression no\ncontrolmaster false\nenablesshkeysign no\nclearallforwardings yes\n"
    "exitonforwardfailure no\nfingerprinthash SHA256\nforwardx11 no\nforwardx11trusted yes\ngatewayports no\ngssapiauthentication yes\n"
    "gssapikeyexchange no\ngssapidelegatecredentials no\ngssapitrustdns no\ngssapirenewalforcesrekey no\n"
    "gssapikexalgorithms gss-group14-sha256-\nhashknownhosts yes\nhostbasedauthentication no\nidentitiesonly no\n"
    "kbdinteractiveauthentication yes\nnohostauthenticationforlocalhost no\npasswordauthentication yes\npermitlocalcommand no\n"
    "proxyusefdpass no\npubkeyauthentication true\nrequesttty false\nsessiontype default\nstdinnull no\nforkafterauthentication no\n"
    "streamlocalbindunlink no\nstricthostkeychecking true\ntcpkeepalive yes\ntunnel false\nverifyhostkeydns false\nvisualhostkey no\n"
    "updatehostkeys false\nenableescapecommandline no\ncanonicalizemaxdots 1\nconnectionattempts 1\nforwardx11timeout 1200\n"
    "numberofpasswordprompts 3\nserveralivecountmax 4\nserveraliveinterval 15\nrequiredrsasize 1024\n"
    "ciphers chacha20-poly1305@openssh.com,aes128-ctr\nhostkeyalgorithms ssh-ed25519,rsa-sha2-512\n"
    "hostbasedacceptedalgorithms ssh-ed25519\nkexalgorithms curve25519-sha256\ncasignaturealgorithms ssh-ed25519\nloglevel INFO\n"
    "macs hmac-sha2-256\nsecuritykeyprovider internal\npubkeyacceptedalgorithms ssh-ed25519\nxauthlocation /usr/bin/xauth\n"
    "identityfile ~/.ssh/id_rsa\nidentityfile /srv/key\ncanonicaldomains none\nglobalknownhostsfile /etc/ssh/ssh_known_hosts\n"
    "userknownhostsfile /root/.ssh/known_hosts /root/.ssh/known_hosts2\nsendenv LANG\nsendenv LC_*\nlogverbose none\npermitremoteopen any\n"
    "addkeystoagent false\nforwardagent no\nconnecttimeout 10\ntunneldevice any:any\ncanonicalizePermittedcnames none\ncontrolpersist no\n"
    "escapechar ~\nipqos lowdelay throughput\nrekeylimit 0 0\nstreamlocalbindmask 0177\nsyslogfacility USER\n";

static void what_it_is_told(void **none)
{
    static const char *const want[] = {
        "user=ops", "port=2222", "gssapiauthentication=yes", "identitiesonly=no", "requiredrsasize=1024",
        "ciphers=chacha20-poly1305@openssh.com,aes128-ctr", "hostkeyalgorithms=ssh-ed25519,rsa-sha2-512", "kexalgorithms=curve25519-sha256",
        "macs=hmac-sha2-256", "pubkeyacceptedalgorithms=ssh-ed25519", "identityfile=~/.ssh/id_rsa", "identityfile=/srv/key",
        "globalknownhostsfile=/etc/ssh/ssh_known_hosts", "userknownhostsfile=/root/.ssh/known_hosts /root/.ssh/known_hosts2", "connecttimeout=10",
    };
    struct arena a = ARENA_INIT;
    const char *why;
    struct strs args;

    (void)none;
    if (!ssh_config_options(recorded, sizeof recorded - 1, &a, &args, &why))
        fail_msg("%s", why);
    assert_int_equal(args.n, 2 * sizeof want / sizeof want[0]);
    for (size_t i = 0; i < args.n; i += 2) {
        assert_string_equal(args.v[i], "-o");
        assert_string_equal(args.v[i + 1], want[i / 2]);
    }
    assert_null(args.v[args.n]);
    arena_free(&a);
}

/* Each of these lines, in the place of the one with that key or added to it, is for OpenSSH. */
static void what_is_left_to_openssh(void **none)
{
    static const char *const lines[] = {
        "hostname pc.example.com", "addressfamily inet", "compression yes", "canonicalizehostname true", "checkhostip yes",
        "connectionattempts 3", "enablesshkeysign yes", "forkafterauthentication yes", "gssapikeyexchange yes", "hostbasedauthentication yes",
        "nohostauthenticationforlocalhost yes", "preferredauthentications password,publickey", "pubkeyauthentication false",
        "rekeylimit 1000000 0", "securitykeyprovider /usr/lib/sk.so", "sessiontype none", "stdinnull yes", "tunnel point-to-point",
        "verifyhostkeydns true", "addkeystoagent true", "proxyjump gate", "proxycommand nc %h %p", "bindaddress 10.0.0.1",
        "bindinterface eth0", "hostkeyalias all", "certificatefile ~/.ssh/cert", "pkcs11provider /usr/lib/p11.so", "setenv A=b",
        "revokedhostkeys /etc/ssh/revoked", "knownhostscommand /usr/bin/known %H", "identityfile ~/.ssh/%h", "identityfile ${HOME}/key",
        "userknownhostsfile \"/root/a b\"", "what is not known", "Pseudo-terminal will not be allocated because stdin is not a terminal.",
    };
    char text[sizeof recorded + 128];

    (void)none;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct arena a = ARENA_INIT;
        const char *why;
        struct strs args;
        int n = snprintf(text, sizeof text, "%s%s\n", recorded, lines[i]);

        if (ssh_config_options(text, (size_t)n, &a, &args, &why))
            fail_msg("%s", lines[i]);
        assert_string_equal(why, lines[i]);
        arena_free(&a);
    }
}

static void which_files(void **none)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct strs files;
    char many[(SSH_CONFIG_FILES + 1) * 40], *p = many;

    (void)none;
    assert_true(ssh_config_files(recorded, sizeof recorded - 1, &a, &files, &e));
    assert_int_equal(files.n, 2);
    assert_string_equal(files.v[0], "/etc/ssh/ssh_config");
    assert_string_equal(files.v[1], "/srv/other config");
    assert_true(ssh_config_files("host x\n", 7, &a, &files, &e));
    assert_int_equal(files.n, 0);
    for (int i = 0; i <= SSH_CONFIG_FILES; i++)
        p += sprintf(p, "debug1: Reading configuration data /f\n");
    assert_false(ssh_config_files(many, (size_t)(p - many), &a, &files, &e));
    assert_int_equal(e.code, ERR_INPUT);
    arena_free(&a);
}

static void the_same_for_all(void **none)
{
    static const struct {
        const char *text;
        bool alike;
    } rows[] = {
        {"", true},
        {"# Host pc\nHost *\n  User root\n", true},
        {"HOST=*\nhost \"*\"\n\"Host\" *\nMatch all\nmatch = ALL\r\n", true},
        {"HostName x\nHostKeyAlias y\nHostbasedAuthentication no\n", true},
        {"User root\nHost pc1\n", false},
        {"  host\tpc*\n", false},
        {"Host * !pc1\n", false},
        {"Host *.example.com\n", false},
        {"Host\n", false},
        {"\"Host\" pc1\n", false},
        {"Host=pc1", false},
        {"Host= \"pc1\"\n", false},
        {"Match host pc1\n", false},
        {"Match final all\n", false},
        {"match exec true\n", false},
        {"User root\r\nHost pc1\r\n", false},
    };

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (ssh_config_alike(rows[i].text, strlen(rows[i].text)) != rows[i].alike)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void the_way(void **none)
{
    struct way way;
    char text[sizeof recorded + 128];
    int n;

    (void)none;
    assert_true(ssh_config_read_way(recorded, sizeof recorded - 1, &way));
    assert_string_equal(way.host, SSH_CONFIG_ANY_PC);
    assert_string_equal(way.port, "2222");
    assert_int_equal(way.family, AF_UNSPEC);
    n = snprintf(text, sizeof text, "%saddressfamily inet6\n", recorded);
    assert_true(ssh_config_read_way(text, (size_t)n, &way));
    assert_int_equal(way.family, AF_INET6);
    n = snprintf(text, sizeof text, "%sproxyjump gate\n", recorded);
    assert_false(ssh_config_read_way(text, (size_t)n, &way));
    assert_false(ssh_config_read_way("hostname x\n", 11, &way));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_is_told),  cmocka_unit_test(what_is_left_to_openssh), cmocka_unit_test(which_files),
        cmocka_unit_test(the_same_for_all), cmocka_unit_test(the_way),
    };

    return cmocka_run_group_tests_name("fleet_ssh_config", tests, NULL, NULL);
}
