#include "cmd/avswap-fleet/fleet.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/catalog/winget.h"
#include "core/os/path.h"
#include "core/step/verb.h"

static void talk_list(const struct cli *c, const char *title, const struct strs *list)
{
    if (list->n)
        out_talk(c, "\n%s", title);
    for (size_t i = 0; i < list->n; i++)
        out_talk(c, "  - %s", list->v[i]);
}

static void talk(const struct cli *c, const struct import_result *w, const char *file)
{
    if (!w->product) {
        out_talk(c, "Rejected: %s %s", *w->id ? w->id : "a manifest without an id", w->version);
        talk_list(c, "Because", &w->reasons);
        talk_list(c, "Worth knowing", &w->notes);
        return;
    }
    out_talk(c, "Candidate: %s, of %s %s", json_string_value(json_object_get(w->product, "id")), w->id, w->version);
    talk_list(c, "To find out before it can be used", &w->todo);
    talk_list(c, "Worth knowing", &w->notes);
    if (file)
        out_talk(c, "\nWritten to %s. Until its 'candidate' is taken out, no plan uses it.", file);
    else
        out_talk(c, "\nNothing was written: '-o FILE' keeps it.");
}

static bool write_product(const char *file, const json_t *product, struct err *e)
{
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    ok = json_text(product, true, &b, e);
    ok = ok && (text_eq(file, "-") ? out_bytes(buf_str(&b), b.len, e) : out_file(file, &b, e));
    buf_free(&b);
    return ok;
}

/* The files that the operand and --winget name. */
static bool load(struct cli *c, struct winget_files *ret, struct err *e)
{
    const char *what = c->args.operands[0], *repository = option_value(&c->args, "winget");

    if (repository && !(repository = os_path_given(repository, &c->doc.arena, e)))
        return false;
    if (!repository || !winget_is_id(what))
        what = os_path_given(what, &c->doc.arena, e);
    return what && winget_load(what, repository, &c->doc, ret, e);
}

static bool hand_out(struct cli *c, const struct import_result *w, struct err *e)
{
    const char *file = option_value(&c->args, "output");

    if (file && w->product && !write_product(file, w->product, e))
        return false;
    if (c->json && !text_eq(file, "-"))
        return out_doc(&import_result_schema, w, e);
    if (!w->product || !text_eq(file, "-"))
        talk(c, w, file);
    return true;
}

static bool import(struct cli *c, struct err *e)
{
    struct winget_files files;
    struct winget_request r = {.files = &files, .catalog = &c->catalog, .verbs = verb_defs(),
                               .vendor = option_value(&c->args, "vendor"), .signer = option_value(&c->args, "signer")};
    struct import_result w;

    if (!input_now(c, e) || !input_catalog(c, true, e) || !load(c, &files, e))
        return false;
    r.now = c->now;
    if (!winget_import(&r, &c->doc, &w, e))
        return false;
    c->status = w.product ? EXIT_DONE : EXIT_REFUSED;
    return hand_out(c, &w, e);
}

static const struct option options[] = {
    {"winget", 0, "DIR", "a local copy of winget's community repository, to look the ID up in", false},
    {"vendor", 0, "ID", "whose product it is, where the publisher's name does not say it", false},
    {"signer", 0, "PATTERN", "who signs its installers; needed where their address moves", false},
    {"output", 'o', "FILE", "where to write the candidate ('-': standard output)", false},
    OPTION_NOW,
    OPTION_CATALOG,
    OPTION_END,
};

static const char *const about[] = {
    "Reads a package manifest of winget (schema 1.0 to 1.28) and makes of it a candidate for the catalogue: a product with its "
    "installers, their digests, silent switches and exit codes, and how the system lists it. PATH is the folder with the files "
    "of one version, or one file that holds everything; ID is a package in the copy of the repository that --winget names, of "
    "which the newest version is taken. Nothing is downloaded.",
    "winget knows how to install a product, not whether it protects, whether its database is fresh, or how it goes again. So a "
    "candidate carries what its reviewer has to find out ('import.todo'), nothing in it is more than 'field' or 'unverified', "
    "and no plan ever uses it until a person has taken out 'candidate'.",
    "Rejected, with the reason, is what could not be run unattended and safely: no installer by msi or exe for the whole PC; "
    "switches that are a filled-in place, as 'Silent: false'; a plain http address; an address that moves, so that its digest "
    "will not stay, unless --signer says who signs the file; exit codes that contradict each other; a vendor that the "
    "catalogue does not know, or whose products are the ones to be removed; and whatever avswap-lint(1) would complain about.",
    "Of several installers one for each kind of processor is taken; why the others were left out is told.",
    NULL,
};

static const struct example examples[] = {
    {"avswap catalog import-winget manifests/e/ESET/EndpointAntivirus/13.0.2058.0 -o eset.json", "one version, from a folder"},
    {"avswap catalog import-winget ESET.EndpointAntivirus --winget winget-pkgs --json", "the newest in a copy of the repository"},
    {"avswap catalog import-winget wsasme.yaml --signer 'Webroot*' -o webroot.json", "an address that moves"},
    {NULL, NULL},
};

const struct command cmd_import_winget = {
    .name = "catalog import-winget",
    .summary = "make a candidate for the catalogue of a manifest of winget",
    .operands = "PATH|ID",
    .min_operands = 1,
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, -1},
    .examples = examples,
    .run = import,
};
