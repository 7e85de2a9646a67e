/*
 * How a PC is reached: arguments, what is refused, the command for Windows, and what ssh's own words mean. The messages were
 * recorded from OpenSSH 9.2p1 of Debian 12 against real sshd's (and things that are none) in a network namespace.
 */
#include "core/base/schema.h"
#include "core/visit/bootstrap.h"
#include "core/visit/libssh.h"
#include "core/visit/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct worker_file worker = {SHA, "", 1700000, NULL};
static const struct transport_options plain = {.kex = NULL};

static struct strs launch(const struct transport *way, const struct target *t, const struct transport_options *o, struct arena *a)
{
    struct err e = ERR_INIT;
    struct strs args = {NULL, 0};

    if (!way->launch(t, o, &worker, a, &args, &e))
        fail_msg("%s", e.text);
    assert_null(args.v[args.n]);
    return args;
}

static char *joined(const struct strs *args, size_t n, struct arena *a)
{
    char *ret = arena_strdup(a, args->v[0]);

    for (size_t i = 1; i < n; i++)
        ret = arena_printf(a, "%s %s", ret, args->v[i]);
    return ret;
}

#define PINNED                                                                                               \
    "ssh -T -a -x -o BatchMode=yes -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -o StrictHostKeyChecking=yes -o UpdateHostKeys=no " \
    "-o ControlPath=none -o ClearAllForwardings=yes -o PermitLocalCommand=no -o RemoteCommand=none -o RequestTTY=no -o LogLevel=INFO "

static void ssh_arguments(void **none)
{
    const struct target bare = {.name = "pc-1"};
    const struct target full = {.name = "PC 1", .address = "2001:db8::7", .user = "CORP\\ops", .port = 2222, .become = true};
    const struct transport_options all = {.ssh_config = "/etc/fleet.conf", .kex = "curve25519", .connect_s = 7};
    const char *library[] = {"avswap-ssh", "-o", "ciphers=aes128-ctr"};
    const struct transport_options by_library = {.connect_s = 7, .libssh = {library, 3}};
    struct arena a = ARENA_INIT;
    struct strs args = launch(&transport_ssh, &bare, &plain, &a);
    const char *command = args.v[args.n - 1];

    (void)none;
    assert_string_equal(joined(&args, args.n - 1, &a), PINNED "-o ConnectTimeout=10 -- pc-1");
    assert_true(text_starts(command, "exec /bin/sh -c '"));
    assert_true(text_ends(command, "' avswap " SHA " 1700000 /var/lib/avswap plain"));
    args = launch(&transport_ssh, &full, &all, &a);
    assert_string_equal(joined(&args, args.n - 1, &a), PINNED
                        "-o ConnectTimeout=7 -o KexAlgorithms=curve25519-sha256 -F /etc/fleet.conf -p 2222 -l CORP\\ops -- 2001:db8::7");
    assert_true(text_starts(args.v[args.n - 1], "exec sudo -n /bin/sh -c '"));
    args = launch(&transport_local, &(struct target){.name = "here", .become = true}, &plain, &a);
    assert_int_equal(args.n, 10);
    assert_string_equal(args.v[9], "plain");
    assert_string_equal(args.v[0], "sudo");
    assert_string_equal(args.v[4], bootstrap_script);
    assert_string_equal(args.v[6], SHA);
    args = launch(&transport_libssh, &full, &by_library, &a);
    assert_string_equal(joined(&args, args.n - 1, &a),
                        "avswap-ssh -o ciphers=aes128-ctr -o connecttimeout=7 -o port=2222 -o user=CORP\\ops -- 2001:db8::7");
    assert_true(text_starts(args.v[args.n - 1], "exec sudo -n /bin/sh -c '"));
    assert_ptr_equal(transport_find("libssh"), &transport_libssh);
    assert_ptr_equal(transport_find("ssh"), &transport_ssh);
    assert_ptr_equal(transport_find("local"), &transport_local);
    assert_null(transport_find("telnet"));
    arena_free(&a);
}

/* What a login shell would act on, whichever it is, does not stand between the apostrophes. */
static void the_script_is_one_for_every_login_shell(void **none)
{
    (void)none;
    for (const char *p = bootstrap_script; *p; p++)
        if (strchr("'\\!\n\r\t", *p) || *p < ' ' || *p > '~')
            fail_msg("character %d at %td", *p, p - bootstrap_script);
}

static void what_is_refused(void **none)
{
    static const struct {
        struct target t;
        const char *why;
    } rows[] = {
        {{.name = NULL}, "without a name"},
        {{.name = ""}, "is empty"},
        {{.name = "-oProxyCommand=reboot"}, "begins with '-'"},
        {{.name = "a", .address = "-oProxyCommand=reboot"}, "begins with '-'"},
        {{.name = "a b"}, "holds a character"},
        {{.name = "a;reboot"}, "holds a character"},
        {{.name = "a$(reboot)"}, "holds a character"},
        {{.name = "a`reboot`"}, "holds a character"},
        {{.name = "a\nb"}, "'a\\x0ab' holds a character"},
        {{.name = "a\033[2J"}, "'a\\x1b[2J' holds a character"},
        {{.name = "root@a"}, "holds a character"},
        {{.name = "ssh://a"}, "holds a character"},
        {{.name = "%h"}, "holds a character"},
        {{.name = "fe80::1%eth0"}, "holds a character"},
        {{.name = "b\xc3\xbcro"}, "holds a character"},
        {{.name = "a", .user = "-l"}, "begins with '-'"},
        {{.name = "a", .user = ""}, "is empty"},
        {{.name = "a", .user = "x y"}, "holds a character"},
        {{.name = "a", .user = "x$y"}, "holds a character"},
        {{.name = "a", .user = "x'y"}, "holds a character"},
        {{.name = "a", .user = "x\\"}, "backslash"},
        {{.name = "a", .user = "\\x"}, "backslash"},
        {{.name = "a", .user = "a\\b\\c"}, "backslash"},
        {{.name = "a", .port = -1}, "port"},
        {{.name = "a", .port = 65536}, "port"},
        {{.name = "a", .state = "var/lib"}, "does not begin with '/'"},
        {{.name = "a", .state = "/var/lib;reboot"}, "holds a character"},
        {{.name = "a", .state = "/var/lib avswap"}, "holds a character"},
        {{.name = "a", .os = TARGET_WINDOWS, .become = true}, "become"},
        {{.name = "a", .os = TARGET_WINDOWS, .state = "C:\\x$y"}, "holds a character"},
        {{.name = "a", .os = TARGET_WINDOWS, .state = "C:\\x\"y"}, "holds a character"},
        {{.name = "a", .os = TARGET_WINDOWS, .state = "C:\\x`y"}, "holds a character"},
    };
    const struct transport_options kex = {.kex = "sntrup761"};
    struct arena a = ARENA_INIT;
    struct target longest;
    char name[300];
    struct strs args;

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t j = 0; transports[j]; j++) {
            struct err e = ERR_INIT;

            if (transports[j]->launch(&rows[i].t, &plain, &worker, &a, &args, &e) || e.code != ERR_INPUT || !strstr(e.text, rows[i].why))
                fail_msg("row %zu by %s: %s", i, transports[j]->name, e.text);
        }
    for (int n = 255; n <= 256; n++) {
        struct err e = ERR_INIT;

        memset(name, 'a', sizeof name);
        name[n] = '\0';
        longest = (struct target){.name = name};
        assert_int_equal(transport_check_target(&longest, &e), n == 255);
    }
    {
        struct err e = ERR_INIT;

        assert_false(transport_ssh.launch(&(struct target){.name = "a"}, &kex, &worker, &a, &args, &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
    arena_free(&a);
}

/* --- Windows -------------------------------------------------------------------------------------------------------- */

static size_t base64_decode(const char *s, unsigned char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, have = 0;
    size_t n = 0;

    for (; *s && *s != '='; s++) {
        const char *at = strchr(letters, *s);

        assert_non_null(at);
        bits = bits << 6 | (unsigned)(at - letters);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    return n;
}

/* Every bracket and quotation mark of it has its other one; a script that is cut or misspelt has not. */
static void balanced(const char *s)
{
    char open[64];
    size_t n = 0;

    for (char in = 0; *s; s++) {
        if (in == '"' && *s == '`') {
            s++;
        } else if (in && *s != in && !(in == '"' && *s == '$' && s[1] == '(')) {
            continue;
        } else if (*s == '\'' || *s == '"') {
            in = in ? 0 : *s;
        } else if (strchr("([{", *s)) {
            assert_true(n < sizeof open);
            open[n++] = *s == '(' ? ')' : *s == '[' ? ']' : '}';
        } else if (strchr(")]}", *s)) {
            assert_true(n > 0 && open[n - 1] == *s);
            n--;
        } else if (in == '"' && *s == '$') { /* "$(...)" as this script has it: no marks inside */
            s += strcspn(s, "\"") - 1;
        }
    }
    assert_int_equal(n, 0);
}

static void windows_command(void **none)
{
    static const char lead[] = "powershell -NoProfile -NonInteractive -InputFormat None -OutputFormat Text -EncodedCommand ";
    const struct target t = {.name = "win-1", .os = TARGET_WINDOWS};
    struct target far = t;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct strs args = launch(&transport_ssh, &t, &plain, &a);
    const char *command = args.v[args.n - 1], *script = bootstrap_powershell(&t, &worker, &a);
    unsigned char *raw = malloc(strlen(command));
    char state[256], golden[16384] = "";
    size_t n = base64_decode(command + strlen(lead), raw);
    FILE *f = fopen("tests/unit/windows/bootstrap.ps1", "rb");

    (void)none;
    assert_true(text_starts(command, lead));
    assert_true(strlen(command) <= BOOTSTRAP_WINDOWS_MAX);
    assert_int_equal(n, 2 * strlen(script));
    for (size_t i = 0; i < n; i += 2)
        if (raw[i] != (unsigned char)script[i / 2] || raw[i + 1])
            fail_msg("character %zu", i / 2);
    free(raw);
    for (const char *p = script; *p; p++)
        assert_true((*p >= ' ' && *p <= '~') || *p == '\n');
    balanced(script);
    if (!f)
        fail_msg("tests/unit/windows/bootstrap.ps1 is read from the repository's folder");
    assert_true(fread(golden, 1, sizeof golden - 1, f) > 0);
    fclose(f);
    assert_string_equal(script, golden);
    /* The longest state folder that is let through still fits into cmd.exe's line. */
    memset(state, 'a', 255);
    memcpy(state, "C:\\", 3);
    state[255] = '\0';
    far.state = state;
    if (!transport_ssh.launch(&far, &plain, &worker, &a, &args, &e))
        fail_msg("%s", e.text);
    assert_true(strlen(args.v[args.n - 1]) <= BOOTSTRAP_WINDOWS_MAX);
    assert_false(transport_local.launch(&t, &plain, &worker, &a, &args, &e));
    arena_free(&a);
}

/* --- how it ended --------------------------------------------------------------------------------------------------- */

struct recorded {
    int status;
    enum link link;
    const char *errors, *says;
};

static const struct recorded by_openssh[] = {
    {255, LINK_LOGIN, "root@127.0.0.1: Permission denied (publickey,password,keyboard-interactive).\n", "login was refused"},
    {255, LINK_LOGIN, "root@127.0.0.1: Permission denied (password,keyboard-interactive).\n", "login was refused"},
    {255, LINK_LOGIN, "Received disconnect from 127.0.0.1 port 2204:2: Too many authentication failures\nDisconnected from 127.0.0.1 port 2204\n",
     "IdentitiesOnly"},
    {255, LINK_LOGIN,
     "Warning: Identity file nosuchkey not accessible: No such file or directory.\n"
     "root@127.0.0.1: Permission denied (publickey,password,keyboard-interactive).\n",
     "login was refused"},
    /* the jump host of a ProxyJump refuses */
    {255, LINK_LOGIN,
     "Permission denied, please try again.\nPermission denied, please try again.\n"
     "root@127.0.0.1: Permission denied (publickey,password,keyboard-interactive).\n"
     "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n",
     "(root@127.0.0.1: Permission denied"},
    {255, LINK_KEY,
     "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
     "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
     "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
     "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n"
     "Someone could be eavesdropping on you right now (man-in-the-middle attack)!\n"
     "It is also possible that a host key has just been changed.\n"
     "The fingerprint for the ED25519 key sent by the remote host is\n"
     "SHA256:WuLyYrdrjyHtKqqKTWb0Or/gBXhAzukGNHhivLUFauw.\nPlease contact your system administrator.\n"
     "Add correct host key in kh.changed to get rid of this message.\nOffending ED25519 key in kh.changed:1\n  remove with:\n"
     "  ssh-keygen -f \"kh.changed\" -R \"[127.0.0.1]:2201\"\n"
     "Host key for [127.0.0.1]:2201 has changed and you have requested strict checking.\nHost key verification failed.\n",
     "(Host key for [127.0.0.1]:2201 has changed"},
    {255, LINK_KEY,
     "No ED25519 host key is known for [127.0.0.1]:2201 and you have requested strict checking.\nHost key verification failed.\n",
     "not known here"},
    {255, LINK_KEY,
     "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
     "@       WARNING: REVOKED HOST KEY DETECTED!               @\n"
     "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
     "The ED25519 host key for [127.0.0.1]:2201 is marked as revoked.\nThis could mean that a stolen key is being used to\n"
     "impersonate this host.\nED25519 host key for [127.0.0.1]:2201 was revoked and you have requested strict checking.\n"
     "Host key verification failed.\n",
     "revoked"},
    {255, LINK_SETUP,
     "Unable to negotiate with 127.0.0.1 port 2202: no matching key exchange method found. Their offer: "
     "diffie-hellman-group14-sha256,kex-strict-s-v00@openssh.com\n",
     "no algorithm in common"},
    {255, LINK_SETUP, "Unable to negotiate with 127.0.0.1 port 2201: no matching host key type found. Their offer: ssh-ed25519\n",
     "no algorithm in common"},
    {255, LINK_SETUP, "command-line: line 0: Bad configuration option: foo\n", "correct the line"},
    {255, LINK_SETUP, "cfg: line 1: Bad configuration option: fooo\ncfg: terminating, 1 bad configuration options\n", "correct the line"},
    {255, LINK_SETUP, "cfg line 1: no argument after keyword \"port\"\ncfg: terminating, 1 bad configuration options\n", "correct the line"},
    {255, LINK_SETUP, "Unsupported KEX algorithm \"foo\"\ncfg line 1: Bad SSH2 KexAlgorithms 'foo'.\ncfg: terminating, 1 bad configuration options\n",
     "correct the line"},
    {255, LINK_SETUP, "Bad owner or permissions on /root/.ssh/config\n", "only its owner"},
    {255, LINK_SETUP, "Can't open user config file nosuch: No such file or directory\n", "cannot be read"},
    {255, LINK_SILENT, "ssh: connect to host 127.0.0.1 port 2299: Connection refused\n", "nothing listens"},
    {255, LINK_SILENT, "ssh: connect to host 10.9.9.8 port 22: Connection timed out\n", "does not answer"},
    {255, LINK_SILENT, "ssh: connect to host 10.9.9.9 port 22: Network is unreachable\n", "no way to its network"},
    {255, LINK_SILENT, "ssh: connect to host 10.8.1.1 port 22: No route to host\n", "no way to it"},
    {255, LINK_SILENT, "ssh: connect to host 10.7.1.1 port 22: Invalid argument\n", "Invalid argument"},
    {255, LINK_SILENT, "ssh: Could not resolve hostname no-such-pc.example: Temporary failure in name resolution\n", "name"},
    {255, LINK_SILENT, "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 127.0.0.1 port 2210\n", "before the login"},
    {255, LINK_SILENT, "Connection timed out during banner exchange\nConnection to 127.0.0.1 port 2212 timed out\n", "does not answer"},
    {255, LINK_SILENT, "Connection reset by 127.0.0.1 port 2214\n", "was reset"},
    {255, LINK_SILENT,
     "kex_exchange_identification: No SSH version received in first 1024 lines from server\n"
     "banner exchange: Connection to 127.0.0.1 port 2215: invalid format\n",
     "before the login"},
    {255, LINK_SILENT, "Timeout, server 127.0.0.1 not responding.\n", "fell silent"},
    {255, LINK_SILENT, "Connection to 127.0.0.1 closed by remote host.\n", "closed the connection"},
    {255, LINK_SILENT, "client_loop: send disconnect: Broken pipe\n", "broke off"},
    {255, LINK_SILENT,
     "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\n"
     "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n",
     "nothing listens"},
    {255, LINK_SILENT,
     "/bin/bash: line 1: /nonexistent: No such file or directory\nkex_exchange_identification: Connection closed by remote host\n"
     "Connection closed by UNKNOWN port 65535\n",
     "before the login"},
    {255, LINK_SILENT, "", "broke off"},
    {127, LINK_SETUP, "bash: line 1: powershell: command not found\n", "inventory"},
    {127, LINK_SETUP, "bash: line 1: sudo: command not found\n", "inventory"},
    {1, LINK_SETUP, "sudo: a password is required\n", "sudo without a password"},
    {1, LINK_SETUP, "Authorized use only. \\033[31mred\n", "forced command"}, /* a login shell of nologin, behind a banner */
    {0, LINK_SETUP, "", "forced command"},
};

/* From avswap-ssh against sshd's, and things that are none. */
static const struct recorded by_libssh[] = {
    {LIBSSH_SILENT, LINK_SILENT, "avswap-ssh: no connection: Failed to resolve hostname x.invalid (Name or service not known)\n", "name service"},
    {LIBSSH_SILENT, LINK_SILENT, "avswap-ssh: no connection: Connection refused\n", "nothing listens"},
    {LIBSSH_SILENT, LINK_SILENT, "avswap-ssh: no connection: Timeout connecting to 127.0.0.1\n", "switched off"},
    {LIBSSH_SILENT, LINK_SILENT, "avswap-ssh: no connection: Socket error: Connection reset by peer\n", "was reset"},
    {LIBSSH_SILENT, LINK_SILENT, "avswap-ssh: the connection broke off\n", "broke off"},
    {LIBSSH_SILENT, LINK_SILENT, "", "broke off"},
    {LIBSSH_CHANGED, LINK_KEY, "avswap-ssh: the host key is another one\n", "ssh-keygen -R"},
    {LIBSSH_UNKNOWN, LINK_KEY, "avswap-ssh: the host key is not in known_hosts\n", "is not known here"},
    {LIBSSH_REFUSED, LINK_LOGIN, "avswap-ssh: no key was accepted: Access denied for 'publickey'.\n", "login was refused"},
    {LIBSSH_NOTHING_COMMON, LINK_SETUP, "avswap-ssh: no connection: kex error : no match for method kex algos\n", "no algorithm in common"},
    {LIBSSH_FAILED, LINK_SETUP, "avswap-ssh: libssh cannot be told: nothing\n", "--client openssh"},
    /* its exit status is the remote command's: what a PC writes says nothing of the connection */
    {249, LINK_SETUP, "avswap-ssh: no key was accepted\n", "forced command"},
    {127, LINK_SETUP, "bash: line 1: sudo: command not found\n", "inventory"},
    {0, LINK_SETUP, "", "forced command"},
};

static enum link classify_by(const struct transport *by, const struct link_end *end, struct buf *text)
{
    const struct target t = {.name = "pc-1"};

    buf_init(text, 4096);
    return by->classify(&t, end, text);
}

static enum link classify(const struct link_end *end, struct buf *text)
{
    return classify_by(&transport_ssh, end, text);
}

static void check_recorded(const struct transport *by, const struct recorded *rows, size_t n, int own)
{
    for (size_t i = 0; i < n; i++) {
        const struct link_end end = {.status = rows[i].status, .errors = rows[i].errors, .errors_len = strlen(rows[i].errors)};
        struct link_end greeted = end;
        struct buf text;
        enum link link = classify_by(by, &end, &text);

        if (link != rows[i].link || !strstr(buf_str(&text), rows[i].says))
            fail_msg("%s, row %zu: %s: %s", by->name, i, link_names[link], buf_str(&text));
        buf_free(&text);
        /* The same words from a PC that has spoken are only its words: it cannot stop a rollout with them. */
        greeted.greeted = true;
        assert_int_equal(classify_by(by, &greeted, &text), rows[i].status >= own ? LINK_SILENT : LINK_OK);
        buf_free(&text);
    }
}

static void the_words_of_the_clients(void **none)
{
    (void)none;
    check_recorded(&transport_ssh, by_openssh, sizeof by_openssh / sizeof by_openssh[0], 255);
    check_recorded(&transport_libssh, by_libssh, sizeof by_libssh / sizeof by_libssh[0], LIBSSH_FIRST);
}

static void other_ends(void **none)
{
    static const struct {
        struct link_end end;
        enum link link;
    } rows[] = {
        {{.status = 0, .greeted = true}, LINK_OK},
        {{.status = 1, .greeted = true}, LINK_OK},
        {{.status = 255, .greeted = true}, LINK_SILENT},
        {{.timed_out = true, .signal = 15}, LINK_SILENT},
        {{.timed_out = true, .signal = 15, .greeted = true}, LINK_SILENT},
        {{.signal = 9}, LINK_SILENT},
    };

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf text;
        enum link link = classify(&rows[i].end, &text);

        if (link != rows[i].link || !text.len)
            fail_msg("row %zu: %s: %s", i, link_names[link], buf_str(&text));
        buf_free(&text);
    }
}

/* Megabytes, no end of a line, NULs and escapes: bounded and harmless. */
static void hostile_errors(void **none)
{
    size_t n = 3 << 20;
    char *evil = malloc(n);
    struct link_end end = {.status = 255, .errors = evil, .errors_len = n};
    struct buf text;

    (void)none;
    for (size_t i = 0; i < n; i++)
        evil[i] = "\033]0;<b>\x9b\xff\0\xe2\x80\xae"[i % 13];
    assert_int_equal(classify(&end, &text), LINK_SILENT);
    assert_true(text.len > 0 && text.len < 2000 && !text.failed);
    for (size_t i = 0; i < text.len; i++)
        assert_true(text.data[i] >= ' ' && text.data[i] <= '~');
    buf_free(&text);
    /* What stands in the middle is not looked at, the end is. */
    memset(evil, 'x', n);
    memcpy(evil + n / 2, "Host key verification failed", 28);
    assert_int_equal(classify(&end, &text), LINK_SILENT);
    buf_free(&text);
    memcpy(evil + n - 30, "\nHost key verification failed\n", 30);
    assert_int_equal(classify(&end, &text), LINK_KEY);
    assert_non_null(strstr(buf_str(&text), "(Host key verification failed)"));
    buf_free(&text);
    free(evil);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ssh_arguments),    cmocka_unit_test(the_script_is_one_for_every_login_shell),
        cmocka_unit_test(what_is_refused),  cmocka_unit_test(windows_command),
        cmocka_unit_test(the_words_of_the_clients), cmocka_unit_test(other_ends),
        cmocka_unit_test(hostile_errors),
    };

    return cmocka_run_group_tests_name("fleet_transport", tests, NULL, NULL);
}
