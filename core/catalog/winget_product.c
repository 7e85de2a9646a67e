/* A candidate's document. What the manifest states is "field", what is concluded from it "unverified". */
#include "core/catalog/winget_parts.h"
#include "core/base/version.h"
#include "core/model/event.h"

#include <string.h>

#define STATED "field"
#define CONCLUDED "unverified"
#define UNTOLD "a manifest of winget does not tell it"

static const char *text(struct winget_candidate *c, char *s)
{
    if (!s)
        c->said->nomem = true;
    return s ? s : "";
}

#define PRINT(c, ...) text(c, arena_printf(&(c)->said->doc->arena, __VA_ARGS__))

static json_t *strings(const struct strs *list)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(ret, json_string(list->v[i]));
    return ret;
}

/* --- how the system lists it -------------------------------------------------------------------------------------------- */

/* A name without its version, which the next one changes. */
static const char *pattern(struct winget_candidate *c, const char *name, const char *version)
{
    struct arena *a = &c->said->doc->arena;
    const char *found = version && *version ? strstr(name, version) : NULL, *before, *after;

    if (!found || found == name)
        return text(c, text_literal(a, name));
    before = text(c, arena_strndup(a, name, (size_t)(found - name)));
    before = text(c, text_literal(a, before));
    after = text(c, text_literal(a, found + strlen(version)));
    return PRINT(c, "%s*%s", before, after);
}

static const char *entry_pattern(struct winget_candidate *c, const struct winget_entry *n)
{
    return pattern(c, n->name, n->version && strstr(n->name, n->version) ? n->version : c->m->version);
}

static const char *name_pattern(struct winget_candidate *c)
{
    return PRINT(c, "%s*", text(c, text_literal(&c->said->doc->arena, c->m->name)));
}

static json_t *listed(struct winget_candidate *c, const char *name, const char *publisher)
{
    const char *maker = publisher ? text(c, text_literal(&c->said->doc->arena, publisher)) : NULL;

    return json_pack("{s:s, s:s, s:s*}", "probe", "uninstall", "name", name, "publisher", maker);
}

/* A key of its own below Uninstall; a product code of Windows Installer is another one in the next version. */
static json_t *listed_key(struct winget_candidate *c, const char *code)
{
    if (!code || (*code == '{' && text_ends(code, "}")) || strpbrk(code, "\\/*?["))
        return NULL;
    return json_pack("{s:s, s:s}", "probe", "registry", "path",
                     PRINT(c, "HKLM/SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall/%s", code));
}

static void add_probe(json_t *list, json_t *probe)
{
    for (size_t i = 0; probe && i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), probe)) {
            json_decref(probe);
            return;
        }
    if (probe)
        json_array_append_new(list, probe);
}

/* Any of the entries of all installers; without a name by the package's. *names: the patterns. */
static json_t *installed(struct winget_candidate *c, json_t *names)
{
    json_t *any = json_array(), *ret;

    for (size_t i = 0; i < c->choices.n; i++) {
        const struct winget_installer *x = c->choices.v[i].i;

        for (size_t k = 0; k < x->entries.n; k++) {
            const struct winget_entry *n = &x->entries.v[k];

            add_probe(any, n->name ? listed(c, entry_pattern(c, n), n->publisher) : listed_key(c, n->product_code));
            if (n->name)
                add_probe(names, json_string(entry_pattern(c, n)));
        }
        if (!x->entries.n)
            add_probe(any, listed_key(c, x->product_code));
    }
    if (!json_array_size(any)) {
        add_probe(any, listed(c, name_pattern(c), c->m->publisher));
        add_probe(names, json_string(name_pattern(c)));
        winget_say(c->said, &c->said->todo, "detect: the manifest does not say how the system lists it; the name of the package "
                   "was taken");
    }
    if (json_array_size(any) > 1)
        return json_pack("{s:o}", "any", any);
    ret = json_incref(json_array_get(any, 0));
    json_decref(any);
    return ret;
}

/* --- installers --------------------------------------------------------------------------------------------------------- */

static json_t *for_machines(const struct strs *machines)
{
    if (machines->n == 1)
        return json_pack("{s:s, s:s, s:s, s:s}", "probe", "fact", "name", "os.arch", "op", "eq", "value", machines->v[0]);
    return json_pack("{s:s, s:s, s:s, s:o}", "probe", "fact", "name", "os.arch", "op", "in", "values", strings(machines));
}

/* Only where there are several to choose from. */
static void only_there(struct winget_candidate *c, const struct winget_choice *x, json_t *obj)
{
    if (c->choices.n > 1)
        json_object_set_new(obj, "when", for_machines(&x->machines));
}

static json_t *payload(struct winget_candidate *c)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->choices.n; i++) {
        const struct winget_choice *x = &c->choices.v[i];
        char hex[65] = "";
        json_t *f;

        for (size_t k = 0; k < 64 && x->i->sha256[k]; k++)
            hex[k] = (char)(x->i->sha256[k] >= 'A' && x->i->sha256[k] <= 'F' ? x->i->sha256[k] + 32 : x->i->sha256[k]);
        f = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*}", "id", winget_archs[x->i->arch], "kind", "file", "name", x->name,
                      "url", x->i->url, "sha256", x->rolls ? NULL : hex, "signer", c->signer);
        only_there(c, x, f);
        json_object_set_new(f, "source", json_string(c->source));
        json_object_set_new(f, "confidence", json_string(STATED));
        json_array_append_new(list, f);
        if (x->rolls)
            winget_say(c->said, &c->said->todo, "payload %s: its digest is not pinned, as its address moves (%s); see that '%s' is "
                       "who signs it", winget_archs[x->i->arch], x->rolls, c->signer);
    }
    return list;
}

static json_t *msi_step(struct winget_candidate *c, const struct winget_choice *x)
{
    const char *name = NULL;

    for (size_t k = 0; k < x->i->entries.n && !name; k++)
        if (x->i->entries.v[k].name)
            name = entry_pattern(c, &x->i->entries.v[k]);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:s*, s:O*}}", "verb", "msi.install", "title", "Install it", "args", "file",
                     PRINT(c, "${payload}/%s", x->name), "name", name ? name : name_pattern(c), "signer", c->signer,
                     "properties", x->command.properties);
}

static json_t *command_step(struct winget_candidate *c, const struct winget_choice *x, json_t *after)
{
    const char *exits = winget_kinds[x->i->type].exits;
    json_t *argv = strings(&x->command.argv);

    json_array_insert_new(argv, 0, json_string(PRINT(c, "${payload}/%s", x->name)));
    return json_pack("{s:s, s:s, s:{s:o, s:b, s:s*, s:s}, s:O, s:s}", "verb", "command.run", "title", "Install it", "args", "argv",
                     argv, "wait_tree", x->i->type == WINGET_EXE, "signer", c->signer, "exits", exits ? exits : "none", "after",
                     after, "no_undo", UNTOLD);
}

static json_t *install(struct winget_candidate *c, json_t *after)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < c->choices.n; i++) {
        const struct winget_choice *x = &c->choices.v[i];
        json_t *step = winget_kinds[x->i->type].msi ? msi_step(c, x) : command_step(c, x, after);

        only_there(c, x, step);
        json_object_set_new(step, "timeout_s", json_integer(1800));
        json_object_set_new(step, "source", json_string(c->source));
        json_object_set_new(step, "confidence", json_string(x->command.stated ? STATED : CONCLUDED));
        json_array_append_new(steps, step);
    }
    return json_pack("{s:o, s:s, s:s}", "steps", steps, "source", c->source, "confidence", CONCLUDED);
}

/* --- requirements ------------------------------------------------------------------------------------------------------- */

static void require(struct winget_candidate *c, json_t *list, const char *what, json_t *cond)
{
    json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:s}", "text", what, "cond", cond, "source", c->source, "confidence",
                                          STATED));
}

/* "10.0.17763.0" as facts have it, "10.0.17763"; NULL: says nothing. */
static const char *system_version(struct winget_candidate *c, const char *s)
{
    size_t n = 0;

    for (int dots = 0; s[n]; n++)
        if (s[n] == '.' && ++dots == 3)
            break;
    while (n > 4 && s[n - 1] == '0' && s[n - 2] == '.')
        n -= 2;
    if (strspn(s, "0.") >= n)
        return NULL;
    return PRINT(c, "%.*s", (int)n, s);
}

static json_t *requirements(struct winget_candidate *c)
{
    json_t *list = json_array();
    struct strs all = {NULL, 0};
    const char *oldest = NULL, *names = "";

    all.v = ARENA_ARRAY(&c->said->doc->arena, c->choices.n * 3, const char *);
    for (size_t i = 0; all.v && i < c->choices.n; i++) {
        const struct winget_choice *x = &c->choices.v[i];
        const char *version = x->i->minimum_os ? system_version(c, x->i->minimum_os) : NULL;

        for (size_t k = 0; k < x->machines.n; k++) {
            names = PRINT(c, "%s%s%s", names, all.n ? " or " : "", x->machines.v[k]);
            all.v[all.n++] = x->machines.v[k];
        }
        if (version && (!oldest || version_compare(version, oldest) > 0))
            oldest = version;
    }
    require(c, list, PRINT(c, "a processor of kind %s", names), for_machines(&all));
    if (oldest)
        require(c, list, PRINT(c, "Windows %s or newer", oldest),
                json_pack("{s:s, s:s, s:s, s:s}", "probe", "fact", "name", "os.version", "op", "ge", "value", oldest));
    return list;
}

/* --- the whole ---------------------------------------------------------------------------------------------------------- */

static json_t *import(struct winget_candidate *c)
{
    char when[INSTANT_TEXT];

    instant_format(c->now, when);
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "from", "winget", "id", c->m->id, "version", c->m->version, "fetched",
                     when, "candidate", true, "todo", strings(&c->said->todo));
}

/* {"source", "confidence"} behind what is there. */
static json_t *concluded(struct winget_candidate *c, json_t *obj)
{
    json_object_set_new(obj, "source", json_string(c->source));
    json_object_set_new(obj, "confidence", json_string(CONCLUDED));
    return obj;
}

static json_t *health(json_t *here)
{
    return json_pack("{s:O, s:{s:s, s:s, s:s, s:s}, s:i}", "installed", here, "absent", "running", UNTOLD, "realtime", UNTOLD,
                     "fresh", UNTOLD, "managed", UNTOLD, "within_s", 900);
}

json_t *winget_product(struct winget_candidate *c)
{
    json_t *names = json_array(), *here = installed(c, names), *exits = json_array(), *p;

    p = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "schema", "avswap.product/1", "id", c->id, "vendor", c->vendor, "name",
                  c->m->name, "os", "windows", "role", "protection");
    json_object_set_new(p, "detect", concluded(c, json_pack("{s:O}", "installed", here)));
    if (json_array_size(names))
        json_object_set(json_object_get(p, "detect"), "version_from", names);
    json_object_set_new(p, "health", concluded(c, health(here)));
    json_object_set_new(p, "requires", requirements(c));
    json_object_set_new(p, "payload", payload(c));
    json_object_set_new(p, "install", install(c, here));
    for (size_t i = 0; i < c->choices.n; i++)
        winget_exits(c->said, c->choices.v[i].i, exits);
    if (json_array_size(exits))
        json_object_set(p, "exit_codes", exits);
    json_object_set_new(p, "import", import(c));
    concluded(c, p);
    json_decref(names);
    json_decref(here);
    json_decref(exits);
    return p;
}
