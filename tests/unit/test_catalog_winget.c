/* The parts of the winget importer, and whole manifests: cut off everywhere, and with memory running out everywhere. */
#include "tests/unit/fixture.h"
#include "core/base/limits.h"
#include "core/catalog/winget.h"
#include "core/catalog/winget_parts.h"
#include "core/catalog/yaml.h"
#include "core/step/verb.h"

/* --- YAML ---------------------------------------------------------------------------------------------------------------- */

static const struct yaml_row {
    const char *name;
    const char *text;
    const char *json;  /* compact, with ' for "; NULL: refused */
    const char *error;
} yaml_rows[] = {
    {"scalars are texts", "a: 1.10\nb: false\nc: 0x10\nd: 2024-01-01\n", "{'a':'1.10','b':'false','c':'0x10','d':'2024-01-01'}", NULL},
    {"nothing is null, but not in quotes", "a:\nb: ~\nc: null\nd: 'null'\ne: ''\n", "{'a':null,'b':null,'c':null,'d':'null','e':''}", NULL},
    {"lists and maps", "a:\n- b: c\n  d: [e, {f: g}]\n- h\n", "{'a':[{'b':'c','d':['e',{'f':'g'}]},'h']}", NULL},
    {"block texts", "a: |-\n  one\n   two\nb: >\n  x\n  y\n", "{'a':'one\\n two','b':'x y\\n'}", NULL},
    {"a byte order mark and CRLF", "\xEF\xBB\xBF" "a: b\r\nc: d\r\n", "{'a':'b','c':'d'}", NULL},
    {"comments and a document's marks", "# x\n---\na: b # c\n...\n", "{'a':'b'}", NULL},
    {"a list at the root", "- a\n", "['a']", NULL},
    {"an anchor", "a: &x b\n", NULL, "line 1: an anchor"},
    {"an anchor of a map", "a: &x\n  b: c\n", NULL, "an anchor"},
    {"an alias", "a: *x\n", NULL, "line 1: an alias"},
    {"a tag", "a: !!int 3\n", NULL, "a tag"},
    {"a tag of one's own", "a: !x [b]\n", NULL, "a tag"},
    {"a key twice", "a: b\nc: d\na: e\n", NULL, "line 3: the key 'a' is here twice"},
    {"a list for a key", "? [a]\n: b\n", NULL, "a key that is no text"},
    {"null for a key", "~: b\n", NULL, "a key without a text"},
    {"two documents", "a: b\n---\nc: d\n", NULL, "line 2: a second document"},
    {"a directive", "%YAML 1.1\n---\na: b\n", NULL, "a directive"},
    {"NUL in a text", "a: \"b\\0c\"\n", NULL, "a NUL inside"},
    {"a half surrogate", "a: \"\\ud800\"\n", NULL, "line 1"},
    {"too deep", "[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]", NULL, "nested too deeply"},
    {"as deep as may be", "[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[['a']]]]]]]]]]]]]]]]", NULL},
    {"bytes that are no UTF-8", "a: \xff\n", NULL, "not UTF-8"},
    {"an open quote", "a: \"b\n", NULL, "line"},
    {"nothing", "", NULL, "there is nothing in it"},
};

static void test_yaml(void **state)
{
    const struct yaml_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    const json_t *j = yaml_read(&d, r->text, strlen(r->text), &e);
    struct buf b;

    if (!r->json) {
        assert_null(j);
        expect_err(&e, ERR_INPUT, r->error);
    } else {
        if (!j)
            fail_msg("%s", e.text);
        buf_init(&b, 4096);
        assert_true(json_text(j, false, &b, &e));
        assert_string_equal(buf_str(&b), fixture_json(&d.arena, r->json));
        buf_free(&b);
    }
    doc_free(&d);
}

static void test_yaml_limits(void **state)
{
    static char text[LIMIT_MANIFEST + 2];
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;

    (void)state;
    memset(text, '#', sizeof text);
    assert_null(yaml_read(&d, text, sizeof text - 1, &e));
    expect_err(&e, ERR_LIMIT, "are more than");
    memset(text, 'x', LIMIT_STRING + 1);
    text[LIMIT_STRING + 1] = '\n';
    err_clear(&e);
    assert_null(yaml_read(&d, text, LIMIT_STRING + 2, &e));
    expect_err(&e, ERR_LIMIT, "a text of");
    doc_free(&d);
}

/* --- addresses ----------------------------------------------------------------------------------------------------------- */

static const struct url_row {
    const char *name;
    const char *version, *url;
    bool rolls;
} url_rows[] = {
    {"the version is a folder", "13.0.2058.0", "https://x.org/v13/13.0.2058.0/a.msi", false},
    {"three of four numbers", "13.0.2058.0", "https://x.org/13.0.2058/a.msi", false},
    {"two of four do not say which", "13.0.2058.0", "https://x.org/13.0/a.msi", true},
    {"other separators", "14.0.1.12960", "https://x.org/14_0_1_12960/a.exe", false},
    {"dashes", "1.5.4", "https://x.org/a-1-5-4.msi", false},
    {"no separators, long enough", "9.0.45.66", "https://x.org/wsa904566.exe", false},
    {"no separators, too short", "1.5.4", "https://x.org/a154.msi", true},
    {"a piece of a longer version", "1.5.4", "https://x.org/11.5.4/a.msi", true},
    {"the end of a longer version", "5.4.0", "https://x.org/1.5.4.0/a.msi", true},
    {"the beginning of a longer version", "1.5.4", "https://x.org/1.5.4.2/a.msi", true},
    {"before an ending", "1.5.4", "https://x.org/a-1.5.4.msi", false},
    {"in the query", "7.9.20.515", "https://x.org/get?v=7.9.20.515", false},
    {"only in the host", "1.2.3.4", "https://1.2.3.4/setup.exe", true},
    {"latest, whatever else", "13.0.2058.0", "https://x.org/latest/13.0.2058.0/a.msi", true},
    {"latest in a name", "13.0.2058.0", "https://x.org/13.0.2058.0/agent-Latest.msi", true},
    {"latest in a longer word", "13.0.2058.0", "https://x.org/13.0.2058.0/latestnews.msi", false},
    {"current", "2.0.1", "https://x.org/current?v=2.0.1", true},
    {"a short number", "21", "https://x.org/21/a.msi", true},
    {"a date", "20260301", "https://x.org/20260301/a.msi", false},
    {"no version", "1.2.3", "https://x.org/a.msi", true},
    {"no path", "1.2.3", "https://x.org", true},
};

static void test_url_rolls(void **state)
{
    const struct url_row *r = *state;

    assert_int_equal(winget_url_rolls(r->url, r->version) != NULL, r->rolls);
}

static const struct name_row {
    const char *name;
    const char *url, *file;
} name_rows[] = {
    {"a name", "https://x.org/a/eea_nt64.msi", "eea_nt64.msi"},
    {"a query", "https://x.org/a/eea.MSI?x=/b.msi#c", "eea.MSI"},
    {"another ending", "https://x.org/a/get.php", "stem.msi"},
    {"no name", "https://x.org/a/", "stem.msi"},
    {"no path", "https://x.org", "stem.msi"},
    {"only an ending", "https://x.org/.msi", "stem.msi"},
    {"escapes", "https://x.org/a%20b.msi", "stem.msi"},
    {"a device", "https://x.org/CON.msi", "stem.msi"},
    {"a device with a number", "https://x.org/com1.tar.msi", "stem.msi"},
    {"nearly a device", "https://x.org/console.msi", "console.msi"},
    {"an option", "https://x.org/-x.msi", "stem.msi"},
};

static void test_url_name(void **state)
{
    const struct name_row *r = *state;
    struct arena a = ARENA_INIT;

    assert_string_equal(winget_url_name(&a, r->url, "stem", ".msi"), r->file);
    arena_free(&a);
}

/* --- versions, ids ------------------------------------------------------------------------------------------------------- */

static const struct version_row {
    const char *name;
    const char *a, *b;
    int order;
} version_rows[] = {
    {"numbers, not letters", "9.1", "10.0", -1},
    {"zeros at the end", "1.0.0", "1", 0},
    {"one more number", "1.0.1", "1", 1},
    {"a candidate before its release", "1.0-rc1", "1.0", -1},
    {"two candidates", "1.0-rc1", "1.0-rc2", -1},
    {"case does not count", "1.0-RC1", "1.0-rc1", 0},
    {"a v in front", "v2.0", "1.9", 1},
    {"latest after all", "latest", "99999999", 1},
    {"unknown before all", "Unknown", "0", -1},
    {"more digits than any number has", "1.99999999999999999999999", "1.2", 1},
};

static void test_version(void **state)
{
    const struct version_row *r = *state;
    int c = winget_version_compare(r->a, r->b), back = winget_version_compare(r->b, r->a);

    assert_int_equal((c > 0) - (c < 0), r->order);
    assert_int_equal((back > 0) - (back < 0), -r->order);
}

static void test_ids(void **state)
{
    (void)state;
    assert_true(winget_is_id("ESET.EndpointAntivirus"));
    assert_true(winget_is_id("a.b.c.d.e.f.g.h"));
    assert_true(winget_is_id("ESET.Антивирус"));
    assert_false(winget_is_id("ESET"));
    assert_false(winget_is_id("a.b.c.d.e.f.g.h.i"));
    assert_false(winget_is_id("a..b"));
    assert_false(winget_is_id(".a.b"));
    assert_false(winget_is_id("a.b."));
    assert_false(winget_is_id("a/b.c"));
    assert_false(winget_is_id("a.b c"));
    assert_false(winget_is_id(""));
    assert_true(winget_is_version("1.0 beta"));
    assert_false(winget_is_version(".."));
    assert_false(winget_is_version("1/2"));
    assert_false(winget_is_version(""));
}

/* --- switches ------------------------------------------------------------------------------------------------------------ */

static const struct command_row {
    const char *name;
    int type;
    struct winget_switches switches;
    const char *argv;   /* with '|' between; NULL: refused */
    const char *said;   /* a property's "NAME=VALUE" of an MSI; or the reason */
} command_rows[] = {
    {"winget's own for nullsoft", WINGET_NULLSOFT, {NULL, NULL, NULL, NULL}, "/S", NULL},
    {"winget's own for inno", WINGET_INNO, {NULL, NULL, NULL, NULL}, "/SP-|/VERYSILENT|/SUPPRESSMSGBOXES|/NORESTART", NULL},
    {"none for exe", WINGET_EXE, {NULL, NULL, "/x", NULL}, NULL, "Silent is missing"},
    {"progress will do", WINGET_EXE, {NULL, "/passive", NULL, NULL}, "/passive", NULL},
    {"custom comes behind", WINGET_EXE, {"/S", "/P", "/a \"b c\"", NULL}, "/S|/a|b c", NULL},
    {"backslashes before a quote", WINGET_EXE, {"/D=\"C:\\a b\\\\\" x", NULL, NULL, NULL}, "/D=C:\\a b\\|x", NULL},
    {"a placeholder in custom", WINGET_NULLSOFT, {NULL, NULL, "none", NULL}, NULL, "Custom: 'none' is no switch"},
    {"a placeholder with blanks", WINGET_EXE, {" False ", NULL, NULL, NULL}, NULL, "is no switch"},
    {"a word that begins like one", WINGET_EXE, {"nointeraction", NULL, NULL, NULL}, "nointeraction", NULL},
    {"a pipe", WINGET_EXE, {"/S | x", NULL, NULL, NULL}, NULL, "for a shell"},
    {"a substitution", WINGET_EXE, {"/S $(x)", NULL, NULL, NULL}, NULL, "for a shell"},
    {"a variable", WINGET_EXE, {"/D=%TEMP%", NULL, NULL, NULL}, NULL, "has a variable"},
    {"one percent sign", WINGET_EXE, {"/volume=50%", NULL, NULL, NULL}, "/volume=50%", NULL},
    {"quiet is not carried over", WINGET_MSI, {"/quiet /norestart /qn", NULL, NULL, NULL}, "", NULL},
    {"a log is written anyway", WINGET_WIX, {"/qn /l*v \"C:\\a b.log\" A=1", NULL, NULL, NULL}, "", "A=1"},
    {"a property with blanks", WINGET_MSI, {NULL, NULL, "DIR=\"C:\\a b\"", NULL}, "", "DIR=C:\\a b"},
    {"a property without a value", WINGET_MSI, {NULL, NULL, "EMPTY=", NULL}, "", "EMPTY="},
    {"a transform", WINGET_MSI, {NULL, NULL, "TRANSFORMS=de.mst", NULL}, NULL, "TRANSFORMS names a file"},
    {"a private property", WINGET_MSI, {NULL, NULL, "dir=x", NULL}, NULL, "no public property"},
    {"another switch", WINGET_MSI, {"/qn /forcerestart", NULL, NULL, NULL}, NULL, "'/forcerestart' is a switch of msiexec"},
    {"an uninstaller's switch", WINGET_EXE, {"/S --Uninstall", NULL, NULL, NULL}, NULL, "uninstalls something"},
    {"a lone word", WINGET_MSI, {"/qn word", NULL, NULL, NULL}, NULL, "no public property"},
};

static void expect_property(const struct winget_command *c, const char *text)
{
    size_t n = strcspn(text, "=");
    char name[80];

    snprintf(name, sizeof name, "%.*s", (int)n, text);
    assert_int_equal(json_object_size(c->properties), 1);
    assert_string_equal(json_string_value(json_object_get(c->properties, name)), text + n + 1);
}

static void test_command(void **state)
{
    const struct command_row *r = *state;
    struct winget_switches switches = r->switches;
    struct winget_installer i = {.type = r->type, .switches = &switches};
    struct doc d = DOC_INIT;
    struct winget_said s = {.doc = &d};
    struct winget_command c;
    struct err e = ERR_INIT;
    struct buf b;

    assert_true(winget_command(&s, &i, &c, &e));
    if (!r->argv) {
        assert_int_not_equal(s.reasons.n, 0);
        expect_contains(s.reasons.v[0], r->said);
    } else {
        if (s.reasons.n)
            fail_msg("%s", s.reasons.v[0]);
        buf_init(&b, 1024);
        for (size_t k = 0; k < c.argv.n; k++)
            buf_printf(&b, "%s%s", k ? "|" : "", c.argv.v[k]);
        assert_string_equal(buf_str(&b), r->argv);
        buf_free(&b);
        if (r->said)
            expect_property(&c, r->said);
        else
            assert_null(c.properties);
    }
    doc_free(&d);
}

/* --- exit codes ---------------------------------------------------------------------------------------------------------- */

static const struct exit_row {
    const char *name;
    struct winget_return returns[2];
    const char *success;
    const char *outcomes; /* with '|' between; NULL: refused */
} exit_rows[] = {
    {"a success code", {{0, NULL, NULL}}, "3010", "ok"},
    {"a response in any case", {{5, "PackageInUse", NULL}}, NULL, "in-use-retry"},
    {"a reboot before and after", {{5, "rebootRequiredForInstall", NULL}, {6, "rebootInitiated", NULL}}, NULL, "reboot-then-retry|ok-reboot"},
    {"unknown is a failure", {{5, "whatever", NULL}}, NULL, "fatal"},
    {"the same twice", {{5, "diskFull", NULL}, {5, "diskFull", NULL}}, NULL, "disk-full"},
    {"the same 32 bits", {{-1, "diskFull", NULL}, {4294967295LL, "noNetwork", NULL}}, NULL, NULL},
    {"two meanings", {{5, "diskFull", NULL}, {5, "noNetwork", NULL}}, NULL, NULL},
    {"success and a failure", {{5, "diskFull", NULL}}, "5", NULL},
    {"no number", {{0, NULL, NULL}}, "many", NULL},
    {"out of range", {{0, NULL, NULL}}, "4294967296", NULL},
    {"zero", {{0, NULL, NULL}}, "0", NULL},
};

static void test_exits(void **state)
{
    const struct exit_row *r = *state;
    struct winget_return returns[2] = {r->returns[0], r->returns[1]};
    const char *success[] = {r->success};
    struct winget_installer i = {.type = WINGET_EXE, .success_codes = {success, r->success != NULL}};
    struct doc d = DOC_INIT;
    struct winget_said s = {.doc = &d};
    json_t *list = json_array();
    struct buf b;

    i.returns.v = returns;
    i.returns.n = (returns[0].response != NULL) + (returns[1].response != NULL);
    winget_exits(&s, &i, list);
    assert_int_equal(s.reasons.n != 0, r->outcomes == NULL);
    buf_init(&b, 1024);
    for (size_t k = 0; k < json_array_size(list); k++)
        buf_printf(&b, "%s%s", k ? "|" : "", json_string_value(json_object_get(json_array_get(list, k), "outcome")));
    if (r->outcomes)
        assert_string_equal(buf_str(&b), r->outcomes);
    buf_free(&b);
    json_decref(list);
    doc_free(&d);
}

/* --- whole manifests ----------------------------------------------------------------------------------------------------- */

static const char manifest[] =
    "PackageIdentifier: Example.Shield\n"
    "PackageVersion: 1.2.3\n"
    "PackageLocale: en-US\n"
    "Publisher: Example\n"
    "PackageName: Shield\n"
    "License: Proprietary\n"
    "ShortDescription: Antivirus\n"
    "InstallerType: msi\n"
    "Scope: machine\n"
    "InstallerSwitches:\n"
    "  Silent: /qn\n"
    "  Custom: MODE=1\n"
    "ExpectedReturnCodes:\n"
    "- InstallerReturnCode: 70\n"
    "  ReturnResponse: diskFull\n"
    "Installers:\n"
    "- Architecture: x64\n"
    "  InstallerUrl: https://example.org/1.2.3/shield64.msi\n"
    "  InstallerSha256: 0f3a9c2b5d7e81f64a2c90be37d5186ea4f7c0932be5d81746fa09c3b2e7d518\n"
    "- Architecture: x86\n"
    "  InstallerType: exe\n"
    "  InstallerUrl: https://example.org/1.2.3/shield.exe\n"
    "  InstallerSha256: 7b1e5c9da2f04836bc17e90d5af2c84361bd7e0f95a3c2648d1fb0e7395ac264\n"
    "  InstallerSwitches:\n"
    "    Silent: /S\n"
    "  AppsAndFeaturesEntries:\n"
    "  - DisplayName: Shield 1.2.3 [beta]\n"
    "    Publisher: Example\n"
    "ManifestType: singleton\n"
    "ManifestVersion: 1.6.0\n";

static struct catalog catalog;

static bool import(const char *text, size_t len, struct doc *d, struct import_result *ret, struct err *e)
{
    struct winget_file file = {"shield.yaml", text, len};
    struct winget_files files = {.files = {&file, 1}};
    const struct winget_request r = {.files = &files, .catalog = &catalog, .verbs = verb_defs(), .now = 0};

    return winget_import(&r, d, ret, e);
}

static const json_t *at(const json_t *j, const char *path)
{
    char key[64];

    for (; j && *path; path += *path == '/') {
        size_t n = strcspn(path, "/");

        snprintf(key, sizeof key, "%.*s", (int)n, path);
        j = json_is_array(j) ? json_array_get(j, strtoul(key, NULL, 10)) : json_object_get(j, key);
        path += n;
    }
    return j;
}

static void test_import(void **state)
{
    static const struct {
        const char *path, *value;
    } rows[] = {
        {"id", "example.shield.windows"},
        {"vendor", "example"},
        {"payload/0/id", "x64"},
        {"payload/0/when/value", "x86_64"},
        {"payload/1/when/value", "i686"},
        {"payload/1/name", "x86-shield.exe"},
        {"install/steps/0/verb", "msi.install"},
        {"install/steps/0/args/properties/MODE", "1"},
        {"install/steps/0/confidence", "field"},
        {"install/steps/1/verb", "command.run"},
        {"install/steps/1/args/argv/1", "/S"},
        {"install/steps/1/args/argv/2", "MODE=1"},
        {"install/steps/1/after/name", "Shield * [[]beta]"},
        {"install/confidence", "unverified"},
        {"exit_codes/0/outcome", "disk-full"},
        {"detect/installed/name", "Shield * [[]beta]"},
        {"detect/version_from/0", "Shield * [[]beta]"},
        {"import/from", "winget"},
        {"import/version", "1.2.3"},
        {"source", "winget Example.Shield 1.2.3 (shield.yaml)"},
        {"confidence", "unverified"},
    };
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct import_result w;

    (void)state;
    assert_true(import(manifest, strlen(manifest), &d, &w, &e));
    if (!w.product)
        fail_msg("%s", w.reasons.v[0]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *s = json_string_value(at(w.product, rows[i].path));

        if (!text_eq(s, rows[i].value))
            fail_msg("%s is %s", rows[i].path, s ? s : "absent");
    }
    assert_true(json_is_true(at(w.product, "import/candidate")));
    assert_int_equal(json_array_size(at(w.product, "import/todo")), w.todo.n);
    doc_free(&d);
}

/* However short: a candidate, or reasons; never both, never neither. */
static void test_cut_off(void **state)
{
    size_t candidates = 0;

    (void)state;
    for (size_t n = 0; n <= strlen(manifest); n++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct import_result w;

        if (!import(manifest, n, &d, &w, &e))
            fail_msg("%zu bytes: %s", n, e.text);
        assert_int_equal(w.product == NULL, w.reasons.n > 0);
        candidates += w.product != NULL;
        doc_free(&d);
    }
    assert_in_range(candidates, 1, 8); /* "1.6.0" is a version from its third letter on */
}

/* The same candidate or no memory, wherever it runs out. */
static void test_no_memory(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct import_result whole, w;
    bool last = false;

    (void)state;
    assert_true(import(manifest, strlen(manifest), &d, &whole, &e));
    for (unsigned long n = 1; !last; n += n < 300 ? 1 : 7) {
        struct doc mine = DOC_INIT;
        unsigned long before = mem_failures();
        bool ok;

        err_clear(&e);
        mem_fail_at(n, false);
        ok = import(manifest, strlen(manifest), &mine, &w, &e);
        last = mem_failures() == before;
        mem_fail_at(0, false);
        if (ok && (!w.product || !json_equal((json_t *)(uintptr_t)w.product, (json_t *)(uintptr_t)whole.product)))
            fail_msg("allocation %lu: another candidate", n);
        if (!ok && e.code != ERR_NOMEM)
            fail_msg("allocation %lu: %s", n, e.text);
        doc_free(&mine);
    }
    doc_free(&d);
}

/* A megabyte of keys that nobody knows is told of in a moment, and not all of them. */
static void test_no_end(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct import_result w;
    struct buf b;

    (void)state;
    buf_init(&b, LIMIT_MANIFEST);
    buf_adds(&b, manifest);
    for (unsigned i = 0; b.len < LIMIT_MANIFEST - 32; i++)
        buf_printf(&b, "key%u: x\n", i);
    assert_false(b.failed);
    assert_true(import(buf_str(&b), b.len, &d, &w, &e));
    assert_non_null(w.product);
    assert_in_range(w.notes.n, 100, 102);
    assert_string_equal(w.notes.v[w.notes.n - 1], "there is more of this kind");
    buf_free(&b);
    doc_free(&d);
}

int main(void)
{
    static struct vendor vendor = {.id = "example", .name = "Example"};

    catalog.vendors.v = &vendor;
    catalog.vendors.n = 1;
    ADD_ROWS(yaml_rows, test_yaml);
    ADD(test_yaml_limits);
    ADD_ROWS(url_rows, test_url_rolls);
    ADD_ROWS(name_rows, test_url_name);
    ADD_ROWS(version_rows, test_version);
    ADD(test_ids);
    ADD_ROWS(command_rows, test_command);
    ADD_ROWS(exit_rows, test_exits);
    ADD(test_import);
    ADD(test_cut_off);
    ADD(test_no_memory);
    ADD(test_no_end);
    return fixture_run("catalog/winget");
}
