#include "cmd/cli/man.h"

#include "cmd/cli/help.h"
#include "core/model/words.h"
#include "core/base/version_tool.h"
#include "core/model/finding.h"
#include "core/model/policy.h"
#include "core/os/machine.h"
#include "core/step/verb.h"

#include <string.h>

/* Text as roff takes it literally: man(7) requests begin with '.' or ''', and '-' would become a hyphen. */
static void roff(struct buf *b, const char *s)
{
    bool start = true;

    for (; *s; s++) {
        if (start && (*s == '.' || *s == '\''))
            buf_adds(b, "\\&");
        start = false;
        if (*s == '\\')
            buf_adds(b, "\\e");
        else if (*s == '-')
            buf_adds(b, "\\-");
        else if (*s == '\'')
            buf_adds(b, "\\(aq");
        else if (*s == '"')
            buf_adds(b, "\\(dq");
        else
            buf_addc(b, *s);
    }
}

static void head(struct buf *b, const char *name, int section, const char *summary)
{
    buf_adds(b, ".\\\" Made by avswap docs man.\n");
    buf_printf(b, ".TH \"");
    for (const char *p = name; *p; p++)
        buf_addc(b, (*p >= 'a' && *p <= 'z') ? (char)(*p - 'a' + 'A') : *p);
    buf_printf(b, "\" %d \"\" \"avswap %s\" \"avswap manual\"\n.SH NAME\n", section, AVSWAP_VERSION);
    roff(b, name);
    buf_adds(b, " \\- ");
    roff(b, summary);
    buf_addc(b, '\n');
}

static void section(struct buf *b, const char *title)
{
    buf_printf(b, ".SH \"%s\"\n", title);
}

static void line(struct buf *b, const char *text)
{
    roff(b, text);
    buf_addc(b, '\n');
}

static void paragraphs(struct buf *b, const char *const *text)
{
    for (; *text; text++) {
        buf_adds(b, ".PP\n");
        line(b, *text);
    }
}

/* A tagged paragraph with a bold tag. */
static void tagged(struct buf *b, const char *tag, const char *text)
{
    buf_adds(b, ".TP\n\\fB");
    roff(b, tag);
    buf_adds(b, "\\fR\n");
    line(b, text);
}

static void statuses(struct buf *b, const int *list)
{
    static const int always[] = {EXIT_DONE, EXIT_ERROR, EXIT_USAGE, -1};
    char tag[16];

    section(b, "EXIT STATUS");
    for (int round = 0; round < 2; round++)
        for (const int *s = round ? list : always; *s >= 0; s++) {
            struct buf t;

            buf_init(&t, sizeof tag);
            buf_printf(&t, "%d", *s);
            tagged(b, buf_str(&t), exit_meaning(*s));
            buf_free(&t);
        }
}

static void see_also(struct buf *b, const char *self)
{
    section(b, "SEE ALSO");
    if (strcmp(self, program.name) != 0) {
        buf_adds(b, ".BR ");
        roff(b, program.name);
        buf_adds(b, " (1),\n");
    }
    buf_adds(b, ".BR avswap\\-policy (5),\n.BR avswap\\-formats (5),\n.BR avswap\\-verbs (7)\n");
}

static void options(struct buf *b, const struct option *list)
{
    for (; list && list->name; list++) {
        struct buf tag;

        buf_init(&tag, 256);
        help_option(list, &tag);
        tagged(b, buf_str(&tag), list->doc);
        buf_free(&tag);
    }
}

void man_name(const struct command *cmd, struct buf *b)
{
    buf_printf(b, "%s-", program.name);
    for (const char *p = cmd->name; *p; p++)
        buf_addc(b, *p == ' ' ? '-' : *p);
}

void man_command(const struct command *cmd, struct buf *b)
{
    struct buf name;

    buf_init(&name, 128);
    man_name(cmd, &name);
    head(b, buf_str(&name), 1, cmd->summary);
    section(b, "SYNOPSIS");
    buf_adds(b, ".B ");
    roff(b, program.call);
    buf_addc(b, ' ');
    roff(b, cmd->name);
    buf_adds(b, "\n[\\fIOPTIONS\\fR] ");
    line(b, cmd->operands);
    section(b, "DESCRIPTION");
    paragraphs(b, cmd->about);
    section(b, "OPTIONS");
    options(b, cmd->options);
    options(b, common_options);
    statuses(b, cmd->exits);
    section(b, "EXAMPLES");
    for (const struct example *x = cmd->examples; x->command; x++)
        tagged(b, x->command, x->text);
    see_also(b, buf_str(&name));
    buf_free(&name);
}

static void errors(struct buf *b)
{
    section(b, "ERRORS");
    line(b, "Every error has a stable id (the key code of the JSON error object), an exit status, a meaning and what to do "
            "next:");
    for (int code = ERR_NONE + 1; code < ERR_COUNT; code++) {
        buf_adds(b, ".TP\n\\fB");
        roff(b, err_id((enum err_code)code));
        buf_printf(b, "\\fR (exit status %d)\n", err_exit((enum err_code)code));
        roff(b, err_meaning((enum err_code)code));
        buf_adds(b, ". Next: ");
        roff(b, err_next((enum err_code)code));
        buf_adds(b, ".\n");
    }
}

static void files(struct buf *b)
{
    struct buf path;

    section(b, "FILES");
    buf_init(&path, 256);
    buf_printf(&path, "%s/runs/RUN/", os_state_dir());
    tagged(b, buf_str(&path), "one run, readable by the administrator only: facts.json, plan.json, journal.jsonl (what was "
                              "done, each record with the SHA-256 of the one before), outcome.json, payload/ and, until "
                              "the commit, backup/");
    buf_free(&path);
}

void man_program(struct buf *b)
{
    int rest[16];
    size_t n = 0;
    struct buf page;

    head(b, program.name, 1, program.summary);
    section(b, "SYNOPSIS");
    buf_adds(b, ".B ");
    roff(b, program.call);
    buf_adds(b, "\n[\\fICOMMAND\\fR [\\fIOPTIONS\\fR]]\n");
    section(b, "DESCRIPTION");
    paragraphs(b, program.about);
    section(b, "COMMANDS");
    for (size_t i = 0; program.commands[i]; i++)
        tagged(b, program.commands[i]->name, program.commands[i]->summary);
    buf_init(&page, 128);
    man_name(program.commands[0], &page);
    buf_adds(b, ".PP\nEach has a page of its own, as\n.BR ");
    roff(b, buf_str(&page));
    buf_adds(b, " (1).\n");
    buf_free(&page);
    section(b, "OPTIONS");
    line(b, "Every command takes these:");
    options(b, common_options);
    for (int s = EXIT_USAGE + 1; exit_meaning(s) && n < 15; s++)
        rest[n++] = s;
    rest[n] = -1;
    statuses(b, rest);
    errors(b);
    section(b, "ENVIRONMENT");
    tagged(b, "NO_COLOR", "when set and not empty, no colours are used");
    tagged(b, "COLUMNS", "width of the text where the output is no terminal (default 80)");
    tagged(b, "LC_ALL, LC_CTYPE, LANG", "a UTF-8 locale allows marks and bars beyond ASCII");
    files(b);
    see_also(b, program.name);
}

static void field_tag(struct buf *b, const struct field *f)
{
    buf_adds(b, ".TP\n\\fB");
    roff(b, f->name);
    buf_adds(b, "\\fR (");
    roff(b, words_type(f));
    if (f->sub) {
        buf_adds(b, ": ");
        roff(b, f->sub->name);
    }
    if (f->flags & FIELD_REQUIRED)
        buf_adds(b, ", required");
    if (f->flags & FIELD_ID)
        buf_adds(b, ", an id of a\\-z 0\\-9 . _ \\-");
    if (f->type == FIELD_INT && f->max > f->min)
        buf_printf(b, ", %lld to %lld", f->min, f->max);
    if (f->type == FIELD_INT && f->def)
        buf_printf(b, ", default %lld", f->def);
    buf_adds(b, ")\n");
}

static void fields(struct buf *b, const struct schema *s)
{
    for (const struct field *f = s->fields; f->name; f++) {
        field_tag(b, f);
        roff(b, f->doc);
        if (f->type == FIELD_ENUM) {
            buf_adds(b, "; one of");
            for (size_t i = 0; f->names[i]; i++) {
                buf_adds(b, i ? ", " : " ");
                roff(b, f->names[i]);
            }
        }
        buf_addc(b, '\n');
    }
}

void man_verbs(struct buf *b)
{
    head(b, "avswap-verbs", 7, "what the steps of products and playbooks can do");
    section(b, "DESCRIPTION");
    line(b, "A step names a verb and its arguments. Each verb knows how to find out whether its effect holds already, how to "
            "bring it about and, where that is possible, how to undo it.");
    for (size_t i = 0; verbs[i]; i++) {
        const struct verb_def *v = &verbs[i]->def;
        char span[INSTANT_TEXT];

        buf_adds(b, ".SH \"");
        roff(b, v->name);
        buf_adds(b, "\"\n");
        line(b, v->doc);
        fields(b, v->args);
        buf_adds(b, ".PP\n");
        for (size_t k = 0; words_flags[k].text; k++)
            if (v->flags & words_flags[k].flag) {
                buf_adds(b, "It ");
                roff(b, words_flags[k].text);
                buf_adds(b, ".\n");
            }
        if (v->timeout_s) {
            buf_adds(b, "Limit: ");
            roff(b, instant_span(v->timeout_s * 1000, span));
            buf_adds(b, ".\n");
        }
        if (v->no_undo) {
            buf_adds(b, "No undo: ");
            roff(b, v->no_undo);
            buf_adds(b, ".\n");
        }
    }
    see_also(b, "avswap-verbs");
}

#define MAX_SCHEMAS 128

/* Adds s and all below it, each once. */
static void collect(const struct schema *s, const struct schema **v, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        if (v[i] == s)
            return;
    if (*n == MAX_SCHEMAS)
        return;
    v[(*n)++] = s;
    for (const struct field *f = s->fields; f->name; f++)
        if (f->sub)
            collect(f->sub, v, n);
}

/* What a probe may have, from the tables that check it. */
static void probes(struct buf *b)
{
    section(b, "PROBES");
    line(b, "A condition is one probe, or all, any or not of conditions. Names, paths and programs may be patterns: *, ? and "
            "[set]; in a path * stays within one part. On Windows they are compared without regard to case, and a path may "
            "begin with a known folder, as %ProgramData%/... A step of a product may name a probe that lists facts as its "
            "each, and then becomes one step for every fact found.");
    for (int i = PROBE_NONE + 1; i < PROBE_COUNT; i++) {
        const struct probe_def *p = &probe_defs[i];
        const struct cond c = {.probe = i};

        tagged(b, probe_names[i], p->doc);
        buf_adds(b, ".br\nIt may have");
        for (size_t k = 0; probe_member(i, k); k++)
            buf_printf(b, "%s %s", k ? "," : "", probe_member(i, k));
        for (size_t k = 0; p->states && p->states[k]; k++) {
            buf_adds(b, k ? ", " : "; state is one of ");
            roff(b, p->states[k]);
        }
        buf_printf(b, ".%s%s%s\n", p->family ? " Only on " : "", p->family ? p->family : "", p->family ? "." : "");
        if (cond_lists(&c))
            line(b, "Lists facts.");
    }
}

static void facts(struct buf *b)
{
    size_t n;
    const char *const *names = cond_fact_names(&n);

    section(b, "GENERAL FACTS");
    line(b, "What a fact probe may name; one that ends in a colon is followed by a path.");
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, ".br\n");
        line(b, names[i]);
    }
}

void man_formats(struct buf *b)
{
    const struct schema *all[MAX_SCHEMAS];
    size_t n = 0;

    head(b, "avswap-formats", 5, "documents that avswap reads and writes");
    section(b, "DESCRIPTION");
    line(b, "All documents are JSON in UTF-8. The key schema names the format. Reading is strict: an unknown or duplicate key, a "
            "wrong type, a missing required key and a value out of range are errors that name file and place. Instants are "
            "UTC, as 2024-09-29T04:00:00Z; any offset is read.");
    buf_adds(b, ".PP\n");
    line(b, "The same as JSON Schema, one file a format, stands in share/avswap/schemas (or: avswap docs schemas DIR). Tell an editor by "
            "file pattern which one a document has; a key $schema in the document would be an unknown key.");
    for (size_t i = 0; words_formats[i].schema; i++)
        collect(words_formats[i].schema, all, &n);
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, ".SH \"");
        roff(b, all[i]->format ? all[i]->format : all[i]->name);
        buf_adds(b, "\"\n");
        line(b, all[i]->doc);
        for (size_t k = 0; words_formats[k].schema; k++)
            if (words_formats[k].schema == all[i]) {
                buf_adds(b, ".br\nFound in: ");
                line(b, words_formats[k].where);
            }
        fields(b, all[i]);
    }
    probes(b);
    facts(b);
    see_also(b, "avswap-formats");
}

void man_policy(struct buf *b)
{
    head(b, "avswap-policy", 5, "the administrator's wishes");
    section(b, "DESCRIPTION");
    line(b, "A policy is a JSON document that plan, detect and migrate take with --policy. Every key but schema may be left out. "
            "Passwords and tokens never stand in it: it says where they are, on Windows as file:C:/secrets/kes.txt.");
    section(b, "KEYS");
    tagged(b, "schema", policy_schema.format);
    fields(b, &policy_schema);
    section(b, "EXAMPLE");
    buf_adds(b, ".nf\n");
    line(b, "{");
    line(b, " \"schema\": \"avswap.policy/1\",");
    line(b, " \"jurisdictions\": [\"US\"],");
    line(b, " \"as\": \"business\",");
    line(b, " \"forbid_countries\": [\"RU\"],");
    line(b, " \"eicar\": true,");
    line(b, " \"unprotected_limit_s\": 300,");
    line(b, " \"secrets\": {\"kesl_password\": \"file:/root/kesl.password\"}");
    line(b, "}");
    buf_adds(b, ".fi\n");
    section(b, "SENT BY A JUMP HOST");
    line(b, "For avswap fleet a policy need not name paths of the PCs. An installer that is given by its name alone is a file in the jump "
            "host's folder of installers, fleet/payload in its state folder or --payload DIR; it is sent to each PC that lacks it, and its "
            "digest stands in the plan. A secret whose source is sent is given to avswap fleet run and prove by --secret "
            "NAME=file:PATH, and each PC has it until the end of its run.");
    buf_adds(b, ".nf\n");
    line(b, "{");
    line(b, " \"schema\": \"avswap.policy/1\",");
    line(b, " \"vars\": {\"eset_installer\": \"eea_nt64.msi\"},");
    line(b, " \"secrets\": {\"kaspersky_password\": \"sent\"}");
    line(b, "}");
    buf_adds(b, ".fi\n");
    section(b, "A FLEET");
    line(b, "avswap fleet plan chooses for many PCs at once, at the least cost: that of the seats, rank_cost for every place that "
            "a product stands behind the first in a PC's own order, extra_product_cost for every licence in use beyond the "
            "first, and extra_client_cost for the same within a client. A product in no licence has no limit and costs "
            "nothing. Products of one vendor for several systems count as one where they stand in one licence.");
    buf_adds(b, ".nf\n");
    line(b, "{");
    line(b, " \"schema\": \"avswap.policy/1\", \"currency\": \"EUR\", \"rank_cost\": 5, \"extra_product_cost\": 400,");
    line(b, " \"prefer\": [\"eset\", \"microsoft\"], \"require\": [\"server\"], \"one_product_per_client\": \"prefer\",");
    line(b, " \"seats\": [{\"licence\": \"eset-2026\", \"products\": [\"eset.eea.linux\", \"eset.endpoint.windows\"], \"seats\": 500, "
            "\"cost\": 19}],");
    line(b, " \"groups\": [{\"name\": \"bank\", \"hosts\": [\"bk-*\"], \"tags\": [\"till\"], \"client\": \"northbank\",");
    line(b, "             \"set\": {\"allow\": [\"microsoft\"], \"no_reboot\": true}}]");
    line(b, "}");
    buf_adds(b, ".fi\n");
    see_also(b, "avswap-policy");
}
