/* Inventories: what each format comes to, what is refused and where; zones as the C library knows them. */
#include "core/inventory/inventory.h"
#include "core/inventory/zone.h"
#include "core/os/file.h"
#include "tests/unit/fixture.h"

#include <time.h>

/* Hosts as "name=address:user:port/os/site groups tags;" one after the other. */
static void tell(const struct fleet_inventory *v, struct buf *out)
{
    for (size_t i = 0; i < v->hosts.n; i++) {
        const struct fleet_host *h = &v->hosts.v[i];

        buf_printf(out, "%s=%s:%s:%lld/%s/%s", h->name, h->address ? h->address : "", h->user ? h->user : "", h->port,
                   fleet_os_names[h->os], h->site ? h->site : "");
        for (size_t k = 0; k < h->groups.n; k++)
            buf_printf(out, " @%s", h->groups.v[k]);
        for (size_t k = 0; k < h->tags.n; k++)
            buf_printf(out, " #%s", h->tags.v[k]);
        buf_printf(out, "%s%s;", h->become ? " sudo" : "", h->transport == FLEET_LOCAL ? " local" : "");
    }
}

struct row {
    const char *name;
    const char *file;
    const char *text;
    const char *want; /* hosts; NULL: refused */
    const char *says; /* parts of the reason, or of a note */
};

static const struct row rows[] = {
    {"names", "hosts", "pc2 pc1 # and more\n\npc3\r\n", "pc1=::0/linux/;pc2=::0/linux/;pc3=::0/linux/;", NULL},
    {"names twice", "hosts", "pc1\npc1\n", "pc1=::0/linux/;", NULL},
    {"a name like an option", "hosts", "pc1\n-oProxyCommand=x\n", NULL, "hosts:2:|begins with '-'"},
    {"a terminal escape", "hosts", "pc1\npc\x1b[31m\n", NULL, "hosts:2:"},
    {"right to left", "hosts", "pc\u202e1\n", NULL, "hosts:1:|characters"},
    {"a path", "hosts", "../etc\n", NULL, "hosts:1:"},
    {"not UTF-8", "hosts", "pc1\n\xff\n", NULL, "hosts:2:|UTF-8"},
    {"letters of others", "hosts", "бухгалтерия\n", "бухгалтерия=::0/linux/;", NULL},

    {"csv", "x.csv", "\xef\xbb\xbfname,address,user,port,os,become,site,groups,tags\r\n"
                     "pc1,10.0.0.1,\"admin\",22,windows,yes,\"Haus \"\"A\"\", 2\",b a,t\r\n\r\npc2,,,,,,,,\r\n",
     "pc1=10.0.0.1:admin:22/windows/Haus \"A\", 2 @a @b #t sudo;pc2=::0/linux/;", NULL},
    {"csv of a spreadsheet", "x", "name;port\npc1;2222\n", "pc1=::2222/linux/;", NULL},
    {"csv without a last line end", "x.csv", "port,name\n1,pc1", "pc1=::1/linux/;", NULL},
    {"csv: unknown column", "x.csv", "name,adress\npc1,x\n", NULL, "x.csv:1:|'adress'|did you mean 'address'"},
    {"csv: a column twice", "x.csv", "name,name\n", NULL, "x.csv:1:|twice"},
    {"csv: no name column", "x.csv", "port\n", NULL, "x.csv:1:|'name'"},
    {"csv: no name", "x.csv", "name,port\n,22\n", NULL, "x.csv:2:|name is missing"},
    {"csv: line behind a cell of two lines", "x.csv", "name,contact\npc1,\"a, b\"\npc2,c\npc3,\"x\n", NULL, "x.csv:4:|does not end"},
    {"csv: control characters", "x.csv", "name,contact\npc1,\"a\nb\"\n", NULL, "x.csv:2:|control"},
    {"csv: port", "x.csv", "name,port\npc1,99999\n", NULL, "x.csv:2:|99999"},
    {"csv: system", "x.csv", "name,os\npc1,beos\n", NULL, "x.csv:2:|beos|linux and windows"},
    {"csv: too many cells", "x.csv", "name\npc1,x\n", NULL, "x.csv:2:|more cells"},
    {"csv: window", "x.csv", "name,window\npc1,22:00-25:00\n", NULL, "x.csv:2:|window"},
    {"csv: zone", "x.csv", "name,zone\npc1,Europe/Berlin\npc2,../../etc/passwd\n", NULL, "x.csv:3:|zone"},
    {"csv: told twice otherwise", "x.csv", "name,port\npc1,1\npc2,1\npc1,2\n", NULL, "x.csv:4:|pc1|x.csv:2"},

    {"jsonl", "x", "{\"name\": \"pc1\", \"groups\": [\"b\", \"a\"]}\n\n{\"name\":\"pc0\",\"port\":5}\n",
     "pc0=::5/linux/;pc1=::0/linux/ @a @b;", NULL},
    {"jsonl: unknown key", "x.jsonl", "{\"name\": \"pc1\"}\n{\"name\": \"pc2\", \"usr\": 1}\n", NULL, "x.jsonl:2:|usr|user"},
    {"jsonl: broken", "x.jsonl", "{\"name\": \"pc1\"}\n{\"name\": \n", NULL, "x.jsonl:2:"},
    {"jsonl: no name", "x.jsonl", "{\"port\": 1}\n", NULL, "x.jsonl:1:|name"},

    {"ini", "x", "lone ansible_port=5\n[web]\nw[08:10:2].x:22 ansible_user='a b'\n[up:children]\nweb\n[up:vars]\navswap_site = Kiel\n",
     NULL, "x:3:|user"},
    {"ini: ranges", "x.ini", "[web]\nw[08:10:2].x:22\nd-[a:b]\n[up:children]\nweb\n[up:vars]\navswap_site = Kiel # yes\n",
     "d-a=::0/linux/Kiel # yes @up @web;d-b=::0/linux/Kiel # yes @up @web;w08.x=::22/linux/Kiel # yes @up @web;w10.x=::22/linux/Kiel # yes @up @web;", NULL},
    {"ini: the host's own wins", "x.ini", "[a]\nh ansible_user=own\n[a:vars]\nansible_user=group\n", "h=:own:0/linux/ @a;", NULL},
    {"ini: a child group wins", "x.ini", "[a]\nh\n[b:children]\na\n[b:vars]\nansible_user=b\n[a:vars]\nansible_user=a\n", "h=:a:0/linux/ @a @b;", NULL},
    {"ini: priority", "x.ini", "[a]\nh\n[b]\nh\n[a:vars]\nansible_user=a\nansible_group_priority=10\n[b:vars]\nansible_user=b\n", "h=:a:0/linux/ @a @b;", NULL},
    {"ini: local and Windows", "x.ini", "l ansible_connection=local\nw ansible_shell_type=powershell\n", "l=::0/linux/ local;w=::0/windows/;", NULL},
    {"ini: WinRM", "x.ini", "h\nw ansible_connection=winrm\n", NULL, "x.ini:2:|winrm|avswap_transport"},
    {"ini: a cycle", "x.ini", "[a:children]\nb\n[b:children]\na\n", NULL, "in itself"},
    {"ini: a group that is not there", "x.ini", "[a:children]\nnosuch\n", NULL, "x.ini:2:|nosuch"},
    {"ini: unknown section", "x.ini", "h\n[a:hots]\n", NULL, "x.ini:2:"},
    {"ini: no assignment", "x.ini", "h oops\n", NULL, "x.ini:1:|oops"},
    {"ini: a quote", "x.ini", "h\nh ansible_user='x\n", NULL, "x.ini:2:|quote"},
    {"ini: endless range", "x.ini", "h[1:999999999]\n", NULL, "x.ini:1:|more than"},
    {"ini: range of ranges", "x.ini", "h[1:900][1:900][1:900]\n", NULL, "x.ini:1:|more than"},
    {"ini: bad range", "x.ini", "h[5:1]\n", NULL, "x.ini:1:|range"},
    {"ini: a template", "x.ini", "h ansible_host={{x}}\n", NULL, "x.ini:1:|template"},
    {"ini: a variable of ours mistyped", "x.ini", "h avswap_sit=x\n", NULL, "x.ini:1:|avswap_site"},
    {"ini: a password", "x.ini", "h ansible_password=geheim\n", "h=::0/linux/;", "x.ini:1:|ansible_password is a secret"},

    {"yaml", "x.yml", "---\nall:\n  hosts:\n    h1:\n    h[2:3]: {ansible_port: 22}\n  children:\n    g:\n      vars: &v {ansible_become: yes, avswap_tags: [x, y]}\n"
                      "      hosts: {h1: }\n    k: {hosts: {h9: }, vars: *v}\n",
     "h1=::0/linux/ @g #x #y sudo;h2=::22/linux/;h3=::22/linux/;h9=::0/linux/ @k #x #y sudo;", NULL},
    {"yaml: a port", "x.yml", "all:\n  hosts:\n    h1:\n    h2: {ansible_port: many}\n", NULL, "x.yml:4:|port"},
    {"yaml: broken", "x.yml", "all:\n  hosts: {h1\n", NULL, "x.yml:"},
    {"yaml: a group that is a list", "x.yml", "all:\n  hosts: [a, b]\n", NULL, "x.yml:2:"},
    {"yaml: a cycle", "x.yml", "a: {children: {b: {children: {a: }}}}\n", NULL, "in itself"},
    {"yaml: in itself by an anchor", "x.yml", "a: &a\n  children:\n    b: *a\n", NULL, "x.yml:"},
    {"yaml: a vault's secret", "x.yml", "all:\n  hosts:\n    h:\n      ansible_user: !vault |\n        $ANSIBLE_VAULT;1.1\n", NULL, "x.yml:4:|ansible_user"},
    {"yaml: a password", "x.yml", "all: {hosts: {h: {ansible_become_password: !vault 'x'}}}\n", "h=::0/linux/;", "secret"},
    {"yaml: nothing", "x.yml", "# nothing\n", NULL, "x.yml:1:"},

    {"list", "x", "{\"_meta\": {\"hostvars\": {\"h\": {\"ansible_port\": 22, \"other\": {}}}},\n \"all\": {\"children\": [\"g\"]}, \"g\": {\"hosts\": [\"h\", \"i\"], \"vars\": {\"ansible_become\": true}}}",
     "h=::22/linux/ @g sudo;i=::0/linux/ @g sudo;", NULL},
    {"list: another document", "x", "{\"a\": 1}", NULL, "x:1:|_meta"},
    {"list: broken", "x", "{\"_meta\":\n {\n", NULL, "x:3:"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct fleet_inventory v = {.build = NULL};
    struct err e = ERR_INIT;
    struct buf told;
    bool ok;

    buf_init(&told, 100000);
    ok = fleet_inventory_text(&v, r->file, r->text, strlen(r->text), INVENTORY_AUTO, &e) && fleet_inventory_end(&v, &e);
    if (ok != !!r->want)
        fail_msg("%s", ok ? "it was taken" : e.text);
    if (ok) {
        tell(&v, &told);
        assert_string_equal(buf_str(&told), r->want);
        assert_int_equal(v.notes.n, r->says ? 1 : 0);
        if (r->says)
            snprintf(e.text, sizeof e.text, "%s", v.notes.v[0]), e.code = ERR_INPUT;
    }
    if (r->says)
        expect_err(&e, strstr(r->says, "more than") ? ERR_LIMIT : ERR_INPUT, r->says);
    buf_free(&told);
    fleet_inventory_free(&v);
}

static void test_nul(void **state)
{
    struct fleet_inventory v = {.build = NULL};
    struct err e = ERR_INIT;

    (void)state;
    assert_false(fleet_inventory_text(&v, "x", "a\nb\0c\n", 6, INVENTORY_AUTO, &e));
    expect_err(&e, ERR_INPUT, "x:2:|NUL");
    fleet_inventory_free(&v);
}

/* Memory runs out at any moment, behind the first hundred at some: an orderly error, and nothing is leaked (the sanitizers look). */
static void test_no_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned long n = 1, done = 0; !done && n < 2000; n += 1 + n / 100) {
            struct fleet_inventory v = {.build = NULL};
            struct err e = ERR_INIT;
            unsigned long before = mem_failures();
            bool ok;

            mem_fail_at(n, false);
            ok = fleet_inventory_text(&v, rows[i].file, rows[i].text, strlen(rows[i].text), INVENTORY_AUTO, &e) && fleet_inventory_end(&v, &e);
            mem_fail_at(0, false);
            done = mem_failures() == before;
            if (ok && !done)
                fail_msg("%s: allocation %lu failed and nobody noticed", rows[i].name, n);
            fleet_inventory_free(&v);
        }
}

/* A hundred thousand, and each has its groups. */
static void test_many(void **state)
{
    struct fleet_inventory v = {.build = NULL};
    struct err e = ERR_INIT;
    struct buf text;

    (void)state;
    buf_init(&text, 64 << 20);
    buf_adds(&text, "[up:children]\n");
    for (int g = 0; g < 100; g++)
        buf_printf(&text, "g%d\n", g);
    for (int g = 0; g < 100; g++)
        buf_printf(&text, "[g%d]\npc%d-[0001:1000]\n", g, g);
    assert_true(fleet_inventory_text(&v, "x.ini", text.data, text.len, INVENTORY_AUTO, &e));
    assert_true(fleet_inventory_end(&v, &e));
    assert_int_equal(v.hosts.n, 100000);
    for (size_t i = 0; i < v.hosts.n; i++)
        assert_int_equal(v.hosts.v[i].groups.n, 2);
    buf_free(&text);
    fleet_inventory_free(&v);
}

/* --- zones --------------------------------------------------------------------------------------------------------------- */

static void test_zones(void **state)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham",
                                        "America/Sao_Paulo", "Africa/Casablanca", "Europe/Dublin", "Antarctica/Troll", "Etc/GMT+5",
                                        "Asia/Tehran", "Pacific/Kiritimati", "America/Santiago"};
    char old[64], path[128];
    struct err e = ERR_INIT;
    struct buf file;
    const char *was = getenv("TZ");

    (void)state;
    snprintf(old, sizeof old, "%s", was ? was : "");
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        setenv("TZ", zones[i], 1);
        tzset();
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zones[i]);
        buf_init(&file, 1 << 20);
        assert_true(os_file_read(path, &file, &e));
        for (int64_t day = 0; day < 366 * 120; day++) { /* 1970 to 2090, at an hour that wanders */
            time_t t = (time_t)(day * 86400 + day * 3571 % 86400);
            struct tm tm;
            int minutes;

            assert_non_null(localtime_r(&t, &tm));
            if (!zone_offset_of(file.data, file.len, (instant)t * 1000, &minutes) || minutes != (int)(tm.tm_gmtoff / 60))
                fail_msg("%s at %lld: the C library says %ld", zones[i], (long long)t, tm.tm_gmtoff / 60);
        }
        buf_free(&file);
    }
    if (was)
        setenv("TZ", old, 1);
    else
        unsetenv("TZ");
    tzset();
}

static void test_fixed_zones(void **state)
{
    static const struct {
        const char *zone;
        int minutes;
    } fixed[] = {{NULL, 0}, {"UTC", 0}, {"Z", 0}, {"+02:00", 120}, {"-0330", -210}, {"+2", 120}, {"-12", -720}};
    static const char *const wrong[] = {"", "+", "+15", "+2:60", "+02:0", "+-2", "/etc/passwd", "../UTC", "Europe/", "posixrules ", "tzdata.zi"};
    struct err e;
    int minutes;

    (void)state;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        e = (struct err)ERR_INIT;
        assert_true(zone_offset(fixed[i].zone, 0, &minutes, &e));
        assert_int_equal(minutes, fixed[i].minutes);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        e = (struct err)ERR_INIT;
        if (zone_offset(wrong[i], 0, &minutes, &e))
            fail_msg("'%s' was taken", wrong[i]);
        assert_int_equal(e.code, ERR_INPUT);
    }
}

static void test_windows(void **state)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct window w;
    instant opens;

    (void)state;
    assert_true(fleet_window(&a, "sat,sun 22:00-05:00", &w, &e));
    assert_int_equal(w.day_mask, 0x60);
    assert_int_equal(w.from_min, 22 * 60);
    assert_int_equal(w.to_min, 5 * 60);
    assert_true(window_until(&w, fixture_instant("2026-11-21T22:30:00Z"), 0, &opens) == fixture_instant("2026-11-22T05:00:00Z"));
    assert_true(fleet_window(&a, "22:00-05:00", &w, &e));
    assert_int_equal(w.day_mask, 0x7f);
    assert_false(fleet_window(&a, "22:00", &w, &e));
    assert_false(fleet_window(&a, "caturday 22:00-23:00", &w, &e));
    assert_false(fleet_window(&a, "", &w, &e));
    arena_free(&a);
}

int main(void)
{
    ADD_ROWS(rows, test_row);
    ADD(test_nul);
    ADD(test_no_memory);
    ADD(test_many);
    ADD(test_zones);
    ADD(test_fixed_zones);
    ADD(test_windows);
    return fixture_run("fleet/inventory");
}
