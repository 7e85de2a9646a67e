#include "core/catalog/winget.h"
#include "core/catalog/winget_parts.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#include <string.h>

/* --- whose it is -------------------------------------------------------------------------------------------------------- */

static bool is_called(const struct vendor *v, const char *name)
{
    if (text_eq_fold(v->id, name) || text_eq_fold(v->name, name))
        return true;
    for (size_t i = 0; i < v->aliases.n; i++)
        if (text_eq_fold(v->aliases.v[i], name))
            return true;
    for (size_t i = 0; i < v->entities.n; i++)
        if (text_eq_fold(v->entities.v[i], name))
            return true;
    return false;
}

static const struct vendor *find_vendor(const struct catalog *c, const char *name)
{
    const struct vendor *v = catalog_vendor(c, name);

    for (size_t i = 0; !v && i < c->vendors.n; i++)
        if (is_called(&c->vendors.v[i], name))
            v = &c->vendors.v[i];
    return v;
}

/* By the option, the first part of the package's id, or the publisher. */
static const struct vendor *vendor_of(const struct winget_request *r, struct winget_said *s, const struct winget_manifest *m)
{
    const char *first = text_from_bytes(&s->doc->arena, m->id, strcspn(m->id, "."));
    const struct vendor *v;

    if (!first) {
        s->nomem = true;
        return NULL;
    }
    v = r->vendor ? catalog_vendor(r->catalog, r->vendor) : find_vendor(r->catalog, first);
    if (!v && !r->vendor)
        v = find_vendor(r->catalog, m->publisher);
    if (!v && r->vendor)
        winget_say(s, &s->reasons, "the catalogue has no vendor '%.60s'", r->vendor);
    else if (!v)
        winget_say(s, &s->reasons, "no vendor of the catalogue is called '%.60s' or '%.60s': write its vendor.json first, or say "
                   "which one it is with --vendor", first, m->publisher);
    else if (catalog_timeline(r->catalog, v->id))
        winget_say(s, &s->reasons, "it is of %s, whose products are the ones to be removed", v->name);
    return v;
}

/* "eset.endpointantivirus.windows" */
static const char *product_id(struct winget_said *s, const char *vendor, const char *package)
{
    const char *rest = package + strcspn(package, ".") + 1, *ret;
    struct buf b;
    size_t letters = 0;

    buf_init(&b, 128);
    buf_printf(&b, "%s.", vendor);
    for (; *rest; rest++) {
        char c = (char)(*rest >= 'A' && *rest <= 'Z' ? *rest + 32 : *rest);
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        letters += letter;
        if (letter || (strchr("._-", c) && b.data[b.len - 1] != c && b.data[b.len - 1] != '.'))
            buf_addc(&b, c);
    }
    buf_adds(&b, ".windows");
    ret = arena_strdup(&s->doc->arena, buf_str(&b));
    s->nomem = s->nomem || !ret || b.nomem;
    if (!letters || b.failed)
        winget_say(s, &s->reasons, "PackageIdentifier: no id can be made of '%.128s'", package);
    buf_free(&b);
    return ret;
}

/* --- which installers --------------------------------------------------------------------------------------------------- */

static void check_digest(struct winget_said *s, const char *hex)
{
    if (strlen(hex) != 64 || strspn(hex, "0123456789abcdefABCDEF") != 64)
        winget_say(s, &s->reasons, "InstallerSha256: '%.70s' is no SHA-256", hex);
    else if (strspn(hex, (const char[]){hex[0], '\0'}) == 64)
        winget_say(s, &s->reasons, "InstallerSha256: only the digit '%c': somebody filled in the place", hex[0]);
}

/* May it be run unattended for the whole PC? */
static void check_setting(struct winget_said *s, const struct winget_installer *i)
{
    if (winget_kinds[i->type].refused)
        winget_say(s, &s->reasons, "InstallerType: %s%s%s: %s", i->type ? winget_types[i->type] : "none",
                   i->nested_type ? " with " : "", i->nested_type ? winget_types[i->nested_type] : "",
                   winget_kinds[i->type].refused);
    if (i->arch == WINGET_ARM)
        winget_say(s, &s->reasons, "Architecture: no Windows of today runs on 32-bit arm");
    if (i->scope == WINGET_USER)
        winget_say(s, &s->reasons, "Scope: it installs for one user only, and protection is for the whole PC");
    if (i->elevation == WINGET_PROHIBITED)
        winget_say(s, &s->reasons, "ElevationRequirement: it refuses to run with administrator rights");
    if (i->platform.n && !text_in(&i->platform, "Windows.Desktop"))
        winget_say(s, &s->reasons, "Platform: not for Windows on a desktop");
    if (i->location_required)
        winget_say(s, &s->reasons, "InstallLocationRequired: it asks where to install to");
    if (i->login && i->login->type > WINGET_NONE_NEEDED)
        winget_say(s, &s->reasons, "Authentication: its download wants somebody to log in");
}

static bool examine(const struct winget_request *r, struct winget_said *s, const struct winget_manifest *m,
                    const struct winget_installer *i, struct winget_choice *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    ret->i = i;
    check_setting(s, i);
    check_digest(s, i->sha256);
    winget_url_check(s, i->url);
    ret->rolls = winget_url_rolls(i->url, m->version);
    if (ret->rolls && !r->signer)
        winget_say(s, &s->reasons, "InstallerUrl: '%.200s' moves (%s), so its digest will not stay: who signs the file has to be "
                   "given with --signer", i->url, ret->rolls);
    if (winget_kinds[i->type].refused)
        return true;
    winget_url_check_kind(s, i->url, winget_kinds[i->type].ending);
    return winget_command(s, i, &ret->command, e);
}

/* Greater is better: for the whole PC for sure, in English or any language, by Windows Installer. */
static int worth(const struct winget_installer *i)
{
    bool english = !i->locale || text_glob_fold("en*", i->locale);

    return (i->scope == WINGET_MACHINE) * 4 + english * 2 + winget_kinds[i->type].msi;
}

static void left_out(struct winget_said *s, const struct winget_choice *x)
{
    winget_say(s, &s->notes, "left out: another installer for %s is taken than %.200s", winget_archs[x->i->arch], x->i->url);
}

/* One for each kind of processor. */
static bool take(struct winget_candidate *c, const struct winget_choice *x, struct err *e)
{
    struct winget_choice *slot = NULL;

    for (size_t i = 0; i < c->choices.n; i++)
        if (c->choices.v[i].i->arch == x->i->arch)
            slot = &c->choices.v[i];
    if (slot && worth(slot->i) >= worth(x->i)) {
        left_out(c->said, x);
        return true;
    }
    if (slot)
        left_out(c->said, slot);
    else
        slot = LIST_ADD(&c->said->doc->arena, &c->choices);
    if (!slot)
        return err_nomem(e);
    *slot = *x;
    return true;
}

static bool choose(const struct winget_request *r, struct winget_candidate *c, struct err *e)
{
    const struct winget_manifest *m = c->m;
    struct strs refused = {NULL, 0};

    for (size_t i = 0; i < m->installers.n; i++) {
        const struct winget_installer *x = &m->installers.v[i];
        struct winget_said one = {.doc = c->said->doc};
        struct winget_choice choice;

        if (!examine(r, &one, m, x, &choice, e))
            return false;
        for (size_t k = 0; k < one.reasons.n; k++)
            winget_say(c->said, &refused, "Installers[%zu] (%s): %s", i, winget_archs[x->arch], one.reasons.v[k]);
        for (size_t k = 0; k < one.notes.n; k++)
            winget_say(c->said, &c->said->notes, "Installers[%zu] (%s): %s", i, winget_archs[x->arch], one.notes.v[k]);
        if (one.nomem)
            return err_nomem(e);
        if (!one.reasons.n && !take(c, &choice, e))
            return false;
    }
    for (size_t k = 0; k < refused.n; k++)
        winget_say(c->said, c->choices.n ? &c->said->notes : &c->said->reasons, "%s%s", c->choices.n ? "left out: " : "",
                   refused.v[k]);
    return true;
}

static bool has_choice(const struct winget_candidate *c, int arch)
{
    for (size_t i = 0; i < c->choices.n; i++)
        if (c->choices.v[i].i->arch == arch)
            return true;
    return false;
}

/* A 32-bit installer is for 64-bit PCs where there is no other; what names no kind is for all that have none. */
static bool share_machines(struct winget_candidate *c, struct err *e)
{
    static const struct {
        int arch;
        const char *machine;
    } own[] = {{WINGET_X64, "x86_64"}, {WINGET_ARM64, "aarch64"}, {WINGET_X86, "i686"}};

    for (size_t i = 0; i < c->choices.n; i++) {
        struct winget_choice *x = &c->choices.v[i];

        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) {
            bool is_own = x->i->arch == own[k].arch, free = !has_choice(c, own[k].arch);
            bool emulated = x->i->arch == WINGET_X86 && own[k].arch == WINGET_X64 && !has_choice(c, WINGET_NEUTRAL);
            const char **slot;

            if (!is_own && !(free && (x->i->arch == WINGET_NEUTRAL || emulated)))
                continue;
            if (text_in(&x->i->unsupported, winget_archs[own[k].arch]))
                continue;
            if (!(slot = LIST_ADD(&c->said->doc->arena, &x->machines)))
                return err_nomem(e);
            *slot = own[k].machine;
            if (emulated)
                winget_say(c->said, &c->said->todo, "payload x86: try it on 64-bit Windows; there is no installer for x64");
        }
        if (!x->machines.n)
            winget_say(c->said, &c->said->reasons, "UnsupportedOSArchitectures: nothing is left that the installer for %s is for",
                       winget_archs[x->i->arch]);
    }
    return true;
}

static bool name_files(struct winget_candidate *c, struct err *e)
{
    struct arena *a = &c->said->doc->arena;

    for (size_t i = 0; i < c->choices.n; i++) {
        struct winget_choice *x = &c->choices.v[i];
        const char *stem = strchr(c->id, '.') + 1;

        x->name = winget_url_name(a, x->i->url, stem, winget_kinds[x->i->type].ending);
        if (x->name && c->choices.n > 1)
            x->name = arena_printf(a, "%s-%s", winget_archs[x->i->arch], x->name);
        if (!x->name)
            return err_nomem(e);
    }
    return true;
}

/* --- what only a person can find out ------------------------------------------------------------------------------------ */

static void todo_installer(struct winget_said *s, const struct winget_choice *x)
{
    const struct winget_installer *i = x->i;
    const char *arch = winget_archs[i->arch];

    if (i->scope == WINGET_NO_SCOPE)
        winget_say(s, &s->todo, "install: see that it installs for all users; the manifest does not say it");
    if (!x->command.stated)
        winget_say(s, &s->todo, "install: the manifest states no silent switch; the usual one of an installer of type %s is taken",
                   winget_types[i->type]);
    if (x->command.quoted_inside && !winget_kinds[i->type].msi)
        winget_say(s, &s->todo, "install: an argument is quoted in its middle (as /v\"/qn\" is); here it is quoted as a whole");
    if (i->type == WINGET_EXE && !i->returns.n)
        winget_say(s, &s->todo, "exit_codes: the manifest states none, and no others are known of such an installer");
    if (i->elevation == WINGET_SELF)
        winget_say(s, &s->todo, "install: it starts itself again with other rights; see that the step waits for it");
    if (i->download_prohibited)
        winget_say(s, &s->todo, "payload %s: its maker forbids to keep copies of it", arch);
    if (i->markets)
        winget_say(s, &s->todo, "payload %s: it is meant for some countries only; see Markets in the manifest", arch);
}

static void todo_dependencies(struct winget_said *s, const struct winget_dependencies *d)
{
    const struct strs *const lists[] = {&d->features, &d->libraries, &d->external};

    for (size_t i = 0; i < d->packages.n; i++)
        winget_say(s, &s->todo, "requires: it needs the package %s", d->packages.v[i].id);
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < lists[k]->n; i++)
            winget_say(s, &s->todo, "requires: it needs %s", lists[k]->v[i]);
}

static void todo(const struct winget_request *r, struct winget_candidate *c)
{
    struct winget_said *s = c->said;

    winget_say(s, &s->todo, "capabilities: does it block while files are opened, beside another product, on servers?");
    winget_say(s, &s->todo, "health: what shows that its engine runs, that real-time protection is on, that its database is fresh?");
    winget_say(s, &s->todo, "remove, clean: how it is uninstalled unattended, and what it leaves; winget knows nothing of it");
    winget_say(s, &s->todo, "licence, audience, vars: whom it is for, and which key or token it wants");
    winget_say(s, &s->todo, "eicar: what it does with the EICAR file");
    if (!r->signer)
        winget_say(s, &s->todo, "payload: who signs it; --signer would have it checked besides the digest");
    for (size_t i = 0; i < c->choices.n; i++) {
        todo_installer(s, &c->choices.v[i]);
        if (c->choices.v[i].i->dependencies)
            todo_dependencies(s, c->choices.v[i].i->dependencies);
    }
    if (c->m->agreements)
        winget_say(s, &s->todo, "licence: there are agreements to be accepted; see Agreements in the manifest");
    for (size_t i = 0; i < r->catalog->products.n; i++) {
        const struct product *p = &r->catalog->products.v[i];

        if (text_eq(p->vendor, c->vendor) && text_eq(p->os, "windows"))
            winget_say(s, &s->todo, "id: the catalogue has %s already; is it the same?", p->id);
    }
}

/* --- the whole ---------------------------------------------------------------------------------------------------------- */

/* Nothing that the linter complains about is handed out. */
static bool check(const struct winget_request *r, struct winget_said *s, const char *id, const json_t *product, struct err *e)
{
    const struct lint_with with = {.verbs = r->verbs, .catalog = r->catalog};
    struct problems found;
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    ok = json_text(product, true, &b, e);
    if (ok) {
        const struct catalog_file file = {.path = id, .text = buf_str(&b), .len = b.len};

        ok = lint_files(&file, 1, &with, s->doc, &found, e);
    }
    buf_free(&b);
    for (size_t i = 0; ok && i < found.problems.n; i++)
        winget_say(s, &s->reasons, "the candidate would not pass lint: %s: %s", found.problems.v[i].path, found.problems.v[i].text);
    return ok;
}

/* The file that the facts of an installation come from. */
static const char *source(struct winget_said *s, const struct winget_files *f, const struct winget_manifest *m)
{
    const char *file = f->files.v[0].name, *ret;

    for (size_t i = 0; i < f->files.n; i++)
        if (text_glob_fold("*.installer.y*ml", f->files.v[i].name))
            file = f->files.v[i].name;
    ret = arena_printf(&s->doc->arena, "winget %s %s (%s)", m->id, m->version, file);
    s->nomem = s->nomem || !ret;
    return ret;
}

static bool make(const struct winget_request *r, struct winget_said *s, const struct winget_manifest *m, const json_t **ret,
                 struct err *e)
{
    const struct vendor *v = vendor_of(r, s, m);
    struct winget_candidate c = {.said = s, .m = m, .signer = r->signer, .now = r->now, .vendor = v ? v->id : "none"};
    unsigned long failures = mem_failures();
    json_t *product;

    c.id = product_id(s, c.vendor, m->id);
    c.source = source(s, r->files, m);
    if (!choose(r, &c, e) || !share_machines(&c, e))
        return false;
    if (s->reasons.n || s->nomem)
        return !s->nomem || err_nomem(e);
    todo(r, &c);
    if (!name_files(&c, e))
        return false;
    product = winget_product(&c);
    if (!doc_keep(s->doc, product, e) || s->nomem || mem_failures() != failures)
        return err_nomem(e);
    *ret = product;
    return s->reasons.n || check(r, s, c.id, product, e);
}

/* "*" would vouch for whatever anybody signed. */
static bool names_somebody(const char *pattern)
{
    size_t n = 0;

    for (; *pattern; pattern++)
        n += !strchr("*?[]!^-. ,", *pattern);
    return n >= 3;
}

bool winget_import(const struct winget_request *r, struct doc *d, struct import_result *ret, struct err *e)
{
    struct winget_said s = {.doc = d};
    struct winget_manifest m;

    memset(ret, 0, sizeof *ret);
    if (r->signer && !names_somebody(r->signer))
        return err_set(e, ERR_USAGE, "the signer '%.60s' fits anybody: write a name, or the beginning of one and '*'", r->signer);
    if (!winget_read(r->files->files.v, r->files->files.n, &s, &m, e))
        return false;
    if (!s.reasons.n && !make(r, &s, &m, &ret->product, e))
        return false;
    if (s.reasons.n)
        ret->product = NULL;
    ret->result = ret->product ? IMPORT_CANDIDATE : IMPORT_REJECTED;
    ret->id = m.id;
    ret->version = m.version;
    ret->reasons = s.reasons;
    ret->notes = s.notes;
    if (ret->product)
        ret->todo = s.todo;
    return !s.nomem || err_nomem(e);
}
