/* Optional features of Windows by DISM, in English whatever the PC speaks (/English). */
#include "core/os/process.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    struct strs features;
    const char *source;
};

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    if (!a->features.n)
        return place_error(e, at, "no feature is named");
    for (size_t i = 0; i < a->features.n; i++)
        if (!*a->features.v[i] || strpbrk(a->features.v[i], " /:\"*?"))
            return place_error(e, at, "'%.80s' is no name of a feature", a->features.v[i]);
    return true;
}

static const struct field fields[] = {
    FIELD(args, STRS, features, "names as DISM knows them, as Windows-Defender", .flags = FIELD_REQUIRED),
    FIELD(args, STR, source, "folder or image to take its files from; default: this Windows"),
    FIELD_END,
};
static const struct schema args_schema = {"feature.enable", NULL, "", sizeof(struct args), fields, check};

enum { ASK_MS = 120000 };

/* "State : Enabled" of one feature; unknown when DISM says nothing of the kind. */
static bool ask(const struct step_ctx *c, const char *feature, enum tri *ret, struct err *e)
{
    const char *name = arena_printf(&c->doc->arena, "/FeatureName:%s", feature), *line, *cursor;
    const char *argv[] = {"dism.exe", "/English", "/Online", "/Get-FeatureInfo", name};
    struct os_child child = {.argv = {argv, 5}, .timeout_ms = ASK_MS, .tick = c->tick, .arg = c->tick_arg};
    struct os_exit x;
    size_t n;

    *ret = TRI_UNKNOWN;
    if (!name)
        return err_nomem(e);
    if (!os_run(&child, &x, e))
        return false;
    cursor = buf_str(&x.out);
    for (const char *end = cursor + x.out.len; text_line(&cursor, end, &line, &n);) {
        while (n && strchr(" \t\r", line[n - 1]))
            n--;
        if (n > 5 && strncmp(line, "State", 5) == 0)
            *ret = n > 8 && strncmp(line + n - 9, ": Enabled", 9) == 0 ? TRI_YES : TRI_NO;
    }
    buf_free(&x.out);
    return true;
}

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;

    ret->answer = TRI_YES;
    ret->evidence = "every feature is enabled";
    for (size_t i = 0; ret->answer == TRI_YES && i < a->features.n; i++) {
        if (!ask(c, a->features.v[i], &ret->answer, e))
            return false;
        if (ret->answer != TRI_YES)
            ret->evidence = arena_printf(&c->doc->arena, "%s is %s", a->features.v[i],
                                         ret->answer == TRI_NO ? "not enabled" : "not known to DISM");
    }
    return ret->evidence || err_nomem(e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *source = a->source ? arena_printf(&c->doc->arena, "/Source:%s", a->source) : NULL;
    struct strs argv = {ARENA_ARRAY(&c->doc->arena, a->features.n + 8, const char *), 0};
    struct os_child child = {.timeout_ms = c->step->timeout_s * 1000, .tick = c->tick, .arg = c->tick_arg};
    struct os_exit x;

    if (!argv.v || (a->source && !source))
        return err_nomem(e);
    argv.v[argv.n++] = "dism.exe";
    argv.v[argv.n++] = "/English";
    argv.v[argv.n++] = "/Online";
    argv.v[argv.n++] = "/Enable-Feature";
    for (size_t i = 0; i < a->features.n; i++) {
        argv.v[argv.n] = arena_printf(&c->doc->arena, "/FeatureName:%s", a->features.v[i]);
        if (!argv.v[argv.n++])
            return err_nomem(e);
    }
    if (source) {
        argv.v[argv.n++] = source;
        argv.v[argv.n++] = "/LimitAccess";
    }
    argv.v[argv.n++] = "/NoRestart";
    argv.v[argv.n++] = "/Quiet";
    child.argv = argv;
    return os_run(&child, &x, e) && effect_exit(c, ret, "enabling it by DISM", EXITS_DISM, &x, e);
}

const struct verb verb_feature_enable = {
    .def = {.name = "feature.enable",
            .os = "windows",
            .doc = "Enables optional features, as Defender on servers. Done when DISM says that they are, which "
                   "may need a reboot.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION | VERB_STAYS | VERB_MAY_REBOOT,
            .timeout_s = 3600,
            .no_undo = "the feature stays enabled; where tamper protection is on, Defender can be made active by this but "
                       "never passive again"},
    .probe = probe,
    .apply = apply,
};
