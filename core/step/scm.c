/* Entries of Windows' service manager: services and drivers that an uninstaller left behind. */
#include "core/detect/collect.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/registry.h"
#include "core/os/service.h"
#include "core/step/guard.h"
#include "core/step/table.h"

struct args {
    const char *name;
};

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    if (guard_open(a->name) || !guard_system_service(a->name))
        return true;
    return place_error(e, at, "'%.80s' is no plain name, or belongs to Windows", a->name);
}

static const struct field fields[] = {
    FIELD(args, STR, name, "its name; no pattern", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema service_schema = {"service.remove", NULL, "", sizeof(struct args), fields, check};
static const struct schema driver_schema = {"driver.remove", NULL, "", sizeof(struct args), fields, check};

static bool no_service(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_UNIT, .name = ((const struct args *)args)->name};

    return cond_copy(&here, true, d, ret, e);
}

static bool no_driver(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_DRIVER, .name = ((const struct args *)args)->name};

    return cond_copy(&here, true, d, ret, e);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "put the entry of %s back as it was saved, if its program is there",
                        ((const struct args *)args)->name);
}

static const char *entry_key(const struct step_ctx *c, const struct args *a)
{
    return arena_printf(&c->doc->arena, "HKLM/SYSTEM/CurrentControlSet/Services/%s", a->name);
}

/* Does the entry's key exist? The service manager itself learns of a key that was put back at the next boot. */
static bool key_exists(const struct step_ctx *c, const struct args *a, bool *ret, struct err *e)
{
    const char *key = entry_key(c, a);
    struct questions q = {.paths = {NULL, 0}};
    struct facts f;

    if (!key)
        return err_nomem(e);
    if (!questions_add_registry(&q, &c->doc->arena, key, e) || !facts_collect(FACTS_REGISTRY, &q, c->doc, &f, e))
        return false;
    *ret = f.registry.n > 0;
    return !facts_has_gap(&f, "registry") || err_set(e, ERR_OS, "the registry cannot be read: %s", f.gaps.v[0].why);
}

/* The program of the entry: undo brings no entry back whose program is gone. */
static bool program(const struct step_ctx *c, const struct args *a, bool driver, const char **ret, struct err *e)
{
    struct questions q = {.paths = {NULL, 0}};
    struct facts f;

    *ret = NULL;
    if (!questions_add_unit(&q, &c->doc->arena, a->name, e) ||
        !facts_collect(driver ? FACTS_DRIVERS : FACTS_UNITS, &q, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.drivers.n; i++)
        if (text_eq_fold(f.drivers.v[i].name, a->name))
            *ret = f.drivers.v[i].path;
    for (size_t i = 0; i < f.units.n; i++)
        if (text_eq_fold(f.units.v[i].name, a->name))
            *ret = f.units.v[i].exe;
    return true;
}

static bool save(const struct step_ctx *c, const struct args *a, bool driver, json_t **ret, struct err *e)
{
    const char *key = entry_key(c, a), *file = arena_printf(&c->doc->arena, "%s/%s.reg", c->backup, c->step->id);
    const char *exe;
    bool here;

    if (!key || !file)
        return err_nomem(e);
    if (!key_exists(c, a, &here, e) || !program(c, a, driver, &exe, e))
        return false;
    if (here && (!os_dir_make(c->backup, 0700, e) || !os_registry_save(key, "64", file, e)))
        return false;
    *ret = json_object();
    if (!doc_keep(c->doc, *ret, e))
        return false;
    if ((here && json_object_set_new(*ret, "saved", json_string(file))) ||
        (exe && json_object_set_new(*ret, "program", json_string(exe))))
        return err_nomem(e);
    return true;
}

static bool save_service(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    return save(c, args, false, ret, e);
}

static bool save_driver(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    return save(c, args, true, ret, e);
}

static bool removed(const struct step_ctx *c, const char *name, bool at_boot, struct effect *ret, struct err *e)
{
    return effect_set(c, ret, at_boot ? OUTCOME_OK_REBOOT : OUTCOME_OK, e, "the entry of %s %s", name,
                      at_boot ? "is in use and goes with the next boot" : "is removed");
}

static bool remove_service(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    bool at_boot = false;

    return os_service_remove(a->name, &at_boot, e) && removed(c, a->name, at_boot, ret, e);
}

static bool remove_driver(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct strs filters = {NULL, 0};
    bool at_boot = false;

    if (!os_driver_filters(a->name, &c->doc->arena, &filters, e))
        return false;
    if (filters.n)
        return effect_set(c, ret, OUTCOME_REFUSED, e, "the class filter %s names %s: without the driver its devices would "
                                                      "not work", filters.v[0], a->name);
    return os_driver_remove(a->name, &at_boot, e) && removed(c, a->name, at_boot, ret, e);
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *saved = json_string_value(json_object_get(c->remembered, "saved"));
    const char *exe = json_string_value(json_object_get(c->remembered, "program"));

    if (!saved)
        return effect_set(c, ret, OUTCOME_OK, e, "there was no such entry");
    if (!exe || !os_file_exists(exe))
        return effect_set(c, ret, OUTCOME_OK, e, "the program of %s is gone: its entry stays away", a->name);
    return os_registry_load(saved, "64", e) &&
           effect_set(c, ret, OUTCOME_OK_REBOOT, e, "the entry of %s is back and counts from the next boot", a->name);
}

const struct verb verb_service_remove = {
    .def = {.name = "service.remove",
            .os = "windows",
            .doc = "Stops a service that an uninstaller left behind and deletes its entry.",
            .args = &service_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 120,
            .after = no_service,
            .undo_text = undo_text},
    .remember = save_service,
    .apply = remove_service,
    .undo = undo,
};

const struct verb verb_driver_remove = {
    .def = {.name = "driver.remove",
            .os = "windows",
            .doc = "Deletes the entry of a driver that an uninstaller left behind, never its file. Refused as long "
                   "as a class filter names it; while it is loaded the entry goes with the next boot.",
            .args = &driver_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 120,
            .after = no_driver,
            .undo_text = undo_text},
    .remember = save_driver,
    .apply = remove_driver,
    .undo = undo,
};
