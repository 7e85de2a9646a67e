#include "core/model/event.h"
#include "core/model/product.h"
#include "core/model/triage.h"

#include <string.h>

const char *const confidence_names[] = {"unset", "documented", "field", "tested", "unverified", NULL};
const char *const product_role_names[] = {"unset", "protection", "component", "agent", NULL};
static const char *const artifact_kinds[] = {"unset", "repository", "file", NULL};
static const char *const eicar_names[] = {"none", "blocked", "quarantined", NULL};

#define SOURCED(structure)                                                                                   \
    FIELD(structure, STR, source, "where the fact comes from"),                                              \
        FIELD(structure, ENUM, confidence, "documented, field, tested or unverified", .names = confidence_names)

static const struct field step_def_fields[] = {
    FIELD(step_def, STR, verb, "verb, see avswap-verbs(7)"),
    FIELD(step_def, STR, use, "playbooks: a section of the source's or target's file"),
    FIELD(step_def, STR, title, "what people read"),
    FIELD(step_def, JSON, args, "the verb's arguments"),
    FIELD(step_def, OBJ, each, "a probe: one step for every fact that it finds; ${each.FIELD} in title and args",
          .sub = &cond_schema),
    FIELD(step_def, OBJ, when, "planned only if this holds", .sub = &cond_schema),
    FIELD(step_def, OBJ, after, "holds once the step had its effect", .sub = &cond_schema),
    FIELD(step_def, INT, timeout_s, "limit in seconds", .min = 0, .max = 86400),
    FIELD(step_def, BOOL, auxiliary, "its failure never leads to a rollback"),
    FIELD(step_def, BOOL, repeat, "after an interruption it is run again even if `after` holds, which it may before the end"),
    FIELD(step_def, BOOL, drops_network, "the network may be gone for a moment"),
    FIELD(step_def, STR, no_undo, "why nothing undoes it, where the verb says nothing of these arguments"),
    SOURCED(step_def),
    FIELD_END,
};

static bool check_step_def(void *obj, const struct place *at, struct err *e)
{
    const struct step_def *s = obj;

    return !s->each || cond_lists(s->each) ||
           place_error(e, at, "'each' goes through facts that one probe lists, as uninstall, msi, unit, driver, registry, "
                              "certificate, task or file");
}

const struct schema step_def_schema = {"step", NULL, "a step", sizeof(struct step_def), step_def_fields, check_step_def};

static const struct field section_fields[] = {
    FIELD(section, OBJS, steps, "the steps in order", .sub = &step_def_schema, .flags = FIELD_REQUIRED),
    FIELD(section, INT, expected_s, "how long it usually takes", .min = 0, .max = 86400),
    SOURCED(section),
    FIELD_END,
};
static const struct schema section_schema = {"section", NULL, "a list of steps", sizeof(struct section),
                                             section_fields, NULL};

static const struct field supplier_fields[] = {
    FIELD(supplier, STR, vendor, "vendor id of the engine's maker", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(supplier, BOOL, optional, "some versions or settings only"),
    SOURCED(supplier),
    FIELD_END,
};
static const struct schema supplier_schema = {"engine supplier", NULL, "whose engine is inside",
                                              sizeof(struct supplier), supplier_fields, NULL};

static const struct field requirement_fields[] = {
    FIELD(requirement, STR, text, "for people", .flags = FIELD_REQUIRED),
    FIELD(requirement, OBJ, cond, "must hold", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    SOURCED(requirement),
    FIELD_END,
};
static const struct schema requirement_schema = {"requirement", NULL, "what a PC must have",
                                                 sizeof(struct requirement), requirement_fields, NULL};

static const struct field leftover_fields[] = {
    FIELD(leftover, STR, id, "its id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(leftover, STR, text, "for people", .flags = FIELD_REQUIRED),
    FIELD(leftover, OBJ, cond, "holds while it is here", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    SOURCED(leftover),
    FIELD_END,
};
const struct schema leftover_schema = {"leftover", NULL, "a trace that may stay behind", sizeof(struct leftover),
                                       leftover_fields, NULL};

static const struct field report_fields[] = {
    FIELD(report_def, STR, name, "database_date, ksn ...", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(report_def, STRS, argv, "the product's command"),
    FIELD(report_def, STR, registry, "or a registry key (pattern)"),
    FIELD(report_def, STR, value, "and the name of its value (pattern)"),
    FIELD(report_def, STRS, json, "paths into its JSON output, tried in order"),
    FIELD(report_def, STRS, key, "beginnings of its output lines, tried in order"),
    FIELD(report_def, ENUM, decode, "what the value is", .names = decode_names),
    SOURCED(report_def),
    FIELD_END,
};

static bool check_report(void *obj, const struct place *at, struct err *e)
{
    const struct report_def *r = obj;

    if ((r->argv.n > 0) == (r->registry != NULL))
        return place_error(e, at, "a report comes either from a command ('argv') or from the 'registry'");
    if (!r->registry == (r->value != NULL))
        return place_error(e, at, "'registry' and 'value' belong together");
    if (r->registry && !cond_registry_key(r->registry))
        return place_error(e, at, "'registry' is HKLM/... or HKU/...");
    if (r->registry && (r->json.n || r->key.n))
        return place_error(e, at, "'json' and 'key' are about a command's output");
    return true;
}

static const struct schema report_schema = {"report", NULL, "what the product's own command or its registry keys tell",
                                            sizeof(struct report_def), report_fields, check_report};

static const struct field health_fields[] = {
    FIELD(health, OBJ, installed, "it is installed", .sub = &cond_schema),
    FIELD(health, OBJ, running, "its engine runs", .sub = &cond_schema),
    FIELD(health, OBJ, realtime, "real-time protection is on", .sub = &cond_schema),
    FIELD(health, OBJ, fresh, "its signatures are fresh", .sub = &cond_schema),
    FIELD(health, OBJ, managed, "it is licensed and connected", .sub = &cond_schema),
    FIELD(health, MAP, absent, "of each fact without a condition: why nothing on the PC tells it"),
    FIELD(health, INT, within_s, "deadline for becoming healthy", .min = 0, .max = 86400),
    SOURCED(health),
    FIELD_END,
};
const struct schema health_schema = {"health", NULL, "five facts: an absent one does not apply", sizeof(struct health),
                                     health_fields, NULL};

static const struct field var_fields[] = {
    FIELD(var, STR, name, "as used in ${name}", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(var, STR, label, "for people", .flags = FIELD_REQUIRED),
    FIELD(var, STR, def, "value when none is given"),
    FIELD(var, BOOL, secret, "a password or token"),
    FIELD(var, BOOL, required, "no plan without it"),
    FIELD(var, BOOL, file, "the path of a file on this PC"),
    FIELD(var, STR, source, "where the fact comes from"),
    FIELD_END,
};
static const struct schema var_schema = {"variable", NULL, "what the administrator supplies", sizeof(struct var),
                                         var_fields, NULL};

static const struct field artifact_fields[] = {
    FIELD(artifact, STR, id, "its id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(artifact, ENUM, kind, "repository or file", .names = artifact_kinds, .flags = FIELD_REQUIRED),
    FIELD(artifact, STRS, packages, "repository: package names"),
    FIELD(artifact, STR, name, "file: its name below ${payload}"),
    FIELD(artifact, STR, url, "file: where to get it"),
    FIELD(artifact, STR, from, "file: variable with the path on this PC"),
    FIELD(artifact, STR, sha256, "file: its digest"),
    FIELD(artifact, STR, signer, "file: who signed it (pattern)"),
    FIELD(artifact, INT, size_mib, "MiB on disk once unpacked", .min = 0, .max = 100000),
    FIELD(artifact, OBJ, when, "got only where this holds", .sub = &cond_schema),
    SOURCED(artifact),
    FIELD_END,
};
static const struct schema artifact_schema = {"artifact", NULL, "an installer", sizeof(struct artifact),
                                              artifact_fields, NULL};

static const struct field capability_fields[] = {
    FIELD(capabilities, ENUM, realtime, "blocks while files are opened", .names = tri_names),
    FIELD(capabilities, BOOL, passive, "can be installed without its on-access engine running"),
    FIELD(capabilities, BOOL, awakes, "part of a client system: active by itself once no other product is registered"),
    FIELD(capabilities, BOOL, fanotify_exclusive, "refuses while another process holds fanotify marks"),
    FIELD(capabilities, BOOL, server, "meant for servers"),
    FIELD(capabilities, BOOL, edr_only, "reports, but is no antivirus"),
    FIELD_END,
};
const struct schema capability_schema = {"capabilities", NULL, "what it can do", sizeof(struct capabilities),
                                                capability_fields, NULL};

static const struct field exit_fields[] = {
    FIELD(exit_code, INT, code, "exit status", .flags = FIELD_REQUIRED),
    FIELD(exit_code, ENUM, outcome, "its meaning", .names = outcome_names, .flags = FIELD_REQUIRED),
    FIELD(exit_code, STR, text, "for people"),
    FIELD_END,
};
const struct schema exit_code_schema = {"exit code", NULL, "what an exit status means", sizeof(struct exit_code),
                                        exit_fields, NULL};

static const struct field eicar_fields[] = {
    FIELD(eicar_def, ENUM, expect, "none, blocked or quarantined", .names = eicar_names, .flags = FIELD_REQUIRED),
    FIELD(eicar_def, STR, dir, "folder that is watched"),
    FIELD(eicar_def, INT, within_s, "deadline", .min = 0, .max = 3600),
    FIELD(eicar_def, STR, source, "where the fact comes from"),
    FIELD_END,
};
const struct schema eicar_schema = {"eicar", NULL, "how the EICAR test file is treated", sizeof(struct eicar_def),
                                    eicar_fields, NULL};

static const struct field detect_fields[] = {
    FIELD(detect_def, OBJ, installed, "it is here", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    FIELD(detect_def, OBJ, half_removed, "parts are here, but it is not whole", .sub = &cond_schema),
    FIELD(detect_def, STRS, version_from, "packages or listed programs whose version is the product's"),
    SOURCED(detect_def),
    FIELD_END,
};
static const struct schema detect_schema = {"detect", NULL, "how it is recognised", sizeof(struct detect_def),
                                            detect_fields, NULL};

static const struct field guard_fields[] = {
    FIELD(removal_guard, STR, text, "for people", .flags = FIELD_REQUIRED),
    FIELD(removal_guard, OBJ, blocked, "holds when the removal would be refused", .sub = &cond_schema,
          .flags = FIELD_REQUIRED),
    SOURCED(removal_guard),
    FIELD_END,
};
static const struct schema guard_schema = {"guard", NULL, "a reason why a removal would be refused",
                                           sizeof(struct removal_guard), guard_fields, NULL};

static const struct field manual_fields[] = {
    FIELD(manual_work, STR, why, "why a person does it", .flags = FIELD_REQUIRED),
    FIELD(manual_work, STRS, steps, "what the person does, a sentence each", .flags = FIELD_REQUIRED),
    SOURCED(manual_work),
    FIELD_END,
};
static const struct schema manual_schema = {"manual", NULL, "what a person does", sizeof(struct manual_work), manual_fields,
                                            NULL};

static const struct field import_fields[] = {
    FIELD(import_def, STR, from, "winget", .flags = FIELD_REQUIRED),
    FIELD(import_def, STR, id, "its id there", .flags = FIELD_REQUIRED),
    FIELD(import_def, STR, version, "its version there", .flags = FIELD_REQUIRED),
    FIELD(import_def, INSTANT, fetched, "when it was taken over", .flags = FIELD_REQUIRED),
    FIELD(import_def, BOOL, candidate, "nobody has reviewed it; never planned"),
    FIELD(import_def, STRS, todo, "what its reviewer has to find out"),
    FIELD_END,
};
static const struct schema import_schema = {"import", NULL, "where a machine took it from", sizeof(struct import_def),
                                            import_fields, NULL};

static const struct field product_fields[] = {
    FIELD(product, STR, id, "vendor.product.os", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(product, STR, vendor, "vendor id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(product, STR, name, "for people", .flags = FIELD_REQUIRED),
    FIELD(product, STR, os, "family: linux, windows or macos", .flags = FIELD_REQUIRED),
    FIELD(product, ENUM, role, "protection, component or agent", .names = product_role_names,
          .flags = FIELD_REQUIRED),
    FIELD(product, STR, licence, "free, subscription or builtin"),
    FIELD(product, STRS, audience, "business, individual ..."),
    FIELD(product, STRS, alternatives_of, "the same product under other names"),
    FIELD(product, OBJS, engine_suppliers, "whose engine is inside", .sub = &supplier_schema),
    FIELD(product, STR, moved_by_vendor, "the vendor itself put this in place of its own product: which vendor"),
    FIELD(product, OBJ, detect, "how it is recognised", .sub = &detect_schema, .flags = FIELD_REQUIRED),
    FIELD(product, OBJS, leftovers, "traces that may stay behind", .sub = &leftover_schema),
    FIELD(product, OBJS, reports, "what its own command or registry keys tell", .sub = &report_schema),
    FIELD(product, OBJ, health, "when it is healthy", .sub = &health_schema),
    FIELD(product, OBJ, capabilities, "what it can do", .sub = &capability_schema),
    FIELD(product, OBJS, requires, "what a PC must have", .sub = &requirement_schema),
    FIELD(product, OBJS, vars, "what the administrator supplies", .sub = &var_schema),
    FIELD(product, OBJS, payload, "its installers", .sub = &artifact_schema),
    FIELD(product, OBJ, install, "steps that install it", .sub = &section_schema),
    FIELD(product, OBJ, activate, "steps that switch its on-access engine on", .sub = &section_schema),
    FIELD(product, OBJ, disarm, "agents: steps that keep it from bringing others back", .sub = &section_schema),
    FIELD(product, OBJ, remove, "steps that remove it", .sub = &section_schema),
    FIELD(product, OBJ, manual_install, "how a person installs it, where it cannot be planned", .sub = &manual_schema),
    FIELD(product, OBJ, manual_remove, "how a person removes it, where it cannot be planned", .sub = &manual_schema),
    FIELD(product, OBJ, clean, "steps that remove what it leaves behind", .sub = &section_schema),
    FIELD(product, OBJS, guards, "reasons why a removal would be refused", .sub = &guard_schema),
    FIELD(product, OBJS, reinstallers, "who would bring it back", .sub = &leftover_schema),
    FIELD(product, OBJS, advice, "what a person should change by hand once it has gone", .sub = &advice_schema),
    FIELD(product, STRS, state_paths, "state saved before removal"),
    FIELD(product, STRS, packages, "its packages, rebuilt before removal"),
    FIELD(product, OBJS, exit_codes, "exit statuses of its installer and uninstaller", .sub = &exit_code_schema),
    FIELD(product, OBJ, eicar, "the EICAR test", .sub = &eicar_schema),
    FIELD(product, STRS, notes, "for the plan's reader"),
    FIELD(product, OBJ, import, "where a machine took it from; absent: people wrote it", .sub = &import_schema),
    SOURCED(product),
    FIELD_END,
};
const struct schema product_schema = {"product", "avswap.product/1", "one product on one OS family",
                                      sizeof(struct product), product_fields, NULL};

static const struct field listing_of_fields[] = {
    FIELD(listing_of, STR, entity, "which entity", .flags = FIELD_REQUIRED),
    FIELD(listing_of, STR, list, "on which list", .flags = FIELD_REQUIRED),
    SOURCED(listing_of),
    FIELD_END,
};
static const struct schema listing_of_schema = {"listing", NULL, "an entity on a list of a state",
                                                sizeof(struct listing_of), listing_of_fields, NULL};

static const struct field inventory_kind_fields[] = {
    FIELD(inventory_kind, ENUM, class, "product, component or white-label", .names = triage_class_names,
          .flags = FIELD_REQUIRED),
    FIELD(inventory_kind, STR, product, "product id without its system", .flags = FIELD_ID),
    FIELD(inventory_kind, STRS, names, "patterns of names, where name or publisher are the vendor's"),
    FIELD(inventory_kind, STRS, packages, "names of Linux packages"),
    FIELD(inventory_kind, STRS, codes, "product codes that were seen; never a reason to remove something"),
    SOURCED(inventory_kind),
    FIELD_END,
};
static const struct schema inventory_kind_schema = {"inventory kind", NULL, "rows of inventories that are the same",
                                                    sizeof(struct inventory_kind), inventory_kind_fields, NULL};

static const struct field vendor_inventory_fields[] = {
    FIELD(vendor_inventory, STRS, words, "the vendor's name in each script: beginnings of words", .flags = FIELD_REQUIRED),
    FIELD(vendor_inventory, STRS, about, "patterns of names of others' tools that deal with its products"),
    FIELD(vendor_inventory, STRS, tools, "patterns of its own tools, whose names sound the same"),
    FIELD(vendor_inventory, STRS, common_packages, "package names of its products that others use as well"),
    FIELD(vendor_inventory, OBJS, kinds, "asked in order, before the patterns of its products", .sub = &inventory_kind_schema),
    SOURCED(vendor_inventory),
    FIELD_END,
};
static const struct schema vendor_inventory_schema = {"vendor inventory", NULL, "how exported inventories name the vendor",
                                                      sizeof(struct vendor_inventory), vendor_inventory_fields, NULL};

static const struct field vendor_fields[] = {
    FIELD(vendor, STR, id, "vendor id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(vendor, STR, name, "for people", .flags = FIELD_REQUIRED),
    FIELD(vendor, STRS, aliases, "other names"),
    FIELD(vendor, STRS, entities, "legal entities"),
    FIELD(vendor, OBJS, listed, "entities on a list of a state", .sub = &listing_of_schema),
    FIELD(vendor, STRS, signers, "subjects of its signing certificates"),
    FIELD(vendor, STRS, team_ids, "Apple's ids of its signing teams"),
    FIELD(vendor, STR, country, "ISO 3166 code of its seat"),
    FIELD(vendor, OBJ, inventory, "how exported inventories name it", .sub = &vendor_inventory_schema),
    SOURCED(vendor),
    FIELD_END,
};
const struct schema vendor_schema = {"vendor", "avswap.vendor/1", "a vendor", sizeof(struct vendor), vendor_fields,
                                     NULL};

static bool unverified(const struct section *s)
{
    if (!s)
        return false;
    if (s->confidence == CONFIDENCE_UNVERIFIED || s->confidence == CONFIDENCE_UNSET)
        return true;
    for (size_t i = 0; i < s->steps.n; i++)
        if (s->steps.v[i].confidence == CONFIDENCE_UNVERIFIED)
            return true;
    return false;
}

bool product_is_candidate(const struct product *p)
{
    return p->import && p->import->candidate;
}

const char *product_unverified(const struct product *p, bool as_source)
{
    if (as_source)
        return unverified(p->remove) ? "remove" : unverified(p->clean) ? "clean" : NULL;
    if (unverified(p->install))
        return "install";
    if (unverified(p->activate))
        return "activate";
    if (p->health && p->health->confidence == CONFIDENCE_UNVERIFIED)
        return "health";
    return NULL;
}
