#include "cmd/cli/input.h"

#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/detect/collect.h"
#include "core/detect/load.h"
#include "core/lint/lint.h"
#include "core/model/cond.h"
#include "core/os/console.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/path.h"
#include "core/step/verb.h"

#include <string.h>
#include <strings.h>

static bool read_stdin(struct buf *out, struct err *e)
{
    char part[16384];
    size_t n;

    do {
        if (!os_console_read(part, sizeof part, &n, e))
            return false;
        buf_add(out, part, n);
    } while (n && !out->failed);
    return buf_ok(out, "standard input", e);
}

bool input_file(const char *path, struct buf *out, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *whole;
    bool ok;

    if (strcmp(path, "-") == 0)
        return read_stdin(out, e);
    whole = os_path_given(path, &a, e);
    ok = whole && os_file_read(whole, out, e);
    arena_free(&a);
    return ok;
}

bool input_doc(struct cli *c, const struct schema *s, const char *path, void *ret, struct err *e)
{
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_DOCUMENT);
    ok = input_file(path, &b, e) &&
         doc_read(&c->doc, s, strcmp(path, "-") == 0 ? "standard input" : path, buf_str(&b), b.len, ret, e);
    buf_free(&b);
    return ok;
}

bool input_now(struct cli *c, struct err *e)
{
    const char *text = option_value(&c->args, "now");

    c->now = os_now();
    if (text && !instant_parse(text, &c->now))
        return err_set(e, ERR_USAGE, "--now '%.40s' is not an instant such as 2024-09-29T04:00:00Z", text);
    return true;
}

/* What --overlay names, in order. */
static bool overlays(struct cli *c, struct strs *ret, struct err *e)
{
    for (size_t i = 0; i < c->args.n; i++) {
        const char **dir;

        if (strcmp(c->args.given[i].option->name, "overlay") != 0)
            continue;
        dir = LIST_ADD(&c->doc.arena, ret);
        if (!dir)
            return err_nomem(e);
        *dir = os_path_given(c->args.given[i].value, &c->doc.arena, e);
        if (!*dir)
            return false;
    }
    return true;
}

/* What a site writes itself is checked as the catalogue is, before anything is planned by it. */
static bool lint_overlays(struct cli *c, const struct strs *over, struct err *e)
{
    struct lint_with with = {.verbs = verb_defs(), .catalog = &c->catalog};

    for (size_t i = 0; i < over->n; i++) {
        struct catalog_file *files;
        struct problems found;
        struct buf b;
        size_t n;

        if (!catalog_files(over->v[i], (int)i + 1, &c->doc.arena, &files, &n, e) ||
            !lint_files(files, n, &with, &c->doc, &found, e))
            return false;
        if (!found.problems.n)
            continue;
        buf_init(&b, LIMIT_STRING);
        lint_text(&found.problems.v[0], &b);
        err_set(e, ERR_INPUT, "overlay %s: %zu problem%s, the first: %.*s", over->v[i], found.problems.n,
                found.problems.n == 1 ? "" : "s", (int)strcspn(buf_str(&b), "\n"), buf_str(&b));
        buf_free(&b);
        return false;
    }
    return true;
}

bool input_catalog_from(struct cli *c, const char *dir, bool whole, struct err *e)
{
    struct strs over = {NULL, 0};

    if (c->has_catalog)
        return true;
    c->has_catalog = overlays(c, &over, e) && catalog_load_over(dir, &over, whole ? NULL : os_family(), &c->catalog, e) &&
                     lint_overlays(c, &over, e);
    return c->has_catalog;
}

bool input_catalog(struct cli *c, bool whole, struct err *e)
{
    const char *dir = option_value(&c->args, "catalog");

    if (dir && !(dir = os_path_given(dir, &c->doc.arena, e)))
        return false;
    return input_catalog_from(c, dir, whole, e);
}

static bool known_persona(struct cli *c, const char *id, struct err *e)
{
    const char *names[64] = {NULL}, *near;
    struct buf b;
    size_t n = 0;

    for (size_t i = 0; i < c->catalog.timelines.n; i++) {
        const struct timeline *t = &c->catalog.timelines.v[i];

        if (timeline_persona(t, id))
            return true;
        for (size_t k = 0; k < t->personas.n && n < 64; k++)
            names[n++] = t->personas.v[k].id;
    }
    near = text_nearest(id, names, n);
    buf_init(&b, 2048);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", names[i]);
    if (near)
        err_set(e, ERR_USAGE, "nobody is called '%.60s' (did you mean '%s'?)", id, near);
    else
        err_set(e, ERR_USAGE, "nobody is called '%.60s'; known: %s", id, buf_str(&b));
    buf_free(&b);
    return false;
}

/* The catalogue's spelling of a jurisdiction ("us-federal" is "US-federal"); the word itself when it knows none. */
static const char *jurisdiction(struct cli *c, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i < c->catalog.timelines.n; i++) {
        const struct timeline *t = &c->catalog.timelines.v[i];

        for (size_t k = 0; k < t->measures.n; k++) {
            const char *known = t->measures.v[k].jurisdiction;

            if (strncasecmp(known, word, n) == 0 && (!known[n] || known[n] == '-'))
                return arena_strndup(&c->doc.arena, known, n);
        }
    }
    out_talk(c, "note: the catalogue knows no measure of '%s'", word);
    return arena_strdup(&c->doc.arena, word);
}

static bool add_jurisdictions(struct cli *c, const char *list, struct strs *ret, size_t max, struct err *e)
{
    while (*list) {
        size_t n = strcspn(list, ",");
        char *word = arena_strndup(&c->doc.arena, list, n);

        if (!word)
            return err_nomem(e);
        if (n == 0 || n > 32)
            return err_set(e, ERR_USAGE, "--jurisdiction wants names such as US,DE");
        if (ret->n == max)
            return err_set(e, ERR_USAGE, "too many jurisdictions");
        ret->v[ret->n] = jurisdiction(c, word);
        if (!ret->v[ret->n++])
            return err_nomem(e);
        list += n + (list[n] == ',');
    }
    return true;
}

static bool take_owner(struct cli *c, struct policy *p, struct err *e)
{
    enum { MAX = 64 };
    struct strs list = {ARENA_ARRAY(&c->doc.arena, MAX, const char *), 0};

    if (!list.v)
        return err_nomem(e);
    for (size_t i = 0; i < c->args.n; i++)
        if (strcmp(c->args.given[i].option->name, "jurisdiction") == 0 &&
            !add_jurisdictions(c, c->args.given[i].value, &list, MAX, e))
            return false;
    if (list.n)
        p->jurisdictions = list;
    if (option_given(&c->args, "as"))
        p->as = option_value(&c->args, "as");
    return !p->as || known_persona(c, p->as, e);
}

/* The source of a secret as it was given, with its file's path in our form. */
static const char *secret_source(struct cli *c, const char *given, struct err *e)
{
    const char *path = given, *source;

    if (!text_starts(given, "file:"))
        return given;
    path = os_path_given(given + 5, &c->doc.arena, e);
    source = path ? arena_printf(&c->doc.arena, "file:%s", path) : NULL;
    if (path && !source)
        err_nomem(e);
    return source;
}

/* "--var NAME=VALUE" and "--secret NAME=file:/path" into a MAP of the policy. */
static bool take_map(struct cli *c, const char *option, const json_t **map, struct err *e)
{
    json_t *merged = *map ? json_copy((json_t *)(uintptr_t)*map) : json_object();

    if (!doc_keep(&c->doc, merged, e))
        return false;
    for (size_t i = 0; i < c->args.n; i++) {
        const char *v = c->args.given[i].value, *equals, *value;

        if (strcmp(c->args.given[i].option->name, option) != 0)
            continue;
        equals = strchr(v, '=');
        if (!equals || equals == v)
            return err_set(e, ERR_USAGE, "--%s wants %s", option, c->args.given[i].option->arg);
        value = strcmp(option, "secret") == 0 ? secret_source(c, equals + 1, e) : equals + 1;
        if (!value)
            return false;
        if (json_object_setn_new(merged, v, (size_t)(equals - v), json_string(value)))
            return text_utf8_valid(v, strlen(v)) ? err_nomem(e)
                                                 : err_set(e, ERR_USAGE, "--%s: not UTF-8", option);
        *map = merged;
    }
    return true;
}

/* A secret itself on the command line would be seen by every user of the PC. */
static bool check_secrets(const json_t *map, struct err *e)
{
    json_t *m = (json_t *)(uintptr_t)map;

    for (void *it = json_object_iter(m); it; it = json_object_iter_next(m, it)) {
        const char *v = json_string_value(json_object_iter_value(it));

        if (!policy_secret_source(v))
            return err_set(e, ERR_USAGE,
                           "the secret '%.60s' is given itself; say where it is: file:/path or env:NAME",
                           json_object_iter_key(it));
    }
    return true;
}

/* What stands on the command line goes before the file. */
static bool take_options(struct cli *c, struct policy *ret, struct err *e)
{
    if (!take_owner(c, ret, e) || !take_map(c, "var", &ret->vars, e) || !check_secrets(ret->secrets, e))
        return false;
    if (option_given(&c->args, "strategy"))
        ret->strategy = option_value(&c->args, "strategy");
    ret->allow_unverified = ret->allow_unverified || option_given(&c->args, "allow-unverified");
    ret->eicar = ret->eicar || option_given(&c->args, "eicar");
    return true;
}

bool input_policy(struct cli *c, struct policy *ret, struct err *e)
{
    const char *file = option_value(&c->args, "policy");

    schema_init(&policy_schema, ret);
    if (file && !input_doc(c, &policy_schema, file, ret, e))
        return false;
    return input_catalog(c, option_given(&c->args, "from"), e) && take_options(c, ret, e);
}

bool input_secrets(struct cli *c, struct policy *ret, struct err *e)
{
    return take_map(c, "secret", &ret->secrets, e) && check_secrets(ret->secrets, e);
}

bool input_group(struct cli *c, const struct machine *m, struct policy *p, struct err *e)
{
    struct strs tags = {ARENA_ARRAY(&c->doc.arena, c->args.n + 1, const char *), 0};
    const struct group *g;
    struct policy whole = *p;

    if (!tags.v)
        return err_nomem(e);
    for (size_t i = 0; i < c->args.n; i++)
        if (strcmp(c->args.given[i].option->name, "tag") == 0)
            tags.v[tags.n++] = c->args.given[i].value;
    g = policy_group(&whole, m ? m->hostname : NULL, m ? m->id : NULL, &tags);
    return policy_for(&whole, g, &c->doc, p, e) && take_options(c, p, e);
}

struct owner input_owner(const struct policy *p)
{
    static const char *default_jurisdictions[] = {"US"};
    struct owner o = {p->jurisdictions, p->as};

    if (!o.jurisdictions.n)
        o.jurisdictions = (struct strs){default_jurisdictions, 1};
    return o;
}

bool input_facts(struct cli *c, struct facts *ret, struct err *e)
{
    const char *from = option_value(&c->args, "from");
    struct questions none = {0}, all = {0};
    struct facts os;

    if (from)
        return input_doc(c, &facts_schema, from, ret, e);
    if (!input_catalog(c, false, e) || !facts_collect(FACTS_OS, &none, &c->doc, &os, e))
        return false;
    return catalog_questions(&c->catalog, os.os ? os.os->family : NULL, &c->doc.arena, &all, e) &&
           facts_collect(FACTS_ALL, &all, &c->doc, ret, e);
}
