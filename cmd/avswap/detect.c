#include "cmd/avswap/avswap.h"
#include "cmd/avswap/triage.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/detect/match.h"

static bool detect(struct cli *c, struct err *e)
{
    const char *save = option_value(&c->args, "save");
    struct policy policy;
    struct owner owner;
    struct facts facts;
    struct findings findings;
    struct buf b;

    if (option_given(&c->args, "inventory"))
        return triage_inventory(c, e);
    if (!input_policy(c, &policy, e) || !input_facts(c, &facts, e))
        return false;
    owner = input_owner(&policy);
    if (!match_facts(&facts, &c->catalog, &owner, c->now, &c->doc, &findings, e))
        return false;
    if (save && !out_save(save, &facts_schema, &facts, e))
        return false;
    c->status = findings_must_go(&findings) ? EXIT_FOUND : EXIT_DONE;
    if (c->json)
        return out_doc(&findings_schema, &findings, e);
    buf_init(&b, LIMIT_DOCUMENT);
    report_findings(&findings, &c->style, &b);
    return out_text(&b, e);
}

static const struct option options[] = {
    OPTION_FROM,
    {"inventory", 0, "FILE", "classify an exported inventory ('-': standard input) instead of looking at a PC", false},
    {"format", 0, "WORD", "of the inventory: csv, table, dpkg, rpm or json; else it is found", false},
    {"encoding", 0, "WORD", "of the inventory: utf-8, utf-16le, utf-16be, windows-1251, windows-1252, cp866 or koi8-r", false},
    {"column", 0, "FIELD=HEADER", "of the inventory: which column is name, publisher, version, code, host or os", true},
    {"save", 0, "FACTS", "keep the facts that were collected, for plan --from or a support ticket", false},
    OPTION_JURISDICTION,
    OPTION_AS,
    {"policy", 0, "FILE", "take jurisdiction and owner from a policy file", false},
    OPTION_NOW,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "Looks at this PC, or at saved facts, and says which products a measure in force speaks of, which parts and leftovers "
    "of them are here, what else protects the PC, and how healthy each product is by five separate facts: installed, "
    "running, real-time protection on, signatures fresh, managed. Unknown is neither good nor bad.",
    "Nothing is changed. Without administrator rights some parts cannot be looked at; they are listed and never taken for "
    "absent. With -v each finding shows the evidence that led to it.",
    "On Windows it also names the settings that make another program trust a copy of the old product's root certificate: "
    "NODE_EXTRA_CA_CERTS of the machine and of each user who is logged on, and cert in the pip.ini of the machine and of each "
    "profile. A person changes them: avswap tells the place, in the plan and after the run as well, and changes neither the "
    "file nor the setting. A file on another computer, behind a link, or longer than 2 MiB is not read, and it says so. Not "
    "looked at are other variables, the stores of browsers, and containers.",
    "With --inventory no PC is looked at: each row of a list of programs that another tool exported is classified by the "
    "catalogue alone, as product, component, white-label or none, with confidence and reason, and summed up for each PC. "
    "CSV with any of the usual separators (exports of GLPI, OCS Inventory, Intune, PDQ, NinjaOne, Lansweeper, "
    "Configuration Manager and others, by the names of their columns), the tables of winget list and wmic product get, "
    "dpkg -l, rpm -qa, and one JSON object a line are read, of any size. Names may be translated, truncated or damaged by "
    "a wrong character set. A row of class none with confidence possible only looks like one: a person should look. "
    "Text is UTF-8, or UTF-16 with a byte order mark; anything else must be named with --encoding.",
    NULL,
};

static const struct example examples[] = {
    {"avswap detect -v", "everything found on this PC and why"},
    {"avswap detect --save facts.json", "the facts of a PC for a plan made elsewhere"},
    {"avswap detect --from facts.json --as federal --jurisdiction US-federal --json", "saved facts, judged for a federal agency"},
    {"avswap detect --inventory intune.csv", "which PCs of an export have something that must go"},
    {"rpm -qa | avswap detect --inventory - --json", "the packages of a server, classified for a script"},
    {NULL, NULL},
};

const struct command cmd_detect = {
    .name = "detect",
    .summary = "what is on this PC, what must go and why",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_FOUND, -1},
    .examples = examples,
    .run = detect,
};
