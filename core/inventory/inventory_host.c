/* One host of an inventory: its fields, and what they may hold. */
#include "core/base/list.h"
#include "core/inventory/inventory.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_NAME 253 /* of DNS, and more than any other */
#define LONGEST_TEXT 256

const char *const fleet_os_names[] = {"linux", "windows", NULL};
const char *const fleet_transport_names[] = {"ssh", "local", NULL};

/* --- what they may hold ---------------------------------------------------------------------------------------------- */

/* Only what is no matter to a terminal, a shell, a file name or the command line of ssh. */
static bool is_harmless(const char *s, const char *besides)
{
    bool same, ascii = true;
    struct buf shown;

    for (const char *p = s; *p; p++) {
        ascii = ascii && !(*p & 0x80);
        if (!((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p & 0x80 || strchr(besides, *p)))
            return false;
    }
    if (ascii)
        return true;
    buf_init(&shown, 8 * LONGEST_TEXT);
    text_show(&shown, s);
    same = text_eq(buf_str(&shown), s);
    buf_free(&shown);
    return same;
}

static bool check_name(const char *what, const char *s, const char *besides, const struct place *at, struct err *e)
{
    if (!s)
        return true;
    if (!*s)
        return place_error(e, at, "%s is empty", what);
    if (*s == '-')
        return place_error(e, at, "%s '%.60s' begins with '-': programs would take it for an option", what, s);
    if (strlen(s) > LONGEST_NAME)
        return place_error(e, at, "%s '%.60s...' is longer than %d bytes", what, s, LONGEST_NAME);
    return is_harmless(s, besides) ||
           place_error(e, at, "%s '%.60s' has characters that are none of letters, digits and %s", what, s, besides);
}

static bool check_text(const char *what, const char *s, const struct place *at, struct err *e)
{
    if (!s)
        return true;
    if (strlen(s) > LONGEST_TEXT)
        return place_error(e, at, "%s is longer than %d bytes", what, LONGEST_TEXT);
    return is_harmless(s, " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") || place_error(e, at, "%s has control characters", what);
}

static bool check_words(const char *what, const struct strs *list, const struct place *at, struct err *e)
{
    for (size_t i = 0; i < list->n; i++)
        if (!check_name(what, list->v[i], "._:-+/=", at, e))
            return false;
    return true;
}

static bool check_window(const char *text, const struct place *at, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct window w;
    struct err why = ERR_INIT;
    bool ok = !text || fleet_window(&a, text, &w, &why);

    arena_free(&a);
    return ok || place_error(e, at, "%s", why.text);
}

static bool check_host(void *obj, const struct place *at, struct err *e)
{
    const struct fleet_host *h = obj;

    return (h->name || place_error(e, at, "name is missing")) && check_name("name", h->name, "._:-", at, e) &&
           check_name("address", h->address, "._:-", at, e) && check_name("user", h->user, "._-@\\+$", at, e) &&
           ((h->port >= 0 && h->port <= 65535) || place_error(e, at, "port %lld is none", h->port)) &&
           check_text("site", h->site, at, e) && check_text("contact", h->contact, at, e) && check_text("zone", h->zone, at, e) &&
           check_window(h->window, at, e) && check_words("group", &h->groups, at, e) && check_words("tag", &h->tags, at, e);
}

static const struct field host_fields[] = {
    FIELD(fleet_host, STR, name, "what the host is called here; unique", .flags = FIELD_REQUIRED),
    FIELD(fleet_host, STR, address, "what it is reached by, where that is not its name"),
    FIELD(fleet_host, STR, user, "who to log in as; absent: as ssh's configuration says"),
    FIELD(fleet_host, INT, port, "of its SSH server; absent: as ssh's configuration says", .min = 0, .max = 65535),
    FIELD(fleet_host, ENUM, os, "its system", .names = fleet_os_names),
    FIELD(fleet_host, ENUM, transport, "how it is reached", .names = fleet_transport_names),
    FIELD(fleet_host, BOOL, become, "the login has no administrator rights: by sudo -n"),
    FIELD(fleet_host, STR, site, "where it stands; sites may have limits of their own"),
    FIELD(fleet_host, STR, zone, "its time zone, as Europe/Berlin or +02:00; absent: UTC"),
    FIELD(fleet_host, STR, window, "when it may be touched, in its own time: 'sat,sun 22:00-05:00'; absent: as the rollout says"),
    FIELD(fleet_host, STR, contact, "whom to ask about it"),
    FIELD(fleet_host, STRS, groups, "groups that it is in"),
    FIELD(fleet_host, STRS, tags, "tags, for the policy's groups"),
    FIELD_END,
};

const struct schema fleet_host_schema = {
    .name = "host",
    .doc = "One PC of a fleet, as its inventory tells it.",
    .size = sizeof(struct fleet_host),
    .fields = host_fields,
    .check = check_host,
};

/* --- windows --------------------------------------------------------------------------------------------------------- */

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static bool read_days(struct arena *a, const char *p, size_t n, struct window *ret, struct err *e)
{
    const char *end = p + n;

    while (p < end) {
        size_t len = strcspn(p, ", \t");
        unsigned day = 0;

        while (day < 7 && !(len == 3 && strncmp(p, day_names[day], 3) == 0))
            day++;
        if (day == 7)
            return err_set(e, ERR_INPUT, "window: '%.*s' is none of mon, tue, wed, thu, fri, sat, sun", len > 60 ? 60 : (int)len, p);
        ret->day_mask |= 1u << day;
        if (!list_add_text(a, &ret->days, p, len, e))
            return false;
        p += len + (p + len < end);
    }
    return true;
}

bool fleet_window(struct arena *a, const char *text, struct window *ret, struct err *e)
{
    const char *times = strrchr(text, ' ');
    const char *dash;

    memset(ret, 0, sizeof *ret);
    times = times ? times + 1 : text;
    dash = strchr(times, '-');
    if (times > text && !read_days(a, text, (size_t)(times - 1 - text), ret, e))
        return false;
    if (!ret->day_mask)
        ret->day_mask = 0x7f;
    ret->from = dash ? arena_strndup(a, times, (size_t)(dash - times)) : NULL;
    ret->to = dash ? arena_strdup(a, dash + 1) : NULL;
    if (dash && (!ret->from || !ret->to))
        return err_nomem(e);
    ret->from_min = dash ? window_minutes(ret->from) : -1;
    ret->to_min = dash ? window_minutes(ret->to) : -1;
    return (ret->from_min >= 0 && ret->to_min >= 0) ||
           err_set(e, ERR_INPUT, "window '%.60s' is not as 'sat,sun 22:00-05:00'", text);
}

/* --- copies ---------------------------------------------------------------------------------------------------------- */

bool fleet_host_copy(struct arena *a, struct fleet_host *h, struct err *e)
{
    for (const struct field *f = host_fields; f->name; f++) {
        void *member = (char *)h + f->offset;
        const char **text = member;

        if (f->type == FIELD_STRS) {
            const struct strs list = *(const struct strs *)member;

            if (!strs_copy(a, &list, member))
                return err_nomem(e);
        }
        if (f->type == FIELD_STR && *text && !(*text = arena_strdup(a, *text)))
            return err_nomem(e);
    }
    return true;
}

/* --- two of them ----------------------------------------------------------------------------------------------------- */

static bool strs_same(const struct strs *x, const struct strs *y)
{
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (!text_eq(x->v[i], y->v[i]))
            return false;
    return true;
}

bool fleet_host_same(const struct fleet_host *x, const struct fleet_host *y)
{
    return text_eq(x->name, y->name) && text_eq(x->address, y->address) && text_eq(x->user, y->user) && x->port == y->port &&
           x->os == y->os && x->transport == y->transport && x->become == y->become && text_eq(x->site, y->site) &&
           text_eq(x->zone, y->zone) && text_eq(x->window, y->window) && text_eq(x->contact, y->contact) &&
           strs_same(&x->groups, &y->groups) && strs_same(&x->tags, &y->tags);
}

const char *fleet_host_address(const struct fleet_host *h)
{
    return h->address ? h->address : h->name;
}
