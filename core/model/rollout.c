#include "core/model/rollout.h"

#include <string.h>

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static const struct field wave_fields[] = {
    FIELD(wave, STR, name, "what it is called", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(wave, STRS, hosts, "the PCs it consists of: patterns of names, groups as @name"),
    FIELD(wave, INT, count, "or so many of those that no wave names", .max = 10000000),
    FIELD(wave, INT, percent, "or so many of a hundred of them", .max = 100),
    FIELD(wave, INT, budget, "failures it may have; PCs are started only while failures and PCs at work are fewer", .max = 10000000),
    FIELD(wave, INT, budget_percent, "the same as a part of its PCs, at least one (default: 2)", .max = 100, .def = 2),
    FIELD(wave, INT, soak_s, "seconds to wait after its end, before its PCs are looked at again and the next wave opens",
          .max = 90 * 86400),
    FIELD_END,
};
static const struct schema wave_schema = {"wave", NULL, "PCs that are moved together", sizeof(struct wave), wave_fields, NULL};

int window_minutes(const char *s)
{
    if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789:") != 5 || s[0] == ':' || s[1] == ':' || s[3] == ':' || s[4] == ':')
        return -1;
    int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
    return h > 24 || m > 59 || (h == 24 && m) ? -1 : h * 60 + m;
}

static bool check_window(void *obj, const struct place *at, struct err *e)
{
    struct window *w = obj;

    w->from_min = window_minutes(w->from);
    w->to_min = window_minutes(w->to);
    if (w->from_min < 0 || w->from_min == 24 * 60 || w->to_min < 0)
        return place_error(e, at, "'%.20s' to '%.20s' is no time of a day such as 22:00 to 05:00", w->from, w->to);
    for (size_t i = 0; i < w->days.n; i++) {
        size_t k = 0;

        while (day_names[k] && !text_eq(day_names[k], w->days.v[i]))
            k++;
        if (!day_names[k])
            return place_error(e, at, "'%.20s' is no day; they are mon, tue, wed, thu, fri, sat, sun", w->days.v[i]);
        w->day_mask |= 1u << k;
    }
    if (!w->days.n)
        w->day_mask = 0x7f;
    return true;
}

static const struct field window_fields[] = {
    FIELD(window, STRS, groups, "groups it holds for; without any: all PCs that no other window names"),
    FIELD(window, STRS, days, "mon, tue, wed, thu, fri, sat, sun: days on which it begins (default: every day)"),
    FIELD(window, STR, from, "when it begins, in the time of the PC, as 22:00", .flags = FIELD_REQUIRED),
    FIELD(window, STR, to, "when it ends; not after 'from': on the next day", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema window_schema = {"window", NULL, "when PCs may be started", sizeof(struct window), window_fields,
                                            check_window};

static const struct field site_fields[] = {
    FIELD(site_limit, STR, site, "the site", .flags = FIELD_REQUIRED),
    FIELD(site_limit, INT, at_once, "sessions to it at the same time", .flags = FIELD_REQUIRED, .min = 1, .max = 10000),
    FIELD_END,
};
static const struct schema site_schema = {"site", NULL, "limits of a site", sizeof(struct site_limit), site_fields, NULL};

static bool check_rollout(void *obj, const struct place *at, struct err *e)
{
    const struct rollout *r = obj;
    long long percent = 0;

    for (size_t i = 0; i < r->waves.n; i++) {
        const struct wave *w = &r->waves.v[i];

        if ((w->hosts.n != 0) + (w->count != 0) + (w->percent != 0) != 1)
            return place_error(e, at, "the wave '%.60s' needs one of hosts, count and percent", w->name);
        percent += w->percent;
        for (size_t k = 0; k < i; k++)
            if (text_eq(r->waves.v[k].name, w->name))
                return place_error(e, at, "two waves are called '%.60s'", w->name);
    }
    return percent <= 100 || place_error(e, at, "the waves have %lld of a hundred together", percent);
}

static const struct field rollout_fields[] = {
    FIELD(rollout, OBJS, waves, "one after the other; what no wave has comes in a last one called rest", .sub = &wave_schema),
    FIELD(rollout, OBJS, windows, "when PCs may be started; without any: always", .sub = &window_schema),
    FIELD(rollout, OBJS, sites, "limits of single sites", .sub = &site_schema),
    FIELD(rollout, INT, at_once, "sessions at the same time", .min = 1, .max = 1000, .def = 64),
    FIELD(rollout, INT, at_work, "PCs at work at the same time", .min = 1, .max = 1000000, .def = 1000),
    FIELD(rollout, INT, per_second, "new sessions in a second", .min = 1, .max = 1000, .def = 20),
    FIELD(rollout, INT, refusals,
          "logins of one user refused in a row, by different PCs with none let in between, after which all pause until a person has looked; "
          "no more than so many are tried at the same time before one was let in",
          .min = 1, .max = 1000, .def = 3),
    FIELD(rollout, INT, ask_s, "a PC at work is asked at least every so many seconds; 0: when its plan should be over, then ever more rarely",
          .min = 0, .max = 86400),
    FIELD_END,
};
const struct schema rollout_schema = {"rollout", "avswap.rollout/1", "in which order and how fast a fleet is moved",
                                      sizeof(struct rollout), rollout_fields, check_rollout};

long long rollout_budget(const struct rollout *r, size_t wave, long long size)
{
    const struct wave *w = wave < r->waves.n ? &r->waves.v[wave] : NULL;
    long long part = size * (w ? w->budget_percent : 2) / 100;

    if (w && w->budget)
        return w->budget;
    return part ? part : 1;
}

int window_length(const struct window *w)
{
    return w->to_min > w->from_min ? w->to_min - w->from_min : w->to_min + 24 * 60 - w->from_min;
}

instant window_until(const struct window *w, instant now, int offset, instant *ret_opens)
{
    int64_t today = instant_days(now, offset, NULL);

    for (int64_t d = today - 1; d <= today + 7; d++) { /* yesterday's may still be open */
        instant begins = d * INSTANT_DAY + (instant)(w->from_min - offset) * 60000;
        instant ends = begins + (instant)window_length(w) * 60000;

        if (!(w->day_mask & 1u << instant_weekday(d)) || ends <= now)
            continue;
        if (begins <= now)
            return ends;
        *ret_opens = begins;
        return INSTANT_NONE;
    }
    *ret_opens = now + INSTANT_DAY; /* cannot be: some day of the week is in the mask */
    return INSTANT_NONE;
}
